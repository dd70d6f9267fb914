//! A content on a fault server, and a device that fetches it.

use crate::When;
use crate::outcome::{Failure, FetchOutcome};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use tempfile::TempDir;
use waybill_context::Context;
use waybill_downloader::{Destination, FetchOptions, FetchRequest, Location, ProxyChoice, Wanted, fetch};
use waybill_schemas::codes::{Class, Classified};
use waybill_schemas::{ContentDocument, PiecesDocument, Sha256Digest};
use waybill_support::clock::FastClock;
use waybill_support::folder_listing::list;
use waybill_support::noise::PseudoRandom;
use waybill_tests::fault_server::{Authority, Fault, FaultServer, Resource, cut_at, interrupted_by};
use waybill_tests::published_content::PublishedContent;

/// The path of the content on its server.
pub(crate) const CONTENT: &str = "/apps/content.bin";
/// The path of the content's pieces.json on its server.
pub(crate) const PIECES: &str = "/apps/pieces.json";
/// The signature in the content's URL, which no log, error or file may show.
pub(crate) const SIGNATURE: &str = "CANARYsignature";

/// The content that is fetched.
pub(crate) fn content() -> &'static PublishedContent {
    static CONTENT: OnceLock<PublishedContent> = OnceLock::new();
    CONTENT.get_or_init(|| PublishedContent::new(7).unwrap())
}

/// Another content of the same size.
pub(crate) fn other_content() -> &'static PublishedContent {
    static OTHER: OnceLock<PublishedContent> = OnceLock::new();
    OTHER.get_or_init(|| {
        let other = PublishedContent::new(9).unwrap();
        assert_eq!(other.size(), content().size());
        other
    })
}

/// A server with the content, and a device.
pub(crate) struct Lab {
    folder: TempDir,
    pub(crate) server: FaultServer,
    pub(crate) clock: Arc<FastClock>,
    pub(crate) when: When,
    /// The offset at which the first body is cut; it depends on the case's name and `WEATHER_SEED`.
    pub(crate) at: usize,
    pub(crate) options: FetchOptions,
    /// The URL of the content in the document.
    pub(crate) url: String,
    pub(crate) with_pieces: bool,
    cancel: Arc<AtomicBool>,
    /// How many bytes are held before the fetch under test.
    held: usize,
    /// Whether the first answer of the fetch under test is cut before the fault occurs.
    cut: bool,
}

impl Lab {
    pub(crate) fn new(case: &str, when: When) -> Self {
        let server = FaultServer::start().unwrap();
        Self::on(server, case, when)
    }

