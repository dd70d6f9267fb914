//! `waybill bench`: measures packing and delivery, compares with an earlier run, and keeps the run.

use crate::args::{Size, choice, whole_number};
use crate::commands::bench_page::{write_benchmark, write_sweep};
use crate::error::Failure;
use crate::exit::Exit;
use crate::files::{NewFile, content_url, location, refuse_existing, shown, unreadable};
use crate::output::say;
use crate::session::Session;
use clap::Args;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use waybill_benchmark::{
    BenchOptions, BenchRequest, Data, PayloadPlan, StageProgram, Subject, SweepRequest, Watcher, bench,
    chart, check_baseline, compare, markdown, sweep, sweep_markdown,
};
use waybill_downloader::Location;
use waybill_schemas::codes::{Class, benchmark, command};
use waybill_schemas::report::benchmark::BenchmarkReport;
use waybill_schemas::{DOCUMENT_LIMIT, JsonFault, read_regular, write_json};

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
    size: Option<Size>,
    /// What they are like: random is stored, text deflates to a third, mixed is both
    #[arg(long, value_name = "KIND", default_value = "mixed", value_parser = choice(&DATA))]
    data: Data,
    /// How many they are [default: 20; with --sweep the most, 50000]
    #[arg(long, value_name = "N", value_parser = whole_number::<u64>(1..=190_000))]
    files: Option<u64>,
    /// The same seed makes the same bytes everywhere
    #[arg(long, value_name = "N", default_value = "1", value_parser = whole_number::<u64>(0..=u64::MAX))]
    seed: u64,
    /// Rounds; each runs everything once [default: 7; with --sweep 1]
    #[arg(long, value_name = "N", value_parser = whole_number::<u32>(1..=1000))]
    runs: Option<u32>,
    /// Threads to pack and unpack with [default: as many as there are]
    #[arg(long, value_name = "N", value_parser = whole_number::<u16>(1..=64))]
    threads: Option<u16>,
    /// The folder whose disk is measured [default: the temporary one]
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Fetch this content.json or package from a real server, instead of making one and serving it here
    #[arg(long, value_name = "URL|DOCUMENT", conflicts_with_all = MADE_HERE)]
    url: Option<String>,
    /// The same URL in a file (`-`: stdin), where it is signed and should stand in no process list
    #[arg(long, value_name = "FILE", conflicts_with_all = MADE_HERE, conflicts_with = "url")]
    url_file: Option<PathBuf>,
    /// How throughput and memory go as work grows: sizes from 1 MiB, then numbers of files from 1
    #[arg(long, conflicts_with_all = ["baseline", "chart"])]
    sweep: bool,
    /// Keep the run as JSON: a baseline for later ones
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Write tables in Markdown, for a pull request
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Draw the stages against their limits, as SVG
    #[arg(long, value_name = "FILE.svg")]
    chart: Option<PathBuf>,
    /// Replace what is there under these three names
    #[arg(long, alias = "replace")]
    force: bool,
    /// Compare with a run that was kept
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// How much of its share a stage may lose
    #[arg(long, value_name = "PERCENT", default_value = "10%", requires = "baseline")]
    max_regression: Percent,
    /// Compare with a run on another kind of machine or of another payload, too
    #[arg(long, requires = "baseline")]
    compare_anyway: bool,
}

/// The options that say how a payload is made, which have no meaning where one is fetched from elsewhere.
const MADE_HERE: [&str; 5] = ["size", "data", "files", "seed", "sweep"];

/// The names of `--data`, and what they stand for.
const DATA: [(&str, Data); 3] = [("random", Data::Random), ("text", Data::Text), ("mixed", Data::Mixed)];

/// A share, written as `10%`, `2.5 %` or `10`; a tenth is 0.1.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Percent(pub(crate) f64);

impl FromStr for Percent {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "not a percentage from 0 to 99 such as 10%";
        let number = text.trim().trim_end_matches('%').trim_end();
        let percent: f64 = number.parse().map_err(|_| WRONG)?;
        if (0.0..=99.0).contains(&percent) { Ok(Self(percent / 100.0)) } else { Err(WRONG) }
    }
}

const MIB: u64 = 1 << 20;

/// Runs the benchmark, compares it with the baseline, and prints the figures.
pub(crate) fn run(args: &BenchArgs, session: &Session) -> Result<Exit, Failure> {
    if args.size.is_some_and(|size| size.0 == 0) {
        return Err(Failure::new(&command::USAGE, "--size is 0, and nothing is measured with nothing")
            .with_hint("give at least --size 1MiB"));
    }
    // Created before the work: a benchmark of ten minutes must not end with a file that cannot be written.
    let outputs = Outputs::claim(args)?;
    let live = Live { told: session.output.is_followed() };
    if args.sweep {
        let report = sweep(&sweep_request(args)?, &live, &session.context())?;
        outputs.write(&report, sweep_markdown, |_| String::new())?;
        session.output.report(&report, write_sweep)?;
        return Ok(Exit::DONE);
    }
    let request = request(args)?;
    let baseline = args.baseline.as_deref().map(read_baseline).transpose()?;
    if let Some(baseline) = &baseline {
        check_baseline(baseline, &request, args.compare_anyway)?;
    }
    let mut report = bench(&request, &live, &session.context())?;
    let compared = baseline
        .map(|baseline| compare(&baseline, &report, args.max_regression.0, args.compare_anyway))
        .transpose();
    let (comparison, unlike) = match compared {
        Ok(comparison) => (comparison, None),
        Err(error) => (None, Some(error)),
    };
    report.comparison = comparison;
    // A run that cannot be compared was measured all the same, so it is kept.
    outputs.write(&report, markdown, chart)?;
    unlike.map_or(Ok(()), |error| Err(Failure::from(error)))?;
    session.output.report(&report, write_benchmark)?;
    Ok(if has_regressed(&report) { Exit::from(Class::Regression) } else { Exit::DONE })
}

