//! Following the schedule with `wait`: tries, waits, interruptions and the lock.

use crate::bench::{PreparedApply, app};
use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::Duration;
use waybill_agent::ApplyError;
use waybill_context::Context;
use waybill_disk::{Lock, LockError};
use waybill_installer_runner::{AttemptJournal as _, AttemptKey, Trigger};
use waybill_schemas::codes::Classified as _;
use waybill_schemas::report::install::{AttemptOutcome, RetryStep, Step};

const MINUTE: u64 = 60;

#[test]
fn one_attempt_is_one_attempt() {
    let bench = PreparedApply::new(&[1618, 0]);
    let report = bench.install();
    assert_eq!((report.outcome, report.exit, bench.runs()), (AttemptOutcome::RetryLater, 9, 1));
    let next = report.next_try.unwrap();
    assert_eq!(next.step, RetryStep::Wait);
    assert!(next.why.starts_with("Quick try 1 of 3 after exit code 1618"), "{}", next.why);
    assert_eq!(bench.clock.slept(), Duration::ZERO);
}

#[test]
fn whoever_waits_follows_the_quick_tries_to_a_success() {
    let bench = PreparedApply { wait: true, ..PreparedApply::new(&[1618, 1618, 0]) };
    let report = bench.install();
    assert_eq!((report.outcome, report.exit, bench.runs()), (AttemptOutcome::Installed, 0, 3), "{report:#?}");
    assert_eq!(bench.clock.slept(), Duration::from_secs(2 * 5 * MINUTE));
    let waits: Vec<_> = report.steps.iter().filter(|step| step.step == Step::Schedule).collect();
    assert_eq!(waits.len(), 2, "the report says how long it waited");
    assert!(waits[0].decided.starts_with("waiting until 20"), "{}", waits[0].decided);
    assert!(bench.told.steps.lock().unwrap().contains(waits[1]), "and it was told meanwhile");
    let triggers: Vec<_> = bench
        .state()
        .history(&AttemptKey::of_app("contoso-app", "1.0"))
        .unwrap()
        .iter()
        .map(|attempt| attempt.new.trigger)
        .collect();
    assert_eq!(triggers, [Trigger::Manual, Trigger::Schedule, Trigger::Schedule]);
}

#[test]
fn it_gives_up_before_the_long_wait() {
    let bench = PreparedApply { wait: true, ..PreparedApply::new(&[1618]) };
    let report = bench.install();
    assert_eq!((report.outcome, report.exit, bench.runs()), (AttemptOutcome::RetryLater, 9, 4));
    assert_eq!(bench.clock.slept(), Duration::from_secs(3 * 5 * MINUTE));
    assert_eq!(report.next_try.unwrap().step, RetryStep::GiveUp);

    let failed = PreparedApply { wait: true, ..PreparedApply::new(&[1603]) };
    assert_eq!((failed.install().outcome, failed.runs()), (AttemptOutcome::Failed, 1));
    assert_eq!(failed.clock.slept(), Duration::ZERO);
}

/// The schedule would try again in five minutes, but a wrong rule would still be wrong then.
#[test]
fn what_a_person_has_to_correct_is_not_waited_for() {
    let mut bench = PreparedApply::new(&[1618, 0]);
    assert_eq!(bench.install().outcome, AttemptOutcome::RetryLater);
    bench.wait = true;
    bench.app = app(&json!({ "rules": [{
        "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule", "ruleType": "detection",
        "path": "C:", "fileOrFolderName": "app.exe", "operationType": "exists",
    }] }));
    assert_eq!((bench.install().outcome, bench.runs()), (AttemptOutcome::CannotTell, 1));
    assert_eq!(bench.clock.slept(), Duration::ZERO);
}

#[test]
fn the_schedule_waits_for_what_a_person_does_not() {
    let mut bench = PreparedApply::new(&[1603, 0]);
    bench.trigger = Trigger::Schedule;
    assert_eq!(bench.install().outcome, AttemptOutcome::Failed);
    let report = bench.install();
    assert_eq!((report.outcome, report.exit, bench.runs()), (AttemptOutcome::Waiting, 9, 1));
    assert_eq!(report.next_try.unwrap().step, RetryStep::GiveUp);
    bench.trigger = Trigger::Manual;
    assert_eq!((bench.install().outcome, bench.runs()), (AttemptOutcome::Installed, 2));
}

/// An agent that calls at the time that the last report named: its calls are one schedule.
#[test]
fn quick_tries_count_on_over_calls() {
    let bench = PreparedApply { trigger: Trigger::Schedule, ..PreparedApply::new(&[1618]) };
    let sleep = |minutes| waybill_context::Clock::sleep(&bench.clock, Duration::from_secs(minutes * MINUTE));
    for quick in 1..=3 {
        let report = bench.install();
        assert_eq!((report.outcome, bench.runs()), (AttemptOutcome::RetryLater, quick), "{report:#?}");
        let next = report.next_try.unwrap();
        assert!(next.why.starts_with(&format!("Quick try {quick} of 3")), "{}", next.why);
        assert_eq!(bench.install().outcome, AttemptOutcome::Waiting, "a call between runs nothing");
        sleep(5);
    }
    assert_eq!(bench.install().next_try.unwrap().step, RetryStep::GiveUp);
    sleep(60);
    assert_eq!((bench.install().outcome, bench.runs()), (AttemptOutcome::Waiting, 4));
}

