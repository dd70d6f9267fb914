//! The schedule by examples, and compared with a model over 10,000 sequences.

mod model;

use super::*;
use crate::{AttemptEnd, AttemptId, AttemptKey, AttemptVerdict, CodeKind, NewAttempt, Trigger};
use serde_json::json;
use std::time::Duration;
use waybill_schemas::app::AppDocument;
use waybill_schemas::report::install::{AttemptOutcome, Intent, RetryStep};

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;
/// 2026-03-29 00:00 UTC, an hour before clocks in Europe go forward.
const START: i64 = 1_774_742_400;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(START + seconds).unwrap()
}

/// An attempt with this outcome and exit code, `seconds` after [`START`].
fn attempt(outcome: AttemptOutcome, exit_code: u32, seconds: i64) -> AttemptRecord {
    let verdict =
        AttemptVerdict { at: at(seconds), outcome, kind: Some(CodeKind::Failed), exit_code: Some(exit_code) };
    AttemptRecord { verdict: Some(verdict), ..unjudged(seconds) }
}

fn unjudged(seconds: i64) -> AttemptRecord {
    let new = NewAttempt {
        key: AttemptKey::of_app("notes", "1.0"),
        intent: Intent::Install,
        trigger: Trigger::Schedule,
        at: at(seconds),
        boot: None,
        limit_minutes: 60,
    };
    AttemptRecord { id: AttemptId(seconds), new, process: None, end: None, verdict: None, settled: true }
}

fn manual(mut attempt: AttemptRecord) -> AttemptRecord {
    attempt.new.trigger = Trigger::Manual;
    attempt
}

fn retry(seconds: i64) -> AttemptRecord {
    attempt(AttemptOutcome::RetryLater, 1618, seconds)
}

fn failed(seconds: i64) -> AttemptRecord {
    attempt(AttemptOutcome::Failed, 1603, seconds)
}

fn decide(history: &[AttemptRecord], seconds: i64) -> RetryDecision {
    next_try(history, at(seconds), &RetryPolicy::default())
}

#[test]
fn what_was_never_tried_runs() {
    assert_eq!(decide(&[], 0), RetryDecision::RunNow);
    assert_eq!(next_try_report(&[], at(0), &RetryPolicy::default()), None);
}

#[test]
fn three_more_tries_five_minutes_apart_then_a_day() {
    let mut history = Vec::new();
    for quick in 0..3 {
        let now = quick * 5 * MINUTE;
        history.push(retry(now));
        let until = now + 5 * MINUTE;
        assert_eq!(decide(&history, now), RetryDecision::WaitUntil(at(until)));
        assert_eq!(decide(&history, until - 1), RetryDecision::WaitUntil(at(until)));
        assert_eq!(decide(&history, until), RetryDecision::RunNow);
    }
    history.push(retry(15 * MINUTE));
    let until = 15 * MINUTE + 24 * HOUR;
    assert_eq!(decide(&history, 15 * MINUTE), RetryDecision::GiveUpUntil(at(until)));
    assert_eq!(decide(&history, until), RetryDecision::RunNow);
    history.push(retry(until));
    assert_eq!(decide(&history, until), RetryDecision::WaitUntil(at(until + 5 * MINUTE)), "a new round");
}

#[test]
fn failures_go_straight_to_the_long_wait() {
    let failures = [
        AttemptOutcome::Failed,
        AttemptOutcome::NotBorneOut,
        AttemptOutcome::TimedOut,
        AttemptOutcome::CommandRefused,
        AttemptOutcome::CannotTell,
    ];
    for outcome in failures {
        let history = [attempt(outcome, 42, 0)];
        assert_eq!(decide(&history, 1), RetryDecision::GiveUpUntil(at(24 * HOUR)), "{outcome:?}");
    }
}

#[test]
fn what_is_no_failure_keeps_nothing_waiting() {
    for outcome in [
        AttemptOutcome::Installed,
        AttemptOutcome::AlreadyInstalled,
        AttemptOutcome::Uninstalled,
        AttemptOutcome::AlreadyAbsent,
        AttemptOutcome::NotApplicable,
        AttemptOutcome::DoneDespiteCode,
        AttemptOutcome::Waiting,
        AttemptOutcome::Interrupted,
    ] {
        assert_eq!(decide(&[attempt(outcome, 0, 0)], 0), RetryDecision::RunNow, "{outcome:?}");
    }
    assert_eq!(decide(&[failed(0), attempt(AttemptOutcome::Installed, 0, 60), retry(120)], 121), {
        RetryDecision::WaitUntil(at(120 + 5 * MINUTE))
    });
    let still = [failed(0), attempt(AttemptOutcome::Waiting, 0, 60)];
    assert_eq!(decide(&still, 61), RetryDecision::GiveUpUntil(at(24 * HOUR)), "it changed nothing");
}

#[test]
fn an_end_that_nobody_judged_is_tried_again_soon_and_not_for_ever() {
    let history: Vec<_> = (0..4).map(|number| unjudged(number * 5 * MINUTE)).collect();
    assert_eq!(decide(&history[..1], 0), RetryDecision::WaitUntil(at(5 * MINUTE)));
    assert_eq!(decide(&history, 15 * MINUTE), RetryDecision::GiveUpUntil(at(15 * MINUTE + 24 * HOUR)));
}

