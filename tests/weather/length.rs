//! Answers that give a wrong length of the body.

use crate::When;
use crate::lab::{Lab, content};
use waybill_schemas::codes::Class;
use waybill_tests::fault_server::{Answer, Ending, Fault, Framing, fault};

cases! {
    too_small_fresh, too_small_resumed: too_small;
    too_large_fresh, too_large_resumed: too_large;
    missing_fresh, missing_resumed: missing;
    chunked_fresh, chunked_resumed: chunked;
    chunked_and_cut_fresh, chunked_and_cut_resumed: chunked_and_cut;
    length_beside_chunked_fresh, length_beside_chunked_resumed: length_beside_chunked;
    zero_fresh, zero_resumed: zero;
    over_4_gib_fresh, over_4_gib_resumed: over_4_gib;
    absurd_fresh, absurd_resumed: absurd;
}

more_cases! {
    two_lengths_fresh, two_lengths_resumed: two_lengths;
    beyond_64_bits_fresh, beyond_64_bits_resumed: beyond_64_bits;
    absurd_chunk_fresh, absurd_chunk_resumed: absurd_chunk;
    always_zero_fresh, always_zero_resumed: always_zero;
    chunked_and_longer_fresh, chunked_and_longer_resumed: chunked_and_longer;
}

fn right_but(change: impl Fn(Answer) -> Answer + Send + 'static) -> Fault {
    fault(move |request, resource| change(resource.right(request)))
}

/// The correct answer with another Content-Length.
fn declared(length: impl Fn(usize) -> String + Send + 'static) -> Fault {
    right_but(move |answer| {
        let text = length(answer.body.len());
        answer.framed(Framing::Declared(text)).ending(Ending::Fin)
    })
}

/// A 200 with another length than that of the document is another file. A part with another length than that of its
/// range cannot be used, so the whole file is requested.
fn contradicts(mut lab: Lab, fault: Fault) {
    lab.hold_if_resumed();
    lab.then(vec![fault]);
    match lab.when {
        When::Fresh => {
            lab.fetch().failed("size-differs", Class::Integrity).asked(1);
            lab.goes_on();
        }
        When::Resumed => {
            lab.fetch().arrived().acted(&["range-unusable"]).wasted(lab.at).asked(2);
        }
    }
}

fn too_small(lab: Lab) {
    contradicts(lab, declared(|length| (length - 100).to_string()));
}

fn too_large(lab: Lab) {
    contradicts(lab, declared(|length| (length + 100).to_string()));
}

/// A complete body without a length.
fn without_length(mut lab: Lab, framing: Framing) {
    lab.hold_if_resumed();
    lab.then(vec![right_but(move |answer| answer.framed(framing.clone()))]);
    let rules: &[_] = if lab.when == When::Fresh { &["length-unknown"] } else { &[] };
    lab.fetch().arrived().acted(rules).wasted(0).asked(1);
}

fn missing(lab: Lab) {
    without_length(lab, Framing::Close);
}

fn chunked(lab: Lab) {
    without_length(lab, Framing::Chunked);
}

fn length_beside_chunked(lab: Lab) {
    without_length(lab, Framing::ChunkedBeside("7".to_owned()));
}

fn chunked_and_cut(mut lab: Lab) {
    lab.hold_if_resumed();
    let end = (lab.at + content().size()) / 2;
    lab.then(vec![fault(move |request, resource| {
        let answer = resource.right(request).framed(Framing::Chunked);
        answer.only(end - request.first_byte()).ending(Ending::Fin)
    })]);
    let outcome = lab.fetch().arrived().wasted(0).asked(2);
    assert_eq!(outcome.times("broken-off"), 1);
    assert_eq!(outcome.requests.last().unwrap().first_byte(), end);
}

fn zero(mut lab: Lab) {
    lab.hold_if_resumed();
    lab.then(vec![right_but(|answer| answer.body(vec![]))]);
    match lab.when {
        When::Fresh => {
            lab.fetch().arrived().acted(&["short-body"]).asked(2);
        }
        When::Resumed => {
            lab.fetch().arrived().acted(&["restarted-at-0"]).wasted(lab.at).asked(2);
        }
    }
}

/// A second empty answer is what the server has.
fn always_zero(mut lab: Lab) {
    lab.hold_if_resumed();
    lab.forever(right_but(|answer| answer.body(vec![])));
    let asked = if lab.when == When::Fresh { 2 } else { 3 };
    lab.fetch().failed("size-differs", Class::Integrity).asked(asked);
    lab.goes_on();
}

/// The answer is refused before a byte of it is written, because of its length or the total of a part.
fn refused_before_writing(mut lab: Lab, total: u64) {
    lab.hold_if_resumed();
    lab.forever(fault(move |request, resource| {
        let (answer, first) = (resource.right(request), request.first_byte());
        if first == 0 {
            return answer.framed(Framing::Declared(total.to_string())).ending(Ending::Stall);
        }
        let length = total - first as u64;
        let range = format!("bytes {first}-{}/{total}", total - 1);
        answer.set("Content-Range", range).framed(Framing::Declared(length.to_string())).ending(Ending::Stall)
    }));
    lab.fetch().failed("size-differs", Class::Integrity).asked(1);
    lab.goes_on();
}

/// A size whose lower 32 bits are those of the right size.
fn over_4_gib(lab: Lab) {
    refused_before_writing(lab, content().size() as u64 + (1 << 32));
}

fn absurd(lab: Lab) {
    refused_before_writing(lab, i64::MAX as u64);
}

/// After an answer that is no valid HTTP the fetch tries again, and all held bytes stay.
fn is_tried_again(mut lab: Lab, fault: Fault) {
    lab.hold_if_resumed();
    lab.then(vec![fault]);
    let outcome = lab.fetch().arrived().wasted(0).asked(2);
    assert!(outcome.times("broken-off") >= 1);
}

fn two_lengths(lab: Lab) {
    is_tried_again(lab, right_but(|answer| answer.with("Content-Length", "7")));
}

fn beyond_64_bits(lab: Lab) {
    is_tried_again(lab, declared(|_| "9".repeat(40)));
}

/// A chunk size of more than 64 bits.
fn absurd_chunk(lab: Lab) {
    let head = b"HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n";
    is_tried_again(lab, fault(move |_, _| Answer::raw(head.to_vec())));
}

/// A body that is longer than expected is read up to the expected size and is an error. The bytes up to there are held
/// and checked by the next fetch.
fn chunked_and_longer(mut lab: Lab) {
    lab.hold_if_resumed();
    lab.forever(right_but(|answer| {
        let body = [answer.body.as_slice(), &[0x77; 1000]].concat();
        answer.body(body).framed(Framing::Chunked)
    }));
    lab.fetch().failed("size-differs", Class::Integrity).asked(1);
}
