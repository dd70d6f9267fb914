//! What a clean 64-bit Windows 11 gives every program: the variables of an account in a view, the machine's PATH, and
//! the programs of its folders. The model of a Windows and the fake machine of tests are made of it.

use crate::view_environment::show;
use crate::{Account, Architecture, Environment, LoadedAs, Machine, Perspective, SystemKind, View};
use waybill_intune::windows_programs::{PATH_BELOW_WINDOWS, ProgramFolder};

/// The Windows folder.
pub(crate) const WINDOWS: &str = r"C:\Windows";
/// The build of Windows 11 23H2.
pub(crate) const BUILD: u32 = 22631;
/// The name of the signed-in user.
pub(crate) const USER: &str = "user";

/// The paths of all programs.
pub(crate) fn programs() -> impl Iterator<Item = String> {
    ProgramFolder::ALL.into_iter().flat_map(|folder| {
        let folder_path = below_windows(folder.name());
        folder.programs().map(move |program| format!(r"{folder_path}\{program}"))
    })
}

/// The folders of the machine's PATH.
pub(crate) fn path() -> Vec<String> {
    PATH_BELOW_WINDOWS.into_iter().map(below_windows).collect()
}

fn below_windows(folder: &str) -> String {
    if folder.is_empty() { WINDOWS.to_owned() } else { format!(r"{WINDOWS}\{folder}") }
}

/// What the programs below some folders are made for.
const WIDTHS: [(&str, Machine); 4] = [
    (r"c:\windows\syswow64\", Machine::X86),
    (r"c:\windows\", Machine::X64),
    (r"c:\program files (x86)\", Machine::X86),
    (r"c:\program files\", Machine::X64),
];

/// Which process Windows makes of the program at `path` (in lower case), by its folder; `None` for other folders.
pub(crate) fn loaded_as(path: &str) -> Option<LoadedAs> {
    let (_, machine) = WIDTHS.iter().find(|(folder, _)| path.starts_with(folder))?;
    Some(LoadedAs::Machine(*machine))
}

/// The variables of an account in a view (docs/context.md, "What a name becomes").
pub(crate) fn environment(perspective: Perspective) -> Environment {
    let mut block = Environment::new(SystemKind::Windows);
    for (name, value) in [
        ("ALLUSERSPROFILE", r"C:\ProgramData"),
        ("CommonProgramFiles(x86)", r"C:\Program Files (x86)\Common Files"),
        ("CommonProgramW6432", r"C:\Program Files\Common Files"),
        ("COMPUTERNAME", "WINDOWS11"),
        ("ComSpec", r"C:\Windows\system32\cmd.exe"),
        ("NUMBER_OF_PROCESSORS", "4"),
        ("OS", "Windows_NT"),
        ("PATHEXT", ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC"),
        ("ProgramData", r"C:\ProgramData"),
        ("ProgramFiles(x86)", r"C:\Program Files (x86)"),
        ("ProgramW6432", r"C:\Program Files"),
        ("PUBLIC", r"C:\Users\Public"),
        ("SystemDrive", "C:"),
        ("SystemRoot", WINDOWS),
        ("windir", WINDOWS),
    ] {
        block.set(name, value);
    }
    block.set("Path", path().join(";"));
    set_profile(&mut block, perspective.account);
    let process = if perspective.view == View::Bits32 { Architecture::X86 } else { Architecture::X64 };
    show(&mut block, process, Architecture::X64);
    block
}

fn set_profile(block: &mut Environment, account: Account) {
    let user = format!(r"C:\Users\{USER}");
    let (profile, temp, name) = match account {
        Account::User => (user.as_str(), format!(r"{user}\AppData\Local\Temp"), USER),
        Account::System | Account::Current => {
            (r"C:\Windows\system32\config\systemprofile", r"C:\Windows\TEMP".to_owned(), "WINDOWS11$")
        }
    };
    block.set("USERPROFILE", profile);
    block.set("APPDATA", format!(r"{profile}\AppData\Roaming"));
    block.set("LOCALAPPDATA", format!(r"{profile}\AppData\Local"));
    block.set("USERNAME", name);
    block.set("TEMP", temp.as_str());
    block.set("TMP", temp);
}
