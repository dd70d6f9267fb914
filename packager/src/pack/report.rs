//! The account of what was packed.

use super::Ready;
use super::assemble::Counts;
use crate::exclude::LeftOutEntry;
use crate::shown_path::shown;
use crate::walk::SourceList;
use intunewin::WrittenPackage;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::SystemTime;
use waybill_schemas::report::pack::{
    LeftOutItem, LeftOutReport, NamedSize, PackEntries, PackReport, PackSeconds, PackSizes,
};

/// How many of the largest files are told.
const LARGEST: usize = 10;

/// `times`: started, listed, written, published.
pub(super) fn report<W>(
    ready: &Ready,
    written: &WrittenPackage<W>,
    counts: Counts,
    times: [SystemTime; 4],
) -> PackReport {
    let info = &written.info;
    PackReport {
        package: shown(&ready.path),
        name: info.name.clone(),
        setup_file: info.setup_file.clone(),
        sizes: sizes(&ready.list, written),
        entries: PackEntries { files: counts.files, stored_files: counts.stored, folders: counts.folders },
        left_out: left_out(&ready.list),
        largest: largest(&ready.list),
        file_digest: info.encryption_info.file_digest.to_hex(),
        mac: info.encryption_info.mac.to_hex(),
        msi_info: info.msi_info.clone(),
        portal: ready.facts.portal.clone(),
        app_document: ready
            .document
            .as_ref()
            .filter(|document| document.filled)
            .map(|document| shown(&document.path)),
        notes: ready.facts.notes.clone(),
        seconds: seconds(times),
    }
}

fn sizes<W>(list: &SourceList, written: &WrittenPackage<W>) -> PackSizes {
    let (payload, source) = (written.info.unencrypted_content_size, list.total_bytes());
    // A ratio for people: that an f64 holds 53 bits does not show.
    #[allow(clippy::cast_precision_loss)]
    let ratio = if source == 0 { 0.0 } else { payload as f64 / source as f64 };
    PackSizes { package: written.package_len, content: written.content_len, payload, source, ratio }
}

fn left_out(list: &SourceList) -> LeftOutReport {
    let item = |entry: &LeftOutEntry| LeftOutItem {
        name: entry.name.clone(),
        files: entry.files,
        why: entry.why.to_string(),
    };
    LeftOutReport {
        files: list.left_out().files(),
        first: list.left_out().first().iter().map(item).collect(),
    }
}

/// Largest first; of equal ones the first in the package.
fn largest(list: &SourceList) -> Vec<NamedSize> {
    let mut heap = BinaryHeap::with_capacity(LARGEST + 1);
    for (at, entry) in list.iter().enumerate().filter(|(_, entry)| !entry.is_folder()) {
        heap.push((Reverse(entry.size()), at));
        if heap.len() > LARGEST {
            heap.pop();
        }
    }
    let places = heap.into_sorted_vec();
    let named = |(Reverse(size), at): &(Reverse<u64>, usize)| {
        list.get(*at).map(|entry| NamedSize { name: entry.name(), size: *size })
    };
    places.iter().filter_map(named).collect()
}

fn seconds([started, listed, written, published]: [SystemTime; 4]) -> PackSeconds {
    let between =
        |from: SystemTime, to: SystemTime| to.duration_since(from).unwrap_or_default().as_secs_f64();
    PackSeconds {
        scan: between(started, listed),
        pack: between(listed, written),
        publish: between(written, published),
    }
}
