//! A model of a clean 64-bit Windows 11, on which command lines are resolved on any system: its programs, folders and
//! variables are known, and one folder of this machine stands for the content folder. It starts nothing, and has no
//! registry, no installed products and no other files, so no rule has an answer on it.

use crate::{
    Account, Architecture, BootIdentity, Device, Environment, FileFacts, FileKind, FileVersion, Files,
    InstalledProduct, LoadedAs, Perspective, ProcessIdentity, Processes, Products, Registry, RegistryKey,
    RegistryValue, SignedInUser, Start, StartError, StartedProcess, SystemKind, ThisMachine, Unanswered,
    clean_windows,
};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// What the model is, in words for reports.
const NAME: &str = "a clean 64-bit Windows 11";
/// The content folder on the model, where Intune's agent unpacks the first revision of an app.
const CONTENT: &str = r"C:\Windows\IMECache\app_1";
/// The HRESULT of ERROR_NOT_SUPPORTED.
const NOT_SUPPORTED: u32 = 0x8007_0032;

/// A model of a clean 64-bit Windows 11.
///
/// ```
/// use waybill_system::{System as _, WindowsModel};
///
/// let machine = WindowsModel::new(None);
/// let is_there = |path: &str| machine.files().look(path).unwrap().is_some();
/// assert!(is_there(r"C:\Windows\System32\pnputil.exe"));
/// assert!(!is_there(r"C:\Windows\SysWOW64\pnputil.exe"));
/// ```
#[derive(Debug, Clone)]
pub struct WindowsModel {
    /// Files and folders by their path in lower case.
    places: BTreeMap<String, FileKind>,
    content: Option<PathBuf>,
}

impl WindowsModel {
    /// The model with the files of `content`, a folder of this machine, in its content folder; `None` where the app's
    /// files are not here.
    pub fn new(content: Option<&Path>) -> Self {
        let mut places = BTreeMap::new();
        for program in clean_windows::programs() {
            let program = program.to_lowercase();
            for (at, _) in program.match_indices('\\') {
                places.insert(program[..at].to_owned(), FileKind::Folder);
            }
            places.insert(program, FileKind::File);
        }
        Self { places, content: content.map(Path::to_owned) }
    }

    /// The path on the model that stands for the folder of this machine; `None` without one.
    pub fn content_folder(&self) -> Option<&'static str> {
        self.content.is_some().then_some(CONTENT)
    }

    /// The file of this machine that stands for a path on the model: below the content folder only, and with names in
    /// any case, as on Windows. The path may be that of a file that is not there.
    fn on_this_machine(&self, path: &str) -> Option<PathBuf> {
        let rest = strip_folder(path, CONTENT)?;
        let names = rest.split('\\').filter(|name| !name.is_empty());
        names.clone().all(is_plain).then(|| names.fold(self.content.clone(), step))?
    }
}

/// Goes down to `name`, which may be written in another case.
fn step(folder: Option<PathBuf>, name: &str) -> Option<PathBuf> {
    let folder = folder?;
    let exact = folder.join(name);
    if exact.symlink_metadata().is_ok() {
        return Some(exact);
    }
    let wanted = name.to_lowercase();
    let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let mut same = entries.filter(|entry| entry.file_name().to_string_lossy().to_lowercase() == wanted);
    Some(same.next().map_or(exact, |entry| entry.path()))
}

/// Whether a component of a path is a name, and leads nowhere else.
fn is_plain(name: &str) -> bool {
    !matches!(name, "." | "..") && !name.contains(['/', ':', '\0'])
}

/// What follows `folder` in `path`, in any case.
fn strip_folder<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    let head = path.get(..folder.len())?;
    let rest = &path[folder.len()..];
    (head.eq_ignore_ascii_case(folder) && (rest.is_empty() || rest.starts_with('\\'))).then_some(rest)
}

fn host_path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

