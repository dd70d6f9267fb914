//! Running a resolved command: written down first, output into a file, waited for, never twice.

mod output;

pub(crate) use output::{KeptOutput, OutputFile};

use crate::{AttemptEnd, AttemptId, AttemptJournal, JournalError, Resolved, Settings};
use std::time::Duration;
use waybill_context::{Context, failpoint};
use waybill_system::{
    Account, Arguments, Output, ProcessIdentity, Running, Start, StartError, System, SystemKind, Wait,
};

/// A run that was started, and how far it came.
pub(crate) struct FinishedRun {
    pub(crate) process: ProcessIdentity,
    pub(crate) waited: Waited,
    pub(crate) seconds: f64,
    /// At its time limit it was ended, with its tree.
    pub(crate) killed: bool,
    /// Those of its tree that ran when we stopped waiting, and still do.
    pub(crate) survivors: Vec<ProcessIdentity>,
    pub(crate) output: KeptOutput,
}

/// Why the program was not run.
pub(crate) enum NotRun {
    /// The journal failed: what is not written down is not started.
    Journal(JournalError),
    /// The system did not start it.
    Start(StartError),
    /// The output file cannot be made.
    Output(std::io::Error),
}

impl From<JournalError> for NotRun {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

/// What a run needs of its surroundings.
pub(crate) struct CommandRun<'a> {
    pub(crate) system: &'a dyn System,
    pub(crate) journal: &'a dyn AttemptJournal,
    pub(crate) settings: &'a Settings,
    pub(crate) context: &'a Context<'a>,
}

impl CommandRun<'_> {
    /// Starts the command and waits for it, `limit` at most. The process is written down before it may run an
    /// instruction, its end before anybody judges it.
    pub(crate) fn run(
        &self,
        attempt: AttemptId,
        name: &str,
        resolved: &Resolved,
        account: Account,
        limit: Duration,
    ) -> Result<FinishedRun, NotRun> {
        let output = OutputFile::create(&self.settings.logs, name, attempt).map_err(NotRun::Output)?;
        let started = self.context.clock().now();
        let mut running = match self.start(attempt, resolved, account, &output) {
            Ok(running) => running,
            Err(error) => {
                output.discard();
                return Err(error);
            }
        };
        // Its output went into a file, not a pipe: a grandchild that holds a pipe open would keep us waiting for ever.
        let waited = Patience::new(self.context).wait(running.as_mut(), limit);
        failpoint::reach("installer-ended");
        let killed = waited == Waited::TimedOut && self.kills() && running.kill_tree().is_ok();
        let survivors = if killed { Vec::new() } else { running.survivors().unwrap_or_default() };
        // The end is durable before it is judged. Where we are killed in between, the next run knows the exit code.
        self.write_down_end(attempt, &running.identity(), waited, killed, &survivors)?;
        Ok(FinishedRun {
            process: running.identity(),
            waited,
            killed,
            seconds: self.context.clock().now().duration_since(started).unwrap_or_default().as_secs_f64(),
            survivors,
            output: output.keep(killed || matches!(waited, Waited::Ended(_))),
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
        // The process has not run an instruction yet. Where this cannot be written, it is dropped here and never does.
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
            // What lives although it was to be ended is found by the next run: it is not settled then.
            Waited::TimedOut if killed => self.journal.ended(attempt, &AttemptEnd::TimedOut(Vec::new())),
            Waited::TimedOut => self.journal.ended(attempt, &AttemptEnd::TimedOut(tree())),
            Waited::Interrupted | Waited::Unknown => Ok(()), // the next run finds it by its process
        }
    }

    fn kills(&self) -> bool {
        self.settings.on_time_limit == crate::OnTimeLimit::Kill
    }
}

/// How often a waiting loop looks up.
const SLICE: Duration = Duration::from_millis(250);

/// What waiting for a program came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waited {
    /// It ended with this code.
    Ended(u32),
    /// It still runs, and its time is over.
    TimedOut,
    /// It still runs, and we are asked to stop.
    Interrupted,
    /// The system does not say.
    Unknown,
}

/// Waits in slices, so that somebody can stop it. Time is the sum of the slices that were waited: a clock that is set
/// neither shortens nor lengthens it.
pub(crate) struct Patience<'a> {
    context: &'a Context<'a>,
}

impl<'a> Patience<'a> {
    pub(crate) fn new(context: &'a Context<'a>) -> Self {
        Self { context }
    }

    /// Waits for a program, `limit` at most.
    pub(crate) fn wait(&self, running: &mut dyn Running, limit: Duration) -> Waited {
        let mut left = limit;
        loop {
            let slice = SLICE.min(left);
            match running.wait(slice) {
                Ok(Wait::Ended(code)) => return Waited::Ended(code),
                Ok(Wait::Running) if left == slice => return Waited::TimedOut,
                Ok(Wait::Running) => left -= slice,
                Err(_) => return Waited::Unknown,
            }
            if self.context.check().is_err() {
                return Waited::Interrupted;
            }
        }
    }

    /// Sleeps until `is_over` says so; false where `limit` passed or somebody stopped it before.
    pub(crate) fn until(&self, limit: Duration, is_over: impl FnMut() -> bool) -> bool {
        self.context.sleep_until(limit, is_over).unwrap_or(false)
    }
}
