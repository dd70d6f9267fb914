//! Facts of a Unix device, from `/proc`, and the account of this process, from `/etc/passwd`.

use crate::{
    Account, Architecture, BootIdentity, Device, Environment, Perspective, SignedInUser, SystemKind,
    ThisMachine, Unanswered,
};
use std::fs;

// The folders of PATH: those that Debian sets for root.
const FOLDERS: [&str; 6] = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

impl Device for ThisMachine {
    fn system_kind(&self) -> SystemKind {
        SystemKind::Unix
    }

    fn architecture(&self) -> Result<Architecture, Unanswered> {
        let name = std::env::consts::ARCH;
        architecture(name)
            .ok_or_else(|| Unanswered::new(format!("the architecture {name} is none of Graph's")))
    }

    fn windows_build(&self) -> Result<u32, Unanswered> {
        Err(Unanswered::needs_windows("a build of Windows"))
    }

    fn free_disk(&self) -> Result<u64, Unanswered> {
        let disk = rustix::fs::statvfs("/").map_err(|error| Unanswered::about("/")(error.into()))?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    fn memory(&self) -> Result<u64, Unanswered> {
        let text = told("memory", "/proc/meminfo")?;
        total_memory(&text).ok_or_else(|| Unanswered::new("/proc/meminfo has no MemTotal"))
    }

    fn processors(&self) -> Result<u32, Unanswered> {
        let count = std::thread::available_parallelism();
        let count = count.map_err(Unanswered::about("the number of processors"))?;
        Ok(u32::try_from(count.get()).unwrap_or(u32::MAX))
    }

    fn processor_mhz(&self) -> Result<u32, Unanswered> {
        let highest = fs::read_to_string("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq");
        if let Some(khz) = highest.ok().and_then(|khz| khz.trim().parse::<u32>().ok()) {
            return Ok(khz / 1000);
        }
        let text = told("the clock rate", "/proc/cpuinfo")?;
        clock_rate(&text).ok_or_else(|| Unanswered::new("/proc/cpuinfo has no clock rate"))
    }

    fn environment(&self, _: Perspective) -> Result<Environment, Unanswered> {
        let own = own_person();
        let mut block = Environment::new(SystemKind::Unix);
        block.set("PATH", FOLDERS.join(":"));
        block.set("HOME", own.home);
        block.set("USER", own.name.clone());
        block.set("LOGNAME", own.name);
        block.set("LANG", "C.UTF-8");
        block.set("TMPDIR", "/tmp");
        Ok(block)
    }

    fn path(&self, _: Perspective) -> Result<Vec<String>, Unanswered> {
        Ok(FOLDERS.map(str::to_owned).to_vec())
    }

    fn boot(&self) -> Option<BootIdentity> {
        let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        Some(id.trim()).filter(|id| !id.is_empty()).map(|id| BootIdentity(id.to_owned()))
    }

    fn pending_restarts(&self) -> Result<Vec<String>, Unanswered> {
        Ok(Vec::new())
    }

    fn signed_in_user(&self) -> Result<Option<SignedInUser>, Unanswered> {
        Ok(Some(own_user()))
    }

    fn own_account(&self) -> Account {
        Account::Current
    }

    fn is_elevated(&self) -> bool {
        own_id() == 0
    }
}

/// The architecture with this name of Rust's (`std::env::consts::ARCH`).
fn architecture(name: &str) -> Option<Architecture> {
    match name {
        "x86" => Some(Architecture::X86),
        "x86_64" => Some(Architecture::X64),
        "arm" => Some(Architecture::Arm),
        "aarch64" => Some(Architecture::Arm64),
        _ => None,
    }
}

fn told(what: &str, file: &str) -> Result<String, Unanswered> {
    fs::read_to_string(file).map_err(Unanswered::about(&format!("{what}, in {file}")))
}

/// The memory in bytes from the line `MemTotal:       16384256 kB` (proc_meminfo(5)).
fn total_memory(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim_end().parse::<u64>().ok()?.checked_mul(1024)
}

/// The clock rate in MHz of the first processor, from the line `cpu MHz         : 2445.404` (proc_cpuinfo(5)). ARM
/// kernels have no such line.
fn clock_rate(text: &str) -> Option<u32> {
    let line = text.lines().find_map(|line| line.strip_prefix("cpu MHz"))?;
    let rate = line.split_once(':')?.1.trim().split('.').next()?;
    rate.parse().ok()
}

/// Name and home folder of an account.
struct Person {
    name: String,
    home: String,
}

/// The account of this process. Accounts of a directory service are not in the file; for them the variables USER and
/// HOME are used, which the login has set.
fn own_person() -> Person {
    let id = own_id();
    let known = fs::read_to_string("/etc/passwd").ok().and_then(|accounts| find(&accounts, id));
    known.unwrap_or_else(|| Person {
        name: std::env::var("USER").ok().filter(|name| !name.is_empty()).unwrap_or_else(|| id.to_string()),
        home: std::env::var("HOME").ok().filter(|home| home.starts_with('/')).unwrap_or_else(|| "/".into()),
    })
}

fn own_user() -> SignedInUser {
    SignedInUser { name: own_person().name, id: own_id().to_string() }
}

fn own_id() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Finds an account in lines of the form `name:password:uid:gid:comment:home:shell` (passwd(5)).
fn find(accounts: &str, id: u32) -> Option<Person> {
    accounts.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        let is_own = fields.get(2)?.parse() == Ok(id);
        let (name, home) = (fields.first()?, fields.get(5)?);
        (is_own && home.starts_with('/'))
            .then(|| Person { name: (*name).to_owned(), home: (*home).to_owned() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::View;

    const PERSPECTIVE: Perspective = Perspective { view: View::Bits32, account: Account::System };

    #[test]
    fn proc_files_are_read() {
        assert_eq!(total_memory("SwapMemTotal: 1 kB\n"), None);
        assert_eq!(total_memory("MemTotal:       16384256 kB\nMemFree: 1 kB\n"), Some(16_777_478_144));
        assert_eq!(total_memory("MemTotal: many kB\n"), None);
        assert_eq!(clock_rate("processor\t: 0\ncpu MHz\t\t: 2445.404\ncpu MHz\t\t: 9.0\n"), Some(2445));
        assert_eq!(clock_rate("BogoMIPS: 50.00\n"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_device_tells_what_it_is() {
        assert!(ThisMachine.architecture().is_ok());
        assert!(ThisMachine.memory().unwrap() > 16 << 20);
        assert!(ThisMachine.free_disk().is_ok());
        assert!(ThisMachine.processors().unwrap() >= 1);
        let boot = ThisMachine.boot().unwrap();
        assert!(boot.is_same_boot(&ThisMachine.boot().unwrap()));
        assert!(ThisMachine.windows_build().is_err());
        assert_eq!(ThisMachine.pending_restarts(), Ok(Vec::new()));
        assert_eq!(architecture("riscv64"), None);
    }

    #[test]
    fn the_environment_is_plain_and_nothing_of_the_caller() {
        let block = ThisMachine.environment(PERSPECTIVE).unwrap();
        let names: Vec<&str> = block.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["HOME", "LANG", "LOGNAME", "PATH", "TMPDIR", "USER"]);
        assert_eq!(block.get("PATH"), Some(ThisMachine.path(PERSPECTIVE).unwrap().join(":").as_str()));
    }

    #[test]
    fn accounts_are_found_by_their_number() {
        let accounts =
            "root:x:0:0:root:/root:/bin/sh\n# junk\nalex:x:1000:1000:Alex,,,:/home/alex:/bin/sh\nold:x:7\n";
        let alex = find(accounts, 1000).unwrap();
        assert_eq!((alex.name.as_str(), alex.home.as_str()), ("alex", "/home/alex"));
        assert!(find(accounts, 7).is_none() && find(accounts, 2).is_none());
    }

    #[test]
    fn whoever_runs_this_has_a_name_and_a_home() {
        let own = own_person();
        assert!(!own.name.is_empty() && own.home.starts_with('/'));
        assert_eq!(own_user().id, own_id().to_string());
    }
}
