//! The variables and PATH of an account, from its environment block and the registry. Nothing is taken from the
//! environment of this process.

use super::account::{Whose, nobody, session_token, whose};
use crate::{
    Account, Architecture, Environment, Hive, Perspective, Registry as _, RegistryKey, RegistryValue,
    SystemKind, ThisMachine, Unanswered, View, view_environment,
};
use std::io;
use waybill_win32::device::windows_folder;
use waybill_win32::token::{Token, system_environment};

const MACHINE: &str = r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment";
const CURRENT_VERSION: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion";
const PROFILES: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList";

/// Variables that every Windows has, and the registry value below [`CURRENT_VERSION`] that holds each.
const FOLDERS: [(&str, &str); 6] = [
    ("ProgramFiles", "ProgramFilesDir"),
    ("ProgramFiles(x86)", "ProgramFilesDir (x86)"),
    ("ProgramW6432", "ProgramW6432Dir"),
    ("CommonProgramFiles", "CommonFilesDir"),
    ("CommonProgramFiles(x86)", "CommonFilesDir (x86)"),
    ("CommonProgramW6432", "CommonW6432Dir"),
];

/// The variables that a new program gets under the account and in the view of `perspective`.
pub(super) fn read(perspective: Perspective, native: Architecture) -> Result<Environment, Unanswered> {
    let mut block = Environment::new(SystemKind::Windows);
    for (name, value) in account_variables(perspective.account)? {
        block.set(name, value);
    }
    complete(&mut block)?;
    let process = if perspective.view == View::Bits32 { Architecture::X86 } else { native };
    view_environment::show(&mut block, process, native);
    Ok(block)
}

fn account_variables(account: Account) -> Result<Vec<(String, String)>, Unanswered> {
    let variables = match (whose(account)?, account) {
        (Whose::Own, _) => Token::own().and_then(|token| token.environment()),
        (Whose::Other(_), Account::User) => session_token()?.ok_or_else(nobody)?.environment(),
        // The system account's token cannot be opened: its block is that of the machine with the system's profile
        // folders.
        (Whose::Other(_), _) => system_environment().and_then(with_system_profile),
    };
    variables.map_err(Unanswered::about("the account's variables"))
}

fn with_system_profile(mut variables: Vec<(String, String)>) -> io::Result<Vec<(String, String)>> {
    let profile = format!(r"{}\system32\config\systemprofile", windows_folder()?);
    for (name, below) in
        [("USERPROFILE", ""), ("APPDATA", r"\AppData\Roaming"), ("LOCALAPPDATA", r"\AppData\Local")]
    {
        variables.push((name.to_owned(), format!("{profile}{below}")));
    }
    Ok(variables)
}

/// Adds the variables that every Windows has and the block lacks. Windows puts them all into an account's block; other
/// systems that run Windows programs, such as wine, do not.
fn complete(block: &mut Environment) -> Result<(), Unanswered> {
    let windows = windows_folder().map_err(Unanswered::about("the folder of Windows"))?;
    let drive = windows.split('\\').next().unwrap_or_default().to_owned();
    set_missing(block, "SystemDrive", Some(drive));
    set_missing(block, "SystemRoot", Some(windows));
    for (name, value) in FOLDERS {
        set_missing(block, name, machine_text(CURRENT_VERSION, value)?);
    }
    // In a 64-bit block each native folder has two variables.
    for (name, same) in [("ProgramW6432", "ProgramFiles"), ("CommonProgramW6432", "CommonProgramFiles")] {
        let has_views = block.get("ProgramFiles(x86)").is_some();
        set_missing(block, name, block.get(same).filter(|_| has_views).map(str::to_owned));
    }
    // Set even where the block has it: wine's block names another folder than its programs use.
    if let Some(data) = machine_text(PROFILES, "ProgramData")? {
        let data = block.expand(&data);
        block.set("ProgramData", data.clone());
        block.set("ALLUSERSPROFILE", data);
    }
    set_missing(block, "PUBLIC", machine_text(PROFILES, "Public")?);
    for name in ["windir", "ComSpec", "PATHEXT", "OS", "TEMP", "TMP", "Path", "NUMBER_OF_PROCESSORS"] {
        set_missing(block, name, machine_text(MACHINE, name)?);
    }
    Ok(())
}

fn set_missing(block: &mut Environment, name: &str, value: Option<String>) {
    if let Some(value) = value.filter(|_| block.get(name).is_none()) {
        let value = block.expand(&value);
        block.set(name, value);
    }
}

/// The folders of PATH, from the registry: the machine's, then the user's own.
pub(super) fn path(perspective: Perspective, native: Architecture) -> Result<Vec<String>, Unanswered> {
    let variables = read(perspective, native)?;
    let mut text = machine_text(MACHINE, "Path")?.unwrap_or_default();
    if perspective.account == Account::User {
        let key = RegistryKey { hive: Hive::CurrentUser, path: "Environment".to_owned() };
        let own = ThisMachine.value(&key, "Path", perspective)?.and_then(as_text).unwrap_or_default();
        text = format!("{text};{own}");
    }
    Ok(folders(&variables.expand(&text)))
}

fn folders(text: &str) -> Vec<String> {
    let folders = text.split(';').map(|folder| folder.trim().trim_matches('"'));
    folders.filter(|folder| !folder.is_empty()).map(str::to_owned).collect()
}

/// A text value below HKEY_LOCAL_MACHINE in the 64-bit view; `None` where it is absent or of another type.
pub(super) fn machine_text(path: &str, name: &str) -> Result<Option<String>, Unanswered> {
    Ok(machine_value(path, name)?.and_then(as_text))
}

pub(super) fn machine_value(path: &str, name: &str) -> Result<Option<RegistryValue>, Unanswered> {
    let native = Perspective { view: View::Bits64, account: Account::Current };
    ThisMachine.value(&RegistryKey::local_machine(path), name, native)
}

fn as_text(value: RegistryValue) -> Option<String> {
    match value {
        RegistryValue::Text(text) | RegistryValue::Expandable(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
