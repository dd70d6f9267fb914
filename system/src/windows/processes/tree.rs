//! The descendants of a process.

use crate::{ProcessIdentity, Unanswered};
use std::time::Duration;
use waybill_win32::process::{self, ListedProcess, Process};

/// A running process. `started` is `None` where this account may not query it.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) pid: u32,
    pub(super) parent: u32,
    pub(super) started: Option<u64>,
    pub(super) name: String,
}

impl Candidate {
    /// The identity of the process, with a start of 0 where that is not known.
    pub(super) fn identity(&self) -> ProcessIdentity {
        ProcessIdentity { pid: self.pid, started: self.started.unwrap_or_default(), name: self.name.clone() }
    }
}

// The console host that Windows starts as a child of a console program, which has no part in it. It ends with the last
// program of the console.
const CONSOLE_HOST: &str = "conhost.exe";

/// All running processes except console hosts.
pub(super) fn list() -> Result<Vec<Candidate>, Unanswered> {
    let running = process::running().map_err(Unanswered::about("the list of processes"))?;
    let is_program = |listed: &ListedProcess| !listed.name.eq_ignore_ascii_case(CONSOLE_HOST);
    Ok(running.into_iter().filter(is_program).filter_map(candidate).collect())
}

/// Queries the start of a listed process; `None` if it has ended meanwhile.
fn candidate(listed: ListedProcess) -> Option<Candidate> {
    let process = Process::open(listed.pid).ok();
    if process.as_ref().is_some_and(|process| process.wait(Duration::ZERO).unwrap_or(false)) {
        return None;
    }
    let started = process.and_then(|process| process.started().ok());
    Some(Candidate { pid: listed.pid, parent: listed.parent, started, name: listed.name })
}

/// The processes that descend from `root`. Windows reuses ids, so only a process that is younger than its parent counts
/// as a child and, where the parent's id is in use by another process by now, only one that is older than that process.
/// Processes with an unknown start are left out.
pub(super) fn descendants(root: &ProcessIdentity, list: &[Candidate]) -> Vec<ProcessIdentity> {
    let successor = list.iter().find(|one| one.pid == root.pid && one.started != Some(root.started));
    let until = successor.map_or(u64::MAX, |one| one.started.unwrap_or(root.started));
    let mut found: Vec<ProcessIdentity> = Vec::new();
    let mut parents = vec![(root.pid, root.started, until)];
    while let Some((parent, from, until)) = parents.pop() {
        for child in list.iter().filter(|one| one.parent == parent && one.pid != root.pid) {
            let is_new = !found.iter().any(|known| known.pid == child.pid);
            match child.started {
                Some(started) if is_new && (from..until).contains(&started) => {
                    found.push(child.identity());
                    parents.push((child.pid, started, u64::MAX));
                }
                _ => {}
            }
        }
    }
    found.sort_by_key(|process| process.pid);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(pid: u32, parent: u32, started: u64) -> Candidate {
        Candidate { pid, parent, started: Some(started), name: format!("p{pid}.exe") }
    }

    fn pids(list: &[Candidate]) -> Vec<u32> {
        let root = ProcessIdentity { pid: 10, started: 100, name: "setup.exe".into() };
        descendants(&root, list).iter().map(|process| process.pid).collect()
    }

    #[test]
    fn children_and_their_children_whether_the_first_runs_or_not() {
        let tree =
            [candidate(14, 12, 130), candidate(11, 10, 110), candidate(12, 11, 120), candidate(20, 4, 150)];
        assert_eq!(pids(&tree), [11, 12, 14]);
        assert_eq!(pids(&[&tree[..], &[candidate(10, 4, 100)]].concat()), [11, 12, 14]);
    }

    #[test]
    fn ids_that_came_again_make_no_relatives() {
        assert_eq!(pids(&[candidate(11, 10, 90)]), [0; 0], "older than its parent");
        let successor = [candidate(10, 4, 200), candidate(11, 10, 110), candidate(12, 10, 210)];
        assert_eq!(pids(&successor), [11], "a child of the one that has the id now");
        let circle = [candidate(11, 12, 100), candidate(12, 11, 100), candidate(12, 10, 100)];
        assert_eq!(pids(&circle), [11, 12]);
    }

    #[test]
    fn whose_start_cannot_be_told_is_left_out() {
        assert_eq!(pids(&[Candidate { started: None, ..candidate(11, 10, 0) }]), [0; 0]);
    }
}
