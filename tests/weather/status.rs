//! Answers with error statuses, Retry-After and redirects.

use crate::lab::{CONTENT, Lab, SIGNATURE, content, right};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use waybill_context::Clock;
use waybill_downloader::{Location, SecretUrl, Wanted};
use waybill_schemas::codes::Class;
use waybill_tests::fault_server::{Answer, Ending, Fault, FaultServer, Resource, fault, status};

cases! {
    unauthorized_fresh, unauthorized_resumed: unauthorized;
    expired_signature_fresh, expired_signature_resumed: expired_signature;
    not_found_fresh, not_found_resumed: not_found;
    request_timeout_fresh, request_timeout_resumed: request_timeout;
    conflict_fresh, conflict_resumed: conflict;
    gone_fresh, gone_resumed: gone;
    too_many_requests_fresh, too_many_requests_resumed: too_many_requests;
    absurd_retry_after_fresh, absurd_retry_after_resumed: absurd_retry_after;
    server_error_fresh, server_error_resumed: server_error;
    gateways_fresh, gateways_resumed: gateways;
    redirect_across_hosts_fresh, redirect_across_hosts_resumed: redirect_across_hosts;
    redirect_loop_fresh, redirect_loop_resumed: redirect_loop;
    redirect_down_to_http_fresh, redirect_down_to_http_resumed: redirect_down_to_http;
}

more_cases! {
    always_busy_fresh, always_busy_resumed: always_busy;
    redirect_to_nothing_fresh, redirect_to_nothing_resumed: redirect_to_nothing;
    date_that_is_over_fresh, date_that_is_over_resumed: date_that_is_over;
    unasked_statuses_fresh, unasked_statuses_resumed: unasked_statuses;
    signature_renewed_twice_fresh, signature_renewed_twice_resumed: signature_renewed_twice;
}

const DOCUMENT: &str = "/secret/weather.content.json";

/// The URL of the content with the signature of this number.
fn signed(server: &FaultServer, number: usize) -> String {
    server.url(&format!("{CONTENT}?sig={SIGNATURE}{number}"))
}

/// A content that accepts only the valid signature, and a document on the server that always names it. A signature
/// expires after a number of requests.
struct Signed {
    valid: Arc<AtomicUsize>,
    wanted: Wanted,
}

impl Signed {
    fn new(lab: &Lab, refusal: u16) -> Self {
        let valid = Arc::new(AtomicUsize::new(0));
        let urls: Vec<_> = (0..8).map(|number| signed(&lab.server, number)).collect();
        let now = Arc::clone(&valid);
        let document = fault(move |request, _| {
            let url = &urls[now.load(Ordering::Relaxed)];
            Resource::new(content().document(url, false).unwrap()).right(request)
        });
        lab.server.forever(DOCUMENT, document);
        let now = Arc::clone(&valid);
        lab.forever(fault(move |request, resource| {
            let valid = format!("{SIGNATURE}{}", now.load(Ordering::Relaxed));
            if request.query().ends_with(&valid) { resource.right(request) } else { Answer::plain(refusal) }
        }));
        let url = SecretUrl::parse(&lab.server.url(DOCUMENT)).unwrap();
        Self { valid, wanted: Wanted::Described(Location::Url(url)) }
    }

    /// The signature expires after the document was read: before the answer or, with `bytes`, when that many bytes of
    /// it were sent.
    fn expiring(&self, bytes: Option<usize>, refusal: u16) -> Fault {
        let valid = Arc::clone(&self.valid);
        fault(move |request, resource| {
            valid.fetch_add(1, Ordering::Relaxed);
            match bytes {
                None => Answer::plain(refusal),
                Some(bytes) => resource.right(request).only(bytes).ending(Ending::Fin),
            }
        })
    }
}

/// The document is requested once more and has a fresh URL.
fn unauthorized(mut lab: Lab) {
    lab.hold_if_resumed();
    let signed = Signed::new(&lab, 401);
    lab.then(vec![signed.expiring(None, 401)]);
    let outcome =
        lab.fetch_this(signed.wanted, &lab.options).arrived().acted(&["url-renewed"]).wasted(0).asked(2);
    assert_ne!(outcome.requests[0].query(), outcome.requests[1].query());
}

