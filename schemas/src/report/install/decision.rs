//! What an attempt decided: typed, with one function that makes the words of it.

use super::{Answer, AttemptOutcome, Step, StepReport};
use serde::{Deserialize, Serialize};

/// One decision of an attempt. [`Decision::words`] puts it into words for people; reports and pages take them from
/// there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Decision {
    /// The app's installer of an earlier attempt still runs; it is waited for.
    WaitsForEarlier {
        /// The name of the installer's program.
        process: String,
        /// The installer's process id.
        pid: u32,
    },
    /// An earlier attempt was never judged, and nothing of it runs any more.
    EarlierIsOver {
        /// When the earlier attempt began (RFC 3339, UTC).
        began: String,
        /// What is known of its end.
        end: EarlierEnd,
    },
    /// An earlier installer keeps this one from being started.
    EarlierStillRuns {
        /// The name of the installer's program.
        process: String,
        /// The installer's process id.
        pid: u32,
        /// The app that it belongs to, by id.
        app: String,
        /// Whether that is this app.
        is_own: bool,
        /// When its attempt began (RFC 3339, UTC).
        began: String,
    },
    /// The machine is a model, which answers no rule; only the command is resolved.
    OnModel {
        /// What it is a model of.
        model: String,
    },
    /// The app was looked for.
    Looked {
        /// The answer of all detection rules together.
        answer: Answer,
        /// Whether the app is already as wanted.
        nothing_to_do: bool,
        /// The first rule that does not hold, in its own words; absent where every rule holds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
    },
    /// The app was as wanted only at a later look after the installer's end.
    FoundLate {
        /// The number of that look, from 2.
        looks: u32,
        /// Milliseconds after the installer's end.
        milliseconds: u64,
    },
    /// Every requirement holds; the app is for this device.
    Applicable,
    /// A requirement does not hold.
    NotApplicable {
        /// The applicability code, e.g. `1006`.
        code: String,
        /// Which requirement, in words.
        why: String,
    },
    /// It cannot be told whether a requirement holds.
    ApplicabilityUnknown {
        /// Which requirement it is, in words.
        why: String,
    },
    /// The device has to restart first.
    RestartPending {
        /// The app that asked for it, by id.
        app: String,
        /// When the app asked for it (RFC 3339, UTC).
        since: String,
    },
    /// The schedule does not try yet.
    ScheduledFor {
        /// When the schedule tries next (RFC 3339, UTC).
        until: String,
    },
    /// The schedule is followed: the command waits for the next try.
    WaitsForNextTry {
        /// When the next try comes (RFC 3339, UTC).
        until: String,
        /// What the attempt before came to.
        why: String,
    },
    /// The app runs as the signed-in user, and there is none.
    NobodySignedIn,
    /// The app is meant for a certain user, and another one is signed in.
    AnotherUserSignedIn {
        /// The user it is meant for, as the caller named it.
        wanted: String,
        /// The name of the user who is signed in.
        signed_in: String,
    },
    /// A dry run fetches nothing.
    ContentNotFetched,
    /// The content folder is here.
    ContentHere {
        /// The path of the content folder.
        folder: String,
        /// Whether it was fetched for this attempt.
        fetched: bool,
    },
    /// The program that the command starts was found.
    CommandFound {
        /// The absolute path of the program.
        program: String,
        /// Where it was found, for people.
        found_in: String,
    },
    /// The command cannot be started.
    CommandRefused {
        /// Why the command cannot be started.
        why: String,
    },
    /// A dry run ends here.
    DryRun,
    /// Windows Installer is busy with another installation, which is waited for.
    WaitsForInstaller,
    /// The other installation did not end in time.
    InstallerBusy,
    /// The installer is about to run.
    Starts {
        /// The program that is started.
        program: String,
        /// The time limit in minutes.
        limit_minutes: u32,
    },
    /// The installer could not be started: the system refused it, or there was no place for its output.
    StartFailed {
        /// Why it could not be started.
        why: String,
    },
    /// What the exit code stands for.
    ReturnCode {
        /// The installer's exit code, unsigned.
        code: u32,
        /// What it stands for.
        stands_for: String,
        /// Where that meaning comes from: `app.json`, `default` or `nobody`.
        said_by: String,
    },
    /// What exit code and detection come to together.
    Judged {
        /// What came of the attempt.
        outcome: AttemptOutcome,
        /// What came of the attempt, one sentence.
        summary: String,
    },
    /// The installer left something that waits for the next restart: files that it replaces, or an update of Windows.
    RestartLeft {
        /// How many things wait; named for the files that were the only such things at first.
        #[serde(rename = "files")]
        things: usize,
    },
}

