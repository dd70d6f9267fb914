//! Secret headers and queries are in no error, no log, no observation and nothing that is printed.

use crate::server::{Server, Turn, status};
use crate::{StandingClock, call, client, request};
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};
use waybill_context::Context;
use waybill_transport::{
    Client, ClientOptions, Method, Observations, ProxyChoice, Request, SecretUrl, TransportError,
};

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Collector;

impl Write for Collector {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl log::Log for Collector {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{}: {}\n", record.target(), record.args());
        LINES.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(line.as_bytes());
    }

    fn flush(&self) {}
}

#[test]
fn a_canary_in_query_header_and_body_is_told_nowhere() {
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::TRACE);
    subscriber.with_ansi(false).with_writer(|| Collector).init();
    log::set_logger(&Collector).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let away = "Location: ftp://127.0.0.1/?sig=canary\r\n";
    let scripts = [
        vec![status(201, "")],
        vec![status(404, "")],
        vec![status(500, ""); 8],
        vec![status(307, "Location: /x?sig=canary2\r\n"); 11],
        vec![status(307, away)],
        vec![Turn::Silence; 9],
        vec![Turn::CutBody(3); 9],
        vec![status(200, "Content-Length: 9999999\r\n")],
    ];
    for script in scripts {
        let server = Server::start(script);
        let put = request(Method::PUT, &server, "/blob?sig=canary").bytes("a body with a canary");
        let put = put.secret_header("Authorization", "Bearer canary").unwrap().answer_limit(10);
        let observations = Observations::default();
        let clock = StandingClock::default();
        let outcome = client().call(&put, &Context::new(&(), &(), &clock), &observations);
        let told = match &outcome {
            Ok(answer) => format!("{answer:?}"),
            Err(error) => format!("{error:?} {error}"),
        };
        let told = format!("{told} {put:?} {:?}", observations.take());
        assert!(!told.contains("canary"), "{told}");
    }
    let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let lines = String::from_utf8_lossy(&lines);
    assert!(!lines.is_empty() && !lines.contains("canary"), "{lines}");
}

#[test]
fn secrets_do_not_go_over_plain_http() {
    let url = SecretUrl::parse("http://192.0.2.1/x?sig=canary").unwrap();
    let put = Request::new(Method::PUT, url).secret_header("Authorization", "Bearer canary").unwrap();
    let error = client().call(&put, &Context::silent(), &Observations::default()).unwrap_err();
    assert!(matches!(error, TransportError::InTheClear { .. }), "{error}");
}

/// What may go over plain http only because it stays on this machine would be on another one behind a proxy.
#[test]
fn secrets_for_this_machine_pass_by_the_proxy() {
    let (server, proxy) = (Server::start(vec![]), Server::start(vec![]));
    let named = ProxyChoice::Named(SecretUrl::parse(&proxy.url("/")).unwrap());
    let mut options = ClientOptions::default();
    options.proxy = named;
    let client = Client::start(&options).unwrap();
    let send =
        |request: &Request| client.call(request, &Context::silent(), &Observations::default()).unwrap();
    let put = || request(Method::PUT, &server, "/blob").bytes("x");
    send(&put().secret_header("Authorization", "Bearer canary").unwrap());
    send(&put().holds_keys(true));
    assert_eq!((server.seen().len(), proxy.seen().len()), (2, 0));
    send(&put());
    assert_eq!((server.seen().len(), proxy.seen().len()), (2, 1));
}

/// The page of a proxy or service may be compressed although nobody asked for it; the status is the answer.
#[test]
fn an_encoded_page_of_an_error_is_an_answer() {
    let server = Server::start(vec![status(404, "Content-Encoding: gzip\r\n")]);
    let answer = call(&request(Method::GET, &server, "/x"), &StandingClock::default()).unwrap();
    assert_eq!((answer.status(), answer.header("content-encoding")), (404, Some("gzip")));
}
