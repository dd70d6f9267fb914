//! WB401 and WB402: what is packed, and how it is named.

use super::{Examined, Findings, LintRule};
use crate::lint::subject::Subject;
use crate::lint::subject::{FileEntry, Files, packed_name};
use crate::recognise::InstallerKind;
use intunewin::ArchivePolicy;
use waybill_intune::path::extension;
use waybill_schemas::report::lint::Severity::Warning;
use waybill_schemas::report::lint::{FindingPlace, LintPage};

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
/// Below a content folder, longer paths pass Windows' 260 characters.
const LONGEST_PATH: usize = 200;

pub(super) static RULES: &[LintRule] = &[
    LintRule {
        page: LintPage {
            code: "WB401",
            severity: Warning,
            title: "files in the package that nobody meant to pack",
            harm: "A `.git` folder carries the whole history, a nested .intunewin the old version, and a folder of \
               downloads gigabytes: every device downloads and unpacks them.",
            mend: "Pack from a folder of its own, or leave files out with `.waybillignore` or `--exclude`.",
            before: "waybill pack Downloads --setup tool.msi",
            after: "waybill pack tool/source --setup tool.msi --exclude \"*.intunewin\"",
        },
        check: unwanted_files,
    },
    LintRule {
        page: LintPage {
            code: "WB402",
            severity: Warning,
            title: "a name that Windows takes badly",
            harm: "Paths over 200 characters pass 260 below the content folder, where installers stop finding them. \
               A setup file that differs in case works on Windows and nowhere else. Names that Windows refuses \
               (an error: CON, a colon, a final dot) cannot be unpacked at all.",
            mend: "Shorten the path, write the name as it is on disk, rename the file.",
            before: "\"setupFilePath\": \"Setup.exe\"   (the file is setup.exe)",
            after: "\"setupFilePath\": \"setup.exe\"",
        },
        check: awkward_names,
    },
];

fn unwanted_files(examined: &Examined<'_>, findings: &mut Findings) {
    if let Some(files) = &examined.subject.files {
        by_accident(files, findings);
        neighbours(files, examined.subject, findings);
    }
}

fn awkward_names(examined: &Examined<'_>, findings: &mut Findings) {
    if let Some(files) = &examined.subject.files {
        names(files, examined.subject, findings);
        spelling_of_setup_file(files, examined.subject, findings);
    }
}

fn by_accident(files: &Files, findings: &mut Findings) {
    const REPOSITORIES: [&str; 3] = [".git", ".svn", ".hg"];
    for repository in REPOSITORIES {
        let mut inside = files.iter().filter(|entry| entry.name.split('/').any(|part| part == repository));
        if let Some(first) = inside.next() {
            let message =
                format!("The package holds a {repository} folder with {} entries.", inside.count() + 1);
            let place = FindingPlace::in_file(first.name.clone());
            findings.warning(
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
        findings.warning(FindingPlace::in_file(entry.name.clone()), message, mend);
    }
}

/// Over 1 GiB directly beside a small setup file that carries all it needs. Folders and the parts of layouts
/// (cabinets, MSIs) are what bootstrappers and scripts are for; a script may need anything.
fn neighbours(files: &Files, subject: &Subject, findings: &mut Findings) {
    const PARTS: [&str; 12] =
        ["cab", "msi", "msp", "mst", "hdr", "bin", "dat", "dll", "w3d", "inx", "boot", "wim"];
    let Some(setup) = subject.setup_file.as_deref().and_then(|setup| files.find(setup)) else { return };
    let is_program = matches!(extension(&setup.name).as_str(), "exe" | "msi");
    // Layouts of InstallShield are spread over many files by design.
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
        findings.warning(
            FindingPlace::in_file(largest.name.clone()),
            message,
            "Pack from a folder that holds only what the setup file needs.",
        );
    }
}

fn names(files: &Files, subject: &Subject, findings: &mut Findings) {
    let mut too_long =
        // Windows' limit of 260 counts UTF-16 units, not letters or bytes.
        files.iter().filter(|entry| entry.name.encode_utf16().count() > LONGEST_PATH).peekable();
    if let Some(first) = too_long.peek().map(|entry| entry.name.clone()) {
        let (count, longest) = too_long.fold((0, 0), |(count, longest), entry| {
            (count + 1, longest.max(entry.name.encode_utf16().count()))
        });
        let message = format!(
            "{count} paths have over {LONGEST_PATH} characters, the longest {longest}: below the content folder they pass 260."
        );
        findings.warning(
            FindingPlace::in_file(first),
            message,
            "Shorten folder names, or pack that folder as an archive that the installer unpacks.",
        );
    }
    // The policy judges names as they stand in an archive, where only the final
    // `/` tells a folder from a file.
    let raw = files
        .iter()
        .map(|entry| if entry.is_folder { format!("{}/", entry.name) } else { entry.name.clone() });
    for violation in ArchivePolicy::default().check_names(raw) {
        let message = format!("Windows refuses a name: {violation}.");
        let place = violation.entry.map(FindingPlace::in_file).unwrap_or_default();
        findings.error(place, message, "Rename it.");
    }
    // Readers without the UTF-8 flag take such names for code page 437.
    let unmarked = subject.package.as_ref().map_or(0, |package| package.unmarked_names);
    if unmarked > 0 {
        let message =
            format!("{unmarked} names are UTF-8 without saying so: other readers show other letters.");
        findings.warning(FindingPlace::default(), message, "Pack the folder again with `waybill pack`.");
    }
}

fn spelling_of_setup_file(files: &Files, subject: &Subject, findings: &mut Findings) {
    let Some(setup) = subject.setup_file.as_deref() else { return };
    if let Some(entry) = files.find(setup).filter(|entry| entry.name != packed_name(setup)) {
        let message = format!("The setup file is named {setup}, but the file is {}.", entry.name);
        findings.warning(subject.setup_file_place(), message, format!("Write `{}`.", entry.name));
    }
}
