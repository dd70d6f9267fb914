//! How often an app is tried again, and which outcomes leave it to be tried (docs/retry.md).

use std::time::Duration;
use waybill_schemas::app::AppDocument;
use waybill_schemas::report::install::Outcome;

/// How often and how far apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Further quick tries after one of type retry: 3.
    pub quick_tries: u32,
    /// Between quick tries: 5 minutes.
    pub quick_interval: Duration,
    /// The long wait: 24 hours.
    pub long_interval: Duration,
    /// Own intervals for exit codes: a deferral (1602, 60012) need not cost 24 hours. Of a code that stands twice the first
    /// counts.
    pub by_code: Vec<(u32, Duration)>,
}

/// As Intune's agent has it (docs/retry.md).
impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            quick_tries: 3,
            quick_interval: Duration::from_secs(300),
            long_interval: Duration::from_secs(24 * 3600),
            by_code: Vec::new(),
        }
    }
}

impl RetryPolicy {
    /// As the app's `retry` says, and as Intune's agent has it where it says nothing.
    pub fn from_app(app: &AppDocument) -> Self {
        let mut policy = Self::default();
        let Some(own) = &app.retry else { return policy };
        let minutes = |minutes: std::num::NonZeroU32| Duration::from_secs(u64::from(minutes.get()) * 60);
        policy.quick_tries = own.max_retries.unwrap_or(policy.quick_tries);
        policy.quick_interval = own.retry_interval_in_minutes.map_or(policy.quick_interval, minutes);
        policy.long_interval = own.long_interval_in_minutes.map_or(policy.long_interval, minutes);
        policy.by_code = own
            .return_codes
            .iter()
            .map(|code| (code.bits(), minutes(code.retry_interval_in_minutes)))
            .collect();
        policy
    }

    /// The interval of this exit code, where it has one of its own.
    pub fn own_interval(&self, exit_code: u32) -> Option<Duration> {
        self.by_code.iter().find(|(code, _)| *code == exit_code).map(|(_, interval)| *interval)
    }
}

/// What the outcome of an attempt means for the schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScheduleEffect {
    /// What was wanted is so, or nothing can come of another try: no further one is planned.
    Settled,
    /// It says nothing either way: an earlier wait goes on.
    Unchanged,
    /// To be tried again soon: a quick try.
    TryAgainSoon,
    /// To be tried again after the long wait.
    LongWait,
}

impl ScheduleEffect {
    /// The one list of what each outcome means. An exit code with an interval of its own shortens the two waits.
    pub const fn of_outcome(outcome: Outcome) -> Self {
        // An outcome that is not in this list waits long: a version that does not know it must not try again and again.
        match outcome {
            Outcome::AlreadyInstalled
            | Outcome::Installed
            | Outcome::AlreadyAbsent
            | Outcome::Uninstalled
            | Outcome::NotApplicable
            | Outcome::DoneDespiteCode => Self::Settled,
            Outcome::Waiting | Outcome::WouldRun | Outcome::Interrupted => Self::Unchanged,
            Outcome::RetryLater => Self::TryAgainSoon,
            // Failed, not borne out, over its time, refused, cannot tell; and what a later version may add.
            _ => Self::LongWait,
        }
    }

    /// Whether the schedule may still have a next try.
    pub const fn leaves_open(self) -> bool {
        !matches!(self, Self::Settled)
    }
}
