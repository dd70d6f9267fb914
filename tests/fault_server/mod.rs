//! An HTTP/1.1 server that breaks HTTP on purpose, in this process and on loopback.
//!
//! It is made of raw sockets, because HTTP libraries cannot send two Content-Lengths, a chunk that ends in its middle
//! or a reset. Each path has a [`Resource`] and a script of [`Fault`]s, one a request; when the script is over, or
//! where there is none, it answers rightly: ranges, `If-Match`, 404.
//!
//! ```no_run
//! use waybill_tests::fault_server::{FaultServer, Resource, cut_at};
//!
//! let server = FaultServer::start()?;
//! server.put("/content.bin", Resource::new(vec![0; 4096]));
//! server.script("/content.bin", vec![cut_at(1000)]); // the first answer breaks off; the second is right
//! # Ok::<(), std::io::Error>(())
//! ```

mod answer;
mod authority;
mod connection;
mod dead_end;
mod faults;
mod request;
mod resource;

pub use answer::{Answer, Ending, Framing};
pub use authority::Authority;
pub use dead_end::DeadEnd;
pub use faults::{Fault, always_right, cut_at, fault, interrupted_by, status};
pub use request::Request;
pub use resource::Resource;

use rustls::ServerConfig;
use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// What a path has and what will be done wrong there.
#[derive(Default)]
struct Place {
    resource: Option<Resource>,
    script: VecDeque<Fault>,
    forever: Option<Fault>,
}

/// What the server's threads share.
#[derive(Default)]
struct Shared {
    places: Mutex<HashMap<String, Place>>,
    requests: Mutex<Vec<Request>>,
    stop: AtomicBool,
}

impl Shared {
    fn places(&self) -> MutexGuard<'_, HashMap<String, Place>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn requests(&self) -> MutexGuard<'_, Vec<Request>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Notes the request and says what to answer.
    fn answer(&self, request: &Request) -> Answer {
        self.requests().push(request.clone());
        let mut places = self.places();
        let Some(place) = places.get_mut(request.path()) else { return Answer::plain(404) };
        let mut none = Resource::new(Vec::new());
        let is_there = place.resource.is_some();
        let resource = place.resource.as_mut().unwrap_or(&mut none);
        match place.script.pop_front() {
            Some(mut fault) => fault(request, resource),
            None => match &mut place.forever {
                Some(fault) => fault(request, resource),
                None if is_there => resource.right(request),
                None => Answer::plain(404),
            },
        }
    }
}

/// A server; dropped, it ends, whatever its connections are at.
pub struct FaultServer {
    address: SocketAddr,
    is_tls: bool,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl FaultServer {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// No socket to be had.
    pub fn start() -> io::Result<Self> {
        Self::start_on(IpAddr::V4(Ipv4Addr::LOCALHOST), None)
    }

    /// The same on another address of this machine: another host, to a client.
    ///
    /// # Errors
    /// No socket to be had there.
    pub fn start_at(address: IpAddr) -> io::Result<Self> {
        Self::start_on(address, None)
    }

    /// Listens on a free port of 127.0.0.1 and speaks TLS.
    ///
    /// # Errors
    /// No socket to be had.
    pub fn start_tls(config: Arc<ServerConfig>) -> io::Result<Self> {
        Self::start_on(IpAddr::V4(Ipv4Addr::LOCALHOST), Some(config))
    }

    fn start_on(address: IpAddr, tls: Option<Arc<ServerConfig>>) -> io::Result<Self> {
        let listener = TcpListener::bind((address, 0))?;
        let (address, is_tls) = (listener.local_addr()?, tls.is_some());
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("fault-server".to_owned())
            .spawn(move || accept(&listener, &theirs, tls.as_ref()))?;
        Ok(Self { address, is_tls, shared, thread: Some(thread) })
    }

    /// Puts `resource` at `path`; a script that is there stays.
    pub fn put(&self, path: &str, resource: Resource) {
        self.shared.places().entry(path.to_owned()).or_default().resource = Some(resource);
    }

    /// The next requests for `path` meet these faults, one each.
    pub fn script(&self, path: &str, faults: Vec<Fault>) {
        self.shared.places().entry(path.to_owned()).or_default().script.extend(faults);
    }

    /// Every request for `path` meets this fault once its script is over.
    pub fn forever(&self, path: &str, fault: Fault) {
        self.shared.places().entry(path.to_owned()).or_default().forever = Some(fault);
    }

    /// What is left of the script of `path` is forgotten: from now on answers are right.
    pub fn clear(&self, path: &str) {
        let mut places = self.shared.places();
        let place = places.entry(path.to_owned()).or_default();
        place.script.clear();
        place.forever = None;
    }

    /// The URL of `path`, query and all.
    pub fn url(&self, path: &str) -> String {
        let scheme = if self.is_tls { "https" } else { "http" };
        format!("{scheme}://{}{path}", self.address)
    }

    /// Every request so far, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests().clone()
    }

    /// The requests for `path` so far, in order.
    pub fn requests_for(&self, path: &str) -> Vec<Request> {
        self.requests().into_iter().filter(|request| request.path() == path).collect()
    }
}

impl Drop for FaultServer {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address); // wakes the thread that accepts
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>, tls: Option<&Arc<ServerConfig>>) {
    for stream in listener.incoming() {
        if shared.is_over() {
            return;
        }
        let Ok(stream) = stream else { continue };
        let (shared, tls) = (Arc::clone(shared), tls.cloned());
        // Not joined: each looks at `stop` and ends within a tick of its read timeout.
        let _ = std::thread::Builder::new()
            .name("fault-connection".to_owned())
            .spawn(move || connection::serve(stream, &shared, tls));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests;
