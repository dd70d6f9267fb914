//! Pending restarts: which ones the device waits for, and what Intune's agent would do about them.
//!
//! A pending restart belongs to the device and is sticky: a later 0 never clears an earlier 3010 or 1641. It ends with
//! the boot, not with a clock (docs/intune-agent.md, "Restarts").

use super::conclusion::written;
use crate::{AttemptJournal, CodeKind, JournalError, PendingRestart};
use jiff::Timestamp;
use waybill_schemas::app::{AppDocument, DeviceRestartBehavior};
use waybill_schemas::report::install::{PendingRestartReport, RestartNeed, RestartReport};
use waybill_system::System;

/// The restart that an exit code asks for.
pub(crate) fn need_of(kind: CodeKind) -> RestartNeed {
    match kind {
        CodeKind::SoftReboot => RestartNeed::Soft,
        CodeKind::HardReboot => RestartNeed::Hard,
        CodeKind::Success | CodeKind::Retry | CodeKind::Failed | CodeKind::Unmapped | CodeKind::Unknown => {
            RestartNeed::None
        }
    }
}

/// The restarts that this boot still waits for. Those of earlier boots are over, and left out.
pub(crate) fn pending(
    journal: &dyn AttemptJournal,
    system: &dyn System,
) -> Result<Vec<PendingRestart>, JournalError> {
    let mut pending = journal.restarts()?;
    if let Some(boot) = system.device().boot() {
        pending.retain(|one| one.boot.as_ref().is_none_or(|noted| noted.is_same_boot(&boot)));
    }
    Ok(pending)
}

/// Records in the journal that an app needs a restart, unless it holds the same restart already.
pub(crate) fn note(
    journal: &dyn AttemptJournal,
    system: &dyn System,
    app: &str,
    need: RestartNeed,
    now: Timestamp,
) -> Result<(), JournalError> {
    let is_noted = |one: &PendingRestart| one.app == app && one.need >= need;
    if need == RestartNeed::None || pending(journal, system)?.iter().any(is_noted) {
        return Ok(());
    }
    journal.note_restart(&PendingRestart {
        app: app.to_owned(),
        need,
        since: now,
        boot: system.device().boot(),
    })
}

/// The restart section of the report.
pub(crate) fn report(
    app: &AppDocument,
    asked: RestartNeed,
    is_done: bool,
    pending: &[PendingRestart],
    left_pending: Vec<String>,
    before: &[String],
) -> RestartReport {
    let behavior = behavior(app);
    RestartReport {
        asked,
        behavior: behavior.to_string(),
        action: action(&behavior, asked, is_done),
        pending: pending
            .iter()
            .map(|one| PendingRestartReport {
                app: one.app.clone(),
                need: one.need,
                since: written(one.since),
            })
            .collect(),
        left_pending,
        waited_before: first_of(before),
    }
}

/// How many of the things that waited for a restart already a report names.
const MOST_NAMED: usize = 20;

fn first_of(things: &[String]) -> Vec<String> {
    let more = things.len().saturating_sub(MOST_NAMED);
    let named = things.iter().take(MOST_NAMED).cloned();
    named.chain((more > 0).then(|| format!("and {more} more"))).collect()
}

pub(super) fn behavior(app: &AppDocument) -> DeviceRestartBehavior {
    let experience = app.install_experience.as_ref();
    experience
        .and_then(|experience| experience.device_restart_behavior.as_ref().map(DeviceRestartBehavior::meant))
        .unwrap_or(DeviceRestartBehavior::BasedOnReturnCode)
}

/// What Intune's agent would do, by Microsoft's page on adding Win32 apps (docs/intune-agent.md, "Restarts"; where
/// Graph's page differs: docs/fidelity.md). `waybill install` never restarts.
fn action(behavior: &DeviceRestartBehavior, asked: RestartNeed, is_done: bool) -> String {
    use DeviceRestartBehavior::{Allow, BasedOnReturnCode, Force, Suppress};
    let text = match (behavior, asked) {
        _ if !is_done => "None: a restart comes only after success and detection.",
        (Force, _) => {
            "Intune's agent would restart the device now, whatever the code; this program never does."
        }
        (BasedOnReturnCode, RestartNeed::Hard) => {
            "Intune's agent would restart the device at once, or after the grace period of its assignment; this program \
             never does."
        }
        (Allow, RestartNeed::Hard) => {
            "Intune's agent would restart the device in 120 minutes and tell the user; this program never does."
        }
        (BasedOnReturnCode | Allow, RestartNeed::Soft) => {
            "Intune's agent would tell the user that a restart is needed, and not restart the device."
        }
        (BasedOnReturnCode | Allow, RestartNeed::None) => "None: the code asks for no restart.",
        (Suppress, _) => {
            "None: `suppress` keeps Intune's agent from restarting; an MSI restarts by itself unless the command has \
             REBOOT=ReallySuppress or /norestart."
        }
        (_, _) => "None: this deviceRestartBehavior is not known.",
    };
    text.to_owned()
}
