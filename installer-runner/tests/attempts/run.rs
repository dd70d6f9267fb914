//! The installer's run: what the journal records, how long it is waited for, what is kept of its output, and what the
//! report says.

use crate::bench::{CONTENT, INSTALLED, PreparedAttempt, idle, working};
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use waybill_context::Clock as _;
use waybill_installer_runner::{AttemptEnd, AttemptJournal as _, AttemptRequest, OnTimeLimit};
use waybill_schemas::report::install::{AttemptOutcome, Intent, RetryStep};
use waybill_system::fake::FakeRun;

#[test]
fn the_time_limit_is_the_apps() {
    for (minutes, waits, expected) in [
        (1, 239, AttemptOutcome::NotBorneOut),
        (1, 240, AttemptOutcome::TimedOut),
        (2, 240, AttemptOutcome::NotBorneOut),
    ] {
        let bench = PreparedAttempt::new(move |_, _| FakeRun::ends(0).after_waits(waits))
            .with_app(&json!({ "installExperience": { "maxRunTimeInMinutes": minutes } }));
        let report = bench.attempt(Intent::Install);
        assert_eq!(report.outcome, expected, "{minutes} minutes, {waits} quarters of a second");
        assert_eq!(report.run.unwrap().limit_minutes, minutes);
    }
}

#[test]
fn killing_at_the_time_limit_is_asked_for() {
    let mut bench = PreparedAttempt::new(|_, _| FakeRun::hangs().leaving("child.exe"));
    bench.settings.on_time_limit = OnTimeLimit::Kill;
    let report = bench.attempt(Intent::Install);
    assert_eq!(report.outcome, AttemptOutcome::TimedOut);
    let told = format!("{} {}", report.summary, report.next.join(" "));
    assert!(told.contains("was ended") && !told.contains("still runs"), "{told}");
    assert!(report.run.unwrap().survivors.is_empty(), "its child was ended, too");
    assert!(
        bench.settings.root.join("Logs").read_dir().is_ok_and(|mut logs| logs.next().is_none()),
        "nothing was printed"
    );
}

#[test]
fn a_child_that_ends_during_detection_is_no_survivor() {
    let bench = PreparedAttempt::new(|_, _| FakeRun::ends(0).leaving("helper.exe").leaving("tray.exe"));
    let machine = bench.machine.clone();
    bench.clock.at_sleep(2, move || {
        let helper = machine.running().into_iter().find(|one| one.name == "helper.exe").unwrap();
        machine.end_process(&helper);
        machine.add_file(INSTALLED, 1);
    });
    let report = bench.attempt(Intent::Install);
    let survivors = report.run.unwrap().survivors;
    assert_eq!(survivors.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["tray.exe"]);
    let told = report.next.join(" ");
    assert!(told.contains("1 child still runs (tray.exe)"), "{told}");
}

#[test]
fn a_late_installer_is_found_by_looking_again() {
    let bench = PreparedAttempt::new(idle(0));
    let machine = bench.machine.clone();
    bench.clock.at_sleep(3, move || machine.add_file(INSTALLED, 1));
    let report = bench.attempt(Intent::Install);
    assert_eq!((report.outcome, report.detections[1].looks), (AttemptOutcome::Installed, 4));
    assert_eq!(report.detections[1].after_milliseconds, Some(1500));
    assert!(report.steps.iter().any(|step| step.why.contains("Intune's agent looks once")), "{report:#?}");
    let never = PreparedAttempt::new(idle(0)).attempt(Intent::Install);
    assert_eq!((never.outcome, never.detections[1].looks), (AttemptOutcome::NotBorneOut, 21));
    assert_eq!(never.detections[1].after_milliseconds, Some(10_000));
    let failed = PreparedAttempt::new(idle(1603)).attempt(Intent::Install);
    assert_eq!(failed.detections[1].looks, 1, "a failure is looked at once");
}

#[test]
fn a_slow_detection_script_is_not_run_again_and_again() {
    let bench = PreparedAttempt::new(idle(0)).with_app(&by_script());
    let clock = bench.clock.clone();
    bench.machine.add_program(POWERSHELL, move |_, _| {
        clock.sleep(Duration::from_secs(6));
        FakeRun::ends(0)
    });
    let report = bench.attempt(Intent::Install);
    let after = &report.detections[1];
    assert_eq!(
        (report.outcome, after.looks, after.after_milliseconds),
        (AttemptOutcome::NotBorneOut, 2, Some(12_500))
    );
}

