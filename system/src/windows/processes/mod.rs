//! Starting programs, and finding those that run.

mod account;
mod created;
mod environment_block;
mod running;
mod tree;

use crate::{ProcessIdentity, Processes, Start, StartError, StartedProcess, Unanswered};
use created::Created;
use std::io;
use std::time::Duration;
use waybill_win32::process::Process;

/// The Win32 error of OpenProcess for an id that no process has.
const NO_SUCH_PROCESS: i32 = 87;
/// Makes an HRESULT of a Win32 error when added to it (FACILITY_WIN32).
const WIN32: u32 = 0x8007_0000;
const INVALID_PARAMETER: u32 = WIN32 | 87;
const UNSPECIFIED: u32 = 0x8000_4005;

/// The processes of this machine.
pub(super) struct WindowsProcesses;

impl WindowsProcesses {
    pub(super) fn new() -> Self {
        Self
    }
}

impl Processes for WindowsProcesses {
    fn create(&self, start: &Start<'_>) -> Result<Box<dyn StartedProcess>, StartError> {
        Ok(Box::new(Created::create(start)?))
    }

    fn is_running(&self, who: &ProcessIdentity) -> Result<bool, Unanswered> {
        let told = |error: io::Error| Unanswered::from_io(&format!("process {}", who.pid), &error);
        match Process::open(who.pid) {
            Err(error) if error.raw_os_error() == Some(NO_SUCH_PROCESS) => Ok(false),
            Err(error) => Err(told(error)),
            Ok(process) => {
                let same = process.started().map_err(told)? == who.started;
                Ok(same && !process.wait(Duration::ZERO).map_err(told)?)
            }
        }
    }

    fn descendants(&self, who: &ProcessIdentity) -> Result<Vec<ProcessIdentity>, Unanswered> {
        Ok(tree::descendants(who, &tree::list()?))
    }
}

/// The error of a `program` that could not be started; `what` is put before the system's message.
fn refused(program: &str, what: &str, error: &io::Error) -> StartError {
    let win32 = error.raw_os_error().and_then(|code| u32::try_from(code).ok()).filter(|code| *code <= 0xFFFF);
    let code = match (win32, error.kind()) {
        (Some(code), _) => WIN32 | code,
        (None, io::ErrorKind::InvalidInput) => INVALID_PARAMETER,
        (None, _) => UNSPECIFIED,
    };
    let source = io::Error::new(error.kind(), format!("{what}: {error}"));
    StartError { program: program.to_owned(), code, source }
}
