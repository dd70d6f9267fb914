//! Restarts that exit codes ask for: what waits for them, and what reports say of them.

use crate::bench::{PreparedAttempt, app, idle, working};
use serde_json::json;
use waybill_installer_runner::AttemptJournal as _;
use waybill_schemas::report::install::{AttemptOutcome, Intent, RestartNeed};
use waybill_system::BootIdentity;
use waybill_system::fake::FakeRun;

#[test]
fn nothing_is_installed_between_a_hard_reboot_code_and_the_restart() {
    let mut bench = PreparedAttempt::new(working(1641));
    assert_eq!(bench.attempt(Intent::Install).exit, 11);
    bench.app = app(&json!({ "displayName": "Other", "rules": [{
        "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule", "ruleType": "detection",
        "path": "C:\\Other", "fileOrFolderName": "other.exe", "operationType": "exists",
    }] }));
    let report = bench.attempt(Intent::Install);
    assert_eq!((report.outcome, report.exit, bench.starts()), (AttemptOutcome::Waiting, 9, 1));
    assert_eq!(report.restart.unwrap().pending[0].app, "contoso-app");
    bench.clock.set(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000)); // a clock that is set back ends no restart
    assert_eq!(bench.attempt(Intent::Install).outcome, AttemptOutcome::Waiting);
    bench.machine.set_device(|device| device.boot = Some(BootIdentity("boot-2".into())));
    assert_eq!(
        (bench.attempt(Intent::Install).exit, bench.starts()),
        (11, 2),
        "it may run after the restart"
    );
}

#[test]
fn a_dry_run_sees_that_a_restart_is_over_and_writes_nothing() {
    let mut bench = PreparedAttempt::new(working(1641));
    assert_eq!(bench.attempt(Intent::Install).exit, 11);
    let noted = bench.journal.restarts().unwrap();
    bench.machine.set_device(|device| device.boot = Some(BootIdentity("boot-2".into())));
    bench.dry_run = true;
    assert_eq!(bench.attempt(Intent::Uninstall).outcome, AttemptOutcome::WouldRun);
    assert_eq!(bench.attempt(Intent::Install).outcome, AttemptOutcome::AlreadyInstalled);
    assert_eq!(bench.journal.restarts().unwrap(), noted);
}

#[test]
fn a_soft_restart_stays_pending_whatever_comes_after_it() {
    let bench = PreparedAttempt::new(working(3010));
    let report = bench.attempt(Intent::Install);
    assert_eq!((report.exit, report.restart.unwrap().asked), (10, RestartNeed::Soft));
    bench.machine.add_program(r"C:\Content\remove.exe", working(0));
    let report = bench.attempt(Intent::Uninstall);
    let restart = report.restart.unwrap();
    assert_eq!((report.exit, restart.asked), (0, RestartNeed::None));
    assert_eq!(restart.pending.len(), 1, "a later 0 never clears an earlier 3010");
    assert_eq!(bench.journal.restarts().unwrap().len(), 1);
}

#[test]
fn a_restart_is_noted_although_detection_does_not_bear_the_install_out() {
    let bench = PreparedAttempt::new(idle(3010));
    let report = bench.attempt(Intent::Install);
    assert_eq!((report.outcome, report.exit), (AttemptOutcome::NotBorneOut, 8));
    assert!(report.summary.contains("restart"), "{}", report.summary);
    assert!(report.next[0].starts_with("Restart the device"), "{:?}", report.next);
    assert_eq!(bench.journal.restarts().unwrap()[0].need, RestartNeed::Soft);
}

#[test]
fn files_that_wait_for_a_restart_are_told() {
    let bench = PreparedAttempt::new(|machine, start| {
        machine.set_device(|device| device.pending.push(r"C:\App\new.dll".into()));
        working(0)(machine, start)
    });
    bench.machine.set_device(|device| device.pending.push(r"C:\Old\old.dll".into()));
    let report = bench.attempt(Intent::Install);
    assert_eq!(report.exit, 0);
    let restart = report.restart.unwrap();
    assert_eq!(restart.left_pending, [r"C:\App\new.dll"]);
    assert_eq!(restart.waited_before, [r"C:\Old\old.dll"]);
}

#[test]
fn of_much_that_waited_already_the_beginning_is_named() {
    let bench = PreparedAttempt::new(working(0));
    bench.machine.set_device(|device| device.pending.extend((0..25).map(|number| format!("file {number}"))));
    let restart = bench.attempt(Intent::Install).restart.unwrap();
    assert_eq!((restart.waited_before.len(), restart.waited_before[20].as_str()), (21, "and 5 more"));
    assert!(restart.left_pending.is_empty());
}

#[test]
fn each_behaviour_says_what_an_agent_would_do() {
    for (behavior, code, words) in [
        ("basedOnReturnCode", 3010, "tell the user that a restart is needed, and not restart"),
        ("basedOnReturnCode", 1641, "restart the device at once"),
        ("basedOnReturnCode", 0, "asks for no restart"),
        ("allow", 3010, "tell the user that a restart is needed, and not restart"),
        ("allow", 1641, "in 120 minutes"),
        ("allow", 0, "asks for no restart"),
        ("suppress", 3010, "restarts by itself unless"),
        ("suppress", 1641, "None: `suppress`"),
        ("force", 0, "restart the device now"),
        ("force", 3010, "restart the device now"),
    ] {
        let bench = PreparedAttempt::new(working(code))
            .with_app(&json!({ "installExperience": { "deviceRestartBehavior": behavior } }));
        let restart = bench.attempt(Intent::Install).restart.unwrap();
        assert!(restart.action.contains(words), "{behavior} {code}: {}", restart.action);
    }
    let failed = PreparedAttempt::new(|_, _| FakeRun::ends(1603))
        .with_app(&json!({ "installExperience": { "deviceRestartBehavior": "force" } }));
    assert!(failed.attempt(Intent::Install).restart.unwrap().action.contains("only after success"));
}

#[test]
fn where_boots_are_not_told_apart_a_restart_is_told_and_keeps_nobody() {
    let bench = PreparedAttempt::new(working(1641));
    bench.machine.set_device(|device| device.boot = None);
    assert_eq!(bench.attempt(Intent::Install).exit, 11);
    let report = bench.attempt(Intent::Uninstall);
    assert_eq!((report.outcome, bench.starts()), (AttemptOutcome::Uninstalled, 2));
    assert_eq!(report.restart.unwrap().pending[0].need, RestartNeed::Hard);
}
