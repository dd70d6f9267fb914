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
    /// Somebody has to sign in.
    SignIn,
    /// It was interrupted: begin again.
    BeginAgain {
        /// When it was interrupted.
        interrupted: Interruption,
    },
    /// An earlier installer has to end.
    LetEarlierEnd {
        /// Its program.
        process: String,
        /// Its process id.
        pid: u32,
    },
    /// A code that no table has; the system may know it.
    LookUpCode {
        /// The HRESULT.
        code: String,
    },
    /// An exit code that no table has and the app does not map.
    MapUnknownCode {
        /// The exit code.
        code: i32,
    },
    /// What is known of a code.
    CodeMeans {
        /// The code.
        code: i32,
        /// Its name.
        name: String,
        /// What it means, and what helps.
        text: String,
    },
    /// What usually is behind it.
    UsualCauses {
        /// The likeliest first.
        causes: Vec<String>,
    },
    /// A detection rule that is invalid.
    FixRule {
        /// Where it stands.
        pointer: String,
        /// What it asks.
        subject: String,
        /// What is wrong.
        why: String,
    },
    /// A rule that the machine does not answer.
    MakeAnswerable {
        /// Where it stands.
        pointer: String,
        /// What it asks.
        subject: String,
        /// Why it is not answered.
        why: String,
    },
    /// A rule that is not as it should be after the run.
    RuleAfterwards {
        /// Where it stands.
        pointer: String,
        /// What it asks.
        subject: String,
        /// What it wants; absent where it still holds after an uninstall.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wanted: Option<String>,
        /// What was found.
        found: String,
        /// In which view.
        view: String,
    },
    /// The same rule holds in the other view.
    OtherView {
        /// Where it stands.
        pointer: String,
        /// What it asks there.
        subject: String,
        /// What was found there.
        found: String,
        /// That view.
        view: String,
        /// What `check32BitOn64System` has to be.
        check_32_bit: bool,
    },
    /// Anything else, a sentence.
    Other {
        /// The sentence.
        text: String,
    },
}

/// When an attempt was interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Interruption {
    /// Nothing was started.
    BeforeItsStart,
    /// The installer ran.
    WhileItRan,
    /// The installer had ended and was not judged.
    AfterItsEnd,
}

impl Advice {
    /// A sentence for which there is no type.
    pub fn other(text: impl Into<String>) -> Self {
        Self::Other { text: text.into() }
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
            Self::Restart { judged_after: true } => formatter.write_str(
                "Restart the device, then run the same command again: detection has the last word.",
            ),
            Self::Restart { judged_after: false } => {
                formatter.write_str("Restart the device, then run the same command again.")
            }
            Self::SignIn => formatter
                .write_str("Run it again once somebody is signed in, or let the app install for the system."),
            Self::BeginAgain { interrupted } => formatter.write_str(match interrupted {
                Interruption::BeforeItsStart => "Run the same command again.",
                Interruption::WhileItRan => {
                    "Run the same command again: it waits for that installer and lets detection judge."
                }
                Interruption::AfterItsEnd => {
                    "Run the same command again: it begins with detection, which judges."
                }
            }),
            Self::LetEarlierEnd { process, pid } => write!(
                formatter,
                "Let {process} (process {pid}) end, or end it if it hangs (a dialog that nobody sees is the usual reason); \
                 then run the same command again."
            ),
            Self::LookUpCode { code } => write!(formatter, "Look up what the system says of {code}."),
            Self::MapUnknownCode { code } => write!(
                formatter,
                "No table knows {code}: look the code up with the installer's maker, and map it in returnCodes once it is \
                 known."
            ),
            Self::CodeMeans { code, name, text } => write!(formatter, "{code} ({name}): {text}"),
            Self::UsualCauses { causes } => write!(formatter, "Usual causes: {}.", causes.join("; ")),
            Self::FixRule { pointer, subject, why } => {
                write!(formatter, "Fix {pointer} in app.json ({subject}): {why}")
            }
            Self::MakeAnswerable { pointer, subject, why } => {
                write!(formatter, "See to it that {pointer} can be asked ({subject}): {why}")
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
