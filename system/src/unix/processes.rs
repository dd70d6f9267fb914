//! Starting programs, and asking after those that run.

use crate::{ProcessIdentity, Processes, Start, StartError, StartedProcess, Unanswered};

/// Programs of this machine.
pub(super) struct UnixProcesses;

impl UnixProcesses {
    pub(super) fn new() -> Self {
        Self
    }
}

#[allow(clippy::todo)]
impl Processes for UnixProcesses {
    fn create(&self, _: &Start<'_>) -> Result<Box<dyn StartedProcess>, StartError> {
        todo!()
    }
    fn is_running(&self, _: &ProcessIdentity) -> Result<bool, Unanswered> {
        todo!()
    }
    fn descendants(&self, _: &ProcessIdentity) -> Result<Vec<ProcessIdentity>, Unanswered> {
        todo!()
    }
}
