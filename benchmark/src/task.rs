//! The task of a process and its answer: one line of JSON each, on its stdin and stdout.

use crate::folder::Ground;
use crate::limit::Limit;
use crate::options::PayloadPlan;
use crate::stage::{Facts, Stage};
use serde::{Deserialize, Serialize};

/// The task of a process. It may hold a signed URL, so it is passed through a pipe and never as an argument.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Task {
    /// Makes the source files.
    Make { plan: PayloadPlan, ground: Ground },
    /// Packs and publishes the source files; the answer has `facts`.
    Prepare { ground: Ground, threads: usize },
    /// Fetches once from another server; the answer has `facts`.
    Survey { ground: Ground, from: Origin, threads: usize },
    /// Measures a limit with about `bytes` bytes.
    Limit { limit: Limit, bytes: u64, ground: Ground, from: Option<Origin> },
    /// Measures a stage on the published content.
    Stage { stage: Stage, ground: Ground, from: Option<Origin>, threads: usize },
    /// Serves the public folder until stdin is closed. The first answer has the address in `url`; a second one follows
    /// at the end.
    Serve { ground: Ground },
}

/// The source of a content.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Origin {
    /// The lab server at this address.
    Lab(String),
    /// The file of a document or package.
    File(std::path::PathBuf),
    /// The URL of a document or package, with its query.
    Url(String),
}

/// The answer of a process.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    /// How many bytes were processed.
    #[serde(default)]
    pub(crate) bytes: u64,
    /// Wall time of the measured part, in seconds.
    #[serde(default)]
    pub(crate) seconds: f64,
    /// Processor time of the process before the measured part, in seconds.
    #[serde(default)]
    pub(crate) cpu_before: f64,
    /// Peak memory of the process until now, in bytes; 0 if the system does not say.
    #[serde(default)]
    pub(crate) peak: u64,
    /// Sizes of the content, for tasks that return them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) facts: Option<Facts>,
    /// The address of the lab server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    /// The error, if the task failed; the other fields then have no meaning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// The id of the error's code, if it is an error of packing or fetching.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
}