impl Files for WindowsModel {
    fn look(&self, path: &str) -> Result<Option<FileFacts>, Unanswered> {
        if let Some(here) = self.on_this_machine(path) {
            return ThisMachine.look(&host_path(&here));
        }
        let path = path.trim_end_matches('\\').to_lowercase();
        let facts = |kind| FileFacts { kind, size: 0, modified: UNIX_EPOCH, created: None };
        Ok(self.places.get(&path).copied().map(facts))
    }

    fn version(&self, path: &str) -> Result<Option<FileVersion>, Unanswered> {
        match self.on_this_machine(path) {
            Some(here) => ThisMachine.version(&host_path(&here)),
            None => Err(unknown("versions of files")),
        }
    }

    /// Of programs that apps install the width is not known, whatever the name of their folder.
    fn loaded_as(&self, path: &str) -> Result<Option<LoadedAs>, Unanswered> {
        if let Some(here) = self.on_this_machine(path) {
            return ThisMachine.loaded_as(&host_path(&here));
        }
        let path = path.to_lowercase();
        Ok(self.places.get(&path).and_then(|_| clean_windows::loaded_as(&path)))
    }

    fn others_may_change(&self, _: &str) -> Result<bool, Unanswered> {
        Ok(false)
    }

    fn list(&self, path: &str) -> Result<Vec<String>, Unanswered> {
        if let Some(here) = self.on_this_machine(path) {
            return ThisMachine.list(&host_path(&here));
        }
        let below = format!(r"{}\", path.trim_end_matches('\\').to_lowercase());
        let names = self.places.keys().filter_map(|place| place.strip_prefix(&below));
        Ok(names.filter(|name| !name.contains('\\')).map(str::to_owned).collect())
    }
}

fn unknown(what: &str) -> Unanswered {
    Unanswered::needs_windows(what)
}

impl Registry for WindowsModel {
    fn has_key(&self, _: &RegistryKey, _: Perspective) -> Result<bool, Unanswered> {
        Err(unknown("the registry"))
    }
    fn value(&self, _: &RegistryKey, _: &str, _: Perspective) -> Result<Option<RegistryValue>, Unanswered> {
        Err(unknown("the registry"))
    }
    fn subkeys(&self, _: &RegistryKey, _: Perspective) -> Result<Vec<String>, Unanswered> {
        Err(unknown("the registry"))
    }
}

impl Products for WindowsModel {
    fn product(&self, _: &str, _: Account) -> Result<Option<InstalledProduct>, Unanswered> {
        Err(unknown("Windows Installer"))
    }
    fn is_installing(&self) -> Result<bool, Unanswered> {
        Ok(false)
    }
}

impl Processes for WindowsModel {
    fn create(&self, start: &Start<'_>) -> Result<Box<dyn StartedProcess>, StartError> {
        let why = io::Error::new(io::ErrorKind::Unsupported, "a model of a Windows starts nothing");
        Err(StartError::new(start.program, NOT_SUPPORTED, why))
    }
    fn gives_console_input(&self) -> bool {
        true
    }

