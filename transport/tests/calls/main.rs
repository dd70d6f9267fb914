//! Requests with any method and body against a server of raw sockets on loopback.

#![allow(clippy::unwrap_used)] // helpers of tests

mod bodies;
mod redirects;
mod retries;
mod secrets;
mod server;

use server::Server;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};
use waybill_context::{Clock, Context};
use waybill_transport::{
    Answer, Client, ClientOptions, Method, Observations, ProxyChoice, Request, SecretUrl, TransportError,
};

/// A clock on which nobody really waits: a sleep moves it forward, and otherwise it stands still.
#[derive(Debug, Default)]
struct StandingClock(Mutex<Duration>);

impl StandingClock {
    fn slept(&self) -> Duration {
        *self.0.lock().unwrap()
    }
}

impl Clock for StandingClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600) + self.slept()
    }

    fn sleep(&self, duration: Duration) {
        *self.0.lock().unwrap() += duration;
    }
}

fn client() -> Client {
    let mut options = ClientOptions::default();
    options.proxy = ProxyChoice::Direct;
    Client::start(&options).unwrap()
}

fn request(method: Method, server: &Server, path: &str) -> Request {
    Request::new(method, SecretUrl::parse(&server.url(path)).unwrap())
}

fn call(request: &Request, clock: &StandingClock) -> Result<Answer, TransportError> {
    client().call(request, &Context::new(&(), &(), clock), &Observations::default())
}
