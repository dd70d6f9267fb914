//! Running a resolved command: it is recorded in the journal before it starts, its output goes into a file, and it is
//! waited for.

mod output;

pub(crate) use output::OutputFile;

use crate::{AttemptEnd, AttemptId, JournalError, OnTimeLimit, Resolved, Runner};
use std::io;
use std::time::Duration;
use waybill_context::{Context, failpoint};
use waybill_disk::RootError;
use waybill_schemas::report::install::OutputReport;
use waybill_system::{
    Account, Arguments, Output, ProcessIdentity, Running, Start, StartError, SystemKind, Wait,
};

/// A run that was started, and its state when waiting for it ended.
pub(crate) struct FinishedRun {
    pub(crate) process: ProcessIdentity,
    pub(crate) waited: Waited,
    pub(crate) seconds: f64,
    /// Whether it was ended at its time limit, with its descendants.
    pub(crate) killed: bool,
    /// The descendants that were still running when waiting ended; after detection, those that run even then.
    pub(crate) survivors: Vec<ProcessIdentity>,
    pub(crate) output: OutputReport,
}

/// Why the program was not run.
pub(crate) enum NotRun {
    /// The journal could not be written, so nothing was started.
    Journal(JournalError),
    /// The system refused to start the program.
    Start(StartError),
    /// The file for the program's output could not be created.
    Output(io::Error),
}

impl From<JournalError> for NotRun {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl From<RootError> for NotRun {
    fn from(error: RootError) -> Self {
        Self::Output(match error {
            RootError::Io { source, .. } => source,
            foreign => io::Error::new(io::ErrorKind::PermissionDenied, foreign),
        })
    }
}

impl Runner<'_> {
    /// Starts the command and waits for it, `limit` at most. The process is recorded in the journal before it may run
    /// an instruction, its end before it is judged.
    pub(crate) fn run_command(
        &self,
        attempt: AttemptId,
        name: &str,
        resolved: &Resolved,
        account: Account,
        limit: Duration,
    ) -> Result<FinishedRun, NotRun> {
        let root = self.settings.open_root()?;
        let output = OutputFile::create(&root, name, attempt).map_err(NotRun::Output)?;
        let started = self.context.clock().now();
        let mut running = match self.start(attempt, resolved, account, &output) {
            Ok(running) => running,
            Err(error) => {
                output.discard();
                return Err(error);
            }
        };
        // Only the process is waited for, not its output, which goes into a file: a grandchild that holds a pipe open
        // would keep us waiting for ever.
        let waited = wait(running.as_mut(), limit, &self.context);
        failpoint::reach("installer-ended");
        let kills = self.settings.on_time_limit == OnTimeLimit::Kill;
        let killed = waited == Waited::TimedOut && kills && running.kill_tree().is_ok();
        let survivors = running.survivors().unwrap_or_default();
        // The end is durable before it is judged, so that the next run knows the exit code if we are killed in between.
        self.write_down_end(attempt, &running.identity(), waited, killed, &survivors)?;
        Ok(FinishedRun {
            process: running.identity(),
            waited,
            killed,
            seconds: self.context.clock().now().duration_since(started).unwrap_or_default().as_secs_f64(),
            survivors,
            output: output.keep(killed || matches!(waited, Waited::Ended(_)), self.system.device()),
        })
    }

    fn start(
        &self,
        attempt: AttemptId,
        resolved: &Resolved,
        account: Account,
        output: &OutputFile,
    ) -> Result<Box<dyn Running>, NotRun> {
        let arguments = match self.system.kind() {
            SystemKind::Windows => Arguments::Line(&resolved.line),
            SystemKind::Unix => Arguments::Words(&resolved.words),
        };
        let start = Start {
            program: &resolved.program,
            arguments,
            folder: &resolved.report.folder,
            environment: &resolved.environment,
            account,
            output: Output::File(output.path()),
        };
        failpoint::reach("installer-creating");
        let created = self.system.processes().create(&start).map_err(NotRun::Start)?;
        failpoint::reach("installer-created");
        // The process has not run an instruction yet. If this cannot be written, it is dropped here and never runs.
        self.journal.created(attempt, &created.identity())?;
        let running = created.run().map_err(NotRun::Start)?;
        failpoint::reach("installer-running");
        Ok(running)
    }

    fn write_down_end(
        &self,
        attempt: AttemptId,
        process: &ProcessIdentity,
        waited: Waited,
        killed: bool,
        survivors: &[ProcessIdentity],
    ) -> Result<(), JournalError> {
        let tree = || std::iter::once(process).chain(survivors).cloned().collect();
        match waited {
            Waited::Ended(code) => self.journal.ended(attempt, &AttemptEnd::Exited(code)),
            // A process that survived being ended is found by the next run, because the attempt is not settled then.
            Waited::TimedOut if killed => {
                self.journal.ended(attempt, &AttemptEnd::TimedOut(survivors.to_vec()))
            }
            Waited::TimedOut => self.journal.ended(attempt, &AttemptEnd::TimedOut(tree())),
            Waited::Interrupted | Waited::Unknown => Ok(()), // the next run finds it by its process
        }
    }
}

/// How long is waited at a time before the cancel flag is looked at.
const SLICE: Duration = Duration::from_millis(250);

/// The result of waiting for a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waited {
    /// The program ended with this exit code.
    Ended(u32),
    /// The program still runs, and the time limit is reached.
    TimedOut,
    /// The program still runs, and the caller's cancel flag was set.
    Interrupted,
    /// The system does not say whether the program still runs.
    Unknown,
}

/// Waits for a program, `limit` at most, in slices, so that the caller can interrupt it. Time is the sum of the slices:
/// setting the clock neither shortens nor lengthens the wait.
fn wait(running: &mut dyn Running, limit: Duration, context: &Context<'_>) -> Waited {
    let mut left = limit;
    loop {
        let slice = SLICE.min(left);
        match running.wait(slice) {
            Ok(Wait::Ended(code)) => return Waited::Ended(code),
            Ok(Wait::Running) if left == slice => return Waited::TimedOut,
            Ok(Wait::Running) => left -= slice,
            Err(_) => return Waited::Unknown,
        }
        if context.check().is_err() {
            return Waited::Interrupted;
        }
    }
}
