use super::flow::Attempt;
use crate::{AttemptRecord, JournalError, next_try_report};
use waybill_schemas::report::install::{NextTry, Outcome};

/// The attempts that count for the schedule: those of this app that wanted the same.
pub(super) fn history(attempt: &Attempt<'_>) -> Result<Vec<AttemptRecord>, JournalError> {
    let mut history = attempt.runner.journal.history(&attempt.identity.id)?;
    history.retain(|earlier| earlier.new.intent == attempt.request.intent);
    Ok(history)
}

/// When the schedule tries again; nothing where nothing is left to do.
pub(super) fn next_try_of(attempt: &Attempt<'_>, outcome: Outcome) -> Result<Option<NextTry>, JournalError> {
    let is_open = matches!(
        outcome,
        Outcome::Failed
            | Outcome::NotBorneOut
            | Outcome::TimedOut
            | Outcome::RetryLater
            | Outcome::CommandRefused
            | Outcome::CannotTell
            | Outcome::Waiting
    );
    if !is_open || attempt.request.dry_run {
        return Ok(None);
    }
    Ok(next_try_report(&history(attempt)?, attempt.now(), attempt.request.retries))
}
