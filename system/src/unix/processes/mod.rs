//! Starting programs, and asking after those that run.

mod gated;
mod program;
#[cfg(any(test, not(target_os = "linux")))]
mod ps;
mod running;
#[cfg(target_os = "linux")]
mod stat;
mod table;

use crate::{ProcessIdentity, Processes, Start, StartError, StartedProcess, Unanswered};
use gated::Gated;
use std::io::{self, ErrorKind};
use table::ProcessTable;

/// Programs of this machine.
pub(super) struct UnixProcesses;

impl UnixProcesses {
    pub(super) fn new() -> Self {
        Self
    }
}

/// Every account is the current one: on Unix commands run as whoever runs this program (docs/runner.md, "With whose rights").
impl Processes for UnixProcesses {
    fn create(&self, start: &Start<'_>) -> Result<Box<dyn StartedProcess>, StartError> {
        Ok(Box::new(Gated::create(start)?))
    }

    fn is_running(&self, who: &ProcessIdentity) -> Result<bool, Unanswered> {
        Ok(process_table()?.is_running(who))
    }

    fn descendants(&self, who: &ProcessIdentity) -> Result<Vec<ProcessIdentity>, Unanswered> {
        Ok(process_table()?.tree(who))
    }
}

/// The processes of this machine, now.
fn process_table() -> Result<ProcessTable, Unanswered> {
    #[cfg(target_os = "linux")]
    let entries = stat::entries();
    #[cfg(not(target_os = "linux"))]
    let entries = ps::entries();
    entries.map(ProcessTable).map_err(|error| Unanswered::new(format!("the list of processes: {error}")))
}

// HRESULTs of Windows that come nearest: what is known of a package is known by these.
const FILE_NOT_FOUND: u32 = 0x8007_0002;
const ACCESS_DENIED: u32 = 0x8007_0005;
const INVALID_PARAMETER: u32 = 0x8007_0057;
const BAD_FORMAT: u32 = 0x8007_00C1;
const NOT_A_FOLDER: u32 = 0x8007_010B;
const UNSPECIFIED: u32 = 0x8000_4005;

/// Why `program` was not started; `what` stands before what the system said.
fn refused(program: &str, what: &str, error: &io::Error) -> StartError {
    let code = match error.kind() {
        ErrorKind::NotFound => FILE_NOT_FOUND,
        ErrorKind::PermissionDenied => ACCESS_DENIED,
        ErrorKind::InvalidInput => INVALID_PARAMETER,
        ErrorKind::NotADirectory => NOT_A_FOLDER,
        _ => UNSPECIFIED,
    };
    refused_with(program, code, io::Error::new(error.kind(), format!("{what}: {error}")))
}

fn refused_with(program: &str, code: u32, source: io::Error) -> StartError {
    StartError { program: program.to_owned(), code, source }
}
