//! A device that fetches the content which `ci/real-servers.sh` published, and assertions about the result.

use crate::real_servers::relay::{Cut, Relay};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use waybill_context::Context;
use waybill_downloader::{Destination, FetchOptions, FetchRequest, Location, ProxyChoice, Wanted, fetch};
use waybill_schemas::codes::{Class, Classified as _};
use waybill_schemas::report::delivery::{DownloadReport, FetchReport};
use waybill_support::clock::FastClock;
use waybill_support::folder_listing::list;

/// The addresses and files of the servers that `ci/real-servers.sh` started.
pub(crate) struct Servers {
    pub(crate) nginx: String,
    pub(crate) azure: String,
    container: String,
    /// The path of the content: `<mac>/content.bin`.
    pub(crate) content: String,
    document: PathBuf,
    source: PathBuf,
}

impl Servers {
    /// Reads the environment; prints a line and returns `None` if the servers were not started.
    #[allow(clippy::print_stdout, reason = "a test that did not run says so")]
    pub(crate) fn found() -> Option<Self> {
        let of = |name: &str| std::env::var(format!("WAYBILL_REAL_{name}")).ok();
        let found = || {
            Some(Self {
                nginx: of("NGINX")?,
                azure: of("AZURE")?,
                container: of("CONTAINER")?,
                content: of("CONTENT")?,
                document: of("DOCUMENT")?.into(),
                source: of("SOURCE")?.into(),
            })
        };
        let servers = found();
        if servers.is_none() {
            assert_ne!(of("SERVERS").as_deref(), Some("required"), "the servers' addresses are missing");
            println!("skipped: run it under ci/real-servers.sh");
        }
        servers
    }

    /// The URL of the content in nginx's location `place`.
    pub(crate) fn nginx(&self, place: &str) -> String {
        format!("{}/{place}/{}", self.nginx, self.content)
    }

    /// The URL of the content in Azurite, with a signature that is valid for this many seconds.
    pub(crate) fn signed(&self, seconds: i32) -> String {
        let script = waybill_support::tests_folder().join("..").join("ci").join("azure_blob.py");
        let signed = std::process::Command::new("python3")
            .arg(script)
            .args(["sign", &self.azure, &self.container, &self.content, &seconds.to_string()])
            .output()
            .unwrap();
        assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stderr));
        String::from_utf8(signed.stdout).unwrap().trim().to_owned()
    }

    /// Starts a relay in front of the server in `url`.
    pub(crate) fn relay(&self, url: &str, cuts: Vec<Cut>) -> Relay {
        let url = url::Url::parse(url).unwrap();
        Relay::start(url.socket_addrs(|| None).unwrap()[0], cuts)
    }
}

/// A failed fetch: the code and all messages of the error.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: &'static str,
    pub(crate) class: Class,
    pub(crate) text: String,
}

/// A device with a folder for state and apps.
pub(crate) struct Device<'a> {
    servers: &'a Servers,
    folder: tempfile::TempDir,
    clock: FastClock,
    pub(crate) options: FetchOptions,
    pub(crate) cancel: Arc<AtomicBool>,
}

impl<'a> Device<'a> {
    pub(crate) fn new(servers: &'a Servers) -> Self {
        Self {
            servers,
            folder: tempfile::tempdir().unwrap(),
            clock: FastClock::new(1),
            options: FetchOptions::default().with(|fetch| {
                fetch.proxy = ProxyChoice::Direct;
                fetch.threads = 2;
            }),
            cancel: Arc::default(),
        }
    }

    /// The path of the content.json on the device.
    pub(crate) fn document(&self) -> PathBuf {
        self.folder.path().join("app.content.json")
    }

    /// Writes the content.json with `url` as the content's URL.
    pub(crate) fn write_document(&self, url: &str) {
        write_document(self.servers, &self.document(), url);
    }

    /// Fetches the content from `url`.
    pub(crate) fn fetch(&self, url: &str) -> Result<FetchReport, Failure> {
        self.write_document(url);
        let request = FetchRequest {
            what: Wanted::Described(Location::File(self.document())),
            destination: Destination::Folder(self.folder.path().join("app")),
            root: self.folder.path().join("root"),
            options: self.options.clone(),
        };
        let context = Context::new(&(), &*self.cancel, &self.clock);
        let outcome = fetch(&request, &context).map_err(|error| Failure {
            code: error.code().id,
            class: error.code().class,
            text: format!("{error} ({error:?})"),
        });
        self.nothing_half(outcome.is_ok());
        self.no_signature(&outcome);
        outcome
    }

    /// Makes a fetch that is cut after this many bytes and interrupted when it tries again, for the next one to
    /// continue.
    pub(crate) fn interrupted(&self, url: &str, after: usize) {
        let cancel = Arc::clone(&self.cancel);
        let interrupt = Cut { after: 0, then: Box::new(move || cancel.store(true, Ordering::Relaxed)) };
        let relay = self.servers.relay(url, vec![Cut { after, then: Box::new(|| {}) }, interrupt]);
        let failure = self.fetch(&relay.url(url)).unwrap_err();
        assert_eq!((failure.code, failure.class), ("interrupted", Class::Interrupted), "{}", failure.text);
        self.cancel.store(false, Ordering::Relaxed);
    }

    /// Asserts that the destination is byte-identical to the source, or absent.
    fn nothing_half(&self, arrived: bool) {
        let files = list(&self.folder.path().join("app")).ok();
        let expected = arrived.then(|| list(&self.servers.source).unwrap());
        assert!(files == expected, "other files than expected; arrived: {arrived}");
    }

    fn no_signature(&self, outcome: &Result<FetchReport, Failure>) {
        let told = match outcome {
            Ok(report) => serde_json::to_string(report).unwrap(),
            Err(failure) => failure.text.clone(),
        };
        assert!(!told.contains("sig="), "{told}");
    }
}

/// Writes the published content.json with another URL, replacing an existing file atomically.
pub(crate) fn write_document(servers: &Servers, to: &std::path::Path, url: &str) {
    let published = std::fs::read(&servers.document).unwrap();
    let mut document: serde_json::Value = serde_json::from_slice(&published).unwrap();
    document["url"] = url.into();
    let fresh = to.with_extension("fresh");
    std::fs::write(&fresh, document.to_string()).unwrap();
    std::fs::rename(fresh, to).unwrap();
}

/// The download report of a fetch, which must have succeeded.
#[track_caller]
pub(crate) fn download(outcome: Result<FetchReport, Failure>) -> DownloadReport {
    let report = outcome.unwrap_or_else(|failure| panic!("{}: {}", failure.code, failure.text));
    report.download.unwrap()
}
