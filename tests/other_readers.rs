//! Other programs that read and write zips: what they make of our vectors, and what we make of their archives.

use intunewin::{Archive, ArchiveError, ArchivePolicy};
use std::fs;
use std::path::Path;
use std::process::Command;
use waybill_context::Context;
use waybill_tests::witness;

/// Readers see the vectors as `tests/vectors/other-readers.txt` says. A reader of another version than the list names
/// is left out by the script.
#[cfg(unix)]
#[test]
fn readers_see_the_vectors_as_listed() {
    let readers = [("bsdtar", "--version"), ("7z", "i"), ("unzip", "-v"), ("python3", "--version")];
    if !readers.iter().all(|(program, argument)| witness::present(program, &[argument])) {
        return;
    }
    let script = waybill_support::tests_folder().join("..").join("ci").join("zip_readers.py");
    let output = Command::new("python3").arg(script).arg("--check").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

/// A Python program that writes the files of a folder as if to a pipe (sizes behind the data), with zip64 fields.
const PYTHON: &str = "import sys, zipfile, os
class Pipe:
    def __init__(self, file): self.file = file
    def write(self, data): return self.file.write(data)
    def flush(self): self.file.flush()
with open(sys.argv[1], 'wb') as out, zipfile.ZipFile(Pipe(out), 'w', zipfile.ZIP_DEFLATED) as archive:
    for name in sys.argv[2:]:
        with archive.open(zipfile.ZipInfo.from_file(name), 'w', force_zip64=True) as entry:
            entry.write(open(name, 'rb').read())
";

/// Packs two files of `folder` by another program. `None` where the program is absent.
fn packed_by(folder: &Path, program: &str, probe: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    if !witness::present(program, &[probe]) {
        return None;
    }
    let archive = folder.join("packed.zip");
    let _ = fs::remove_file(&archive);
    let files = ["install.cmd", "data/read me.txt"];
    let output = Command::new(program).args(arguments).args(files).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(fs::read(archive).unwrap())
}

fn open(archive: Vec<u8>) -> Result<Archive, ArchiveError> {
    Archive::open(archive, &ArchivePolicy::default(), &Context::silent())
}

fn folder_with_files() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    fs::write(folder.path().join("install.cmd"), "@exit /b 0\r\n").unwrap();
    fs::write(folder.path().join("data").join("read me.txt"), "text ".repeat(1000)).unwrap();
    folder
}

#[test]
fn what_other_packers_write_is_read() {
    let folder = folder_with_files();
    let packers: [(&str, &str, &[&str]); 5] = [
        ("7z", "i", &["a", "-tzip", "packed.zip"]),
        ("7z", "i", &["a", "-tzip", "-mtc=on", "-mx=9", "packed.zip"]),
        ("bsdtar", "--version", &["--format", "zip", "-cf", "packed.zip"]),
        ("zip", "-v", &["-q", "packed.zip"]),
        ("python3", "--version", &["-c", PYTHON, "packed.zip"]),
    ];
    for (program, probe, arguments) in packers {
        // Info-ZIP's zip is no witness of the gate: no package of ours needs it.
        if program == "zip" && Command::new("zip").arg("-v").output().is_err() {
            continue;
        }
        let Some(packed) = packed_by(folder.path(), program, probe, arguments) else { continue };
        let archive = open(packed).unwrap_or_else(|error| panic!("{program} {arguments:?}: {error}"));
        assert_eq!(archive.file_count(), 2, "{program}");
        archive.check_data(1, &Context::silent()).unwrap();
    }
}

/// libarchive's own extra field can make a link of a file, so archives that carry it are refused.
#[test]
fn libarchives_experimental_field_is_refused() {
    let folder = folder_with_files();
    let options = ["--format", "zip", "--options", "zip:experimental", "-cf", "packed.zip"];
    let Some(packed) = packed_by(folder.path(), "bsdtar", "--version", &options) else { return };
    let refused = open(packed).unwrap_err();
    assert!(refused.to_string().contains("[extra-field]"), "{refused}");
}
