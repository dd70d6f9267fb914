//! WB403 to WB405: the package's shape, MSI facts that differ, and archives that readers see differently.

use super::Severity::{Error, Warning};
use super::{Examined, FindingPlace, Findings, LintPage, LintRule};
use intunewin::{Archive, ArchiveError};
use std::collections::BTreeMap;
use std::io::{Read, Seek};
use waybill_schemas::MsiInfo;
use zip::ZipArchive;

pub(super) static RULES: &[LintRule] = &[
    LintRule {
        page: LintPage {
            code: "WB403",
            severity: Warning,
            title: "a package of another shape than Microsoft's tool makes",
            harm: "Since August 2025 Intune's portal refuses packages whose outer zip or Detection.xml differ from what \
               Microsoft's tool writes: other entries, another order, compression, namespaces, base64 without \
               padding.",
            fix: "Unpack it and pack it again: `waybill unpack`, then `waybill pack`.",
            before: "an outer zip with deflated entries",
            after: "the same, packed by `waybill pack`",
        },
        checks: &[odd_shape],
    },
    LintRule {
        page: LintPage {
            code: "WB404",
            severity: Warning,
            title: "MSI facts that are out of the ordinary, or that do not fit the MSI",
            harm: "ALLUSERS is empty, 1 or 2; with any other value Windows Installer and Microsoft's tool read it \
               differently, and the tool refuses it. Codes and a version in Detection.xml that are not the MSI's show \
               that only one of the two was exchanged.",
            fix: "Correct the property in a transform or on the command line; pack the MSI again.",
            before: "ALLUSERS = 0 in the Property table",
            after: "ALLUSERS absent (per user) or 1 (per machine)",
        },
        checks: &[all_users, msi_info],
    },
    LintRule {
        page: LintPage {
            code: "WB405",
            severity: Error,
            title: "other readers see this archive differently",
            harm: "Two readers that find different files in one archive are how a harmless-looking package installs \
               something else: what was scanned or reviewed is not what is unpacked.",
            fix: "Do not deploy the package; unpack it with Waybill, look at what is in it, and pack it again.",
            before: "an archive with two end-of-central-directory records",
            after: "the same files, packed by `waybill pack`",
        },
        checks: &[other_readers],
    },
];

fn odd_shape(examined: &Examined<'_>, findings: &mut Findings) {
    let Some(package) = &examined.subject.package else { return };
    let fix = "Unpack the package and pack it again: `waybill unpack`, `waybill pack`.";
    for field in &package.unpadded {
        let message = format!("The base64 of {field} has no padding.");
        findings.warning(FindingPlace::in_document("Detection.xml", *field), message, fix);
    }
    for deviation in &package.deviations {
        let message = format!(
            "The package differs from what Microsoft's tool writes, and Intune may refuse it: {deviation}."
        );
        findings.warning(FindingPlace::default(), message, fix);
    }
}

fn other_readers(examined: &Examined<'_>, findings: &mut Findings) {
    for difference in examined.subject.package.iter().flat_map(|package| &package.other_reader) {
        let message = format!("Another reader of zip archives sees this payload differently: {difference}.");
        let fix = "Do not deploy it; look at what it holds with `waybill unpack`, and pack that again.";
        findings.error(FindingPlace::default(), message, fix);
    }
}

fn all_users(examined: &Examined<'_>, findings: &mut Findings) {
    let value = examined.subject.setup.msi.as_ref().and_then(|msi| msi.all_users.as_deref());
    if let Some(value) = value.filter(|value| !matches!(*value, "" | "1" | "2")) {
        let message = format!("The MSI's ALLUSERS is `{value}`; only empty, 1 and 2 mean something.");
        let fix = "Pass `ALLUSERS=1` (or `ALLUSERS=\"\"`) on the command line, or correct it in a transform.";
        let place = examined.subject.setup_file.as_ref().map(FindingPlace::in_file).unwrap_or_default();
        findings.warning(place, message, fix);
    }
}

