//! Tests of destinations and staging, and that a failure leaves nothing behind.

use super::{UnpackError, UnpackOptions};
use crate::testing::{authenticated, package_around, package_of, payload_of, some_time};
use std::path::{Path, PathBuf};
use waybill_context::Context;
use waybill_disk::StagingError;

fn unpack(package: &[u8], destination: &Path, force: bool) -> Result<PathBuf, UnpackError> {
    let options = UnpackOptions { force, ..Default::default() };
    authenticated(package).unpack(destination, &options, &Context::silent()).map(|folder| folder.path)
}

/// The sorted relative paths of everything below `folder`, with `/`.
fn listing(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(next) = todo.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
            let is_dir = path.is_dir();
            found.push(if is_dir { name + "/" } else { name });
            if is_dir {
                todo.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn files_folders_and_times_come_back() {
    let temporary = tempfile::tempdir().unwrap();
    let destination = temporary.path().join("new").join("app");
    let package = package_of(&[
        ("a.txt", b"one"),
        ("b/c/d.bin", &[7; 3_000_000]),
        ("b/empty.dat", b""),
        ("leer/", b""),
    ]);
    let path = unpack(&package, &destination, false).unwrap();
    assert_eq!(listing(&path), ["a.txt", "b/", "b/c/", "b/c/d.bin", "b/empty.dat", "leer/"]);
    assert_eq!(std::fs::read(path.join("a.txt")).unwrap(), b"one");
    assert_eq!(std::fs::read(path.join("b").join("c").join("d.bin")).unwrap(), [7; 3_000_000]);
    assert_eq!(path.join("a.txt").metadata().unwrap().modified().unwrap(), some_time());
    assert_eq!(listing(&temporary.path().join("new")).len(), 7, "no staging stays");
}

#[test]
fn what_is_there_is_not_overwritten_without_force() {
    let temporary = tempfile::tempdir().unwrap();
    let destination = temporary.path().join("app");
    let package = package_of(&[("a.txt", b"new")]);
    std::fs::create_dir(&destination).unwrap();
    unpack(&package, &destination, false).expect("an empty folder is replaced");

    std::fs::write(destination.join("mine.txt"), "precious").unwrap();
    assert!(matches!(
        unpack(&package, &destination, false),
        Err(UnpackError::Staging(StagingError::Exists { .. }))
    ));
    assert_eq!(listing(&destination), ["a.txt", "mine.txt"]);

    unpack(&package, &destination, true).unwrap();
    assert_eq!(listing(temporary.path()), ["app/", "app/a.txt"]);

    let file = temporary.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert!(matches!(
        unpack(&package, &file, true),
        Err(UnpackError::Staging(StagingError::Unusable { .. }))
    ));
}

#[cfg(unix)]
#[test]
fn a_link_is_no_destination() {
    let temporary = tempfile::tempdir().unwrap();
    let (target, link) = (temporary.path().join("target"), temporary.path().join("link"));
    std::fs::create_dir(&target).unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    let error = unpack(&package_of(&[("a", b"")]), &link, true).unwrap_err();
    assert!(matches!(error, UnpackError::Staging(StagingError::Unusable { .. })), "{error}");
}

#[test]
fn a_payload_that_is_refused_leaves_nothing() {
    let temporary = tempfile::tempdir().unwrap();
    let mut payload = payload_of(&[("a.txt", b"good"), ("b.txt", b"soon bad")]);
    let data = payload.windows(5).rposition(|window| window == b"b.txt").unwrap();
    let first = payload[..data].windows(5).position(|window| window == b"b.txt").unwrap();
    payload[first + 5 + 2] ^= 0x10; // inside the deflated bytes of b.txt
    let error = unpack(&package_around(&payload), &temporary.path().join("app"), false).unwrap_err();
    assert!(matches!(error, UnpackError::Archive(_)), "{error}");
    assert_eq!(listing(temporary.path()), Vec::<String>::new());
}

#[test]
fn a_replacement_that_was_cut_short_is_undone_at_the_next_start() {
    let temporary = tempfile::tempdir().unwrap();
    let old = temporary.path().join(".app.old-0011223344556677");
    std::fs::create_dir(&old).unwrap();
    std::fs::write(old.join("mine.txt"), "precious").unwrap();
    let destination = temporary.path().join("app");
    let error = unpack(&package_of(&[("a", b"")]), &destination, false).unwrap_err();
    assert!(matches!(error, UnpackError::Staging(StagingError::Exists { .. })), "{error}");
    assert_eq!(listing(temporary.path()), ["app/", "app/mine.txt"]);
}

#[test]
fn remains_of_a_replaced_folder_do_not_come_back() {
    let temporary = tempfile::tempdir().unwrap();
    let destination = temporary.path().join("app");
    for name in [".app.old-1", ".app.old-2", ".app.trash-3"] {
        std::fs::create_dir(temporary.path().join(name)).unwrap();
    }
    unpack(&package_of(&[("a", b"")]), &destination, false).expect("of several old folders none is the one");
    assert_eq!(listing(&destination), ["a"]);
}

#[test]
fn names_are_judged_before_the_disk_is_touched() {
    let temporary = tempfile::tempdir().unwrap();
    let destination = temporary.path().join("new").join("app");
    let error = unpack(&package_of(&[("CON.txt", b"")]), &destination, false).unwrap_err();
    assert!(matches!(error, UnpackError::Archive(_)), "{error}");
    assert_eq!(listing(temporary.path()), Vec::<String>::new());
}

#[test]
fn paths_over_260_characters_are_written() {
    let temporary = tempfile::tempdir().unwrap();
    let name = format!("{0}/{0}/{0}/{0}/file.txt", "a".repeat(100));
    let path = unpack(&package_of(&[(&name, b"deep")]), &temporary.path().join("app"), false).unwrap();
    let deep = name.split('/').fold(std::fs::canonicalize(path).unwrap(), |path, part| path.join(part));
    assert!(deep.as_os_str().len() > 400);
    assert_eq!(std::fs::read(deep).unwrap(), b"deep");
}

#[test]
fn the_payload_itself_can_be_had() {
    let temporary = tempfile::tempdir().unwrap();
    let file = temporary.path().join("inner.zip");
    let payload = payload_of(&[("a.txt", b"one")]);
    let content = authenticated(&package_around(&payload));
    assert_eq!(content.write_payload(&file, false, &Context::silent()).unwrap(), payload.len() as u64);
    assert_eq!(std::fs::read(&file).unwrap(), payload);
    assert!(matches!(
        content.write_payload(&file, false, &Context::silent()),
        Err(UnpackError::Staging(StagingError::Exists { .. }))
    ));
    content.write_payload(&file, true, &Context::silent()).unwrap();
    assert_eq!(listing(temporary.path()), ["inner.zip"]);
}

#[cfg(unix)]
#[test]
fn the_content_folder_has_the_permissions_of_any_new_folder() {
    use std::os::unix::fs::PermissionsExt;
    let temporary = tempfile::tempdir().unwrap();
    let plain = temporary.path().join("plain");
    std::fs::create_dir(&plain).unwrap();
    let path = unpack(&package_of(&[("a", b"")]), &temporary.path().join("app"), false).unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode();
    assert_eq!(mode(&path), mode(&plain));
}
