//! A process that was let run, until and after its end.

use super::relatives::{self, Held};
use crate::{ProcessIdentity, Running, Unanswered, Wait};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

// How often the descendants are listed and killed: they may start further children between the two, and take a moment
// to end. With the pauses this is five seconds.
const KILL_ROUNDS: usize = 500;
const BETWEEN_ROUNDS: Duration = Duration::from_millis(10);

/// A running child of this process. A thread waits for its end, so that no zombie is left even if nobody asks.
pub(super) struct UnixRunning {
    identity: ProcessIdentity,
    end: Receiver<io::Result<ExitStatus>>,
    ended: Option<ExitStatus>,
    _held: Held,
}

impl UnixRunning {
    /// Starts the thread that waits for the end of `child`. It lives as long as the child and keeps nothing else alive.
    pub(super) fn watch(identity: ProcessIdentity, mut child: Child) -> io::Result<Self> {
        let (tell, end) = channel();
        let name = format!("wait {}", identity.pid);
        std::thread::Builder::new().name(name).spawn(move || {
            let _ = tell.send(relatives::wait_for(&mut child));
        })?;
        let held = Held::new(&identity);
        Ok(Self { identity, end, ended: None, _held: held })
    }
}

impl Running for UnixRunning {
    fn identity(&self) -> ProcessIdentity {
        self.identity.clone()
    }

    fn wait(&mut self, limit: Duration) -> io::Result<Wait> {
        if let Some(status) = self.ended {
            return Ok(Wait::Ended(code(status)));
        }
        match self.end.recv_timeout(limit) {
            Ok(status) => {
                let status = status?;
                self.ended = Some(status);
                Ok(Wait::Ended(code(status)))
            }
            Err(RecvTimeoutError::Timeout) => Ok(Wait::Running),
            Err(RecvTimeoutError::Disconnected) => {
                Err(io::Error::other(format!("nobody waits for process {}", self.identity.pid)))
            }
        }
    }

    fn survivors(&self) -> Result<Vec<ProcessIdentity>, Unanswered> {
        Ok(relatives::of(&self.identity)?.1)
    }

    fn was_signalled(&self) -> bool {
        self.ended.is_some_and(|status| status.signal().is_some())
    }

    fn kill_tree(&mut self) -> io::Result<()> {
        let mut refused = None;
        for _ in 0..KILL_ROUNDS {
            let (table, tree) = relatives::of(&self.identity).map_err(io::Error::other)?;
            let itself = table.is_running(&self.identity);
            if tree.is_empty() && !itself {
                return Ok(());
            }
            // One that may not be killed, such as a program of another account, keeps nobody else alive.
            let mut killed = Ok(());
            if itself {
                killed = end(pid(&self.identity), kill_process_group);
            }
            for process in &tree {
                killed = killed.and(end(pid(process), kill_process));
            }
            refused = killed.err();
            std::thread::sleep(BETWEEN_ROUNDS);
        }
        Err(refused.unwrap_or_else(|| io::Error::other("some of its processes do not end")))
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
fn end(who: Option<Pid>, kill: impl Fn(Pid, Signal) -> rustix::io::Result<()>) -> io::Result<()> {
    match who.map(|pid| kill(pid, Signal::KILL)) {
        None | Some(Ok(()) | Err(Errno::SRCH)) => Ok(()),
        Some(Err(error)) => Err(error.into()),
    }
}
