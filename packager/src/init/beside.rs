//! The files that packagers lay beside a setup file, found by their names: a script that uninstalls, and one that
//! detects.

use crate::setup_file::SetupFile;
use crate::walk::SourceList;
use std::path::{Path, PathBuf};
use waybill_intune::path::{extension, leaf};
use waybill_schemas::app::SOURCE_FOLDER;

/// Extensions of scripts that may uninstall, in the order in which they are tried.
const SCRIPTS: [&str; 5] = ["ps1", "cmd", "bat", "vbs", "js"];

/// What an install script's name says, and what the name of its counterpart may say in its place.
const COUNTERPARTS: [(&str, &[&str]); 3] = [
    ("install", &["uninstall", "deinstall", "remove"]),
    ("setup", &["uninstall", "remove"]),
    ("deploy", &["undeploy", "uninstall", "remove"]),
];

/// Names of source folders that say nothing about the app: its folder is the one above.
const GENERIC_FOLDERS: [&str; 8] =
    [SOURCE_FOLDER, "src", "files", "content", "package", "installer", "setup", "sources"];

/// The name of the app by its folder: the source folder's, or where that is called `source` or the like, the one
/// above. `None` where there is no such name.
pub(super) fn folder_name(root: &Path) -> Option<String> {
    let named = |folder: &Path| folder.file_name().map(|name| name.to_string_lossy().trim().to_owned());
    let is_generic = |name: &str| GENERIC_FOLDERS.iter().any(|one| name.eq_ignore_ascii_case(one));
    let mut folders = root.ancestors().filter_map(named);
    folders.find(|name| !is_generic(name)).filter(|name| !name.is_empty())
}

/// The script that uninstalls what `setup` installs, as a name in the source folder.
pub(super) fn uninstall_script(list: &SourceList, setup: &SetupFile) -> Option<String> {
    let folder = folder_of(setup);
    let siblings: Vec<String> = siblings(list, folder).filter(|name| name != setup.name()).collect();
    let own = extension(setup.name());
    let (stem, _) = setup.leaf().rsplit_once('.').unwrap_or((setup.leaf(), ""));
    let extensions = || std::iter::once(own.as_str()).chain(SCRIPTS).filter(|one| SCRIPTS.contains(one));
    let mut wanted = counterparts(&stem.to_lowercase());
    wanted.extend(["uninstall".to_owned(), "remove".to_owned()]);
    let found = wanted.iter().find_map(|stem| {
        extensions().find_map(|extension| {
            let wanted = format!("{stem}.{extension}");
            // Compared in lower case, because the device finds the file in any case.
            siblings.iter().find(|name| leaf(name).to_lowercase() == wanted)
        })
    });
    found.cloned().or_else(|| {
        let starts = |name: &&String| {
            SCRIPTS.contains(&extension(name).as_str()) && leaf(name).to_lowercase().starts_with("uninstall")
        };
        sole(siblings.iter().filter(starts)).cloned()
    })
}

/// The stems that the counterpart of a script may have, both in lower case: `install_x` gives `uninstall_x`.
fn counterparts(stem: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (word, others) in COUNTERPARTS {
        // `uninstall` holds `install`, and what uninstalls has no counterpart that does.
        if let Some(at) = stem.find(word).filter(|at| !ends_in_negation(&stem[..*at])) {
            found.extend(
                others.iter().map(|other| format!("{}{other}{}", &stem[..at], &stem[at + word.len()..])),
            );
        }
    }
    found
}

fn ends_in_negation(before: &str) -> bool {
    before.ends_with("un") || before.ends_with("de")
}

/// A script that detects the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DetectionScript {
    /// There is one. Its name, and the path for reading it.
    One(String, PathBuf),
    /// There are several, and none of them is named after the setup file. Their names.
    Several(Vec<String>),
}

/// The detection script beside the setup file, in the folder of the sources, or beside a folder named `source`.
pub(super) fn detection_script(list: &SourceList, setup: &SetupFile) -> Option<DetectionScript> {
    let in_sources = |folder: &str| -> Vec<(String, PathBuf)> {
        let entries = list.iter().filter(|entry| !entry.is_folder());
        let there = entries.filter(|entry| detects(entry.leaf())).map(|entry| (entry.name(), entry.path()));
        there.filter(|(name, _)| folder_of_name(name) == folder && name != setup.name()).collect()
    };
    let folder = folder_of(setup);
    let places =
        [in_sources(folder), if folder.is_empty() { Vec::new() } else { in_sources("") }, above(list)];
    let mut found = places.into_iter().find(|found| !found.is_empty())?;
    if found.len() > 1 {
        let of_setup = named_after(&found, setup);
        let Some(index) = of_setup else {
            return Some(DetectionScript::Several(found.into_iter().map(|(name, _)| name).collect()));
        };
        found.swap(0, index);
    }
    found.into_iter().next().map(|(name, path)| DetectionScript::One(name, path))
}

