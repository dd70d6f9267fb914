//! A process that was let run, until and after its end.

use super::tree::{self, Candidate};
use crate::{ProcessIdentity, Running, Unanswered, Wait};
use std::io;
use std::time::Duration;
use waybill_win32::job::Job;
use waybill_win32::process::Process;

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
        let list = tree::list()?;
        let mut survivors = self.in_job(&list).map_err(Unanswered::about("the processes of a job"))?;
        // A process that broke away from the job can only be found by its parent.
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
