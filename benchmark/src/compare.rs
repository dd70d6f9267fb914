//! Comparing a run with an earlier one, by shares of limits instead of times.

use crate::options::{BenchRequest, Subject};
use crate::{machine, payload};
use thiserror::Error;
use waybill_schemas::codes::{Classified, Code, benchmark};
use waybill_schemas::report::benchmark::{
    BenchmarkReport, Comparison, MachineKind, PayloadFacts, StageComparison, StageReport,
};

/// The fewest rounds of runs that can be compared. With fewer, the spread says too little.
pub const ROUNDS_TO_COMPARE: u32 = 7;

/// Why two runs cannot be compared.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CompareError {
    /// One of the two runs has too few rounds.
    #[error("{which} has {runs} rounds, and comparing takes {ROUNDS_TO_COMPARE} or more")]
    Rounds {
        /// The run with too few rounds: `this run` or `the baseline`.
        which: &'static str,
        /// How many rounds it has.
        runs: u32,
    },
    /// A stage with a share in the baseline has none in this run.
    #[error("the baseline has a share of {stage}, and this run has none")]
    Share {
        /// The name of the stage.
        stage: String,
    },
    /// The two runs have no stage with a share in common.
    #[error("the baseline has no stage with a share that this run has too")]
    Nothing,
    /// The runs measured different payloads.
    #[error("the baseline measured {before}, and this run {now}")]
    Payload {
        /// The payload of the baseline, in words.
        before: String,
        /// The payload of this run, in words.
        now: String,
    },
    /// The runs were measured on different kinds of machines, or the processor is unknown.
    #[error("the baseline was measured on {before}, and this run on {now}")]
    Machine {
        /// The machine of the baseline, in words.
        before: String,
        /// The machine of this run, in words.
        now: String,
    },
}

impl Classified for CompareError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Rounds { .. } => &benchmark::TOO_FEW_ROUNDS,
            _ => &benchmark::BASELINE_UNLIKE,
        }
    }
}

/// Checks before a run of `request` whether it can be compared with `baseline`.
///
/// # Errors
/// Those of [`compare`].
pub fn check_baseline(
    baseline: &BenchmarkReport,
    request: &BenchRequest,
    force: bool,
) -> Result<(), CompareError> {
    check_rounds("the baseline", baseline.runs)?;
    check_rounds("this run", request.options.runs)?;
    if force {
        return Ok(());
    }
    let payload = planned(&request.subject, &baseline.payload);
    check_alike(baseline, &payload, &machine::this(), request.options.threads)
}

/// The facts of a payload as far as they are known before it is made; the others are those of the baseline.
fn planned(subject: &Subject, baseline: &PayloadFacts) -> PayloadFacts {
    match subject {
        Subject::Made(plan) => {
            let (data, seed) = (plan.data.name().to_owned(), plan.seed);
            PayloadFacts {
                data,
                seed,
                files: payload::files(plan),
                source: payload::bytes(plan),
                ..baseline.clone()
            }
        }
        Subject::Served(_) => PayloadFacts { data: "url".to_owned(), ..baseline.clone() },
    }
}

/// Compares `now` with `baseline`. A share may be smaller by the part `allowed`; a stage has regressed if even its best
/// round is worse than that. `force` also compares runs of different payloads and machines.
///
/// # Errors
/// One of the runs has too few rounds, or they have no stage in common. Without `force` also: different payloads,
/// different kinds of machines, or a stage that this run lacks.
pub fn compare(
    baseline: &BenchmarkReport,
    now: &BenchmarkReport,
    allowed: f64,
    force: bool,
) -> Result<Comparison, CompareError> {
    check_rounds("the baseline", baseline.runs)?;
    check_rounds("this run", now.runs)?;
    if !force {
        check_alike(baseline, &now.payload, &now.machine, now.threads as usize)?;
    }
    let mut stages = Vec::new();
    for before in baseline.stages.iter().filter(|stage| stage.share.is_some()) {
        let stage = now.stages.iter().find(|stage| stage.name == before.name);
        match stage.and_then(|stage| compared(before, stage, allowed)) {
            Some(compared) => stages.push(compared),
            None if force => {}
            None => return Err(CompareError::Share { stage: before.name.clone() }),
        }
    }
    if stages.is_empty() {
        return Err(CompareError::Nothing);
    }
    Ok(Comparison {
        version: baseline.version.clone(),
        measured: baseline.measured.clone(),
        same_machine: baseline.machine == now.machine,
        allowed,
        stages,
    })
}

fn check_rounds(which: &'static str, runs: u32) -> Result<(), CompareError> {
    if runs < ROUNDS_TO_COMPARE { Err(CompareError::Rounds { which, runs }) } else { Ok(()) }
}

fn check_alike(
    baseline: &BenchmarkReport,
    payload: &PayloadFacts,
    machine: &MachineKind,
    threads: usize,
) -> Result<(), CompareError> {
    let of_payload = |payload: &PayloadFacts| {
        format!(
            "{} bytes of {} in {} files, seed {}",
            payload.source, payload.data, payload.files, payload.seed
        )
    };
    let of_machine = |machine: &MachineKind, used: usize| {
        let MachineKind { system, architecture, processor, threads } = machine;
        format!("{system} {architecture} {processor}, {used} of {threads} threads")
    };
    let (before, now) = (of_payload(&baseline.payload), of_payload(payload));
    if before != now {
        return Err(CompareError::Payload { before, now });
    }
    let (before, now) =
        (of_machine(&baseline.machine, baseline.threads as usize), of_machine(machine, threads));
    // Two unknown processors need not be the same.
    if before != now || machine.processor == machine::UNKNOWN {
        return Err(CompareError::Machine { before, now });
    }
    Ok(())
}

