use crate::{Account, Environment, Unanswered};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::time::Duration;

/// Starting programs, and asking after those that run.
pub trait Processes: Send + Sync {
    /// Creates the program **without letting it run an instruction**: the caller writes down who it is, then calls
    /// [`StartedProcess::run`]. Dropped before that, or where our own process dies before that, it never ran.
    ///
    /// # Errors
    /// There is no such program, it is none, or it may not be started.
    fn create(&self, start: &Start<'_>) -> Result<Box<dyn StartedProcess>, StartError>;

    /// Whether exactly this process (its id may be another's by now) still runs.
    ///
    /// # Errors
    /// The system does not say.
    fn is_running(&self, who: &ProcessIdentity) -> Result<bool, Unanswered>;

    /// Processes whose ancestor is or was this one and that run now, itself left out; as far as the system tells.
    ///
    /// # Errors
    /// The list cannot be had.
    fn descendants(&self, who: &ProcessIdentity) -> Result<Vec<ProcessIdentity>, Unanswered>;
}

/// A program to start.
#[derive(Debug, Clone)]
pub struct Start<'a> {
    /// Absolute path of the program: Windows' lpApplicationName.
    pub program: &'a str,
    /// What it is given.
    pub arguments: Arguments<'a>,
    /// Working directory: a plain path.
    pub folder: &'a str,
    /// All variables it gets.
    pub environment: &'a Environment,
    /// The account that it runs as.
    pub account: Account,
    /// Where its output goes.
    pub output: Output<'a>,
}

/// What a program is given.
#[derive(Debug, Clone, Copy)]
pub enum Arguments<'a> {
    /// Windows: the whole command line, the program's token first, passed on character for character.
    Line(&'a str),
    /// Unix: the words after the program.
    Words(&'a [String]),
}

/// Where stdout and stderr go. stdin is the null device, open.
#[derive(Debug, Clone, Copy)]
pub enum Output<'a> {
    /// Both appended to one file, by a handle of its own: whoever outlives the program can go on writing.
    File(&'a Path),
    /// Each into a file of its own: scripts are judged by both.
    Files {
        /// The file for its stdout.
        stdout: &'a Path,
        /// The file for its stderr.
        stderr: &'a Path,
    },
}

impl Output<'_> {
    /// Opens the files of stdout and stderr; where one cannot be opened, an error and what it is about.
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

/// A program that was created and has not run yet.
pub trait StartedProcess: Send {
    /// Which process it is.
    fn identity(&self) -> ProcessIdentity;

    /// Lets it run. From here on it lives on whatever becomes of us.
    ///
    /// # Errors
    /// The system refuses; then it never ran.
    fn run(self: Box<Self>) -> Result<Box<dyn Running>, StartError>;
}

/// A program that runs, or ran.
pub trait Running: Send {
    /// Which process it is.
    fn identity(&self) -> ProcessIdentity;

    /// Waits for its end, `limit` at most. The code is the first process's 32 bits.
    ///
    /// # Errors
    /// The system refuses to wait.
    fn wait(&mut self, limit: Duration) -> io::Result<Wait>;

    /// Those of its tree that run now, itself left out; as far as the system tells.
    ///
    /// # Errors
    /// The list cannot be had.
    fn survivors(&self) -> Result<Vec<ProcessIdentity>, Unanswered>;

    /// Ends it and its tree.
    ///
    /// # Errors
    /// The system cannot end them.
    fn kill_tree(&mut self) -> io::Result<()>;
}

/// What waiting came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// It ended with these 32 bits.
    Ended(u32),
    /// It still runs.
    Running,
}

/// Exactly one process: ids come again, ids with their start do not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProcessIdentity {
    /// Its id.
    pub pid: u32,
    /// When it started, in the system's own unit: 100 ns since 1601 (Windows), clock ticks since boot (Linux).
    pub started: u64,
    /// Its program's file name, where known.
    pub name: String,
}

/// Why a program was not started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start {program}")]
pub struct StartError {
    /// What was to be started.
    pub program: String,
    /// HRESULT, e.g. 0x80070005; on Unix the nearest one.
    pub code: u32,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

impl StartError {
    /// That `program` was not started, with the HRESULT and the system's own words.
    pub fn new(program: &str, code: u32, source: io::Error) -> Self {
        Self { program: program.to_owned(), code, source }
    }
}
