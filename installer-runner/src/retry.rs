//! When the next try may come: a pure function of history, time and policy (docs/retry.md).
//!
//! | what the newest attempt came to | the schedule |
//! |---|---|
//! | done, already so, not applicable, waiting for something, interrupted | runs whenever it is asked |
//! | an exit code with an interval of its own | waits that long; it is no quick try |
//! | type retry, or an end that nobody saw or judged | 3 more tries, 5 minutes apart, then the long wait |
//! | everything else: failed, unmapped, not borne out, over its time, cannot tell | the long wait: 24 hours |
//!
//! After the long wait a new round of quick tries begins. An attempt that a person asked for forgets everything before
//! it: the caller does not ask [`next_try`] then.

use crate::{AttemptEnd, AttemptRecord, RetryPolicy, Trigger};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use waybill_intune::ScheduleEffect;
use waybill_schemas::report::install::{AttemptOutcome, NextTry, RetryStep};

/// Whether the schedule may run an app now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryDecision {
    /// The app may run now.
    RunNow,
    /// Not before this time: a quick try, or a try after an exit code's own interval.
    WaitUntil(Timestamp),
    /// Not before this time: the end of the long wait.
    GiveUpUntil(Timestamp),
}

/// Decides from the attempts of one app and one intent (oldest first), the time and the policy.
///
/// The decision depends on nothing else, so it survives restarts. It compares instants, so daylight saving time has no
/// effect. Where the clock was set forward, the app may run sooner. An attempt in the future shows that the clock was
/// set back, and does not say how long ago it was; the app may then run, because waiting for that time could take
/// years. So nothing ever waits longer than its interval, and a time that was reported is kept.
pub fn next_try(history: &[AttemptRecord], now: Timestamp, policy: &RetryPolicy) -> RetryDecision {
    let standing = Standing::after(history, policy);
    match (standing.wait, standing.due(policy, now)) {
        (Wait::Quick | Wait::Own(_), Some(until)) => RetryDecision::WaitUntil(until),
        (Wait::Long, Some(until)) => RetryDecision::GiveUpUntil(until),
        (Wait::None, _) | (_, None) => RetryDecision::RunNow,
    }
}

/// The next try for a report; `None` where no further try is planned.
pub fn next_try_report(history: &[AttemptRecord], now: Timestamp, policy: &RetryPolicy) -> Option<NextTry> {
    let standing = Standing::after(history, policy);
    let (step, at) = match next_try(history, now, policy) {
        RetryDecision::RunNow if standing.wait == Wait::None => return None,
        RetryDecision::RunNow => (RetryStep::Now, now),
        RetryDecision::WaitUntil(until) => (RetryStep::Wait, until),
        RetryDecision::GiveUpUntil(until) => (RetryStep::GiveUp, until),
    };
    let at = Timestamp::from_second(whole_second(at)).unwrap_or(at).to_string();
    Some(NextTry { step, at, why: why(&standing, step, policy) })
}

fn whole_second(at: Timestamp) -> i64 {
    // Rounded up, so that the app may run at the reported time and not only a moment later.
    at.as_second() + i64::from(at.subsec_nanosecond() > 0)
}

fn why(standing: &Standing, step: RetryStep, policy: &RetryPolicy) -> String {
    let because = standing.exit_code.map_or_else(String::new, |code| format!(" after exit code {code}"));
    let waits = match standing.wait {
        Wait::None => return String::new(),
        Wait::Quick => {
            let (number, all) = (standing.quick, policy.quick_tries);
            format!("Quick try {number} of {all}{because}, {} apart", length(policy.quick_interval))
        }
        Wait::Own(interval) => {
            format!("{}{because}: app.json gives it an interval of its own", length(interval))
        }
        Wait::Long => {
            let tried = match standing.quick {
                0 => "the attempt failed".to_owned(),
                quick => format!("{quick} quick tries did not help"),
            };
            format!("{}{because}, because {tried}", length(policy.long_interval))
        }
    };
    match step {
        RetryStep::Now => format!("{waits}; that time has passed."),
        RetryStep::Wait | RetryStep::GiveUp => {
            format!("{waits}; an attempt that a person asks for does not wait and begins the schedule anew.")
        }
    }
}

