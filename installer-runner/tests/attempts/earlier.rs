//! Attempts that earlier runs left unsettled.

use crate::bench::{INSTALLED, PreparedAttempt, app, idle, working};
use jiff::Timestamp;
use serde_json::json;
use waybill_context::Clock as _;
use waybill_installer_runner::{AttemptEnd, AttemptId, AttemptJournal as _, AttemptKey, NewAttempt, Trigger};
use waybill_schemas::report::install::{AttemptOutcome, Intent, RestartNeed, Step};
use waybill_system::fake::FakeRun;
use waybill_system::{BootIdentity, ProcessIdentity};

/// Records an attempt whose run was killed after its installer had been let run.
fn left_behind(bench: &PreparedAttempt, app: &str, process: Option<&ProcessIdentity>) -> AttemptId {
    let id = bench
        .journal
        .begin(&NewAttempt {
            key: AttemptKey::of_app(app, "1.0"),
            intent: Intent::Install,
            trigger: Trigger::Manual,
            at: Timestamp::try_from(bench.clock.now()).unwrap(),
            boot: Some(BootIdentity("boot-1".into())),
            limit_minutes: 60,
        })
        .unwrap();
    if let Some(process) = process {
        bench.journal.created(id, process).unwrap();
    }
    id
}

#[test]
fn an_installer_of_the_same_app_that_still_runs_is_not_run_again() {
    let bench = PreparedAttempt::new(working(0));
    let process = bench.machine.add_process("setup.exe");
    left_behind(&bench, "contoso-app", Some(&process));
    let report = bench.attempt(Intent::Install);
    assert_eq!((report.outcome, report.exit, bench.starts()), (AttemptOutcome::Waiting, 9, 0), "{report:#?}");
    assert!(
        report
            .steps
            .iter()
            .any(|step| step.step == Step::EarlierAttempt && step.why.contains("not started twice"))
    );
    let text = serde_json::to_string(&report).unwrap();
    assert!(text.contains(&process.pid.to_string()));
}

#[test]
fn it_is_waited_for_and_then_judged() {
    let bench = PreparedAttempt::new(working(0));
    let process = bench.machine.add_process("setup.exe");
    left_behind(&bench, "contoso-app", Some(&process));
    let machine = bench.machine.clone();
    bench.clock.at_sleep(5, move || {
        machine.add_file(INSTALLED, 1);
        machine.end_process(&process);
    });
    let report = bench.attempt(Intent::Install);
    assert_eq!(
        (report.outcome, report.exit, bench.starts()),
        (AttemptOutcome::AlreadyInstalled, 0, 0),
        "{report:#?}"
    );
}

#[test]
fn when_it_has_ended_detection_decides() {
    let bench = PreparedAttempt::new(working(0));
    let process = bench.machine.add_process("setup.exe");
    let id = left_behind(&bench, "contoso-app", Some(&process));
    bench.machine.end_process(&process);
    bench.machine.add_file(INSTALLED, 1);
    let report = bench.attempt(Intent::Install);
    assert_eq!((report.outcome, bench.starts()), (AttemptOutcome::AlreadyInstalled, 0));
    let record = &bench.history().unwrap()[0];
    assert_eq!((record.id, record.end.clone(), record.settled), (id, Some(AttemptEnd::Unseen), true));
}

#[test]
fn an_attempt_that_never_started_its_installer_keeps_nobody() {
    let bench = PreparedAttempt::new(working(0));
    left_behind(&bench, "contoso-app", None);
    assert_eq!(bench.attempt(Intent::Install).outcome, AttemptOutcome::Installed);
    assert!(bench.journal.unsettled().unwrap().is_empty());
}

#[test]
fn a_dry_run_writes_nothing_down_of_earlier_attempts() {
    let mut bench = PreparedAttempt::new(working(0));
    left_behind(&bench, "contoso-app", None);
    bench.dry_run = true;
    assert_eq!(bench.attempt(Intent::Install).outcome, AttemptOutcome::WouldRun);
    assert_eq!(bench.journal.unsettled().unwrap()[0].end, None);
}

#[test]
fn another_apps_installer_that_still_runs_keeps_us_waiting() {
    let bench = PreparedAttempt::new(working(0));
    let process = bench.machine.add_process("other-setup.exe");
    left_behind(&bench, "other", Some(&process));
    let report = bench.attempt(Intent::Install);
    assert_eq!((report.outcome, report.exit, bench.starts()), (AttemptOutcome::Waiting, 9, 0));
    assert!(report.next[0].contains("other-setup.exe"), "{:?}", report.next);
    bench.machine.end_process(&process);
    assert_eq!(bench.attempt(Intent::Install).outcome, AttemptOutcome::Installed);
}

