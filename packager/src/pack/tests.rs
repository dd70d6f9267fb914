//! Packing whole folders, read back by our own reader and by the `zip` crate.

use super::*;
use crate::exclude::Exclusions;
use intunewin::{AuthenticatedContent, FileSource, Package};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;
use waybill_context::{Cancel, Progress, SystemClock};
use waybill_schemas::codes::Classified;

const MIB: usize = 1 << 20;

/// A source folder and a place for packages beside it.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::create_dir(place.source()).unwrap();
        place.write("setup.exe", b"MZ setup");
        place
    }

    fn source(&self) -> PathBuf {
        self.0.path().join("source")
    }

    fn file(&self, name: &str) -> PathBuf {
        name.split('/').fold(self.source(), |path, leaf| path.join(leaf))
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.file(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        self.date(name, 1_700_000_000);
    }

    fn date(&self, name: &str, seconds: u64) {
        let file = fs::File::options().write(true).open(self.file(name)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
    }

    fn package(&self) -> PathBuf {
        self.0.path().join("out").join("setup.intunewin")
    }

    fn request(&self) -> PackRequest {
        PackRequest {
            source: PackSource::Folder { folder: self.source(), setup_file: "setup.exe".into() },
            output: Output::Folder(self.0.path().join("out")),
            options: PackOptions { force: true, ..PackOptions::default() },
        }
    }

    fn with(&self, options: PackOptions) -> PackRequest {
        PackRequest { options: PackOptions { force: true, ..options }, ..self.request() }
    }

    /// What lies where the package goes, drafts included.
    fn output_names(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.0.path().join("out")) else { return Vec::new() };
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

fn silent() -> Context<'static> {
    Context::silent()
}

/// Compressible and not, by turns; the period is longer than deflate's window.
fn mixture(length: usize, seed: u32) -> Vec<u8> {
    repeated(length, seed, |at, byte| if at >> 12 & 1 == 0 { byte } else { byte & 3 })
}

fn noise(length: usize) -> Vec<u8> {
    repeated(length, 7, |_, byte| byte)
}

fn repeated(length: usize, seed: u32, shape: impl Fn(usize, u8) -> u8) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    let noise = std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 24) as u8
    });
    let period: Vec<u8> = noise.enumerate().map(|(at, byte)| shape(at, byte)).take(70_001).collect();
    let mut bytes = period.repeat(length / period.len() + 1);
    bytes.truncate(length);
    bytes
}

fn authenticated(package: &Path) -> AuthenticatedContent {
    let package = Package::open(FileSource::open(package).unwrap(), &Default::default()).unwrap();
    assert_eq!((package.notes(), package.deviations()), (&[][..], &[][..]));
    package.into_content(&silent()).unwrap().authenticate(&silent()).unwrap()
}

/// The payload's entries as the `zip` crate reads them, which checks every CRC.
fn witness(package: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(authenticated(package).payload()).unwrap();
    let mut entries = BTreeMap::new();
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        entries.insert(entry.name().unwrap().into_owned(), bytes);
    }
    entries
}

#[test]
fn every_size_around_every_border_comes_back() {
    let place = Place::new();
    let mut sizes = vec![0, 1, 2, 15, 16, 17, 65_535, 65_536, 65_537];
    sizes.extend([MIB - 1, MIB, MIB + 1, 8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 9 * MIB, 9 * MIB + 1]);
    for (at, size) in sizes.iter().enumerate() {
        place.write(&format!("sizes/{at:02}.bin"), &mixture(*size, at as u32));
    }
    place.write("Über Ordner/日本語 файл.txt", "hallo".repeat(100).as_bytes());
    fs::create_dir(place.file("empty")).unwrap();
    let report = pack(&place.request(), &silent()).unwrap();

    let entries = witness(&place.package());
    assert_eq!(entries.len(), sizes.len() + 3);
    for (at, size) in sizes.iter().enumerate() {
        assert!(entries[&format!("sizes/{at:02}.bin")] == mixture(*size, at as u32), "{size}");
    }
    assert!(entries["empty/"].is_empty());
    let content = authenticated(&place.package());
    let archive = content.archive(&Default::default(), &silent()).unwrap();
    archive.check_data(2, &silent()).unwrap();
    assert_eq!((report.entries.files, report.entries.folders), (sizes.len() as u64 + 2, 1));
    assert_eq!(content.payload_size(), report.sizes.payload);
    assert_eq!(content.encryption_info().mac.to_hex(), report.mac);
    assert_eq!(content.encryption_info().file_digest.to_hex(), report.file_digest);
    assert_eq!(fs::metadata(place.package()).unwrap().len(), report.sizes.package);
    assert_eq!(place.output_names(), ["setup.intunewin"]);
}