/// An interval in words: `5 minutes`, `24 hours`.
fn length(interval: Duration) -> String {
    let seconds = interval.as_secs();
    let (number, unit) = match seconds {
        _ if seconds > 0 && seconds.is_multiple_of(3600) => (seconds / 3600, "hour"),
        _ if seconds > 0 && seconds.is_multiple_of(60) => (seconds / 60, "minute"),
        _ => (seconds, "second"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// The kind of wait before the next try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Wait {
    /// No wait: the app may run now.
    #[default]
    None,
    /// The wait before a quick try.
    Quick,
    /// The exit code's own interval.
    Own(Duration),
    /// The long wait after a failure.
    Long,
}

/// The state of the schedule after some attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Standing {
    /// How many quick tries of this round have been planned.
    quick: u32,
    /// The wait before the next try.
    wait: Wait,
    /// The time at which the wait began.
    since: Timestamp,
    /// The exit code that caused the wait, if any.
    exit_code: Option<u32>,
}

impl Standing {
    /// The state after all of `history`, which is in order, oldest first.
    fn after(history: &[AttemptRecord], policy: &RetryPolicy) -> Self {
        history.iter().fold(Self::default(), |standing, attempt| standing.then(attempt, policy))
    }

    fn then(self, attempt: &AttemptRecord, policy: &RetryPolicy) -> Self {
        // An attempt that a person asked for begins a new round: earlier attempts no longer count.
        let before = if attempt.new.trigger == Trigger::Manual { Self::default() } else { self };
        // An attempt after the long wait begins a new round of quick tries.
        let quick = if before.wait == Wait::Long { 0 } else { before.quick };
        let judged = attempt.verdict.as_ref().filter(|_| !is_unseen(attempt));
        let since = judged.map_or(attempt.new.at, |verdict| verdict.at);
        let exit_code = attempt.verdict.as_ref().and_then(|verdict| verdict.exit_code);
        let waiting = |quick, wait| Self { quick, wait, since, exit_code };
        let effect = effect_of(attempt);
        match effect {
            ScheduleEffect::Settled => Self::default(),
            ScheduleEffect::Unchanged => before,
            ScheduleEffect::TryAgainSoon | ScheduleEffect::LongWait => {
                match exit_code.and_then(|code| policy.own_interval(code)) {
                    Some(interval) => waiting(quick, Wait::Own(interval)),
                    None if effect == ScheduleEffect::TryAgainSoon && quick < policy.quick_tries => {
                        waiting(quick + 1, Wait::Quick)
                    }
                    None => waiting(quick, Wait::Long),
                }
            }
        }
    }

    /// The length of the wait.
    fn interval(&self, policy: &RetryPolicy) -> Duration {
        match self.wait {
            Wait::None => Duration::ZERO,
            Wait::Quick => policy.quick_interval,
            Wait::Own(interval) => interval,
            Wait::Long => policy.long_interval,
        }
    }

    /// The time at which the wait ends; `None` if that is not in the future.
    fn due(&self, policy: &RetryPolicy, now: Timestamp) -> Option<Timestamp> {
        let interval = SignedDuration::try_from(self.interval(policy)).unwrap_or(SignedDuration::MAX);
        let due = self.since.checked_add(interval).unwrap_or(Timestamp::MAX);
        (self.since <= now && now < due).then_some(due)
    }
}

fn is_unseen(attempt: &AttemptRecord) -> bool {
    // Whether the installer ran and its end was not seen. Such an attempt is judged later, by another run; an installer
    // that ends this program each time must not be started again and again without a pause.
    attempt.end == Some(AttemptEnd::Unseen) && attempt.process.is_some()
}

fn effect_of(attempt: &AttemptRecord) -> ScheduleEffect {
    match &attempt.verdict {
        None => ScheduleEffect::TryAgainSoon,
        Some(verdict) if is_unseen(attempt) && verdict.outcome == AttemptOutcome::Interrupted => {
            ScheduleEffect::TryAgainSoon
        }
        Some(verdict) => ScheduleEffect::of_outcome(verdict.outcome),
    }
}

#[cfg(test)]
mod tests;
