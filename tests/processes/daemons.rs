//! Children that leave their job, their process group and their session, as daemons do.
//!
//! Where several programs run at once, nothing says which of them such a child came from, so each of these tests is a
//! process of its own.

use crate::launcher::{Launcher, wait_until};
use crate::trees::CHILD;
use std::process::{Command, Stdio};
use waybill_system::ProcessIdentity;
#[cfg(target_os = "linux")]
use {crate::launcher::PATIENCE, crate::launcher::is_running, std::time::Duration, waybill_system::Wait};

/// Runs an ignored test of this module in a process of its own.
fn alone(test: &str) {
    let name = format!("daemons::{test}");
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &name, "--ignored", "--nocapture"]).stdin(Stdio::null());
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
}

/// The commands before those of a daemon: a child makes a session of its own, starts the daemon in it and ends.
#[cfg(target_os = "linux")]
const DAEMON: [&str; 4] = ["spawn-and-end", "new-session", "then", "spawn-and-end"];

fn pids(survivors: &[ProcessIdentity]) -> Vec<u32> {
    survivors.iter().map(|one| one.pid).collect()
}

#[test]
fn a_child_that_breaks_away_is_listed_and_lives_on() {
    alone("breaks_away");
}

#[test]
#[ignore = "run by another test, as a process of its own"]
fn breaks_away() {
    let launcher = Launcher::new();
    let mut running = launcher.run(&[&["spawn-and-end", "breakaway"][..], &CHILD].concat());
    assert_eq!(running.code(), 0);
    let left = launcher.left("child");
    let survivors = running.survivors().unwrap();
    let expected: &[u32] = if cfg!(any(windows, target_os = "linux")) { &[left.0] } else { &[] };
    assert_eq!(pids(&survivors), expected);
    running.let_go();
    std::fs::write(launcher.path("go"), "").unwrap();
    wait_until("it writes after its parent's end", || launcher.read("output.log") == "later\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_daemon_is_listed_while_it_runs_and_not_afterwards() {
    alone("listed_while_it_runs");
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "run by another test, as a process of its own"]
fn listed_while_it_runs() {
    let launcher = Launcher::new();
    let child = ["pid", "child", "then", "wait-for", "go"];
    let mut running = launcher.run(&[&DAEMON[..], &child].concat());
    assert_eq!(running.code(), 0);
    let left = launcher.left("child");
    let survivors = running.survivors().unwrap();
    assert_eq!(pids(&survivors), [left.0]);
    std::fs::write(launcher.path("go"), "").unwrap();
    wait_until("it has ended and is no longer listed", || running.survivors().unwrap().is_empty());
    assert!(!is_running(&survivors[0]));
    let entry = format!("/proc/{}", left.0);
    wait_until("no zombie is left of it", || {
        let _ = running.survivors();
        !std::path::Path::new(&entry).exists()
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_killed_tree_takes_its_daemons_with_it() {
    alone("killed_with_its_daemons");
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "run by another test, as a process of its own"]
fn killed_with_its_daemons() {
    let launcher = Launcher::new();
    // A daemon that goes on, and the program itself, which goes on, too.
    let daemon = ["pid", "daemon", "then", "sleep-forever"];
    let mut first = launcher.run(&[&DAEMON[..], &daemon].concat());
    assert_eq!(first.code(), 0);
    let daemon = launcher.left("daemon");
    first.kill_tree().unwrap();
    assert!(!std::path::Path::new(&format!("/proc/{}", daemon.0)).exists());
    assert_eq!(first.survivors().unwrap(), []);
    drop(first);

    let child = ["end-while-child-writes", "child", "then", "sleep-forever"];
    let mut second = launcher.run(&child);
    let child = launcher.left("child");
    assert_eq!(second.wait(Duration::from_millis(20)).unwrap(), Wait::Running);
    second.kill_tree().unwrap();
    assert_eq!(second.wait(PATIENCE).unwrap(), Wait::Ended(137));
    assert!(!std::path::Path::new(&format!("/proc/{}", child.0)).exists());
}
