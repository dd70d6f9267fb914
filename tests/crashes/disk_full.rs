//! Fetching to a full disk, at 32 sizes: from no space at all to a page too little for the manifest. Run by
//! `ci/disk-full.sh` on a small volume.

use crate::clock::LeapingClock;
use crate::device::{Device, There, names};
use crate::lab::{Published, lab};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use waybill_context::{Context, Progress, Stage};
use waybill_downloader::fetch;
use waybill_schemas::codes::Classified as _;

/// The variable with the mount point of a tmpfs that may be remounted with other sizes.
const VOLUME: &str = "WAYBILL_DISK_FULL";

/// The unit of a tmpfs's size in bytes.
const PAGE: u64 = 4096;
/// How many bytes a fetch writes at once.
const BLOCK: u64 = 512 * KIB;
const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

/// A size with space for everything, and for the file that fills the volume.
const ROOMY: u64 = 64 * MIB;

/// The moment at which the disk becomes full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    /// Before the fetch: the volume is that small.
    Start,
    /// When this stage begins.
    Begin(Stage),
    /// When this stage has processed this many bytes, or a few more.
    At(Stage, u64),
    /// When this stage ends.
    End(Stage),
}

/// The part of a fetch that fails because of the full disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hit {
    /// The check of the free space before the download.
    Look,
    Download,
    Journal,
    /// The check of the free space before unpacking.
    LookForFiles,
    Unpack,
    Manifest,
}

/// A disk with only `left` bytes of free space from some moment on.
#[derive(Debug, Clone, Copy)]
struct Case {
    hit: Hit,
    from: From,
    left: u64,
}

/// The 32 cases for a content.
fn cases(content: &Published) -> Vec<Case> {
    use Hit::{Download, Journal, Look, LookForFiles, Manifest, Unpack};
    let (size, files) = (content.size, content.unpacked);
    let whole = size.div_ceil(PAGE) * PAGE + PAGE; // the content and its journal
    let start = |left| (Look, From::Start, left);
    let download = |left| (Download, From::Begin(Stage::Download), left);
    let later = |hit, left| (hit, From::At(Stage::Download, size / 3), left);
    let after = |left| (LookForFiles, From::Begin(Stage::Download), whole + PAGE + left);
    let unpack = |at, left| (Unpack, From::At(Stage::Unpack, at), left);
    let begin = |left| (Unpack, From::Begin(Stage::Unpack), left);
    let look = [PAGE, 64 * KIB, MIB, size / 2, size, files, size + files / 2, size + files - MIB].map(start);
    let bytes =
        [PAGE, 2 * PAGE, 32 * KIB, 300 * KIB, 512 * KIB, MIB, size / 4, size / 2, size - MIB].map(download);
    let journal =
        [(Journal, From::Begin(Stage::Download), 0), later(Download, PAGE), later(Journal, 512 * KIB)];
    let looks = [0, 64 * KIB, files / 2, files - MIB].map(after);
    let unpacks =
        [begin(0), begin(100 * KIB), unpack(MIB, 3 * PAGE), unpack(files / 2, MIB), unpack(files - MIB, 0)];
    let manifest = [0, PAGE, 4 * PAGE].map(|left| (Manifest, From::End(Stage::Unpack), left));
    let all = [&look[..], &bytes, &journal, &looks, &unpacks, &manifest].concat();
    all.into_iter().map(|(hit, from, left)| Case { hit, from, left }).collect()
}

/// The volume that the script has mounted.
struct Volume(PathBuf);

impl Volume {
    fn resize(&self, bytes: u64) {
        let size = format!("remount,size={bytes}");
        // With a source, mount adds no options from fstab or the mount table; that of the owner would be refused in a
        // user namespace.
        let status = Command::new("mount").args(["-o", &size, "none"]).arg(&self.0).status().unwrap();
        assert!(status.success(), "the volume cannot be remounted with {bytes} bytes");
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }
}

/// Fills the volume at the moment of the case, as another program would.
struct Filler<'a> {
    volume: &'a Volume,
    case: Case,
    done: Mutex<(bool, u64)>,
}

impl Filler<'_> {
    fn meet(&self, moment: From) {
        let mut done = self.done.lock().unwrap();
        let met = match (moment, self.case.from) {
            (From::At(stage, bytes), From::At(wanted, at)) if stage == wanted => {
                done.1 += bytes;
                done.1 >= at
            }
            (moment, wanted) => moment == wanted,
        };
        if met && !done.0 {
            done.0 = true;
            fill(&self.volume.filler(), self.case.left).unwrap();
        }
    }
}

