//! A folder with valid and damaged packages, contents, source folders and apps, for tests of the command.
//!
//! Keys, times and bytes are fixed, so that the output is the same in every run and on every system.
#![allow(dead_code, reason = "each test program uses its own part")]

use intunewin::{DosTime, KnownEntry, Method, PayloadWriter};
use std::fs;
use std::path::{Path, PathBuf};
use waybill_tests::sealed_package::{SealedPackage, seal};

/// The encryption key of `keys.intunewin` in base64; the MAC key is its complement.
pub(crate) const SEED: u8 = 0xC7;

/// An app whose installer fails.
const UNIX_APP: &str = r##"{
  "@odata.type": "#microsoft.graph.win32LobApp",
  "id": "unix-app",
  "displayName": "Contoso Notes",
  "displayVersion": "4.2",
  "setupFilePath": "install.sh",
  "installCommandLine": "sh install.sh /S LICENCEKEY=7F3K",
  "uninstallCommandLine": "sh uninstall.sh",
  "rules": [
    {
      "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule",
      "ruleType": "detection",
      "path": "/opt/contoso/of no machine",
      "fileOrFolderName": "notes",
      "operationType": "exists",
      "operator": "notConfigured"
    }
  ]
}
"##;

/// An app that can be detected on Windows only.
const REGISTRY_APP: &str = r##"{
  "displayName": "Contoso Notes",
  "rules": [
    {
      "@odata.type": "#microsoft.graph.win32LobAppRegistryRule",
      "ruleType": "detection",
      "keyPath": "HKEY_LOCAL_MACHINE\\SOFTWARE\\Contoso",
      "operationType": "exists",
      "operator": "notConfigured"
    }
  ]
}
"##;

/// The folder, which is removed when this is dropped.
pub(crate) struct Workbench {
    folder: tempfile::TempDir,
}

impl Workbench {
    /// Makes the folder and all its files.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bench = Self { folder };
        bench.golden();
        bench.apps();
        bench.sealed();
        bench.damaged();
        bench
    }

    /// The path of the folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The path of a file in the folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.file(name), bytes).unwrap();
    }

    /// Copies packages of Microsoft's tool; of one also its content and its Detection.xml.
    fn golden(&self) {
        let golden = project().join("tests").join("fixtures").join("golden");
        for entry in fs::read_dir(golden).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, self.file(path.file_name().unwrap().to_str().unwrap())).unwrap();
        }
    }

    /// Copies the examples, and the files of hello-app as a source folder.
    fn apps(&self) {
        for name in ["hello-app", "broken-app"] {
            copy(&project().join("examples").join(name), &self.file(name));
        }
        let hello = project().join("examples").join("hello-app");
        copy(&hello, &self.file("packed-app")); // packing fills in its app.json
        copy(&hello.join("source"), &self.file("source"));
        // The fixtures of other tests are in the same folder.
        fs::create_dir(self.file("msi")).unwrap();
        for name in ["hello.msi", "hello.txt", "hello.wxs"] {
            let fixture = project().join("tests").join("fixtures").join("msi").join(name);
            fs::copy(fixture, self.file("msi").join(name)).unwrap();
        }
        fs::create_dir_all(self.file("unix-app").join("source")).unwrap();
        self.write("unix-app/source/install.sh", "echo cannot find the licence\nexit 87\n");
        self.write("unix-app/app.json", UNIX_APP);
        for (name, app) in
            [("registry-app", REGISTRY_APP), ("ruleless-app", r#"{ "displayName": "Ruleless" }"#)]
        {
            fs::create_dir(self.file(name)).unwrap();
            self.write(&format!("{name}/app.json"), app);
        }
    }

    /// Packs packages of our own.
    fn sealed(&self) {
        let keys =
            seal(&payload(&[("install.cmd", b"exit 0\r\n"), ("data/a.txt", b"alpha")]), "install.cmd", SEED);
        let SealedPackage { bytes, content_start, content_len, .. } = keys.unwrap();
        self.write("keys.intunewin", &bytes);
        self.write("content.bin", &bytes[content_start..content_start + content_len]);
        let xml = bytes.windows(16).position(|window| window == b"<ApplicationInfo").unwrap();
        let end = bytes.windows(18).position(|window| window == b"</ApplicationInfo>").unwrap() + 18;
        self.write("Detection.xml", &bytes[xml..end]);
        let old = payload(&[("setup.cmd", b"MZ 1.0"), ("gone.dll", b"x"), ("same.txt", b"same")]);
        let new = payload(&[("setup.cmd", b"MZ 1.0.1"), ("new.dll", b"yz"), ("same.txt", b"same")]);
        self.write("old.intunewin", seal(&old, "setup.cmd", 1).unwrap().bytes);
        self.write("new.intunewin", seal(&new, "Setup.cmd", 2).unwrap().bytes);
        self.write("setup-absent.intunewin", seal(&old, "other.cmd", 3).unwrap().bytes);
        let escaping = payload(&[("setup.cmd", b"MZ"), ("../evil.cmd", b"MZ")]);
        self.write("escaping.intunewin", seal(&escaping, "setup.cmd", 4).unwrap().bytes);
        let mut wrong = old.clone();
        let at = wrong.windows(6).position(|window| window == b"MZ 1.0").unwrap();
        wrong[at] ^= 1;
        self.write("wrong-crc.intunewin", seal(&wrong, "setup.cmd", 5).unwrap().bytes);
        let hostile = seal(&old, "a\u{9b}31m\u{202e}b.cmd", 6).unwrap();
        self.write("hostile-name.intunewin", hostile.bytes);
    }

    /// Makes packages that are damaged.
    fn damaged(&self) {
        let SealedPackage { bytes, content_start, .. } =
            seal(&payload(&[("a.cmd", b"exit 0")]), "a.cmd", 8).unwrap();
        let mut flipped = bytes.clone();
        flipped[content_start + 60] ^= 1;
        self.write("flipped.intunewin", flipped);
        let mut other = bytes.clone();
        other[content_start] ^= 1;
        self.write("other-content.intunewin", other);
        self.write("cut.intunewin", &bytes[..bytes.len() / 2]);
        self.write("page.intunewin", "<html><body>Please sign in</body></html>");
        self.write("empty.intunewin", "");
    }
}

/// The root of the project.
pub(crate) fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The path of the program under test.
pub(crate) fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_waybill"))
}

fn payload(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = PayloadWriter::new(Vec::new());
    for (name, bytes) in files {
        let size = bytes.len() as u64;
        let (modified, crc) = (DosTime::MIN, crc32fast::hash(bytes));
        let entry = KnownEntry { name, modified, method: Method::Stored, crc, size, compressed: size };
        writer.entry(entry, bytes).unwrap();
    }
    writer.finish().unwrap()
}

/// Copies a folder without scripts for Unix: the cases are about an app for Windows and its three files.
fn copy(from: &Path, to: &Path) {
    copy_if(from, to, &|path| path.extension().is_none_or(|extension| extension != "sh"));
}

/// Copies a folder with everything in it.
pub(crate) fn copy_whole(from: &Path, to: &Path) {
    copy_if(from, to, &|_| true);
}

fn copy_if(from: &Path, to: &Path, wanted: &dyn Fn(&Path) -> bool) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type().unwrap().is_dir() {
            copy_if(&from, &to, wanted);
        } else if wanted(&from) {
            fs::copy(from, to).unwrap();
        }
    }
}