/// How an earlier attempt ended that was never judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum EarlierEnd {
    /// Its installer ended with this code.
    Exited(u32),
    /// It was over its time limit.
    TimedOut,
    /// Its installer was never started.
    NeverStarted,
    /// Nobody saw how it ended.
    Unseen,
}

/// A decision in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionWords {
    /// What was decided, a few words.
    pub decided: String,
    /// Why it was decided, one sentence.
    pub why: String,
}

impl StepReport {
    /// The report of a decision that was taken `at` that time (RFC 3339).
    pub fn new(decision: Decision, at: String) -> Self {
        let DecisionWords { decided, why } = decision.words();
        Self { step: decision.step(), decision, decided, why, at }
    }
}

impl Decision {
    /// The step of the attempt that it belongs to.
    pub const fn step(&self) -> Step {
        match self {
            Self::WaitsForEarlier { .. } | Self::EarlierIsOver { .. } | Self::EarlierStillRuns { .. } => {
                Step::EarlierAttempt
            }
            Self::OnModel { .. } | Self::Looked { .. } | Self::FoundLate { .. } => Step::Detection,
            Self::Applicable | Self::NotApplicable { .. } | Self::ApplicabilityUnknown { .. } => {
                Step::Requirements
            }
            Self::RestartPending { .. } => Step::PendingRestart,
            Self::ScheduledFor { .. } | Self::WaitsForNextTry { .. } => Step::Schedule,
            Self::ContentNotFetched | Self::ContentHere { .. } => Step::Content,
            Self::CommandFound { .. } | Self::CommandRefused { .. } => Step::Command,
            Self::NobodySignedIn
            | Self::AnotherUserSignedIn { .. }
            | Self::DryRun
            | Self::WaitsForInstaller
            | Self::InstallerBusy
            | Self::Starts { .. }
            | Self::StartFailed { .. } => Step::Run,
            Self::ReturnCode { .. } => Step::ReturnCode,
            Self::Judged { .. } => Step::Judgement,
            Self::RestartLeft { .. } => Step::Restart,
        }
    }

    /// The decision in words. Reports and pages all take them from here.
    pub fn words(&self) -> DecisionWords {
        let (decided, why) = match self.step() {
            Step::EarlierAttempt => self.words_on_earlier(),
            Step::Detection => self.words_on_detection(),
            Step::Requirements | Step::PendingRestart | Step::Schedule => self.words_on_gates(),
            _ => self.words_on_run(),
        };
        DecisionWords { decided, why }
    }

    fn words_on_earlier(&self) -> (String, String) {
        match self {
            Self::WaitsForEarlier { process, pid } => (
                "waiting for it".to_owned(),
                format!(
                    "{process} (process {pid}) of an earlier attempt still runs; it is not started twice."
                ),
            ),
            Self::EarlierIsOver { began, end } => (format!("the attempt of {began} is over"), end.words()),
            Self::EarlierStillRuns { process, pid, app, is_own, began } => {
                let whose = if *is_own { "this app's" } else { "another app's" };
                let why =
                    format!("{process} (process {pid}) of {whose} attempt of {began} still runs ({app}).");
                ("not started".to_owned(), why)
            }
            _ => <(String, String)>::default(),
        }
    }

    fn words_on_detection(&self) -> (String, String) {
        match self {
            Self::Looked { answer, nothing_to_do, rule } => {
                let why = match (answer, nothing_to_do) {
                    (Answer::CannotTell, _) => "Nothing is started on such an answer.",
                    (Answer::Detected, true) => "Every detection rule holds; there is nothing to install.",
                    (Answer::NotDetected, true) => "There is nothing to uninstall.",
                    (_, false) => rule.as_deref().unwrap_or("Every detection rule holds."),
                };
                let decided = match answer {
                    Answer::CannotTell => "cannot tell",
                    Answer::Detected => "detected",
                    Answer::NotDetected => "not detected",
                };
                (decided.to_owned(), why.to_owned())
            }
            Self::OnModel { model } => {
                let why = format!(
                    "The machine is a model of {model}, which answers no rule. Detection, requirements, restarts and the \
                     schedule are left out; only the command is resolved."
                );
                ("not looked for".to_owned(), why)
            }
            Self::FoundLate { looks, milliseconds } => {
                let why = format!(
                    "It was so at look {looks}, {:.1} s after the installer's end. Intune's agent looks once, after about \
                     0.15 s, and may report an error here.",
                    *milliseconds as f64 / 1000.0
                );
                ("late".to_owned(), why)
            }
            _ => <(String, String)>::default(),
        }
    }

