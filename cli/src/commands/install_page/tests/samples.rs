//! Sample reports for pages.

use waybill_schemas::report::install::{
    Answer, AppIdentity, AttemptOutcome, CommandReport, ContextReport, DetectReport, DetectionReport,
    EnvironmentDifference, ExitCodeReport, Host, InstallReport, Intent, NextTry, Occasion, OutputReport,
    RefusedCommand, RequirementReport, RequirementsReport, RestartNeed, RestartReport, RetryStep, RuleReport,
    RunReport, StateCode, States, SurvivorReport,
};

pub(super) fn app() -> AppIdentity {
    AppIdentity { name: "Contoso Notes".into(), id: "7f0c".into(), version: Some("4.2".into()) }
}

pub(super) fn code(number: i64, text: &str, name: &str) -> StateCode {
    StateCode { number, text: text.into(), name: name.into(), meaning: format!("{name}.") }
}

pub(super) fn rule(answer: Answer) -> RuleReport {
    RuleReport {
        pointer: "/rules/0".into(),
        kind: "file".into(),
        subject: r"version of C:\Program Files (x86)\Contoso\notes.exe".into(),
        answer,
        expected: "greaterThanOrEqual 4.2".into(),
        actual: if answer == Answer::Detected { "4.2.0.1".into() } else { "not there".into() },
        view: "32-bit".into(),
        why: "There is no such file.".into(),
        code: None,
        invalid: false,
        needs_windows: false,
    }
}

pub(super) fn look(occasion: Occasion, answer: Answer) -> DetectionReport {
    let (looks, after_milliseconds) = match occasion {
        Occasion::After => (5, Some(9_800)),
        _ => (1, None),
    };
    DetectionReport { occasion, answer, rules: vec![rule(answer)], looks, after_milliseconds, code: None }
}

pub(super) fn context() -> ContextReport {
    ContextReport {
        wanted: "system".into(),
        used: "system".into(),
        substituted: false,
        view: "32-bit".into(),
        host: Host::X86,
        system: "windows".into(),
        model: None,
    }
}