#[test]
fn the_payload_depends_on_neither_threads_nor_memory() {
    let place = Place::new();
    for at in 0..60 {
        place.write(&format!("many/{at}"), &mixture(at * 997, at as u32));
    }
    place.write("a-large", &mixture(9 * MIB + 12_345, 1));
    place.write("b-stored", &noise(9 * MIB));
    let digest = |threads, memory| {
        let options = PackOptions { threads: NonZeroUsize::new(threads), memory, ..PackOptions::default() };
        let report = pack(&place.with(options), &silent()).unwrap();
        assert_eq!(report.entries.files, 63);
        report.file_digest
    };
    let one = digest(1, PackOptions::DEFAULT_MEMORY);
    // Below a million bytes no two blocks fit; at 0 not even one does.
    for (threads, memory) in [(2, 48 << 20), (7, 20 << 20), (3, 3 << 20), (8, 0), (1, 0)] {
        assert_eq!(digest(threads, memory), one, "{threads} threads, {memory} bytes");
    }
    assert!(witness(&place.package())["b-stored"] == noise(9 * MIB));
}

#[test]
fn every_level_comes_back_and_store_is_the_largest() {
    let place = Place::new();
    let text: Vec<u8> =
        (0..3_000_000_u32).flat_map(|at| (at.wrapping_mul(at) % 9973).to_le_bytes()).take(9 * MIB).collect();
    place.write("small", &text[..MIB]);
    place.write("large", &text);
    let size = |level| {
        let report = pack(&place.with(PackOptions { level, ..PackOptions::default() }), &silent()).unwrap();
        assert!(witness(&place.package())["large"] == text, "{level:?}");
        report.sizes.payload
    };
    let sizes = [Level::Store, Level::Fast, Level::Default, Level::Best].map(size);
    assert!(sizes[..3].is_sorted_by(|one, next| one > next) && sizes[3] < sizes[1], "{sizes:?}");
    assert!(sizes[0] > 9 * MIB as u64);
}

#[test]
fn times_are_the_files_own_or_the_one_given() {
    let place = Place::new();
    place.write("large", &mixture(9 * MIB, 3));
    place.date("setup.exe", 1_000_000_001);
    let times = |options| {
        pack(&place.with(options), &silent()).unwrap();
        let mut archive = zip::ZipArchive::new(authenticated(&place.package()).payload()).unwrap();
        ["large", "setup.exe"].map(|name| archive.by_name(name).unwrap().last_modified().unwrap().to_string())
    };
    assert_eq!(times(PackOptions::default()), ["2023-11-14 22:13:20", "2001-09-09 01:46:40"]);
    let epoch = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000));
    let options = PackOptions { source_date_epoch: epoch, ..PackOptions::default() };
    assert_eq!(times(options.clone()), ["2020-09-13 12:26:40"; 2]);
    let before = pack(&place.with(options.clone()), &silent()).unwrap();
    place.date("setup.exe", 1_234_567_890);
    let after = pack(&place.with(options), &silent()).unwrap();
    assert_eq!(before.file_digest, after.file_digest);
    assert_ne!(before.mac, after.mac, "keys are fresh");
}

