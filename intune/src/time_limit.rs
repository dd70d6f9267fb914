//! How long a command may take.

use waybill_schemas::app::AppDocument;

pub use waybill_schemas::app::MOST_RUN_LIMIT_MINUTES;

/// Minutes after which Intune's agent no longer waits for an installer, where the app names no limit of its own
/// (docs/intune-agent.md, "An attempt, step by step").
pub const DEFAULT_RUN_LIMIT_MINUTES: u32 = 60;

/// The time limit of an app's commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLimit {
    /// The minutes that count: those of the app as far as Intune takes them, else 60 (docs/fidelity.md, "What differs from
    /// Intune, and how to switch it off").
    pub minutes: u32,
    /// What the app says, where Intune takes no such number: 0, or more than [`MOST_RUN_LIMIT_MINUTES`].
    pub refused: Option<u32>,
}

impl TimeLimit {
    /// The limit of this app.
    pub fn of(app: &AppDocument) -> Self {
        let experience = app.install_experience.as_ref();
        match experience.and_then(|one| one.max_run_time_in_minutes) {
            None => Self { minutes: DEFAULT_RUN_LIMIT_MINUTES, refused: None },
            Some(0) => Self { minutes: DEFAULT_RUN_LIMIT_MINUTES, refused: Some(0) },
            Some(minutes) if minutes > MOST_RUN_LIMIT_MINUTES => {
                Self { minutes: MOST_RUN_LIMIT_MINUTES, refused: Some(minutes) }
            }
            Some(minutes) => Self { minutes, refused: None },
        }
    }

    /// What is the matter with the app's number, as a clause without a full stop.
    pub fn fault(&self) -> Option<String> {
        self.refused.map(|written| {
            format!("the time limit is {written} minutes, and Intune takes 1 to {MOST_RUN_LIMIT_MINUTES}")
        })
    }
}
