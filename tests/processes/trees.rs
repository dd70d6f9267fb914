//! What happens to the children of a started program.

use crate::launcher::{Launcher, Left, PATIENCE, copy_program, is_running, machine, text, wait_until};
use std::fs;
use std::time::Duration;
use waybill_system::{ProcessIdentity, Wait};

/// The commands of a child that writes its id to `child` and, when the file `go` exists, prints a line.
pub(crate) const CHILD: [&str; 10] =
    ["pid", "child", "then", "wait-for", "go", "then", "print", "later", "then", "sleep-forever"];

/// Runs a program whose child outlives it. Returns the survivors that were listed at the program's end, and the child.
fn outlived(start: &[&'static str]) -> (Launcher, Vec<ProcessIdentity>, Left) {
    let launcher = Launcher::new();
    let mut running = launcher.run(&[start, &CHILD].concat());
    assert_eq!(running.code(), 0);
    let left = launcher.left("child");
    let survivors = running.survivors().unwrap();
    assert_eq!(machine().processes().descendants(&running.identity()).unwrap(), survivors);
    running.let_go();
    (launcher, survivors, left)
}

fn assert_writes_on(launcher: &Launcher) {
    fs::write(launcher.path("go"), "").unwrap();
    wait_until("it writes after its parent's end", || launcher.read("output.log") == "later\n");
}

#[test]
fn a_child_that_outlives_lives_on_and_is_listed() {
    let (launcher, survivors, left) = outlived(&["spawn-and-end"]);
    let [survivor] = survivors.as_slice() else { panic!("{survivors:?}") };
    assert_eq!(survivor.pid, left.0);
    assert!(survivor.name.starts_with("waybill-puppet"), "{survivor:?}");
    assert_writes_on(&launcher);
    assert!(is_running(survivor));
    drop(left);
    wait_until("it is gone", || !is_running(survivor));
}

#[test]
fn a_program_may_end_while_its_child_writes() {
    let launcher = Launcher::new();
    let mut running = launcher.run(&["end-while-child-writes", "child"]);
    assert_eq!(running.code(), 0);
    let left = launcher.left("child");
    assert_eq!(running.survivors().unwrap().len(), 1);
    running.let_go();
    let size = || fs::metadata(launcher.output()).unwrap().len();
    let before = size();
    wait_until("it writes after its parent's end", || size() > before);
    drop(left);
    assert!(launcher.read("output.log").starts_with("child\nstill writing\n"));
}

#[test]
fn a_child_may_kill_its_parent() {
    let launcher = Launcher::new();
    let mut running = launcher.run(&["end-by-child", "child"]);
    assert_eq!(running.code(), if cfg!(windows) { 9 } else { 137 });
    let left = launcher.left("child");
    let survivors = running.survivors().unwrap();
    assert_eq!(survivors.iter().map(|survivor| survivor.pid).collect::<Vec<_>>(), [left.0]);
}

#[test]
fn a_killed_tree_is_gone_with_whoever_broke_away_below_a_living_parent() {
    let launcher = Launcher::new();
    let child = ["pid", "child", "then", "sleep-forever"];
    let breakaway = ["pid", "parent", "then", "spawn-and-end"];
    let mut running = launcher.run(&[&breakaway[..], &child].concat());
    assert_eq!(running.code(), 0);
    let _left = launcher.left("child");
    let survivors = running.survivors().unwrap();
    assert_eq!(survivors.len(), 1);
    running.kill_tree().unwrap();
    wait_until("all are gone", || survivors.iter().all(|survivor| !is_running(survivor)));
    assert_eq!(running.survivors().unwrap(), []);
    running.kill_tree().unwrap();
}

#[test]
fn a_program_that_never_ends_is_killed_with_its_tree_when_that_is_asked() {
    let launcher = Launcher::new();
    let mut running = launcher.run(&["end-while-child-writes", "child", "then", "sleep-forever"]);
    let _left = launcher.left("child");
    assert_eq!(running.wait(Duration::from_millis(20)).unwrap(), Wait::Running);
    fs::write(launcher.path("content.txt"), "kept").unwrap();
    let child = running.survivors().unwrap();
    assert_eq!(child.len(), 1);
    running.kill_tree().unwrap();
    assert_ne!(running.code(), 0);
    wait_until("its child is gone", || !is_running(&child[0]));
    assert_eq!(launcher.read("content.txt"), "kept");
}

#[test]
fn a_program_may_delete_its_own_folder() {
    let launcher = Launcher::new();
    let copy = launcher.path(&format!("setup{}", std::env::consts::EXE_SUFFIX));
    copy_program(&launcher.program, &copy);
    let outside = tempfile::tempdir().unwrap();
    let trace = outside.path().join("trace");
    let mut launcher = launcher;
    launcher.program = text(&copy).to_owned();
    fs::create_dir(launcher.path("files")).unwrap();
    fs::write(launcher.path("files/data.txt"), "x").unwrap();
    let mut running = launcher.run(&["delete-own-folder", "then", "append", text(&trace), "done"]);
    assert_eq!(running.code(), 0);
    assert_eq!(fs::read_to_string(&trace).unwrap(), "done\n");
    assert!(!launcher.path("files").exists());
    #[cfg(unix)]
    assert!(!launcher.path("").exists());
}

/// The program writes to the file directly, so the output does not pass through this process.
#[test]
fn a_gigabyte_of_output_takes_no_memory_of_ours() {
    const SIZE: u64 = 1 << 30;
    let launcher = Launcher::new();
    let before = peak_memory();
    let mut running = launcher.run(&["flood", &SIZE.to_string()]);
    assert_eq!(running.wait(PATIENCE * 2).unwrap(), Wait::Ended(0));
    assert_eq!(fs::metadata(launcher.output()).unwrap().len(), SIZE);
    assert!(peak_memory() - before < 64 << 20);
    fs::remove_file(launcher.output()).unwrap();
}

/// The peak memory of this process in bytes; 0 where the system does not say.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}
