//! WB401 and WB402: what is packed, and how it is named; WB102 for a setup file that is not there.

use super::files::{FileEntry, Files, leaf_of, packed_name};
use super::found::Found;
use super::subject::Subject;
use crate::recognise::InstallerKind;
use intunewin::ArchivePolicy;
use waybill_intune::command_line::extension;
use waybill_schemas::report::lint::Place;

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
/// Below a content folder, longer paths pass Windows' 260 characters.
const LONGEST_PATH: usize = 200;

pub(super) fn check(subject: &Subject, found: &mut Found) {
    let Some(files) = &subject.files else { return };
    by_accident(files, found);
    neighbours(files, subject, found);
    names(files, subject, found);
    setup_file(files, subject, found);
}

fn by_accident(files: &Files, found: &mut Found) {
    const REPOSITORIES: [&str; 3] = [".git", ".svn", ".hg"];
    for repository in REPOSITORIES {
        let mut inside = files.iter().filter(|entry| entry.name.split('/').any(|part| part == repository));
        if let Some(first) = inside.next() {
            let message =
                format!("The package holds a {repository} folder with {} entries.", inside.count() + 1);
            let place = Place::in_file(first.name.clone());
            found.warning(
                "WB401",
                place,
                message,
                format!("Leave it out: `--exclude {repository}`, or .waybillignore."),
            );
        }
    }
    for entry in files.iter().filter(|entry| !entry.is_folder && extension(&entry.name) == "intunewin") {
        let message =
            format!("The package holds another package, {} ({} MiB).", entry.name, entry.size >> 20);
        let mend = "Leave it out: `--exclude \"*.intunewin\"`, or .waybillignore.";
        found.warning("WB401", Place::in_file(entry.name.clone()), message, mend);
    }
}

/// Over 1 GiB directly beside a small setup file that carries all it needs. Folders and the parts of layouts
/// (cabinets, MSIs) are what bootstrappers and scripts are for; a script may need anything.
fn neighbours(files: &Files, subject: &Subject, found: &mut Found) {
    const PARTS: [&str; 12] =
        ["cab", "msi", "msp", "mst", "hdr", "bin", "dat", "dll", "w3d", "inx", "boot", "wim"];
    let Some(setup) = subject.setup_file.as_deref().and_then(|setup| files.find(setup)) else { return };
    let is_program = matches!(extension(&setup.name).as_str(), "exe" | "msi");
    if !is_program || setup.size >= MIB || subject.setup.kind == Some(InstallerKind::InstallShield) {
        return;
    }
    let beside = |entry: &&FileEntry| {
        !entry.name.contains('/')
            && entry.name != setup.name
            && !PARTS.contains(&extension(&entry.name).as_str())
    };
    let others: Vec<&FileEntry> = files.iter().filter(|entry| !entry.is_folder).filter(beside).collect();
    let size = others.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.size));
    if let Some(largest) = others.iter().max_by_key(|entry| entry.size).filter(|_| size > GIB) {
        let message = format!(
            "{} MiB lie beside {}, which has {} KiB; the largest is {}.",
            size >> 20,
            setup.name,
            setup.size >> 10,
            largest.name
        );
        found.warning(
            "WB401",
            Place::in_file(largest.name.clone()),
            message,
            "Pack from a folder that holds only what the setup file needs.",
        );
    }
}

fn names(files: &Files, subject: &Subject, found: &mut Found) {
    let mut too_long =
        files.iter().filter(|entry| entry.name.encode_utf16().count() > LONGEST_PATH).peekable();
    if let Some(first) = too_long.peek().map(|entry| entry.name.clone()) {
        let (count, longest) = too_long.fold((0, 0), |(count, longest), entry| {
            (count + 1, longest.max(entry.name.encode_utf16().count()))
        });
        let message = format!(
            "{count} paths have over {LONGEST_PATH} characters, the longest {longest}: below the content folder they pass 260."
        );
        found.warning(
            "WB402",
            Place::in_file(first),
            message,
            "Shorten folder names, or pack that folder as an archive that the installer unpacks.",
        );
    }
    let raw = files
        .iter()
        .map(|entry| if entry.is_folder { format!("{}/", entry.name) } else { entry.name.clone() });
    for violation in ArchivePolicy::default().check_names(raw) {
        let message = format!("Windows refuses a name: {violation}.");
        let place = violation.entry.map(Place::in_file).unwrap_or_default();
        found.error("WB402", place, message, "Rename it.");
    }
    let unmarked = subject.package.as_ref().map_or(0, |package| package.unmarked_names);
    if unmarked > 0 {
        let message =
            format!("{unmarked} names are UTF-8 without saying so: other readers show other letters.");
        found.warning("WB402", Place::default(), message, "Pack the folder again with `waybill pack`.");
    }
}

fn setup_file(files: &Files, subject: &Subject, found: &mut Found) {
    let Some(setup) = subject.setup_file.as_deref() else { return };
    let named_by_app = subject.app().is_some_and(|app| app.setup_file_path.as_deref() == Some(setup));
    let place = match named_by_app {
        true => subject.app_place("/setupFilePath"),
        false if subject.package.is_some() => Place::in_document("Detection.xml", "SetupFile"),
        false => Place::default(),
    };
    match files.find(setup) {
        None => {
            let mend = match files.find_leaf(leaf_of(setup)) {
                Some(entry) => format!("It is there as `{}`: name that.", entry.name),
                None => "Put it into the source folder, or correct the name.".to_owned(),
            };
            found.error("WB102", place, format!("The setup file {setup} is not in the package."), mend);
        }
        Some(entry) if entry.name != packed_name(setup) => {
            let message = format!("The setup file is named {setup}, but the file is {}.", entry.name);
            found.warning("WB402", place, message, format!("Write `{}`.", entry.name));
        }
        Some(_) => {}
    }
}
