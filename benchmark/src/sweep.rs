//! Measuring how cost grows: the same stages at many sizes and at many numbers of files.

use crate::bench::{check_room, make, payload_facts, stage_report, timestamp};
use crate::folder::{Folder, Ground};
use crate::machine;
use crate::options::{BenchError, BenchOptions, Data, PayloadPlan, Subject};
use crate::rounds::{RoundRunner, Watcher};
use crate::stage::Stage;
use waybill_context::Context;
use waybill_schemas::report::benchmark::{StageReport, SweepPoint, SweepReport};

const MIB: u64 = 1 << 20;
const SIZES: [u64; 7] = [MIB, 8 * MIB, 64 * MIB, 256 * MIB, 1024 * MIB, 4096 * MIB, 8192 * MIB];
const FILES: [u64; 6] = [1, 10, 100, 1000, 10_000, 50_000];
/// The number of files at each size, and the size in bytes at each number of files.
const FILES_OF_SIZES: u64 = 20;
const SIZE_OF_FILES: u64 = 256 * MIB;

/// A sweep to run.
#[derive(Debug, Clone)]
pub struct SweepRequest {
    /// The kind of bytes in the payloads.
    pub data: Data,
    /// The seed of the bytes.
    pub seed: u64,
    /// The largest size in bytes; larger points are left out.
    pub largest: u64,
    /// The largest number of files; points with more are left out.
    pub most_files: u64,
    /// Rounds of each point, folder, threads and program.
    pub options: BenchOptions,
}

/// Measures every point, one after the other, and removes everything that it made.
///
/// # Errors
/// There is not enough free space for the largest point (checked before the first one), a stage fails, or the caller's
/// cancel flag is set.
pub fn sweep(
    request: &SweepRequest,
    watcher: &dyn Watcher,
    context: &Context<'_>,
) -> Result<SweepReport, BenchError> {
    let measured = context.clock().now();
    let plans = plans(request);
    check_room(&request.options.folder, plans.iter().map(|(_, plan)| plan.size).max().unwrap_or(0))?;
    let mut points = Vec::new();
    for (grows, plan) in plans {
        points.push(point(&request.options, grows, plan, watcher, context)?);
    }
    Ok(SweepReport {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        measured: timestamp(measured),
        machine: machine::this(),
        data: request.data.name().to_owned(),
        seed: request.seed,
        runs: request.options.runs,
        bends: bends(&points),
        points,
    })
}

fn plans(request: &SweepRequest) -> Vec<(&'static str, PayloadPlan)> {
    let plan = |size, files| PayloadPlan { data: request.data, size, files, seed: request.seed };
    let sizes = SIZES.into_iter().filter(|size| *size <= request.largest);
    let files = FILES.into_iter().filter(|files| *files <= request.most_files);
    let size_of_files = SIZE_OF_FILES.min(request.largest);
    sizes
        .map(|size| ("size", plan(size, FILES_OF_SIZES.min(request.most_files))))
        .chain(files.map(|files| ("files", plan(size_of_files, files))))
        .collect()
}

fn point(
    options: &BenchOptions,
    grows: &str,
    plan: PayloadPlan,
    watcher: &dyn Watcher,
    context: &Context<'_>,
) -> Result<SweepPoint, BenchError> {
    // Each point has its own folder, which is removed before the next one, so that the free space need only suffice
    // for the largest.
    let folder = Folder::new(&options.folder)?;
    let ground = Ground::at(folder.path());
    let facts = make(options, &plan, &ground, watcher, context)?;
    let runner = RoundRunner { options, ground: &ground, facts, from: None, context };
    let rounds =
        (0..options.runs).map(|_| runner.round(&[], &Stage::SWEEP)).collect::<Result<Vec<_>, _>>()?;
    let stages =
        Stage::SWEEP.into_iter().filter_map(|stage| stage_report(stage, &rounds, &facts, options.threads));
    let point = SweepPoint {
        grows: grows.to_owned(),
        payload: payload_facts(&Subject::Made(plan), &facts),
        stages: stages.collect(),
    };
    folder.close()?;
    Ok(point)
}

/// Finds points where the throughput of a stage falls below three quarters of the best of the smaller points, or its
/// memory rises by more than a quarter and 4 MiB over the point before; one sentence for each.
fn bends(points: &[SweepPoint]) -> Vec<String> {
    let mut found = Vec::new();
    for grows in ["size", "files"] {
        let row: Vec<&SweepPoint> = points.iter().filter(|point| point.grows == grows).collect();
        for stage in Stage::SWEEP.map(Stage::name) {
            for (index, point) in row.iter().enumerate().skip(1) {
                let Some(now) = named(point, stage) else { continue };
                let earlier: Vec<_> = row[..index].iter().filter_map(|point| named(point, stage)).collect();
                found.extend(bend(stage, &at(point), now, &earlier));
            }
        }
    }
    found
}

fn named<'a>(point: &'a SweepPoint, stage: &str) -> Option<&'a StageReport> {
    point.stages.iter().find(|report| report.name == stage)
}

fn at(point: &SweepPoint) -> String {
    format!("{:.1} MiB in {} files", point.payload.source as f64 / MIB as f64, point.payload.files)
}

fn bend(stage: &str, place: &str, now: &StageReport, earlier: &[&StageReport]) -> Vec<String> {
    let best = earlier.iter().map(|report| report.rate.median).fold(0.0, f64::max);
    let before = earlier.last().map_or(0.0, |report| report.memory.median);
    let mut found = Vec::new();
    if now.rate.median < 0.75 * best {
        let (now, best) = (now.rate.median / 1e6, best / 1e6);
        found.push(format!("{stage} at {place}: {now:.0} MB/s, where {best:.0} were reached before"));
    }
    if now.memory.median > 1.25 * before + (4 * MIB) as f64 {
        let (now, before) = (now.memory.median / MIB as f64, before / MIB as f64);
        found.push(format!(
            "{stage} at {place}: {now:.0} MiB of memory, where {before:.0} were enough before"
        ));
    }
    found
}
