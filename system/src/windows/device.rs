//! Facts of a Windows device.

use super::account;
use super::environment::{self, machine_text, machine_value};
use crate::{
    Account, Architecture, BootIdentity, Device, Environment, Perspective, Registry as _, RegistryKey,
    RegistryValue, SignedInUser, SystemKind, ThisMachine, Unanswered, View,
};
use std::time::{SystemTime, UNIX_EPOCH};
use waybill_win32::device as native;
use waybill_win32::token::Token;

const CURRENT_VERSION: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
const PROCESSOR: &str = r"HARDWARE\DESCRIPTION\System\CentralProcessor\0";
/// Keys that are there while a restart is wanted, and who wants it.
const WAITING_KEYS: [(&str, &str); 2] = [
    (
        r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending",
        r"the servicing of Windows (Component Based Servicing\RebootPending)",
    ),
    (
        r"SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired",
        r"Windows Update (Auto Update\RebootRequired)",
    ),
];
const SESSION_MANAGER: &str = r"SYSTEM\CurrentControlSet\Control\Session Manager";
const PREFETCHER: &str =
    r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters";
// The prefix of paths in PendingFileRenameOperations, which are written for the kernel.
const KERNEL_PATH: &str = r"\??\";

impl Device for ThisMachine {
    fn system_kind(&self) -> SystemKind {
        SystemKind::Windows
    }

    fn architecture(&self) -> Result<Architecture, Unanswered> {
        let machine = native::native_machine().map_err(Unanswered::about("the architecture"))?;
        architecture(machine)
            .ok_or_else(|| Unanswered::new(format!("the architecture {machine:#06x} is none of Graph's")))
    }

    fn windows_build(&self) -> Result<u32, Unanswered> {
        // The registry has the build that users see, also where Windows shows this program an older version.
        let told = machine_text(CURRENT_VERSION, "CurrentBuildNumber").ok().flatten();
        match told.and_then(|build| build.trim().parse().ok()) {
            Some(build) => Ok(build),
            None => native::build().map_err(Unanswered::about("the build of Windows")),
        }
    }

    fn free_disk(&self) -> Result<u64, Unanswered> {
        let folder = native::windows_folder().map_err(Unanswered::about("the folder of Windows"))?;
        native::free_disk(&folder).map_err(Unanswered::about("free space"))
    }

    fn memory(&self) -> Result<u64, Unanswered> {
        native::memory().map_err(Unanswered::about("memory"))
    }

    fn processors(&self) -> Result<u32, Unanswered> {
        native::processors().map_err(Unanswered::about("the number of processors"))
    }

    fn processor_mhz(&self) -> Result<u32, Unanswered> {
        match machine_value(PROCESSOR, "~MHz")? {
            Some(RegistryValue::Number32(mhz)) if mhz > 0 => Ok(mhz),
            _ => Err(Unanswered::new(format!(r"HKEY_LOCAL_MACHINE\{PROCESSOR} has no ~MHz"))),
        }
    }

    fn environment(&self, perspective: Perspective) -> Result<Environment, Unanswered> {
        environment::read(perspective, self.architecture()?)
    }

    fn path(&self, perspective: Perspective) -> Result<Vec<String>, Unanswered> {
        environment::path(perspective, self.architecture()?)
    }

    fn boot(&self) -> Option<BootIdentity> {
        counted_boot().or_else(|| {
            let started = SystemTime::now().checked_sub(native::time_since_start())?;
            Some(BootIdentity::started_at(started.duration_since(UNIX_EPOCH).ok()?.as_secs()))
        })
    }

    fn pending_restarts(&self) -> Result<Vec<String>, Unanswered> {
        let mut pending = Vec::new();
        for name in ["PendingFileRenameOperations", "PendingFileRenameOperations2"] {
            if let Some(RegistryValue::Texts(pairs)) = machine_value(SESSION_MANAGER, name)? {
                pending.extend(pairs.chunks(2).filter_map(rename));
            }
        }
        for (key, what) in WAITING_KEYS {
            let native = Perspective { view: View::Bits64, account: Account::Current };
            if ThisMachine.has_key(&RegistryKey::local_machine(key), native)? {
                pending.push(what.to_owned());
            }
        }
        Ok(pending)
    }

    fn console_text(&self, bytes: &[u8]) -> String {
        native::oem_text(bytes).unwrap_or_else(|_| String::from_utf8_lossy(bytes).into_owned())
    }

