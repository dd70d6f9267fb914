//! The tables of a benchmark as text, which the terminal, the Markdown page and the chart show each in its own form.

use crate::figures::{change, figure, mebibytes, megabytes, percent};
use waybill_schemas::report::benchmark::{
    BenchmarkReport, Comparison, LimitReport, Spread, StageComparison, StageReport, SweepPoint, SweepReport,
};

/// A figure over all rounds, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Figure {
    /// The median of all rounds.
    pub median: String,
    /// The least of all rounds.
    pub least: String,
    /// The greatest of all rounds.
    pub most: String,
}

impl Figure {
    fn new(spread: &Spread, text: fn(f64) -> String) -> Self {
        Self { median: text(spread.median), least: text(spread.min), most: text(spread.max) }
    }
}

/// The row of a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StageRow<'a> {
    /// The name of the stage.
    pub name: &'a str,
    /// The rate in MB/s (10⁶ bytes a second).
    pub rate: Figure,
    /// Processor time in seconds.
    pub cpu: Figure,
    /// Peak memory in MiB.
    pub memory: Figure,
    /// The share of the stage's limit in percent; `None` if the stage has no limit.
    pub share: Option<Figure>,
    /// The limit that takes most of the least time.
    pub bound_by: Option<&'a str>,
}

/// The rows of all stages.
pub fn stage_rows(report: &BenchmarkReport) -> impl Iterator<Item = StageRow<'_>> {
    report.stages.iter().map(|stage| StageRow {
        name: &stage.name,
        rate: Figure::new(&stage.rate, megabytes),
        cpu: Figure::new(&stage.cpu, figure),
        memory: Figure::new(&stage.memory, mebibytes),
        share: stage.share.map(|share| Figure::new(&share, percent)),
        bound_by: stage.bound_by.as_deref(),
    })
}

/// The rate of a limit in MB/s.
pub fn limit_rate(limit: &LimitReport) -> Figure {
    Figure::new(&limit.rate, megabytes)
}

/// The row of a stage that is compared with a baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ComparedRow<'a> {
    /// The name of the stage.
    pub name: &'a str,
    /// The share in the baseline, in percent.
    pub before: String,
    /// The share in this run, in percent.
    pub now: Figure,
    /// The relative change from the baseline to this run, in percent.
    pub change: String,
    /// How the change is judged.
    pub meaning: ShareChange,
}

/// How a change of a stage's share is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShareChange {
    /// Even the best round lost more than is allowed.
    Regressed,
    /// The median lost more than is allowed, but the best round did not.
    NotInEveryRun,
    /// The median gained more than it was allowed to lose.
    Gained,
    /// The change is within what is allowed.
    AsBefore,
}

/// The rows of all stages that both runs have.
pub fn compared_rows(comparison: &Comparison) -> impl Iterator<Item = ComparedRow<'_>> {
    comparison.stages.iter().map(|stage| ComparedRow {
        name: &stage.name,
        before: percent(stage.before),
        now: Figure::new(&stage.now, percent),
        change: change(stage.change),
        meaning: classify(stage, comparison.allowed),
    })
}

fn classify(stage: &StageComparison, allowed: f64) -> ShareChange {
    match stage {
        StageComparison { regressed: true, .. } => ShareChange::Regressed,
        _ if stage.change < -allowed => ShareChange::NotInEveryRun,
        _ if stage.change > allowed => ShareChange::Gained,
        _ => ShareChange::AsBefore,
    }
}

/// The rows of the stages that regressed.
pub fn regressed(comparison: &Comparison) -> Vec<ComparedRow<'_>> {
    compared_rows(comparison).filter(|row| row.meaning == ShareChange::Regressed).collect()
}

/// Throughput and memory of each stage as the size or the number of files grows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SweepTable<'a> {
    /// A title that says what grows.
    pub title: &'static str,
    /// Whether the number of files grows rather than their size.
    pub grows_in_files: bool,
    /// The names of the columns: the stages that any point has.
    pub stages: Vec<&'a str>,
    /// A row for each point.
    pub rows: Vec<SweepRow>,
}

/// A point of a sweep: one size and number of files.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SweepRow {
    /// The size of all files in bytes.
    pub size: u64,
    /// The number of files.
    pub files: u64,
    /// The rate in MB/s and peak memory in MiB of each stage of the table; `None` if the point does not have it.
    pub cells: Vec<Option<(String, String)>>,
}

/// The tables of a sweep, for growing sizes and for growing numbers of files, without those that have no point.
pub fn sweep_tables(report: &SweepReport) -> impl Iterator<Item = SweepTable<'_>> {
    [("size", "As the size grows"), ("files", "As the number of files grows")].into_iter().filter_map(
        |(grows, title)| {
            let points: Vec<_> = report.points.iter().filter(|point| point.grows == grows).collect();
            let mut stages: Vec<&str> = Vec::new();
            for stage in points.iter().flat_map(|point| &point.stages) {
                if !stages.contains(&stage.name.as_str()) {
                    stages.push(&stage.name);
                }
            }
            let rows: Vec<_> = points.iter().map(|point| sweep_row(point, &stages)).collect();
            let grows_in_files = grows == "files";
            (!rows.is_empty()).then_some(SweepTable { title, grows_in_files, stages, rows })
        },
    )
}

fn sweep_row(point: &SweepPoint, names: &[&str]) -> SweepRow {
    let figures = |stage: &StageReport| (megabytes(stage.rate.median), mebibytes(stage.memory.median));
    let cell = |name: &&str| point.stages.iter().find(|stage| stage.name == *name).map(figures);
    let (size, files) = (point.payload.source, point.payload.files);
    SweepRow { size, files, cells: names.iter().map(cell).collect() }
}
