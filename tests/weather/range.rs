//! Faulty answers to requests for a range.

use crate::lab::{Lab, content, right};
use std::fs;
use waybill_schemas::codes::Class;
use waybill_tests::fault_server::{Answer, Ending, Fault, Framing, Resource, always_right, fault};

cases! {
    right_fresh, right_resumed: all_is_right;
    starts_lower_fresh, starts_lower_resumed: starts_lower;
    starts_higher_fresh, starts_higher_resumed: starts_higher;
    no_content_range_fresh, no_content_range_resumed: no_content_range;
    total_changed_fresh, total_changed_resumed: total_changed;
    total_unknown_fresh, total_unknown_resumed: total_unknown;
    multipart_fresh, multipart_resumed: multipart;
    shorter_fresh, shorter_resumed: shorter;
    longer_fresh, longer_resumed: longer;
    ignored_fresh, ignored_resumed: ignored;
    range_in_200_fresh, range_in_200_resumed: range_in_200;
    unsatisfied_at_the_end_fresh, unsatisfied_at_the_end_resumed: unsatisfied_at_the_end;
    unsatisfied_bigger_fresh, unsatisfied_bigger_resumed: unsatisfied_bigger;
    unsatisfied_smaller_fresh, unsatisfied_smaller_resumed: unsatisfied_smaller;
    empty_at_the_end_fresh, empty_at_the_end_resumed: empty_at_the_end;
    stale_validator_fresh, stale_validator_resumed: stale_validator;
}

more_cases! {
    two_content_ranges_fresh, two_content_ranges_resumed: two_content_ranges;
    empty_in_the_middle_fresh, empty_in_the_middle_resumed: empty_in_the_middle;
    ranges_never_work_fresh, ranges_never_work_resumed: ranges_never_work;
}

/// The correct answer, changed by a function that also gets the first byte of the range.
fn changed(change: impl Fn(Answer, usize) -> Answer + Send + 'static) -> Fault {
    fault(move |request, resource| change(resource.right(request), request.first_byte()))
}

/// After an answer that cannot be used the whole file is requested, and bytes that are already held are thrown away
/// when they are received.
fn asks_for_everything(lab: &Lab, rule: &str) {
    let outcome = lab.fetch().arrived().acted(&[rule]).wasted(lab.at).asked(2);
    assert_eq!(outcome.meeting().first_byte(), lab.at);
    assert_eq!(outcome.requests.last().unwrap().header("range"), None);
}

fn all_is_right(mut lab: Lab) {
    lab.hold_if_resumed();
    let outcome = lab.fetch().arrived().acted(&[]).wasted(0).asked(1);
    let request = outcome.meeting();
    assert_eq!(request.header("accept-encoding"), Some("identity"));
    match lab.when {
        crate::When::Fresh => assert_eq!(request.header("range"), None),
        crate::When::Resumed => {
            assert_eq!(request.range(), Some((lab.at, None)));
            assert_eq!(request.header("if-match"), Some("\"v1\""));
        }
    }
}

fn starts_lower(mut lab: Lab) {
    lab.cut_or_hold();
    lab.then(vec![fault(|request, resource| resource.part(request.first_byte() - 4321, usize::MAX))]);
    lab.fetch().arrived().acted(&["overlap-trimmed"]).wasted(4321).asked(1);
}

fn starts_higher(mut lab: Lab) {
    lab.cut_or_hold();
    lab.then(vec![fault(|request, resource| resource.part(request.first_byte() + 16, usize::MAX))]);
    asks_for_everything(&lab, "range-unusable");
}

fn no_content_range(mut lab: Lab) {
    lab.cut_or_hold();
    lab.then(vec![changed(|answer, _| answer.without("Content-Range"))]);
    asks_for_everything(&lab, "range-unusable");
}

fn two_content_ranges(mut lab: Lab) {
    lab.cut_or_hold();
    lab.then(vec![changed(|answer, _| answer.with("Content-Range", "bytes 0-15/16"))]);
    asks_for_everything(&lab, "range-unusable");
}

fn total_changed(mut lab: Lab) {
    lab.cut_or_hold();
    let total = content().size() + 16;
    lab.forever(changed(move |answer, first| {
        answer.set("Content-Range", format!("bytes {first}-{}/{total}", content().size() - 1))
    }));
    lab.fetch().failed("size-differs", Class::Integrity).asked(1);
    lab.goes_on();
}

fn total_unknown(mut lab: Lab) {
    lab.cut_or_hold();
    lab.then(vec![changed(|answer, first| {
        answer.set("Content-Range", format!("bytes {first}-{}/*", content().size() - 1))
    })]);
    asks_for_everything(&lab, "range-unusable");
}

