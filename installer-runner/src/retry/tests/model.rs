//! 10,000 sequences of attempts, clocks and policies, compared with a model that is written from the sentences of
//! docs/retry.md. Unlike the code, the model looks backwards from the newest attempt.

use super::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::cell::Cell;

const SEQUENCES: u32 = 10_000;

/// An attempt and its outcome, `later` seconds after the one before; a negative number is a clock that was set back.
#[derive(Debug, Clone)]
struct Event {
    kind: Kind,
    manual: bool,
    later: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Done,
    Nothing,
    Deferred,
    Retry,
    Failed,
    Unjudged,
}

const DEFERRED: u32 = 60012;

fn kind() -> impl Strategy<Value = Kind> {
    use Kind::{Deferred, Done, Failed, Nothing, Retry, Unjudged};
    prop_oneof![1 => Just(Done), 1 => Just(Nothing), 2 => Just(Deferred), 8 => Just(Retry), 3 => Just(Failed), 1 => Just(Unjudged)]
}

/// A number of seconds: at the borders of intervals, any number, or a negative one.
fn later() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => prop::sample::select(vec![0, 299, 300, 301, 3599, 3600, 86_399, 86_400, 86_401]),
        3 => 0..200_000_i64,
        1 => -100_000_000..100_000_000_i64,
    ]
}

fn event() -> impl Strategy<Value = Event> {
    (kind(), prop::bool::weighted(0.1), later()).prop_map(|(kind, manual, later)| Event {
        kind,
        manual,
        later,
    })
}

fn policy() -> impl Strategy<Value = RetryPolicy> {
    let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
    let own = (0..5_u32, 1..90_u64, 1..3_000_u64).prop_map(move |(quick_tries, quick, long)| RetryPolicy {
        quick_tries,
        quick_interval: minutes(quick),
        long_interval: minutes(long),
        by_code: vec![(DEFERRED, minutes(60))],
    });
    let reference = RetryPolicy { by_code: vec![(DEFERRED, minutes(60))], ..RetryPolicy::default() };
    prop_oneof![Just(reference), own]
}

fn record(event: &Event, seconds: i64) -> AttemptRecord {
    let record = match event.kind {
        Kind::Done => attempt(AttemptOutcome::Installed, 0, seconds),
        Kind::Nothing => attempt(AttemptOutcome::Waiting, 0, seconds),
        Kind::Deferred => attempt(AttemptOutcome::Failed, DEFERRED, seconds),
        Kind::Retry => retry(seconds),
        Kind::Failed => failed(seconds),
        Kind::Unjudged => unjudged(seconds),
    };
    if event.manual { manual(record) } else { record }
}

/// What the model decides: the newest attempt that affects the schedule decides which wait follows. A retry is a quick
/// try unless the tries before it, back to the beginning of its round, have used them up.
fn expected(events: &[(Event, i64)], now: i64, policy: &RetryPolicy) -> RetryDecision {
    let begins = events.iter().rposition(|(event, _)| event.manual || event.kind == Kind::Done);
    let since_then = match begins {
        Some(place) if events[place].0.kind == Kind::Done => &events[place + 1..],
        Some(place) => &events[place..],
        None => events,
    };
    let telling: Vec<_> = since_then.iter().filter(|(event, _)| event.kind != Kind::Nothing).collect();
    let Some((newest, stamp)) = telling.last() else { return RetryDecision::RunNow };
    let is_retry = |event: &Event| matches!(event.kind, Kind::Retry | Kind::Unjudged);
    let of_the_round = telling.rsplit(|(event, _)| event.kind == Kind::Failed).next().unwrap();
    let retries = of_the_round.iter().filter(|(event, _)| is_retry(event)).count() as u64;
    let is_used_up = retries.is_multiple_of(u64::from(policy.quick_tries) + 1);
    let (interval, is_long) = match newest.kind {
        Kind::Deferred => (policy.by_code[0].1, false),
        Kind::Retry | Kind::Unjudged if !is_used_up => (policy.quick_interval, false),
        _ => (policy.long_interval, true),
    };
    let until = stamp + interval.as_secs() as i64;
    match (*stamp..until).contains(&now) {
        true if is_long => RetryDecision::GiveUpUntil(at(until)),
        true => RetryDecision::WaitUntil(at(until)),
        false => RetryDecision::RunNow,
    }
}

#[test]
fn ten_thousand_sequences_agree_with_the_model() {
    let (sequences, decisions, waits) = (Cell::new(0_u32), Cell::new(0_u32), Cell::new(0_u32));
    let mut runner =
        TestRunner::new(Config { cases: SEQUENCES, failure_persistence: None, ..Config::default() });
    let strategy = (prop::collection::vec(event(), 0..14), later(), policy());
    let outcome = runner.run(&strategy, |(events, after, policy)| {
        sequences.set(sequences.get() + 1);
        let (mut clock, mut told, mut history) = (0, Vec::new(), Vec::new());
        for event in events {
            clock += event.later;
            history.push(record(&event, clock));
            told.push((event, clock));
            for now in [clock, clock + after] {
                let decision = next_try(&history, at(now), &policy);
                prop_assert_eq!(decision, expected(&told, now, &policy));
                decisions.set(decisions.get() + 1);
                waits.set(waits.get() + u32::from(decision != RetryDecision::RunNow));
                is_kept(&history, now, &policy, decision)?;
            }
        }
        Ok(())
    });
    outcome.unwrap();
    assert_eq!(sequences.get(), SEQUENCES);
    assert!(waits.get() > decisions.get() / 4, "the sequences wait too seldom: {}", waits.get());
    // Written to stderr directly, because the test harness captures `println!` and CI is to show this count.
    let count = format!(
        "\nretry schedule: {} sequences agree with the model, {} decisions, {} of them waits\n",
        sequences.get(),
        decisions.get(),
        waits.get()
    );
    std::io::Write::write_all(&mut std::io::stderr(), count.as_bytes()).unwrap();
}

/// Checks that no wait is longer than its interval, whatever the clock did, and that the app does not run before the
/// reported time and runs then.
fn is_kept(
    history: &[AttemptRecord],
    now: i64,
    policy: &RetryPolicy,
    decision: RetryDecision,
) -> Result<(), TestCaseError> {
    let (until, longest) = match decision {
        RetryDecision::RunNow => return Ok(()),
        RetryDecision::WaitUntil(until) => (until, policy.quick_interval.max(policy.by_code[0].1)),
        RetryDecision::GiveUpUntil(until) => (until, policy.long_interval),
    };
    let until = until.as_second() - START;
    prop_assert!(now < until && until - now <= longest.as_secs() as i64);
    prop_assert_eq!(next_try(history, at(until - 1), policy), decision);
    prop_assert_eq!(next_try(history, at(until), policy), RetryDecision::RunNow);
    Ok(())
}
