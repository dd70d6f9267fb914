//! Validators (ETag, Last-Modified) that change, are missing, or are wrong.

use crate::lab::{CONTENT, Lab, content, replaced, right};
use std::time::{Duration, SystemTime};
use waybill_schemas::codes::Class;
use waybill_tests::fault_server::{Answer, Ending, Fault, Request, Resource, cut_at, fault};

cases! {
    strong_and_changed_fresh, strong_and_changed_resumed: strong_and_changed;
    weak_fresh, weak_resumed: weak;
    last_modified_only_fresh, last_modified_only_resumed: last_modified_only;
    none_fresh, none_resumed: none;
    differs_per_node_fresh, differs_per_node_resumed: differs_per_node;
    precondition_failed_fresh, precondition_failed_resumed: precondition_failed;
    same_etag_new_bytes_fresh, same_etag_new_bytes_resumed: same_etag_new_bytes;
    recent_date_fresh, recent_date_resumed: recent_date;
}

more_cases! {
    nodes_and_cuts_fresh, nodes_and_cuts_resumed: nodes_and_cuts;
    precondition_failed_other_content_fresh, precondition_failed_other_content_resumed: precondition_failed_other_content;
    damaged_once_fresh, damaged_once_resumed: damaged_once;
    damaged_once_without_pieces_fresh, damaged_once_without_pieces_resumed: damaged_once_without_pieces;
    damaged_for_good_fresh, damaged_for_good_resumed: damaged_for_good;
    damaged_once_and_no_ranges_fresh, damaged_once_and_no_ranges_resumed: damaged_once_and_no_ranges;
    replaced_and_whole_fresh, replaced_and_whole_resumed: replaced_and_whole;
}

/// Replaces the resource with `new`, and answers with `answer`.
fn becomes(new: impl Fn() -> Resource + Send + 'static, answer: fn(&Request, &Resource) -> Answer) -> Fault {
    fault(move |request, resource| {
        *resource = new();
        answer(request, resource)
    })
}

/// Another content is refused. The held bytes are kept until the caller asks to drop them.
fn is_replaced(mut lab: Lab) {
    lab.fetch().failed("content-replaced", Class::Integrity);
    lab.fetch().failed("content-replaced", Class::Integrity);
    lab.starts_anew_when_told();
}

/// Another file on a server that ignores If-Match, as Azurite, moto and SeaweedFS ignore If-Range.
fn strong_and_changed(mut lab: Lab) {
    lab.cut_or_hold();
    lab.forever(fault(|request, resource| {
        *resource = replaced().tagged(Some("\"v2\""));
        resource.part(request.first_byte(), request.range().and_then(|range| range.1).unwrap_or(usize::MAX))
    }));
    is_replaced(lab);
}

/// The fetch continues by range alone; only the MAC can detect a changed file.
fn goes_on_without_if_match(mut lab: Lab, resource: Resource, rule: &str) {
    lab.put(resource);
    lab.cut_or_hold();
    let outcome = lab.fetch().arrived().acted(&[rule]).wasted(0).asked(1);
    assert_eq!(outcome.meeting().range(), Some((lab.at, None)));
    for conditional in ["if-match", "if-range", "if-unmodified-since", "if-none-match"] {
        assert_eq!(outcome.meeting().header(conditional), None);
    }
}

fn weak(lab: Lab) {
    goes_on_without_if_match(lab, right().tagged(Some("W/\"v1\"")), "weak-validator");
}

fn last_modified_only(lab: Lab) {
    goes_on_without_if_match(lab, right().tagged(None), "no-validator");
}

fn none(lab: Lab) {
    goes_on_without_if_match(lab, right().tagged(None).modified(None), "no-validator");
}

/// A Last-Modified so recent that the file may have changed again within the same second.
fn recent_date(lab: Lab) {
    let now = SystemTime::now();
    goes_on_without_if_match(
        lab,
        right().tagged(None).modified(Some(now - Duration::from_secs(20))),
        "no-validator",
    );
}

/// Two servers behind one name take turns; each has its own ETag and refuses the other's with 412.
fn differs_per_node(mut lab: Lab) {
    let mut node = 0;
    let mut turn = move |resource: &mut Resource| {
        node += 1;
        resource.etag = Some(format!("\"node{}\"", node % 2));
    };
    let at = lab.at;
    if lab.when == crate::When::Resumed {
        lab.put(right().tagged(Some("\"node0\"")));
    }
    lab.hold_if_resumed();
    let mut cut = (lab.when == crate::When::Fresh).then(|| cut_at(at));
    lab.forever(fault(move |request, resource| {
        turn(resource);
        match cut.take() {
            Some(mut cut) => cut(request, resource),
            None => resource.right(request),
        }
    }));
    let outcome = lab.fetch().arrived();
    assert!(outcome.times("validator-changed") >= 1);
    outcome.wasted_at_most(48 * 8);
}

