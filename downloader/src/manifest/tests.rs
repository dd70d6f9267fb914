use super::*;
use crate::error::FolderFault;
use intunewin::UnpackRecord as _;
use sha2::{Digest as _, Sha256};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use waybill_context::{Clock, Context, Progress, Stage};
use waybill_schemas::codes::Classified as _;

/// A clock that can be set, and the number of bytes that were read.
struct Observer {
    now: Mutex<SystemTime>,
    read: Mutex<u64>,
    stop: AtomicBool,
}

impl Observer {
    fn new() -> Self {
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        Self { now: Mutex::new(now), read: Mutex::default(), stop: AtomicBool::default() }
    }
    fn context(&self) -> Context<'_> {
        Context::new(self, &self.stop, self)
    }
    fn pass(&self, days: u64) {
        *self.now.lock().unwrap() += Duration::from_secs(days * 86_400);
    }
    fn read(&self) -> u64 {
        std::mem::take(&mut self.read.lock().unwrap())
    }
}

impl Clock for Observer {
    fn now(&self) -> SystemTime {
        *self.now.lock().unwrap()
    }
    fn sleep(&self, _: Duration) {}
}

impl Progress for Observer {
    fn advance(&self, stage: Stage, bytes: u64) {
        assert_eq!(stage, Stage::Check);
        *self.read.lock().unwrap() += bytes;
    }
}

const FILES: [(&str, &[u8]); 3] = [("setup.exe", b"MZ setup"), ("data/a.bin", b"aaaa"), ("data/deep/b", b"")];
const BYTES: u64 = 12;

struct ManifestFolder {
    temporary: tempfile::TempDir,
    observer: Observer,
}

impl ManifestFolder {
    /// A folder of three files and an empty folder, with its manifest.
    fn new(settled: bool) -> Self {
        let place = Self { temporary: tempfile::tempdir().unwrap(), observer: Observer::new() };
        let context = place.observer.context();
        let described = Described {
            mac: Mac::new([7; 32]),
            destination: place.folder(),
            setup_file: Some("setup.exe".into()),
        };
        let writer = ManifestWriter::create(&place.path(), described, &context).unwrap();
        std::fs::create_dir_all(place.folder().join("logs")).unwrap();
        writer.folder(&name("logs/")).unwrap();
        for (file, bytes) in FILES {
            let path = place.folder().join(name(file).to_path());
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
            let digest = Blake3Digest::new(*blake3::hash(bytes).as_bytes());
            writer.file(&name(file), bytes.len() as u64, &digest).unwrap();
        }
        assert!(!place.path().exists(), "before it is settled");
        writer.settled(&place.folder(), settled).unwrap();
        drop(writer);
        place
    }
    fn path(&self) -> PathBuf {
        self.temporary.path().join("m.jsonl")
    }
    fn folder(&self) -> PathBuf {
        self.temporary.path().join("folder")
    }
    fn manifest(&self) -> Manifest {
        Manifest::open(&self.path()).unwrap()
    }
    fn check(&self, depth: Depth) -> Option<FolderFault> {
        self.manifest().check(&self.folder(), depth, 3, &self.observer.context()).unwrap()
    }
    /// Replaces text in the manifest, as if it had been written like that.
    fn rewrite(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path()).unwrap();
        assert!(text.contains(from), "{text}");
        std::fs::write(self.path(), text.replace(from, to)).unwrap();
    }
}

fn name(text: &str) -> EntryName {
    EntryName::parse(text.as_bytes(), true).unwrap()
}

