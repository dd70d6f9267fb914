//! A process that was let run, until and after its end, and its descendants.

use crate::{ProcessIdentity, Running, Unanswered, Wait};
use std::io;
use std::time::Duration;
use waybill_win32::job::Job;
use waybill_win32::process::{self, ListedProcess, Process};

/// The exit code of processes that are killed by [`Running::kill_tree`].
const KILLED: u32 = 1;

/// The open handle keeps Windows from giving the id to another process. The job only lists the descendants; they
/// survive it.
pub(super) struct WindowsRunning {
    identity: ProcessIdentity,
    process: Process,
    job: Option<Job>,
}

impl WindowsRunning {
    pub(super) fn new(identity: ProcessIdentity, process: Process, job: Option<Job>) -> Self {
        Self { identity, process, job }
    }

    fn in_job(&self, list: &[Candidate]) -> io::Result<Vec<ProcessIdentity>> {
        // The other processes of the job. One that may not be queried is listed too, with a start of 0.
        let Some(job) = &self.job else { return Ok(Vec::new()) };
        let ids = job.process_ids()?;
        let is_inside = |one: &&Candidate| ids.contains(&one.pid) && one.pid != self.identity.pid;
        Ok(list.iter().filter(is_inside).map(Candidate::identity).collect())
    }
}

impl Running for WindowsRunning {
    fn identity(&self) -> ProcessIdentity {
        self.identity.clone()
    }

    fn wait(&mut self, limit: Duration) -> io::Result<Wait> {
        if self.process.wait(limit)? { self.process.exit_code().map(Wait::Ended) } else { Ok(Wait::Running) }
    }

    fn survivors(&self) -> Result<Vec<ProcessIdentity>, Unanswered> {
        let list = list()?;
        let mut survivors = self.in_job(&list).map_err(Unanswered::about("the processes of a job"))?;
        // A process that broke away from the job can only be found by its parent.
        let related = descendants(&self.identity, &list);
        survivors.extend(related.into_iter().filter(|one| one.pid != self.identity.pid));
        survivors.sort_by_key(|process| process.pid);
        survivors.dedup_by_key(|process| process.pid);
        Ok(survivors)
    }

    fn kill_tree(&mut self) -> io::Result<()> {
        let tree = self.survivors().map_err(io::Error::other)?;
        match &self.job {
            Some(job) => job.terminate(KILLED)?,
            None if self.process.wait(Duration::ZERO)? => {}
            None => self.process.terminate(KILLED)?,
        }
        for one in &tree {
            kill(one)?;
        }
        Ok(())
    }
}

/// Ends exactly this process. It is no error if it has ended already, or ends meanwhile.
fn kill(who: &ProcessIdentity) -> io::Result<()> {
    let Ok(process) = Process::open_to_terminate(who.pid) else { return Ok(()) };
    if process.started()? != who.started || process.wait(Duration::ZERO)? {
        return Ok(());
    }
    match process.terminate(KILLED) {
        Err(error) if !process.wait(Duration::from_secs(1))? => Err(error),
        _ => Ok(()),
    }
}

/// A running process. `started` is `None` where this account may not query it.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pid: u32,
    parent: u32,
    started: Option<u64>,
    name: String,
}

impl Candidate {
    /// The identity of the process, with a start of 0 where that is not known.
    fn identity(&self) -> ProcessIdentity {
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
