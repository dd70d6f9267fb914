//! Connections that break, stall, cannot be made, or lead to another server.

use crate::When;
use crate::lab::{CONTENT, Lab, content, right, trusts_no_roots_of_ours};
use std::sync::Arc;
use std::time::Duration;
use waybill_downloader::{ProxyChoice, SecretUrl};
use waybill_schemas::codes::Class;
use waybill_support::clock::FastClock;
use waybill_tests::fault_server::{
    Answer, Authority, DeadEnd, Ending, Fault, FaultServer, Framing, fault, status,
};

cases! {
    reset_fresh, reset_resumed: reset;
    fin_in_mid_body_fresh, fin_in_mid_body_resumed: fin_in_mid_body;
    stall_fresh, stall_resumed: stall;
    one_byte_a_second_fresh, one_byte_a_second_resumed: one_byte_a_second;
    tls_cut_fresh, tls_cut_resumed: tls_cut;
    bad_certificate_fresh, bad_certificate_resumed: bad_certificate;
    name_not_found_fresh, name_not_found_resumed: name_not_found;
    connect_timeout_fresh, connect_timeout_resumed: connect_timeout;
    captive_portal_fresh, captive_portal_resumed: captive_portal;
    proxy_wants_credentials_fresh, proxy_wants_credentials_resumed: proxy_wants_credentials;
}

more_cases! {
    stall_before_the_answer_fresh, stall_before_the_answer_resumed: stall_before_the_answer;
    captive_portal_without_length_fresh, captive_portal_without_length_resumed: captive_portal_without_length;
    informational_fresh, informational_resumed: informational;
    http_1_0_fresh, http_1_0_resumed: http_1_0;
    garbage_fresh, garbage_resumed: garbage;
    certificate_of_another_host_fresh, certificate_of_another_host_resumed: certificate_of_another_host;
    tls_all_right_fresh, tls_all_right_resumed: tls_all_right;
    proxy_refuses_a_tunnel_fresh, proxy_refuses_a_tunnel_resumed: proxy_refuses_a_tunnel;
    cut_again_and_again_fresh, cut_again_and_again_resumed: cut_again_and_again;
}

/// A clock on which a minute takes half a second, which is long enough that a busy machine does not look stalled.
const QUICK: u32 = 120;

/// The correct answer up to the middle of the missing bytes, then the change.
fn in_the_middle(lab: &Lab, change: impl Fn(Answer) -> Answer + Send + 'static) -> Fault {
    let end = middle(lab);
    fault(move |request, resource| change(resource.right(request)).only(end - request.first_byte()))
}

fn middle(lab: &Lab) -> usize {
    (lab.at + content().size()) / 2
}

fn reset(mut lab: Lab) {
    lab.hold_if_resumed();
    lab.then(vec![in_the_middle(&lab, |answer| answer.ending(Ending::Reset))]);
    let outcome = lab.fetch().arrived().acted(&["broken-off"]).asked(2);
    // Bytes that were lost in the reset were never received; those that were received are not fetched again.
    outcome.wasted(0);
}

fn fin_in_mid_body(mut lab: Lab) {
    lab.hold_if_resumed();
    lab.then(vec![in_the_middle(&lab, |answer| answer.ending(Ending::Fin))]);
    let outcome = lab.fetch().arrived().acted(&["broken-off"]).wasted(0).asked(2);
    assert_eq!(outcome.requests.last().unwrap().first_byte(), middle(&lab));
}

/// The connection is cut six times at different offsets, less often than the eight attempts without progress.
fn cut_again_and_again(mut lab: Lab) {
    lab.hold_if_resumed();
    let cut = || fault(|request, resource| resource.right(request).only(50_001).ending(Ending::Fin));
    lab.then((0..6).map(|_| cut()).collect());
    let outcome = lab.fetch().arrived();
    assert!(outcome.times("broken-off") >= 1);
    outcome.wasted(0);
}

fn stall(mut lab: Lab) {
    lab.hold_if_resumed();
    lab.clock = Arc::new(FastClock::new(QUICK));
    lab.then(vec![in_the_middle(&lab, |answer| answer.ending(Ending::Stall))]);
    let outcome = lab.fetch().arrived().acted(&["stalled"]).wasted(0);
    assert_eq!(outcome.requests[1].first_byte(), middle(&lab));
}

