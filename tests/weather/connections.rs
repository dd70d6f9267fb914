//! Faults while several connections fetch pieces; each piece is verified by itself.

use crate::lab::{Lab, content};
use waybill_schemas::codes::Class;
use waybill_schemas::{PiecesDocument, Sha256Digest};
use waybill_tests::fault_server::{Answer, Ending, Fault, fault, status};

more_cases! {
    right_fresh, right_resumed: all_is_right;
    cut_and_reset_fresh, cut_and_reset_resumed: cut_and_reset;
    damaged_piece_fresh, damaged_piece_resumed: damaged_piece;
    ranges_ignored_fresh, ranges_ignored_resumed: ranges_ignored;
    busy_fresh, busy_resumed: busy;
    not_found_fresh, not_found_resumed: not_found;
    wrong_piece_hash_fresh, wrong_piece_hash_resumed: wrong_piece_hash;
    no_pieces_fresh, no_pieces_resumed: no_pieces;
    wrong_parts_fresh, wrong_parts_resumed: wrong_parts;
}

const PIECE: usize = 1 << 20;
/// The most bytes of a few error pages.
const PAGES: usize = 100;

/// Sets up four connections and piece hashes. Held bytes will be cut to whole pieces.
fn several(mut lab: Lab) -> Lab {
    lab.with_pieces = true;
    lab.hold_if_resumed();
    lab.round_held_to(PIECE);
    lab.options.connections = 4;
    lab
}

fn all_is_right(lab: Lab) {
    let lab = several(lab);
    let outcome = lab.fetch().arrived().acted(&[]).wasted(0);
    assert!(outcome.requests.iter().all(|request| request.range().is_some()));
}

fn cut_and_reset(lab: Lab) {
    let lab = several(lab);
    let cut = |ending| fault(move |request, resource| resource.right(request).only(10_000).ending(ending));
    lab.then(vec![cut(Ending::Fin), cut(Ending::Reset), status(500)]);
    lab.fetch().arrived().wasted_at_most(2 * 10_000 + PAGES);
}

fn damaged_piece(lab: Lab) {
    let lab = several(lab);
    lab.then(vec![fault(|request, resource| {
        let mut answer = resource.right(request);
        answer.body[77] ^= 1;
        answer
    })]);
    let outcome = lab.fetch().arrived().acted(&["piece-refused"]);
    outcome.wasted_at_most(PIECE);
}

/// An answer with the whole file, whatever range is asked for.
fn whole() -> Fault {
    fault(|_, resource| resource.whole())
}

fn ranges_ignored(lab: Lab) {
    let lab = several(lab);
    lab.forever(whole());
    let outcome = lab.fetch().arrived();
    assert_eq!(outcome.times("one-connection"), 1);
}

fn wrong_parts(lab: Lab) {
    let lab = several(lab);
    lab.forever(fault(|request, resource| match request.range() {
        Some((first, _)) => resource.part(first + 1, first + 100),
        None => resource.whole(),
    }));
    lab.fetch().arrived();
}

fn busy(lab: Lab) {
    let lab = several(lab);
    lab.then(vec![
        fault(|_, _| Answer::plain(429).with("Retry-After", "5")),
        status(503),
        fault(|_, _| Answer::plain(503).with("Retry-After", "5")),
    ]);
    // The error pages are received too, and thrown away.
    lab.fetch().arrived().acted(&["retry-after", "backed-off"]).wasted_at_most(PAGES);
}

fn not_found(lab: Lab) {
    let lab = several(lab);
    lab.forever(status(404));
    lab.fetch().failed("not-there", Class::Network);
}

/// If a piece hash is wrong but the MAC is right, the document is wrong: that is reported, and the content is accepted.
fn wrong_piece_hash(lab: Lab) {
    let lab = several(lab);
    let mut pieces = PiecesDocument::read(&content().pieces).unwrap();
    let last = pieces.sha256.len() - 1;
    pieces.sha256[last] = Sha256Digest::new([0; 32]);
    let path = lab.write_document_for(&pieces);
    let outcome = lab.fetch_with(&lab.options, &path).arrived();
    assert!(outcome.times("piece-refused") >= 1);
    outcome.wasted_at_most(2 * PIECE);
}

/// Without piece hashes pieces cannot be verified by themselves, so one connection is used.
fn no_pieces(lab: Lab) {
    let mut lab = several(lab);
    lab.with_pieces = false;
    let outcome = lab.fetch().arrived().acted(&["one-connection"]).asked(1);
    assert!(content().size() > PIECE);
    outcome.wasted(0);
}