#[test]
fn what_was_unpacked_is_whole() {
    let place = ManifestFolder::new(true);
    let manifest = place.manifest();
    let summary = &manifest.summary;
    assert_eq!((summary.files, summary.folders, summary.bytes), (3, 1, BYTES));
    assert_eq!(summary.destination.as_deref(), Some(&*place.folder()));
    assert_eq!((summary.mac, summary.time), (Mac::new([7; 32]), 1_800_000_000));
    assert_eq!((place.check(Depth::Names), place.observer.read()), (None, 0));
    assert_eq!((place.check(Depth::Full), place.observer.read()), (None, BYTES));
    let left: Vec<_> = std::fs::read_dir(place.temporary.path()).unwrap().flatten().collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn every_change_is_found() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 9] = [
        ("setup.exe is missing", |folder| std::fs::remove_file(folder.join("setup.exe")).unwrap()),
        ("data/a.bin has 5 bytes instead of 4", |folder| {
            std::fs::write(folder.join("data").join("a.bin"), "aaaaa").unwrap();
        }),
        ("4 files and empty folders are there instead of 3", |folder| {
            std::fs::write(folder.join("logs").join("new.log"), "").unwrap();
        }),
        ("5 files and empty folders are there instead of 4", |folder| {
            std::fs::write(folder.join("data").join("new"), "").unwrap();
        }),
        ("5 files and empty folders are there instead of 4", |folder| {
            std::fs::create_dir_all(folder.join("a").join("b")).unwrap();
        }),
        ("logs is missing", |folder| std::fs::remove_dir(folder.join("logs")).unwrap()),
        ("logs is a link, or something else than was unpacked", |folder| {
            std::fs::remove_dir(folder.join("logs")).unwrap();
            std::fs::write(folder.join("logs"), "").unwrap();
        }),
        ("setup.exe is a link, or something else than was unpacked", |folder| {
            std::fs::remove_file(folder.join("setup.exe")).unwrap();
            std::fs::create_dir(folder.join("setup.exe")).unwrap();
        }),
        ("data/deep/b is missing", |folder| {
            std::fs::remove_dir_all(folder.join("data").join("deep")).unwrap();
            std::fs::write(folder.join("data").join("deep"), "").unwrap();
        }),
    ];
    for (expected, change) in changes {
        let place = ManifestFolder::new(true);
        change(&place.folder());
        let Some(fault) = place.check(Depth::Names) else { panic!("not found: {expected}") };
        assert_eq!(fault.to_string(), expected);
    }
}

#[cfg(unix)]
#[test]
fn links_are_never_followed() {
    use std::os::unix::fs::symlink;
    let place = ManifestFolder::new(true);
    let data = place.folder().join("data");
    std::fs::rename(&data, place.temporary.path().join("elsewhere")).unwrap();
    symlink(place.temporary.path().join("elsewhere"), &data).unwrap();
    assert_eq!(place.check(Depth::Full), Some(FolderFault::Kind("data".into())));

    let place = ManifestFolder::new(true);
    let setup = place.folder().join("setup.exe");
    std::fs::rename(&setup, place.temporary.path().join("elsewhere")).unwrap();
    symlink(place.temporary.path().join("elsewhere"), &setup).unwrap();
    assert_eq!(place.check(Depth::Names), Some(FolderFault::Kind("setup.exe".into())));

    let place = ManifestFolder::new(true);
    let moved = place.temporary.path().join("elsewhere");
    std::fs::rename(place.folder(), &moved).unwrap();
    symlink(&moved, place.folder()).unwrap();
    assert!(matches!(place.check(Depth::Names), Some(FolderFault::Kind(_))));
}

#[test]
fn contents_are_read_when_asked_or_after_a_week() {
    let place = ManifestFolder::new(true);
    std::fs::write(place.folder().join("data").join("a.bin"), "aaab").unwrap();
    let damaged = Some(FolderFault::Content("data/a.bin".into()));
    assert_eq!(place.check(Depth::Names), None);
    place.observer.pass(7);
    assert_eq!(place.check(Depth::Names), None);
    place.observer.pass(1);
    assert_eq!(place.check(Depth::Names), damaged);
    std::fs::write(place.folder().join("data").join("a.bin"), "aaaa").unwrap();
    place.observer.read();
    assert_eq!((place.check(Depth::Names), place.observer.read()), (None, BYTES));
    assert_eq!((place.check(Depth::Names), place.observer.read()), (None, 0), "renewed");
    assert_eq!(place.manifest().summary.time, 1_800_000_000 + 8 * 86_400);
}

