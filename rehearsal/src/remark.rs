//! Remarks of a rehearsal, which its caller may word anew, because it knows its own options and commands.

use std::fmt;

/// A remark of a rehearsal. Its text names no option; [`crate::Audience::words`] may give another text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remark {
    /// The app is here already, and that copy is uninstalled first, as the request says.
    CopyGoesFirst {
        /// What was found of that copy.
        found: String,
    },
    /// The app is here already, and that copy is left alone, because the request does not allow to uninstall it.
    CopyStays {
        /// What was found of that copy.
        found: String,
    },
    /// A failure has a code, whose meaning can be looked up.
    ExplainCode {
        /// The id in the table of codes.
        id: String,
    },
    /// An installer still runs, and another rehearsal would not know of it.
    LetInstallerEnd {
        /// The process id of the installer, where it is known.
        pid: Option<u32>,
        /// The root folder whose state has the attempt.
        root: String,
    },
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
            Self::AddedMsiLog => formatter.write_str("`/l*v` was added to msiexec's line, for its log."),
        }
    }
}