impl Progress for Filler<'_> {
    fn begin(&self, stage: Stage, _: Option<u64>) {
        self.meet(From::Begin(stage));
    }
    fn advance(&self, stage: Stage, bytes: u64) {
        self.meet(From::At(stage, bytes));
    }
    fn end(&self, stage: Stage) {
        self.meet(From::End(stage));
    }
}

/// Writes a file until the volume is full, then cuts it by `left` bytes.
fn fill(path: &Path, left: u64) -> io::Result<()> {
    let mut file = File::create(path)?;
    let zeros = vec![0; MIB as usize];
    for block in [MIB, PAGE] {
        loop {
            match file.write_all(&zeros[..block as usize]) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::StorageFull => break,
                Err(error) => return Err(error),
            }
        }
    }
    file.set_len(file.metadata()?.len().saturating_sub(left.next_multiple_of(PAGE)))
}

#[test]
#[ignore = "run by ci/disk-full.sh, which gives it a volume"]
fn a_full_disk_is_told_and_then_gone_on_from() {
    let volume = Volume(std::env::var_os(VOLUME).expect("WAYBILL_DISK_FULL names the volume").into());
    let content = &lab().content;
    let cases = cases(content);
    assert_eq!(cases.len(), 32);
    for case in &cases {
        println!("{case:?}: {}", run(&volume, *case, content));
    }
    let count = |hit| cases.iter().filter(|case| case.hit == hit).count();
    println!(
        "disk full: {} sizes, {} before the first byte, {} in the download, {} in the journal, {} before the files, {} \
         while unpacking, {} in the manifest; all told, all resumed",
        cases.len(),
        count(Hit::Look),
        count(Hit::Download),
        count(Hit::Journal),
        count(Hit::LookForFiles),
        count(Hit::Unpack),
        count(Hit::Manifest)
    );
}

/// Runs one case; returns the error message.
fn run(volume: &Volume, case: Case, content: &Published) -> String {
    volume.resize(if case.from == From::Start { case.left } else { ROOMY });
    let device = Device::within(tempfile::tempdir_in(&volume.0).unwrap());
    let filler = Filler { volume, case, done: Mutex::default() };
    let outcome = fetch(&device.request(content), &Context::new(&filler, &(), &LeapingClock::new()));
    let error = outcome.expect_err("there was too little room");
    assert_eq!((error.code().id, error.code().class.exit_code()), ("disk-full", 1), "{case:?}: {error:?}");
    assert_eq!(device.there(content), There::Nothing, "{case:?}");
    assert_eq!(names(&device.apps()), [""; 0], "{case:?}: staging is left");
    let held = device.held(content);
    check_end(case, held, content);

    if matches!(case.hit, Hit::Download | Hit::Journal) {
        assert!(error.to_string().contains(&format!(" the {held} bytes ")), "{case:?}: {error}");
    }

    volume.resize(2 * ROOMY);
    let report = device.fetch(content).unwrap();
    device.assert_done(content);
    let download = report.download.unwrap();
    assert_eq!((download.resumed_from, download.received), (held, content.size - held), "{case:?}");
    let _ = fs::remove_file(volume.filler());
    error.to_string()
}

/// Asserts that the fetch failed where it should.
fn check_end(case: Case, held: u64, content: &Published) {
    let room = match (case.hit, case.from) {
        (Hit::Look, _) => 0..=0,
        (Hit::Download | Hit::Journal, From::Begin(_)) => case.left.saturating_sub(2 * PAGE)..=case.left,
        (Hit::Download | Hit::Journal, _) => content.size / 3 - MIB..=content.size / 3 + case.left + MIB,
        (Hit::LookForFiles | Hit::Unpack | Hit::Manifest, _) => content.size..=content.size,
    };
    assert!(room.contains(&held), "{case:?}: {held} bytes are held, it should be {room:?}");
    if held > 0 && matches!(case.hit, Hit::Download | Hit::Journal) {
        // The block that did not fit is written in part. If the journal did not fit, only whole blocks are.
        assert_eq!(held.is_multiple_of(BLOCK), case.hit == Hit::Journal, "{case:?}: {held} bytes are held");
    }
}