#[test]
fn a_process_of_another_boot_is_nobody() {
    let bench = PreparedAttempt::new(working(0));
    let process = bench.machine.add_process("setup.exe");
    left_behind(&bench, "other", Some(&process));
    bench.machine.set_device(|device| device.boot = Some(BootIdentity("boot-2".into())));
    assert_eq!(bench.attempt(Intent::Install).outcome, AttemptOutcome::Installed);
}

#[test]
fn a_tree_over_its_time_limit_keeps_its_own_app_waiting_until_it_has_ended() {
    let bench = PreparedAttempt::new(|_, _| FakeRun::hangs().leaving("child.exe"));
    let report = bench.attempt(Intent::Install);
    assert_eq!((report.outcome, report.exit), (AttemptOutcome::TimedOut, 8));
    assert_eq!(report.states.error.unwrap().text, "0x87D300C9");
    let run = report.run.unwrap();
    assert!(run.timed_out && run.exit_code.is_none() && run.survivors[0].name == "child.exe");
    assert!(report.detections.len() == 2, "detection runs after a time limit, too");

    assert_eq!(bench.attempt(Intent::Install).outcome, AttemptOutcome::Waiting);
    let tree = match &bench.journal.unsettled().unwrap()[0].end {
        Some(AttemptEnd::TimedOut(tree)) => tree.clone(),
        end => panic!("{end:?}"),
    };
    assert_eq!(tree.len(), 2);
    bench.machine.end_process(&tree[0]);
    assert_eq!(bench.attempt(Intent::Install).outcome, AttemptOutcome::Waiting, "its child still runs");
    bench.machine.end_process(&tree[1]);
    bench.machine.set_installing(true);
    assert_eq!(
        bench.attempt(Intent::Install).outcome,
        AttemptOutcome::Waiting,
        "the installer service still works"
    );
    bench.machine.set_installing(false);
    bench.machine.add_program(r"C:\Content\setup.exe", idle(1603));
    assert_eq!(bench.attempt(Intent::Install).outcome, AttemptOutcome::Failed, "now it may run");
}

#[test]
fn an_installer_that_hangs_holds_up_nobody_else() {
    let mut bench = PreparedAttempt::new(|_, _| FakeRun::hangs().leaving("child.exe"));
    assert_eq!(bench.attempt(Intent::Install).outcome, AttemptOutcome::TimedOut);
    bench.machine.add_program(r"C:\Content\setup.exe", working(0));
    bench.app = app(&json!({ "displayName": "Other" }));
    assert_eq!(bench.attempt(Intent::Install).outcome, AttemptOutcome::Installed);
    assert_eq!(bench.journal.unsettled().unwrap().len(), 1, "its own app still finds it");
}

/// The same where the run that started it was killed: within the limit it may still end, after it it hangs.
#[test]
fn an_installer_whose_run_was_killed_holds_up_others_within_its_time_limit() {
    let bench = PreparedAttempt::new(working(0));
    let process = bench.machine.add_process("setup.exe");
    left_behind(&bench, "other", Some(&process));
    bench.clock.sleep(std::time::Duration::from_secs(59 * 60));
    assert_eq!(bench.attempt(Intent::Install).outcome, AttemptOutcome::Waiting);
    bench.clock.sleep(std::time::Duration::from_secs(2 * 60));
    assert_eq!(bench.attempt(Intent::Install).outcome, AttemptOutcome::Installed);
    assert_eq!(bench.journal.unsettled().unwrap().len(), 1, "its own app still finds it");
}

/// While the hanging one holds the mutex of Windows Installer, msiexec waits for it, and then counts as 1618.
#[test]
fn an_msi_waits_for_a_hanging_one_as_long_as_it_holds_windows_installer() {
    let mut bench = PreparedAttempt::new(|_, _| FakeRun::hangs());
    assert_eq!(bench.attempt(Intent::Install).outcome, AttemptOutcome::TimedOut);
    bench.machine.add_program(r"C:\Windows\SysWOW64\msiexec.exe", working(0));
    bench.machine.set_installing(true);
    bench.app = app(&json!({ "displayName": "Other", "installCommandLine": "msiexec /i other.msi /qn" }));
    let report = bench.attempt(Intent::Install);
    assert_eq!((report.outcome, report.exit), (AttemptOutcome::RetryLater, 9), "{report:#?}");
    bench.app = app(&json!({
        "displayName": "Other", "installCommandLine": "msiexec /i other.msi /qn",
        "returnCodes": [{ "returnCode": 0, "type": "success" }, { "returnCode": 1618, "type": "failed" }],
    }));
    let report = bench.attempt(Intent::Install);
    assert_eq!((report.outcome, report.exit), (AttemptOutcome::Failed, 8), "1618 obeys the app's table");
    assert_eq!(report.states.error.unwrap().text, "0x80070652");
    bench.machine.set_installing(false);
    let report = bench.attempt(Intent::Install);
    assert_ne!(report.outcome, AttemptOutcome::Waiting, "{report:#?}");
}

