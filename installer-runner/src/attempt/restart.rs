//! Pending restarts: which ones the device waits for, and what Intune's agent would do about them.
//!
//! A pending restart belongs to the device and is sticky: a later 0 never clears an earlier 3010 or 1641. It ends with
//! the boot, not with a clock (docs/intune-agent.md, "Restarts").

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
        CodeKind::Success | CodeKind::Retry | CodeKind::Failed | CodeKind::Unmapped => RestartNeed::None,
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
                since: one.since.to_string(),
            })
            .collect(),
        left_pending,
    }
}

fn behavior(app: &AppDocument) -> DeviceRestartBehavior {
    let experience = app.install_experience.as_ref();
    experience
        .and_then(|experience| experience.device_restart_behavior.clone())
        .unwrap_or(DeviceRestartBehavior::BasedOnReturnCode)
}

/// What Intune's agent would do, by the table of docs/intune-agent.md, "Restarts". `waybill install` never restarts.
fn action(behavior: &DeviceRestartBehavior, asked: RestartNeed, is_done: bool) -> String {
    let text = match (behavior, asked) {
        _ if !is_done => "None: a restart comes only after success and detection.",
        (DeviceRestartBehavior::Force, _) => {
            "An agent that may restart would restart the device now, after its grace period."
        }
        (DeviceRestartBehavior::BasedOnReturnCode, RestartNeed::Soft | RestartNeed::Hard) => {
            "An agent that may restart would restart the device after its grace period."
        }
        (DeviceRestartBehavior::BasedOnReturnCode, RestartNeed::None) => {
            "None: the code asks for no restart."
        }
        (DeviceRestartBehavior::Allow, _) => "None by us; the installer itself may restart the device.",
        (DeviceRestartBehavior::Suppress, _) => {
            "None; an MSI needs REBOOT=ReallySuppress or /norestart in the command, which is never rewritten."
        }
        (_, _) => "None: this deviceRestartBehavior is not known.",
    };
    text.to_owned()
}
