//! The app on this machine: looked for first, installed, installed again, uninstalled, and taken away again where an
//! install failed.
//!
//! The app must not be here before the rehearsal, or the user's own copy would be uninstalled at its end.

use crate::Remark;
use crate::msi_log::{self, Logged};
use crate::proposal::InstallTraces;
use crate::request::{Audience, RehearsalRequest};
use crate::stage::{PhaseOutcome, Stages};
use std::path::Path;
use waybill_agent::{ApplyError, ApplyRequest, ContentSource, StateDatabase, apply};
use waybill_context::Context;
use waybill_installer_runner::{AccountChoice, MemoryJournal, RunAs, Runner, RunnerError, Settings};
use waybill_schemas::app::{AppDocument, Rule};
use waybill_schemas::codes::{Class, rehearsal};
use waybill_schemas::report::install::{
    Answer, AttemptOutcome, DetectReport, InstallReport, Intent, RestartNeed,
};
use waybill_schemas::report::rehearsal::{MsiLog, Phase, PhaseDetails};
use waybill_system::{Account, InstalledProduct, System, SystemKind, Unanswered};

/// The machine and the app that is rehearsed on it.
pub(crate) struct Machine<'a> {
    pub(crate) app: AppDocument,
    pub(crate) settings: Settings,
    pub(crate) run_as: RunAs,
    pub(crate) state: &'a StateDatabase<'a>,
    pub(crate) system: &'a dyn System,
    pub(crate) audience: &'a dyn Audience,
    pub(crate) context: &'a Context<'a>,
    pub(crate) retries: u32,
    pub(crate) msi_log: bool,
}

/// What is known of an attempt besides its outcome.
#[derive(Default)]
pub(crate) struct Attempted {
    pub(crate) report: Option<InstallReport>,
    pub(crate) log: Option<MsiLog>,
    /// Whether `/l*v` was added to the command line.
    pub(crate) log_added: bool,
    /// How many times the installer was run again at once because its code was of type retry.
    pub(crate) retried: u32,
}

impl Attempted {
    fn came_to(&self, outcome: AttemptOutcome) -> bool {
        self.report.as_ref().is_some_and(|report| report.outcome == outcome)
    }

    pub(crate) fn asks_for(&self, need: RestartNeed) -> bool {
        self.report.as_ref().and_then(|report| report.restart.as_ref()).is_some_and(|one| one.asked == need)
    }
}

impl<'a> Machine<'a> {
    /// Takes settings from the request, with logs and scratch files below `root`.
    pub(crate) fn new(
        request: &RehearsalRequest,
        app: AppDocument,
        root: &Path,
        state: &'a StateDatabase<'a>,
        (system, audience, context): (&'a dyn System, &'a dyn Audience, &'a Context<'a>),
    ) -> Self {
        let mut settings = request.settings.clone();
        root.clone_into(&mut settings.root);
        let run_as = RunAs::new(&app, &settings, system);
        let (retries, msi_log) = (request.retries, request.msi_log);
        Self { app, settings, run_as, state, system, audience, context, retries, msi_log }
    }

    /// Looks for the app once, without a memory of earlier attempts.
    pub(crate) fn detect(&self) -> DetectReport {
        let journal = MemoryJournal::default();
        Runner::new(self.system, &journal, &self.settings, *self.context).detect(&self.app)
    }

    /// Looks for the app and passes only on the answer `wanted`.
    pub(crate) fn expect(&self, wanted: Answer) -> PhaseOutcome {
        let report = self.detect();
        let outcome = if report.detection.answer == wanted {
            PhaseOutcome::passed(report.summary.clone())
        } else {
            let class = match report.detection.answer {
                Answer::CannotTell => Class::from_exit_code(report.exit).unwrap_or(Class::Machine),
                _ => Class::InstallFailed,
            };
            PhaseOutcome::failed(class, report.summary.clone())
        };
        outcome.with(PhaseDetails::Detect(Box::new(report)))
    }

    /// Installs the app. A copy that is here is uninstalled first.
    pub(crate) fn install(&self, folder: &Path, copy_is_here: bool) -> (PhaseOutcome, Attempted) {
        if copy_is_here {
            // Only now, because the uninstall command may need the files of the content, too.
            let (outcome, first) = self.uninstall(folder);
            if !first.came_to(AttemptOutcome::Uninstalled) {
                return (outcome, first);
            }
        }
        let mut attempted = self.attempt(&self.app, Phase::Install, folder);
        let mut retried = 0;
        // A device would come back after five minutes; nobody who tries a package wants to wait for that.
        while attempted.0.came_to(AttemptOutcome::RetryLater)
            && retried < self.retries
            && self.context.check().is_ok()
        {
            retried += 1;
            attempted = self.attempt(&self.app, Phase::Install, folder);
        }
        attempted.0.retried = retried;
        classify(attempted, |report| match report.outcome {
            AttemptOutcome::Installed => PhaseOutcome::passed(report.summary.clone()),
            AttemptOutcome::AlreadyInstalled => PhaseOutcome::failed(Class::Refused, report.summary.clone())
                .with_code(rehearsal::APP_IS_HERE.id),
            _ => PhaseOutcome::failed_as(report.exit, Class::InstallFailed, report.summary.clone()),
        })
    }

