//! The tables of a benchmark, in words: what the terminal, the page and the picture all show, each in its own form.

use crate::figures::{change, figure, mebibytes, megabytes, percent};
use waybill_schemas::report::benchmark::{
    BenchmarkReport, Comparison, LimitReport, Spread, StageComparison, StageReport, SweepPoint, SweepReport,
};

/// A figure of all rounds, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// The middle one.
    pub median: String,
    /// The least.
    pub least: String,
    /// The most.
    pub most: String,
}

impl Figure {
    fn new(spread: &Spread, text: fn(f64) -> String) -> Self {
        Self { median: text(spread.median), least: text(spread.min), most: text(spread.max) }
    }
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageRow<'a> {
    /// Its name.
    pub name: &'a str,
    /// MB/s.
    pub rate: Figure,
    /// Seconds of the processor.
    pub cpu: Figure,
    /// Peak memory in MiB.
    pub memory: Figure,
    /// The share of its limit, where there is one.
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

/// A stage against the baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedRow<'a> {
    /// The stage's name.
    pub name: &'a str,
    /// The baseline's share.
    pub before: String,
    /// This run's.
    pub now: Figure,
    /// From the one to the other.
    pub change: String,
    /// What that means.
    pub judgement: Judgement,
}

/// What a change of a stage's share means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// Even its best round lost more than is allowed.
    Regressed,
    /// The median lost more than is allowed, and not every round did.
    NotInEveryRun,
    /// It gained more than it might have lost.
    Gained,
    /// Neither.
    AsBefore,
}

/// The rows of all stages that both runs have.
pub fn compared_rows(comparison: &Comparison) -> impl Iterator<Item = ComparedRow<'_>> {
    comparison.stages.iter().map(|stage| ComparedRow {
        name: &stage.name,
        before: percent(stage.before),
        now: Figure::new(&stage.now, percent),
        change: change(stage.change),
        judgement: judgement(stage, comparison.allowed),
    })
}

fn judgement(stage: &StageComparison, allowed: f64) -> Judgement {
    match stage {
        StageComparison { regressed: true, .. } => Judgement::Regressed,
        _ if stage.change < -allowed => Judgement::NotInEveryRun,
        _ if stage.change > allowed => Judgement::Gained,
        _ => Judgement::AsBefore,
    }
}

/// The names of the stages that regressed, and by how much.
pub fn regressed(comparison: &Comparison) -> Vec<ComparedRow<'_>> {
    compared_rows(comparison).filter(|row| row.judgement == Judgement::Regressed).collect()
}

/// How throughput and memory go as one thing grows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweepTable<'a> {
    /// What grows, in words.
    pub title: &'static str,
    /// The number of files grows, not their size.
    pub grows_in_files: bool,
    /// The stages that any of its points has: the columns.
    pub stages: Vec<&'a str>,
    /// A row for each point.
    pub rows: Vec<SweepRow>,
}

/// One size and number of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweepRow {
    /// Bytes of all files.
    pub size: u64,
    /// How many files.
    pub files: u64,
    /// MB/s and peak MiB of each stage of the table.
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
