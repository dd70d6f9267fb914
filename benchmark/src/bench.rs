//! One benchmark, from its request to its report.

use crate::child::{self, Used};
use crate::folder::{Folder, Ground};
use crate::limit::{Limit, least};
use crate::options::{BenchError, BenchOptions, BenchRequest, PayloadPlan, Subject, failed};
use crate::rounds::{Round, RoundRunner, Watcher};
use crate::stage::{Facts, Stage, processors};
use crate::task::{Origin, Task};
use crate::{figures, machine};
use std::path::Path;
use waybill_context::Context;
use waybill_downloader::Location;
use waybill_schemas::report::benchmark::{BenchmarkReport, LimitReport, PayloadFacts, Spread, StageReport};

/// The limits for a content from another server. It is not known which of its files are deflated, so inflating and
/// deflating are left out.
const OF_DELIVERY: [Limit; 7] = [
    Limit::Sha256,
    Limit::Blake3,
    Limit::AesDecrypt,
    Limit::FileWrite,
    Limit::FileSync,
    Limit::FileRead,
    Limit::Http,
];

/// Measures packing and delivery, and removes everything that it made.
///
/// # Errors
/// There is not enough free space, a stage fails, or the caller's cancel flag is set.
pub fn bench(
    request: &BenchRequest,
    watcher: &dyn Watcher,
    context: &Context<'_>,
) -> Result<BenchmarkReport, BenchError> {
    let measured = context.clock().now();
    let options = &request.options;
    if let Subject::Made(plan) = &request.subject {
        check_room(&options.folder, plan.size)?;
    }
    let folder = Folder::new(&options.folder)?;
    let ground = Ground::at(folder.path());
    let (facts, from) = prepare(request, &ground, watcher, context)?;
    let runner = RoundRunner { options, ground: &ground, facts, from, context };
    let (limits, stages): (&[Limit], &[Stage]) = match request.subject {
        Subject::Made(_) => (&Limit::ALL, &Stage::ALL),
        Subject::Served(_) => (&OF_DELIVERY, &Stage::DELIVERY),
    };
    let mut rounds = Vec::new();
    for round in 1..=options.runs {
        watcher.begins(&format!("round {round} of {}", options.runs));
        rounds.push(runner.round(limits, stages)?);
    }
    // Closed before the report, so that a folder that cannot be removed is an error.
    folder.close()?;
    Ok(BenchmarkReport {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        measured: timestamp(measured),
        machine: machine::this(),
        payload: payload_facts(&request.subject, &facts),
        runs: options.runs,
        threads: u32::try_from(options.threads).unwrap_or(u32::MAX),
        limits: limits.iter().filter_map(|limit| limit_report(*limit, &rounds)).collect(),
        stages: stages
            .iter()
            .filter_map(|stage| stage_report(*stage, &rounds, &facts, options.threads))
            .collect(),
        comparison: None,
    })
}

pub(crate) fn timestamp(time: std::time::SystemTime) -> String {
    jiff::Timestamp::try_from(time).unwrap_or_default().strftime("%FT%TZ").to_string()
}

fn prepare(
    request: &BenchRequest,
    ground: &Ground,
    watcher: &dyn Watcher,
    context: &Context<'_>,
) -> Result<(Facts, Option<Origin>), BenchError> {
    let options = &request.options;
    match &request.subject {
        Subject::Made(plan) => Ok((make(options, plan, ground, watcher, context)?, None)),
        Subject::Served(location) => {
            let from = match location {
                Location::File(path) => Origin::File(path.clone()),
                Location::Url(url) => Origin::Url(url.expose().to_string()),
            };
            watcher.begins("fetching once, to know what comes");
            let task = Task::Survey { ground: ground.clone(), from: from.clone(), threads: options.threads };
            let used = child::run(&options.program, "the first fetch", &task, context)?;
            let facts = facts(&used, "the first fetch")?;
            ground.clear().map_err(failed("remove", &ground.output()))?;
            Ok((facts, Some(from)))
        }
    }
}

/// Makes, packs and publishes the payload; returns the sizes that result.
pub(crate) fn make(
    options: &BenchOptions,
    plan: &PayloadPlan,
    ground: &Ground,
    watcher: &dyn Watcher,
    context: &Context<'_>,
) -> Result<Facts, BenchError> {
    watcher.begins(&format!("making {} in {} files", figures::size(plan.size), plan.files));
    let task = Task::Make { plan: *plan, ground: ground.clone() };
    child::run(&options.program, "the payload", &task, context)?;
    let task = Task::Prepare { ground: ground.clone(), threads: options.threads };
    facts(&child::run(&options.program, "the package", &task, context)?, "the package")
}