#[test]
fn another_installation_is_waited_for_and_then_counts_as_1618() {
    let msi = json!({ "installCommandLine": "msiexec /i app.msi /qn" });
    let bench = PreparedAttempt::new(idle(0)).with_app(&msi);
    bench.machine.set_installing(true);
    let report = bench.attempt(Intent::Install);
    assert_eq!(
        (report.outcome, report.exit, bench.starts()),
        (AttemptOutcome::RetryLater, 9, 0),
        "{report:#?}"
    );
    assert_eq!(report.states.error.unwrap().text, "0x80070652");
    let verdict = bench.history().unwrap()[0].verdict.clone().unwrap();
    assert_eq!(verdict.exit_code, Some(1618));
    bench.machine.set_installing(false);
    bench.attempt(Intent::Install);
    assert_eq!(bench.starts(), 1);
}

#[test]
fn children_that_live_on_are_told() {
    let bench = PreparedAttempt::new(|machine, start| {
        working(0)(machine, start);
        FakeRun::ends(0).leaving("updater.exe").leaving("tray.exe")
    });
    let report = bench.attempt(Intent::Install);
    assert_eq!(report.outcome, AttemptOutcome::Installed);
    assert_eq!(report.run.as_ref().unwrap().survivors.len(), 2);
    assert!(report.next.iter().any(|line| line.contains("2 children still run")), "{:?}", report.next);
    assert!(bench.journal.unsettled().unwrap().is_empty(), "they keep nobody waiting");
}

#[test]
fn an_interruption_leaves_the_installer_to_itself() {
    let bench = PreparedAttempt::new(|_, _| FakeRun::hangs());
    let stop = Arc::new(AtomicBool::new(false));
    let flag = stop.clone();
    bench.machine.add_program(r"C:\Content\setup.exe", move |_, _| {
        flag.store(true, Ordering::Relaxed);
        FakeRun::hangs()
    });
    let request = AttemptRequest::new(&bench.app, Intent::Install);
    let report = bench.runner(stop.as_ref()).attempt(&request, &mut PathBuf::from(CONTENT)).unwrap();
    assert_eq!((report.outcome, report.exit, report.changed), (AttemptOutcome::Interrupted, 130, true));
    assert_eq!(bench.journal.unsettled().unwrap().len(), 1, "the next run finds it");
}

const POWERSHELL: &str = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe";

/// An app that a script detects.
fn by_script() -> serde_json::Value {
    json!({ "rules": [{
        "@odata.type": "#microsoft.graph.win32LobAppPowerShellScriptRule", "ruleType": "detection",
        "scriptContent": "ZXhpdCAw", "runAs32Bit": false, "enforceSignatureCheck": false,
    }] })
}

/// An interrupted detection script says nothing: neither that the app is there nor that the attempt failed.
#[test]
fn an_interruption_of_detection_judges_nothing() {
    for (stopped_look, exit_code, starts, unsettled) in
        [(1, 0, 0, 0), (2, 0, 1, 1), (2, 1603, 1, 1), (2, 3010, 1, 1)]
    {
        let stop = Arc::new(AtomicBool::new(false));
        let bench = PreparedAttempt::new(idle(exit_code)).with_app(&by_script());
        let (flag, looks) = (stop.clone(), std::sync::atomic::AtomicU32::new(0));
        bench.machine.add_program(POWERSHELL, move |_, _| {
            let is_stopped = looks.fetch_add(1, Ordering::Relaxed) + 1 == stopped_look;
            flag.store(is_stopped, Ordering::Relaxed);
            if is_stopped { FakeRun::hangs() } else { FakeRun::ends(0) }
        });
        let request = AttemptRequest::new(&bench.app, Intent::Install);
        let report = bench.runner(stop.as_ref()).attempt(&request, &mut PathBuf::from(CONTENT)).unwrap();
        assert_eq!((report.outcome, report.exit), (AttemptOutcome::Interrupted, 130), "{report:#?}");
        let installers =
            bench.machine.starts().iter().filter(|one| one.program.ends_with("setup.exe")).count();
        assert_eq!((installers, report.changed), (starts, starts > 0));
        let left = bench.journal.unsettled().unwrap();
        assert_eq!(left.len(), unsettled, "the next run finds it");
        assert!(
            left.iter().all(|one| one.end == Some(AttemptEnd::Exited(exit_code)) && one.verdict.is_none())
        );
    }
}