    /// Makes a lab with this server.
    pub(crate) fn on(server: FaultServer, case: &str, when: When) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("apps")).unwrap();
        let url = server.url(&format!("{CONTENT}?sv=1&sig={SIGNATURE}"));
        let lab = Self {
            folder,
            server,
            clock: Arc::new(FastClock::new(1)),
            when,
            at: cut_of(case),
            options: FetchOptions::default().with(|fetch| {
                fetch.proxy = ProxyChoice::Direct;
                fetch.threads = 2;
            }),
            url,
            with_pieces: false,
            cancel: Arc::default(),
            held: 0,
            cut: false,
        };
        lab.put(right());
        lab.server.put(PIECES, Resource::new(content().pieces.clone()));
        lab
    }

    /// Moves the lab to a TLS server whose authority the device trusts; `None` if the system cannot trust our
    /// authority.
    pub(crate) fn under_tls(self, case: &str) -> Option<Self> {
        if trusts_no_roots_of_ours() {
            return None;
        }
        let authority = Authority::new().unwrap();
        let server = FaultServer::start_tls(authority.server("127.0.0.1").unwrap()).unwrap();
        let mut lab = Self::on(server, case, self.when);
        lab.options.extra_roots.push(authority.root());
        Some(lab)
    }

    pub(crate) fn put(&self, resource: Resource) {
        self.server.put(CONTENT, resource);
    }

    /// Adds faults for the next requests for the content.
    pub(crate) fn then(&self, faults: Vec<Fault>) {
        self.server.script(CONTENT, faults);
    }

    /// Sets the fault of all further requests for the content.
    pub(crate) fn forever(&self, fault: Fault) {
        self.server.forever(CONTENT, fault);
    }

    /// For [`When::Resumed`], makes an earlier fetch that is interrupted in the middle. For [`When::Fresh`] does
    /// nothing, so that the fault occurs in the first request.
    pub(crate) fn hold_if_resumed(&mut self) {
        if self.when == When::Resumed {
            self.hold();
        }
    }

    /// For [`When::Resumed`], makes an earlier fetch that is interrupted in the middle. For [`When::Fresh`], cuts the
    /// first answer there, so that the fault occurs in the request that continues.
    pub(crate) fn cut_or_hold(&mut self) {
        match self.when {
            When::Fresh => {
                self.then(vec![cut_at(self.at)]);
                self.cut = true;
            }
            When::Resumed => self.hold(),
        }
    }

    /// Makes a fetch that is cut, and interrupted when it tries again.
    fn hold(&mut self) {
        self.then(vec![cut_at(self.at), interrupted_by(&self.cancel)]);
        let outcome = self.fetch();
        let failure = outcome.result.as_ref().expect_err("it should have been interrupted");
        assert_eq!((failure.code, failure.class), ("interrupted", Class::Interrupted), "{}", failure.text);
        self.cancel.store(false, Ordering::Relaxed);
        self.held = self.at;
    }

    /// Sets how many bytes the fetch under test is expected to find.
    pub(crate) fn expect_held(&mut self, held: usize) {
        self.held = held;
    }

    /// The cancel flag of the fetches, which Ctrl-C would set.
    pub(crate) fn cancel(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.cancel)
    }

    /// Expects that the held bytes are cut to a multiple of `step`.
    pub(crate) fn round_held_to(&mut self, step: usize) {
        self.held = self.held / step * step;
    }

    /// Fetches, and returns the result with the state of the device.
    pub(crate) fn fetch(&self) -> FetchOutcome {
        self.fetch_with(&self.options, &self.write_document())
    }

    /// Fetches with other options or another document.
    pub(crate) fn fetch_with(&self, options: &FetchOptions, document: &Path) -> FetchOutcome {
        self.fetch_this(Wanted::Described(Location::File(document.to_owned())), options)
    }

    /// Fetches anything that a request can name, with these options.
    pub(crate) fn fetch_this(&self, what: Wanted, options: &FetchOptions) -> FetchOutcome {
        let before = self.server.requests_for(CONTENT).len();
        let request = FetchRequest {
            what,
            destination: Destination::Folder(self.destination()),
            root: self.root(),
            options: options.clone(),
        };
        let context = Context::new(&(), &*self.cancel, &*self.clock);
        let result = fetch(&request, &context).map_err(|error| Failure::new(error.code(), &error));
        let outcome = FetchOutcome {
            result,
            requests: self.server.requests_for(CONTENT).split_off(before),
            files: list(&self.destination()).ok(),
            apps: names(&self.folder.path().join("apps")),
            incoming: names(&self.root().join("Content").join("Incoming")),
            held: self.held,
            cut: self.cut,
        };
        self.nothing_shows_the_signature(&outcome);
        outcome
    }

    /// Fetches with the option to keep the content. Asserts that the files are in place.
    pub(crate) fn fetch_and_keep(&self) -> FetchOutcome {
        let outcome = self.fetch();
        assert!(outcome.files.as_ref() == Some(&content().files), "{:?}", outcome.result);
        outcome
    }

    /// Makes the server answer correctly after a failure, and asserts that the next fetch continues from the held
    /// bytes.
    pub(crate) fn goes_on(&mut self) {
        self.server.clear(CONTENT);
        self.put(right());
        self.held = if self.cut || self.when == When::Resumed { self.at } else { 0 };
        self.cut = false;
        self.fetch().arrived().wasted(0);
    }

    /// Makes the server answer correctly after a failure in which other bytes were refused. Asserts that the held bytes
    /// stay until the caller asks to drop them.
    pub(crate) fn starts_anew_when_told(&mut self) {
        self.server.clear(CONTENT);
        self.held = 0;
        self.cut = false;
        let options = self.options.clone().with(|fetch| fetch.resume = false);
        self.put(right());
        let outcome = self.fetch_with(&options, &self.write_document()).arrived();
        assert_eq!(outcome.download().received as usize, content().size());
    }

    /// Writes the content.json and returns its path.
    pub(crate) fn write_document(&self) -> PathBuf {
        let path = self.folder.path().join("weather.content.json");
        fs::write(&path, content().document(&self.url, self.with_pieces).unwrap()).unwrap();
        path
    }

    /// Publishes these pieces instead of the right ones, and writes a content.json with their digest.
    pub(crate) fn write_document_for(&self, pieces: &PiecesDocument) -> PathBuf {
        let pieces = pieces.write().unwrap().to_vec();
        let mut document = ContentDocument::read(&content().document(&self.url, true).unwrap()).unwrap();
        document.pieces_digest = Some(Sha256Digest::new(Sha256::digest(&pieces).into()));
        self.server.put(PIECES, Resource::new(pieces));
        let path = self.write_document();
        fs::write(&path, document.write().unwrap()).unwrap();
        path
    }

    pub(crate) fn destination(&self) -> PathBuf {
        self.folder.path().join("apps").join("weather")
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    /// Asserts that no report, error or file of the root contains the query of a signed URL (rule 11).
    fn nothing_shows_the_signature(&self, outcome: &FetchOutcome) {
        let told = match &outcome.result {
            Ok(report) => serde_json::to_string(report).unwrap(),
            Err(failure) => failure.text.clone(),
        };
        assert!(!told.contains(SIGNATURE), "{told}");
        let Ok(root) = list(&self.root()) else { return };
        for (path, bytes) in root {
            // Larger files are the encrypted content, which is noise.
            let text = bytes.filter(|bytes| bytes.len() < 100_000).unwrap_or_default();
            assert!(!String::from_utf8_lossy(&text).contains(SIGNATURE), "{path} holds a signature");
        }
    }
}

/// Whether the system cannot trust a root certificate of ours. wine 8 cannot make a chain engine with such roots,
/// because its CERT_CHAIN_ENGINE_CONFIG is that of Windows 7.
#[allow(clippy::print_stdout, reason = "a test that did not run says so")]
pub(crate) fn trusts_no_roots_of_ours() -> bool {
    cfg!(windows) && std::env::var_os("WINELOADER").is_some()
}

/// The content as a resource without faults.
pub(crate) fn right() -> Resource {
    Resource::new(Arc::clone(&content().content))
}

/// The other content as a resource, to replace the first.
pub(crate) fn replaced() -> Resource {
    Resource::new(Arc::clone(&other_content().content))
}

/// An offset in the middle of the content, the same in every run with the same `WEATHER_SEED`.
fn cut_of(case: &str) -> usize {
    let seed = std::env::var("WEATHER_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0_u64);
    let seed = case.bytes().fold(seed, |seed, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
    200_000 + PseudoRandom::new(seed).below(content().size() - 400_000)
}

/// The names in a folder; empty if there is no such folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}
