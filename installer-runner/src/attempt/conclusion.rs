use waybill_schemas::codes::device;
use waybill_schemas::report::install::{Answer, DetectionReport, Intent, Outcome};

/// ComplianceState (docs/intune-agent.md, "States").
pub(crate) mod compliance {
    pub(crate) const INSTALLED: i64 = 1;
    pub(crate) const NOT_INSTALLED: i64 = 2;
    pub(crate) const ERROR: i64 = 4;
}

/// EnforcementState (docs/intune-agent.md, "States").
pub(crate) mod enforcement {
    pub(crate) const SUCCESS: i64 = 1000;
    pub(crate) const SUCCESS_UNINSTALL_PENDING_REBOOT: i64 = 1011;
    pub(crate) const IN_PROGRESS: i64 = 2000;
    pub(crate) const IN_PROGRESS_PENDING_REBOOT: i64 = 2008;
    pub(crate) const IN_PROGRESS_UNINSTALL_PENDING_REBOOT: i64 = 2011;
    pub(crate) const WAITING_USER_LOGON: i64 = 2013;
    pub(crate) const REQUIREMENTS_NOT_MET: i64 = 3000;
    pub(crate) const UNKNOWN: i64 = 4000;
    pub(crate) const ERROR: i64 = 5000;
    pub(crate) const ERROR_WITH_IMMEDIATE_RETRY: i64 = 5999;
    pub(crate) const NOT_ATTEMPTED_PENDING_REBOOT: i64 = 6002;
}

/// What an attempt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Conclusion {
    pub(crate) outcome: Outcome,
    /// What `waybill` exits with (design, "The command").
    pub(crate) exit: u8,
    /// Whether anything on the device may have changed.
    pub(crate) changed: bool,
    /// One sentence; the app is named by the report.
    pub(crate) summary: String,
    pub(crate) next: Vec<String>,
    pub(crate) compliance: i64,
    pub(crate) enforcement: Option<i64>,
    /// ErrorCode, an HRESULT.
    pub(crate) error: Option<u32>,
}

impl Conclusion {
    /// Nothing was done, and nothing is to be done.
    pub(crate) fn quiet(outcome: Outcome, exit: u8, summary: impl Into<String>) -> Self {
        Self {
            outcome,
            exit,
            changed: false,
            summary: summary.into(),
            next: Vec::new(),
            compliance: compliance::NOT_INSTALLED,
            enforcement: None,
            error: None,
        }
    }

    /// With what to do next.
    pub(crate) fn advising(mut self, next: impl IntoIterator<Item = String>) -> Self {
        self.next.extend(next);
        self
    }

    /// With these states.
    pub(crate) fn with(mut self, compliance: i64, enforcement: Option<i64>, error: Option<u32>) -> Self {
        (self.compliance, self.enforcement, self.error) = (compliance, enforcement, error);
        self
    }
}

/// ComplianceState comes from detection alone (docs/intune-agent.md, "Ends of an installer").
pub(crate) fn compliance_of(answer: Answer) -> i64 {
    match answer {
        Answer::Detected => compliance::INSTALLED,
        Answer::NotDetected => compliance::NOT_INSTALLED,
        Answer::CannotTell => compliance::ERROR,
    }
}

/// What is wanted is the case already.
pub(crate) fn nothing_to_do(intent: Intent) -> Conclusion {
    match intent {
        Intent::Install => {
            Conclusion::quiet(Outcome::AlreadyInstalled, 0, "It is installed already; nothing was done.")
                .with(compliance::INSTALLED, Some(enforcement::SUCCESS), None)
        }
        Intent::Uninstall => Conclusion::quiet(
            Outcome::AlreadyAbsent,
            0,
            "It is not installed; nothing was done.",
        )
        .with(compliance::NOT_INSTALLED, Some(enforcement::SUCCESS), None),
    }
}

/// Detection cannot tell, so nothing is started: exit 3 for an invalid rule, else 1.
pub(crate) fn cannot_tell(detection: &DetectionReport, started: bool) -> Conclusion {
    let rules = || detection.rules.iter().filter(|rule| rule.answer == Answer::CannotTell);
    let invalid = rules().any(|rule| rule.invalid);
    let code = detection
        .code
        .as_ref()
        .map_or(device::DETECTION_RULE_INVALID, |code| (code.number & 0xFFFF_FFFF) as u32);
    let summary = match started {
        true => "The installer ran, but whether the app is there now cannot be told.",
        false => "Whether the app is there cannot be told, so nothing was started.",
    };
    let next = rules().map(|rule| match rule.invalid {
        true => format!("Mend {} in app.json ({}): {}", rule.pointer, rule.subject, rule.why),
        false => format!("See to it that {} can be asked ({}): {}", rule.pointer, rule.subject, rule.why),
    });
    let mut conclusion = Conclusion::quiet(Outcome::CannotTell, if invalid { 3 } else { 1 }, summary)
        .with(compliance::ERROR, Some(enforcement::ERROR), Some(code))
        .advising(next);
    if detection.rules.is_empty() {
        conclusion
            .next
            .push("Give the app a detection rule; docs/detection.md has twelve to choose from.".to_owned());
    }
    conclusion.changed = started;
    conclusion
}
