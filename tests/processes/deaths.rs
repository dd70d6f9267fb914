//! What happens to a started program when the process that started it is killed.

use crate::bench::{Bench, is_running, wait_until};
use crate::starter::Starter;
use std::fs;

#[test]
fn killed_before_it_runs_it_never_ran() {
    let bench = Bench::new();
    let mut starter = Starter::start(&bench, &["append", "trace", "ran"], |_| {});
    let identity = starter.created();
    assert!(is_running(&identity));
    starter.kill();
    wait_until("it is gone", || !is_running(&identity));
    assert!(!bench.path("trace").exists());
}

#[test]
fn killed_after_it_runs_it_lives_on() {
    let bench = Bench::new();
    let commands =
        ["pid", "here", "then", "wait-for", "go", "then", "print", "later", "then", "sleep-forever"];
    let mut starter = Starter::start(&bench, &commands, |_| {});
    let identity = starter.created();
    starter.say("run");
    let left = bench.left("here");
    assert_eq!(left.0, identity.pid);
    starter.kill();
    fs::write(bench.path("go"), "").unwrap();
    wait_until("it writes after our death", || bench.read("output.log") == "later\n");
    assert!(is_running(&identity));
    drop(left);
    wait_until("it is gone", || !is_running(&identity));
}

#[test]
fn a_program_that_kills_us_lives_on() {
    let bench = Bench::new();
    let commands = ["pid", "here", "then", "kill-parent", "then", "print", "killed", "then", "sleep-forever"];
    let mut starter = Starter::start(&bench, &commands, |_| {});
    let identity = starter.created();
    starter.say("run");
    let left = bench.left("here");
    starter.wait();
    wait_until("it writes after our death", || bench.read("output.log") == "killed\n");
    assert!(is_running(&identity));
    drop(left);
    wait_until("it is gone", || !is_running(&identity));
}
