use super::Size;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::str::FromStr;
use waybill_benchmark::Data;

/// Measure packing and delivery, stage by stage, against what this machine can do
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill bench
  waybill bench --size 2GiB --data random --folder D:\\bench
  waybill bench --json --save baseline.json
  waybill bench --baseline baseline.json --max-regression 10% --markdown comment.md
  waybill bench --url https://cdn.example/7zip.content.json
  waybill bench --sweep --size 1GiB

A share is the least time that this machine's own limits allow, of the time a stage
took: shares travel between machines, seconds do not. It ends with 12 where a stage lost
more of its share than --max-regression in every single round; docs/benchmarks.md tells
how to read it.")]
pub(crate) struct BenchArgs {
    /// Bytes of the payload's files, e.g. 2GiB [default: 256MiB; with --sweep the largest point, 8GiB]
    #[arg(long, value_name = "SIZE")]
    pub(crate) size: Option<Size>,
    /// What they are like: random is stored, text deflates to a third, mixed is both
    #[arg(long, value_name = "KIND", default_value = "mixed")]
    pub(crate) data: DataKind,
    /// How many they are [default: 20; with --sweep the most, 50000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=190_000))]
    pub(crate) files: Option<u64>,
    /// The same seed makes the same bytes everywhere
    #[arg(long, value_name = "N", default_value = "1")]
    pub(crate) seed: u64,
    /// Rounds; each runs everything once [default: 7; with --sweep 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) runs: Option<u32>,
    /// Threads to pack and unpack with [default: as many as there are]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) threads: Option<u16>,
    /// The folder whose disk is measured [default: the temporary one]
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
    /// Fetch this content.json or package from a real server, instead of making one and serving it here
    #[arg(long, value_name = "URL|DOCUMENT", conflicts_with_all = MADE_HERE)]
    pub(crate) url: Option<String>,
    /// The same URL in a file (`-`: stdin), where it is signed and should stand in no process list
    #[arg(long, value_name = "FILE", conflicts_with_all = MADE_HERE, conflicts_with = "url")]
    pub(crate) url_file: Option<PathBuf>,
    /// How throughput and memory go as work grows: sizes from 1 MiB, then numbers of files from 1
    #[arg(long, conflicts_with_all = ["baseline", "chart"])]
    pub(crate) sweep: bool,
    /// Keep the run as JSON: a baseline for later ones
    #[arg(long, value_name = "FILE")]
    pub(crate) save: Option<PathBuf>,
    /// Write tables in Markdown, for a pull request
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
    /// Draw the stages against their limits, as SVG
    #[arg(long, value_name = "FILE.svg")]
    pub(crate) chart: Option<PathBuf>,
    /// Replace what is there under these three names
    #[arg(long)]
    pub(crate) replace: bool,
    /// Compare with a run that was kept
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// How much of its share a stage may lose
    #[arg(long, value_name = "PERCENT", default_value = "10%", requires = "baseline")]
    pub(crate) max_regression: Percent,
    /// Compare with a run on another kind of machine or of another payload, too
    #[arg(long, requires = "baseline")]
    pub(crate) force: bool,
}

/// What says how a payload is made, and so nothing where somebody else's is fetched.
const MADE_HERE: [&str; 5] = ["size", "data", "files", "seed", "sweep"];

/// The kinds of data, as they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DataKind {
    Random,
    Text,
    Mixed,
}

impl From<DataKind> for Data {
    fn from(kind: DataKind) -> Self {
        match kind {
            DataKind::Random => Self::Random,
            DataKind::Text => Self::Text,
            DataKind::Mixed => Self::Mixed,
        }
    }
}

/// `10%`, `2.5 %` or `10`: a tenth is 0.1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Percent(pub(crate) f64);

impl FromStr for Percent {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "not a percentage from 0 to 99 such as 10%";
        let number = text.trim().trim_end_matches('%').trim_end();
        let percent: f64 = number.parse().map_err(|_| WRONG)?;
        if (0.0..=99.0).contains(&percent) { Ok(Self(percent / 100.0)) } else { Err(WRONG) }
    }
}

/// Measure one thing that is asked for on stdin: how `waybill bench` runs each stage
#[derive(Debug, Args)]
#[command(hide = true)]
pub(crate) struct BenchStageArgs {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_read_with_and_without_their_sign() {
        for (text, part) in [("10%", 0.1), ("10", 0.1), ("2.5 %", 0.025), ("0", 0.0)] {
            assert_eq!(text.parse(), Ok(Percent(part)), "{text}");
        }
        for text in ["", "%", "ten", "-1", "100%", "nan", "inf"] {
            assert!(text.parse::<Percent>().is_err(), "{text}");
        }
    }
}