#[test]
fn damage_that_was_seen_is_looked_for_until_it_is_gone() {
    let place = ManifestFolder::new(true);
    std::fs::write(place.folder().join("data").join("a.bin"), "aaab").unwrap();
    let damaged = Some(FolderFault::Content("data/a.bin".into()));
    assert_eq!(place.check(Depth::Full), damaged);
    assert_eq!(place.check(Depth::Names), damaged);
    std::fs::write(place.folder().join("data").join("a.bin"), "aaaa").unwrap();
    assert_eq!(place.check(Depth::Names), None);
    place.observer.read();
    assert_eq!((place.check(Depth::Names), place.observer.read()), (None, 0), "by names again");
}

#[test]
fn a_clock_that_was_set_back_means_reading() {
    let place = ManifestFolder::new(true);
    *place.observer.now.lock().unwrap() -= Duration::from_secs(60);
    assert_eq!((place.check(Depth::Names), place.observer.read()), (None, BYTES));
}

#[test]
fn what_is_not_settled_is_read_in_another_boot() {
    let place = ManifestFolder::new(false);
    let Some(boot) = boot::id() else {
        assert_eq!((place.check(Depth::Names), place.observer.read()), (None, BYTES), "unknown");
        assert!(!place.manifest().summary.settled);
        return;
    };
    assert_eq!((place.check(Depth::Names), place.observer.read()), (None, 0), "this boot");
    assert_eq!((place.check(Depth::Full), place.observer.read()), (None, BYTES));
    assert!(!place.manifest().summary.settled, "this boot read its own cache");
    place.rewrite(&boot, "boot-before");
    assert_eq!((place.check(Depth::Names), place.observer.read()), (None, BYTES), "another");
    assert!(place.manifest().summary.settled);
    assert_eq!(place.manifest().summary.boot, Some(boot));
    assert_eq!((place.check(Depth::Names), place.observer.read()), (None, 0), "settled now");
}

#[test]
fn damaged_manifests_count_as_none() {
    let place = ManifestFolder::new(true);
    let good = std::fs::read_to_string(place.path()).unwrap();
    assert!(Manifest::open(&place.temporary.path().join("none")).is_none());
    let without_end = good.trim_end();
    for bad in [
        "",
        "\n",
        without_end,
        &good[..good.len() / 2],
        &good.replace("\"version\":2", "\"version\":3"),
        &good.replace("\"version\":2", "\"version\":0"),
        &good.replace("\"setupFile\":\"setup.exe\"", "\"setupFile\":\"../setup.exe\""),
        &good.lines().next().map(|line| format!("{line}\n")).unwrap(),
    ] {
        std::fs::write(place.path(), bad).unwrap();
        assert!(Manifest::open(&place.path()).is_none(), "{bad}");
    }
}

#[test]
fn a_manifest_that_contradicts_itself_says_nothing() {
    for (from, to) in [
        ("\"files\":3", "\"files\":2"),
        ("\"files\":3", "\"files\":4"),
        ("\"files\":3", "\"files\":18446744073709551615"),
        ("\"bytes\":12", "\"bytes\":13"),
        ("data/a.bin", "../a.bin"),
        ("{\"folder\":\"logs\"}", "{\"folder\":\"logs\",\"size\":1}"),
        ("{\"folder\":\"logs\"}", "{}"),
        ("{\"folder\":\"logs\"}", "§"),
    ] {
        let place = ManifestFolder::new(true);
        place.rewrite(from, to);
        let verdict = place.check(Depth::Names);
        assert!(matches!(verdict, Some(FolderFault::Manifest(_))), "{from} {verdict:?}");
    }
}

/// The manifest as the versions before BLAKE3 wrote it.
fn make_old(place: &ManifestFolder) {
    for (_, bytes) in FILES {
        let (new, old) = (Blake3Digest::new(*blake3::hash(bytes).as_bytes()), Sha256::digest(bytes));
        let old = Sha256Digest::new(old.into());
        place.rewrite(
            &format!("\"blake3\":\"{}\"", new.to_base64()),
            &format!("\"sha256\":\"{}\"", old.to_base64()),
        );
    }
    place.rewrite("\"version\":2", "\"version\":1");
}

