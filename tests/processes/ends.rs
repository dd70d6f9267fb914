//! How programs end, how their ends are reported, and what happens to programs when the process that started them is
//! killed.

use crate::launcher::{Launcher, is_running, wait_until};
use crate::starter::Starter;
use std::fs;
use std::time::Duration;
use waybill_system::Wait;

/// Exit codes; 259 is among them because Windows also uses it for "still running".
#[cfg(windows)]
const CODES: [i64; 9] = [0, 1, 259, 1603, 1641, 3010, -1, -2_147_024_891, 4_294_967_295];
#[cfg(unix)]
const CODES: [i64; 6] = [0, 1, 3, 126, 127, 255];

#[test]
fn every_code_arrives_as_it_was_given() {
    for code in CODES {
        let launcher = Launcher::new();
        let mut running = launcher.run(&["exit", &code.to_string()]);
        let expected = u32::try_from(code & 0xFFFF_FFFF).unwrap();
        assert_eq!(running.code(), expected, "{code}");
        assert_eq!(running.wait(Duration::ZERO).unwrap(), Wait::Ended(expected), "{code}, asked again");
        assert!(!is_running(&running.identity()), "{code}");
    }
}

#[cfg(unix)]
#[test]
fn a_signal_is_128_and_its_number() {
    let mut launcher = Launcher::new();
    launcher.program = "/bin/sh".into();
    assert_eq!(launcher.run(&["-c", "kill -9 $$"]).code(), 137);
    assert_eq!(launcher.run(&["-c", "kill -TERM $$"]).code(), 143);
}

#[test]
fn a_program_that_never_ends_runs_on_after_the_waiting() {
    let launcher = Launcher::new();
    let mut running = launcher.run(&["pid", "here", "then", "sleep-forever"]);
    let left = launcher.left("here");
    assert_eq!(running.wait(Duration::from_millis(50)).unwrap(), Wait::Running);
    let identity = running.identity();
    assert_eq!(identity.pid, left.0);
    assert!(identity.started > 0);
    assert!(identity.name.starts_with("waybill-puppet"), "{identity:?}");
    assert!(is_running(&identity));
    let another = waybill_system::ProcessIdentity { started: identity.started - 1, ..identity.clone() };
    assert!(!is_running(&another), "its id, but another start");
    running.kill_tree().unwrap();
    running.code();
    assert!(!is_running(&identity));
}

#[test]
fn created_and_dropped_it_never_ran() {
    let launcher = Launcher::new();
    let created = launcher.create(&["append", "trace", "ran"]).unwrap();
    let identity = created.identity();
    assert!(is_running(&identity), "it is there already, and stands still");
    drop(created);
    assert!(!is_running(&identity));
    assert!(!launcher.path("trace").exists());
    let mut running = launcher.run(&["append", "trace", "ran"]);
    assert_eq!(running.code(), 0);
    assert_eq!(launcher.read("trace"), "ran\n", "nothing but the gate kept it from running");
}

#[test]
fn its_id_and_start_stay_the_same_when_it_runs() {
    let launcher = Launcher::new();
    let created = launcher.create(&["pid", "here"]).unwrap();
    let identity = created.identity();
    let mut running = crate::launcher::Supervised::new(created.run().unwrap());
    assert_eq!(running.identity(), identity);
    assert_eq!(running.code(), 0);
    assert_eq!(launcher.read("here"), identity.pid.to_string());
}

#[test]
fn killed_before_it_runs_it_never_ran() {
    let launcher = Launcher::new();
    let mut starter = Starter::start(&launcher, &["append", "trace", "ran"], |_| {});
    let identity = starter.created();
    assert!(is_running(&identity));
    starter.kill();
    wait_until("it is gone", || !is_running(&identity));
    assert!(!launcher.path("trace").exists());
}

#[test]
fn killed_after_it_runs_it_lives_on() {
    let launcher = Launcher::new();
    let commands =
        ["pid", "here", "then", "wait-for", "go", "then", "print", "later", "then", "sleep-forever"];
    let mut starter = Starter::start(&launcher, &commands, |_| {});
    let identity = starter.created();
    starter.say("run");
    let left = launcher.left("here");
    assert_eq!(left.0, identity.pid);
    starter.kill();
    fs::write(launcher.path("go"), "").unwrap();
    wait_until("it writes after our death", || launcher.read("output.log") == "later\n");
    assert!(is_running(&identity));
    drop(left);
    wait_until("it is gone", || !is_running(&identity));
}

#[test]
fn a_program_that_kills_us_lives_on() {
    let launcher = Launcher::new();
    let commands = ["pid", "here", "then", "kill-parent", "then", "print", "killed", "then", "sleep-forever"];
    let mut starter = Starter::start(&launcher, &commands, |_| {});
    let identity = starter.created();
    starter.say("run");
    let left = launcher.left("here");
    starter.wait();
    wait_until("it writes after our death", || launcher.read("output.log") == "killed\n");
    assert!(is_running(&identity));
    drop(left);
    wait_until("it is gone", || !is_running(&identity));
}
