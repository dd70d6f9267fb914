use crate::args::BenchArgs;
use crate::error::Failure;
use crate::exit::Exit;
use crate::location::{content_url, location};
use crate::new_file::{NewFile, refuse_existing};
use crate::output::say;
use crate::package_input::shown;
use crate::report::benchmark::{write_benchmark, write_sweep};
use crate::session::Session;
use serde::Serialize;
use std::path::Path;
use waybill_benchmark::{
    BenchRequest, PayloadPlan, StageProgram, Subject, SweepRequest, Watcher, bench, chart, check_baseline,
    compare, markdown, sweep, sweep_markdown,
};
use waybill_downloader::Location;
use waybill_schemas::codes::{Class, benchmark, command};
use waybill_schemas::report::benchmark::BenchmarkReport;

const MIB: u64 = 1 << 20;

/// Measures, compares, and tells.
pub(crate) fn run(args: &BenchArgs, session: &Session) -> Result<Exit, Failure> {
    if args.size.is_some_and(|size| size.0 == 0) {
        return Err(Failure::new(&command::USAGE, "--size is 0, and nothing is measured with nothing")
            .with_hint("give at least --size 1MiB"));
    }
    let outputs = Outputs::claim(args)?;
    let live = Live { told: !session.output.is_json() && !session.output.is_quiet() };
    if args.sweep {
        let report = sweep(&sweep_request(args)?, &live, &session.context())?;
        outputs.write(&report, sweep_markdown, |_| String::new())?;
        session.output.report(&report, write_sweep)?;
        return Ok(Exit::DONE);
    }
    let request = request(args)?;
    let baseline = args.baseline.as_deref().map(read_baseline).transpose()?;
    if let Some(baseline) = &baseline {
        check_baseline(baseline, &request, args.force)?;
    }
    let mut report = bench(&request, &live, &session.context())?;
    let compared =
        baseline.map(|baseline| compare(&baseline, &report, args.max_regression.0, args.force)).transpose();
    let (comparison, unlike) = match compared {
        Ok(comparison) => (comparison, None),
        Err(error) => (None, Some(error)),
    };
    report.comparison = comparison;
    outputs.write(&report, markdown, chart)?; // a run that cannot be compared is kept all the same
    unlike.map_or(Ok(()), |error| Err(Failure::from(error)))?;
    session.output.report(&report, write_benchmark)?;
    Ok(if has_regressed(&report) { Exit::from(Class::Regression) } else { Exit::DONE })
}

/// Does what a benchmark's process is asked for.
pub(crate) fn answer(session: &Session) -> Result<(), Failure> {
    waybill_benchmark::answer(&session.context()).map_err(|error| {
        Failure::new(&benchmark::STAGE_FAILED, "this is for `waybill bench` to run").caused_by(&error)
    })
}

fn has_regressed(report: &BenchmarkReport) -> bool {
    report.comparison.iter().flat_map(|comparison| &comparison.stages).any(|stage| stage.regressed)
}

fn request(args: &BenchArgs) -> Result<BenchRequest, Failure> {
    Ok(BenchRequest {
        subject: subject(args)?,
        runs: args.runs.unwrap_or(7),
        folder: folder(args),
        threads: threads(args),
        program: program()?,
    })
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
            let (data, files) = (args.data.into(), args.files.unwrap_or(20));
            Subject::Made(PayloadPlan { data, size, files, seed: args.seed })
        },
        Subject::Served,
    ))
}

fn sweep_request(args: &BenchArgs) -> Result<SweepRequest, Failure> {
    Ok(SweepRequest {
        data: args.data.into(),
        seed: args.seed,
        largest: args.size.map_or(8192 * MIB, |size| size.0),
        most_files: args.files.unwrap_or(50_000),
        runs: args.runs.unwrap_or(1),
        folder: folder(args),
        threads: threads(args),
        program: program()?,
    })
}

fn folder(args: &BenchArgs) -> std::path::PathBuf {
    args.folder.clone().unwrap_or_else(std::env::temp_dir)
}

fn threads(args: &BenchArgs) -> usize {
    let available = || std::thread::available_parallelism().map_or(1, usize::from);
    args.threads.map_or_else(available, usize::from)
}

/// This very program.
fn program() -> Result<StageProgram, Failure> {
    let path = std::env::current_exe().map_err(|error| {
        Failure::new(&benchmark::STAGE_FAILED, "this program cannot find itself").caused_by(&error)
    })?;
    Ok(StageProgram { path, arguments: vec!["bench-stage".to_owned()] })
}

fn read_baseline(file: &Path) -> Result<BenchmarkReport, Failure> {
    let bytes = std::fs::read(file).map_err(|error| {
        Failure::new(&command::INPUT_UNREADABLE, "this cannot be read").caused_by(&error).about(&shown(file))
    })?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let failure = Failure::new(&benchmark::BASELINE_UNREADABLE, "this is no benchmark that was kept");
        failure.caused_by(&error).about(&shown(file))
    })
}

/// The files that were asked for, made before anything is measured.
struct Outputs<'a> {
    save: Option<NewFile<'a>>,
    markdown: Option<NewFile<'a>>,
    chart: Option<NewFile<'a>>,
}

impl<'a> Outputs<'a> {
    fn claim(args: &'a BenchArgs) -> Result<Self, Failure> {
        let claim = |path: &'a Option<std::path::PathBuf>| match path {
            None => Ok(None),
            Some(path) if args.replace => NewFile::replacing(path).map(Some),
            Some(path) => {
                refuse_existing(path, "give another name, or --replace")?;
                NewFile::create(path).map(Some)
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
            let json = serde_json::to_string_pretty(report).map_err(|error| {
                Failure::new(&command::OUTPUT_FAILED, "cannot write the run").caused_by(&error)
            })?;
            file.write(format!("{json}\n").as_bytes())?;
        }
        if let Some(file) = self.markdown {
            file.write(markdown(report).as_bytes())?;
        }
        self.chart.map_or(Ok(()), |file| file.write(chart(report).as_bytes()))
    }
}

/// What people see while it goes.
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
