//! Every test vector must be accepted or refused as its header says, and by the check that the header names.

use intunewin::ArchivePolicy;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use waybill_schemas::{ApplicationInfo, EncryptionInfo};
use waybill_support::folder_listing::Listing;
use waybill_support::vector_file::{VectorFile, read_group};
use waybill_tests::read_package::{Refusal, read_content, read_package};
use waybill_tests::sealed_package::seal;

#[test]
fn archives() {
    run("archive", 192, |vector| compare(vector, archive(vector)));
}

#[test]
fn packages() {
    run("package", 231, |vector| compare(vector, package(vector)));
}

#[test]
fn documents() {
    run("xml", 40, |vector| match (ApplicationInfo::read(&vector.body), vector.expect()) {
        (Ok(document), "success") => same_values(vector, &document.info),
        (Err(_), "metadata") => Ok(()),
        (Ok(_), _) => Err("is read".into()),
        (Err(error), _) => Err(format!("is refused: {error}")),
    });
}

/// Every row of the table of readers' cases in `docs/package-format.md` has a vector that is named after it.
#[test]
fn rows_are_complete() {
    let names: Vec<String> = read_group("package").unwrap().into_iter().map(|vector| vector.name).collect();
    let missing = (1..=16).map(|row| format!("row-{row:02}-"));
    let missing: Vec<String> =
        missing.filter(|row| !names.iter().any(|name| name.starts_with(row))).collect();
    assert_eq!(missing, [""; 0]);
}

/// Runs all vectors of a group and reports all failures at once.
fn run(group: &str, count: usize, check: impl Fn(&VectorFile) -> Result<(), String>) {
    let vectors = read_group(group).unwrap();
    assert_eq!(vectors.len(), count, "vectors of the group {group}");
    let failures: Vec<String> = vectors
        .iter()
        .filter_map(|vector| {
            let outcome =
                catch_unwind(AssertUnwindSafe(|| check(vector))).unwrap_or_else(|_| Err("panics".into()));
            outcome.err().map(|failure| {
                format!("{} ({}): {failure}", vector.name, vector.get("comment").unwrap_or(""))
            })
        })
        .collect();
    assert!(failures.is_empty(), "{} of {count} fail:\n{}", failures.len(), failures.join("\n"));
}

/// Reads an archive vector as the payload of a package that is sealed around it.
fn archive(vector: &VectorFile) -> Result<Listing, Refusal> {
    let folder = tempfile::tempdir().unwrap();
    let sealed = seal(&vector.body, "install.cmd", 7).unwrap();
    read_content(sealed.content().to_vec(), sealed.info, &policy(vector), folder.path())
}

fn package(vector: &VectorFile) -> Result<Listing, Refusal> {
    let folder = tempfile::tempdir().unwrap();
    match vector.get("encryption-info") {
        Some(info) => read_content(vector.body.clone(), parse_info(info), &policy(vector), folder.path()),
        None => read_package(vector.body.clone(), &policy(vector), folder.path()),
    }
}

fn parse_info(json: &str) -> EncryptionInfo {
    serde_json::from_str(json).unwrap()
}

/// The archive policy: the default limits, changed by the vector's headers.
fn policy(vector: &VectorFile) -> ArchivePolicy {
    let mut policy = ArchivePolicy::default();
    for limit in vector.all("limits") {
        let (name, value) = limit.split_once('=').unwrap();
        let value = value.parse().unwrap();
        match name {
            "max-entries" => policy.max_entries = value,
            "max-package" => policy.max_package = value,
            "max-unpacked" => policy.max_unpacked = value,
            other => panic!("unknown limit {other}"),
        }
    }
    policy
}

fn compare(vector: &VectorFile, outcome: Result<Listing, Refusal>) -> Result<(), String> {
    match (outcome, vector.expect()) {
        (Ok(listing), "success") => same_entries(vector, &listing),
        (Ok(_), class) => Err(format!("is accepted, expected {class}")),
        (Err(refusal), class) if refusal.class == class => match vector.get("rule") {
            Some(rule) if !refusal.rules.contains(&rule) => {
                Err(format!("expected the rule {rule}, got {refusal}"))
            }
            _ => Ok(()),
        },
        (Err(refusal), class) => Err(format!("expected {class}, got {refusal}")),
    }
}

/// Checks that the unpacked files and folders are exactly those of the header, the files by their CRC.
fn same_entries(vector: &VectorFile, listing: &Listing) -> Result<(), String> {
    let crc = |bytes: &Vec<u8>| crc32fast::hash(bytes);
    let found: BTreeSet<String> = listing
        .iter()
        .filter_map(|(path, bytes)| bytes.as_ref().map(|bytes| format!("{:08x} {path}", crc(bytes))))
        .collect();
    let expected: BTreeSet<String> = vector.all("file").map(str::to_owned).collect();
    if found != expected {
        return Err(format!("expected {expected:?}, unpacked {found:?}"));
    }
    match vector.all("folder").find(|folder| listing.get(*folder) != Some(&None)) {
        Some(folder) => Err(format!("the folder {folder} is missing")),
        None => Ok(()),
    }
}

fn same_values(vector: &VectorFile, info: &ApplicationInfo) -> Result<(), String> {
    let size = info.unencrypted_content_size.to_string();
    for (key, found) in [("file-name", &info.file_name), ("setup-file", &info.setup_file), ("size", &size)] {
        if vector.get(key) != Some(found) {
            return Err(format!("{key} is read as {found}"));
        }
    }
    match vector.get("encryption-info").map(parse_info) {
        Some(expected) if expected == info.encryption_info => Ok(()),
        _ => Err("other keys, MAC or digest are read".into()),
    }
}