/// The scripts beside a folder named `source`, where the app's document lies; they are not packed.
fn above(list: &SourceList) -> Vec<(String, PathBuf)> {
    let root = list.root();
    let is_source = root.file_name().is_some_and(|name| name.eq_ignore_ascii_case(SOURCE_FOLDER));
    let entries = root.parent().filter(|_| is_source).and_then(|folder| std::fs::read_dir(folder).ok());
    let files = entries.into_iter().flatten().flatten().filter(|entry| entry.path().is_file());
    let mut found: Vec<_> = files
        .map(|file| (file.file_name().to_string_lossy().into_owned(), file.path()))
        .filter(|(name, _)| detects(name))
        .collect();
    found.sort();
    found
}

/// Whether a name is that of a detection script: `Detect.ps1`, `X_Detection.ps1`, `Test-XInstalled.ps1`.
fn detects(name: &str) -> bool {
    let name = leaf(name).to_lowercase();
    let Some(stem) = name.strip_suffix(".ps1") else { return false };
    stem.contains("detect") || (stem.starts_with("test-") && stem.contains("install"))
}

/// The one script that shares the rest of its name with the setup file: `Detect_X.ps1` beside `Install_X.ps1`.
fn named_after(found: &[(String, PathBuf)], setup: &SetupFile) -> Option<usize> {
    let setup = rest_of_name(setup.leaf());
    let mut same = found.iter().enumerate().filter(|(_, (name, _))| rest_of_name(leaf(name)) == setup);
    same.next().map(|(index, _)| index).filter(|_| same.next().is_none())
}

/// What is left of a name without its extension, the word for what it does, and separators.
fn rest_of_name(name: &str) -> String {
    let mut stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_lowercase();
    for word in ["detection", "detect", "uninstall", "install", "setup", "deploy", "script"] {
        stem = stem.replacen(word, "", 1);
    }
    stem.retain(char::is_alphanumeric);
    stem
}

fn siblings<'a>(list: &'a SourceList, folder: &'a str) -> impl Iterator<Item = String> + 'a {
    let files = list.iter().filter(|entry| !entry.is_folder());
    files.map(|entry| entry.name()).filter(move |name| folder_of_name(name) == folder)
}

/// The folder of a name with its separator at the end; empty for a file at the top.
fn folder_of_name(name: &str) -> &str {
    name.strip_suffix(leaf(name)).unwrap_or_default()
}

fn folder_of(setup: &SetupFile) -> &str {
    folder_of_name(setup.name())
}

fn sole<T>(mut found: impl Iterator<Item = T>) -> Option<T> {
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_app_is_named_after_its_own_folder() {
        for (root, name) in [
            ("/apps/7-Zip/source", Some("7-Zip")),
            ("/apps/7-Zip/Files/Source", Some("7-Zip")),
            ("/apps/7-Zip", Some("7-Zip")),
            ("/source", None),
            ("/", None),
        ] {
            assert_eq!(folder_name(Path::new(root)).as_deref(), name, "{root}");
        }
    }

    #[test]
    fn detection_scripts_are_known_by_their_names() {
        for name in
            ["detect.ps1", "Detection.PS1", "Detect-7Zip.ps1", "7zip_detection.ps1", "Test-7ZipInstalled.ps1"]
        {
            assert!(detects(name), "{name}");
        }
        for name in ["detect.txt", "install.ps1", "Test-Connection.ps1", "detect"] {
            assert!(!detects(name), "{name}");
        }
    }

    #[test]
    fn names_are_turned_round() {
        assert_eq!(counterparts("install_x")[0], "uninstall_x");
        assert_eq!(counterparts("x-install")[0], "x-uninstall");
        assert_eq!(counterparts("deploy")[0], "undeploy");
        assert_eq!(counterparts("uninstall"), [""; 0]);
        assert_eq!(rest_of_name("Install_X.ps1"), rest_of_name("Detect-x.ps1"));
    }
}