    fn words_on_gates(&self) -> (String, String) {
        match self {
            Self::Applicable => ("applicable".to_owned(), "Every requirement holds.".to_owned()),
            Self::NotApplicable { code, why } => (format!("not applicable ({code})"), why.clone()),
            Self::ApplicabilityUnknown { why } => ("cannot tell".to_owned(), why.clone()),
            Self::RestartPending { app, since } => {
                let why = format!("{app} asked for a restart at {since}; nothing is installed before it.");
                ("not started".to_owned(), why)
            }
            Self::ScheduledFor { until } => {
                ("not now".to_owned(), format!("The schedule tries again at {until}."))
            }
            Self::WaitsForNextTry { until, why } => (format!("waiting until {until}"), why.clone()),
            _ => <(String, String)>::default(),
        }
    }

    fn words_on_run(&self) -> (String, String) {
        let words = |decided: &str, why: &str| (decided.to_owned(), why.to_owned());
        match self {
            Self::NobodySignedIn => {
                words("not started", "The app runs as the signed-in user, and nobody is signed in.")
            }
            Self::AnotherUserSignedIn { wanted, signed_in } => {
                words("not started", &format!("The app is meant for {wanted}, and {signed_in} is signed in."))
            }
            Self::ContentNotFetched => {
                words("not fetched", "A dry run fetches nothing; files of the package are not looked for.")
            }
            Self::ContentHere { folder, fetched } => {
                let decided = if *fetched { "fetched" } else { "here already" };
                words(decided, &format!("The content folder is {folder}."))
            }
            Self::CommandFound { program, found_in } => words(program, &format!("Found in: {found_in}.")),
            Self::CommandRefused { why } | Self::StartFailed { why } => words("refused", why),
            Self::DryRun => words("not started", "This is a dry run."),
            Self::WaitsForInstaller => words(
                "waiting for another installation",
                "Windows Installer does one installation at a time.",
            ),
            Self::InstallerBusy => words(
                "not started",
                "Another installation by Windows Installer did not end; that counts as 1618.",
            ),
            Self::Starts { program, limit_minutes } => {
                let why = format!(
                    "{program} may take {}; then it is no longer waited for.",
                    crate::counted(u64::from(*limit_minutes), "minute")
                );
                words("starting", &why)
            }
            Self::ReturnCode { code, stands_for, said_by } => {
                let why = match said_by.as_str() {
                    "nobody" => "Nobody says what it stands for: an error, and no quick retry.".to_owned(),
                    who => format!("So says the table of {who}."),
                };
                words(&format!("{code} stands for {stands_for}"), &why)
            }
            Self::Judged { outcome, summary } => words(outcome.words(), summary),
            Self::RestartLeft { things } => {
                let wait = if *things == 1 { "thing waits" } else { "things wait" };
                words("a restart is left pending", &format!("{things} {wait} for it that did not before."))
            }
            _ => <(String, String)>::default(),
        }
    }
}

impl EarlierEnd {
    fn words(self) -> String {
        let known = match self {
            Self::Exited(code) => {
                return format!("Its installer ended with {code}, and nobody judged it; detection decides.");
            }
            Self::TimedOut => "Its installer was over its time limit and has ended since",
            Self::NeverStarted => "It was about to start its installer and never did",
            Self::Unseen => "Nobody saw how it ended, so its exit code is not known",
        };
        format!("{known}; detection decides.")
    }
}

impl AttemptOutcome {
    /// In a few words.
    const fn words(self) -> &'static str {
        match self {
            Self::Installed => "installed and detected",
            Self::Uninstalled => "uninstalled",
            Self::Failed => "failed",
            Self::NotBorneOut => "not borne out by detection",
            Self::DoneDespiteCode => "done, although the code says failed",
            Self::TimedOut => "over its time limit",
            Self::RetryLater => "to be tried again",
            Self::Waiting => "judged after the restart",
            _ => "cannot tell",
        }
    }
}
