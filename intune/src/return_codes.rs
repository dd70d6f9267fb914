//! What an installer's exit code stands for: the app's table over the defaults (docs/intune-agent.md, "Return codes").

use serde::{Deserialize, Serialize};
use waybill_schemas::app::{AppDocument, ReturnCode, ReturnCodeType};

/// What a code stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CodeKind {
    /// The installer succeeded.
    Success,
    /// Succeeded; a restart is needed some time.
    SoftReboot,
    /// Succeeded; nothing further is installed before the restart.
    HardReboot,
    /// To be tried again soon.
    Retry,
    /// The installer failed.
    Failed,
    /// Nobody says what it stands for: an error, and no quick retry.
    Unmapped,
}

impl CodeKind {
    /// Success, with or without a restart.
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Success | Self::SoftReboot | Self::HardReboot)
    }

    /// As reports name it.
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

/// The table of one app.
#[derive(Debug, Clone, PartialEq)]
pub struct ReturnCodes {
    own: Vec<ReturnCode>,
}

impl ReturnCodes {
    /// The app's own codes; the five defaults hold where it says nothing about them.
    pub fn from_app(app: &AppDocument) -> Self {
        Self { own: app.return_codes.clone() }
    }

    /// What these 32 bits stand for, and who says so: `app.json`, `default` or `nobody`. Of a code that stands twice the
    /// first counts.
    pub fn stands_for(&self, exit_code: u32) -> (CodeKind, &'static str) {
        // Of two entries for one code the first counts, as with the intervals of `retry`.
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
