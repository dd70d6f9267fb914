//! WB401, WB402 and WB407: what is packed, and how it is named.

use super::{Examined, FindingPlace, Findings, LintPage, LintRule, Severity::Warning};
use crate::invisible_names::InvisibleNames;
use crate::lint::subject::{FileEntry, packed_name};
use crate::recognise::InstallerKind;
use intunewin::{ArchivePolicy, fold_name};
use std::collections::HashMap;
use waybill_intune::path::extension;
use waybill_schemas::{Bytes, counted};

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
/// The longest name in UTF-16 units. Below a content folder, longer ones exceed Windows' 260.
const LONGEST_PATH: usize = 200;

pub(super) static RULES: &[LintRule] = &[
    LintRule {
        page: LintPage {
            code: "WB401",
            severity: Warning,
            title: "files in the package that nobody meant to pack",
            harm: "A `.git` folder carries the whole history, a nested .intunewin the old version, and a folder of \
               downloads gigabytes: every device downloads and unpacks them.",
            fix: "Pack from a folder of its own, or leave files out with `.waybillignore` or `--exclude`.",
            before: "waybill pack Downloads --setup tool.msi",
            after: "waybill pack tool/source --setup tool.msi --exclude \"*.intunewin\"",
        },
        checks: &[by_accident, neighbours],
    },
    LintRule {
        page: LintPage {
            code: "WB402",
            severity: Warning,
            title: "a name that Windows takes badly",
            harm: "Paths over 200 characters pass 260 below the content folder, where installers stop finding them. \
               A setup file that differs in case works on Windows and nowhere else. Names that Windows refuses \
               (an error: CON, a colon, a final dot) cannot be unpacked at all.",
            fix: "Shorten the path, write the name as it is on disk, rename the file.",
            before: "\"setupFilePath\": \"Setup.exe\"   (the file is setup.exe)",
            after: "\"setupFilePath\": \"setup.exe\"",
        },
        checks: &[long_paths, refused_names, unmarked_names, spelling_of_setup_file],
    },
    LintRule {
        page: LintPage {
            code: "WB407",
            severity: Warning,
            title: "a name with characters that nobody sees",
            harm: "Marks of direction make `gpj.exe` look like `exe.jpg`, and spaces of no width, joiners and soft \
               hyphens make two names look alike. A command that names the file as it looks does not find it, and \
               some file systems leave such characters out.",
            fix: "Rename the file or folder, without the character.",
            before: "setup\\u{200b}.exe",
            after: "setup.exe",
        },
        checks: &[invisible_names],
    },
];

fn by_accident(examined: &Examined<'_>, findings: &mut Findings) {
    for repository in [".git", ".svn", ".hg"] {
        let is_inside = |entry: &&FileEntry| entry.name.split('/').any(|part| part == repository);
        let mut inside = examined.subject.entries.iter().flatten().filter(is_inside);
        if let Some(first) = inside.next() {
            let count = inside.count() + 1;
            let count = counted(count as u64, "entry");
            let message = format!("The package holds a {repository} folder with {count}.");
            let fix = format!("Leave it out: `--exclude {repository}`, or .waybillignore.");
            findings.warning(FindingPlace::in_file(&first.name), message, fix);
        }
    }
    for entry in examined.subject.files().filter(|entry| extension(&entry.name) == "intunewin") {
        let message = format!("The package holds another package, {} ({}).", entry.name, Bytes(entry.size));
        let fix = "Leave it out: `--exclude \"*.intunewin\"`, or .waybillignore.";
        findings.warning(FindingPlace::in_file(&entry.name), message, fix);
    }
}

/// Finds over 1 GiB directly beside a small setup file that has all it needs in itself. Folders and the parts of
/// layouts (cabinets, MSIs) are not counted, because bootstrappers and scripts need them; a script may need any file.
fn neighbours(examined: &Examined<'_>, findings: &mut Findings) {
    const PARTS: [&str; 12] =
        ["cab", "msi", "msp", "mst", "hdr", "bin", "dat", "dll", "w3d", "inx", "boot", "wim"];
    let subject = examined.subject;
    let Some(setup) = subject.find_setup_file() else { return };
    let is_program = matches!(extension(&setup.name).as_str(), "exe" | "msi");
    // InstallShield's layouts have many files by design.
    if !is_program || setup.size >= MIB || subject.setup.kind == Some(InstallerKind::InstallShield) {
        return;
    }
    let beside = |entry: &&FileEntry| {
        !entry.name.contains('/')
            && entry.name != setup.name
            && !PARTS.contains(&extension(&entry.name).as_str())
    };
    let others: Vec<&FileEntry> = subject.files().filter(beside).collect();
    let size = others.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.size));
    if let Some(largest) = others.iter().max_by_key(|entry| entry.size).filter(|_| size > GIB) {
        let (size, size_of_setup) = (Bytes(size), Bytes(setup.size));
        let (setup, largest) = (&setup.name, &largest.name);
        let message =
            format!("{size} lie beside {setup}, which has {size_of_setup}; the largest is {largest}.");
        let fix = "Pack from a folder that holds only what the setup file needs.";
        findings.warning(FindingPlace::in_file(largest), message, fix);
    }
}

