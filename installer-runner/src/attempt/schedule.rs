use super::flow::Attempt;
use crate::{Decision, JournalError, next_try};
use waybill_schemas::report::install::{NextTry, Outcome, RetryStep};

/// When the schedule tries again; nothing where nothing is left to do.
pub(super) fn next_try_of(attempt: &Attempt<'_>, outcome: Outcome) -> Result<Option<NextTry>, JournalError> {
    let is_open = matches!(
        outcome,
        Outcome::Failed
            | Outcome::NotBorneOut
            | Outcome::TimedOut
            | Outcome::RetryLater
            | Outcome::CommandRefused
    );
    if !is_open || attempt.request.dry_run {
        return Ok(None);
    }
    let history = attempt.runner.journal.history(&attempt.identity.id)?;
    let now = attempt.now();
    let (step, at, why) = match next_try(&history, now, attempt.request.retries) {
        Decision::RunNow => (RetryStep::Now, now, "Nothing keeps the schedule from trying again."),
        Decision::WaitUntil(at) => {
            (RetryStep::Wait, at, "The code stands for retry: one of the quick tries.")
        }
        Decision::GiveUpUntil(at) => (
            RetryStep::GiveUp,
            at,
            "The long wait after a failure; a manual install bypasses it and begins anew.",
        ),
    };
    Ok(Some(NextTry { step, at: at.to_string(), why: why.to_owned() }))
}