fn stall_before_the_answer(mut lab: Lab) {
    lab.cut_or_hold();
    lab.clock = Arc::new(FastClock::new(QUICK));
    lab.then(vec![fault(|_, _| Answer::silence())]);
    lab.fetch().arrived().acted(&["stalled"]).wasted(0);
}

fn one_byte_a_second(mut lab: Lab) {
    lab.hold_if_resumed();
    lab.clock = Arc::new(FastClock::new(QUICK));
    let pause = Duration::from_secs(1) / QUICK;
    lab.then(vec![fault(move |request, resource| resource.right(request).dripping(pause))]);
    // Fewer than the first 48 bytes cannot be checked and are not kept.
    let judged = if lab.when == When::Fresh { 47 } else { 0 };
    lab.fetch().arrived().acted(&["stalled"]).wasted_at_most(judged);
}

fn tls_all_right(lab: Lab) {
    let Some(mut lab) = lab.under_tls("tls_all_right") else { return };
    lab.hold_if_resumed();
    lab.fetch().arrived().acted(&[]).wasted(0).asked(1);
}

/// An attacker who cuts the connection must not make a part look complete: there is no length and no close_notify.
fn tls_cut(lab: Lab) {
    let Some(mut lab) = lab.under_tls("tls_cut") else { return };
    lab.hold_if_resumed();
    lab.then(vec![in_the_middle(&lab, |answer| answer.framed(Framing::Close).ending(Ending::Cut))]);
    let outcome = lab.fetch().arrived().wasted(0).asked(2);
    assert_eq!(outcome.times("broken-off"), 1);
    assert_eq!(outcome.requests.last().unwrap().first_byte(), middle(&lab));
}

/// The content is at a server with an untrusted certificate, so the fetch fails; from the former server it continues.
fn is_not_trusted(mut lab: Lab, host: &str, is_known: bool) {
    let authority = Authority::new().unwrap();
    let untrusted = FaultServer::start_tls(authority.server(host).unwrap()).unwrap();
    untrusted.put(CONTENT, right());
    lab.hold_if_resumed();
    if is_known {
        lab.options.extra_roots.push(authority.root());
    }
    let good = std::mem::replace(&mut lab.url, untrusted.url(CONTENT));
    lab.fetch().failed("tls-failed", Class::Network);
    assert_eq!(untrusted.requests().len(), 0);
    lab.url = good;
    lab.goes_on();
}

fn bad_certificate(lab: Lab) {
    is_not_trusted(lab, "127.0.0.1", false);
}

fn certificate_of_another_host(lab: Lab) {
    if trusts_no_roots_of_ours() {
        return;
    }
    is_not_trusted(lab, "elsewhere.invalid", true);
}

/// No server answers under this URL, however often the fetch tries.
fn leads_nowhere(mut lab: Lab, url: String) {
    lab.hold_if_resumed();
    let good = std::mem::replace(&mut lab.url, url);
    lab.fetch().failed("network-failed", Class::Network);
    lab.url = good;
    lab.goes_on();
}

/// `.invalid` never resolves (RFC 6761).
fn name_not_found(lab: Lab) {
    leads_nowhere(lab, format!("http://waybill.invalid{CONTENT}?sig={}", crate::lab::SIGNATURE));
}

fn connect_timeout(mut lab: Lab) {
    lab.hold_if_resumed();
    let dead_end = DeadEnd::new().unwrap();
    let good = std::mem::replace(&mut lab.url, dead_end.url(CONTENT));
    let calm = std::mem::replace(&mut lab.clock, Arc::new(FastClock::new(600)));
    lab.fetch().failed("network-failed", Class::Network);
    (lab.url, lab.clock) = (good, calm);
    lab.goes_on();
}

const PORTAL: &[u8] = b"<!doctype html><title>Welcome to our hotel</title><form>Please sign in</form>";

