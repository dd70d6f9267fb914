//! Tests of the pages of some attempts.

mod samples;

use super::*;
use samples::*;
use waybill_schemas::report::install::Decision;

/// The page as a stream without colours receives it.
fn page(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut anstream::StripStream::new(&mut out)).unwrap();
    String::from_utf8(out).unwrap()
}

fn attempt(report: &InstallReport, whole: bool) -> String {
    page(|out| write_attempt(report, whole, out))
}

const FAILED: &str = r#"
Contoso Notes 4.2  FAILED
  The installer ended with 1603, which stands for failure, and the app is not detected.

Run
  exit code   1603, 0x00000643, ERROR_INSTALL_FAILURE
  meaning     A fatal error during installation.
  stands for  failed: returnCodes of app.json do not name it
  took        12.3 s of at most 60 min
  still runs: updater.exe (process 4712)

Output  the end of 4.9 KiB, whole in C:\ProgramData\Waybill\Logs\7f0c.log
  | copying
  | cannot write C:\Program Files\u{1b}[31m

Detection after the installer  not detected, 5 looks, the last one 9.8 s after its end
  /rules/0  does not hold  version of C:\Program Files (x86)\Contoso\notes.exe  (file, 32-bit view)
    wanted  greaterThanOrEqual 4.2
    found   not there
    why     There is no such file.

Install command
  line        setup.exe /S KEY=***
  program     C:\ProgramData\Waybill\Cache\7f0c_1\setup.exe (from: content folder)
  started as  "C:\ProgramData\Waybill\Cache\7f0c_1\setup.exe" /S KEY=***
  folder      C:\ProgramData\Waybill\Cache\7f0c_1
  view        32-bit
  variable ProgramFiles=C:\Program Files (x86)
  without  1 variable of yours: HTTP_PROXY

Context
  as system, 32-bit view

Other than under Intune
  It differs.

Next try  2026-03-02T10:00:12Z
  A failure waits 24 hours; `waybill install` by hand does not.

As Intune reports it
  Applicability     0 applicable
  ComplianceState   2 NotInstalled
  EnforcementState  5000 Error
  ErrorCode         0x80070643 (-2147023293) ERROR_INSTALL_FAILURE

What to do next
  1. Add /l*v with a log file, and look for "Return value 3" in it.
  more: waybill explain install-failed, waybill explain 1603
"#;

#[test]
fn a_failed_install_says_why_and_what_to_do() {
    assert_eq!(attempt(&failed(), true), FAILED);
}

#[test]
fn quiet_people_are_told_of_a_failure_and_what_to_do() {
    let expected = r#"Contoso Notes 4.2  FAILED
  The installer ended with 1603, which stands for failure, and the app is not detected.

What to do next
  1. Add /l*v with a log file, and look for "Return value 3" in it.
  more: waybill explain install-failed, waybill explain 1603
"#;
    assert_eq!(attempt(&failed(), false), expected);
    assert_eq!(attempt(&restart(), false), "");
}

#[test]
fn a_success_is_short_and_tells_the_restart() {
    let expected = r"
Contoso Notes 4.2  installed and detected
  It is installed and detected; a restart is needed some time.
  command    setup.exe /S KEY=***
  exit code  3010, 0x00000BC2, ERROR_SUCCESS_REBOOT_REQUIRED, softReboot (as for every app)
  took       12.3 s of at most 60 min
  context    system

Restart
  An agent that may restart would do so after the grace period.
  waits for it: C:\Windows\Temp\old.dll
  waited before: Windows Update
";
    assert_eq!(attempt(&restart(), true), expected);
}

#[test]
fn a_refused_command_comes_with_the_line_that_would_do() {
    let report = InstallReport {
        outcome: AttemptOutcome::CommandRefused,
        command: Some(refused()),
        run: None,
        next: Vec::new(),
        ..failed()
    };
    let page = attempt(&report, true);
    let expected = r#"  view    32-bit
  refused[0x800700C1] A .ps1 is no program.
    searched: content folder
    fix: powershell.exe -NoProfile -File "Deploy.ps1" -Mode Install
"#;
    assert!(page.contains(expected) && page.contains("Contoso Notes 4.2  NOT STARTED\n"), "{page}");
    let next = "1. The report holds the line that would do and the places that were searched.\n  more: waybill explain command-refused\n";
    assert!(page.ends_with(next), "the table's hint where the report has none: {page}");
}

#[test]
fn a_dry_run_tells_every_requirement_and_what_would_be_started() {
    let mut report =
        InstallReport { outcome: AttemptOutcome::WouldRun, exit: 0, run: None, next: Vec::new(), ..failed() };
    report.detections.pop();
    report.states.error = None;
    let page = attempt(&report, true);
    for part in [
        "Contoso Notes 4.2  dry run\n",
        "Detection before anything was done  not detected\n",
        "Requirements  0 applicable\n  free disk  holds  wanted at least 500 MiB, found 20480 MiB\n",
        "program     C:\\ProgramData\\Waybill\\Cache\\7f0c_1\\setup.exe (from: content folder)\n",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("What to do next"), "{page}");
}

#[test]
fn an_app_for_other_devices_says_which_requirement() {
    let report = InstallReport {
        outcome: AttemptOutcome::NotApplicable,
        exit: 7,
        requirements: Some(requirements(false)),
        command: None,
        run: None,
        ..failed()
    };
    let page = attempt(&report, true);
    let expected =
        "Requirements  1001 disk space\n  free disk  does not hold  wanted at least 500 MiB, found 12 MiB\n";
    assert!(page.contains(expected), "{page}");
}

#[test]
fn a_negative_code_is_told_in_every_form() {
    let code = waybill_schemas::report::install::ExitCodeReport {
        unsigned: 0x8007_0005,
        signed: -2_147_024_891,
        hex: "0x80070005".into(),
        name: None,
        meaning: None,
        stands_for: "retry".into(),
        said_by: "app.json".into(),
    };
    let page = attempt(&InstallReport { run: Some(ran(code)), ..failed() }, true);
    let expected =
        "exit code   2147942405, -2147024891, 0x80070005\n  stands for  retry (app.json says so)\n";
    assert!(page.contains(expected) && page.ends_with("waybill explain 0x80070005\n"), "{page}");
}

#[test]
fn a_look_tells_each_rule_and_whose_eyes_it_was() {
    let expected = r"Contoso Notes 4.2  not detected
  It is not detected.

Detection  not detected
  /rules/0  does not hold  version of C:\Program Files (x86)\Contoso\notes.exe  (file, 32-bit view)
    wanted  greaterThanOrEqual 4.2
    found   not there
    why     There is no such file.

Context
  as current, 32-bit view; Intune would run it as system

What to do next
  1. Compare expected and actual value of each rule in the report; `waybill install` would
     install it.
  more: waybill explain app-not-detected
";
    let not_there = detected(Answer::NotDetected);
    assert_eq!(page(|out| write_detected(&not_there, true, out)), expected);
    assert_eq!(page(|out| write_detected(&not_there, false, out)), "");
    let there = page(|out| write_detected(&detected(Answer::Detected), true, out));
    assert!(there.contains("    wanted  greaterThanOrEqual 4.2\n    found   4.2.0.1\n\nContext"), "{there}");
}

#[test]
fn each_decision_is_a_line() {
    let rule = Some("/rules/0 does not hold.".to_owned());
    let decision = Decision::Looked { answer: Answer::NotDetected, nothing_to_do: false, rule };
    let step = StepReport::new(decision, "2026-03-01T10:00:00Z".into());
    let line = "detection     not detected: /rules/0 does not hold.\n";
    assert_eq!(page(|out| write_step(&step, out)), line);
}
