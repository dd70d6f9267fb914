//! The result of a run, from the meaning of the exit code and the answer of detection. No I/O.
//!
//! ComplianceState comes from detection, EnforcementState and ErrorCode from the code (docs/intune-agent.md, "Ends of
//! an installer"); detection is the judge (docs/intune-agent.md, "An attempt, step by step").

use super::conclusion::{Conclusion, compliance_of, enforcement};
use crate::CodeKind;
use crate::state_code::error_code;
use waybill_schemas::codes::{Class, device};
use waybill_schemas::report::install::{Advice, Answer, AttemptOutcome, Intent};

/// How a run ended, as far as the result depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The installer ended with this exit code, which has this meaning.
    Exited(u32, CodeKind),
    /// The installer outlived its time limit; `killed` says whether it was ended then.
    TimedOut { killed: bool },
    /// The end was not seen, because this program or the device stopped before it.
    Unseen,
}

/// "This product is not installed" (Windows Installer, ERROR_UNKNOWN_PRODUCT).
const UNKNOWN_PRODUCT: u32 = 1605;

/// The result of a run. Exit code and detection are independent of one another, and the report shows both.
pub(crate) fn conclude_run(intent: Intent, ended: Ended, answer: Answer) -> Conclusion {
    let reached = reached(intent, answer);
    let mut conclusion = match ended {
        Ended::Exited(code, CodeKind::Retry) => retry(code),
        Ended::Exited(code, CodeKind::Failed | CodeKind::Unmapped) => failed(intent, code, reached),
        Ended::Exited(code, CodeKind::Unknown) => unknown(code),
        Ended::Exited(code, kind) => succeeded(intent, code, kind, reached),
        Ended::TimedOut { killed } => timed_out(reached, killed),
        Ended::Unseen => unseen(intent, reached),
    };
    conclusion.compliance = compliance_of(answer);
    conclusion.changed = true;
    conclusion
}

/// Whether the app is as wanted (installed, or absent); `None` where detection cannot tell.
pub(crate) fn reached(intent: Intent, answer: Answer) -> Option<bool> {
    match (intent, answer) {
        (_, Answer::CannotTell) => None,
        (Intent::Install, answer) => Some(answer == Answer::Detected),
        (Intent::Uninstall, answer) => Some(answer == Answer::NotDetected),
    }
}

fn conclude(
    outcome: AttemptOutcome,
    class: impl Into<Option<Class>>,
    summary: impl Into<String>,
    state: i64,
    error: Option<u32>,
) -> Conclusion {
    Conclusion::unchanged(outcome, class, summary).with(0, Some(state), error)
}

fn succeeded(intent: Intent, code: u32, kind: CodeKind, reached: Option<bool>) -> Conclusion {
    match (reached, kind) {
        (Some(true), _) => done(intent, kind),
        (Some(false), CodeKind::HardReboot) => after_restart(intent, code),
        (Some(false), _) => not_borne_out(intent, code, kind),
        // The caller replaces this result by one that names the rules; it is here to make the table complete.
        (None, _) => cannot_tell(),
    }
}

/// The app gives the code a type that nobody here knows: neither a success nor a failure may be made of it.
fn unknown(code: u32) -> Conclusion {
    let summary = format!(
        "The installer ended with {code}, whose type in returnCodes is not known: whether that is a success cannot be told."
    );
    let hint = format!("Give {code} one of the types success, softReboot, hardReboot, retry and failed.");
    let error = Some(error_code(code));
    conclude(AttemptOutcome::CannotTell, Class::Machine, summary, enforcement::ERROR, error)
        .advising([Advice::other(hint)])
}

fn cannot_tell() -> Conclusion {
    let summary = "The installer ran, but whether the app is there now cannot be told.";
    let error = Some(device::DETECTION_RULE_INVALID);
    conclude(AttemptOutcome::CannotTell, Class::Machine, summary, enforcement::ERROR, error)
}

fn done(intent: Intent, kind: CodeKind) -> Conclusion {
    let (outcome, said) = match intent {
        Intent::Install => (AttemptOutcome::Installed, "It is installed and detected"),
        Intent::Uninstall => (AttemptOutcome::Uninstalled, "It is uninstalled and no longer detected"),
    };
    let (class, restart) = match kind {
        CodeKind::SoftReboot => (Some(Class::SoftRestart), "; the device needs a restart some time"),
        CodeKind::HardReboot => {
            (Some(Class::HardRestart), "; the device has to restart before anything else is installed")
        }
        _ => (None, ""),
    };
    let state = match (intent, class) {
        (Intent::Uninstall, Some(_)) => enforcement::SUCCESS_UNINSTALL_PENDING_REBOOT,
        _ => enforcement::SUCCESS,
    };
    conclude(outcome, class, format!("{said}{restart}."), state, None)
}

fn after_restart(intent: Intent, code: u32) -> Conclusion {
    // After a hard reboot code an app that is not yet as wanted is judged after the restart.
    let (state, what) = match intent {
        Intent::Install => (enforcement::IN_PROGRESS_PENDING_REBOOT, "not detected yet"),
        Intent::Uninstall => (enforcement::IN_PROGRESS_UNINSTALL_PENDING_REBOOT, "still detected"),
    };
    let summary =
        format!("The installer ended with {code} and asks for a restart; it is {what} and judged after it.");
    conclude(AttemptOutcome::Waiting, Class::HardRestart, summary, state, None)
        .advising([Advice::Restart { judged_after: true }])
}

