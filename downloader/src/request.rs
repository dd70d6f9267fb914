//! The request for a fetch: which content, its destination, and options.

use intunewin::ArchivePolicy;
use std::path::PathBuf;
use std::time::Duration;
use waybill_schemas::EncryptionInfo;
use waybill_transport::{CertificateDer, ProxyChoice, SecretUrl};

/// One content to fetch.
#[derive(Debug, Clone)]
pub struct FetchRequest {
    /// The content, and where its document or its bytes are.
    pub what: Wanted,
    /// Where to put the content folder.
    pub destination: Destination,
    /// The folder of state and partial downloads, made where it is missing: `--root`.
    pub root: PathBuf,
    /// Connections, limits, locks and how much to check.
    pub options: FetchOptions,
}

/// Which content to fetch.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Wanted {
    /// A content.json or a whole package; the first bytes decide which.
    Described(Location),
    /// A content whose keys are known already, such as from a service of the caller.
    Bare {
        /// The URL of the content.
        url: SecretUrl,
        /// The encryption info: keys, MAC and file digest.
        info: Box<EncryptionInfo>,
        /// Size of the content in bytes; `None` asks the server.
        size: Option<u64>,
        /// The name in reports.
        name: String,
    },
}

/// A file or a URL.
#[derive(Debug, Clone)]
pub enum Location {
    /// A file on this machine.
    File(PathBuf),
    /// An http or https URL. What holds keys is read over https or from this machine only.
    Url(SecretUrl),
}

/// Where to put the content folder.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Destination {
    /// The folder at this path.
    Folder(PathBuf),
    /// The folder `Cache/<app>_<revision>` below the root.
    Cache {
        /// The app's id: letters, digits, `-`, `.` and `_` only.
        app: String,
        /// The app's revision: letters, digits, `-` and `.` only.
        revision: String,
    },
}

/// Options of a fetch. [`FetchOptions::with`] changes some of the defaults.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FetchOptions {
    /// How many requests at once, 1 to 8. More than one needs piece hashes and a server with ranges.
    pub connections: usize,
    /// The most bytes per second, over all connections; `None` sets no limit.
    pub limit_rate: Option<u64>,
    /// Whether to continue from the bytes that are held; false discards them.
    pub resume: bool,
    /// Whether to leave the encrypted content in Incoming once the files are in place.
    pub keep_content: bool,
    /// Whether to read every byte of a content folder that exists before it counts as whole.
    pub check_in_full: bool,
    /// Whether to replace a destination that is not empty and does not hold this content.
    pub force: bool,
    /// How long to wait for a lock that another process holds.
    pub wait_lock: Duration,
    /// The limits of the payload and of the package's size.
    pub policy: ArchivePolicy,
    /// How many threads to unpack with.
    pub threads: usize,
    /// The proxy that requests go through.
    pub proxy: ProxyChoice,
    /// The content's URL, in the place of the document's: for a signed URL that expired.
    pub content_url: Option<SecretUrl>,
    /// Certificates that are trusted besides the system's.
    pub extra_roots: Vec<CertificateDer<'static>>,
}

impl FetchOptions {
    /// Returns these options after `change`.
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
