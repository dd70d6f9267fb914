//! The outcome of a fetch, and assertions about it.

use crate::lab::content;
use std::error::Error;
use waybill_schemas::codes::{Class, Code};
use waybill_schemas::report::delivery::{DownloadReport, FetchReport};
use waybill_support::folder_listing::Listing;
use waybill_tests::fault_server::Request;

/// An error as the user sees it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: &'static str,
    pub(crate) class: Class,
    /// All messages of the chain, and the `Debug` output.
    pub(crate) text: String,
}

impl Failure {
    pub(crate) fn new(code: &'static Code, error: &(dyn Error + 'static)) -> Self {
        let chain = std::iter::successors(Some(error), |error| (*error).source());
        let text = chain.map(|error| format!("{error} ({error:?})")).collect::<Vec<_>>().join(": ");
        Self { code: code.id, class: code.class, text }
    }
}

/// The result of a fetch and the state of the device after it.
#[derive(Debug)]
pub(crate) struct FetchOutcome {
    pub(crate) result: Result<FetchReport, Failure>,
    /// The requests for the content that the fetch sent.
    pub(crate) requests: Vec<Request>,
    /// The files at the destination; `None` if it does not exist.
    pub(crate) files: Option<Listing>,
    /// The names in the destination's parent folder, including the destination.
    pub(crate) apps: Vec<String>,
    /// The names in the folder Incoming.
    pub(crate) incoming: Vec<String>,
    /// How many bytes were held before the fetch.
    pub(crate) held: usize,
    /// Whether the first answer was cut on purpose, before the fault.
    pub(crate) cut: bool,
}

impl FetchOutcome {
    /// Asserts that the files are those of the source and that nothing else is left.
    #[track_caller]
    pub(crate) fn arrived(self) -> Self {
        let report = self.result.as_ref().unwrap_or_else(|failure| {
            panic!("{} (exit {}): {}", failure.code, failure.class.exit_code(), failure.text)
        });
        assert!(self.files.as_ref() == Some(&content().files), "other files than the source's");
        assert_eq!(self.apps, ["weather"], "something is left beside the destination");
        assert!(!self.incoming.iter().any(|name| name.ends_with(".partial")), "{:?}", self.incoming);
        assert!(report.changed);
        assert_eq!(self.download().resumed_from as usize, self.held, "taken up from elsewhere");
        self
    }

    /// Asserts that the fetch failed with this code and class, and left neither a folder nor a part of one.
    #[track_caller]
    pub(crate) fn failed(self, code: &str, class: Class) -> Self {
        let failure = match &self.result {
            Err(failure) => failure,
            Ok(report) => panic!("it should have failed with {code}: {:?}", report.observations),
        };
        assert_eq!((failure.code, failure.class), (code, class), "{}", failure.text);
        assert_eq!(self.files, None, "a destination after {code}");
        assert_eq!(self.apps, [""; 0], "something half is left");
        self
    }

    /// The download report of a fetch that succeeded.
    #[track_caller]
    pub(crate) fn download(&self) -> &DownloadReport {
        self.result.as_ref().unwrap().download.as_ref().expect("a download")
    }

    /// Asserts that exactly these rules of a fetch were applied, not counting the cut that prepared the case.
    #[track_caller]
    pub(crate) fn acted(self, rules: &[&str]) -> Self {
        let mut seen = Vec::new();
        let mut cuts = u64::from(self.cut);
        for observation in &self.result.as_ref().unwrap().observations {
            let ours = if observation.rule == "broken-off" { std::mem::take(&mut cuts) } else { 0 };
            if observation.times > ours {
                seen.push(observation.rule.as_str());
            }
        }
        seen.sort_unstable();
        let mut rules = rules.to_vec();
        rules.sort_unstable();
        assert_eq!(seen, rules);
        self
    }

    /// How often a rule was applied.
    #[track_caller]
    pub(crate) fn times(&self, rule: &str) -> u64 {
        let observations = &self.result.as_ref().unwrap().observations;
        observations.iter().filter(|observation| observation.rule == rule).map(|seen| seen.times).sum()
    }

    /// Asserts that exactly this many bytes were received and not used.
    #[track_caller]
    pub(crate) fn wasted(self, bytes: usize) -> Self {
        let received = self.download().received as usize;
        assert_eq!(received, content().size() - self.held + bytes, "received, {bytes} of it in vain");
        self
    }

    /// Asserts that at most this many bytes were received and not used.
    #[track_caller]
    pub(crate) fn wasted_at_most(self, bytes: usize) -> Self {
        let wasted = (self.download().received as usize).saturating_sub(content().size() - self.held);
        assert!(wasted <= bytes, "{wasted} bytes arrived in vain, {bytes} may");
        self
    }

    /// Asserts the number of requests for the content, not counting the one that prepared the case.
    #[track_caller]
    pub(crate) fn asked(self, requests: usize) -> Self {
        let ranges: Vec<_> = self.requests.iter().map(|request| request.header("range")).collect();
        assert_eq!(self.requests.len(), requests + usize::from(self.cut), "{ranges:?}");
        self
    }

    /// The request in which the fault occurred.
    #[track_caller]
    pub(crate) fn meeting(&self) -> &Request {
        &self.requests[usize::from(self.cut)]
    }
}