/// The same two servers, and connections that break every 180,000 bytes. If every change of the ETag were examined,
/// eight attempts would be used up before a MiB of progress.
fn nodes_and_cuts(mut lab: Lab) {
    let mut node = 0;
    if lab.when == crate::When::Resumed {
        lab.put(right().tagged(Some("\"node0\"")));
    }
    lab.hold_if_resumed();
    lab.forever(fault(move |request, resource| {
        node += 1;
        resource.etag = Some(format!("\"node{}\"", node % 2));
        resource.right(request).only(180_000).ending(Ending::Fin)
    }));
    let outcome = lab.fetch().arrived();
    assert_eq!(outcome.times("validator-changed"), 2, "after two it is the servers' whim");
    outcome.wasted_at_most(2 * 48);
}

/// A 412, but the first 48 bytes are those of the content: the file was only touched.
fn precondition_failed(mut lab: Lab) {
    lab.cut_or_hold();
    lab.then(vec![becomes(|| right().tagged(Some("\"v2\"")), |request, resource| resource.right(request))]);
    let outcome = lab.fetch().arrived().acted(&["validator-changed"]);
    let last = outcome.requests.last().unwrap();
    assert_eq!(last.first_byte(), lab.at, "what is held is not fetched again");
    assert_ne!(last.header("if-match"), Some("\"v1\""));
    outcome.wasted_at_most(48);
}

/// A 412, and the first 48 bytes are those of another content.
fn precondition_failed_other_content(mut lab: Lab) {
    lab.cut_or_hold();
    lab.then(vec![becomes(
        || replaced().tagged(Some("\"v2\"")),
        |request, resource| resource.right(request),
    )]);
    is_replaced(lab);
}

/// Another file with the ETag of the former one, which stays.
fn same_etag_new_bytes(mut lab: Lab) {
    lab.with_pieces = true;
    lab.cut_or_hold();
    lab.then(vec![becomes(replaced, |request, resource| resource.right(request))]);
    let outcome = lab.fetch();
    let code = outcome.result.as_ref().unwrap_err().code;
    assert!(["mac-mismatch", "content-header", "content-replaced"].contains(&code), "{code}");
    outcome.failed(code, Class::Integrity);
    lab.starts_anew_when_told();
}

/// The correct answer with a changed byte, 1000 bytes after the offset of the cut.
fn damaged(lab: &Lab) -> Fault {
    let at = lab.at;
    fault(move |request, resource| {
        let mut answer = resource.right(request);
        let first = request.first_byte();
        let index = (at + 1000).checked_sub(first).filter(|index| *index < answer.body.len());
        if let Some(byte) = index.and_then(|index| answer.body.get_mut(index)) {
            *byte ^= 0x10;
        }
        answer
    })
}

fn damaged_once(mut lab: Lab) {
    lab.with_pieces = true;
    lab.hold_if_resumed();
    lab.then(vec![damaged(&lab)]);
    let outcome = lab.fetch().arrived().acted(&["pieces-mended"]).asked(2);
    let report = outcome.result.as_ref().unwrap();
    assert_eq!(report.validate.as_ref().unwrap().pieces_mended, 1);
    let piece = (lab.at + 1000) >> 20;
    assert_eq!(outcome.requests.last().unwrap().first_byte(), piece << 20);
    let whole = 1 << 20;
    outcome.wasted((content().size() - (piece << 20)).min(whole));
}

fn damaged_once_without_pieces(mut lab: Lab) {
    lab.hold_if_resumed();
    lab.then(vec![damaged(&lab)]);
    let outcome = lab.fetch().arrived().acted(&["restarted"]).asked(2);
    assert_eq!(outcome.result.as_ref().unwrap().validate.as_ref().unwrap().restarts, 1);
    outcome.wasted(content().size());
}

/// Without ranges single pieces cannot be fetched, so the whole content is fetched once more.
fn damaged_once_and_no_ranges(mut lab: Lab) {
    lab.with_pieces = true;
    lab.hold_if_resumed();
    lab.then(vec![damaged(&lab)]);
    lab.forever(fault(|_, resource| resource.whole()));
    let outcome = lab.fetch().arrived();
    assert_eq!(outcome.times("restarted"), 1);
}

/// The server's own file is damaged, so there is one restart and then an error.
fn damaged_for_good(mut lab: Lab) {
    lab.hold_if_resumed();
    lab.forever(damaged(&lab));
    lab.fetch().failed("mac-mismatch", Class::Integrity).asked(2);
    lab.server.clear(CONTENT);
    lab.starts_anew_when_told();
}

/// A server without ranges now has another file of the same size.
fn replaced_and_whole(mut lab: Lab) {
    lab.cut_or_hold();
    lab.forever(fault(|_, _| replaced().tagged(Some("\"v2\"")).whole()));
    is_replaced(lab);
}
