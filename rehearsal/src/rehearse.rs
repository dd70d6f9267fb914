use crate::delivery::{deliver, lint_phase};
use crate::device::{self, Machine, clean_up};
use crate::proposal::{InstallTraces, propose};
use crate::request::{Audience, RehearsalError, RehearsalRequest, Root};
use crate::snapshot::Snapshot;
use crate::stage::Stages;
use crate::verdict::{self, Attempts};
use jiff::Timestamp;
use std::path::Path;
use waybill_agent::StateDatabase;
use waybill_context::Context;
use waybill_installer_runner::{identify, written};
use waybill_schemas::report::install::{Answer, RUNNER_CONTRACT, RestartNeed};
use waybill_schemas::report::rehearsal::{Phase, PhaseStatus, RehearsalReport};
use waybill_system::System;

/// Rehearses the app in a folder on `system`, which is the machine that this program runs on: files, packages and logs
/// go through the ordinary file system.
///
/// A phase that fails ends the rehearsal, but for one thing: what the install left is uninstalled again, where a rule
/// says that it is there.
///
/// # Errors
/// The root folder or the state in it cannot be made. Anything that fails later is in the report.
pub fn rehearse(
    request: &RehearsalRequest,
    system: &dyn System,
    audience: &dyn Audience,
    context: &Context<'_>,
) -> Result<RehearsalReport, RehearsalError> {
    let started = now(context);
    let (document, stand_in) = (request.app.run_here(), request.app.stand_in.is_some());
    let root = Root::make(request)?;
    // A state of its own: the attempts and waits that the agent remembers of this app must not decide the
    // rehearsal, and a rehearsal must not count for the agent.
    let state = StateDatabase::open_when_free(root.path(), context)?;
    let machine =
        Machine::new(request, document.app.clone(), root.path(), &state, (system, audience, context));
    let mut stages = Stages::new(context, audience);
    let mut seen = Seen::default();
    lint_phase(request, &mut stages, context);
    if !stages.has_failed() {
        seen = rehearse_on(&machine, request, root.path(), &mut stages, context);
    }
    let phases = stages.finish();
    let has_run =
        phases.iter().any(|phase| phase.phase == Phase::Install && phase.status != PhaseStatus::Skipped);
    let Seen { traces, attempts } = seen;
    // Where no phase failed and yet nothing was installed, the user interrupted the rehearsal.
    let stopped = attempts.install.is_none();
    let (exit, summary) = verdict::conclude(&phases, &attempts, stopped);
    let mut report = RehearsalReport {
        contract: RUNNER_CONTRACT,
        app: identify(&machine.app),
        document: document.path.display().to_string(),
        exit,
        summary,
        next: verdict::next(&phases, &machine, &traces, stand_in),
        context: machine.run_as.report(system.device()),
        root: root.path().display().to_string(),
        root_kept: false,
        warnings: verdict::warnings(&phases, &attempts, &traces),
        deviations: verdict::deviations(&machine, &attempts, stand_in),
        msi_logs: attempts.iter().filter_map(|attempted| attempted.log.clone()).collect(),
        phases,
        appeared: traces.appeared,
        proposed_rule: traces.proposed,
        started,
        ended: now(context),
    };
    // Its file is open, which would keep Windows from removing the root.
    drop(state);
    // Where an installer ran and something failed, its logs are what a person has to look at next.
    report.root_kept = root.end(request.keep || (exit != 0 && has_run));
    Ok(report)
}

/// What the phases on the machine came to, besides their outcomes.
#[derive(Default)]
struct Seen {
    traces: InstallTraces,
    attempts: Attempts,
}

fn rehearse_on(
    machine: &Machine<'_>,
    request: &RehearsalRequest,
    root: &Path,
    stages: &mut Stages<'_>,
    context: &Context<'_>,
) -> Seen {
    let copy_is_here = stages.run(Phase::Before, || device::look_first(machine, request.force));
    if stages.has_failed() {
        return Seen::default();
    }
    match deliver(request, root, stages, context) {
        Some(folder) if context.check().is_ok() => {
            on_the_device(machine, &folder, root, copy_is_here, stages)
        }
        _ => Seen::default(),
    }
}

fn on_the_device(
    machine: &Machine<'_>,
    folder: &Path,
    root: &Path,
    copy_is_here: bool,
    stages: &mut Stages<'_>,
) -> Seen {
    let own = root.display().to_string();
    let look = || Snapshot::take(machine.system, &machine.run_as, &machine.app, &own);
    // As late as can be, so that what the phases before did is not taken for the installer's.
    let before = look();
    let installed = stages.run(Phase::Install, || machine.install(folder, copy_is_here));
    let appeared = look().since(&before);
    let name = machine.app.display_name.as_deref().unwrap_or_default();
    let proposed = propose(&appeared, name, machine.system, &machine.run_as);
    let mut traces = InstallTraces { appeared, proposed };
    let mut attempts = Attempts::default();
    if stages.has_failed() {
        attempts.uninstall = clean_up(machine, folder, &installed, &traces, stages);
    // After a hard restart the app may be another one; detecting it before says nothing.
    } else if !installed.asks_for(RestartNeed::Hard) {
        stages.run(Phase::Detect, || (machine.expect(Answer::Detected), ()));
        attempts.again = Some(stages.run(Phase::InstallAgain, || machine.install_again(folder)));
        attempts.uninstall = Some(stages.run(Phase::Uninstall, || machine.uninstall(folder)));
        stages.run(Phase::DetectGone, || (machine.expect(Answer::NotDetected), ()));
    }
    attempts.install = Some(installed);
    traces.mark_left_behind(&look());
    Seen { traces, attempts }
}

fn now(context: &Context<'_>) -> String {
    written(Timestamp::try_from(context.clock().now()).unwrap_or(Timestamp::UNIX_EPOCH))
}