/// Signatures expire twice during the download.
fn signature_renewed_twice(mut lab: Lab) {
    lab.hold_if_resumed();
    let signed = Signed::new(&lab, 403);
    lab.then(vec![signed.expiring(Some(70_000), 403), status(403), signed.expiring(Some(70_000), 403)]);
    let outcome = lab.fetch_this(signed.wanted, &lab.options).arrived().wasted(0).asked(5);
    assert_eq!((outcome.times("url-renewed"), outcome.times("broken-off")), (2, 2));
}

/// No fresh URL can be found, so the fetch fails. When the caller gives one, the download continues.
fn expired_signature(mut lab: Lab) {
    lab.cut_or_hold();
    lab.forever(status(403));
    let outcome = lab.fetch().failed("url-refused", Class::Network).asked(1);
    assert!(outcome.result.unwrap_err().text.contains("403"));
    lab.options.content_url = SecretUrl::parse(&signed(&lab.server, 5)).ok();
    lab.goes_on();
    assert!(lab.server.requests_for(CONTENT).last().unwrap().query().ends_with('5'));
}

/// The fetch ends at once, because trying again would not help.
fn ends_at_once(mut lab: Lab, number: u16) {
    lab.cut_or_hold();
    lab.forever(status(number));
    lab.fetch().failed("not-there", Class::Network).asked(1);
    lab.goes_on();
}

fn not_found(lab: Lab) {
    ends_at_once(lab, 404);
}

fn conflict(lab: Lab) {
    ends_at_once(lab, 409);
}

fn gone(lab: Lab) {
    ends_at_once(lab, 410);
}

/// The fetch waits and continues from the offset reached. Returns the time that it waited.
fn is_waited_for(mut lab: Lab, faults: Vec<Fault>, rules: &[&str]) -> Duration {
    lab.cut_or_hold();
    let (count, before) = (faults.len(), lab.clock.slept());
    lab.then(faults);
    let outcome = lab.fetch().arrived().acted(rules).wasted(0).asked(count + 1);
    let slept = lab.clock.slept() - before;
    assert!((outcome.download().waited - slept.as_secs_f64()).abs() < 0.5, "{slept:?}");
    slept
}

fn request_timeout(lab: Lab) {
    is_waited_for(lab, vec![status(408)], &["backed-off"]);
}

fn server_error(lab: Lab) {
    is_waited_for(lab, vec![status(500), status(500)], &["backed-off"]);
}

fn retry_after(number: u16, text: impl Into<String>) -> Fault {
    let text = text.into();
    fault(move |_, _| Answer::plain(number).with("Retry-After", text.clone()))
}

fn gateways(lab: Lab) {
    let faults = vec![status(502), status(503), retry_after(503, "9"), status(504)];
    let slept = is_waited_for(lab, faults, &["backed-off", "retry-after"]);
    assert!(slept >= Duration::from_secs(9), "{slept:?}");
}

fn too_many_requests(lab: Lab) {
    let date = httpdate::fmt_http_date(lab.clock.now() + Duration::from_secs(300));
    let slept = is_waited_for(lab, vec![retry_after(429, "77"), retry_after(429, date)], &["retry-after"]);
    assert!((280..=310).contains(&slept.as_secs()), "the date counts from the start: {slept:?}");
}

/// The wait is at most an hour; a Retry-After that is neither a number nor a date is ignored.
fn absurd_retry_after(lab: Lab) {
    let faults = vec![retry_after(429, "99999999999999999999"), retry_after(429, "-5")];
    let slept = is_waited_for(lab, faults, &["backed-off", "retry-after"]);
    assert!((3600..=3610).contains(&slept.as_secs()), "{slept:?}");
}