#[test]
fn an_installer_that_takes_us_with_it_is_not_run_again_and_again() {
    let process = Some(waybill_system::ProcessIdentity { pid: 7, started: 70, name: "setup.exe".into() });
    let unseen = |begun, judged| AttemptRecord {
        end: Some(AttemptEnd::Unseen),
        process: process.clone(),
        verdict: attempt(AttemptOutcome::Interrupted, 0, judged).verdict,
        ..unjudged(begun)
    };
    assert_eq!(
        decide(&[unseen(0, 200)], 200),
        RetryDecision::WaitUntil(at(5 * MINUTE)),
        "from its beginning on"
    );
    let history: Vec<_> = (0..4).map(|number| unseen(number * 300, number * 300 + 1)).collect();
    assert_eq!(decide(&history, 901), RetryDecision::GiveUpUntil(at(900 + 24 * HOUR)));
    let never_started = AttemptRecord { process: None, ..unseen(0, 1) };
    assert_eq!(decide(&[never_started], 1), RetryDecision::RunNow);
}

#[test]
fn a_person_begins_it_anew() {
    let used_up = [retry(0), retry(300), retry(600), retry(900)];
    let history = |last| used_up.iter().cloned().chain([last]).collect::<Vec<_>>();
    assert_eq!(decide(&history(manual(retry(1000))), 1000), RetryDecision::WaitUntil(at(1300)));
    let interrupted = manual(attempt(AttemptOutcome::Interrupted, 0, 1000));
    assert_eq!(decide(&history(interrupted), 1000), RetryDecision::RunNow, "the long wait is over");
    let until = at(1000 + 24 * HOUR);
    assert_eq!(decide(&history(manual(failed(1000))), 1001), RetryDecision::GiveUpUntil(until));
}

#[test]
fn a_code_with_an_interval_of_its_own_costs_no_day_and_no_quick_try() {
    let app = json!({ "retry": {
        "maxRetries": 1,
        "retryIntervalInMinutes": 2,
        "longIntervalInMinutes": 600,
        "returnCodes": [
            { "returnCode": 1602, "retryIntervalInMinutes": 60 },
            { "returnCode": -2147024891, "retryIntervalInMinutes": 1 }
        ]
    }});
    let policy = RetryPolicy::from_app(&AppDocument::from_value(app).unwrap());
    let decide = |history: &[AttemptRecord], now| next_try(history, at(now), &policy);
    let deferred = |seconds| attempt(AttemptOutcome::Failed, 1602, seconds);
    assert_eq!(decide(&[deferred(0)], 0), RetryDecision::WaitUntil(at(HOUR)));
    assert_eq!(
        decide(&[attempt(AttemptOutcome::Failed, 0x8007_0005, 0)], 0),
        RetryDecision::WaitUntil(at(MINUTE))
    );
    assert_eq!(decide(&[retry(0), deferred(60), retry(HOUR)], HOUR), {
        RetryDecision::GiveUpUntil(at(HOUR + 600 * MINUTE))
    });
    assert_eq!(decide(&[retry(0)], 0), RetryDecision::WaitUntil(at(2 * MINUTE)));
    assert_eq!(decide(&[attempt(AttemptOutcome::Installed, 1602, 0)], 0), RetryDecision::RunNow);
}

#[test]
fn an_app_that_says_nothing_is_tried_as_the_reference_does() {
    assert_eq!(RetryPolicy::from_app(&AppDocument::default()), RetryPolicy::default());
    let app = AppDocument::from_value(json!({ "retry": {} })).unwrap();
    assert_eq!(RetryPolicy::from_app(&app), RetryPolicy::default());
}

#[test]
fn clocks_that_are_set_keep_nobody_waiting_for_longer() {
    assert_eq!(decide(&[failed(365 * 24 * HOUR)], 0), RetryDecision::RunNow, "set back a year");
    assert_eq!(decide(&[retry(1)], 0), RetryDecision::RunNow, "set back a second");
    assert_eq!(decide(&[failed(0)], 365 * 24 * HOUR), RetryDecision::RunNow, "set forward");
    let policy = RetryPolicy { long_interval: Duration::MAX, ..RetryPolicy::default() };
    assert_eq!(next_try(&[failed(0)], at(1), &policy), RetryDecision::GiveUpUntil(Timestamp::MAX));
}

#[test]
fn the_report_says_when_and_why() {
    let report = |history: &[AttemptRecord], now| {
        next_try_report(history, at(now), &RetryPolicy::default()).map(|next| (next.step, next.at, next.why))
    };
    let (step, when, why) = report(&[retry(0), retry(300)], 301).unwrap();
    assert_eq!((step, when.as_str()), (RetryStep::Wait, "2026-03-29T00:10:00Z"));
    assert_eq!(
        why,
        "Quick try 2 of 3 after exit code 1618, 5 minutes apart; an attempt that a person asks for does not wait and begins the schedule anew."
    );
    let (step, when, why) = report(&[failed(0)], 1).unwrap();
    assert_eq!((step, when.as_str()), (RetryStep::GiveUp, "2026-03-30T00:00:00Z"));
    assert!(why.starts_with("24 hours after exit code 1603, because the attempt failed; "), "{why}");
    let (step, _, why) = report(&[failed(0)], 25 * HOUR).unwrap();
    assert_eq!((step, why.ends_with("that time has passed.")), (RetryStep::Now, true), "{why}");
    assert_eq!(report(&[attempt(AttemptOutcome::Installed, 0, 0)], 1), None);
}
