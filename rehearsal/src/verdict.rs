//! What a rehearsal comes to: its exit code, a line of summary, what to do next, and warnings.

use crate::device::{Attempted, Machine};
use crate::proposal::Learned;
use waybill_installer_runner::{AccountChoice, ScriptHost};
use waybill_schemas::codes::Class;
use waybill_schemas::report::install::{AttemptOutcome, Host, InstallReport, RestartNeed};
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

fn deciding(phases: &[RehearsalPhase]) -> Option<&RehearsalPhase> {
    phases.iter().find(|phase| phase.status == PhaseStatus::Failed)
}

/// What to do about the phase that failed.
pub(crate) fn next(
    phases: &[RehearsalPhase],
    machine: &Machine<'_>,
    learned: &Learned,
    stand_in: bool,
) -> Vec<String> {
    let Some(failed) = deciding(phases) else { return Vec::new() };
    let mut next = match &failed.details {
        Some(PhaseDetails::Lint(report)) => {
            let standing = report.findings.iter().filter(|finding| finding.allowed.is_none());
            standing.map(|finding| format!("{}: {}", finding.place, finding.mend)).take(3).collect()
        }
        Some(PhaseDetails::Install(report))
            if report.outcome == AttemptOutcome::Interrupted && report.changed =>
        {
            vec![left_alone(report, &machine.state.root().display().to_string())]
        }
        Some(PhaseDetails::Install(report)) => report.next.clone(),
        Some(PhaseDetails::Detect(report)) => report.next.clone(),
        _ => Vec::new(),
    };
    if let Some(id) = &failed.code {
        next.push(format!("`waybill explain {id}` tells what it means and what to look at."));
    }
    if machine.system.kind() == SystemKind::Unix && !stand_in && failed.phase != Phase::Lint {
        let what = "Put an app.unix.json beside app.json, with a command and rules for this host, or try it on Windows.";
        next.insert(0, what.to_owned());
    }
    if learned.proposed.is_some() && matches!(failed.phase, Phase::Install | Phase::Detect) {
        next.push("What appeared speaks for the detection rule that is proposed below.".to_owned());
    }
    next
}

/// Each rehearsal has a root of its own, so the next one does not know of an installer that this one left.
fn left_alone(report: &InstallReport, root: &str) -> String {
    let process = report.run.as_ref().map_or_else(String::new, |run| format!(" (process {})", run.pid));
    format!(
        "Let the installer{process} end before anything else: another rehearsal would not know of it. Then `waybill \
         uninstall` with `--root {root}` takes away what it installed."
    )
}

/// Warnings: what to know although every phase passed.
pub(crate) fn warnings(phases: &[RehearsalPhase], attempts: &Attempts, learned: &Learned) -> Vec<String> {
    let mut warnings = Vec::new();
    for attempted in attempts.iter() {
        of_attempt(attempted, &mut warnings);
    }
    let gone =
        phases.iter().any(|phase| phase.phase == Phase::Uninstall && phase.status != PhaseStatus::Skipped);
    match learned.left_behind() {
        0 => {}
        _ if !gone => {}
        1 => warnings.push("1 thing that the install brought is still there after the uninstall".to_owned()),
        count => warnings
            .push(format!("{count} things that the install brought are still there after the uninstall")),
    }
    warnings
}

fn of_attempt(attempted: &Attempted, warnings: &mut Vec<String>) {
    if attempted.retried > 0 {
        let count = attempted.retried;
        warnings.push(format!(
            "the installer asked for a retry {count} time{}",
            if count == 1 { "" } else { "s" }
        ));
    }
    let Some(report) = &attempted.report else { return };
    let survivors = report.run.as_ref().map_or(&[][..], |run| &run.survivors);
    if !survivors.is_empty() {
        let names: Vec<&str> = survivors.iter().map(|one| one.name.as_str()).collect();
        let (count, children) = match names.len() {
            1 => (1, "child still runs"),
            more => (more, "children still run"),
        };
        warnings.push(format!("{count} {children}; Intune would judge now ({})", names.join(", ")));
    }
    if let Some(restart) = &report.restart {
        if restart.asked != RestartNeed::None {
            warnings.push(format!("the installer asks for a restart: {}", restart.action));
        }
        if !restart.left_pending.is_empty() {
            let count = restart.left_pending.len();
            warnings.push(format!("it left a pending restart: {count} files are replaced at the next one"));
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
    let mut told = Vec::new();
    if stand_in {
        told.push(
            "app.unix.json stood in for app.json's commands and rules: try it on Windows for those."
                .to_owned(),
        );
    }
    let settings = &machine.settings;
    if machine.system.kind() == SystemKind::Windows && settings.account == AccountChoice::Current {
        told.push(
            "Commands and rules ran as you, not as Intune runs them: leave out --as current.".to_owned(),
        );
    }
    if settings.host == Host::Native {
        told.push(
            "The view is this machine's own, Intune's is the 32-bit one: leave out --host native.".to_owned(),
        );
    }
    if matches!(settings.script_host, ScriptHost::Program(_)) {
        told.push("Scripts were run by the program of --script-host, not by powershell.exe.".to_owned());
    }
    if attempts.iter().any(|attempted| attempted.log_added) {
        told.push(
            "`/l*v` was added to msiexec's line, for its log: leave it out with --no-msi-log.".to_owned(),
        );
    }
    if attempts.iter().any(|attempted| attempted.retried > 0) {
        told.push("A retry came at once; Intune comes back 3 times, 5 minutes apart.".to_owned());
    }
    told
}