/// Lists, lets `meddle` change something, packs what was listed.
fn pack_meddled(place: &Place, meddle: impl FnOnce()) -> PackError {
    let request = place.request();
    let ready = prepare(&request, &place.source(), Path::new("setup.exe"), &silent()).unwrap();
    meddle();
    let draft = Draft::create(&ready.path, true).unwrap();
    let error = write(&ready, &request.options, &draft, &silent()).map(drop).unwrap_err();
    drop(draft);
    assert_eq!(place.output_names(), [""; 0], "no output is left");
    error
}

#[test]
fn a_file_that_is_no_longer_what_was_listed_is_an_error() {
    for size in [1000, 9 * MIB] {
        let place = Place::new();
        let original = mixture(size, 5);
        let of = |meddle: &dyn Fn()| {
            place.write("data", &original);
            pack_meddled(&place, meddle)
        };
        let gone = of(&|| fs::remove_file(place.file("data")).unwrap());
        assert_eq!(gone.to_string(), "\"data\" vanished while it was packed");
        let shrunk = of(&|| place.write("data", &original[..size - 1]));
        assert_eq!(
            shrunk.to_string(),
            format!("\"data\" shrank from {size} to {} bytes while it was packed", size - 1)
        );
        let grown = of(&|| place.write("data", &mixture(size + 1, 5)));
        assert_eq!(
            grown.to_string(),
            format!("\"data\" grew from {size} to {} bytes while it was packed", size + 1)
        );
        let changed = of(&|| {
            place.write("data", &mixture(size, 6));
            place.date("data", 1_700_000_001);
        });
        assert_eq!(changed.to_string(), "\"data\" was changed while it was packed");
        for error in [gone, shrunk, grown, changed] {
            assert_eq!(error.code().id, "source-changed");
        }
    }
}

/// Asked before every job and every write; acts once, at the `when`th time.
struct Meddler<'a> {
    asked: AtomicUsize,
    when: usize,
    act: &'a (dyn Fn() -> bool + Sync),
}

impl Cancel for Meddler<'_> {
    fn is_cancelled(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed) == self.when && (self.act)()
    }
}

fn pack_under(place: &Place, when: usize, act: &(dyn Fn() -> bool + Sync)) -> Option<PackError> {
    let meddler = Meddler { asked: AtomicUsize::new(0), when, act };
    let context = Context::new(&(), &meddler, &SystemClock);
    let result =
        pack(&place.with(PackOptions { threads: NonZeroUsize::new(2), ..PackOptions::default() }), &context);
    match result {
        Ok(_) => fs::remove_dir_all(place.0.path().join("out")).unwrap(),
        Err(_) => assert_eq!(place.output_names(), [""; 0], "no output is left"),
    }
    result.err()
}

#[test]
fn a_large_file_that_changes_between_two_blocks_is_an_error() {
    let place = Place::new();
    for stored in [false, true] {
        let bytes = if stored { noise(9 * MIB) } else { mixture(9 * MIB, 5) };
        // Listing asks a few times; then the file is opened and every block asks twice.
        for when in [8, 14, 20] {
            place.write("data", &bytes);
            let grow = || {
                let file = fs::File::options().append(true).open(place.file("data")).unwrap();
                file.set_len(bytes.len() as u64 + 1).unwrap();
                false
            };
            let error = pack_under(&place, when, &grow).expect("the change is noticed");
            assert_eq!(error.code().id, "source-changed", "{when}: {error}");
        }
    }
}

#[test]
fn interrupted_at_any_time_it_ends_and_leaves_nothing() {
    let place = Place::new();
    place.write("data", &mixture(9 * MIB, 5));
    place.write("more", &mixture(100_000, 5));
    for when in [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20] {
        let error = pack_under(&place, when, &|| true).expect("it is interrupted");
        assert_eq!(error.code().class.exit_code(), 130, "{error}");
    }
    assert!(pack_under(&place, 1000, &|| true).is_none(), "asked too late");
}

