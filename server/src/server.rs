//! The server's interface: its options, how it is started, and how it is stopped.

use crate::access_log::AccessLog;
use crate::answer::Site;
use crate::connections;
use crate::files::ServedFolder;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::{self, Runtime};
use waybill_context::Cancel;
use waybill_schemas::codes::{Classified, Code, command, serve};

/// How many connections the system keeps waiting to be accepted.
const BACKLOG: u32 = 1024;
/// The number of threads that read files. The network has a thread of its own.
const READERS: usize = 8;
/// How long the end of the server waits for reads that are under way.
const LAST_READS: Duration = Duration::from_secs(1);

/// Which folder is served at which address, and where requests are reported.
#[derive(Clone)]
pub struct ServerOptions {
    folder: PathBuf,
    listen: SocketAddr,
    serve_everything: bool,
    log: Arc<dyn AccessLog>,
}

impl ServerOptions {
    /// Serves what publishing wrote to `folder` on a free port of loopback, without a log.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let listen = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        Self { folder: folder.into(), listen, serve_everything: false, log: Arc::new(()) }
    }

    /// Listens on this address; port 0 takes a free one. On any other address than loopback, everybody who reaches it
    /// can fetch what is served.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Whether all files are served, those that carry keys among them, without TLS and to everybody. Only for a lab.
    #[must_use]
    pub fn serve_everything(mut self, serve: bool) -> Self {
        self.serve_everything = serve;
        self
    }

    /// Where requests are reported. Without it they are not.
    #[must_use]
    pub fn log(mut self, log: Arc<dyn AccessLog>) -> Self {
        self.log = log;
        self
    }
}

/// A server that listens: clients can connect, and are answered once [`run`](Self::run) is called.
pub struct Server {
    runtime: Runtime,
    listener: TcpListener,
    address: SocketAddr,
    site: Arc<Site>,
}

impl Server {
    /// Opens the folder and listens.
    ///
    /// # Errors
    /// The folder cannot be opened, the address cannot be listened on, or the system gives no event queue.
    pub fn bind(options: ServerOptions) -> Result<Self, ServeError> {
        let ServerOptions { folder, listen, serve_everything, log } = options;
        let opened = ServedFolder::open(&folder).map_err(|source| {
            // Windows opens a file as a folder with errors of several kinds.
            let is_file = cfg!(windows) && folder.is_file();
            let source = if is_file { io::ErrorKind::NotADirectory.into() } else { source };
            ServeError::Folder { folder, source }
        })?;
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(READERS)
            .build()
            .map_err(|source| ServeError::Runtime { source })?;
        let bound = {
            // A tokio socket registers with the runtime that is entered, and panics where there is none.
            let _within = runtime.enter();
            bind(listen).and_then(|listener| listener.local_addr().map(|address| (listener, address)))
        };
        let (listener, address) = bound.map_err(|source| ServeError::Listen { address: listen, source })?;
        let site = Site { folder: opened, serve_everything, local: address.ip().is_loopback(), log };
        Ok(Self { runtime, listener, address, site: Arc::new(site) })
    }

    /// The address it listens on, with the port that was taken.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The address as a URL, e.g. `http://127.0.0.1:8080/`.
    pub fn url(&self) -> String {
        url(self.address)
    }

    /// Serves until `should_stop` is set, which is checked every 20 ms. Answers that are under way then are broken off.
    /// It must not be called within an asynchronous runtime.
    pub fn run(self, should_stop: &dyn Cancel) {
        let Self { runtime, listener, site, .. } = self;
        runtime.block_on(connections::serve(listener, site, should_stop));
        // A read from a disk or share that hangs cannot be cancelled, and dropping the runtime would wait for
        // it without end.
        runtime.shutdown_timeout(LAST_READS);
    }

    /// Listens, and serves on a thread of its own.
    ///
    /// # Errors
    /// Those of [`bind`](Self::bind), or no thread can be started.
    pub fn start(options: ServerOptions) -> Result<RunningServer, ServeError> {
        let server = Self::bind(options)?;
        let (address, stop) = (server.address, Arc::new(AtomicBool::new(false)));
        let should_stop = Arc::clone(&stop);
        let thread = thread::Builder::new()
            .name("waybill-server".to_owned())
            .spawn(move || server.run(&*should_stop))
            .map_err(|source| ServeError::Runtime { source })?;
        Ok(RunningServer { address, stop, thread: Some(thread) })
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // So that a port is free again at once. On Windows it would let others take a port that is in use.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

fn url(address: SocketAddr) -> String {
    format!("http://{address}/")
}

/// A server on a thread of its own, which ends when this is stopped or dropped.
pub struct RunningServer {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl RunningServer {
    /// The address it listens on, with the port that was taken.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as a URL, e.g. `http://127.0.0.1:8080/`.
    pub fn url(&self) -> String {
        url(self.address)
    }

    /// Ends the server and waits until it has ended; its port is free then, and its folder closed.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // it panicked, and has said so
        }
    }
}

/// Why a folder cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The folder cannot be opened, or is not a folder.
    #[error("cannot serve {}", folder.display())]
    Folder {
        /// The folder that was to be served.
        folder: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// The system's error.
        source: io::Error,
    },
    /// The system gives no thread, timer or event queue.
    #[error("cannot start the server")]
    Runtime {
        /// The system's error.
        source: io::Error,
    },
}

impl Classified for ServeError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Folder { source, .. } => match source.kind() {
                io::ErrorKind::NotFound => &command::INPUT_MISSING,
                io::ErrorKind::NotADirectory => &command::INPUT_OF_ANOTHER_KIND,
                _ => &serve::SERVE_FOLDER,
            },
            Self::Listen { .. } => &serve::SERVE_LISTEN,
            Self::Runtime { .. } => &serve::SERVE_RUNTIME,
        }
    }
}