    fn signed_in_user(&self) -> Result<Option<SignedInUser>, Unanswered> {
        account::signed_in()
    }

    fn own_account(&self) -> Account {
        if account::is_system().unwrap_or(false) { Account::System } else { Account::Current }
    }

    fn is_elevated(&self) -> bool {
        Token::own().and_then(|token| token.is_elevated()).unwrap_or(false)
    }
}

/// The architecture of an IMAGE_FILE_MACHINE number (winnt.h); `None` for other processors.
fn architecture(machine: u16) -> Option<Architecture> {
    match machine {
        0x014C => Some(Architecture::X86),
        0x8664 => Some(Architecture::X64),
        0x01C4 => Some(Architecture::Arm),
        0xAA64 => Some(Architecture::Arm64),
        _ => None,
    }
}

/// The boot, identified by the prefetcher's counter; `None` where the prefetcher is off, because its counter may then
/// not change.
fn counted_boot() -> Option<BootIdentity> {
    let number = |name: &str| match machine_value(PREFETCHER, name) {
        Ok(Some(RegistryValue::Number32(number))) => Some(number),
        _ => None,
    };
    if number("EnablePrefetcher") == Some(0) {
        return None;
    }
    number("BootId").map(|boot| BootIdentity(format!("boot-{boot}")))
}

/// One pending rename for a report: the file that is removed, or `old -> new`. Windows writes `!` before a target that
/// may be replaced; it is left out.
fn rename(pair: &[String]) -> Option<String> {
    let source = pair.first().filter(|source| !source.is_empty())?;
    let source = source.strip_prefix(KERNEL_PATH).unwrap_or(source);
    let target = pair.get(1).map_or("", |target| target.trim_start_matches('!'));
    let target = target.strip_prefix(KERNEL_PATH).unwrap_or(target);
    Some(if target.is_empty() { source.to_owned() } else { format!("{source} -> {target}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_device_tells_what_it_is() {
        assert_eq!(ThisMachine.architecture(), Ok(Architecture::X64));
        assert!(ThisMachine.windows_build().unwrap() >= 10240);
        assert!(ThisMachine.memory().unwrap() > 64 << 20);
        assert!(ThisMachine.processors().unwrap() >= 1);
        assert!(ThisMachine.processor_mhz().unwrap() >= 100);
        ThisMachine.free_disk().unwrap();
        assert_eq!(ThisMachine.own_account(), Account::Current);
        ThisMachine.is_elevated();
    }

    #[test]
    fn the_boot_is_the_same_each_time() {
        let boot = ThisMachine.boot().unwrap();
        assert!(boot.is_same_boot(&ThisMachine.boot().unwrap()), "{boot:?}");
    }

    #[test]
    fn what_waits_for_a_restart_is_read_from_its_keys() {
        for (key, what) in WAITING_KEYS {
            assert!(!ThisMachine.pending_restarts().unwrap().contains(&what.to_owned()));
            windows_registry::LOCAL_MACHINE.create(key).unwrap();
            assert!(ThisMachine.pending_restarts().unwrap().contains(&what.to_owned()));
            windows_registry::LOCAL_MACHINE.remove_tree(key).unwrap();
        }
    }

    #[test]
    fn text_of_consoles_is_read_in_the_code_page_of_this_machine() {
        assert_eq!(ThisMachine.console_text(b"plain"), "plain");
        // 0x81 is "ü" in 437 and 850, which wine and Windows in Western languages have.
        let text = ThisMachine.console_text(b"T\x81r");
        assert!(!text.contains('\u{FFFD}') && text.starts_with('T') && text.ends_with('r'), "{text}");
    }

    #[test]
    fn pending_renames_are_told_for_people() {
        ThisMachine.pending_restarts().unwrap();
        let told = |source: &str, target: &str| rename(&[source.to_owned(), target.to_owned()]);
        assert_eq!(told(r"\??\C:\a.tmp", "").as_deref(), Some(r"C:\a.tmp"));
        assert_eq!(told(r"\??\C:\a.tmp", r"!\??\C:\a.dll").as_deref(), Some(r"C:\a.tmp -> C:\a.dll"));
        assert_eq!(told("", "anything"), None);
        assert_eq!(rename(&["odd".to_owned()]).as_deref(), Some("odd"));
    }
}
