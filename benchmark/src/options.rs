//! What to measure, and how.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use waybill_downloader::Location;

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