    /// Installs once more, which must change nothing.
    pub(crate) fn install_again(&self, folder: &Path) -> (PhaseOutcome, Attempted) {
        classify(self.attempt(&self.app, Phase::InstallAgain, folder), |report| {
            match (report.outcome, report.changed) {
                (AttemptOutcome::AlreadyInstalled, false) => {
                    PhaseOutcome::passed("changed nothing: it is detected")
                }
                _ => {
                    let summary = format!("it changed something: {}", report.summary);
                    PhaseOutcome::failed_as(report.exit, Class::InstallFailed, summary)
                }
            }
        })
    }

    /// Runs the uninstall command.
    pub(crate) fn uninstall(&self, folder: &Path) -> (PhaseOutcome, Attempted) {
        classify(self.attempt(&self.app, Phase::Uninstall, folder), |report| gone(report, &report.summary))
    }

    /// Runs the uninstall command, with `rule` to say whether the app is gone, because the app's own rules do not hold.
    fn uninstall_by(&self, rule: &Rule, folder: &Path) -> (PhaseOutcome, Attempted) {
        let mut app = self.app.clone();
        // With the app's own rules, which do not hold, the runner would call it uninstalled and start nothing.
        app.rules = vec![rule.clone()];
        let taken = "taken away again, as the proposed rule tells";
        classify(self.attempt(&app, Phase::Uninstall, folder), |report| gone(report, taken))
    }

    fn attempt(&self, app: &AppDocument, phase: Phase, folder: &Path) -> (Attempted, Option<PhaseOutcome>) {
        let intent = if phase == Phase::Uninstall { Intent::Uninstall } else { Intent::Install };
        let logged = self.logged(app, phase);
        let run = logged.as_ref().map_or(app, |logged| &logged.app);
        let content = ContentSource::Folder(folder.to_owned());
        let request = ApplyRequest::new(run, intent, content, self.settings.clone());
        let applied = apply(&request, self.state, self.system, self.audience, self.context);
        // Where nothing was started there is no log, and nothing was added to a line either.
        let ran = applied.as_ref().is_ok_and(|report| report.run.is_some());
        let log_added = ran && logged.is_some();
        let log = logged.filter(|_| ran).and_then(|logged| msi_log::read(phase, &logged.file));
        let (report, outcome) = match applied {
            Ok(report) => (Some(report), None),
            Err(error) => (None, Some(stopped(&error))),
        };
        (Attempted { report, log, log_added, retried: 0 }, outcome)
    }

    /// The app with a log in its msiexec line. `None` where a signed-in user runs it, who cannot write below the root:
    /// msiexec ends with 1622 where it cannot write its log.
    fn logged(&self, app: &AppDocument, phase: Phase) -> Option<Logged> {
        let is_other_user =
            self.run_as.wanted == Account::User && self.settings.account == AccountChoice::AsDocumented;
        if !self.msi_log || is_other_user || phase == Phase::InstallAgain {
            return None;
        }
        Logged::new(app, phase, &self.settings.root)
    }
}

fn classify(
    (attempted, stopped): (Attempted, Option<PhaseOutcome>),
    outcome_of: impl FnOnce(&InstallReport) -> PhaseOutcome,
) -> (PhaseOutcome, Attempted) {
    let outcome = match (&attempted.report, stopped) {
        (Some(report), _) => outcome_of(report).with(PhaseDetails::Install(Box::new(report.clone()))),
        (None, Some(stopped)) => stopped,
        (None, None) => PhaseOutcome::failed(Class::Machine, "no report"),
    };
    (outcome, attempted)
}

fn gone(report: &InstallReport, summary: &str) -> PhaseOutcome {
    if report.outcome == AttemptOutcome::Uninstalled {
        return PhaseOutcome::passed(summary);
    }
    PhaseOutcome::failed_as(report.exit, Class::InstallFailed, report.summary.clone())
}

fn stopped(error: &ApplyError) -> PhaseOutcome {
    match error {
        ApplyError::Runner(RunnerError::Content(content)) => {
            PhaseOutcome::failed(content.code.class, format!("{content}: {}", content.source))
                .with_code(content.code.id)
        }
        _ => PhaseOutcome::failed(Class::Machine, error.to_string()),
    }
}

