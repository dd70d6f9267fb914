//! The points at which a fetch is killed: 60 points by bytes for each of three stages, spread by a seed, and every
//! named point.

use crate::lab::Published;
use waybill_context::failpoint;
use waybill_support::noise::PseudoRandom;

/// The number of points by bytes for each stage.
pub(crate) const BY_BYTES: usize = 60;

/// The sizes of the header, of the blocks that are written at once, and of pieces: their borders are the likely places
/// for faults.
const BORDERS: [u64; 3] = [48, 512 << 10, 1 << 20];

/// The state of the device before the fetch that is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Before {
    /// The device holds nothing.
    Fresh,
    /// Another folder is at the destination, and `force` is set.
    Filled,
    /// A fetch was killed while it unpacked.
    DeadRun,
}

/// A fetch that is killed, and the point at which that happens.
#[derive(Debug, Clone)]
pub(crate) struct Kill {
    /// The point as `WAYBILL_FAILPOINT` takes it.
    pub(crate) point: String,
    pub(crate) before: Before,
    /// The number of connections of the fetch.
    pub(crate) connections: usize,
    /// The least number of bytes that the fetch has received when it stops.
    pub(crate) taken: u64,
}

/// Points of a stage with `total` bytes: its first and last bytes, borders of blocks, and the rest spread evenly, each
/// at a random place in its share.
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

/// Kills while bytes are received; one in four with three connections.
pub(crate) fn received(content: &Published) -> Vec<Kill> {
    let kill = |(number, bytes)| Kill {
        point: format!("download:{bytes}"),
        before: Before::Fresh,
        connections: if number % 4 == 3 { 3 } else { 1 },
        taken: bytes,
    };
    spread(content.size, 1).into_iter().enumerate().map(kill).collect()
}

/// Kills while bytes are digested, which goes on behind the download.
pub(crate) fn digested(content: &Published) -> Vec<Kill> {
    let kill = |bytes| Kill::new(format!("digest:{bytes}"), Before::Fresh, bytes);
    spread(content.size, 2).into_iter().map(kill).collect()
}

/// Kills while files are unpacked; every third replaces another folder.
pub(crate) fn unpacked(content: &Published) -> Vec<Kill> {
    let kill = |(number, bytes)| {
        let before = if number % 3 == 2 { Before::Filled } else { Before::Fresh };
        Kill::new(format!("unpack:{bytes}"), before, content.size)
    };
    spread(content.unpacked, 3).into_iter().enumerate().map(kill).collect()
}

/// Kills at every named point, at some of them also at a later time than the first.
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