/// A wait belongs to the revision and the user that failed.
#[test]
fn another_revision_and_another_user_do_not_wait() {
    let mut bench = PreparedApply { trigger: Trigger::Schedule, ..PreparedApply::new(&[1603]) };
    let as_user = |version: &str| {
        app(&json!({ "displayVersion": version, "installExperience": { "runAsAccount": "user" } }))
    };
    bench.app = as_user("1.0");
    let sign_in = |bench: &PreparedApply, id: &str| {
        let user = waybill_system::SignedInUser { name: format!("CONTOSO\\{id}"), id: id.to_owned() };
        bench.machine.set_device(|device| device.user = Some(user));
    };
    sign_in(&bench, "S-1-5-21-1");
    assert_eq!(bench.install().outcome, AttemptOutcome::Failed);
    assert_eq!(bench.install().outcome, AttemptOutcome::Waiting);
    bench.app = as_user("1.1");
    assert_eq!(bench.install().outcome, AttemptOutcome::Failed, "a new revision is tried at once");
    sign_in(&bench, "S-1-5-21-2");
    assert_eq!(bench.install().outcome, AttemptOutcome::Failed, "another user has a schedule of its own");
    assert_eq!((bench.install().outcome, bench.runs()), (AttemptOutcome::Waiting, 3));
}

#[test]
fn the_schedule_runs_again_when_its_day_is_over() {
    let bench = PreparedApply { trigger: Trigger::Schedule, ..PreparedApply::new(&[1603, 0]) };
    assert_eq!(bench.install().outcome, AttemptOutcome::Failed);
    let day = Duration::from_secs(24 * 60 * MINUTE);
    waybill_context::Clock::sleep(&bench.clock, day - Duration::from_secs(1));
    assert_eq!(bench.install().outcome, AttemptOutcome::Waiting);
    waybill_context::Clock::sleep(&bench.clock, Duration::from_secs(1));
    assert_eq!(bench.install().outcome, AttemptOutcome::Installed);
}

#[test]
fn a_deferral_with_an_interval_of_its_own_is_waited_for() {
    let retry = json!({ "returnCodes": [{ "returnCode": 60012, "retryIntervalInMinutes": 60 }] });
    let bench = PreparedApply {
        wait: true,
        app: app(&json!({ "retry": retry })),
        ..PreparedApply::new(&[60012, 60012, 60012, 60012, 60012, 0])
    };
    assert_eq!((bench.install().outcome, bench.runs()), (AttemptOutcome::Installed, 6));
    assert_eq!(bench.clock.slept(), Duration::from_secs(5 * 60 * MINUTE));
}

#[test]
fn waiting_is_interrupted_at_once_and_says_so() {
    let bench = PreparedApply { wait: true, ..PreparedApply::new(&[1618, 0]) };
    *bench.told.stop_at.lock().unwrap() = Some(Step::Schedule);
    let report = bench.install();
    assert_eq!((report.outcome, report.exit, bench.runs()), (AttemptOutcome::Interrupted, 130, 1));
    assert!(report.summary.starts_with("Interrupted while waiting for the next try, which was due at 20"));
    assert!(bench.clock.slept() < Duration::from_secs(2));
    bench.told.stop.store(false, Ordering::Relaxed);
    *bench.told.stop_at.lock().unwrap() = None;
    assert_eq!(bench.install().outcome, AttemptOutcome::Installed);
}

#[test]
fn a_clock_that_is_set_makes_nobody_wait_longer() {
    let bench = PreparedApply { wait: true, ..PreparedApply::new(&[1618, 0]) };
    bench.clock.meanwhile(|now| *now -= Duration::from_secs(60));
    assert_eq!((bench.install().outcome, bench.runs()), (AttemptOutcome::Installed, 2));
    assert_eq!(bench.clock.slept(), Duration::from_secs(5 * MINUTE));

    let forward = PreparedApply { wait: true, ..PreparedApply::new(&[1618, 0]) };
    forward.clock.meanwhile(|now| *now += Duration::from_secs(3600));
    assert_eq!((forward.install().outcome, forward.runs()), (AttemptOutcome::Installed, 2));
    assert!(forward.clock.slept() <= Duration::from_secs(1));
}

#[test]
fn a_second_apply_is_refused_and_told_by_whom() {
    let bench = PreparedApply::new(&[0]);
    drop(bench.state());
    let lock = bench.root().join("apply.lock");
    let held = Lock::acquire(&lock, Duration::ZERO, &Context::silent()).unwrap();
    let content = || waybill_agent::ContentSource::Folder(crate::bench::CONTENT.into());
    let error = bench.try_install(content()).unwrap_err();
    let own = std::process::id();
    assert!(matches!(&error, ApplyError::Lock(LockError::Held { holder: Some(pid), .. }) if *pid == own));
    assert_eq!((error.code().id, error.code().class.exit_code()), ("locked", 6));
    assert_eq!(bench.runs(), 0);
    drop(held);
    assert_eq!(bench.try_install(content()).unwrap().outcome, AttemptOutcome::Installed);
}

#[test]
fn others_may_work_while_it_waits() {
    let bench = PreparedApply { wait: true, ..PreparedApply::new(&[1618, 0]) };
    let lock = bench.root().join("apply.lock");
    bench.clock.meanwhile(move |_| drop(Lock::acquire(&lock, Duration::ZERO, &Context::silent()).unwrap()));
    assert_eq!(bench.install().outcome, AttemptOutcome::Installed);
    assert_eq!(bench.clock.slept(), Duration::from_secs(5 * MINUTE));
}
