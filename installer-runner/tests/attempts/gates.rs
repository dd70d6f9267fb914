//! Reasons not to start an installer; the tests check that nothing is started then.

use crate::bench::{CONTENT, INSTALLED, PreparedAttempt, idle, working};
use serde_json::json;
use std::path::PathBuf;
use waybill_installer_runner::{AttemptRequest, Content, ContentError, Trigger};
use waybill_schemas::report::install::{Answer, AttemptOutcome, Intent, Occasion};
use waybill_system::fake::FakeRun;

#[test]
fn what_is_there_is_not_installed_again() {
    let bench = PreparedAttempt::new(working(0));
    bench.machine.add_file(INSTALLED, 1);
    let report = bench.attempt(Intent::Install);
    assert_eq!((report.outcome, report.exit, report.changed), (AttemptOutcome::AlreadyInstalled, 0, false));
    assert_eq!((report.states.compliance.number, bench.starts()), (1, 0));
    bench.machine.remove_file(INSTALLED);
    let report = bench.attempt(Intent::Uninstall);
    assert_eq!((report.outcome, report.exit, report.changed), (AttemptOutcome::AlreadyAbsent, 0, false));
    assert_eq!(bench.starts(), 0);
}

#[test]
fn what_cannot_be_told_starts_neither_installer_nor_uninstaller() {
    let bench = PreparedAttempt::new(working(0));
    bench.machine.deny(INSTALLED);
    for intent in [Intent::Install, Intent::Uninstall] {
        let report = bench.attempt(intent);
        assert_eq!((report.outcome, report.exit), (AttemptOutcome::CannotTell, 1), "{report:#?}");
        assert_eq!(report.states.error.unwrap().text, "0x80070005");
        assert_eq!(report.states.compliance.number, 4);
    }
    let invalid = PreparedAttempt::new(working(0)).with_app(&json!({ "rules": [] }));
    let report = invalid.attempt(Intent::Install);
    assert_eq!((report.outcome, report.exit), (AttemptOutcome::CannotTell, 3));
    assert_eq!(report.states.error.unwrap().text, "0x87D30004");
    assert!(!report.next.is_empty());
    assert_eq!(bench.starts() + invalid.starts(), 0);
}

#[test]
fn an_app_for_other_devices_is_not_installed_and_yet_uninstalled() {
    let bench = PreparedAttempt::new(working(0)).with_app(&json!({ "minimumMemoryInMB": 1_000_000 }));
    let report = bench.attempt(Intent::Install);
    assert_eq!((report.outcome, report.exit), (AttemptOutcome::NotApplicable, 7));
    assert_eq!(report.states.applicability.unwrap().number, 1003);
    assert_eq!(report.states.enforcement.unwrap().number, 3000);
    assert!(report.next[0].contains("memory"), "{:?}", report.next);
    assert_eq!(bench.starts(), 0);
    bench.machine.add_file(INSTALLED, 1);
    assert_eq!(bench.attempt(Intent::Uninstall).outcome, AttemptOutcome::Uninstalled);
}

#[test]
fn a_requirement_that_cannot_be_told_starts_nothing() {
    let bench = PreparedAttempt::new(working(0))
        .with_app(&json!({ "minimumSupportedWindowsRelease": "Windows12_30H2" }));
    let report = bench.attempt(Intent::Install);
    assert_eq!((report.outcome, report.exit, bench.starts()), (AttemptOutcome::CannotTell, 1, 0));
}

#[test]
fn a_user_app_waits_for_its_user() {
    let bench = PreparedAttempt::new(working(0))
        .with_app(&json!({ "installExperience": { "runAsAccount": "user" } }));
    bench.machine.set_device(|device| device.user = None);
    let report = bench.attempt(Intent::Install);
    assert_eq!((report.outcome, report.exit, bench.starts()), (AttemptOutcome::Waiting, 9, 0));
    assert_eq!(report.states.enforcement.unwrap().number, 2013);
    bench.machine.set_device(|device| device.user = waybill_system::fake::FakeDevice::default().user);
    assert_eq!(bench.attempt(Intent::Install).outcome, AttemptOutcome::Installed);
}