fn not_borne_out(intent: Intent, code: u32, kind: CodeKind) -> Conclusion {
    let (error, what) = match intent {
        Intent::Install => (device::NOT_DETECTED_AFTER_INSTALL, "does not find the app"),
        Intent::Uninstall => (device::DETECTED_AFTER_UNINSTALL, "still finds the app"),
    };
    let maybe = match kind {
        CodeKind::SoftReboot => " It may change with the restart that the code asks for.",
        _ => "",
    };
    let summary = format!(
        "The installer ended with {code}, which stands for {}, but detection {what}.{maybe}",
        kind.name()
    );
    // First of all advice: what detection finds now may be gone or there after the restart that was asked for.
    let restart = (kind == CodeKind::SoftReboot).then_some(Advice::Restart { judged_after: true });
    conclude(AttemptOutcome::NotBorneOut, Class::InstallFailed, summary, enforcement::ERROR, Some(error))
        .advising(restart)
}

fn retry(code: u32) -> Conclusion {
    let summary =
        format!("The installer ended with {code}, which stands for retry: it is to be tried again soon.");
    let (state, error) = (enforcement::ERROR_WITH_IMMEDIATE_RETRY, Some(error_code(code)));
    conclude(AttemptOutcome::RetryLater, Class::RetryLater, summary, state, error)
}

fn failed(intent: Intent, code: u32, reached: Option<bool>) -> Conclusion {
    let error = Some(error_code(code));
    match (intent, reached) {
        (Intent::Uninstall, Some(true)) if code == UNKNOWN_PRODUCT => {
            let summary =
                "It is gone: the uninstaller ended with 1605, because the product was not installed.";
            let hint = "Map 1605 to `success`, or let the uninstall command ask first: Intune's agent reports a failure here.";
            conclude(AttemptOutcome::Uninstalled, None, summary, enforcement::SUCCESS, None)
                .advising([Advice::other(hint)])
        }
        (_, Some(true)) => {
            let what = if intent == Intent::Install { "installed" } else { "uninstalled" };
            let summary = format!("It is {what}, but the installer said {code}.");
            let hint = format!(
                "Map {code} in returnCodes to what it stands for, or fix the installer: Intune's agent reports a failure."
            );
            conclude(
                AttemptOutcome::DoneDespiteCode,
                Class::InstallFailed,
                summary,
                enforcement::ERROR,
                error,
            )
            .advising([Advice::other(hint)])
        }
        (_, found) => {
            let found = match found {
                None => "whether the app is there cannot be told",
                Some(_) if intent == Intent::Install => "the app is not detected",
                Some(_) => "the app is still detected",
            };
            let summary = format!("The installer failed: it ended with {code}, and {found}.");
            conclude(AttemptOutcome::Failed, Class::InstallFailed, summary, enforcement::ERROR, error)
        }
    }
}

fn timed_out(reached: Option<bool>, killed: bool) -> Conclusion {
    let meanwhile = if reached == Some(true) { ", although detection is satisfied already" } else { "" };
    let summary = match killed {
        true => format!("The installer was ended at its time limit{meanwhile}."),
        false => format!(
            "The installer still runs after its time limit{meanwhile}; it was not waited for any longer."
        ),
    };
    conclude(
        AttemptOutcome::TimedOut,
        Class::InstallFailed,
        summary,
        enforcement::ERROR,
        Some(device::TIME_LIMIT),
    )
}

fn unseen(intent: Intent, reached: Option<bool>) -> Conclusion {
    // This program or the device stopped while the installer ran, so there is no exit code and detection decides.
    let (outcome, summary) = match (reached, intent) {
        (Some(true), Intent::Install) => {
            (AttemptOutcome::Installed, "It is installed and detected; how the installer ended nobody saw.")
        }
        (Some(true), Intent::Uninstall) => {
            (AttemptOutcome::Uninstalled, "It is no longer detected; how the uninstaller ended nobody saw.")
        }
        (None, _) => return cannot_tell(),
        (Some(false), _) => {
            let summary = "How the installer ended nobody saw, and detection does not bear it out.";
            let (outcome, class) = (AttemptOutcome::Failed, Class::InstallFailed);
            return conclude(outcome, class, summary, enforcement::UNKNOWN, None);
        }
    };
    conclude(outcome, None, summary, enforcement::SUCCESS, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_that_nobody_saw_is_judged_by_detection_alone() {
        for (answer, outcome, class) in [
            (Answer::Detected, AttemptOutcome::Installed, None),
            (Answer::NotDetected, AttemptOutcome::Failed, Some(Class::InstallFailed)),
            (Answer::CannotTell, AttemptOutcome::CannotTell, Some(Class::Machine)),
        ] {
            let conclusion = conclude_run(Intent::Install, Ended::Unseen, answer);
            assert_eq!((conclusion.outcome, conclusion.class), (outcome, class));
        }
    }
}
