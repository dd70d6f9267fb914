//! A process that was let run, until and after its end.

use super::table::ProcessTable;
use crate::{ProcessIdentity, Running, Unanswered, Wait};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

// How often the descendants are listed and killed, because they may start further children between the two.
const KILL_ROUNDS: usize = 10;

/// A running child of this process. A thread waits for its end, so that no zombie is left even if nobody asks.
pub(super) struct UnixRunning {
    identity: ProcessIdentity,
    end: Receiver<io::Result<ExitStatus>>,
    ended: Option<u32>,
}

impl UnixRunning {
    /// Starts the thread that waits for the end of `child`. It lives as long as the child and keeps nothing else alive.
    pub(super) fn watch(identity: ProcessIdentity, mut child: Child) -> io::Result<Self> {
        let (tell, end) = channel();
        let name = format!("wait {}", identity.pid);
        std::thread::Builder::new().name(name).spawn(move || {
            let _ = tell.send(child.wait());
        })?;
        Ok(Self { identity, end, ended: None })
    }
}

impl Running for UnixRunning {
    fn identity(&self) -> ProcessIdentity {
        self.identity.clone()
    }

    fn wait(&mut self, limit: Duration) -> io::Result<Wait> {
        if let Some(code) = self.ended {
            return Ok(Wait::Ended(code));
        }
        match self.end.recv_timeout(limit) {
            Ok(status) => {
                let code = code(status?);
                self.ended = Some(code);
                Ok(Wait::Ended(code))
            }
            Err(RecvTimeoutError::Timeout) => Ok(Wait::Running),
            Err(RecvTimeoutError::Disconnected) => {
                Err(io::Error::other(format!("nobody waits for process {}", self.identity.pid)))
            }
        }
    }

    fn survivors(&self) -> Result<Vec<ProcessIdentity>, Unanswered> {
        Ok(ProcessTable::now()?.tree(&self.identity))
    }

    fn kill_tree(&mut self) -> io::Result<()> {
        for _ in 0..KILL_ROUNDS {
            let table = ProcessTable::now().map_err(io::Error::other)?;
            let tree = table.tree(&self.identity);
            let itself = table.is_running(&self.identity);
            if tree.is_empty() && !itself {
                return Ok(());
            }
            if itself {
                killed(pid(&self.identity), kill_process_group)?;
            }
            for process in &tree {
                killed(pid(process), kill_process)?;
            }
        }
        Ok(())
    }
}

fn code(status: ExitStatus) -> u32 {
    // One number as in shells: the exit status, or 128 plus the number of the signal.
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default());
    code.cast_unsigned()
}

fn pid(who: &ProcessIdentity) -> Option<Pid> {
    i32::try_from(who.pid).ok().and_then(Pid::from_raw)
}

/// Kills a process or group; one that has already ended is no error.
fn killed(who: Option<Pid>, kill: impl Fn(Pid, Signal) -> rustix::io::Result<()>) -> io::Result<()> {
    match who.map(|pid| kill(pid, Signal::KILL)) {
        None | Some(Ok(()) | Err(Errno::SRCH)) => Ok(()),
        Some(Err(error)) => Err(error.into()),
    }
}