#[test]
fn a_clock_that_was_set_forward_starts_no_living_installer_twice() {
    let bench = PreparedAttempt::new(working(0));
    let process = bench.machine.add_process("setup.exe");
    left_behind(&bench, "contoso-app", Some(&process));
    bench.clock.sleep(std::time::Duration::from_secs(400 * 24 * 3600));
    assert_eq!((bench.attempt(Intent::Install).outcome, bench.starts()), (AttemptOutcome::Waiting, 0));
}

#[test]
fn a_clock_that_is_set_back_makes_no_installer_old() {
    for app in ["contoso-app", "other"] {
        let bench = PreparedAttempt::new(working(0));
        let process = bench.machine.add_process("setup.exe");
        left_behind(&bench, app, Some(&process));
        bench.clock.set(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000));
        assert_eq!(
            (bench.attempt(Intent::Install).outcome, bench.starts()),
            (AttemptOutcome::Waiting, 0),
            "{app}"
        );
    }
}

/// Records an attempt whose run was killed after it had recorded how its installer ended.
fn left_unjudged(bench: &PreparedAttempt, app: &str, code: u32) -> AttemptId {
    let process = bench.machine.add_process("setup.exe");
    let id = left_behind(bench, app, Some(&process));
    bench.machine.end_process(&process);
    bench.journal.ended(id, &AttemptEnd::Exited(code)).unwrap();
    id
}

#[test]
fn a_restart_that_nobody_came_to_note_is_noted_by_the_next_run() {
    for (app, code) in [("contoso-app", 3010), ("other", 3010), ("other", 1641)] {
        let bench = PreparedAttempt::new(working(0));
        left_unjudged(&bench, app, code);
        bench.machine.add_file(INSTALLED, 1);
        assert_eq!(bench.attempt(Intent::Install).outcome, AttemptOutcome::AlreadyInstalled);
        let noted = bench.journal.restarts().unwrap();
        let need = if code == 1641 { RestartNeed::Hard } else { RestartNeed::Soft };
        assert_eq!((noted.len(), noted[0].app.as_str(), noted[0].need), (1, app, need));
        assert!(bench.journal.unsettled().unwrap().is_empty());
    }
}

#[test]
fn a_restart_of_an_earlier_boot_is_over() {
    let bench = PreparedAttempt::new(working(0));
    left_unjudged(&bench, "other", 1641);
    bench.machine.set_device(|device| device.boot = Some(BootIdentity("boot-2".into())));
    assert_eq!(bench.attempt(Intent::Install).outcome, AttemptOutcome::Installed);
    assert_eq!(bench.journal.restarts().unwrap(), []);
}

#[test]
fn an_end_that_nobody_judged_counts_for_the_schedule() {
    for (code, outcome) in [(1603, AttemptOutcome::Failed), (1618, AttemptOutcome::RetryLater)] {
        let mut bench = PreparedAttempt::new(working(0));
        left_unjudged(&bench, "contoso-app", code);
        bench.trigger = Trigger::Schedule;
        let report = bench.attempt(Intent::Install);
        assert_eq!((report.outcome, bench.starts()), (AttemptOutcome::Waiting, 0), "{report:#?}");
        let verdict = bench.history().unwrap()[0].verdict.clone().unwrap();
        assert_eq!((verdict.outcome, verdict.exit_code), (outcome, Some(code)));
        bench.trigger = Trigger::Manual;
        assert_eq!(
            bench.attempt(Intent::Install).outcome,
            AttemptOutcome::Installed,
            "a person does not wait"
        );
    }
}

#[test]
fn attempts_to_uninstall_keep_no_install_waiting() {
    let mut bench = PreparedAttempt::new(idle(1603));
    bench.machine.add_file(INSTALLED, 1);
    assert_eq!(bench.attempt(Intent::Uninstall).outcome, AttemptOutcome::Failed);
    bench.machine.remove_file(INSTALLED);
    bench.machine.add_program(r"C:\Content\setup.exe", working(0));
    bench.trigger = Trigger::Schedule;
    assert_eq!(bench.attempt(Intent::Install).outcome, AttemptOutcome::Installed);
}

#[test]
fn what_an_unseen_installer_printed_is_kept_masked() {
    let bench = PreparedAttempt::new(working(0));
    let id = left_behind(&bench, "contoso-app", Some(&bench.machine.add_process("setup.exe")));
    drop(waybill_disk::Root::open(&bench.settings.root).unwrap());
    let file = |kind: &str| bench.settings.root.join("Logs").join(format!("contoso-app-{}.{kind}", id.0));
    std::fs::write(file("output"), "TOKEN=abc done\n").unwrap();
    let process = bench.journal.unsettled().unwrap()[0].process.clone().unwrap();
    bench.machine.end_process(&process);
    bench.attempt(Intent::Install);
    assert!(!file("output").exists());
    let kept = std::fs::read_to_string(file("log")).unwrap();
    assert!(kept.contains("TOKEN=***") && !kept.contains("abc"), "{kept}");
}
