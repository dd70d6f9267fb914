//! Faults of several requests at once, which count as one failure, and faults after the last byte.

use crate::When;
use crate::lab::{Lab, content};
use std::fs;
use std::time::Duration;
use waybill_downloader::{Location, SecretUrl, Wanted};
use waybill_schemas::codes::Class;
use waybill_schemas::{PiecesDocument, Sha256Digest};
use waybill_tests::fault_server::{
    Answer, Ending, Framing, Resource, always_right, cut_at, fault, interrupted_by, status,
};

/// The number of connections. There is a piece for each, so that all are in use when the outage begins.
const CONNECTIONS: usize = 3;

const PACKAGE: &str = "/weather.intunewin";

fn package(lab: &Lab) -> Wanted {
    Wanted::Described(Location::Url(SecretUrl::parse(&lab.server.url(PACKAGE)).unwrap()))
}

fn several(case: &str) -> Lab {
    let mut lab = Lab::new(case, When::Fresh);
    lab.with_pieces = true;
    lab.options.connections = CONNECTIONS;
    lab
}

/// Three outages that break three connections each do not count as nine failures. (In any order, the second and the
/// third request of the first outage do not count, so at most seven do.)
#[test]
fn an_outage_is_one_failure_however_many_connections_it_breaks() {
    let lab = several("an_outage_is_one_failure");
    lab.then((0..3 * CONNECTIONS).map(|_| status(503)).collect());
    let outcome = lab.fetch().arrived();
    assert_eq!(outcome.times("backed-off"), 3 * CONNECTIONS as u64, "each is told all the same");
}

/// One connection is told to wait for an hour. The others, whose bytes wait to be processed meanwhile, are not stalled.
#[test]
fn who_waits_for_one_connection_does_not_call_the_others_stalled() {
    let lab = several("who_waits_for_one_connection");
    lab.then(vec![fault(|_, _| Answer::plain(503).with("Retry-After", "3600"))]);
    lab.fetch().arrived().acted(&["retry-after"]);
    assert!(lab.clock.slept() >= Duration::from_secs(3600));
}

/// If two connections are told to wait, the longer time counts.
#[test]
fn the_longest_of_several_waits_counts() {
    let lab = several("the_longest_of_several_waits_counts");
    let busy = |seconds: &'static str| fault(move |_, _| Answer::plain(503).with("Retry-After", seconds));
    lab.then(vec![busy("5"), busy("700"), busy("5")]);
    lab.fetch().arrived().acted(&["retry-after"]);
    assert!(lab.clock.slept() >= Duration::from_secs(700), "{:?}", lab.clock.slept());
}

/// The document has a wrong hash for every piece. Each is requested twice, which does not count as failures.
#[test]
fn every_piece_hash_is_wrong() {
    let lab = several("every_piece_hash_is_wrong");
    let mut pieces = PiecesDocument::read(&content().pieces).unwrap();
    let wrong = pieces.sha256.iter_mut().map(|digest| *digest = Sha256Digest::new([0; 32])).count();
    assert_eq!(wrong, CONNECTIONS);
    let path = lab.write_document_for(&pieces);
    lab.then((0..5).map(|_| status(500)).collect());
    let outcome = lab.fetch_with(&lab.options, &path).arrived();
    assert_eq!(outcome.times("piece-refused"), wrong as u64);
}

/// A Retry-After of 0, or a date in the past by our clock, must not lead to eight tries at once.
#[test]
fn retry_after_nothing_is_backed_off_from() {
    for when in ["0", "Sun, 06 Nov 1994 08:49:37 GMT"] {
        let lab = Lab::new("retry_after_nothing", When::Fresh);
        lab.then((0..5).map(|_| fault(move |_, _| Answer::plain(503).with("Retry-After", when))).collect());
        lab.fetch().arrived().acted(&["backed-off"]);
        assert!(lab.clock.slept() > Duration::ZERO);
    }
}

/// A connection that breaks after the last byte is no failure.
#[test]
fn broken_off_behind_the_last_byte() {
    let lab = Lab::new("broken_off_behind_the_last_byte", When::Fresh);
    lab.then(vec![cut_at(content().size() - 500_000)]);
    lab.then((0..6).map(|_| status(500)).collect());
    lab.then(vec![fault(|request, resource| {
        let mut answer = resource.right(request);
        answer.framing = Framing::Chunked;
        answer.ending(Ending::Fin) // without the last chunk
    })]);
    let outcome = lab.fetch().arrived().wasted(0);
    assert_eq!(outcome.times("broken-off"), 1, "the first of both alone");
}

