//! Where a fetch is killed: 60 points by bytes for each of three stages, spread by a seed, and every named point.

use crate::lab::Published;
use waybill_context::failpoint;
use waybill_support::noise::PseudoRandom;

/// Points by bytes for each stage.
pub(crate) const BY_BYTES: usize = 60;

/// Bytes that are written at once, the pieces of pieces.json, and the header: things happen at their borders.
const BORDERS: [u64; 3] = [48, 512 << 10, 1 << 20];

/// What is on the device before the fetch that is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Before {
    /// Nothing.
    Fresh,
    /// Another folder at the destination, and `--force`.
    Filled,
    /// What a fetch left that was killed while it unpacked.
    DeadRun,
}

/// One kill.
#[derive(Debug, Clone)]
pub(crate) struct Kill {
    /// As `WAYBILL_FAILPOINT` takes it.
    pub(crate) point: String,
    pub(crate) before: Before,
    /// Requests at once.
    pub(crate) connections: usize,
    /// Bytes that the fetch had taken when it stopped, at least.
    pub(crate) taken: u64,
}

/// Of `stage`, which has `total` bytes: its first and last bytes, borders of blocks, and the rest spread evenly, each
/// somewhere in its share.
fn spread(total: u64, seed: u64) -> Vec<u64> {
    let borders = BORDERS.into_iter().flat_map(|border| [border - 1, border, border + 1]);
    let mut points: Vec<u64> = [1, total - 1, total].into_iter().chain(borders).collect();
    let mut random = PseudoRandom::new(seed);
    let share = total as usize / (BY_BYTES - points.len());
    for number in 0..BY_BYTES - points.len() {
        points.push((number * share + random.below(share)) as u64 + 1);
    }
    points
}

/// While bytes arrive; one in four over three connections.
pub(crate) fn received(content: &Published) -> Vec<Kill> {
    let kill = |(number, bytes)| Kill {
        point: format!("download:{bytes}"),
        before: Before::Fresh,
        connections: if number % 4 == 3 { 3 } else { 1 },
        taken: bytes,
    };
    spread(content.size, 1).into_iter().enumerate().map(kill).collect()
}

/// While they are digested behind the download.
pub(crate) fn digested(content: &Published) -> Vec<Kill> {
    let kill = |bytes| Kill::new(format!("digest:{bytes}"), Before::Fresh, bytes);
    spread(content.size, 2).into_iter().map(kill).collect()
}

/// While files are written; every third into the place of another folder.
pub(crate) fn unpacked(content: &Published) -> Vec<Kill> {
    let kill = |(number, bytes)| {
        let before = if number % 3 == 2 { Before::Filled } else { Before::Fresh };
        Kill::new(format!("unpack:{bytes}"), before, content.size)
    };
    spread(content.unpacked, 3).into_iter().enumerate().map(kill).collect()
}

/// Every named point, and some of them later than the first time.
pub(crate) fn named() -> Vec<Kill> {
    let later = [
        "journal-writing#3",
        "journal-synced#3",
        "journal-renamed#3",
        "partial-syncing#2",
        "partial-synced#2",
    ];
    let points = failpoint::FETCH.iter().copied().chain(later);
    points.map(|point| Kill::new(point.to_owned(), before(point), 0)).collect()
}

fn before(point: &str) -> Before {
    if point.starts_with("sweep-") {
        Before::DeadRun
    } else if point.starts_with("unpack-") {
        Before::Filled
    } else {
        Before::Fresh
    }
}

impl Kill {
    fn new(point: String, before: Before, taken: u64) -> Self {
        Self { point, before, connections: 1, taken }
    }
}
