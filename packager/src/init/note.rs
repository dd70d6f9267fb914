use crate::recognise::InstallerKind;

/// What the maker of an app should know or look at.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// Something in the draft has not been tried.
    Unverified(String),
    /// No detection rule is proposed; Intune asks for one.
    NoDetectionRule {
        /// What the installer is.
        kind: InstallerKind,
    },
    /// No command is proposed.
    NoCommand {
        /// `install` or `uninstall`.
        which: &'static str,
    },
    /// The MSI's facts could not be read.
    MsiUnreadable(String),
    /// ALLUSERS has a value that Windows Installer does not know.
    OddAllUsers(String),
    /// The setup file was given in another case.
    SpelledOtherwise {
        /// As on the disk.
        name: String,
    },
    /// A percent sign in the setup file's name, which a command line may expand.
    PercentInName {
        /// The name.
        name: String,
    },
    /// A field that Intune asks for is not known.
    Unknown(&'static str),
    /// The setup file's extension is that of another kind.
    AnotherKind {
        /// Its name.
        name: String,
        /// What it is.
        kind: InstallerKind,
    },
}

impl std::fmt::Display for Note {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unverified(doubt) => formatter.write_str(doubt),
            Self::NoDetectionRule { kind } => write!(
                formatter,
                "No detection rule: {kind} does not tell what it leaves behind. Install it once, then add a rule \
                 for a file and its version."
            ),
            Self::NoCommand { which } => {
                write!(formatter, "No {which} command is proposed: Intune asks for one.")
            }
            Self::MsiUnreadable(reason) => {
                write!(formatter, "The MSI's facts are not known: {reason}.")
            }
            Self::OddAllUsers(value) => write!(
                formatter,
                "ALLUSERS is {value:?} in the MSI; only 1, 2 and nothing mean something. It is taken for per \
                 user."
            ),
            Self::SpelledOtherwise { name } => {
                write!(formatter, "The setup file is {name:?} on the disk, in this spelling.")
            }
            Self::PercentInName { name } => write!(
                formatter,
                "The name {name:?} holds a percent sign, which a command line may expand: rename the file."
            ),
            Self::Unknown(field) => {
                write!(formatter, "The {field} is not known: Intune asks for one.")
            }
            Self::AnotherKind { name, kind } => {
                write!(formatter, "{name:?} is {kind}, whatever its name says.")
            }
        }
    }
}
