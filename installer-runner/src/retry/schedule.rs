//! Where an app stands in the schedule after its attempts.

use crate::{AttemptEnd, AttemptRecord, RetryPolicy, Trigger};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use waybill_schemas::report::install::Outcome;

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Wait {
    /// Nothing.
    #[default]
    None,
    /// The next quick try.
    Quick,
    /// An exit code's own interval.
    Own(Duration),
    /// The long wait.
    Long,
}

/// After some attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Standing {
    /// Tries of this round that asked for another.
    pub(super) quick: u32,
    /// What is waited for.
    pub(super) wait: Wait,
    /// From when on.
    pub(super) since: Timestamp,
    /// The exit code that it waits because of, where there is one.
    pub(super) exit_code: Option<u32>,
}

/// What an attempt means for the schedule.
enum Meaning {
    /// What was wanted is so, or nothing was tried: all is well.
    Done,
    /// Says nothing either way.
    Nothing,
    /// To be tried again after an interval of its own.
    Own(Duration),
    /// To be tried again soon.
    Retry,
    /// Not before the long wait.
    Failure,
}

impl Standing {
    /// After all of `history`, oldest first.
    pub(super) fn after(history: &[AttemptRecord], policy: &RetryPolicy) -> Self {
        history.iter().fold(Self::default(), |standing, attempt| standing.then(attempt, policy))
    }

    fn then(self, attempt: &AttemptRecord, policy: &RetryPolicy) -> Self {
        let before = if attempt.new.trigger == Trigger::Manual { Self::default() } else { self };
        // A long wait that was waited for, or that a clock ended: a new round.
        let quick = if before.wait == Wait::Long { 0 } else { before.quick };
        let judged = attempt.verdict.as_ref().filter(|_| !is_unseen(attempt));
        let since = judged.map_or(attempt.new.at, |verdict| verdict.at);
        let exit_code = attempt.verdict.as_ref().and_then(|verdict| verdict.exit_code);
        let waiting = |quick, wait| Self { quick, wait, since, exit_code };
        match Meaning::of(attempt, policy) {
            Meaning::Done => Self::default(),
            Meaning::Nothing => before,
            Meaning::Own(interval) => waiting(quick, Wait::Own(interval)),
            Meaning::Retry if quick < policy.quick_tries => waiting(quick + 1, Wait::Quick),
            Meaning::Retry | Meaning::Failure => waiting(quick, Wait::Long),
        }
    }

    /// How long the wait is.
    fn interval(&self, policy: &RetryPolicy) -> Duration {
        match self.wait {
            Wait::None => Duration::ZERO,
            Wait::Quick => policy.quick_interval,
            Wait::Own(interval) => interval,
            Wait::Long => policy.long_interval,
        }
    }

    /// When it may run, where that is later than now.
    pub(super) fn due(&self, policy: &RetryPolicy, now: Timestamp) -> Option<Timestamp> {
        let interval = SignedDuration::try_from(self.interval(policy)).unwrap_or(SignedDuration::MAX);
        let due = self.since.checked_add(interval).unwrap_or(Timestamp::MAX);
        (self.since <= now && now < due).then_some(due)
    }
}

/// Its installer ran, and nobody saw it end: judged late, by a later run. An installer that kills us each time must not be
/// started again and again without a pause.
fn is_unseen(attempt: &AttemptRecord) -> bool {
    attempt.end == Some(AttemptEnd::Unseen) && attempt.process.is_some()
}

impl Meaning {
    fn of(attempt: &AttemptRecord, policy: &RetryPolicy) -> Self {
        let Some(verdict) = &attempt.verdict else { return Self::Retry };
        if is_unseen(attempt) && verdict.outcome == Outcome::Interrupted {
            return Self::Retry;
        }
        let own = || verdict.exit_code.and_then(|code| policy.own_interval(code));
        match (verdict.outcome, own()) {
            (
                Outcome::AlreadyInstalled
                | Outcome::Installed
                | Outcome::AlreadyAbsent
                | Outcome::Uninstalled
                | Outcome::NotApplicable
                | Outcome::DoneDespiteCode,
                _,
            ) => Self::Done,
            (Outcome::Waiting | Outcome::WouldRun | Outcome::Interrupted, _) => Self::Nothing,
            (_, Some(interval)) => Self::Own(interval),
            (Outcome::RetryLater, None) => Self::Retry,
            (_, None) => Self::Failure,
        }
    }
}