/// The fields of Detection.xml that are compared with the MSI's tables, by their names: what an MSI is called by. Flags
/// are not compared, because Microsoft's tool works out its own (an MSI with two services and MsiIncludesServices false,
/// `docs/package-format.md`), and a finding about what that tool writes helps nobody.
fn compared_fields(info: &MsiInfo) -> [(&'static str, Option<String>); 4] {
    // GUIDs are written in either case, and Windows Installer treats them as equal.
    let text = |field: &Option<String>| field.as_deref().map(str::to_lowercase);
    [
        ("MsiProductCode", text(&info.product_code)),
        ("MsiProductVersion", text(&info.product_version)),
        ("MsiPackageCode", text(&info.package_code)),
        ("MsiUpgradeCode", text(&info.upgrade_code)),
    ]
}

/// Compares the MSI facts in Detection.xml with the MSI's own tables. Missing facts are not compared.
fn msi_info(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    let stated = subject.package.as_ref().and_then(|package| package.msi_info.as_ref());
    let (Some(stated), Some(msi)) = (stated, &subject.setup.msi) else { return };
    for ((name, stated), (_, read)) in
        compared_fields(stated).into_iter().zip(compared_fields(&msi.msi_info()))
    {
        if let (Some(stated), Some(read)) = (stated, read)
            && stated != read
            // Older tools write an empty element for a fact that the MSI does not have.
            && !stated.is_empty()
        {
            let message = format!("Detection.xml says {name} is {stated}; by the MSI's tables it is {read}.");
            let fix = "Pack the MSI again with `waybill pack`, which reads the tables.";
            findings.warning(FindingPlace::in_document("Detection.xml", name), message, fix);
        }
    }
}

/// The most differences that are reported.
const MOST: usize = 5;

/// Size and CRC of every entry, by its name.
type Seen = BTreeMap<String, (u64, u32)>;

/// What another reader sees differently, a phrase each; empty where both agree.
///
/// # Errors
/// A failure of our own reader. One of the other reader is a difference.
pub(in crate::lint) fn differences_to_other_reader<R: Read + Seek>(
    ours: &Archive,
    payload: R,
) -> Result<Vec<String>, ArchiveError> {
    let mut seen = Seen::new();
    ours.visit(|entry| {
        let name = if entry.name.is_folder() { format!("{}/", entry.name) } else { entry.name.to_string() };
        seen.insert(name, (entry.size, entry.crc));
        Ok::<(), ArchiveError>(())
    })?;
    Ok(match read_otherwise(payload) {
        Ok(theirs) => compared(&seen, &theirs),
        Err(error) => vec![format!("it cannot read it at all ({error})")],
    })
}

fn read_otherwise<R: Read + Seek>(payload: R) -> zip::result::ZipResult<Seen> {
    let mut archive = ZipArchive::new(payload)?;
    let mut seen = Seen::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index)?;
        // The raw name, because how a name is shown is another question. Microsoft's own tool writes `\` between
        // components (reader case 2), which our reader accepts as well, so without the replacement two readers would
        // seem to disagree about every such package.
        let name = String::from_utf8_lossy(entry.name_raw()).replace('\\', "/");
        seen.insert(name, (entry.size(), entry.crc32()));
    }
    Ok(seen)
}

fn compared(ours: &Seen, theirs: &Seen) -> Vec<String> {
    let missing = ours.keys().filter(|name| !theirs.contains_key(*name));
    let extra = theirs.keys().filter(|name| !ours.contains_key(*name));
    let other = ours.iter().filter(|(name, mine)| theirs.get(*name).is_some_and(|other| other != *mine));
    let missing = missing.map(|name| format!("it does not see `{name}`"));
    let extra = extra.map(|name| format!("it sees `{}`", name.escape_debug()));
    let other = other.map(|(name, _)| format!("it sees another size or CRC for `{name}`"));
    missing.chain(extra).chain(other).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use intunewin::ArchivePolicy;
    use std::io::Cursor;
    use waybill_context::Context;

    #[test]
    fn two_readers_agree_on_a_good_archive_and_their_differences_are_told() {
        let ours: Seen = [("a".to_owned(), (1, 2)), ("b/".to_owned(), (0, 0))].into();
        assert_eq!(compared(&ours, &ours), [""; 0]);
        let theirs: Seen = [("a".to_owned(), (1, 3)), ("c".to_owned(), (0, 0))].into();
        let told = compared(&ours, &theirs);
        assert_eq!(told, ["it does not see `b/`", "it sees `c`", "it sees another size or CRC for `a`"]);
    }

    #[test]
    fn an_archive_that_the_other_reader_cannot_read_is_a_difference() {
        let empty = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
        let archive = Archive::open(empty.clone(), &ArchivePolicy::default(), &Context::silent()).unwrap();
        assert_eq!(differences_to_other_reader(&archive, Cursor::new(empty)).unwrap(), [""; 0]);
        let told = differences_to_other_reader(&archive, Cursor::new(b"no zip".to_vec())).unwrap();
        assert!(told[0].starts_with("it cannot read it at all"), "{told:?}");
    }
}
