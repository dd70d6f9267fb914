//! Which entry of the table of codes an outcome has.

use super::{Answer, DetectReport, InstallReport, Intent, Outcome};
use crate::codes::{Class, Code, runner};

impl InstallReport {
    /// The class that the exit code stands for; `None` for 0.
    pub fn class(&self) -> Option<Class> {
        Class::from_exit_code(self.exit)
    }

    /// What was wanted is so, or was so already; a restart may be needed.
    pub fn is_done(&self) -> bool {
        self.class().is_none_or(Class::is_done)
    }

    /// The entry of the table of codes; `None` where all is well.
    pub fn code(&self) -> Option<&'static Code> {
        let by_intent = |install, uninstall| match self.intent {
            Intent::Install => install,
            Intent::Uninstall => uninstall,
        };
        match self.outcome {
            Outcome::NotApplicable => Some(&runner::APP_NOT_APPLICABLE),
            Outcome::CannotTell => Some(self.cannot_tell()),
            Outcome::CommandRefused => Some(&runner::COMMAND_REFUSED),
            Outcome::Failed => Some(by_intent(&runner::INSTALL_FAILED, &runner::UNINSTALL_FAILED)),
            Outcome::NotBorneOut => {
                Some(by_intent(&runner::INSTALL_NOT_BORNE_OUT, &runner::UNINSTALL_NOT_BORNE_OUT))
            }
            Outcome::DoneDespiteCode => Some(&runner::DONE_DESPITE_CODE),
            Outcome::TimedOut => Some(&runner::INSTALL_TIMED_OUT),
            Outcome::RetryLater => Some(&runner::RETRY_LATER),
            Outcome::Waiting => Some(self.waits_for()),
            Outcome::AlreadyInstalled
            | Outcome::Installed
            | Outcome::AlreadyAbsent
            | Outcome::Uninstalled
            | Outcome::WouldRun
            | Outcome::Interrupted => None,
        }
    }

    fn cannot_tell(&self) -> &'static Code {
        if self.class() == Some(Class::Refused) {
            return &runner::DETECTION_RULE_INVALID; // by the code alone it may be a rule that needs Windows
        }
        match &self.requirements {
            Some(requirements) if requirements.applicability.is_none() => &runner::REQUIREMENTS_CANNOT_TELL,
            _ => &runner::DETECTION_CANNOT_TELL,
        }
    }

    /// By EnforcementState (docs/intune-agent.md, "States").
    fn waits_for(&self) -> &'static Code {
        match self.states.enforcement.as_ref().map(|state| state.number) {
            Some(2013) => &runner::WAITING_FOR_USER,
            Some(2008 | 2011 | 6002) => &runner::RESTART_PENDING,
            Some(2000) => &runner::INSTALLER_STILL_RUNS,
            _ => &runner::RETRY_LATER,
        }
    }
}

impl DetectReport {
    /// The entry of the table of codes; `None` where the app is there.
    pub fn code(&self) -> Option<&'static Code> {
        match self.detection.answer {
            Answer::Detected => None,
            Answer::NotDetected => Some(&runner::APP_NOT_DETECTED),
            Answer::CannotTell if self.detection.rules.iter().any(|rule| rule.invalid) => {
                Some(&runner::DETECTION_RULE_INVALID)
            }
            Answer::CannotTell => Some(&runner::DETECTION_CANNOT_TELL),
        }
    }
}