pub(super) fn command() -> CommandReport {
    CommandReport {
        line: "setup.exe /S KEY=***".into(),
        program: Some(r"C:\ProgramData\Waybill\Cache\7f0c_1\setup.exe".into()),
        found_in: Some("content folder".into()),
        command_line: Some(r#""C:\ProgramData\Waybill\Cache\7f0c_1\setup.exe" /S KEY=***"#.into()),
        view: "32-bit".into(),
        tail: None,
        prepared: None,
        program_view: None,
        folder: r"C:\ProgramData\Waybill\Cache\7f0c_1".into(),
        environment: vec![
            EnvironmentDifference {
                name: "ProgramFiles".into(),
                value: Some(r"C:\Program Files (x86)".into()),
                left_out: false,
            },
            EnvironmentDifference { name: "HTTP_PROXY".into(), value: None, left_out: true },
        ],
        refused: None,
    }
}

pub(super) fn refused() -> CommandReport {
    CommandReport {
        line: "Deploy.ps1 -Mode Install".into(),
        program: None,
        found_in: None,
        command_line: None,
        refused: Some(RefusedCommand {
            code: "0x800700C1".into(),
            why: "A .ps1 is no program.".into(),
            fix: r#"powershell.exe -NoProfile -File "Deploy.ps1" -Mode Install"#.into(),
            searched: vec!["content folder".into()],
        }),
        environment: Vec::new(),
        ..command()
    }
}

pub(super) fn ran(exit_code: ExitCodeReport) -> RunReport {
    RunReport {
        pid: 4711,
        started: "2026-03-01T10:00:00Z".into(),
        seconds: 12.34,
        limit_minutes: 60,
        timed_out: false,
        exit_code: Some(exit_code),
        survivors: vec![SurvivorReport { pid: 4712, name: "updater.exe".into() }],
        output: OutputReport {
            bytes: 5_000,
            excerpt: "copying\r\ncannot write C:\\Program Files\u{1b}[31m\r\n".into(),
            file: Some(r"C:\ProgramData\Waybill\Logs\7f0c.log".into()),
            shortened: false,
        },
    }
}

pub(super) fn fatal() -> ExitCodeReport {
    ExitCodeReport {
        unsigned: 1603,
        signed: 1603,
        hex: "0x00000643".into(),
        name: Some("ERROR_INSTALL_FAILURE".into()),
        meaning: Some("A fatal error during installation.".into()),
        stands_for: "unmapped".into(),
        said_by: "nobody".into(),
    }
}

/// An attempt whose installer failed.
pub(super) fn failed() -> InstallReport {
    InstallReport {
        contract: 1,
        intent: Intent::Install,
        app: app(),
        outcome: AttemptOutcome::Failed,
        exit: 8,
        changed: true,
        summary: "The installer ended with 1603, which stands for failure, and the app is not detected."
            .into(),
        next: vec!["Add /l*v with a log file, and look for \"Return value 3\" in it.".into()],
        advice: Vec::new(),
        states: States {
            applicability: Some(code(0, "0", "applicable")),
            compliance: code(2, "2", "NotInstalled"),
            desired: code(2, "2", "Present"),
            enforcement: Some(code(5000, "5000", "Error")),
            error: Some(code(-2_147_023_293, "0x80070643", "ERROR_INSTALL_FAILURE")),
        },
        context: context(),
        deviations: vec!["It differs.".into()],
        steps: Vec::new(),
        detections: vec![
            look(Occasion::Before, Answer::NotDetected),
            look(Occasion::After, Answer::NotDetected),
        ],
        requirements: Some(requirements(true)),
        command: Some(command()),
        run: Some(ran(fatal())),
        restart: None,
        next_try: Some(NextTry {
            step: RetryStep::GiveUp,
            at: "2026-03-02T10:00:12.345678Z".into(),
            why: "A failure waits 24 hours; `waybill install` by hand does not.".into(),
        }),
        started: "2026-03-01T10:00:00Z".into(),
        ended: "2026-03-01T10:00:12Z".into(),
    }
}

pub(super) fn requirements(holds: bool) -> RequirementsReport {
    let disk = code(1001, "1001", "disk space");
    RequirementsReport {
        applicability: Some(if holds { code(0, "0", "applicable") } else { disk.clone() }),
        built_in: vec![RequirementReport {
            what: "free disk".into(),
            holds: Some(holds),
            expected: "at least 500 MiB".into(),
            actual: if holds { "20480 MiB".into() } else { "12 MiB".into() },
            code: disk,
        }],
        rules: Vec::new(),
    }
}

/// An attempt that succeeded and needs a restart.
pub(super) fn restart() -> InstallReport {
    let code = ExitCodeReport {
        unsigned: 3010,
        signed: 3010,
        hex: "0x00000BC2".into(),
        name: Some("ERROR_SUCCESS_REBOOT_REQUIRED".into()),
        meaning: Some("Success; a restart is needed before everything works.".into()),
        stands_for: "softReboot".into(),
        said_by: "default".into(),
    };
    let mut run = ran(code);
    run.survivors.clear();
    let mut report = failed();
    report.states.error = None;
    InstallReport {
        outcome: AttemptOutcome::Installed,
        exit: 10,
        summary: "It is installed and detected; a restart is needed some time.".into(),
        next: Vec::new(),
        advice: Vec::new(),
        run: Some(run),
        detections: vec![look(Occasion::After, Answer::Detected)],
        next_try: None,
        restart: Some(RestartReport {
            asked: RestartNeed::Soft,
            behavior: "basedOnReturnCode".into(),
            action: "An agent that may restart would do so after the grace period.".into(),
            pending: Vec::new(),
            left_pending: vec![r"C:\Windows\Temp\old.dll".into()],
            waited_before: vec!["Windows Update".into()],
        }),
        ..report
    }
}

pub(super) fn detected(answer: Answer) -> DetectReport {
    DetectReport {
        contract: 1,
        app: app(),
        exit: if answer == Answer::Detected { 0 } else { 7 },
        summary: "It is not detected.".into(),
        next: Vec::new(),
        advice: Vec::new(),
        context: ContextReport { used: "current".into(), substituted: true, ..context() },
        detection: look(Occasion::Asked, answer),
    }
}