#[test]
fn progress_adds_up_to_the_sources() {
    #[derive(Default)]
    struct Sum(AtomicU64, Mutex<Vec<Option<u64>>>);
    impl Progress for Sum {
        fn begin(&self, stage: Stage, total: Option<u64>) {
            if stage == Stage::Pack {
                self.1.lock().unwrap().push(total);
            }
        }
        fn advance(&self, stage: Stage, bytes: u64) {
            if stage == Stage::Pack {
                self.0.fetch_add(bytes, Ordering::Relaxed);
            }
        }
    }
    let place = Place::new();
    place.write("deflated", &mixture(9 * MIB, 5));
    place.write("stored", &noise(9 * MIB));
    place.write("small", b"small");
    let sum = Sum::default();
    let report = pack(&place.request(), &Context::new(&sum, &(), &SystemClock)).unwrap();
    assert_eq!(report.sizes.source, 18 * MIB as u64 + 5 + 8);
    assert_eq!(sum.0.into_inner(), report.sizes.source);
    assert_eq!(*sum.1.lock().unwrap(), [Some(report.sizes.source)]);
}

#[test]
fn the_package_itself_is_never_packed() {
    let place = Place::new();
    let mut request = place.request();
    request.output = Output::Folder(place.source());
    let first = pack(&request, &silent()).unwrap();
    let second = pack(&request, &silent()).unwrap();
    assert_eq!(first.file_digest, second.file_digest);
    assert_eq!((second.entries.files, second.left_out.files), (1, 1));
    assert_eq!(second.left_out.first[0].why, "the output file");
    request.options.force = false;
    let refused = pack(&request, &silent()).unwrap_err();
    assert_eq!(refused.code().id, "output-exists");
    assert!(refused.to_string().ends_with("setup.intunewin exists already"), "{refused}");
}

#[test]
fn the_report_tells_the_largest_and_what_was_left_out() {
    let place = Place::new();
    for at in 1..=12 {
        place.write(&format!("data/{at:02}"), &vec![0; at * 10]);
    }
    place.write("data/same", &[0; 120]);
    place.write("notes.txt", b"");
    let exclusions = Exclusions::new(&["*.txt"]).unwrap();
    let report = pack(&place.with(PackOptions { exclusions, ..PackOptions::default() }), &silent()).unwrap();
    let largest: Vec<_> = report.largest.iter().map(|file| (file.name.as_str(), file.size)).collect();
    assert_eq!(largest[..3], [("data/12", 120), ("data/same", 120), ("data/11", 110)]);
    assert_eq!((largest.len(), largest[9]), (10, ("data/04", 40)));
    assert_eq!((report.left_out.files, report.left_out.first[0].name.as_str()), (1, "notes.txt"));
    assert_eq!((report.name.as_str(), report.setup_file.as_str()), ("setup.exe", "setup.exe"));
    assert!(report.sizes.ratio > 0.5, "headers weigh more than such files: {}", report.sizes.ratio);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["leftOut"]["first"][0]["why"], "excluded by *.txt");
    assert!(!json.to_string().contains("Key"), "no key in a report");
}

#[cfg(unix)]
#[test]
fn names_that_windows_refuses_are_all_told_before_the_first_byte() {
    let place = Place::new();
    place.write("a:b", b"");
    place.write("con.txt", b"");
    place.write("Readme", b"");
    place.write("README", b"");
    let error = pack(&place.request(), &silent()).unwrap_err();
    let PackError::Refused(violations) = &error else { panic!("{error}") };
    let rules: Vec<_> = violations.iter().map(|violation| violation.rule.id()).collect();
    assert_eq!(rules, ["name-duplicate", "name-drive", "name-reserved"]);
    assert_eq!((error.code().id, place.output_names().len()), ("source-refused", 0));
    assert!(!place.0.path().join("out").exists(), "not even the folder");
    fs::remove_file(place.file("a:b")).unwrap();
    fs::remove_file(place.file("README")).unwrap();
    assert_eq!(pack(&place.request(), &silent()).unwrap_err().code().id, "name-reserved");
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    place.write("locked", b"locked");
    fs::set_permissions(place.file("locked"), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(place.file("locked")).is_ok() {
        return; // root reads everything
    }
    let error = pack(&place.request(), &silent()).unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.code().id),
        ("\"locked\" cannot be read", "source-unreadable")
    );
}