fn compared(before: &StageReport, now: &StageReport, allowed: f64) -> Option<StageComparison> {
    let (before, now_share) = (before.share?, now.share?);
    Some(StageComparison {
        name: now.name.clone(),
        before: before.median,
        now: now_share,
        change: now_share.median / before.median - 1.0,
        // Noise slows single rounds, but not all of them, so the best round decides.
        regressed: now_share.max < before.median * (1.0 - allowed),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::BenchOptions;
    use waybill_schemas::report::benchmark::Spread;

    fn run(shares: [f64; 3]) -> BenchmarkReport {
        let [min, median, max] = shares;
        let one = Spread { median: 1.0, min: 1.0, max: 1.0 };
        let stage = |name: &str, share| StageReport {
            name: name.to_owned(),
            what: String::new(),
            of: "source".to_owned(),
            bytes: 1,
            seconds: one,
            rate: one,
            cpu: one,
            memory: one,
            share,
            bound_by: None,
        };
        BenchmarkReport {
            version: "0.1.0".to_owned(),
            measured: "2026-11-29T00:00:00Z".to_owned(),
            machine: machine::this(),
            payload: PayloadFacts {
                data: "text".to_owned(),
                seed: 1,
                files: 2,
                source: 1011,
                payload: 600,
                content: 700,
            },
            runs: 7,
            threads: 1,
            limits: Vec::new(),
            stages: vec![stage("unpack", Some(Spread { median, min, max })), stage("serve", None)],
            comparison: None,
        }
    }

    #[test]
    fn a_stage_regressed_where_even_its_best_round_lies_beyond_the_limit() {
        let baseline = run([0.7, 0.8, 0.9]);
        for (now, regressed) in [
            ([0.7, 0.8, 0.9], false),
            ([0.5, 0.6, 0.7199], true),
            ([0.5, 0.6, 0.7201], false), // its best round is within a tenth
            ([0.9, 1.0, 1.1], false),
        ] {
            let comparison = compare(&baseline, &run(now), 0.1, false).unwrap();
            assert_eq!(comparison.stages.len(), 1, "a stage without a share is not compared");
            assert_eq!(comparison.stages[0].regressed, regressed, "{now:?}");
            assert!((comparison.stages[0].change - (now[1] / 0.8 - 1.0)).abs() < 1e-9);
        }
    }

    #[test]
    fn runs_that_are_not_alike_are_refused_unless_forced() {
        let now = run([0.7, 0.8, 0.9]);
        let but = |change: fn(&mut BenchmarkReport)| {
            let mut other = now.clone();
            change(&mut other);
            other
        };
        let machine = but(|other| other.machine.processor = "another".to_owned());
        let seed = but(|other| other.payload.seed = 2);
        let size = but(|other| other.payload.source = 2011);
        let threads = but(|other| other.threads = 2);
        for baseline in [&machine, &seed, &size, &threads] {
            let error = compare(baseline, &now, 0.1, false).unwrap_err();
            assert_eq!(error.code().id, "baseline-unlike");
            assert!(compare(baseline, &now, 0.1, true).is_ok());
        }
        assert!(!compare(&machine, &now, 0.1, true).unwrap().same_machine);
        let unknown = but(|other| other.machine.processor = machine::UNKNOWN.to_owned());
        assert!(
            compare(&unknown, &unknown, 0.1, false).is_err(),
            "two that nobody knows may be different ones"
        );
        let without = but(|other| other.stages[0].share = None);
        let error = compare(&now, &without, 0.1, false).unwrap_err();
        assert!(matches!(error, CompareError::Share { .. }), "{error}");
        assert!(compare(&without, &now, 0.1, true).is_err(), "there is nothing to compare");
        let short = but(|other| other.runs = 6);
        assert!(matches!(compare(&short, &now, 0.1, true), Err(CompareError::Rounds { .. })));
        assert!(matches!(compare(&now, &short, 0.1, true), Err(CompareError::Rounds { .. })));
    }

    #[test]
    fn a_baseline_of_something_else_is_told_before_the_run() {
        let baseline = run([0.7, 0.8, 0.9]);
        let program = crate::StageProgram { path: std::path::PathBuf::new(), arguments: Vec::new() };
        let request = |size, runs| BenchRequest {
            subject: Subject::Made(crate::PayloadPlan { data: crate::Data::Text, size, files: 1, seed: 1 }),
            options: BenchOptions { runs, threads: 1, ..BenchOptions::new("", program.clone()) },
        };
        check_baseline(&baseline, &request(1000, 7), false).unwrap();
        assert!(check_baseline(&baseline, &request(1000, 3), false).is_err());
        assert!(check_baseline(&baseline, &request(1001, 7), false).is_err());
        check_baseline(&baseline, &request(1001, 7), true).unwrap();
    }
}
