//! What a rehearsal says and its caller may say better, because it knows its own options and commands.

use std::fmt;

/// A remark of a rehearsal. Its text names no option; [`crate::Audience::words`] may give another text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remark {
    /// The app is here already, and that copy is uninstalled first, as the request says.
    CopyGoesFirst {
        /// What was found of it.
        found: String,
    },
    /// The app is here already, and that copy is left alone: the request does not say that it may go.
    CopyStays {
        /// What was found of it.
        found: String,
    },
    /// What a failure's code means can be looked up.
    ExplainCode {
        /// The id in the table of codes.
        id: String,
    },
    /// An installer still runs, of which another rehearsal would not know.
    LetInstallerEnd {
        /// Its process id.
        pid: Option<u32>,
        /// The root whose memory has the attempt.
        root: String,
    },
    /// Everything ran as the account of this program.
    RanAsOwnAccount,
    /// Everything ran in this machine's own view.
    RanInNativeView,
    /// Scripts were run by a program that the settings name.
    RanOtherScriptHost,
    /// Windows Installer was made to write a log.
    AddedMsiLog,
}

impl fmt::Display for Remark {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CopyGoesFirst { found } => write!(formatter, "{found}; that copy is uninstalled first"),
            Self::CopyStays { found } => write!(formatter, "{found}: that copy is not touched"),
            Self::ExplainCode { id } => {
                write!(formatter, "The table of codes has {id}: what it means and what to look at.")
            }
            Self::LetInstallerEnd { pid, root } => {
                let process = pid.map_or_else(String::new, |pid| format!(" (process {pid})"));
                write!(
                    formatter,
                    "Let the installer{process} end before anything else: another rehearsal would not know of it. Then \
                     uninstall with the root {root}."
                )
            }
            Self::RanAsOwnAccount => {
                formatter.write_str("Commands and rules ran as you, not as Intune runs them.")
            }
            Self::RanInNativeView => {
                formatter.write_str("The view is this machine's own, Intune's is the 32-bit one.")
            }
            Self::RanOtherScriptHost => {
                formatter.write_str("Scripts were run by another program than powershell.exe.")
            }
            Self::AddedMsiLog => formatter.write_str("`/l*v` was added to msiexec's line, for its log."),
        }
    }
}
