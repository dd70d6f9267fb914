//! What to fetch, where to, and how.

use intunewin::ArchivePolicy;
use std::path::PathBuf;
use std::time::Duration;
use waybill_schemas::EncryptionInfo;
use waybill_transport::{CertificateDer, ProxyChoice, SecretUrl};

/// One content to fetch.
#[derive(Debug, Clone)]
pub struct FetchRequest {
    /// What it is and where it lies.
    pub what: Wanted,
    /// Where the content folder shall be.
    pub destination: Destination,
    /// The folder of state and partial downloads, made where it is missing: `--root`.
    pub root: PathBuf,
    /// How.
    pub options: FetchOptions,
}

/// What to fetch.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Wanted {
    /// A content.json or a whole `.intunewin`: its first bytes tell which.
    Described(Location),
    /// A bare content whose keys come from elsewhere.
    Bare {
        /// Where the content lies.
        url: SecretUrl,
        /// Its keys, MAC and digest.
        info: Box<EncryptionInfo>,
        /// Its size in bytes, where it is known; else the server is asked.
        size: Option<u64>,
        /// What to call it in reports.
        name: String,
    },
}

/// A file or a URL.
#[derive(Debug, Clone)]
pub enum Location {
    /// A file on this machine.
    File(PathBuf),
    /// An http(s) URL. What carries keys is read over https or from loopback only.
    Url(SecretUrl),
}

/// Where the content folder shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Destination {
    /// This folder.
    Folder(PathBuf),
    /// `Cache/<app>_<revision>` below the root.
    Cache {
        /// The app's id; letters, digits, `-`, `.` and `_` only.
        app: String,
        /// Its revision, the same.
        revision: String,
    },
}

/// How to fetch. [`FetchOptions::with`] changes what differs from the default.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FetchOptions {
    /// Requests at once, 1 to 8. More than one needs piece hashes and a server with ranges.
    pub connections: usize,
    /// Bytes per second at most.
    pub limit_rate: Option<u64>,
    /// Go on from what is held; false drops it.
    pub resume: bool,
    /// Leave the encrypted content in Incoming after the files are in place.
    pub keep_content: bool,
    /// Digest a content folder that is there in full before it is called whole.
    pub check_in_full: bool,
    /// Replace a destination that is not empty and not this content.
    pub force: bool,
    /// How long to wait for a lock that another process holds.
    pub wait_lock: Duration,
    /// Limits of archives and of the package's size.
    pub policy: ArchivePolicy,
    /// Threads to unpack with.
    pub threads: usize,
    /// Which proxy to go through.
    pub proxy: ProxyChoice,
    /// Where the content lies now, whatever the document says: for a signed URL that expired.
    pub content_url: Option<SecretUrl>,
    /// Certificates to trust besides the system's.
    pub extra_roots: Vec<CertificateDer<'static>>,
}

impl FetchOptions {
    /// These options after `change`.
    ///
    /// ```
    /// let options = waybill_downloader::FetchOptions::default().with(|options| options.connections = 4);
    /// assert!(options.resume);
    /// ```
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

impl FetchRequest {
    /// A request with the default options.
    pub fn new(what: Wanted, destination: Destination, root: impl Into<PathBuf>) -> Self {
        Self { what, destination, root: root.into(), options: FetchOptions::default() }
    }
}

impl Default for FetchOptions {
    fn default() -> Self {
        Self {
            connections: 1,
            limit_rate: None,
            resume: true,
            keep_content: false,
            check_in_full: false,
            force: false,
            wait_lock: Duration::ZERO,
            policy: ArchivePolicy::default(),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            proxy: ProxyChoice::System,
            content_url: None,
            extra_roots: Vec::new(),
        }
    }
}