fn facts(used: &Used, what: &str) -> Result<Facts, BenchError> {
    used.answer.facts.ok_or_else(|| BenchError::Stage {
        what: what.to_owned(),
        message: "its process answered something else".to_owned(),
        code: None,
    })
}

/// Checks the free space. The most is used when there are the files, the public content, a download and its files.
pub(crate) fn check_room(folder: &Path, size: u64) -> Result<(), BenchError> {
    const SPARE: u64 = 64 << 20;
    let needed = size.saturating_mul(4).saturating_add(SPARE);
    let folder = std::path::absolute(folder).map_err(failed("find", folder))?;
    // The folder may not exist yet; the nearest folder above it is on the same disk.
    let there = folder.ancestors().find(|above| above.is_dir()).unwrap_or(&folder);
    let available = fs4::available_space(there).map_err(failed("ask for the free space of", there))?;
    if available >= needed { Ok(()) } else { Err(BenchError::NoRoom { folder, available, needed }) }
}

pub(crate) fn payload_facts(subject: &Subject, facts: &Facts) -> PayloadFacts {
    let (data, seed) = match subject {
        Subject::Made(plan) => (plan.data.name(), plan.seed),
        Subject::Served(_) => ("url", 0),
    };
    PayloadFacts {
        data: data.to_owned(),
        seed,
        files: facts.files,
        source: facts.source,
        payload: facts.payload,
        content: facts.content,
    }
}

fn limit_report(limit: Limit, rounds: &[Round]) -> Option<LimitReport> {
    let rates: Vec<f64> = rounds.iter().filter_map(|round| round.rate(limit)).collect();
    let used = rounds.iter().flat_map(|round| &round.limits).find(|(known, _)| *known == limit)?;
    Some(LimitReport {
        name: limit.name().to_owned(),
        what: limit.what().to_owned(),
        bytes: used.1.answer.bytes,
        rate: spread(rates),
    })
}

/// The report of a stage over all rounds, with its share of what the limits of the same round allow. `None` if it was
/// not measured.
pub(crate) fn stage_report(
    stage: Stage,
    rounds: &[Round],
    facts: &Facts,
    threads: usize,
) -> Option<StageReport> {
    let of_round =
        |round: &Round| round.stages.iter().find(|(known, _)| *known == stage).map(|(_, used)| used.clone());
    let used: Vec<_> = rounds.iter().filter_map(of_round).collect();
    let (counted, bytes) = stage.counted(facts);
    let phases = stage.phases(facts, threads, processors());
    let leasts: Vec<_> =
        rounds.iter().filter_map(|round| least(&phases, |limit| round.rate(limit))).collect();
    // A share uses the limits of its own round: whatever slows the machine for a while slows both.
    let shares = leasts.iter().zip(&used).map(|(least, used)| least.seconds / used.answer.seconds);
    // Shares of only some rounds would be compared with shares of all rounds.
    let known = !used.is_empty() && leasts.len() == used.len();
    (!used.is_empty()).then(|| StageReport {
        name: stage.name().to_owned(),
        what: stage.what().to_owned(),
        of: counted.to_owned(),
        bytes,
        seconds: spread(used.iter().map(|used| used.answer.seconds)),
        rate: spread(used.iter().map(|used| bytes as f64 / used.answer.seconds)),
        cpu: spread(used.iter().map(|used| used.cpu)),
        memory: spread(used.iter().map(|used| used.memory as f64)),
        share: known.then(|| spread(shares)),
        bound_by: most_frequent(leasts.iter().map(|least| least.bound_by)).filter(|_| known),
    })
}

/// The most frequent limit; of several the last by name.
fn most_frequent(limits: impl Iterator<Item = Limit>) -> Option<String> {
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    limits.for_each(|limit| *counts.entry(limit.name()).or_default() += 1);
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(name, _)| name.to_owned())
}

/// Median, least and greatest of all figures; zeros if there are none.
pub(crate) fn spread(figures: impl IntoIterator<Item = f64>) -> Spread {
    let mut sorted: Vec<f64> = figures.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let at = |index: usize| sorted.get(index).copied().unwrap_or_default();
    let median = if sorted.len().is_multiple_of(2) {
        f64::midpoint(at(middle.saturating_sub(1)), at(middle))
    } else {
        at(middle)
    };
    Spread { median, min: at(0), max: at(sorted.len().saturating_sub(1)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_odd_and_even_numbers() {
        assert_eq!(spread([3.0, 1.0, 2.0]), Spread { median: 2.0, min: 1.0, max: 3.0 });
        assert_eq!(spread([4.0, 1.0, 2.0, 3.0]), Spread { median: 2.5, min: 1.0, max: 4.0 });
        assert_eq!(spread([7.0]), Spread { median: 7.0, min: 7.0, max: 7.0 });
        assert_eq!(spread([]), Spread { median: 0.0, min: 0.0, max: 0.0 });
    }
}
