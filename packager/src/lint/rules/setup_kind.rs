//! WB406: files that are not what their names say.

use super::Severity::Error;
use super::started::Call;
use super::{Examined, FindingPlace, Findings, LintPage, LintRule, Subject};
use crate::lint::subject::FileEntry;
use crate::recognise::InstallerKind;
use std::collections::BTreeSet;
use waybill_intune::View;
use waybill_intune::command_line::{Msiexec, ProductOrFile};
use waybill_intune::path::extension;
use waybill_intune::right_line::{is_program, right_line};

pub(super) static RULES: &[LintRule] = &[LintRule {
    page: LintPage {
        code: "WB406",
        severity: Error,
        title: "a setup file that is not what its name says",
        harm: "A download that is a page of HTML, was cut short or is empty keeps the name of the installer: msiexec ends \
           with 1620 and a program with 0x800700C1 on every device. A setup file that nothing starts (.txt, a warning) is \
           usually the wrong one.",
        fix: "Download it again, compare its size and digest with the vendor's, and name the installer as the setup file.",
        before: "setup.msi   (a page that says \"Please sign in\")",
        after: "setup.msi   (a Windows Installer database)",
    },
    checks: &[setup_file, named_files],
}];

const AGAIN: &str = "Download it again, and compare its size and digest with the vendor's.";

fn setup_file(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    let Some(entry) = subject.find_setup_file() else { return };
    let place = subject.setup_file_place();
    if let Some(fault) = fault_of(entry, subject) {
        return findings.error(place, format!("The setup file {} {fault}.", entry.name), AGAIN);
    }
    let end = extension(&entry.name);
    if end == "msi" && subject.setup.msi.is_none() {
        if let Some(why) = &subject.setup.msi_damage {
            return findings.error(
                place,
                format!("The setup file {} is no working MSI: {why}.", entry.name),
                AGAIN,
            );
        }
        let kind = subject.setup.kind.filter(|kind| *kind != InstallerKind::Msi);
        if let Some(kind) = kind {
            let what = match kind {
                InstallerKind::Unknown => "no MSI, or a damaged one".to_owned(),
                kind => format!("{kind}, not an MSI"),
            };
            return findings.error(place, format!("The setup file {} is {what}.", entry.name), AGAIN);
        }
    }
    if is_reading_matter(&end) {
        let message = format!("The setup file {} is a text or a document, which nothing starts.", entry.name);
        findings.warning(place, message, "Name the installer or the script that the install command starts.");
    }
}

/// Extensions of files that are read, not started.
fn is_reading_matter(extension: &str) -> bool {
    const ENDS: [&str; 14] =
        ["txt", "md", "log", "html", "htm", "pdf", "rtf", "doc", "docx", "csv", "png", "jpg", "ico", "url"];
    ENDS.contains(&extension) && !is_program(extension) && right_line(extension, "a", View::Bits32).is_none()
}

/// Looks at the packed files that the commands start or hand to msiexec.
fn named_files(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    let mut seen = BTreeSet::new();
    for call in &examined.started.calls {
        for path in paths_of(call) {
            let Some(entry) = subject.find(&path).filter(|entry| !subject.is_setup_file(&entry.name)) else {
                continue;
            };
            let Some(fault) = fault_of(entry, subject).filter(|_| seen.insert(entry.name.clone())) else {
                continue;
            };
            findings.error(FindingPlace::in_file(&entry.name), format!("{} {fault}.", entry.name), AGAIN);
        }
    }
}

fn paths_of(call: &Call) -> Vec<String> {
    let files = Msiexec::parse(&call.step).into_iter().flat_map(|call| call.targets);
    let files = files.filter_map(|target| match target {
        ProductOrFile::File(path, _) => Some(path),
        ProductOrFile::Product(_) => None,
    });
    files.chain([call.step.program.clone()]).collect()
}

/// What is wrong with the first bytes of a file, as the rest of a sentence; `None` where they fit its name.
fn fault_of(entry: &FileEntry, subject: &Subject) -> Option<String> {
    const COMPOUND: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    let end = extension(&entry.name);
    if !matches!(end.as_str(), "msi" | "msp" | "exe" | "cmd" | "bat" | "ps1" | "vbs" | "msix" | "appx") {
        return None;
    }
    if entry.size == 0 {
        return Some("is empty".to_owned());
    }
    let head = (subject.contents)(&entry.name, 512)?;
    let (begins, what): (&[u8], &str) = match end.as_str() {
        "msi" | "msp" => (COMPOUND, "no Windows Installer file"),
        "exe" => (b"MZ", "no program"),
        "msix" | "appx" => (b"PK", "no app package"),
        _ => return None,
    };
    if head.starts_with(begins) {
        return None;
    }
    let text = String::from_utf8_lossy(&head).trim_start_matches('\u{FEFF}').trim_start().to_lowercase();
    let is_page =
        ["<!doctype", "<html", "<head", "<?xml", "<script"].iter().any(|sign| text.starts_with(sign));
    let seen = if is_page { "is a page of HTML or XML" } else { "does not begin as one" };
    Some(format!("is {what}: it {seen}"))
}
