//! What to measure and how, and why that can fail.

use serde::{Deserialize, Serialize};
use std::io;
use std::path::PathBuf;
use waybill_context::Cancelled;
use waybill_downloader::Location;
use waybill_schemas::codes::{Classified, Code, benchmark, package};

/// What the payload's bytes are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Data {
    /// Does not deflate at all, like an installer's own compressed data: every file is stored.
    Random,
    /// Words: deflates to about a third.
    Text,
    /// Files of both in turns, of noise and of text, one after the other; the first one holds half.
    Mixed,
}

impl Data {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Text => "text",
            Self::Mixed => "mixed",
        }
    }
}

/// What is packed and delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayloadPlan {
    /// What its bytes are like.
    pub data: Data,
    /// Bytes of all files together.
    pub size: u64,
    /// Files; the first holds half of the bytes, the others the rest in equal parts.
    pub files: u64,
    /// The same seed makes the same bytes on every machine.
    pub seed: u64,
}

/// What is delivered, and from where.
#[derive(Debug, Clone)]
pub enum Subject {
    /// Made here, packed here, served on loopback.
    Made(PayloadPlan),
    /// A content.json or package, by path or URL, that a real server serves; packing is not measured.
    Served(Location),
}

/// A benchmark to be run.
#[derive(Debug, Clone)]
pub struct BenchRequest {
    /// What is packed and delivered.
    pub subject: Subject,
    /// Rounds; each runs every limit and every stage once. 7 or more where it is compared.
    pub runs: u32,
    /// The folder whose disk is measured; everything made in it is removed again.
    pub folder: PathBuf,
    /// Threads to pack and unpack with.
    pub threads: usize,
    /// How the processes of stages are started.
    pub program: StageProgram,
}

/// The program that is started for each stage, and the arguments with which it calls [`answer`](crate::answer).
#[derive(Debug, Clone)]
pub struct StageProgram {
    /// Its path.
    pub path: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
}

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BenchError {
    /// A folder or file of the benchmark.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was to be done.
        doing: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The disk is too small.
    #[error("{} has {} MiB free, and {} are needed at once", folder.display(), available >> 20, needed >> 20)]
    NoRoom {
        /// The folder.
        folder: PathBuf,
        /// Bytes that are free.
        available: u64,
        /// Bytes that are needed at the fullest moment.
        needed: u64,
    },
    /// The process of a stage could not be started or talked to.
    #[error("{what} cannot be measured: its process cannot be run")]
    Process {
        /// The stage or limit.
        what: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A stage failed.
    #[error("{what} failed: {message}")]
    Stage {
        /// The stage or limit.
        what: String,
        /// What its process said.
        message: String,
        /// What that was, where it is one of packing's or fetching's own errors.
        code: Option<&'static Code>,
    },
    /// Interrupted.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Classified for BenchError {
    fn code(&self) -> &'static Code {
        match self {
            Self::NoRoom { .. } => &benchmark::NO_ROOM,
            Self::Cancelled(_) => &package::INTERRUPTED,
            Self::Stage { code: Some(code), .. } => code,
            Self::Io { .. } | Self::Process { .. } | Self::Stage { .. } => &benchmark::STAGE_FAILED,
        }
    }
}

/// For `map_err`: what was done, and with what.
pub(crate) fn failed<'a>(
    doing: &'static str,
    path: &'a std::path::Path,
) -> impl FnOnce(io::Error) -> BenchError + 'a {
    move |source| BenchError::Io { doing, path: path.to_owned(), source }
}
