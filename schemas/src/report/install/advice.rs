//! What to do next: typed, so that a command can word it with its own options.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One piece of advice. Its `Display` is a sentence that names no option of any command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Advice {
    /// Try again; the schedule does so by itself.
    TryAgain,
    /// Another installation has to end first.
    LetOtherInstallationEnd,
    /// The schedule waits; a person need not.
    AskByHand,
    /// A restart has to come first.
    Restart {
        /// Whether the attempt is judged after it.
        judged_after: bool,
    },
    /// A user has to sign in first.
    SignIn,
    /// The attempt was interrupted; the same command begins again.
    BeginAgain {
        /// When it was interrupted.
        interrupted: Interruption,
    },
    /// An earlier installer has to end.
    LetEarlierEnd {
        /// The name of that installer's program.
        process: String,
        /// The process id of that installer.
        pid: u32,
    },
    /// No table has this code; the system may know it.
    LookUpCode {
        /// The HRESULT, e.g. `0x800700C1`.
        code: String,
    },
    /// No table has this exit code, and the app does not map it.
    MapUnknownCode {
        /// The exit code, signed.
        code: i32,
    },
    /// What a table says of the exit code.
    CodeMeans {
        /// The exit code, signed.
        code: i32,
        /// The code's name in that table.
        name: String,
        /// What it means, and what helps.
        text: String,
    },
    /// What is usually behind the exit code.
    UsualCauses {
        /// The causes, the likeliest first.
        causes: Vec<String>,
    },
    /// A detection rule is invalid.
    FixRule {
        /// JSON pointer of the rule in app.json, e.g. `/rules/0`.
        pointer: String,
        /// What the rule asks, for people.
        subject: String,
        /// What is wrong with the rule.
        why: String,
    },
    /// The machine does not answer what a rule asks.
    MakeAnswerable {
        /// JSON pointer of the rule in app.json, e.g. `/rules/0`.
        pointer: String,
        /// What the rule asks, for people.
        subject: String,
        /// Why it is not answered.
        why: String,
    },
    /// Rules that only a Windows can answer.
    AskWindows {
        /// JSON pointers of the rules in app.json.
        pointers: Vec<String>,
    },
    /// A rule is not as it should be after the run.
    RuleAfterwards {
        /// JSON pointer of the rule in app.json, e.g. `/rules/0`.
        pointer: String,
        /// What the rule asks, for people.
        subject: String,
        /// What the rule wants; absent where it still holds after an uninstall.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wanted: Option<String>,
        /// What was found on the machine.
        found: String,
        /// The view that was asked: `32-bit` or `64-bit`.
        view: String,
    },
    /// The same rule holds in the other view.
    OtherView {
        /// JSON pointer of the rule in app.json, e.g. `/rules/0`.
        pointer: String,
        /// What the rule asks in the other view, for people.
        subject: String,
        /// What was found in the other view.
        found: String,
        /// The other view: `32-bit` or `64-bit`.
        view: String,
        /// The value of `check32BitOn64System` with which the rule holds.
        check_32_bit: bool,
    },
    /// Anything that has no type of its own.
    Other {
        /// The advice in one sentence.
        text: String,
    },
}

/// When an attempt was interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Interruption {
    /// Before the installer was started.
    BeforeItsStart,
    /// While the installer was running.
    WhileItRan,
    /// After the installer had ended, and before the attempt was judged.
    AfterItsEnd,
}

impl Advice {
    /// A sentence for which there is no type.
    pub fn other(text: impl Into<String>) -> Self {
        Self::Other { text: text.into() }
    }
}

impl Interruption {
    /// What the same command will do, as the end of a sentence; empty where it does all of it.
    const fn what_it_does(self) -> &'static str {
        match self {
            Self::BeforeItsStart => "",
            Self::WhileItRan => ": it waits for that installer and lets detection judge",
            Self::AfterItsEnd => ": it begins with detection, which judges",
        }
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TryAgain => formatter.write_str("Try again in a while."),
            Self::LetOtherInstallationEnd => {
                formatter.write_str("Let the other installation end, then try again.")
            }
            Self::AskByHand => formatter
                .write_str("An attempt that a person asks for does not wait, and begins the schedule anew."),
            Self::Restart { judged_after } => {
                let judge = if *judged_after { ": detection has the last word" } else { "" };
                write!(formatter, "Restart the device, then run the same command again{judge}.")
            }
            Self::SignIn => formatter
                .write_str("Run it again once somebody is signed in, or let the app install for the system."),
            Self::BeginAgain { interrupted } => {
                write!(formatter, "Run the same command again{}.", interrupted.what_it_does())
            }
            Self::LetEarlierEnd { process, pid } => write!(
                formatter,
                "Let {process} (process {pid}) end, or end it if it hangs (a dialog that nobody sees is the usual reason); \
                 then run the same command again."
            ),
            Self::LookUpCode { code } => write!(formatter, "Look up what the system says of {code}."),
            Self::MapUnknownCode { code } => write!(
                formatter,
                "There is no page about exit code {code}. The installer's log or its vendor's documentation says what it \
                 means; if it stands for success or a restart, add it to returnCodes."
            ),
            Self::CodeMeans { code, name, text } => write!(formatter, "{code} ({name}): {text}"),
            Self::UsualCauses { causes } => write!(formatter, "Usual causes: {}.", causes.join("; ")),
            Self::FixRule { pointer, subject, why } => {
                write!(formatter, "Fix {pointer} in app.json ({subject}): {why}")
            }
            Self::MakeAnswerable { pointer, subject, why } => {
                write!(formatter, "See to it that {pointer} can be asked ({subject}): {why}")
            }
            Self::AskWindows { pointers } => {
                write!(formatter, "Run it on Windows, which alone can answer {}.", pointers.join(", "))
            }
            Self::RuleAfterwards { pointer, subject, wanted: Some(wanted), found, view } => write!(
                formatter,
                "{pointer} does not hold: {subject}, wanted {wanted}, found {found} ({view} view)."
            ),
            Self::RuleAfterwards { pointer, subject, wanted: None, found, view } => write!(
                formatter,
                "{pointer} still holds: {subject}, found {found} ({view} view). Let the uninstaller remove it."
            ),
            Self::OtherView { pointer, subject, found, view, check_32_bit } => write!(
                formatter,
                "In the {view} view the same rule holds ({subject}, found {found}): set check32BitOn64System of {pointer} \
                 to {check_32_bit}, or install into the other view."
            ),
            Self::Other { text } => formatter.write_str(text),
        }
    }
}
