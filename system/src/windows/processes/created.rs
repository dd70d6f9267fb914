//! A program that is created suspended, in a job that ends it if this process dies.

use super::environment_block::environment_block;
use super::running::WindowsRunning;
use super::{account, refused};
use crate::{Arguments, Output, ProcessIdentity, Running, Start, StartError, StartedProcess};
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::windows::io::AsHandle as _;
use std::path::Path;
use std::time::Duration;
use waybill_win32::create::{NewProcess, StandingProcess, create};
use waybill_win32::job::Job;

// How long to wait for the end of a process that was not let run, so that its folder can be removed.
const LAST_WAIT: Duration = Duration::from_secs(10);
/// The exit code of a program that was never let run.
const NEVER_RAN: u32 = 1;

/// A suspended process. If this is dropped before `run`, the process is ended without having run; if this process dies,
/// its job ends the suspended process too.
pub(super) struct Created {
    program: String,
    identity: ProcessIdentity,
    standing: Option<(StandingProcess, Option<Job>)>,
}

impl Created {
    /// Creates the suspended process, in its job where that is possible.
    pub(super) fn create(start: &Start<'_>) -> Result<Self, StartError> {
        let Arguments::Line(line) = start.arguments else {
            let error =
                io::Error::new(ErrorKind::InvalidInput, "words are for Unix: here the line is needed");
            return Err(refused(start.program, "arguments", &error));
        };
        let told = |what: &'static str| move |error| refused(start.program, what, &error);
        let token = account::token(start.account)
            .map_err(|error| refused(start.program, &format!("account {:?}", start.account), &error))?;
        let block = environment_block(start.environment).map_err(told("environment"))?;
        let streams = Streams::open(start)?;
        let new = NewProcess {
            application: start.program,
            line,
            environment: &block,
            folder: start.folder,
            streams: [streams.input.as_handle(), streams.output.as_handle(), streams.error.as_handle()],
            job: None,
            token: token.as_ref(),
        };
        let standing = in_job(new).map_err(|error| refused(start.program, start.program, &error))?;
        Self::of(start.program, standing).map_err(told("its start cannot be told"))
    }

    fn of(program: &str, standing: (StandingProcess, Option<Job>)) -> io::Result<Self> {
        let name = program.rsplit(['\\', '/']).next().unwrap_or_default().to_owned();
        let identity = ProcessIdentity { pid: standing.0.pid, started: 0, name };
        let mut created = Self { program: program.to_owned(), identity, standing: Some(standing) };
        if let Some((standing, _)) = &created.standing {
            created.identity.started = standing.process.started()?;
        }
        Ok(created)
    }
}

fn in_job(new: NewProcess<'_>) -> io::Result<(StandingProcess, Option<Job>)> {
    // A process of our own account is created in the job, so that there is no moment in which our death would leave it
    // suspended.
    //
    // A job holds only processes of its creator's session, and the user's session is not the system account's: a user's
    // process that the job refuses goes without. If we die before it runs, it stays suspended for ever, and its
    // descendants can only be found by their parents.
    let job = Job::new()?;
    let for_another = new.token.is_some();
    let standing = create(&NewProcess { job: (!for_another).then_some(&job), ..new })?;
    let held = job
        .holds(&standing.process)
        .and_then(|held| if held { Ok(()) } else { job.assign(&standing.process) });
    match held {
        Ok(()) => Ok((standing, Some(job))),
        Err(_) if for_another => Ok((standing, None)),
        Err(error) => {
            standing.process.terminate(NEVER_RAN)?;
            Err(error)
        }
    }
}

impl StartedProcess for Created {
    fn identity(&self) -> ProcessIdentity {
        self.identity.clone()
    }

    fn run(mut self: Box<Self>) -> Result<Box<dyn Running>, StartError> {
        if let Some((standing, job)) = &self.standing {
            let told = |error| refused(&self.program, "it cannot be let run", &error);
            // The job is released before the process runs: in the other order, our death in between would kill a
            // running installer.
            job.as_ref().map_or(Ok(()), Job::let_live).map_err(told)?;
            standing.resume().map_err(told)?;
        }
        match self.standing.take() {
            Some((standing, job)) => {
                Ok(Box::new(WindowsRunning::new(self.identity.clone(), standing.process, job)))
            }
            None => Err(refused(&self.program, "it cannot be let run", &ErrorKind::NotFound.into())),
        }
    }
}

impl Drop for Created {
    fn drop(&mut self) {
        if let Some((standing, _)) = &self.standing {
            let _ = standing.process.terminate(NEVER_RAN);
            let _ = standing.process.wait(LAST_WAIT);
        }
    }
}

/// The standard streams of the process. An output file that both streams share is opened twice, because inherited
/// handles must differ.
struct Streams {
    input: File,
    output: File,
    error: File,
}

impl Streams {
    fn open(start: &Start<'_>) -> Result<Self, StartError> {
        let told = |path: &Path| {
            let what = format!("output file {}", path.display());
            move |error| refused(start.program, &what, &error)
        };
        let append =
            |path: &Path| OpenOptions::new().create(true).append(true).open(path).map_err(told(path));
        let (stdout, stderr) = match start.output {
            Output::File(both) => (both, both),
            Output::Files { stdout, stderr } => (stdout, stderr),
        };
        let input = File::open("NUL").map_err(|error| refused(start.program, "NUL", &error))?;
        Ok(Self { input, output: append(stdout)?, error: append(stderr)? })
    }
}
