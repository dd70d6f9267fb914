//! What `waybill bench` measured: stages against what this machine can do, and a run against an earlier one.

use serde::{Deserialize, Serialize};

/// A benchmark: kept as a file, it is the baseline of later ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct BenchmarkReport {
    /// The version of waybill that was measured.
    pub version: String,
    /// When it began (RFC 3339, UTC).
    pub measured: String,
    /// What it ran on.
    pub machine: MachineKind,
    /// What was packed and delivered.
    pub payload: PayloadFacts,
    /// Rounds: each runs every limit and every stage once, one after the other.
    pub runs: u32,
    /// Threads that packed and unpacked.
    pub threads: u32,
    /// What the machine can do at best, measured in the same rounds.
    pub limits: Vec<LimitReport>,
    /// What the stages do.
    pub stages: Vec<StageReport>,
    /// How it stands to an earlier run, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
}

/// What figures depend on besides the program: shares travel between equal kinds, absolute figures do not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MachineKind {
    /// `linux`, `windows`, `macos`.
    pub system: String,
    /// `x86_64`, `aarch64`.
    pub architecture: String,
    /// The processor's name, where the system reports it.
    pub processor: String,
    /// Threads that run at once.
    pub threads: u32,
}

/// What was packed and delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PayloadFacts {
    /// `random`, `text`, `mixed`; `url` where it came from a server and not from here.
    pub data: String,
    /// What its bytes were made of; the same seed makes the same bytes on every machine.
    pub seed: u64,
    /// The number of files.
    pub files: u64,
    /// Bytes of these files.
    pub source: u64,
    /// Bytes of the payload, the inner zip.
    pub payload: u64,
    /// Bytes of the encrypted content.
    pub content: u64,
}

/// Median, least and most of all rounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Spread {
    /// The middle value; of an even number of rounds the mean of the middle two.
    pub median: f64,
    /// The smallest value of all rounds.
    pub min: f64,
    /// The largest value of all rounds.
    pub max: f64,
}

/// One thing this machine can do, on one thread and with nothing around it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LimitReport {
    /// Its name: e.g. `sha-256`.
    pub name: String,
    /// What was done, one line.
    pub what: String,
    /// Bytes that went through in a round.
    pub bytes: u64,
    /// The throughput in bytes per second.
    pub rate: Spread,
}

/// What one stage did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct StageReport {
    /// Its name: e.g. `unpack`.
    pub name: String,
    /// What was done, one line.
    pub what: String,
    /// What its bytes are: `source`, `payload` or `content`.
    pub of: String,
    /// Bytes that went through in a round.
    pub bytes: u64,
    /// Wall time in seconds.
    pub seconds: Spread,
    /// The throughput in bytes per second.
    pub rate: Spread,
    /// Processor time in seconds, of all threads, user and system.
    pub cpu: Spread,
    /// Peak memory of the stage's process in bytes.
    pub memory: Spread,
    /// The least time that the limits of the same round allow, of the time it took: 1 is all this machine can do. More
    /// is possible: the limits are those of one thread, and two threads of one core do not share it by halves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Spread>,
    /// The limit that takes most of that least time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound_by: Option<String>,
}

/// How a run stands to its baseline. Shares are compared, not times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The baseline's version of waybill.
    pub version: String,
    /// When the baseline was measured.
    pub measured: String,
    /// False where it was measured on another kind of machine, which was allowed by force.
    pub same_machine: bool,
    /// How much of a share may be lost: 0.1 is a tenth.
    pub allowed: f64,
    /// Every stage that both runs have.
    pub stages: Vec<StageComparison>,
}

/// One stage in both runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct StageComparison {
    /// The name of the stage, e.g. `unpack`.
    pub name: String,
    /// The baseline's median share.
    pub before: f64,
    /// This run's share: median, least and most of all rounds.
    pub now: Spread,
    /// This run's median against the baseline's: -0.2 is a fifth lost.
    pub change: f64,
    /// Whether it lost more than is allowed: even its best round lies beyond the limit.
    pub regressed: bool,
}

/// How throughput and memory go as work grows: what `waybill bench --sweep` measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SweepReport {
    /// The version of waybill that was measured.
    pub version: String,
    /// When it began (RFC 3339, UTC).
    pub measured: String,
    /// What it ran on.
    pub machine: MachineKind,
    /// `random`, `text`, `mixed`.
    pub data: String,
    /// What its bytes were made of.
    pub seed: u64,
    /// Rounds of each point.
    pub runs: u32,
    /// The points, first by size, then by number of files.
    pub points: Vec<SweepPoint>,
    /// Where a curve bends, one sentence each.
    pub bends: Vec<String>,
}

/// One size and number of files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SweepPoint {
    /// Which of the two grows: `size` or `files`.
    pub grows: String,
    /// What was packed and delivered.
    pub payload: PayloadFacts,
    /// What the stages did, without shares.
    pub stages: Vec<StageReport>,
}