fn lines(place: &ManifestFolder) -> std::collections::BTreeSet<String> {
    std::fs::read_to_string(place.path()).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn an_old_manifest_is_read_and_renewed_when_every_byte_was_right() {
    let place = ManifestFolder::new(true);
    let new = lines(&place);
    make_old(&place);
    let old = lines(&place);
    assert_eq!((place.check(Depth::Names), lines(&place)), (None, old), "names change nothing");
    std::fs::write(place.folder().join("data").join("a.bin"), "aaab").unwrap();
    assert_eq!(place.check(Depth::Full), Some(FolderFault::Content("data/a.bin".into())));
    assert_eq!(place.manifest().summary.version, 1, "what is damaged is not renewed");
    std::fs::write(place.folder().join("data").join("a.bin"), "aaaa").unwrap();
    assert_eq!(place.check(Depth::Names), None, "which reads every byte after the damage");
    assert_eq!(lines(&place), new);
    assert_eq!(place.check(Depth::Full), None);
    assert!(!private_file::beside(&place.path()).exists());
}

#[test]
fn digests_of_another_algorithm_are_refused() {
    let another = "a digest of another algorithm than its version has";
    let both = "a line that is neither a file with one digest nor a folder";
    let unknown = "a line that is no entry: the field `md5` is not known here";
    let sha256 = Sha256Digest::new(Sha256::digest(b"aaaa").into()).to_base64();
    let blake3 = Blake3Digest::new(*blake3::hash(b"aaaa").as_bytes()).to_base64();
    let digest = format!("\"blake3\":\"{blake3}\"");
    for (old, from, to, expected) in [
        (false, "\"version\":2", "\"version\":1".to_owned(), another),
        (true, "\"version\":1", "\"version\":2".to_owned(), another),
        (false, digest.as_str(), format!("\"sha256\":\"{sha256}\""), another),
        (false, digest.as_str(), format!("{digest},\"sha256\":\"{sha256}\""), both),
        (false, digest.as_str(), format!("\"md5\":\"{sha256}\""), unknown),
    ] {
        let place = ManifestFolder::new(true);
        if old {
            make_old(&place);
        }
        place.rewrite(from, &to);
        let Some(FolderFault::Manifest(why)) = place.check(Depth::Full) else { panic!("{to}") };
        assert!(why.starts_with(expected), "{to}: {why}");
    }
}

#[test]
fn an_unfinished_manifest_leaves_the_old_one() {
    let place = ManifestFolder::new(true);
    let before = std::fs::read(place.path()).unwrap();
    let context = place.observer.context();
    let described = Described { mac: Mac::new([8; 32]), destination: place.folder(), setup_file: None };
    let writer = ManifestWriter::create(&place.path(), described, &context).unwrap();
    writer.folder(&name("x/")).unwrap();
    assert!(private_file::beside(&place.path()).exists());
    drop(writer);
    assert!(!private_file::beside(&place.path()).exists());
    assert_eq!(std::fs::read(place.path()).unwrap(), before);
}

#[test]
fn a_closed_manifest_takes_nothing_more() {
    let place = ManifestFolder::new(true);
    let context = place.observer.context();
    let described = Described { mac: Mac::new([8; 32]), destination: place.folder(), setup_file: None };
    let writer = ManifestWriter::create(&place.path(), described, &context).unwrap();
    writer.settled(&place.folder(), true).unwrap();
    assert!(writer.folder(&name("x/")).is_err());
    assert!(writer.settled(&place.folder(), true).is_err());
}

#[test]
fn checking_can_be_interrupted() {
    let place = ManifestFolder::new(true);
    place.observer.stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let error =
        place.manifest().check(&place.folder(), Depth::Names, 2, &place.observer.context()).unwrap_err();
    assert_eq!(error.code().id, "interrupted");
}