    fn is_running(&self, _: &ProcessIdentity) -> Result<bool, Unanswered> {
        Ok(false)
    }
    fn descendants(&self, _: &ProcessIdentity) -> Result<Vec<ProcessIdentity>, Unanswered> {
        Ok(Vec::new())
    }
}

impl Device for WindowsModel {
    fn system_kind(&self) -> SystemKind {
        SystemKind::Windows
    }
    fn model(&self) -> Option<&'static str> {
        Some(NAME)
    }
    fn architecture(&self) -> Result<Architecture, Unanswered> {
        Ok(Architecture::X64)
    }
    fn windows_build(&self) -> Result<u32, Unanswered> {
        Ok(clean_windows::BUILD)
    }
    fn free_disk(&self) -> Result<u64, Unanswered> {
        Err(unknown("free space"))
    }
    fn memory(&self) -> Result<u64, Unanswered> {
        Err(unknown("memory"))
    }
    fn processors(&self) -> Result<u32, Unanswered> {
        Err(unknown("the number of processors"))
    }
    fn processor_mhz(&self) -> Result<u32, Unanswered> {
        Err(unknown("the clock rate"))
    }
    fn environment(&self, perspective: Perspective) -> Result<Environment, Unanswered> {
        Ok(clean_windows::environment(perspective))
    }
    fn path(&self, _: Perspective) -> Result<Vec<String>, Unanswered> {
        Ok(clean_windows::path())
    }
    fn boot(&self) -> Option<BootIdentity> {
        None
    }
    fn pending_restarts(&self) -> Result<Vec<String>, Unanswered> {
        Ok(Vec::new())
    }
    fn signed_in_user(&self) -> Result<Option<SignedInUser>, Unanswered> {
        Ok(Some(SignedInUser { name: clean_windows::USER.into(), id: "S-1-5-21-1-2-3-1001".into() }))
    }
    fn own_account(&self) -> Account {
        Account::System
    }
    fn is_elevated(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{System as _, View};
    use std::fs;

    fn kind(machine: &WindowsModel, path: &str) -> Option<FileKind> {
        machine.files().look(path).unwrap().map(|facts| facts.kind)
    }

    #[test]
    fn a_folder_of_this_machine_stands_for_the_content_folder_in_any_case() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("Files")).unwrap();
        fs::write(folder.path().join("Files").join("Setup.exe"), "MZ").unwrap();
        let machine = WindowsModel::new(Some(folder.path()));
        let content = machine.content_folder().unwrap();
        assert_eq!(kind(&machine, &format!(r"{content}\files\SETUP.EXE")), Some(FileKind::File));
        assert_eq!(kind(&machine, &format!(r"{}\Files\", content.to_uppercase())), Some(FileKind::Folder));
        assert_eq!(kind(&machine, &format!(r"{content}\Files\absent.exe")), None);
        assert_eq!(machine.files().list(content).unwrap(), ["Files"]);
        // Nothing leads out of the folder, and its neighbours are none of its files.
        for outside in [r"\..\x", r"\Files/../../x", r"\.\Files", "x", r"\C:\Windows"] {
            assert_eq!(kind(&machine, &format!("{content}{outside}")), None, "{outside}");
        }
        assert_eq!(WindowsModel::new(None).content_folder(), None);
    }

    #[test]
    fn programs_are_those_of_a_clean_windows() {
        let machine = WindowsModel::new(None);
        assert_eq!(kind(&machine, r"c:\windows\SYSWOW64\cmd.exe"), Some(FileKind::File));
        assert_eq!(kind(&machine, r"C:\Windows\SysWOW64\bcdedit.exe"), None);
        assert_eq!(kind(&machine, r"C:\Windows\System32\WindowsPowerShell"), Some(FileKind::Folder));
        assert!(machine.files().list(r"C:\Windows\System32").unwrap().contains(&"bcdedit.exe".to_owned()));
    }

    #[test]
    fn variables_are_those_of_the_account_in_its_view() {
        let machine = WindowsModel::new(None);
        let value = |view, account, name: &str| {
            let block = machine.device().environment(Perspective { view, account }).unwrap();
            block.get(name).map(str::to_owned)
        };
        let of_system = |view, name| value(view, Account::System, name);
        assert_eq!(of_system(View::Bits32, "ProgramFiles").unwrap(), r"C:\Program Files (x86)");
        assert_eq!(of_system(View::Bits64, "ProgramFiles").unwrap(), r"C:\Program Files");
        assert_eq!(of_system(View::Bits32, "PROCESSOR_ARCHITEW6432").unwrap(), "AMD64");
        assert_eq!(of_system(View::Bits64, "PROCESSOR_ARCHITEW6432"), None);
        assert_eq!(of_system(View::Bits32, "TEMP").unwrap(), r"C:\Windows\TEMP");
        let local = value(View::Bits32, Account::User, "LOCALAPPDATA");
        assert_eq!(local.unwrap(), r"C:\Users\user\AppData\Local");
    }
}