/// A server that cannot send parts of a document answers in odd ways; then the whole document is requested.
#[test]
fn a_document_without_parts_is_asked_for_as_a_whole() {
    for status in [206, 416] {
        let lab = Lab::new("a_document_without_parts", When::Fresh);
        let document = content().document(&lab.url, false).unwrap();
        lab.server.put("/x.content.json", Resource::new(document));
        lab.server.forever(
            "/x.content.json",
            fault(move |request, resource| match request.range() {
                Some(_) => resource.whole().status(status),
                None => resource.whole(),
            }),
        );
        let what = Location::Url(SecretUrl::parse(&lab.server.url("/x.content.json")).unwrap());
        lab.fetch_this(Wanted::Described(what), &lab.options).arrived();
        assert_eq!(lab.server.requests_for("/x.content.json").len(), 2);
    }
}

/// A part that ends before its first byte, of a file that has become smaller, must not cause a panic.
#[test]
fn a_part_that_ends_before_it_begins() {
    let lab = Lab::new("a_part_that_ends_before_it_begins", When::Fresh);
    lab.server.put(PACKAGE, Resource::new(content().package.bytes.clone()));
    lab.server.script(PACKAGE, vec![always_right()]);
    lab.server.forever(
        PACKAGE,
        fault(|_, resource| {
            resource.describe(Answer::new(206, vec![0; 5])).with("Content-Range", "bytes 0-4/5")
        }),
    );
    lab.fetch_this(package(&lab), &lab.options).failed("network-failed", Class::Network);
}

/// The rate limit also applies to a package that is fetched as a whole.
#[test]
fn a_whole_package_keeps_to_the_rate() {
    let lab = Lab::new("a_whole_package_keeps_to_the_rate", When::Fresh);
    let bytes = content().package.bytes.clone();
    let len = bytes.len();
    lab.server.put(PACKAGE, Resource::new(bytes));
    lab.server.forever(PACKAGE, fault(|_, resource| resource.whole()));
    let rate = 10_000;
    lab.fetch_this(package(&lab), &lab.options.clone().with(|fetch| fetch.limit_rate = Some(rate)))
        .result
        .unwrap();
    let least = Duration::from_secs(len as u64 / rate - 2);
    assert!(lab.clock.slept() >= least, "{:?}", lab.clock.slept());
}

/// A content that is kept is completely synced, and its journal says so.
#[test]
fn what_is_kept_is_settled_to_its_last_byte() {
    let lab = Lab::new("what_is_kept_is_settled", When::Fresh);
    let options = lab.options.clone().with(|fetch| fetch.keep_content = true);
    lab.fetch_with(&options, &lab.write_document()).result.unwrap();
    let name = format!("{}.journal", content().package.info.mac);
    let journal = fs::read(lab.root().join("Content").join("Incoming").join(name)).unwrap();
    let journal: serde_json::Value = serde_json::from_slice(&journal).unwrap();
    assert_eq!(journal["synced"], content().size());
}

/// The journal names this boot before the first piece is written, so that a killed process loses nothing.
#[test]
fn pieces_are_written_down_in_the_boot_they_come_in() {
    let mut lab = Lab::new("pieces_are_written_down", When::Resumed);
    lab.hold_if_resumed();
    let name = format!("{}.journal", content().package.info.mac);
    let path = lab.root().join("Content").join("Incoming").join(name);
    let read = || serde_json::from_slice::<serde_json::Value>(&fs::read(&path).unwrap()).unwrap();
    let mut journal = read();
    (journal["boot"], journal["synced"]) = ("an-earlier-one".into(), lab.at.into());
    fs::write(&path, journal.to_string()).unwrap();
    (lab.with_pieces, lab.options.connections) = (true, CONNECTIONS);
    lab.then((0..CONNECTIONS).map(|_| interrupted_by(&lab.cancel())).collect());
    lab.fetch().failed("interrupted", Class::Interrupted);
    assert_ne!(read()["boot"], "an-earlier-one");
}
