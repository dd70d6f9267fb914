//! What an installer's exit code stands for: the app's table over the defaults (docs/intune-agent.md, "Return codes").

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
    /// The code has no known type: neither the app nor the defaults list it, or the type is a word that this version
    /// does not know. It is handled as [`Failed`](Self::Failed).
    Unmapped,
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
        }
    }

    fn from_word(kind: &ReturnCodeType) -> Self {
        match kind {
            ReturnCodeType::Success => Self::Success,
            ReturnCodeType::SoftReboot => Self::SoftReboot,
            ReturnCodeType::HardReboot => Self::HardReboot,
            ReturnCodeType::Retry => Self::Retry,
            ReturnCodeType::Failed => Self::Failed,
            _ => Self::Unmapped,
        }
    }
}

/// The return codes of one app.
#[derive(Debug, Clone, PartialEq)]
pub struct ReturnCodes {
    own: Vec<ReturnCode>,
}

impl ReturnCodes {
    /// Takes the app's own codes; for codes that it does not list the five defaults apply.
    pub fn from_app(app: &AppDocument) -> Self {
        Self { own: app.return_codes.clone() }
    }

    /// What an exit code means, and where that is defined: `app.json`, `default` or `nobody`. Where the app lists a
    /// code twice, the first entry counts.
    pub fn stands_for(&self, exit_code: u32) -> (CodeKind, &'static str) {
        // Of two entries for the same code the first counts, as in `RetryPolicy::by_code`.
        let of = |codes: &[ReturnCode]| {
            codes.iter().find(|code| code.matches(exit_code)).map(|code| CodeKind::from_word(&code.kind))
        };
        match (of(&self.own), of(&ReturnCode::defaults())) {
            (Some(kind), _) => (kind, "app.json"),
            (None, Some(kind)) => (kind, "default"),
            (None, None) => (CodeKind::Unmapped, "nobody"),
        }
    }
}
