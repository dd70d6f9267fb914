use crate::{Account, Environment, Unanswered};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::time::Duration;

/// Starting programs, and finding those that run.
pub trait Processes: Send + Sync {
    /// Creates a process **without letting it run an instruction**: the caller records its identity, then calls
    /// [`StartedProcess::run`]. If the result is dropped or this process dies before that, the program never runs.
    ///
    /// # Errors
    /// There is no such file, it is no program, or it may not be started.
    fn create(&self, start: &Start<'_>) -> Result<Box<dyn StartedProcess>, StartError>;

    /// Whether programs get a hidden console of their own as input, as those of Intune's agent have: one that waits for a
    /// key waits for ever. Otherwise their input is empty. On Windows a program of its own is started once to find out.
    fn gives_console_input(&self) -> bool;

    /// Whether exactly this process still runs. Another process that has its id by now does not count.
    ///
    /// # Errors
    /// The processes cannot be listed, or this account may not query them.
    fn is_running(&self, who: &ProcessIdentity) -> Result<bool, Unanswered>;

    /// The running processes that descend from this one, which itself may have ended and is not listed. The list may be
    /// incomplete where the system does not know all relations.
    ///
    /// # Errors
    /// The processes cannot be listed.
    fn descendants(&self, who: &ProcessIdentity) -> Result<Vec<ProcessIdentity>, Unanswered>;
}

/// A program to start.
#[derive(Debug, Clone)]
pub struct Start<'a> {
    /// The absolute path of the program (lpApplicationName on Windows).
    pub program: &'a str,
    /// The arguments of the program.
    pub arguments: Arguments<'a>,
    /// The working directory: an absolute path, on Windows without `\\?\`.
    pub folder: &'a str,
    /// All environment variables of the program. None are inherited from this process.
    pub environment: &'a Environment,
    /// The account that the program runs as.
    pub account: Account,
    /// The files that the output goes to.
    pub output: Output<'a>,
}

/// The arguments of a program.
#[derive(Debug, Clone, Copy)]
pub enum Arguments<'a> {
    /// For Windows: the whole command line, beginning with the program, which is passed on character for character.
    Line(&'a str),
    /// For Unix: the words after the program.
    Words(&'a [String]),
}

/// The files that stdout and stderr go to. For stdin see [`Processes::gives_console_input`].
#[derive(Debug, Clone, Copy)]
pub enum Output<'a> {
    /// Both are appended to one file. Descendants that outlive the program can go on writing to it.
    File(&'a Path),
    /// Each goes to a separate file, for scripts, which are judged by both.
    Files {
        /// The file for stdout.
        stdout: &'a Path,
        /// The file for stderr.
        stderr: &'a Path,
    },
}

impl Output<'_> {
    /// Opens the files for stdout and stderr, and creates them if necessary. The error comes with a text that says
    /// which file it is about.
    pub(crate) fn open(self) -> Result<(File, File), (String, io::Error)> {
        let append = |path: &Path| {
            let opened = OpenOptions::new().create(true).append(true).open(path);
            opened.map_err(|error| (format!("output file {}", path.display()), error))
        };
        let (stdout, stderr) = match self {
            Self::File(both) => (both, both),
            Self::Files { stdout, stderr } => (stdout, stderr),
        };
        Ok((append(stdout)?, append(stderr)?))
    }
}

/// A process that was created and has not run an instruction.
pub trait StartedProcess: Send {
    /// The identity of the process.
    fn identity(&self) -> ProcessIdentity;

    /// Lets the process run. From now on it also survives the end of this process.
    ///
    /// # Errors
    /// The system refuses; the process never runs.
    fn run(self: Box<Self>) -> Result<Box<dyn Running>, StartError>;
}

/// A process that was let run, until and after its end.
pub trait Running: Send {
    /// The identity of the process.
    fn identity(&self) -> ProcessIdentity;

    /// Waits for the end of the process, `limit` at most. Its descendants are not waited for.
    ///
    /// # Errors
    /// The system refuses to wait.
    fn wait(&mut self, limit: Duration) -> io::Result<Wait>;

    /// The descendants of the process that are running now, without the process itself. The list may be incomplete
    /// where the system does not know all relations.
    ///
    /// # Errors
    /// The processes cannot be listed.
    fn survivors(&self) -> Result<Vec<ProcessIdentity>, Unanswered>;

    /// Whether a signal ended the process, which its exit code alone does not tell. `false` on Windows.
    fn was_signalled(&self) -> bool {
        false
    }

    /// Ends the process and its descendants.
    ///
    /// # Errors
    /// The system refuses to end one of them.
    fn kill_tree(&mut self) -> io::Result<()>;
}

/// The result of waiting for a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// The process ended with this exit code.
    Ended(u32),
    /// The process is still running.
    Running,
}

/// The identity of a process: its id together with its start, because systems reuse ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProcessIdentity {
    /// The id of the process.
    pub pid: u32,
    /// The start of the process in the system's own unit: 100 ns since 1601 (Windows), clock ticks since the boot
    /// (Linux).
    pub started: u64,
    /// The file name of its program; empty if unknown.
    pub name: String,
}

/// Why a program could not be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start {program}")]
pub struct StartError {
    /// The path of the program.
    pub program: String,
    /// The HRESULT of the error, e.g. 0x80070005; on Unix the nearest one.
    pub code: u32,
    /// The system's error.
    #[source]
    pub source: io::Error,
}

impl StartError {
    /// An error about `program`, with the HRESULT and the system's error.
    pub fn new(program: &str, code: u32, source: io::Error) -> Self {
        Self { program: program.to_owned(), code, source }
    }
}