fn multipart(mut lab: Lab) {
    lab.cut_or_hold();
    lab.then(vec![changed(|answer, first| {
        let (last, total) = (content().size() - 1, content().size());
        let head = format!("--edge\r\nContent-Range: bytes {first}-{last}/{total}\r\n\r\n");
        let body = [head.as_bytes(), &answer.body, b"\r\n--edge--\r\n"].concat();
        answer.body(body).without("Content-Range").set("Content-Type", "multipart/byteranges; boundary=edge")
    })]);
    asks_for_everything(&lab, "range-unusable");
}

fn shorter(mut lab: Lab) {
    lab.cut_or_hold();
    let short =
        || fault(|request, resource| resource.part(request.first_byte(), request.first_byte() + 9_999));
    lab.then(vec![short(), short()]);
    let outcome = lab.fetch().arrived().acted(&["short-body"]).wasted(0).asked(3);
    assert_eq!(outcome.times("short-body"), 2);
    assert_eq!(outcome.requests.last().unwrap().first_byte(), lab.at + 20_000);
}

/// A body that is longer than its Content-Range says.
fn longer(mut lab: Lab) {
    lab.cut_or_hold();
    lab.then(vec![changed(|answer, _| {
        let body = [answer.body.as_slice(), &[0x77; 1000]].concat();
        answer.body(body)
    })]);
    asks_for_everything(&lab, "range-unusable");
}

fn ignored(mut lab: Lab) {
    lab.cut_or_hold();
    lab.then(vec![fault(|_, resource| resource.whole())]);
    lab.fetch().arrived().acted(&["range-ignored"]).wasted(lab.at).asked(1);
}

fn range_in_200(mut lab: Lab) {
    lab.cut_or_hold();
    lab.then(vec![changed(|answer, _| answer.status(200))]);
    lab.fetch().arrived().acted(&["range-in-200"]).wasted(0).asked(1);
}

/// All bytes are received, but the end of the body is missing. A further request would be answered with `last`; there
/// must be none, because the size is known, neither in this fetch nor in the next one.
fn at_the_end(mut lab: Lab, last: Fault) {
    lab.hold_if_resumed();
    let cut_after_all = changed(|answer, _| answer.framed(Framing::Chunked).ending(Ending::Fin));
    lab.then(vec![cut_after_all]);
    lab.forever(last);
    lab.options.keep_content = true;
    let outcome = lab.fetch_and_keep().wasted(0).asked(1);
    assert!(outcome.incoming.iter().any(|name| name.ends_with(".partial")));
    fs::remove_dir_all(lab.destination()).unwrap();
    lab.options.keep_content = false;
    lab.expect_held(content().size());
    lab.fetch().arrived().asked(0).wasted(0);
}

fn unsatisfied_at_the_end(lab: Lab) {
    at_the_end(lab, always_right());
}

fn empty_at_the_end(lab: Lab) {
    let empty = fault(|_, resource| {
        let total = resource.bytes.len();
        resource
            .describe(Answer::new(206, vec![]))
            .with("Content-Range", format!("bytes {total}-{total}/{total}"))
    });
    at_the_end(lab, empty);
}

fn unsatisfied_bigger(mut lab: Lab) {
    lab.cut_or_hold();
    lab.then(vec![fault(|_, resource| resource.unsatisfied(&(content().size() + 16).to_string()))]);
    asks_for_everything(&lab, "restarted-at-0");
}

fn unsatisfied_smaller(mut lab: Lab) {
    lab.cut_or_hold();
    lab.then(vec![fault(|_, resource| resource.unsatisfied("1000"))]);
    asks_for_everything(&lab, "restarted-at-0");
}

fn empty_in_the_middle(mut lab: Lab) {
    lab.cut_or_hold();
    lab.then(vec![changed(|answer, _| answer.body(vec![]))]);
    asks_for_everything(&lab, "restarted-at-0");
}

/// The file was touched: it has another ETag and the same bytes, and the server ignores If-Match.
fn stale_validator(mut lab: Lab) {
    lab.cut_or_hold();
    lab.then(vec![fault(|request, resource: &mut Resource| {
        *resource = right().tagged(Some("\"v2\""));
        resource.part(request.first_byte(), usize::MAX)
    })]);
    let outcome = lab.fetch().arrived().acted(&["validator-changed"]);
    assert_eq!(outcome.meeting().header("if-match"), Some("\"v1\""));
    assert_eq!(outcome.requests.last().unwrap().first_byte(), lab.at, "what is held is not fetched again");
    outcome.wasted_at_most(48);
}

/// Answers to ranges are always wrong, but the whole file can be requested.
fn ranges_never_work(mut lab: Lab) {
    lab.cut_or_hold();
    lab.forever(fault(|request, resource| match request.range() {
        Some((first, _)) => resource.part(first + 1, usize::MAX),
        None => resource.whole(),
    }));
    asks_for_everything(&lab, "range-unusable");
}
