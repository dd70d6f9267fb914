//! A process stops at the armed point, says so, and stays there until it is killed.
#![cfg(feature = "failpoints")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use waybill_context::{Context, Stage, failpoint};

/// What the process under test does: three syncs, then 2 MiB of download after 1 MiB that was there.
#[test]
#[ignore = "run by the tests below, as a process of its own"]
fn work() {
    for _ in 0..3 {
        failpoint::reach("partial-syncing");
        failpoint::reach("partial-synced");
        say("synced");
    }
    let meter = Context::silent().meter(Stage::Download, Some(3 << 20));
    meter.skip(1 << 20);
    for _ in 0..8 {
        meter.advance(256 << 10);
        say("advanced");
    }
    say("done");
}

fn say(line: &str) {
    use std::io::Write as _;
    std::io::stderr().write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// Runs [`work`] with a point armed and returns its lines until it stopped or ended, in the order they came.
fn lines_until_stopped(point: &str) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "work", "--ignored", "--nocapture"])
        .env("WAYBILL_FAILPOINT", point)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = Vec::new();
    for line in BufReader::new(child.stderr.take().unwrap()).lines() {
        let line = line.unwrap();
        let stopped = line.starts_with("failpoint ") && !line.ends_with(" is none");
        lines.push(line);
        if stopped {
            assert!(child.try_wait().unwrap().is_none(), "it waits to be killed");
            child.kill().unwrap();
            break;
        }
    }
    child.wait().unwrap();
    lines
}

#[test]
fn a_named_point_stops_it_at_the_time_that_is_asked_for() {
    assert_eq!(lines_until_stopped("partial-syncing"), ["failpoint partial-syncing"]);
    assert_eq!(lines_until_stopped("partial-synced#3"), ["synced", "synced", "failpoint partial-synced#3"]);
}

#[test]
fn a_stage_stops_where_its_bytes_pass_and_not_where_they_are_skipped() {
    for (bytes, advanced) in
        [(1 << 20, 8), ((1 << 20) + 1, 0), (2 << 20, 3), ((2 << 20) + 1, 4), (3 << 20, 7)]
    {
        let point = format!("download:{bytes}");
        let lines = lines_until_stopped(&point);
        let count = lines.iter().filter(|line| *line == "advanced").count();
        let last = if bytes == 1 << 20 { "done".to_owned() } else { format!("failpoint {point}") };
        assert_eq!((count, lines.last()), (advanced, Some(&last)), "{point}");
    }
}

#[test]
fn what_names_no_point_is_told_and_stops_nothing() {
    for point in ["no-such-point", "digest:5"] {
        assert_eq!(lines_until_stopped(point).last().unwrap(), "done", "{point}");
    }
    assert_eq!(lines_until_stopped("no-such-point")[0], "failpoint no-such-point is none");
}
