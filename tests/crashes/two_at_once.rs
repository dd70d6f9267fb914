//! Two fetches at once: the second is refused with an error that names the first one's process, or waits for it.

use crate::child::Stopped;
use crate::clock::GatedClock;
use crate::device::{Device, Fetched, There, names};
use crate::lab::{Published, lab};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;
use waybill_context::Context;
use waybill_downloader::{Destination, FetchRequest, download, fetch};
use waybill_schemas::codes::Classified as _;

/// Asserts that the fetch is refused with exit 6 and that the error names the process `holder`.
#[track_caller]
fn assert_refused(outcome: Fetched, holder: u32) {
    let error = outcome.expect_err("two at once");
    assert_eq!((error.code().id, error.code().class.exit_code()), ("locked", 6), "{error:?}");
    assert!(error.to_string().contains(&format!("(process {holder})")), "{error}");
}

/// A request for the same content with another destination.
fn elsewhere(device: &Device, content: &Published) -> FetchRequest {
    let destination = Destination::Folder(device.path().join("elsewhere").join("app"));
    FetchRequest { destination, ..device.request(content) }
}

#[test]
fn a_content_is_fetched_by_one_at_a_time() {
    let (device, content) = (Device::new(), &lab().content);
    let first = Stopped::at("download:3000000", &device, content);
    let held = device.held(content);
    assert_refused(device.fetch(content), first.pid());
    let other_place = fetch(&elsewhere(&device, content), &Context::silent()).map_err(Box::new);
    assert_refused(other_place, first.pid());
    assert_eq!((device.held(content), device.there(content)), (held, There::Nothing), "nothing was touched");
    assert!(device.path().join("elsewhere").symlink_metadata().is_err());

    first.kill();
    let second = device.fetch(content).unwrap().download.unwrap();
    assert_eq!((second.resumed_from, second.received), (held, content.size - held));
    device.assert_done(content);
}

#[test]
fn a_folder_is_filled_by_one_at_a_time() {
    let (device, lab) = (Device::new(), lab());
    let first = Stopped::at("unpack:2000000", &device, &lab.content);
    let beside = names(&device.apps());
    assert_refused(device.fetch(&lab.other), first.pid());
    assert_eq!(names(&device.apps()), beside, "its staging is left alone");
    assert_eq!(device.held(&lab.other), 0, "and nothing is fetched for it");

    first.kill();
    assert!(device.fetch(&lab.other).unwrap().changed);
    assert_eq!(device.there(&lab.other), There::Whole);
    assert_eq!(names(&device.apps()), ["app"], "the dead run's staging is gone");
    assert_eq!(device.held(&lab.content), lab.content.size, "what it held is not this content's business");
}

#[test]
fn two_contents_for_two_folders_do_not_meet() {
    let (device, lab) = (Device::new(), lab());
    let _first = Stopped::at("download:3000000", &device, &lab.content);
    assert!(fetch(&elsewhere(&device, &lab.other), &Context::silent()).unwrap().changed);
}

/// How long a fetch waits here, by a clock that jumps. A process that another test starts holds a copy of every lock for a moment,
/// so there have to be more tries than pass in that moment.
const A_DAY: Duration = Duration::from_secs(86_400);

/// Starts the first fetch, which stops in the middle of its download until the second one waits for it.
fn wait_for(first: (&Device, &Published), second: &FetchRequest) -> Fetched {
    let limit_rate = Some(1 << 20); // so that it sleeps, and stands there
    let slow = first.0.options.clone().with(|fetch| fetch.limit_rate = limit_rate);
    let slow = FetchRequest { options: slow, ..first.0.request(first.1) };
    let patient = second.options.clone().with(|fetch| fetch.wait_lock = A_DAY);
    let patient = FetchRequest { options: patient, ..second.clone() };
    let ((sleeps, is_asleep), (wake, woken)) = (channel(), channel());
    let (ended, end) = channel();
    thread::scope(|scope| {
        let clock = GatedClock::new(move || {
            sleeps.send(()).unwrap();
            woken.recv().unwrap();
        });
        let thread = scope.spawn(move || {
            let report = fetch(&slow, &Context::new(&(), &(), &clock)).map_err(Box::new);
            ended.send(()).unwrap();
            report
        });
        is_asleep.recv().unwrap();
        let clock = GatedClock::new(move || {
            wake.send(()).unwrap();
            end.recv().unwrap();
        });
        let outcome = fetch(&patient, &Context::new(&(), &(), &clock)).map_err(Box::new);
        assert!(thread.join().unwrap().unwrap().changed);
        outcome
    })
}

#[test]
fn whoever_waits_finds_it_there() {
    let (device, content) = (Device::new(), &lab().content);
    let report = wait_for((&device, content), &device.request(content)).unwrap();
    assert!(!report.changed && report.download.is_none(), "{report:?}");
    device.assert_done(content);
}

#[test]
fn whoever_waits_for_a_folder_does_not_overwrite_what_came_meanwhile() {
    let (device, lab) = (Device::new(), lab());
    let error = wait_for((&device, &lab.content), &device.request(&lab.other)).unwrap_err();
    assert_eq!(error.code().id, "destination-exists", "{error:?}");
    device.assert_done(&lab.content);
}

#[test]
fn whoever_waits_for_a_process_that_is_killed_goes_on_from_what_it_held() {
    let (device, content) = (Device::new(), &lab().content);
    let first = Stopped::at("download:5000000", &device, content);
    let held = device.held(content);
    let clock = GatedClock::new(move || first.kill());
    let options = device.options.clone().with(|fetch| fetch.wait_lock = A_DAY);
    let request = FetchRequest { options, ..device.request(content) };
    let report = fetch(&request, &Context::new(&(), &(), &clock)).unwrap();
    assert_eq!(report.download.unwrap().resumed_from, held);
    device.assert_done(content);
}

/// After the first two phases alone the content is held and nothing is unpacked; a later fetch downloads no byte again.
#[test]
fn what_was_downloaded_before_is_only_unpacked() {
    let (device, content) = (Device::new(), &lab().content);
    let report = download(&device.request(content), &Context::silent()).unwrap();
    assert_eq!(report.download.unwrap().received, content.size);
    assert!(report.validate.is_some() && report.unpack.is_none() && !report.changed);
    assert_eq!((device.held(content), device.there(content)), (content.size, There::Nothing));

    let report = device.fetch(content).unwrap();
    let downloaded = report.download.unwrap();
    assert_eq!((downloaded.resumed_from, downloaded.received), (content.size, 0));
    device.assert_done(content);
}
