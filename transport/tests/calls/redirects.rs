//! Redirects of requests with bodies and credentials.

use crate::server::{Server, body, status};
use crate::{StandingClock, call, request};
use waybill_transport::{Method, TransportError};

#[test]
fn a_307_keeps_method_and_body() {
    for code in [307, 308] {
        let server = Server::start(vec![status(code, "Location: /there?token=1\r\n"), status(201, "")]);
        let put = request(Method::PUT, &server, "/here").bytes(vec![7; 300_000]);
        let put = put.secret_header("x-key", "canary").unwrap();
        assert_eq!(call(&put, &StandingClock::default()).unwrap().status(), 201);
        let seen = server.seen();
        assert_eq!((seen[1].line.as_str(), seen[1].body.len()), ("PUT /there?token=1", 300_000));
        assert_eq!(seen[1].header("x-key"), Some("canary"), "the same host gets it");
    }
}

#[test]
fn credentials_stay_away_from_another_host() {
    let other = Server::start(vec![body("done")]);
    let location = format!("Location: {}\r\n", other.url("/there"));
    let server = Server::start(vec![status(307, &location)]);
    let post = request(Method::POST, &server, "/here").bytes("{}").header("x-plain", "1").unwrap();
    let post =
        post.header("Authorization", "Bearer canary").unwrap().secret_header("x-key", "canary").unwrap();
    assert_eq!(call(&post, &StandingClock::default()).unwrap().body(), b"done");
    let (first, second) = (&server.seen()[0], &other.seen()[0]);
    assert_eq!(
        (first.header("authorization"), first.header("x-key")),
        (Some("Bearer canary"), Some("canary"))
    );
    assert_eq!((second.header("authorization"), second.header("x-key")), (None, None));
    assert_eq!((second.header("x-plain"), second.body.as_slice()), (Some("1"), b"{}".as_slice()));
}

#[test]
fn a_redirect_that_may_change_the_method_is_refused_and_followed_by_reads() {
    for code in [301, 302, 303] {
        let server = Server::start(vec![status(code, "Location: /there\r\n"); 2]);
        let error =
            call(&request(Method::PUT, &server, "/x").bytes("x"), &StandingClock::default()).unwrap_err();
        assert!(matches!(error, TransportError::Redirect { .. }), "{error}");
        assert_eq!(
            call(&request(Method::GET, &server, "/x"), &StandingClock::default()).unwrap().status(),
            200
        );
    }
}

#[test]
fn a_caller_may_want_no_redirect_at_all() {
    let server = Server::start(vec![status(307, "Location: /there\r\n")]);
    let put = request(Method::PUT, &server, "/x").bytes("x").without_redirects();
    let answer = call(&put, &StandingClock::default()).unwrap();
    assert_eq!((answer.status(), answer.header("location")), (307, Some("/there")));
}
