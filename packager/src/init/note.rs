//! What the person who packs the app should know or check.

use super::Deferral;
use crate::recognise::InstallerKind;
use waybill_schemas::Quoted;

/// What the person who packs the app should know or check.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DraftNote {
    /// Something in the draft was not tried; says what.
    Unverified(String),
    /// No detection rule is proposed, and Intune requires one.
    NoDetectionRule {
        /// The kind of the installer.
        kind: InstallerKind,
    },
    /// No command is proposed, and Intune requires one.
    NoCommand {
        /// `install` or `uninstall`.
        which: &'static str,
    },
    /// Windows starts nothing for a file of this kind.
    NotStarted {
        /// The setup file's name.
        name: String,
        /// What to do with it, as a clause.
        advice: &'static str,
    },
    /// The MSI's facts could not be read; says why.
    MsiUnreadable(String),
    /// ALLUSERS has a value that Windows Installer does not know; holds the value.
    OddAllUsers(String),
    /// The setup file was given in another case than it has on the disk.
    SpelledOtherwise {
        /// Its name on the disk.
        name: String,
    },
    /// The setup file's name has a percent sign, which a command line may expand.
    PercentInName {
        /// The setup file's name.
        name: String,
    },
    /// A field that Intune requires is not known; holds its name.
    Unknown(&'static str),
    /// The setup file is of another kind than its extension says.
    AnotherKind {
        /// The setup file's name.
        name: String,
        /// The kind that its bytes show.
        kind: InstallerKind,
    },
    /// The app is set to run as the user; says why.
    RunsAsUser {
        /// The reason, as a clause.
        why: &'static str,
    },
    /// The version is not two to four numbers, so the rule does not compare it.
    VersionNotCompared {
        /// The version as the installer has it.
        version: String,
    },
    /// The detection rule is a script that lies beside the setup file.
    DetectionScript {
        /// The script's name.
        name: String,
        /// Whether it takes the place of a rule that the installer's facts would give.
        is_replacing: bool,
    },
    /// Several scripts may be the detection rule, and none was taken.
    SeveralScripts {
        /// The scripts' names.
        names: Vec<String>,
    },
    /// A script that looks like the detection rule cannot be one.
    ScriptNotTaken {
        /// The script's name.
        name: String,
        /// Why not, as a clause.
        why: String,
    },
    /// What the codes stand for with which a toolkit reports that the user put the deployment off.
    Deferral {
        /// The exit codes.
        codes: &'static [i32],
        /// What they are mapped to.
        choice: Deferral,
    },
    /// A choice about deferrals was made, and the installer is not known to have a code for them.
    NoDeferralCode,
}

impl std::fmt::Display for DraftNote {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unverified(doubt) => formatter.write_str(doubt),
            Self::NoCommand { which } => {
                write!(formatter, "No {which} command is proposed: Intune asks for one.")
            }
            Self::Unknown(field) => {
                write!(formatter, "The {field} is not known: Intune asks for one.")
            }
            Self::RunsAsUser { why } => write!(
                formatter,
                "The app runs as the user (`runAsAccount` is `user`): {why}. Assign it to users, not to devices."
            ),
            Self::Deferral { codes, choice } => write_deferral(codes, *choice, formatter),
            Self::NoDeferralCode => formatter
                .write_str("No exit code for deferrals is known of this installer: --defer changes nothing."),
            Self::NotStarted { name, advice } => {
                write!(formatter, "Nothing starts {name} by itself: {advice}.", name = Quoted(name))
            }
            Self::MsiUnreadable(_)
            | Self::OddAllUsers(_)
            | Self::SpelledOtherwise { .. }
            | Self::PercentInName { .. }
            | Self::AnotherKind { .. } => self.write_about_file(formatter),
            _ => self.write_about_rule(formatter),
        }
    }
}

impl DraftNote {
    /// The notes about the setup file itself.
    fn write_about_file(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::MsiUnreadable(reason) => {
                write!(formatter, "The MSI's facts are not known: {reason}.")
            }
            Self::OddAllUsers(value) => write!(
                formatter,
                "ALLUSERS is {value} in the MSI; only 1, 2 and nothing mean something. It is taken for per \
                 user.",
                value = Quoted(value)
            ),
            Self::SpelledOtherwise { name } => {
                write!(
                    formatter,
                    "The setup file is {name} on the disk, in this spelling.",
                    name = Quoted(name)
                )
            }
            Self::PercentInName { name } => write!(
                formatter,
                "The name {name} holds a percent sign, which a command line may expand: rename the file.",
                name = Quoted(name)
            ),
            Self::AnotherKind { name, kind } => {
                write!(formatter, "{name} is {kind}, whatever its name says.", name = Quoted(name))
            }
            _ => Ok(()),
        }
    }

    /// The notes about the detection rule.
    fn write_about_rule(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoDetectionRule { kind: InstallerKind::Unknown } => formatter.write_str(
                "No detection rule: nothing tells what this installer leaves behind. Install it once, then add a rule for \
                 a file and its version.",
            ),
            Self::NoDetectionRule { kind } => write!(
                formatter,
                "No detection rule: {kind} does not tell what it leaves behind. Install it once, then add a rule \
                 for a file and its version."
            ),
            Self::VersionNotCompared { version } => write!(
                formatter,
                "The version {version} is not two to four numbers, so the detection rule only looks whether the \
                 product is there.",
                version = Quoted(version)
            ),
            Self::DetectionScript { name, is_replacing } => {
                let instead =
                    if *is_replacing { ", in place of one from the installer's own facts" } else { "" };
                write!(
                    formatter,
                    "The detection rule is the script {name} as it is now{instead}.",
                    name = Quoted(name)
                )
            }
            Self::SeveralScripts { names } => write!(
                formatter,
                "Several scripts may be the detection rule, and none was taken: {}. Leave one of them there.",
                names.join(", ")
            ),
            Self::ScriptNotTaken { name, why } => {
                write!(
                    formatter,
                    "The script {name} did not become the detection rule: {why}.",
                    name = Quoted(name)
                )
            }
            _ => Ok(()),
        }
    }
}

fn write_deferral(
    codes: &[i32],
    choice: Deferral,
    formatter: &mut std::fmt::Formatter<'_>,
) -> std::fmt::Result {
    let codes = codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
    match choice {
        Deferral::Failed => write!(
            formatter,
            "A deferral ({codes}) counts as failed and is offered again after a day; `--defer retry` asks the user \
             again after 5 minutes."
        ),
        Deferral::Retry => write!(
            formatter,
            "A deferral ({codes}) is a retry: the user is asked again after 5 minutes, three times."
        ),
    }
}
