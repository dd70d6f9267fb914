//! Seals any bytes as a payload with a valid MAC, checks and unpacks it, and compares the result with the `zip` crate.
#![no_main]

use intunewin::{
    Archive, ArchiveEntry, ArchiveError, ArchivePolicy, EncryptedContent, UnpackError, UnpackOptions,
};
use libfuzzer_sys::fuzz_target;
use std::io::Cursor;
use std::path::Path;
use waybill_context::Context;
use waybill_support::folder_listing::list;
use zip::result::ZipError;

// The file is included, because using its crate would build that crate's server for every run.
#[path = "../../tests/sealed_package.rs"]
mod sealed_package;
use sealed_package::seal;

/// Larger payloads are only checked and not unpacked, so that little time is spent on the disk.
const MOST_FILES: u64 = 32;
const MOST_BYTES: u64 = 1 << 20;

fuzz_target!(|payload: &[u8]| {
    let mut policy = ArchivePolicy::default();
    policy.max_unpacked = 16 << 20;
    let context = Context::silent();
    let sealed = seal(payload, "install.cmd", 1).expect("any bytes can be sealed");
    let content = EncryptedContent::new(sealed.content().to_vec(), sealed.info.clone(), None, &policy)
        .and_then(|content| Ok(content.authenticate(&context).expect("our own content authenticates")))
        .expect("our own content has the right shape");
    let Ok(archive) = content.archive(&policy, &context) else {
        nothing_is_unpacked(content, &policy);
        return;
    };
    let checked = archive.check_data(1, &context).is_ok();
    same_to_the_zip_crate(payload, &archive);
    if archive.file_count() + archive.folder_count() <= MOST_FILES && archive.unpacked_size() <= MOST_BYTES {
        let expected = (archive.file_count(), archive.unpacked_size());
        unpacks(content, &policy, checked, expected);
    }
});

fn unpack(
    content: intunewin::AuthenticatedContent,
    policy: &ArchivePolicy,
    parent: &Path,
) -> Result<std::path::PathBuf, UnpackError> {
    let mut options = UnpackOptions::default();
    (options.policy, options.threads) = (policy.clone(), 1);
    content.unpack(&parent.join("unpacked"), &options, &Context::silent()).map(|folder| folder.path)
}

fn nothing_is_unpacked(content: intunewin::AuthenticatedContent, policy: &ArchivePolicy) {
    let parent = tempfile::tempdir().expect("a temporary folder");
    assert!(unpack(content, policy, parent.path()).is_err());
    assert!(list(parent.path()).expect("only files and folders").is_empty(), "something was left behind");
}

/// Asserts that unpacking agrees with checking, leaves nothing after a refusal, and writes what was declared.
fn unpacks(
    content: intunewin::AuthenticatedContent,
    policy: &ArchivePolicy,
    checked: bool,
    (files, bytes): (u64, u64),
) {
    let parent = tempfile::tempdir().expect("a temporary folder");
    match unpack(content, policy, parent.path()) {
        Ok(folder) => {
            let listing = list(&folder).expect("only files and folders");
            let found: Vec<_> = listing.values().flatten().collect();
            assert!(checked, "unpacks, though the check refuses");
            assert_eq!(found.len() as u64, files);
            assert_eq!(found.iter().map(|file| file.len() as u64).sum::<u64>(), bytes);
        }
        Err(error) => {
            // A valid name may be too long for this file system: 255 UTF-16 units are up to 765 bytes.
            assert!(!checked || matches!(error, UnpackError::Write { .. }), "passes the check, yet: {error}");
            assert!(
                list(parent.path()).expect("only files and folders").is_empty(),
                "something was left behind"
            );
        }
    }
}

/// Asserts that the `zip` crate reads the same names, sizes and CRCs in the same order from an archive that we accept.
fn same_to_the_zip_crate(payload: &[u8], archive: &Archive) {
    if let Err(Refusal(error)) = compare_with_the_zip_crate(payload, archive) {
        assert!(over_extra_fields(&error), "what we accept, the zip crate opens: {error}");
    }
}

fn compare_with_the_zip_crate(payload: &[u8], archive: &Archive) -> Result<(), Refusal> {
    let mut theirs = zip::ZipArchive::new(Cursor::new(payload))?;
    let mut index = 0;
    archive.visit(|entry: ArchiveEntry| {
        let other = theirs.by_index_raw(index)?;
        let name = String::from_utf8_lossy(other.name_raw()).replace('\\', "/");
        assert_eq!(name.trim_end_matches('/'), entry.name.as_str().trim_end_matches('/'));
        assert_eq!(
            (other.size(), other.compressed_size(), other.crc32()),
            (entry.size, entry.compressed, entry.crc)
        );
        index += 1;
        Ok::<(), Refusal>(())
    })?;
    assert_eq!(theirs.len(), index);
    Ok(())
}

/// Why the `zip` crate does not open an archive, or an entry of it.
struct Refusal(ZipError);

impl From<ZipError> for Refusal {
    fn from(error: ZipError) -> Self {
        Self(error)
    }
}

impl From<ArchiveError> for Refusal {
    fn from(error: ArchiveError) -> Self {
        panic!("a judged archive can be visited: {error}")
    }
}

/// Whether the error is about extra fields. The `zip` crate parses extra fields that nobody needs (times, owners, other
/// names) and refuses the archive if it cannot. `lint` reports such archives as WB405; they are not read differently.
fn over_extra_fields(error: &ZipError) -> bool {
    const ABOUT: [&str; 4] = ["extra field", "extended timestamp", "ntfs", "unicodepath"];
    let text = error.to_string().to_lowercase();
    matches!(error, ZipError::Io(_)) || ABOUT.iter().any(|about| text.contains(about))
}
