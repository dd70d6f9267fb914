//! Starting programs, and finding those that run.

mod gated;
mod program;
mod relatives;
mod running;
mod table;

use crate::{ProcessIdentity, Processes, Start, StartError, StartedProcess, ThisMachine, Unanswered};
pub(crate) use relatives::own_all_children;

use gated::Gated;
use std::io::{self, ErrorKind};
use table::ProcessTable;

/// The account of a start is ignored: on Unix commands run as the account of this process (docs/runner.md, "With whose
/// rights").
impl Processes for ThisMachine {
    fn create(&self, start: &Start<'_>) -> Result<Box<dyn StartedProcess>, StartError> {
        Ok(Box::new(Gated::create(start)?))
    }

    fn gives_console_input(&self) -> bool {
        false
    }

    fn is_running(&self, who: &ProcessIdentity) -> Result<bool, Unanswered> {
        Ok(ProcessTable::now()?.is_running(who))
    }

    fn descendants(&self, who: &ProcessIdentity) -> Result<Vec<ProcessIdentity>, Unanswered> {
        Ok(relatives::of(who)?.1)
    }
}

// The HRESULTs of Windows that are nearest to errors of Unix, because the codes of reports are HRESULTs.
const FILE_NOT_FOUND: u32 = 0x8007_0002;
const ACCESS_DENIED: u32 = 0x8007_0005;
const INVALID_PARAMETER: u32 = 0x8007_0057;
const BAD_FORMAT: u32 = 0x8007_00C1;
const NOT_A_FOLDER: u32 = 0x8007_010B;
const UNSPECIFIED: u32 = 0x8000_4005;

/// The error of a `program` that could not be started; `what` is put before the system's message.
fn refused(program: &str, what: &str, error: &io::Error) -> StartError {
    refused_as(program, error.kind(), format!("{what}: {error}"))
}

/// The error of a `program` that could not be started, for a reason that the system did not report itself.
fn refused_as(program: &str, kind: ErrorKind, what: String) -> StartError {
    let code = match kind {
        ErrorKind::NotFound => FILE_NOT_FOUND,
        ErrorKind::PermissionDenied => ACCESS_DENIED,
        ErrorKind::InvalidInput => INVALID_PARAMETER,
        ErrorKind::InvalidData => BAD_FORMAT,
        ErrorKind::NotADirectory => NOT_A_FOLDER,
        _ => UNSPECIFIED,
    };
    StartError::new(program, code, io::Error::new(kind, what))
}