#[test]
fn a_command_that_cannot_start_says_what_would() {
    for (line, code) in [("install", "0x80070002"), ("deploy.ps1 -Silent", "0x800700C1"), ("", "0x80070002")]
    {
        let bench = PreparedAttempt::new(working(0)).with_app(&json!({ "installCommandLine": line }));
        bench.machine.add_file(&format!(r"{CONTENT}\install.cmd"), 1);
        bench.machine.add_file(&format!(r"{CONTENT}\deploy.ps1"), 1);
        let report = bench.attempt(Intent::Install);
        assert_eq!(
            (report.outcome, report.exit, bench.starts()),
            (AttemptOutcome::CommandRefused, 8, 0),
            "{line}"
        );
        if !line.is_empty() {
            assert_eq!(report.states.error.unwrap().text, code, "{line}");
        }
        assert!(!report.next.is_empty(), "{line}");
        assert!(bench.history().unwrap().is_empty(), "nothing was attempted");
    }
}

#[test]
fn a_dry_run_decides_everything_and_starts_nothing() {
    let mut bench = PreparedAttempt::new(working(0));
    bench.dry_run = true;
    let report = bench.attempt(Intent::Install);
    assert_eq!((report.outcome, report.exit, report.changed), (AttemptOutcome::WouldRun, 0, false));
    assert_eq!(report.command.unwrap().program.unwrap(), format!(r"{CONTENT}\setup.exe"));
    assert_eq!(report.detections[0].answer, Answer::NotDetected);
    assert!(bench.starts() == 0 && bench.history().unwrap().is_empty());
}

/// A content that is downloaded; meanwhile somebody else installs the app.
struct Downloaded<'a>(&'a PreparedAttempt, usize);

impl Content for Downloaded<'_> {
    fn folder(&mut self) -> Result<PathBuf, ContentError> {
        self.1 += 1;
        self.0.machine.add_file(INSTALLED, 1);
        Ok(CONTENT.into())
    }
    fn present(&self) -> Option<PathBuf> {
        None
    }
}

#[test]
fn it_is_looked_for_again_after_the_download() {
    let bench = PreparedAttempt::new(|_, _| FakeRun::ends(1603));
    let request = AttemptRequest::new(&bench.app, Intent::Install);
    let mut content = Downloaded(&bench, 0);
    let report = bench.runner(&()).attempt(&request, &mut content).unwrap();
    assert_eq!((report.outcome, content.1, bench.starts()), (AttemptOutcome::AlreadyInstalled, 1, 0));
    assert_eq!(report.detections[1].occasion, Occasion::AfterDownload);
    let again = bench.runner(&()).attempt(&request, &mut content).unwrap();
    assert_eq!(
        (again.outcome, content.1),
        (AttemptOutcome::AlreadyInstalled, 1),
        "what is there is not downloaded"
    );
}

#[test]
fn the_schedule_waits_and_a_person_does_not() {
    let mut bench = PreparedAttempt::new(idle(1603));
    bench.trigger = Trigger::Schedule;
    assert_eq!(bench.attempt(Intent::Install).outcome, AttemptOutcome::Failed);
    let report = bench.attempt(Intent::Install);
    assert_eq!((report.outcome, report.exit, bench.starts()), (AttemptOutcome::Waiting, 9, 1), "{report:#?}");
    bench.trigger = Trigger::Manual;
    assert_eq!(bench.attempt(Intent::Install).outcome, AttemptOutcome::Failed);
    assert_eq!(bench.starts(), 2);
}

#[test]
fn an_app_meant_for_a_user_is_installed_for_nobody_else() {
    let mut bench = PreparedAttempt::new(working(0))
        .with_app(&json!({ "installExperience": { "runAsAccount": "user" } }));
    let user = waybill_system::SignedInUser { name: r"CONTOSO\ada".into(), id: "S-1-5-21-1".into() };
    bench.machine.set_device(|device| device.user = Some(user));
    for another in ["bob", r"OTHER\ada", "S-1-5-21-2", ""] {
        bench.settings.user = Some(another.to_owned());
        let report = bench.attempt(Intent::Install);
        assert_eq!(
            (report.outcome, report.exit, bench.starts()),
            (AttemptOutcome::Waiting, 9, 0),
            "{another}"
        );
        assert_eq!(report.states.enforcement.unwrap().number, 2013);
    }
    for named in ["ADA", r"contoso\Ada", "S-1-5-21-1"] {
        bench.settings.user = Some(named.to_owned());
        assert_ne!(bench.attempt(Intent::Install).outcome, AttemptOutcome::Waiting, "{named}");
    }
}