/// Looks for the app, and refuses one that is here. With `force` it is uninstalled later, once its content is here.
pub(crate) fn look_first(machine: &Machine<'_>, force: bool) -> (PhaseOutcome, bool) {
    let report = machine.detect();
    let details = PhaseDetails::Detect(Box::new(report.clone()));
    let already_here = |found: String| {
        if force {
            return (PhaseOutcome::passed(machine.audience.words(&Remark::CopyGoesFirst { found })), true);
        }
        let why = machine.audience.words(&Remark::CopyStays { found });
        (PhaseOutcome::failed(Class::Refused, why).with_code(rehearsal::APP_IS_HERE.id), false)
    };
    let outcome = match report.detection.answer {
        // The app may be here where the answer is "cannot tell", and the uninstall at the end would remove the user's
        // own copy.
        Answer::CannotTell => (PhaseOutcome::failed_as(report.exit, Class::Machine, report.summary), false),
        Answer::Detected => already_here("it is detected before anything was installed".to_owned()),
        Answer::NotDetected => match product_that_would_go(machine) {
            Ok(Some(product)) => already_here(format!(
                "not detected, and yet {product} is installed, which the app would change"
            )),
            Ok(None) => (PhaseOutcome::passed("not here yet"), false),
            Err(unanswered) => {
                let why = format!("whether the app's product is installed cannot be told: {unanswered}");
                (PhaseOutcome::failed(Class::Machine, why), false)
            }
        },
    };
    (outcome.0.with(details), outcome.1)
}

/// A product of Windows Installer that is installed and that the uninstall command names, or that app.json says is in
/// the MSI: `msiexec /x app.msi` would remove it as well.
fn product_that_would_go(machine: &Machine<'_>) -> Result<Option<String>, Unanswered> {
    let Machine { app, system, run_as, .. } = machine;
    if system.kind() != SystemKind::Windows {
        // Without Windows Installer there is no product that the uninstall command could remove.
        return Ok(None);
    }
    let own = app.msi_information.as_ref().and_then(|msi| msi.product_code.as_deref());
    let texts = [app.uninstall_command_line.as_deref(), own];
    for code in texts.into_iter().flatten().flat_map(product_codes) {
        let product = system.products().product(&code, run_as.perspective.account)?;
        if let Some(product) = product.filter(|one| one.state == InstalledProduct::INSTALLED) {
            return Ok(Some(product.name.map_or_else(|| code.clone(), |name| format!("{name} {code}"))));
        }
    }
    Ok(None)
}

/// The GUIDs in braces in a text, in upper case.
fn product_codes(text: &str) -> Vec<String> {
    const LENGTH: usize = 38;
    let is_code = |code: &str| {
        code.ends_with('}') && code[1..LENGTH - 1].chars().all(|c| c.is_ascii_hexdigit() || c == '-')
    };
    let braces = text.match_indices('{').map(|(at, _)| at);
    // `get`, because a slice that ends within a character of several bytes would panic.
    let codes = braces.filter_map(|at| text.get(at..at + LENGTH)).filter(|code| is_code(code));
    codes.map(str::to_uppercase).collect()
}

/// Runs the uninstall command where the app is detected, or else where the proposed rule says that something is there.
/// An installer that still runs is left alone, and so is a machine on which nothing appeared.
pub(crate) fn clean_up(
    machine: &Machine<'_>,
    folder: &Path,
    attempted: &Attempted,
    traces: &InstallTraces,
    stages: &mut Stages<'_>,
) -> Option<Attempted> {
    if let Some(why) = untouchable(attempted) {
        stages.skip(Phase::Uninstall, why);
        return None;
    }
    if machine.detect().detection.answer == Answer::Detected {
        return Some(stages.run(Phase::Uninstall, || machine.uninstall(folder)));
    }
    let Some(proposed) = &traces.proposed else {
        let why = if traces.appeared.is_empty() {
            "nothing appeared that would have to go"
        } else {
            "what appeared stays: no rule tells whether it is there"
        };
        stages.skip(Phase::Uninstall, why);
        return None;
    };
    Some(stages.run(Phase::Uninstall, || machine.uninstall_by(&proposed.rule, folder)))
}

fn untouchable(attempted: &Attempted) -> Option<&'static str> {
    let Some(report) = &attempted.report else { return Some("the install came to no report") };
    match report.outcome {
        AttemptOutcome::TimedOut => Some("the installer still runs"),
        AttemptOutcome::Interrupted => Some("interrupted"),
        _ if report.run.is_none() => Some("nothing was run that would have to be undone"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn product_codes_are_found_wherever_they_stand() {
        let code = "{5C1F7D9A-3B60-4E0B-9B1C-2F7E44D0A816}";
        assert_eq!(product_codes(&format!("msiexec /x{} /qn", code.to_lowercase())), [code]);
        assert_eq!(product_codes(&format!("msiexec /x \"{code}\" PROP={{x}}")), [code]);
        assert!(
            product_codes("msiexec /x {5C1F7D9A} /qn {äöü4567890123456789012345678901234567}").is_empty()
        );
    }
}
