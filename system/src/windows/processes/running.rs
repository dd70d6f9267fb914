//! A program that runs, or ran.

use super::tree::{self, Candidate};
use crate::{ProcessIdentity, Running, Unanswered, Wait};
use std::io;
use std::time::Duration;
use waybill_win32::job::Job;
use waybill_win32::process::Process;

/// What those end with that are ended by us.
const KILLED: u32 = 1;

/// Its handle keeps its id from being given to another; its job keeps nobody from living on.
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
        // Those in its job. One that may not be asked is listed too, without its start.
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
        let list = tree::list()?;
        let told = |error| Unanswered::from_io("the processes of a job", &error);
        let mut survivors = self.in_job(&list).map_err(told)?;
        // Who broke away is known by its parent only.
        let related = tree::descendants(&self.identity, &list);
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

/// Ends exactly this process; one that is gone, or about to be, needs no killing.
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
