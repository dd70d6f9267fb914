//! Fetching a content without a document, of which only the URL and the keys are known.

use crate::lab::{CONTENT, Lab, content};
use crate::outcome::FetchOutcome;
use waybill_downloader::{SecretUrl, Wanted};
use waybill_schemas::codes::Class;
use waybill_tests::fault_server::{Ending, Framing, Resource, fault, status};

more_cases! {
    size_is_asked_for_fresh, size_is_asked_for_resumed: size_is_asked_for;
    size_without_ranges_fresh, size_without_ranges_resumed: size_without_ranges;
    nobody_knows_the_size_fresh, nobody_knows_the_size_resumed: nobody_knows_the_size;
    a_block_too_few_fresh, a_block_too_few_resumed: a_block_too_few;
    absurd_size_fresh, absurd_size_resumed: absurd_size;
    absurd_range_fresh, absurd_range_resumed: absurd_range;
    expired_signature_fresh, expired_signature_resumed: expired_signature;
}

fn fetch(lab: &Lab, size: Option<u64>) -> FetchOutcome {
    let what = Wanted::Bare {
        url: SecretUrl::parse(&lab.url).unwrap(),
        info: Box::new(content().package.info.clone()),
        size,
        name: "bare".to_owned(),
    };
    lab.fetch_this(what, &lab.options)
}

fn size_is_asked_for(mut lab: Lab) {
    lab.hold_if_resumed();
    fetch(&lab, None).arrived().acted(&[]).wasted(0).asked(2);
}

fn size_without_ranges(mut lab: Lab) {
    lab.hold_if_resumed();
    lab.forever(fault(|_, resource| resource.whole()));
    fetch(&lab, None).arrived().asked(2);
}

/// Neither the server nor the caller says the size: the fetch is refused before a byte is written.
fn nobody_knows_the_size(mut lab: Lab) {
    lab.hold_if_resumed();
    lab.forever(fault(|_, resource| resource.whole().framed(Framing::Chunked)));
    fetch(&lab, None).failed("source-unusable", Class::Refused).asked(1);
    lab.goes_on();
}

/// The server's size is too small by a block; the MAC detects it.
fn a_block_too_few(mut lab: Lab) {
    lab.hold_if_resumed();
    lab.put(Resource::new(&content().content[..content().size() - 16]));
    fetch(&lab, None).failed("mac-mismatch", Class::Integrity);
}

fn absurd_size(mut lab: Lab) {
    lab.hold_if_resumed();
    lab.forever(fault(|_, resource| {
        resource.whole().framed(Framing::Declared((1_u64 << 60).to_string())).ending(Ending::Stall)
    }));
    let outcome = fetch(&lab, None).asked(1);
    let failure = outcome.result.as_ref().unwrap_err();
    assert!(matches!(failure.class, Class::Refused | Class::Machine), "{}", failure.text);
    lab.goes_on();
}

/// Content-Range headers with the greatest numbers, and with greater ones, must cause no overflow.
fn absurd_range(mut lab: Lab) {
    lab.hold_if_resumed();
    for range in [
        "bytes 0-18446744073709551615/*",
        "bytes 0-0/18446744073709551615",
        "bytes 0-18446744073709551614/18446744073709551615",
    ] {
        lab.forever(fault(move |_, resource| resource.part(0, 0).set("Content-Range", range)));
        let outcome = fetch(&lab, None);
        let failure = outcome.result.as_ref().expect_err("it should have failed");
        assert_ne!(failure.class, Class::Integrity, "{range}: {}", failure.text);
        assert_eq!(outcome.files, None);
    }
    lab.goes_on();
}

fn expired_signature(mut lab: Lab) {
    lab.cut_or_hold();
    lab.forever(status(403));
    fetch(&lab, Some(content().size() as u64)).failed("url-refused", Class::Network).asked(1);
    lab.goes_on();
    assert!(lab.server.requests_for(CONTENT).len() >= 3);
}
