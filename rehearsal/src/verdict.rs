//! What a rehearsal comes to: its exit code, a line of summary, what to do next, and warnings.

use crate::Remark;
use crate::device::{Attempted, Machine};
use crate::proposal::InstallTraces;
use crate::stage::deciding;
use waybill_schemas::codes::Class;
use waybill_schemas::report::install::{AttemptOutcome, RestartNeed};
use waybill_schemas::report::rehearsal::{Phase, PhaseDetails, PhaseStatus, RehearsalPhase};
use waybill_system::SystemKind;

/// Milliseconds after which Intune's agent has certainly looked; it does so after about 150 (docs/intune-agent.md, "An
/// attempt, step by step").
const REFERENCE_LOOKS_AFTER: u64 = 1_000;
/// The exit code of `waybill` where a hard restart ends the rehearsal.
const HARD_RESTART: u8 = Class::HardRestart.exit_code();
/// The exit code of `waybill` where the user stopped the rehearsal.
const INTERRUPTED: u8 = Class::Interrupted.exit_code();

/// All attempts of a rehearsal.
#[derive(Default)]
pub(crate) struct Attempts {
    pub(crate) install: Option<Attempted>,
    pub(crate) again: Option<Attempted>,
    pub(crate) uninstall: Option<Attempted>,
}

impl Attempts {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Attempted> {
        [&self.install, &self.again, &self.uninstall].into_iter().flatten()
    }

    fn ended_by_restart(&self) -> bool {
        self.iter().any(|attempted| attempted.asks_for(RestartNeed::Hard))
    }
}

/// The exit code, and the summary that people read last.
pub(crate) fn conclude(phases: &[RehearsalPhase], attempts: &Attempts, stopped: bool) -> (u8, String) {
    match deciding(phases) {
        Some(failed) => (failed.exit, format!("{} failed: {}", failed.phase.name(), failed.summary)),
        None if stopped => (INTERRUPTED, "interrupted: nothing was installed".to_owned()),
        None if attempts.ended_by_restart() => {
            (HARD_RESTART, "installed; a hard restart comes before anything else".to_owned())
        }
        None => (0, "installed and detected".to_owned()),
    }
}

/// What to do about the phase that failed.
pub(crate) fn next(
    phases: &[RehearsalPhase],
    machine: &Machine<'_>,
    traces: &InstallTraces,
    stand_in: bool,
) -> Vec<String> {
    let Some(failed) = deciding(phases) else { return Vec::new() };
    let mut next = match &failed.details {
        Some(PhaseDetails::Lint(report)) => {
            let standing = report.findings.iter().filter(|finding| finding.allowed.is_none());
            standing.map(|finding| format!("{}: {}", finding.place, finding.fix)).collect()
        }
        Some(PhaseDetails::Install(report))
            if report.outcome == AttemptOutcome::Interrupted && report.changed =>
        {
            // Each rehearsal has a root of its own, so the next one does not know of an installer that this one left.
            let pid = report.run.as_ref().map(|run| run.pid);
            let root = machine.state.root().display().to_string();
            vec![machine.audience.words(&Remark::LetInstallerEnd { pid, root })]
        }
        Some(PhaseDetails::Install(report)) => report.next.clone(),
        Some(PhaseDetails::Detect(report)) => report.next.clone(),
        _ => Vec::new(),
    };
    if let Some(id) = &failed.code {
        next.push(machine.audience.words(&Remark::ExplainCode { id: id.clone() }));
    }
    if machine.system.kind() == SystemKind::Unix && !stand_in && failed.phase != Phase::Lint {
        let what = "Put an app.unix.json beside app.json, with a command and rules for this host, or try it on Windows.";
        next.insert(0, what.to_owned());
    }
    if traces.proposed.is_some() && matches!(failed.phase, Phase::Install | Phase::Detect) {
        next.push("What appeared speaks for the detection rule that is proposed below.".to_owned());
    }
    next
}

/// Warnings: what to know although every phase passed.
pub(crate) fn warnings(
    phases: &[RehearsalPhase],
    attempts: &Attempts,
    traces: &InstallTraces,
) -> Vec<String> {
    let mut warnings = Vec::new();
    for attempted in attempts.iter() {
        warn_of_attempt(attempted, &mut warnings);
    }
    let gone =
        phases.iter().any(|phase| phase.phase == Phase::Uninstall && phase.status != PhaseStatus::Skipped);
    let things = match traces.left_behind() {
        1 => "1 thing that the install brought is".to_owned(),
        count => format!("{count} things that the install brought are"),
    };
    if gone && traces.left_behind() > 0 {
        warnings.push(format!("{things} still there after the uninstall"));
    }
    warnings
}

fn warn_of_attempt(attempted: &Attempted, warnings: &mut Vec<String>) {
    if attempted.retried > 0 {
        let count = attempted.retried;
        let times = if count == 1 { "time" } else { "times" };
        warnings.push(format!("the installer asked for a retry {count} {times}"));
    }
    let Some(report) = &attempted.report else { return };
    let survivors = report.run.as_ref().map_or(&[][..], |run| &run.survivors);
    if !survivors.is_empty() {
        let names: Vec<&str> = survivors.iter().map(|one| one.name.as_str()).collect();
        let children = if names.len() == 1 { "child still runs" } else { "children still run" };
        let (count, names) = (names.len(), names.join(", "));
        warnings.push(format!("{count} {children}; Intune would judge now ({names})"));
    }
    if let Some(restart) = &report.restart {
        if restart.asked != RestartNeed::None {
            warnings.push(format!("the installer asks for a restart: {}", restart.action));
        }
        if !restart.left_pending.is_empty() {
            let count = restart.left_pending.len();
            let wait = if count == 1 { "thing waits" } else { "things wait" };
            warnings.push(format!("it left a pending restart: {count} {wait} for it"));
        }
    }
    let late = report.detections.last().filter(|_| report.outcome == AttemptOutcome::Installed);
    let late = late.and_then(|look| look.after_milliseconds);
    if let Some(late) = late.filter(|late| *late > REFERENCE_LOOKS_AFTER) {
        warnings.push(format!(
            "detection held {late} ms after the end; Intune's agent looks once, after about 150 ms"
        ));
    }
}

/// Where this rehearsal differs from what Intune does with the same app.
pub(crate) fn deviations(machine: &Machine<'_>, attempts: &Attempts, stand_in: bool) -> Vec<String> {
    const STAND_IN: &str =
        "app.unix.json stood in for app.json's commands and rules: try it on Windows for those.";
    const AT_ONCE: &str = "A retry came at once; Intune comes back 3 times, 5 minutes apart.";
    let log_added = attempts.iter().any(|attempted| attempted.log_added);
    let remarks = log_added.then(|| machine.audience.words(&Remark::AddedMsiLog));
    let stood_in = stand_in.then(|| STAND_IN.to_owned());
    let retried = attempts.iter().any(|attempted| attempted.retried > 0).then(|| AT_ONCE.to_owned());
    let mut deviations: Vec<String> = stood_in.into_iter().chain(remarks).chain(retried).collect();
    for deviation in of_attempts(attempts) {
        if !deviations.contains(deviation) {
            deviations.push(deviation.clone());
        }
    }
    deviations
}

/// What the reports of the attempts say themselves.
fn of_attempts(attempts: &Attempts) -> impl Iterator<Item = &String> {
    attempts.iter().filter_map(|attempted| attempted.report.as_ref()).flat_map(|report| &report.deviations)
}
