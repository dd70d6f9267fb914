//! What is asked of a process, and what it answers: one line of JSON each way, on its stdin and stdout.

use crate::folder::Ground;
use crate::limit::Limit;
use crate::options::PayloadPlan;
use crate::stage::{Facts, Stage};
use serde::{Deserialize, Serialize};

/// What is asked. It may hold a signed URL, so it travels through a pipe and never as an argument.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Task {
    /// Make the source files.
    Make { plan: PayloadPlan, ground: Ground },
    /// Pack and publish them; the answer has the facts.
    Prepare { ground: Ground, threads: usize },
    /// Fetch once from a server that is not ours; the answer has the facts.
    Survey { ground: Ground, from: Origin, threads: usize },
    /// Measure a limit with about so many bytes.
    Limit { limit: Limit, bytes: u64, ground: Ground, from: Option<Origin> },
    /// Measure a stage.
    Stage { stage: Stage, ground: Ground, from: Option<Origin>, threads: usize },
    /// Serve the public tree until stdin ends; the answer comes first and has the address.
    Serve { ground: Ground },
}

/// Where a content comes from.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Origin {
    /// The lab server at this address.
    Lab(String),
    /// A document or package in a file.
    File(std::path::PathBuf),
    /// A document or package at a URL, with its query.
    Url(String),
}

/// What is answered.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    /// Bytes that went through.
    #[serde(default)]
    pub(crate) bytes: u64,
    /// Wall time of the measured part.
    #[serde(default)]
    pub(crate) seconds: f64,
    /// Processor time of the process before the measured part began.
    #[serde(default)]
    pub(crate) cpu_before: f64,
    /// Peak memory of the process until now, in bytes; 0 where the system does not tell.
    #[serde(default)]
    pub(crate) peak: u64,
    /// What is known of the content, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) facts: Option<Facts>,
    /// Where the lab server listens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    /// What went wrong, instead of all that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// The id of its code, where it has one of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
}
