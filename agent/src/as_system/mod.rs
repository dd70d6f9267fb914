//! This very program, run once more as the system through a temporary scheduled task.
//!
//! What is to be run stands in a file of a folder that is the system's and the administrators' alone, so that the
//! task's command line holds nothing but that folder; output and exit code come back the same way. The one who asked
//! passes output on as it comes. Ends the one who asked before the task does, the task goes on.

mod request;
mod task;

pub use request::{Request, answer};

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;
use waybill_context::{Cancelled, Context};
use waybill_schemas::codes::{Classified, Code, package, runner};

const LOOK_EVERY: Duration = Duration::from_millis(100);
/// A scheduler that is at work starts a task within seconds.
const STARTS_WITHIN: Duration = Duration::from_secs(60);

/// Where output comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// stdout.
    Out,
    /// stderr.
    Err,
}

/// Why it came to no exit code.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AsSystemError {
    /// A file between this process and the task cannot be used.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was to be done.
        doing: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// What the system reports.
        #[source]
        source: io::Error,
    },
    /// What lies in the folder is not a request.
    #[error("{} holds no request", path.display())]
    NoRequest {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// One of the system's tools failed.
    #[error("{tool} {task} ended with {code}: {said}")]
    Tool {
        /// The tool.
        tool: &'static str,
        /// What it was asked for.
        task: &'static str,
        /// Its exit code.
        code: i32,
        /// The end of what it printed.
        said: String,
    },
    /// The task was never seen to run.
    #[error("the scheduled task did not start within {} s", STARTS_WITHIN.as_secs())]
    NotStarted,
    /// The task ended without a word.
    #[error("the scheduled task ended without an exit code")]
    NoResult,
    /// We were interrupted; the task goes on.
    #[error("interrupted; the command goes on as SYSTEM")]
    Interrupted,
}

impl Classified for AsSystemError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Interrupted => &package::INTERRUPTED,
            _ => &runner::AS_SYSTEM_FAILED,
        }
    }
}

impl From<Cancelled> for AsSystemError {
    fn from(_: Cancelled) -> Self {
        Self::Interrupted
    }
}

/// Runs `request` as the system, with its files in a new folder below the system's own profile, and gives its exit code.
/// `relay` is given output as it comes.
///
/// # Errors
/// No task can be made or started, it ended without an exit code, or we were interrupted.
pub fn run(
    request: &Request,
    relay: &mut dyn FnMut(Stream, &[u8]),
    context: &Context<'_>,
) -> Result<u32, AsSystemError> {
    let place = request::place();
    request::sweep(&place, context.clock().now());
    let folder = request::new_folder(&place)?;
    let exit = run_in(&folder, request, relay, context);
    if !matches!(exit, Err(AsSystemError::Interrupted)) {
        // What cannot be removed does no harm, and the next run sweeps it.
        let _ = fs::remove_dir_all(&folder);
    }
    exit
}

fn run_in(
    folder: &Path,
    request: &Request,
    relay: &mut dyn FnMut(Stream, &[u8]),
    context: &Context<'_>,
) -> Result<u32, AsSystemError> {
    task::close_to_others(folder)?;
    request.write(folder)?;
    let task = task::Task::create(&request.program, folder)?;
    task.start()?;
    follow(folder, relay, context)
}

/// Passes output on until there is an exit code.
fn follow(
    folder: &Path,
    relay: &mut dyn FnMut(Stream, &[u8]),
    context: &Context<'_>,
) -> Result<u32, AsSystemError> {
    let mut outputs = [(Stream::Out, request::STDOUT), (Stream::Err, request::STDERR)]
        .map(|(stream, name)| (stream, folder.join(name), 0));
    let mut waited = Duration::ZERO;
    loop {
        // Looked at before the output, so that nothing is missed that the task printed before it ended.
        let exit = request::exit_code(folder)?;
        let ended = exit.is_none() && request::was_abandoned(folder)?;
        for (stream, path, seen) in &mut outputs {
            *seen += pass_on(*stream, path, *seen, relay)?;
        }
        if let Some(exit) = exit {
            return Ok(exit);
        }
        // Asked once more: the task may have written it between the two looks above.
        if ended && request::exit_code(folder)?.is_none() {
            return Err(AsSystemError::NoResult);
        }
        if waited >= STARTS_WITHIN && !request::has_begun(folder) {
            return Err(AsSystemError::NotStarted);
        }
        context.check()?;
        context.clock().sleep(LOOK_EVERY);
        waited += LOOK_EVERY;
    }
}

fn pass_on(
    stream: Stream,
    path: &Path,
    seen: u64,
    relay: &mut dyn FnMut(Stream, &[u8]),
) -> Result<u64, AsSystemError> {
    let mut bytes = Vec::new();
    let outcome = match File::open(path) {
        Ok(mut file) => file.seek(SeekFrom::Start(seen)).and_then(|_| file.read_to_end(&mut bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    };
    outcome.map_err(|source| AsSystemError::Io { doing: "read", path: path.to_owned(), source })?;
    if !bytes.is_empty() {
        relay(stream, &bytes);
    }
    Ok(bytes.len() as u64)
}

#[cfg(test)]
mod tests;
