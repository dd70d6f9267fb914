//! An HTTP/1.1 server that breaks HTTP on purpose, in this process and on loopback.
//!
//! It is made of raw sockets, because HTTP libraries cannot send two Content-Lengths, a chunk that ends in its middle
//! or a reset. Each path has a [`Resource`] and a script of [`Fault`]s, one for each request; after the script, or
//! without one, it answers correctly: ranges, `If-Match`, 404.
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
mod request;
mod resource;

pub use answer::{Answer, Ending, Framing};
pub use authority::Authority;
pub use dead_end::DeadEnd;
pub use request::Request;
pub use resource::{Fault, Resource, always_right, cut_at, fault, interrupted_by, status};

use rustls::ServerConfig;
use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// The resource of a path and the faults that are still to come.
#[derive(Default)]
struct ScriptedPath {
    resource: Option<Resource>,
    script: VecDeque<Fault>,
    forever: Option<Fault>,
}

/// The state that the server's threads share.
#[derive(Default)]
struct Shared {
    paths: Mutex<HashMap<String, ScriptedPath>>,
    requests: Mutex<Vec<Request>>,
    stop: AtomicBool,
}

impl Shared {
    fn paths(&self) -> MutexGuard<'_, HashMap<String, ScriptedPath>> {
        self.paths.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn requests(&self) -> MutexGuard<'_, Vec<Request>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Records the request and makes its answer.
    fn answer(&self, request: &Request) -> Answer {
        self.requests().push(request.clone());
        let mut paths = self.paths();
        let Some(path) = paths.get_mut(request.path()) else { return Answer::plain(404) };
        let mut none = Resource::new(Vec::new());
        let is_there = path.resource.is_some();
        let resource = path.resource.as_mut().unwrap_or(&mut none);
        match path.script.pop_front() {
            Some(mut fault) => fault(request, resource),
            None => match &mut path.forever {
                Some(fault) => fault(request, resource),
                None if is_there => resource.right(request),
                None => Answer::plain(404),
            },
        }
    }
}

/// A running server. It stops when it is dropped, and ends all connections.
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
    /// The socket cannot be made.
    pub fn start() -> io::Result<Self> {
        Self::start_on(IpAddr::V4(Ipv4Addr::LOCALHOST), None)
    }

    /// Listens on another address of this machine, which is another host to clients.
    ///
    /// # Errors
    /// There is no such address on this machine.
    pub fn start_at(address: IpAddr) -> io::Result<Self> {
        Self::start_on(address, None)
    }

    /// Listens on a free port of 127.0.0.1 and speaks TLS.
    ///
    /// # Errors
    /// The socket cannot be made.
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

    /// Sets the resource of `path`. A script of the path stays.
    pub fn put(&self, path: &str, resource: Resource) {
        self.shared.paths().entry(path.to_owned()).or_default().resource = Some(resource);
    }

    /// Adds faults for the next requests for `path`, one for each request.
    pub fn script(&self, path: &str, faults: Vec<Fault>) {
        self.shared.paths().entry(path.to_owned()).or_default().script.extend(faults);
    }

    /// Sets the fault of every request for `path` after its script.
    pub fn forever(&self, path: &str, fault: Fault) {
        self.shared.paths().entry(path.to_owned()).or_default().forever = Some(fault);
    }

    /// Removes all faults of `path`, so that answers are correct from now on.
    pub fn clear(&self, path: &str) {
        let mut paths = self.shared.paths();
        let path = paths.entry(path.to_owned()).or_default();
        path.script.clear();
        path.forever = None;
    }

    /// The URL of `path`, which may have a query.
    pub fn url(&self, path: &str) -> String {
        let scheme = if self.is_tls { "https" } else { "http" };
        format!("{scheme}://{}{path}", self.address)
    }

    /// All requests so far, in order.
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
        // The thread is not joined: it checks `stop` after each read timeout and ends soon.
        let _ = std::thread::Builder::new()
            .name("fault-connection".to_owned())
            .spawn(move || connection::serve(stream, &shared, tls));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests;