fn long_paths(examined: &Examined<'_>, findings: &mut Findings) {
    // Windows' limit of 260 counts UTF-16 units, not characters or bytes.
    let lengths =
        examined.subject.entries.iter().flatten().map(|entry| (entry, entry.name.encode_utf16().count()));
    let too_long: Vec<_> = lengths.filter(|(_, length)| *length > LONGEST_PATH).collect();
    let longest = too_long.iter().map(|(_, length)| length).max();
    if let (Some((first, _)), Some(longest)) = (too_long.first(), longest) {
        let count = too_long.len();
        let message = format!(
            "{count} paths have over {LONGEST_PATH} characters, the longest {longest}: below the content folder they pass 260."
        );
        let fix = "Shorten folder names, or pack that folder as an archive that the installer unpacks.";
        findings.warning(FindingPlace::in_file(&first.name), message, fix);
    }
}

fn refused_names(examined: &Examined<'_>, findings: &mut Findings) {
    // The policy checks names as they stand in an archive, where only the final
    // `/` distinguishes a folder from a file.
    let name =
        |entry: &FileEntry| if entry.is_folder { format!("{}/", entry.name) } else { entry.name.clone() };
    let names = examined.subject.entries.iter().flatten().map(name);
    let mut twins = None;
    for violation in ArchivePolicy::default().check_names(names) {
        let is_duplicate = violation.rule.id == "name-duplicate";
        let twins = is_duplicate.then(|| twins.get_or_insert_with(|| first_names(examined)));
        let twin = twins.and_then(|twins| twins.get(&fold_name(violation.entry.as_deref()?)));
        let message = match twin {
            Some(twin) => {
                let name = violation.entry.as_deref().unwrap_or_default();
                format!("Windows takes two names for one file: {name} and {twin}.")
            }
            None => format!("Windows refuses a name: {violation}."),
        };
        let place = violation.entry.map(FindingPlace::in_file).unwrap_or_default();
        findings.error(place, message, "Rename it.");
    }
}

/// The first entry of each name, by the name as Windows compares it.
fn first_names<'a>(examined: &'a Examined<'_>) -> HashMap<String, &'a str> {
    let mut first = HashMap::new();
    for entry in examined.subject.entries.iter().flatten() {
        first.entry(fold_name(&entry.name)).or_insert(entry.name.as_str());
    }
    first
}

fn unmarked_names(examined: &Examined<'_>, findings: &mut Findings) {
    let unmarked = examined.subject.package.as_ref().map_or(0, |package| package.unmarked_names);
    // Readers read names without the flag for UTF-8 as code page 437.
    if unmarked > 0 {
        let message = format!(
            "{} in UTF-8 that the package does not mark as such: other readers show other letters.",
            counted(unmarked, "name")
        );
        findings.warning(FindingPlace::default(), message, "Pack the folder again with `waybill pack`.");
    }
}

fn invisible_names(examined: &Examined<'_>, findings: &mut Findings) {
    let names = examined.subject.entries.iter().flatten().map(|entry| entry.name.as_str());
    if let Some(found) = InvisibleNames::among(names) {
        let message = format!("Invisible characters: {found}.");
        findings.warning(FindingPlace::in_file(&found.first), message, "Rename it without them.");
    }
}

fn spelling_of_setup_file(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    let (Some(setup), Some(entry)) = (&subject.setup_file, subject.find_setup_file()) else { return };
    if entry.name != packed_name(setup) {
        let message = format!("The setup file is named {setup}, but the file is {}.", entry.name);
        findings.warning(subject.setup_file_place(), message, format!("Write `{}`.", entry.name));
    }
}