/// Answers the request on stdin of a process that measures one stage.
pub(crate) fn answer(session: &Session) -> Result<(), Failure> {
    waybill_benchmark::answer(&session.context()).map_err(|error| {
        Failure::new(&benchmark::STAGE_FAILED, "this is for `waybill bench` to run").caused_by(&error)
    })
}

fn has_regressed(report: &BenchmarkReport) -> bool {
    report.comparison.iter().flat_map(|comparison| &comparison.stages).any(|stage| stage.regressed)
}

fn request(args: &BenchArgs) -> Result<BenchRequest, Failure> {
    Ok(BenchRequest { subject: subject(args)?, options: options(args, 7)? })
}

fn subject(args: &BenchArgs) -> Result<Subject, Failure> {
    let named = match (&args.url, &args.url_file) {
        (Some(url), _) => Some(location(url)?),
        (None, Some(file)) => content_url(Some(file))?.map(Location::Url),
        (None, None) => None,
    };
    Ok(named.map_or_else(
        || {
            let size = args.size.map_or(256 * MIB, |size| size.0);
            let (data, files) = (args.data, args.files.unwrap_or(20));
            Subject::Made(PayloadPlan { data, size, files, seed: args.seed })
        },
        Subject::Served,
    ))
}

fn sweep_request(args: &BenchArgs) -> Result<SweepRequest, Failure> {
    Ok(SweepRequest {
        data: args.data,
        seed: args.seed,
        largest: args.size.map_or(8192 * MIB, |size| size.0),
        most_files: args.files.unwrap_or(50_000),
        options: options(args, 1)?,
    })
}

fn options(args: &BenchArgs, runs: u32) -> Result<BenchOptions, Failure> {
    let folder = args.folder.clone().unwrap_or_else(std::env::temp_dir);
    let mut options = BenchOptions::new(folder, program()?);
    options.runs = args.runs.unwrap_or(runs);
    options.threads = args.threads.map_or(options.threads, usize::from);
    Ok(options)
}

/// The path of this program, which measures each stage in a process of its own.
fn program() -> Result<StageProgram, Failure> {
    let path = std::env::current_exe().map_err(|error| {
        Failure::new(&benchmark::STAGE_FAILED, "this program cannot find itself").caused_by(&error)
    })?;
    Ok(StageProgram { path, arguments: vec!["bench-stage".to_owned()] })
}

fn read_baseline(file: &Path) -> Result<BenchmarkReport, Failure> {
    let bytes = read_regular(file, DOCUMENT_LIMIT).map_err(|error| {
        unreadable(&command::INPUT_UNREADABLE, "this cannot be read", &error).about(&shown(file))
    })?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let failure = Failure::new(&benchmark::BASELINE_UNREADABLE, "this is no benchmark that was kept");
        failure.caused_by(&JsonFault::from(&error)).about(&shown(file))
    })
}

/// The files for the results, created before anything is measured.
struct Outputs<'a> {
    save: Option<NewFile<'a>>,
    markdown: Option<NewFile<'a>>,
    chart: Option<NewFile<'a>>,
}

impl<'a> Outputs<'a> {
    fn claim(args: &'a BenchArgs) -> Result<Self, Failure> {
        let claim = |path: &'a Option<std::path::PathBuf>| match path {
            None => Ok(None),
            Some(path) => {
                if !args.force {
                    refuse_existing(path, "give another name, or --force")?;
                }
                NewFile::create(path, args.force).map(Some)
            }
        };
        Ok(Self { save: claim(&args.save)?, markdown: claim(&args.markdown)?, chart: claim(&args.chart)? })
    }

    fn write<T: Serialize>(
        self,
        report: &T,
        markdown: impl FnOnce(&T) -> String,
        chart: impl FnOnce(&T) -> String,
    ) -> Result<(), Failure> {
        if let Some(file) = self.save {
            let mut json = Vec::new();
            write_json(&mut json, report, true).map_err(|error| {
                Failure::new(&command::OUTPUT_FAILED, "cannot write the run").caused_by(&error)
            })?;
            json.push(b'\n');
            file.write(&json)?;
        }
        if let Some(file) = self.markdown {
            file.write(markdown(report).as_bytes())?;
        }
        self.chart.map_or(Ok(()), |file| file.write(chart(report).as_bytes()))
    }
}

/// Reports progress to people while the benchmark runs.
struct Live {
    told: bool,
}

impl Watcher for Live {
    fn begins(&self, what: &str) {
        if self.told {
            say(what);
        }
    }
}

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
