//! Which failures are tried again, and which are not.

use crate::server::{Server, Turn, status};
use crate::{StandingClock, call, request};
use std::time::Duration;
use waybill_transport::{Method, TransportError};

#[test]
fn retry_after_is_obeyed_in_seconds_and_as_a_date() {
    let date = "Retry-After: Thu, 01 Jan 2026 00:00:40 GMT\r\n"; // ten seconds after the first wait has passed
    let server = Server::start(vec![status(429, "Retry-After: 30\r\n"), status(503, date)]);
    let clock = StandingClock::default();
    // A POST, too, because both statuses say that it was not carried out.
    let answer = call(&request(Method::POST, &server, "/apps").bytes("{}"), &clock).unwrap();
    assert_eq!((answer.status(), clock.slept()), (200, Duration::from_secs(40)));
    assert!(server.seen().iter().all(|seen| seen.body == b"{}"));
}

#[test]
fn a_server_may_ask_for_an_hour_and_no_more() {
    let server = Server::start(vec![status(429, "Retry-After: 1000000\r\n")]);
    let clock = StandingClock::default();
    call(&request(Method::GET, &server, "/"), &clock).unwrap();
    assert_eq!(clock.slept(), Duration::from_secs(3600));
}

#[test]
fn eight_attempts_end_it() {
    let server = Server::start(vec![status(500, ""); 9]);
    let error = call(&request(Method::PUT, &server, "/x").bytes("x"), &StandingClock::default()).unwrap_err();
    let expected = format!("gave up on {} after 8 attempts without progress: status 500", server.url("/x"));
    assert_eq!((error.to_string(), server.seen().len()), (expected, 8));
}

#[test]
fn other_statuses_are_the_callers_to_judge() {
    for code in [204, 304, 400, 401, 404, 409, 412] {
        let server = Server::start(vec![status(code, "")]);
        let answer =
            call(&request(Method::PUT, &server, "/x").bytes("x"), &StandingClock::default()).unwrap();
        assert_eq!((answer.status(), answer.success().is_ok()), (code, code == 204));
    }
}

#[test]
fn a_post_is_not_sent_twice_where_it_may_have_been_carried_out() {
    let server = Server::start(vec![Turn::Silence]);
    let post = request(Method::POST, &server, "/apps").bytes("{}");
    let error = call(&post, &StandingClock::default()).unwrap_err();
    assert!(matches!(error, TransportError::OutcomeUnknown { .. }), "{error}");
    assert_eq!(server.seen().len(), 1);

    let server = Server::start(vec![status(502, "")]);
    let post = request(Method::POST, &server, "/apps").bytes("{}");
    assert_eq!(call(&post, &StandingClock::default()).unwrap().status(), 502);

    let server = Server::start(vec![Turn::Silence, status(500, "")]);
    let post = request(Method::POST, &server, "/renew").bytes("{}").repeatable(true);
    assert_eq!(call(&post, &StandingClock::default()).unwrap().status(), 200);
    assert_eq!(server.seen().len(), 3);
}
