//! Running this program once more as the system account, through a temporary scheduled task.
//!
//! The request is a file in a folder that only the system and administrators can access, so that the task's command
//! line holds nothing but the name of that folder. Output and exit code come back through the same folder, and the
//! calling process passes output on as it comes. If the calling process ends first, the task goes on.

mod request;
mod task;

pub use request::{Request, answer};

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;
use waybill_context::{Cancelled, Context};
use waybill_schemas::JsonFault;
use waybill_schemas::codes::{Classified, Code, package, runner};

const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How long to wait for the task to start. A working scheduler needs seconds.
const STARTS_WITHIN: Duration = Duration::from_secs(60);

/// The stream of the task that output comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// The task's stdout.
    Out,
    /// The task's stderr.
    Err,
}

/// Why there is no exit code of the task.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AsSystemError {
    /// A file or folder that this process and the task share cannot be used.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What could not be done: a verb such as `read`.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The request file cannot be parsed.
    #[error("{} holds no request", path.display())]
    NoRequest {
        /// The request file.
        path: PathBuf,
        /// The parser's error.
        #[source]
        source: JsonFault,
    },
    /// A tool of Windows failed.
    #[error("{tool} {task} ended with {code}: {said}")]
    Tool {
        /// The file name of the tool, e.g. `schtasks.exe`.
        tool: &'static str,
        /// What the tool was to do.
        task: &'static str,
        /// The exit code of the tool.
        code: i32,
        /// The end of the tool's output.
        said: String,
    },
    /// The task did not start in time.
    #[error("the scheduled task did not start within {} s", STARTS_WITHIN.as_secs())]
    NotStarted,
    /// The task ended without leaving an exit code.
    #[error("the scheduled task ended without an exit code")]
    NoResult,
    /// The caller's cancel flag was set while waiting for the task, which goes on.
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

/// Runs `request` as the system account and returns its exit code. The files are in a new folder below the system's own
/// profile; output is passed to `relay` as it comes.
///
/// # Errors
/// The task cannot be created or started, it ended without an exit code, or the caller's cancel flag was set.
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
        // A folder that cannot be removed does no harm, and a later run sweeps it.
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
        // Asked for before the output is read, so that all output of an ended task is seen.
        let exit = request::exit_code(folder)?;
        let ended = exit.is_none() && request::was_abandoned(folder)?;
        for (stream, path, seen) in &mut outputs {
            *seen += pass_on(*stream, path, *seen, relay)?;
        }
        if let Some(exit) = exit {
            return Ok(exit);
        }
        // Asked once more: the task may have written its exit code between the two checks above.
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