#[test]
fn what_cannot_be_told_after_a_run_says_when_the_next_try_comes() {
    let bench = PreparedAttempt::new(|machine, _| {
        machine.deny(INSTALLED);
        FakeRun::ends(0)
    });
    let report = bench.attempt(Intent::Install);
    assert_eq!((report.outcome, report.exit), (AttemptOutcome::CannotTell, 1), "{report:#?}");
    assert_eq!(report.next_try.map(|next| next.step), Some(RetryStep::GiveUp));
}

#[test]
fn what_it_prints_is_kept_masked() {
    let bench =
        PreparedAttempt::new(|_, _| FakeRun::ends(1603).printing("LICENCEKEY=ABC-123\nerror 1603: no\n"));
    let report = bench.attempt(Intent::Install);
    let output = report.run.as_ref().unwrap().output.clone();
    assert!(output.excerpt.ends_with("error 1603: no"), "{}", output.excerpt);
    let kept = std::fs::read_to_string(output.file.as_ref().unwrap()).unwrap();
    let json = serde_json::to_string(&report).unwrap();
    assert!(!kept.contains("ABC-123") && !json.contains("ABC-123"));
    assert!(report.next.iter().any(|line| line.contains(".log")), "{:?}", report.next);
}

#[test]
fn a_rule_that_looks_into_the_other_view_is_told_so() {
    let bench = PreparedAttempt::new(|machine, _| {
        machine.add_file(r"C:\Program Files (x86)\App\app.exe", 1);
        FakeRun::ends(0)
    });
    let report = bench.attempt(Intent::Install);
    assert_eq!(report.states.error.as_ref().unwrap().text, "0x87D1041C");
    let advice = report.next.iter().find(|line| line.contains("check32BitOn64System")).expect("advice");
    assert!(advice.contains("to true") && advice.contains("(x86)"), "{advice}");
}

#[test]
fn a_users_script_is_opened_to_that_user_and_to_nobody_else() {
    let script = |account: &str| {
        let bench = PreparedAttempt::new(working(0)).with_app(&json!({
            "installExperience": { "runAsAccount": account },
            "rules": [{
                "@odata.type": "#microsoft.graph.win32LobAppPowerShellScriptRule",
                "ruleType": "detection", "scriptContent": "ZXhpdCAw",
            }],
        }));
        bench.attempt(Intent::Install);
        bench.machine.let_in()
    };
    let let_in = script("user");
    assert!(!let_in.is_empty() && let_in.iter().all(|one| one.starts_with("alex ") && one.contains("rule-")));
    assert!(script("system").is_empty());
}

/// A virus scanner holds the new file for a moment.
#[test]
fn what_cannot_be_told_at_first_is_looked_at_again() {
    let bench = PreparedAttempt::new(working(0)).with_app(&by_script());
    let looks = std::sync::atomic::AtomicU32::new(0);
    bench.machine.add_program(POWERSHELL, move |_, _| match looks.fetch_add(1, Ordering::Relaxed) {
        0 => FakeRun::ends(1),
        1 | 2 => FakeRun::ends(0xFFFD_0000), // the script could not be read
        _ => FakeRun::ends(0).printing("found"),
    });
    let report = bench.attempt(Intent::Install);
    assert_eq!((report.outcome, report.exit), (AttemptOutcome::Installed, 0), "{report:#?}");
    assert_eq!(report.detections[1].looks, 3);
}

#[test]
fn the_time_limit_is_a_day_at_most() {
    let bench = PreparedAttempt::new(working(0))
        .with_app(&json!({ "installExperience": { "maxRunTimeInMinutes": 100_000 } }));
    assert_eq!(bench.attempt(Intent::Install).run.unwrap().limit_minutes, 1440);
}

#[test]
fn variables_of_an_uninstall_command_are_replaced_and_reported() {
    let mut bench = PreparedAttempt::new(working(0)).with_app(&json!({
        "installCommandLine": "setup.exe %ProgramFiles%",
        "uninstallCommandLine": "remove.exe \"%ProgramFiles%\" %Unknown% 100% %temp% %TEMP%",
    }));
    assert_eq!(bench.attempt(Intent::Install).deviations, [""; 0], "there they are documented");
    bench.dry_run = true;
    let report = bench.attempt(Intent::Uninstall);
    let line = report.command.unwrap().command_line.unwrap();
    assert!(
        line.ends_with(r#""C:\Program Files (x86)" %Unknown% 100% C:\Windows\TEMP C:\Windows\TEMP"#),
        "{line}"
    );
    let [told] = report.deviations.as_slice() else { panic!("{:?}", report.deviations) };
    assert!(told.starts_with("%ProgramFiles%, %temp% in the uninstall command"), "{told}");
}
