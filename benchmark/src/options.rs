//! The request for a benchmark, and its errors.

use crate::stage::processors;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::PathBuf;
use waybill_context::Cancelled;
use waybill_downloader::Location;
use waybill_schemas::codes::{Classified, Code, benchmark, package};

/// The kind of bytes in the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Data {
    /// Random bytes, which do not deflate, like the compressed data of an installer: every file is stored.
    Random,
    /// Words, which deflate to about a third.
    Text,
    /// In turn a file of alternating text and noise, one of noise, and one of text. The first has half of the bytes.
    Mixed,
}

impl Data {
    /// The name of the kind in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Text => "text",
            Self::Mixed => "mixed",
        }
    }
}

/// A payload to be made: its files and their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayloadPlan {
    /// The kind of bytes in the files.
    pub data: Data,
    /// The size of all files together, in bytes.
    pub size: u64,
    /// The number of files. The first has half of the bytes, the others the rest in equal parts.
    pub files: u64,
    /// The seed of the bytes. The same plan makes the same bytes on every machine.
    pub seed: u64,
}

/// The content that is delivered, and its server.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Subject {
    /// A payload that is made, packed and served on loopback by the benchmark.
    Made(PayloadPlan),
    /// A content.json or package by path or URL, whose content another server serves. Packing is not measured.
    Served(Location),
}

/// A benchmark to run.
#[derive(Debug, Clone)]
pub struct BenchRequest {
    /// The content to measure with.
    pub subject: Subject,
    /// Rounds, folder, threads and program.
    pub options: BenchOptions,
}

/// Rounds, folder, threads and program of a benchmark or of each point of a sweep.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BenchOptions {
    /// The number of rounds; each runs every limit and every stage once. Comparing needs 7 or more.
    pub runs: u32,
    /// The folder on the disk that is measured. Everything that is made in it is removed again.
    pub folder: PathBuf,
    /// The number of threads for packing and unpacking.
    pub threads: usize,
    /// How the processes of stages are started.
    pub program: StageProgram,
}

impl BenchOptions {
    /// Options for one round in this folder, with a thread for each processor.
    pub fn new(folder: impl Into<PathBuf>, program: StageProgram) -> Self {
        Self { runs: 1, folder: folder.into(), threads: processors(), program }
    }
}

/// The program that is started for each limit and stage.
#[derive(Debug, Clone)]
pub struct StageProgram {
    /// The path of the program.
    pub path: PathBuf,
    /// The arguments with which it calls [`answer`](crate::answer).
    pub arguments: Vec<String>,
}

/// Why a benchmark failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BenchError {
    /// A folder or file of the benchmark cannot be used.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What could not be done: a verb such as `make`.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The disk has not enough free space.
    #[error("{} has {} MiB free, and {} are needed at once", folder.display(), available >> 20, needed >> 20)]
    NoRoom {
        /// The folder of the benchmark.
        folder: PathBuf,
        /// Free space in bytes.
        available: u64,
        /// The space that is needed at once, in bytes.
        needed: u64,
    },
    /// The process of a stage could not be started, or communication with it failed.
    #[error("{what} cannot be measured: its process cannot be run")]
    Process {
        /// The name of the stage or limit.
        what: String,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The process of a stage reported an error.
    #[error("{what} failed: {message}")]
    Stage {
        /// The name of the stage or limit.
        what: String,
        /// The error that the process reported.
        message: String,
        /// The code of that error, if it is one of packing or fetching.
        code: Option<&'static Code>,
    },
    /// The caller's cancel flag was set.
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

/// Makes an [`Io`](BenchError::Io) error in `map_err`.
pub(crate) fn failed<'a>(
    doing: &'static str,
    path: &'a std::path::Path,
) -> impl FnOnce(io::Error) -> BenchError + 'a {
    move |source| BenchError::Io { doing, path: path.to_owned(), source }
}
