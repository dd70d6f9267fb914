//! What an installer's exit code stands for: the app's table, or the defaults where it has none (docs/intune-agent.md,
//! "Return codes").

use serde::{Deserialize, Serialize};
use waybill_schemas::app::{AppDocument, ReturnCode, ReturnCodeType};

/// What an exit code means to Intune's agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CodeKind {
    /// The installer succeeded, and no restart is needed.
    Success,
    /// The installer succeeded; a restart is needed, but other apps may be installed before it.
    SoftReboot,
    /// The installer succeeded; no further app is installed before the restart.
    HardReboot,
    /// The installer could not run now; it is tried again after the quick interval.
    Retry,
    /// The installer failed; it is tried again after the long interval.
    Failed,
    /// Neither the app nor the defaults list the code. It is handled as [`Failed`](Self::Failed).
    Unmapped,
    /// The app lists the code with a type that this version does not know, or with none: `null` and
    /// `unknownFutureValue` in an export. Whether it is a success cannot be told.
    Unknown,
}

impl CodeKind {
    /// Success, with or without a restart.
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Success | Self::SoftReboot | Self::HardReboot)
    }

    /// The word for it in reports and in app.json.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::SoftReboot => "softReboot",
            Self::HardReboot => "hardReboot",
            Self::Retry => "retry",
            Self::Failed => "failed",
            Self::Unmapped => "unmapped",
            Self::Unknown => "unknown",
        }
    }

    fn from_word(kind: Option<&ReturnCodeType>) -> Self {
        match kind {
            Some(ReturnCodeType::Success) => Self::Success,
            Some(ReturnCodeType::SoftReboot) => Self::SoftReboot,
            Some(ReturnCodeType::HardReboot) => Self::HardReboot,
            Some(ReturnCodeType::Retry) => Self::Retry,
            Some(ReturnCodeType::Failed) => Self::Failed,
            _ => Self::Unknown,
        }
    }
}

/// The return codes of one app.
#[derive(Debug, Clone, PartialEq)]
pub struct ReturnCodes {
    codes: Vec<ReturnCode>,
    are_own: bool,
}

impl ReturnCodes {
    /// Takes the app's own codes, which then count alone: Microsoft's page says that entries are added when an app is
    /// created, so the defaults are data that an app may leave out. Where it has none (`null` or `[]`), the five
    /// defaults apply.
    pub fn from_app(app: &AppDocument) -> Self {
        match app.return_codes.as_slice() {
            [] => Self { codes: ReturnCode::defaults(), are_own: false },
            own => Self { codes: own.to_vec(), are_own: true },
        }
    }

    /// What an exit code means, and where that is defined: `app.json`, `default` or `nobody`. Where the app lists a
    /// code twice, the first entry counts.
    pub fn stands_for(&self, exit_code: u32) -> (CodeKind, &'static str) {
        // Of two entries for the same code the first counts, as in `RetryPolicy::by_code`.
        let listed = self.codes.iter().find(|code| code.matches(exit_code));
        match listed.map(|code| CodeKind::from_word(code.meaning().as_ref())) {
            Some(kind) if self.are_own => (kind, "app.json"),
            Some(kind) => (kind, "default"),
            None => (CodeKind::Unmapped, "nobody"),
        }
    }

    /// What the default of this code would be, where the app has a table that leaves the code out: an agent that took
    /// the defaults as given would differ there, and nobody has measured it.
    pub fn left_out_default(&self, exit_code: u32) -> Option<CodeKind> {
        let is_left_out = self.are_own && self.stands_for(exit_code).1 == "nobody";
        let defaults = ReturnCode::defaults();
        let default = defaults.iter().find(|code| code.matches(exit_code)).filter(|_| is_left_out);
        default.map(|code| CodeKind::from_word(code.meaning().as_ref()))
    }
}
