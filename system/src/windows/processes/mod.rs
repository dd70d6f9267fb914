//! Starting programs, and finding those that run.

mod console;
mod created;
mod running;

use crate::questions::hresult;
use crate::{ProcessIdentity, Processes, Start, StartError, StartedProcess, ThisMachine, Unanswered};
use created::Created;
use std::io;
use std::time::Duration;
use waybill_win32::process::Process;

/// The Win32 error of OpenProcess for an id that no process has.
const NO_SUCH_PROCESS: i32 = 87;
/// The HRESULT of ERROR_INVALID_PARAMETER.
const INVALID_PARAMETER: u32 = 0x8007_0057;
/// E_FAIL, for errors of the system without a code.
const UNSPECIFIED: u32 = 0x8000_4005;

impl Processes for ThisMachine {
    fn create(&self, start: &Start<'_>) -> Result<Box<dyn StartedProcess>, StartError> {
        Ok(Box::new(Created::create(start)?))
    }

    fn gives_console_input(&self) -> bool {
        console::is_given()
    }

    fn is_running(&self, who: &ProcessIdentity) -> Result<bool, Unanswered> {
        let process = format!("process {}", who.pid);
        let told = Unanswered::about(&process);
        match Process::open(who.pid) {
            Err(error) if error.raw_os_error() == Some(NO_SUCH_PROCESS) => Ok(false),
            Err(error) => Err(told(error)),
            Ok(process) => {
                let same = process.started().map_err(&told)? == who.started;
                Ok(same && !process.wait(Duration::ZERO).map_err(&told)?)
            }
        }
    }

    fn descendants(&self, who: &ProcessIdentity) -> Result<Vec<ProcessIdentity>, Unanswered> {
        Ok(running::descendants(who, &running::list()?))
    }
}

/// The error of a `program` that could not be started; `what` is put before the system's message.
fn refused(program: &str, what: &str, error: &io::Error) -> StartError {
    let code = hresult(error).unwrap_or(match error.kind() {
        io::ErrorKind::InvalidInput => INVALID_PARAMETER,
        _ => UNSPECIFIED,
    });
    StartError::new(program, code, io::Error::new(error.kind(), format!("{what}: {error}")))
}