/// The sign-in page of a captive portal instead of the content.
fn portal(framing: Framing) -> Fault {
    fault(move |_, _| {
        let page = PORTAL.repeat(100);
        Answer::new(200, page).with("Content-Type", "text/html; charset=utf-8").framed(framing.clone())
    })
}

fn captive_portal(mut lab: Lab) {
    lab.hold_if_resumed();
    lab.forever(portal(Framing::Length));
    let outcome = lab.fetch().failed("size-differs", Class::Integrity).asked(1);
    assert!(outcome.result.unwrap_err().text.contains("page"), "the user is told that it is a page");
    lab.goes_on();
}

fn captive_portal_without_length(mut lab: Lab) {
    lab.hold_if_resumed();
    lab.forever(portal(Framing::Chunked));
    let code = if lab.when == When::Fresh { "content-header" } else { "content-replaced" };
    lab.fetch().failed(code, Class::Integrity).asked(1);
    lab.goes_on();
}

/// The correct answer as raw bytes after `prefix`, with this HTTP version.
fn raw(prefix: &'static str, version: &'static str) -> Fault {
    fault(move |request, resource| {
        let (answer, total) = (resource.right(request), resource.bytes.len());
        let (status, first) = (answer.status, request.first_byte());
        let range = match status {
            206 => format!("Content-Range: bytes {first}-{}/{total}\r\n", total - 1),
            _ => String::new(),
        };
        let length = answer.body.len();
        let head = format!(
            "{prefix}{version} {status} Fine\r\nETag: \"v1\"\r\n{range}Content-Length: {length}\r\n\r\n"
        );
        Answer::raw([head.as_bytes(), &answer.body].concat())
    })
}

/// A 103 Early Hints and a 100 Continue come before the answer.
fn informational(mut lab: Lab) {
    lab.hold_if_resumed();
    let hints = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n";
    lab.then(vec![raw(hints, "HTTP/1.1")]);
    lab.fetch().arrived().acted(&[]).wasted(0).asked(1);
}

fn http_1_0(mut lab: Lab) {
    lab.hold_if_resumed();
    lab.then(vec![raw("", "HTTP/1.0")]);
    lab.fetch().arrived().acted(&[]).wasted(0).asked(1);
}

/// An answer that is no HTTP.
fn garbage(mut lab: Lab) {
    lab.cut_or_hold();
    lab.then(vec![fault(|_, _| Answer::raw(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()))]);
    let outcome = lab.fetch().arrived().wasted(0).asked(2);
    assert!(outcome.times("broken-off") >= 1);
}

/// A 407 from a configured proxy, and from a server without one.
fn proxy_wants_credentials(mut lab: Lab) {
    lab.hold_if_resumed();
    let proxy = FaultServer::start().unwrap();
    let target = lab.url.split('?').next().unwrap().to_owned();
    proxy.forever(
        &target,
        fault(|_, _| Answer::plain(407).with("Proxy-Authenticate", "Basic realm=\"work\"")),
    );
    let mut options = lab.options.clone();
    options.proxy = ProxyChoice::Named(SecretUrl::parse(&proxy.url("/")).unwrap());
    let document = lab.write_document();
    lab.fetch_with(&options, &document).failed("proxy-refused", Class::Network).asked(0);
    assert_eq!(proxy.requests().len(), 1);
    lab.forever(status(407));
    lab.fetch().failed("proxy-refused", Class::Network).asked(1);
    lab.goes_on();
}

/// A proxy answers CONNECT with 407, for a content under https.
fn proxy_refuses_a_tunnel(lab: Lab) {
    let Some(mut lab) = lab.under_tls("proxy_refuses_a_tunnel") else { return };
    lab.hold_if_resumed();
    let proxy = FaultServer::start().unwrap();
    let host = lab.url.trim_start_matches("https://").split('/').next().unwrap().to_owned();
    proxy.forever(&host, status(407));
    let mut options = lab.options.clone();
    options.proxy = ProxyChoice::Named(SecretUrl::parse(&proxy.url("/")).unwrap());
    let document = lab.write_document();
    lab.fetch_with(&options, &document).failed("proxy-refused", Class::Network).asked(0);
    lab.goes_on();
}
