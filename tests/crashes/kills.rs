//! The kill campaign: whatever a fetch is doing when it is killed, the next one ends with the right files, leaves
//! nothing else behind, and asks for no byte again that was held.

use crate::child::Stopped;
use crate::device::{Device, There};
use crate::lab::{Published, lab};
use crate::points::{self, BY_BYTES, Before, Kill};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;
use waybill_schemas::PIECE_SIZE;
use waybill_schemas::report::delivery::DownloadReport;

/// The variable that asks for all points; without it only a part of the points by bytes is used.
const ALL: &str = "WAYBILL_KILLS";

/// Without [`ALL`], one in this many of the points by bytes is used.
const SHORT: usize = if cfg!(windows) { 15 } else { 5 };

#[test]
fn what_was_killed_is_fetched_to_its_end() {
    let (started, content) = (Instant::now(), &lab().content);
    let step = if std::env::var_os(ALL).is_some() { 1 } else { SHORT };
    let few = |points: Vec<Kill>| points.into_iter().step_by(step).collect::<Vec<_>>();
    let by_bytes = [points::received(content), points::digested(content), points::unpacked(content)];
    assert!(by_bytes.iter().all(|points| points.len() == BY_BYTES));
    let [received, digested, unpacked] = by_bytes.map(few);
    let named = points::named();
    assert!(named.len() >= 20);
    let counts = [received.len(), digested.len(), unpacked.len(), named.len()];
    let kills = [received, digested, unpacked, named].concat();

    let fetched_again = campaign(&kills, content);
    let [received, digested, unpacked, named] = counts;
    println!(
        "kill campaign: {received} received, {digested} digested, {unpacked} unpacked, {named} named, all resumed; at \
         most {} KiB fetched again, {:.0} s",
        fetched_again >> 10,
        started.elapsed().as_secs_f64()
    );
}

/// Runs all kills, several at once; returns the most bytes that any fetch received twice.
fn campaign(kills: &[Kill], content: &Published) -> u64 {
    let (next, failures, most) = (AtomicUsize::new(0), Mutex::new(Vec::new()), Mutex::new(0));
    let work = || {
        while let Some(kill) = kills.get(next.fetch_add(1, Ordering::Relaxed)) {
            match catch_unwind(AssertUnwindSafe(|| survive(kill, content))) {
                Ok(again) => {
                    let mut most = most.lock().unwrap_or_else(PoisonError::into_inner);
                    *most = again.max(*most);
                }
                Err(_) => failures.lock().unwrap_or_else(PoisonError::into_inner).push(kill.clone()),
            }
        }
    };
    let threads = thread::available_parallelism().map_or(2, usize::from).clamp(2, 4);
    thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} of {} points: {failures:#?}", failures.len(), kills.len());
    most.into_inner().unwrap()
}

/// Runs one kill and the next fetch; returns how many bytes that the killed fetch had received were fetched again.
fn survive(kill: &Kill, content: &Published) -> u64 {
    let mut device = Device::new();
    device.options.connections = kill.connections;
    match kill.before {
        Before::Fresh => {}
        Before::Filled => device.fill_destination(),
        Before::DeadRun => Stopped::at("unpack:1000000", &device, content).kill(),
    }
    Stopped::at(&kill.point, &device, content).kill();

    let there = device.there(content);
    if kill.before == Before::Filled {
        assert!(
            there != There::Nothing || device.former_is_aside(),
            "{}: what was there is lost",
            kill.point
        );
    } else {
        assert!(there != There::Former);
    }
    let held = device.held(content);
    let report = device.fetch(content).unwrap_or_else(|error| panic!("{}: {error:?}", kill.point));
    device.assert_done(content);

    let received = report.download.as_ref().map_or(0, |download| download.received);
    match &report.download {
        Some(download) => check_download(kill, content, held, download),
        None => assert!(!report.changed || there != There::Whole, "found there, or taken up: {report:?}"),
    }
    assert_eq!(report.observations, [], "nothing was out of the ordinary");
    let again = device.fetch(content).unwrap();
    assert!(!again.changed && again.download.is_none(), "it is found there: {again:?}");
    (received + kill.taken).saturating_sub(content.size)
}

/// One fetch that is killed nine times: each run continues from what the one before held, and the last one completes.
#[test]
fn killed_again_and_again() {
    let (device, content) = (Device::new(), &lab().content);
    let mut held = 0;
    for point in [
        "download:700000",
        "download:3000000",
        "journal-synced#3",
        "download:9500000",
        "digest:10000000", // the digest may be told when all is received: no download comes after it
        "unpack:1",
        "unpack:9000000",
        "manifest-synced",
        "unpack-renaming",
    ] {
        Stopped::at(point, &device, content).kill();
        assert_eq!(device.there(content), There::Nothing, "{point}");
        assert!(
            device.held(content) >= held,
            "{point}: {held} bytes were held, now {}",
            device.held(content)
        );
        held = device.held(content);
    }
    assert_eq!(held, content.size);
    let report = device.fetch(content).unwrap();
    assert!(report.changed && report.download.is_none(), "only the rename was left: {report:?}");
    device.assert_done(content);
}

/// For a whole package on a server only its content is fetched, and a killed download of it is continued.
#[test]
fn the_content_of_a_package_is_gone_on_with() {
    let (device, package) = (Device::new(), &lab().package);
    for point in ["download:3000000", "digest:7000000", "unpack:2000000"] {
        Stopped::at(point, &device, package).kill();
        assert_eq!(device.there(package), There::Nothing, "{point}");
    }
    let held = device.held(package);
    assert_eq!(held, package.size);
    let report = device.fetch(package).unwrap();
    assert_eq!(report.download.map(|download| (download.resumed_from, download.received)), Some((held, 0)));
    device.assert_done(package);
}

/// Asserts that no more was fetched twice than is unavoidable. What a killed fetch had written is held, because it
/// writes in order; with several connections, an incomplete piece is lost. What it had received but not written is at
/// most a block of 512 KiB and a chunk that did not fit, less than a piece. The rest was under way: up to 4 MiB that
/// wait for the fetch, and what the sockets hold.
#[track_caller]
fn check_download(kill: &Kill, content: &Published, held: u64, download: &DownloadReport) {
    let in_pieces = kill.connections > 1 && held < content.size;
    let usable = if in_pieces { held - held % PIECE_SIZE } else { held };
    let went_on = (download.resumed_from, download.received);
    assert_eq!(went_on, (usable, content.size - usable), "{}: {held} bytes were held", kill.point);
    let again = (download.received + kill.taken).saturating_sub(content.size);
    assert!(again <= PIECE_SIZE, "{}: {again} bytes were fetched again", kill.point);
}
