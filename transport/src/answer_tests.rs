//! Tests of the table of answers, row by row. `tests/weather` has those of a download over a real socket.

use super::*;

const TOTAL: u64 = 1000;

/// A request for a file of 1,000 bytes from byte 400 on, held with the ETag "a".
fn asked() -> AskedFile {
    AskedFile { first: 400, by_range: true, total: Some(TOTAL), etag: Some("\"a\"".into()) }
}

fn part(first: u64, last: u64, total: Option<u64>) -> AnswerHead {
    AnswerHead {
        status: 206,
        content_range: Some(Ok(ContentRange::Part { first, last, total })),
        content_length: Some(last - first + 1),
        etag: Some("\"a\"".into()),
        ..AnswerHead::default()
    }
}

fn status(status: u16) -> AnswerHead {
    AnswerHead { status, ..AnswerHead::default() }
}

fn rules(plan: &BodyUse) -> Vec<&'static str> {
    plan.odd.iter().map(|(rule, _)| *rule).collect()
}

fn useless(asked: &AskedFile, head: &AnswerHead) -> &'static str {
    match asked.body_use(head) {
        Err(AnswerFault::RangeUseless(rule, _)) => rule,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_right_part_is_used_as_it_is() {
    let plan = asked().body_use(&part(400, 999, Some(TOTAL))).unwrap();
    assert_eq!(plan, BodyUse { skip: 0, from_start: false, total: Some(TOTAL), odd: vec![] });
}

#[test]
fn an_overlap_is_trimmed_and_a_gap_refused() {
    let plan = asked().body_use(&part(390, 999, Some(TOTAL))).unwrap();
    assert_eq!((plan.skip, rules(&plan)), (10, vec!["overlap-trimmed"]));
    assert_eq!(useless(&asked(), &part(401, 999, Some(TOTAL))), "range-unusable");
}

#[test]
fn a_part_of_every_byte_there_could_be_contradicts_its_length() {
    let asked = AskedFile { first: 0, by_range: true, total: None, etag: None };
    let head = AnswerHead { content_length: Some(9), ..part(0, u64::MAX - 1, None) };
    let everything = Some(Ok(ContentRange::Part { first: 0, last: u64::MAX, total: None }));
    for head in [AnswerHead { content_range: everything, ..head.clone() }, head] {
        assert_eq!(useless(&asked, &head), "range-unusable");
    }
}

#[test]
fn a_shorter_part_is_used_as_far_as_it_goes() {
    assert_eq!(asked().body_use(&part(400, 499, Some(TOTAL))).unwrap().skip, 0);
}

#[test]
fn totals_must_be_the_expected_one() {
    assert_eq!(
        asked().body_use(&part(400, 1000, Some(1001))),
        Err(AnswerFault::SizeDiffers { expected: TOTAL, actual: 1001, is_html: false })
    );
    assert_eq!(useless(&asked(), &part(400, 999, None)), "range-unusable");
    let open = AskedFile { total: None, ..asked() };
    assert!(open.body_use(&part(400, 999, None)).is_ok(), "where nothing is expected, nothing contradicts");
}

#[test]
fn parts_that_contradict_themselves_are_useless() {
    let head = part(400, 999, Some(TOTAL));
    assert_eq!(useless(&asked(), &AnswerHead { content_range: None, ..head.clone() }), "range-unusable");
    assert_eq!(
        useless(&asked(), &AnswerHead { content_range: Some(Err(())), ..head.clone() }),
        "range-unusable"
    );
    assert_eq!(useless(&asked(), &AnswerHead { is_multipart: true, ..head.clone() }), "range-unusable");
    assert_eq!(useless(&asked(), &AnswerHead { content_length: Some(599), ..head }), "range-unusable");
}

#[test]
fn a_200_with_a_content_range_is_judged_as_a_part() {
    let plan = asked().body_use(&AnswerHead { status: 200, ..part(400, 999, Some(TOTAL)) }).unwrap();
    assert_eq!((plan.skip, rules(&plan)), (0, vec!["range-in-200"]));
}

#[test]
fn a_200_without_one_is_everything() {
    let whole = AnswerHead { content_length: Some(TOTAL), etag: Some("\"a\"".into()), ..status(200) };
    let plan = asked().body_use(&whole).unwrap();
    assert_eq!((plan.skip, plan.from_start, rules(&plan)), (400, true, vec!["range-ignored"]));
    let fresh = AskedFile { first: 0, by_range: false, etag: None, ..asked() };
    assert_eq!(
        fresh.body_use(&whole).unwrap(),
        BodyUse { from_start: true, total: Some(TOTAL), ..BodyUse::default() }
    );
    let chunked = fresh.body_use(&AnswerHead { content_length: None, ..whole.clone() }).unwrap();
    assert_eq!(rules(&chunked), ["length-unknown"]);
    for length in [0, 999, 1001, u64::MAX] {
        let head = AnswerHead { content_length: Some(length), is_html: true, ..whole.clone() };
        let differs = AnswerFault::SizeDiffers { expected: TOTAL, actual: length, is_html: true };
        assert_eq!(fresh.body_use(&head), Err(differs));
    }
    let empty = AnswerHead { content_length: Some(0), ..whole };
    assert_eq!(fresh.body_use(&empty), Err(AnswerFault::Empty { expected: TOTAL }));
}

#[test]
fn validators_must_not_change_and_weak_ones_count_for_nothing() {
    let head = part(400, 999, Some(TOTAL));
    let changed = asked().body_use(&AnswerHead { etag: Some("\"b\"".into()), ..head.clone() });
    assert!(matches!(changed, Err(AnswerFault::ValidatorChanged(_))));
    let weak = asked().body_use(&AnswerHead { etag: None, has_weak_etag: true, ..head.clone() }).unwrap();
    assert_eq!(rules(&weak), ["weak-validator"]);
    let none = asked().body_use(&AnswerHead { etag: None, ..head }).unwrap();
    assert_eq!(rules(&none), ["no-validator"]);
    assert!(matches!(asked().body_use(&status(412)), Err(AnswerFault::ValidatorChanged(_))));
}

#[test]
fn a_416_is_the_end_only_where_the_file_ends() {
    let end =
        |total| AnswerHead { content_range: Some(Ok(ContentRange::Unsatisfied { total })), ..status(416) };
    let at_end = AskedFile { first: TOTAL, ..asked() };
    assert_eq!(at_end.body_use(&end(TOTAL)), Err(AnswerFault::Complete));
    assert_eq!(at_end.body_use(&status(416)), Err(AnswerFault::Complete));
    assert_eq!(useless(&at_end, &end(TOTAL + 1)), "restarted-at-0");
    assert_eq!(useless(&asked(), &end(TOTAL)), "restarted-at-0");
    assert_eq!(useless(&asked(), &end(300)), "restarted-at-0");
    let empty = AnswerHead { content_length: Some(0), content_range: Some(Err(())), ..status(206) };
    assert_eq!(at_end.body_use(&empty), Err(AnswerFault::Complete));
    assert_eq!(useless(&asked(), &empty), "restarted-at-0");
}

#[test]
fn any_encoding_is_an_alteration() {
    for code in [200, 206] {
        let head =
            AnswerHead { status: code, content_encoding: Some("br".into()), ..part(400, 999, Some(TOTAL)) };
        assert_eq!(asked().body_use(&head), Err(AnswerFault::Altered("br".into())));
    }
}

#[test]
fn statuses_have_their_classes() {
    let wait = Some(RetryAfter::Seconds(7));
    for code in [429, 503] {
        let head = AnswerHead { retry_after: wait, ..status(code) };
        assert_eq!(asked().body_use(&head), Err(AnswerFault::Later(code, wait)));
    }
    for code in [204, 408, 425, 500, 502, 504, 599] {
        let head = AnswerHead { retry_after: wait, ..status(code) };
        assert_eq!(asked().body_use(&head), Err(AnswerFault::Later(code, None)), "{code}");
    }
    for code in [401, 403] {
        assert_eq!(asked().body_use(&status(code)), Err(AnswerFault::Refused(code)));
    }
    for code in [304, 400, 404, 405, 409, 410, 451] {
        assert_eq!(asked().body_use(&status(code)), Err(AnswerFault::Final(code)));
    }
    assert_eq!(asked().body_use(&status(407)), Err(AnswerFault::Proxy));
}

#[test]
fn headers_are_not_printed() {
    let mut headers = HeaderMap::new();
    headers.insert("location", "https://a.example/x?sig=canary".parse().unwrap());
    let head = AnswerHead::new(302, &headers, None, 0);
    assert!(!format!("{head:?}").contains("canary"), "{head:?}");
}