/// A Retry-After in the past by our clock is ignored, and the usual backoff applies.
fn date_that_is_over(lab: Lab) {
    let slept = is_waited_for(lab, vec![retry_after(503, "Thu, 01 Jan 1970 00:00:01 GMT")], &["backed-off"]);
    assert!(slept <= Duration::from_secs(1 + 2), "{slept:?}");
}

/// Statuses that our requests should not get.
fn unasked_statuses(mut lab: Lab) {
    lab.cut_or_hold();
    for number in [300, 304, 400, 405, 410, 418, 451] {
        lab.server.clear(CONTENT);
        if lab.when == crate::When::Fresh {
            lab.forever(status(number));
        } else {
            lab.then(vec![status(number)]);
        }
        let outcome = lab.fetch();
        let failure = outcome.result.as_ref().expect_err("it should have failed");
        assert_eq!((number, failure.class), (number, Class::Network), "{}", failure.text);
    }
}

/// Redirects to texts that are no URLs we follow.
fn redirect_to_nothing(mut lab: Lab) {
    lab.hold_if_resumed();
    for location in ["", "http://", "ftp://127.0.0.1/x", "file:///etc/passwd", "http://[/", "data:,x"] {
        lab.server.clear(CONTENT);
        lab.forever(redirect_to(location));
        lab.fetch().failed("redirect-refused", Class::Network);
    }
    lab.server.clear(CONTENT);
    lab.forever(status(302)); // without a Location
    lab.fetch().failed("redirect-refused", Class::Network).asked(1);
    lab.goes_on();
}

/// The fetch fails after eight attempts without progress.
fn always_busy(mut lab: Lab) {
    lab.cut_or_hold();
    lab.forever(status(503));
    let before = lab.clock.slept();
    let outcome = lab.fetch().failed("network-failed", Class::Network);
    assert!((7..=9).contains(&outcome.requests.len()), "{}", outcome.requests.len());
    assert!(lab.clock.slept() - before <= Duration::from_secs(1 + 1 + 2 + 4 + 8 + 16 + 32 + 60 + 60));
    lab.goes_on();
}

fn redirect_to(url: impl Into<String>) -> Fault {
    let url = url.into();
    fault(move |_, _| Answer::plain(302).with("Location", url.clone()))
}

/// A server that is another host to clients, at 127.0.0.2 or, where that does not exist, at ::1.
fn another_host() -> FaultServer {
    FaultServer::start_at(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)))
        .or_else(|_| FaultServer::start_at(IpAddr::V6(Ipv6Addr::LOCALHOST)))
        .or_else(|_| FaultServer::start())
        .unwrap()
}

/// The redirect is followed each time; the range is sent to the other host, but nothing that only the first may know.
fn redirect_across_hosts(mut lab: Lab) {
    let other = another_host();
    other.put("/blob", right());
    lab.cut_or_hold();
    lab.then(vec![redirect_to(other.url(&format!("/blob?sig={SIGNATURE}9")))]);
    lab.fetch().arrived().acted(&["redirected"]).wasted(0).asked(1);
    let there = other.requests();
    assert_eq!(there.len(), 1);
    assert_eq!(there[0].range(), Some((lab.at, None)));
    for private in ["authorization", "cookie", "referer"] {
        assert_eq!(there[0].header(private), None);
    }
}

fn redirect_loop(mut lab: Lab) {
    lab.cut_or_hold();
    lab.forever(redirect_to(signed(&lab.server, 1)));
    let outcome = lab.fetch().failed("redirect-refused", Class::Network);
    assert_eq!(outcome.asked(11).requests.last().unwrap().query(), format!("sig={SIGNATURE}1"));
    lab.goes_on();
}

fn redirect_down_to_http(lab: Lab) {
    let open = FaultServer::start().unwrap();
    open.put("/blob", right());
    let Some(mut lab) = lab.under_tls("redirect_down_to_http") else { return };
    lab.cut_or_hold();
    lab.forever(redirect_to(open.url("/blob")));
    lab.fetch().failed("redirect-refused", Class::Network).asked(1);
    assert_eq!(open.requests().len(), 0);
    lab.goes_on();
}
