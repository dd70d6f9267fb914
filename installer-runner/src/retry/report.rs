use super::schedule::{Standing, Wait};
use super::{Decision, next_try};
use crate::{AttemptRecord, RetryPolicy};
use jiff::Timestamp;
use std::time::Duration;
use waybill_schemas::report::install::{NextTry, RetryStep};

/// What a person is told of the next try; `None` where nothing is to be tried again.
pub fn next_try_report(history: &[AttemptRecord], now: Timestamp, policy: &RetryPolicy) -> Option<NextTry> {
    let standing = Standing::after(history, policy);
    let (step, at) = match next_try(history, now, policy) {
        Decision::RunNow if standing.wait == Wait::None => return None,
        Decision::RunNow => (RetryStep::Now, now),
        Decision::WaitUntil(until) => (RetryStep::Wait, until),
        Decision::GiveUpUntil(until) => (RetryStep::GiveUp, until),
    };
    let at = Timestamp::from_second(whole_second(at)).unwrap_or(at).to_string();
    Some(NextTry { step, at, why: why(&standing, step, policy) })
}

/// Rounded up: at the time that is told, it runs.
fn whole_second(at: Timestamp) -> i64 {
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
            format!("{waits}; `waybill install` does not wait and begins the schedule anew.")
        }
    }
}

/// `5 minutes`, `24 hours`.
fn length(interval: Duration) -> String {
    let seconds = interval.as_secs();
    let (number, unit) = match seconds {
        _ if seconds > 0 && seconds.is_multiple_of(3600) => (seconds / 3600, "hour"),
        _ if seconds > 0 && seconds.is_multiple_of(60) => (seconds / 60, "minute"),
        _ => (seconds, "second"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}
