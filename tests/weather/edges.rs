//! Cuts at borders of the format, and held bytes that are damaged on the device.

use crate::When;
use crate::lab::{Lab, content};
use std::fs;
use std::path::PathBuf;
use waybill_tests::fault_server::{Ending, cut_at, fault};

/// Offsets around the end of the header, of blocks of the cipher, of pieces and of the content.
fn edges() -> Vec<usize> {
    let (piece, size) = (1 << 20, content().size());
    let edges = [0, 48, 64, 4096, piece, 2 * piece, size - 16];
    let mut around: Vec<_> =
        edges.iter().flat_map(|edge: &usize| [edge.saturating_sub(1), *edge, edge + 1]).collect();
    around.extend([size - 2, size - 1]);
    around
}

/// How many bytes are held after a cut: fewer than 48 cannot be checked and are not kept.
fn kept(at: usize) -> usize {
    if at < 48 { 0 } else { at }
}

#[test]
fn cut_at_every_edge_fresh() {
    for at in edges() {
        let lab = Lab::new("edges", When::Fresh);
        lab.then(vec![cut_at(at)]);
        let outcome = lab.fetch().arrived().acted(&["broken-off"]).asked(2).wasted(at - kept(at));
        let went_on = outcome.requests[1].first_byte();
        assert_eq!(went_on, kept(at));
    }
}

#[test]
fn cut_at_every_edge_resumed() {
    for at in edges() {
        let mut lab = Lab::new("edges", When::Resumed);
        lab.at = at;
        lab.hold_if_resumed();
        lab.expect_held(kept(at));
        lab.fetch().arrived().acted(&[]).asked(1).wasted(0);
    }
}

/// Every answer is cut after a few bytes.
#[test]
fn crumbs() {
    let lab = Lab::new("crumbs", When::Fresh);
    lab.forever(fault(|request, resource| resource.right(request).only(200_000).ending(Ending::Fin)));
    let outcome = lab.fetch().arrived().acted(&["broken-off"]).wasted(0);
    assert_eq!(outcome.requests.len(), content().size().div_ceil(200_000));
}

fn partial(lab: &Lab) -> PathBuf {
    let name = format!("{}.partial", content().package.info.mac);
    lab.root().join("Content").join("Incoming").join(name)
}

/// Flips a bit of the partial file.
fn damage_what_is_held(lab: &Lab, at: usize) {
    let mut bytes = fs::read(partial(lab)).unwrap();
    bytes[at] ^= 4;
    fs::write(partial(lab), bytes).unwrap();
}

#[test]
fn held_bytes_are_damaged() {
    let mut lab = Lab::new("held_bytes_are_damaged", When::Resumed);
    lab.hold_if_resumed();
    damage_what_is_held(&lab, 100_000);
    let outcome = lab.fetch().arrived().acted(&["restarted"]);
    outcome.wasted(content().size());
}

#[test]
fn held_bytes_are_damaged_and_pieces_known() {
    let mut lab = Lab::new("held_bytes_are_damaged_and_pieces_known", When::Resumed);
    lab.with_pieces = true;
    lab.hold_if_resumed();
    damage_what_is_held(&lab, 100_000);
    let outcome = lab.fetch().arrived().acted(&["pieces-mended"]);
    outcome.wasted(1 << 20);
}

/// The partial file holds another content.
#[test]
fn held_bytes_are_anothers() {
    let mut lab = Lab::new("held_bytes_are_anothers", When::Resumed);
    lab.hold_if_resumed();
    damage_what_is_held(&lab, 3);
    lab.expect_held(0);
    lab.fetch().arrived().acted(&["partial-dropped"]).wasted(0);
}

/// The partial file is longer than the content.
#[test]
fn too_much_is_held() {
    let mut lab = Lab::new("too_much_is_held", When::Resumed);
    lab.hold_if_resumed();
    let bytes = [&content().content[..], &[0; 5000]].concat();
    fs::write(partial(&lab), bytes).unwrap();
    lab.expect_held(0);
    lab.fetch().arrived().wasted(0);
}

/// A server that ignores ranges is cut before it has sent as much as is held; the held bytes are not lost.
#[test]
fn everything_again_and_cut() {
    let mut lab = Lab::new("everything_again_and_cut", When::Resumed);
    lab.hold_if_resumed();
    let half = lab.at / 2;
    lab.then(vec![fault(move |_, resource| resource.whole().only(half).ending(Ending::Fin))]);
    lab.fetch().arrived().acted(&["range-ignored", "broken-off"]).wasted(half).asked(2);
}
