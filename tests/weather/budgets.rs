//! How long a fetch keeps trying, how fast it may be, and how soon it can be interrupted.

use crate::When;
use crate::lab::{Lab, content};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use waybill_context::Clock;
use waybill_schemas::codes::Class;
use waybill_tests::fault_server::{Answer, Ending, cut_at, fault, status};

/// A server that takes ten hours for every answer, with which eight attempts would take three days.
#[test]
fn a_day_ends_it() {
    let lab = Lab::new("a_day_ends_it", When::Fresh);
    let clock = Arc::clone(&lab.clock);
    lab.forever(fault(move |_, _| {
        clock.sleep(Duration::from_secs(10 * 3600));
        Answer::plain(500)
    }));
    let outcome = lab.fetch().failed("network-failed", Class::Network).asked(3);
    let text = outcome.result.unwrap_err().text;
    assert!(text.contains("24 hours"), "{text}");
}

/// Seven failures, a MiB of progress, and seven more failures do not reach the limit of eight.
#[test]
fn progress_forgives() {
    let lab = Lab::new("progress_forgives", When::Fresh);
    let sixfold = || (0..6).map(|_| status(500)).collect::<Vec<_>>();
    lab.then(sixfold());
    lab.then(vec![cut_at((1 << 20) + 1)]);
    lab.then(sixfold());
    lab.then(vec![cut_at((2 << 20) + 2)]);
    lab.then(sixfold());
    let outcome = lab.fetch().arrived().acted(&["backed-off", "broken-off"]).wasted(0);
    assert_eq!(outcome.times("backed-off"), 18);
}

/// Small amounts of progress do not reset the count of failures, however many there are.
#[test]
fn crumbs_do_not_forgive() {
    let lab = Lab::new("crumbs_do_not_forgive", When::Fresh);
    lab.forever(fault(|request, resource| resource.right(request).only(1000).ending(Ending::Fin)));
    let outcome = lab.fetch().failed("network-failed", Class::Network);
    assert_eq!(outcome.requests.len(), 8);
}

#[test]
fn the_rate_is_held() {
    for connections in [1, 3] {
        let mut lab = Lab::new("the_rate_is_held", When::Fresh);
        lab.with_pieces = true;
        let rate = 10_000;
        let options = lab.options.clone().with(|fetch| {
            fetch.limit_rate = Some(rate);
            fetch.connections = connections;
        });
        let outcome = lab.fetch_with(&options, &lab.write_document()).arrived().acted(&[]).wasted(0);
        let least = Duration::from_secs(content().size() as u64 / rate - 2);
        assert!(lab.clock.slept() >= least, "{:?} for {connections}", lab.clock.slept());
        assert_eq!(outcome.download().waited, 0.0, "pacing is no waiting for a server");
    }
}

/// An interruption while nothing is received ends the fetch at once, and what was received is held.
#[test]
fn interrupted_while_stalled() {
    let lab = Lab::new("interrupted_while_stalled", When::Fresh);
    let (cancel, at) = (lab.cancel(), lab.at);
    lab.then(vec![fault(move |request, resource| {
        cancel.store(true, Ordering::Relaxed);
        resource.right(request).only(at).ending(Ending::Stall)
    })]);
    lab.fetch().failed("interrupted", Class::Interrupted).asked(1);
    lab.cancel().store(false, Ordering::Relaxed);
    let outcome = lab.fetch();
    assert_eq!(outcome.files.as_ref(), Some(&content().files));
    assert!(outcome.download().resumed_from as usize <= at);
}
