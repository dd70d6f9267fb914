//! A program that is created suspended, in a job that ends it if this process dies.

use super::refused;
use super::running::WindowsRunning;
use crate::windows::account;
use crate::{
    Architecture, Arguments, Device as _, Environment, ProcessIdentity, Running, Start, StartError,
    StartedProcess, ThisMachine, View, for_process,
};
use std::io::{self, ErrorKind};
use std::os::windows::io::AsHandle as _;
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
        let token = account::start_token(start.account)
            .map_err(|error| refused(start.program, &format!("account {:?}", start.account), &error))?;
        let block = given_by_this_process(start.environment);
        let block = environment_block(&block).map_err(told("environment"))?;
        // An output file that both streams share is opened twice, because inherited handles must differ.
        let opened = start.output.open();
        let (output, error) = opened.map_err(|(what, error)| refused(start.program, &what, &error))?;
        let new = NewProcess {
            application: start.program,
            line,
            environment: &block,
            folder: start.folder,
            output: [output.as_handle(), error.as_handle()],
            job: None,
            token: token.as_ref(),
        };
        let standing = in_job(new).map_err(|error| refused(start.program, start.program, &error))?;
        Self::in_its_job(start.program, standing).map_err(told("its start cannot be told"))
    }

    fn in_its_job(program: &str, standing: (StandingProcess, Option<Job>)) -> io::Result<Self> {
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

/// The block to hand over for a program that is to have `variables`. A program as wide as this one gets the block as it
/// is. For one of the other width WOW64 makes its variables from the block, and takes that for one of this program's
/// width: given "x86" as PROCESSOR_ARCHITECTURE, it would name "x86" as the machine's own processor, too.
fn given_by_this_process(variables: &Environment) -> Environment {
    let own = if cfg!(target_pointer_width = "64") { View::Bits64 } else { View::Bits32 };
    match ThisMachine.architecture() {
        Ok(native) if native.has_views() => in_width(variables, own, native),
        _ => variables.clone(),
    }
}

/// `variables` as they are where they are those of a program of the view `own`, else made into such.
fn in_width(variables: &Environment, own: View, native: Architecture) -> Environment {
    // Every 32-bit program on a 64-bit Windows has this variable, and no other has.
    let theirs = if variables.get("PROCESSOR_ARCHITEW6432").is_some() { View::Bits32 } else { View::Bits64 };
    match own {
        own if own == theirs => variables.clone(),
        View::Bits64 => for_process(variables, native, native),
        View::Bits32 => for_process(variables, Architecture::X86, native),
    }
}

/// The environment block that CreateProcess takes: `NAME=VALUE` and a NUL for each variable, sorted by name without
/// regard to case, and one more NUL at the end. A block without variables is two NULs.
fn environment_block(environment: &Environment) -> io::Result<Vec<u16>> {
    let mut variables: Vec<(Vec<u16>, String)> = Vec::new();
    for (name, value) in environment.iter() {
        check_variable(name, value)?;
        variables.push((name.to_uppercase().encode_utf16().collect(), format!("{name}={value}\0")));
    }
    variables.sort();
    let mut block: Vec<u16> = variables.iter().flat_map(|(_, variable)| variable.encode_utf16()).collect();
    block.push(0);
    if variables.is_empty() {
        block.push(0);
    }
    Ok(block)
}

/// Refuses variables that the block cannot express. A `=` may be the first character of a name (the current folders of
/// drives have such names); anywhere else it would end the name.
fn check_variable(name: &str, value: &str) -> io::Result<()> {
    let names_nothing = name.is_empty() || name.chars().skip(1).any(|character| character == '=');
    if names_nothing || name.contains('\0') || value.contains('\0') {
        let what = format!("variable {name:?}: no name, or it or its value holds a NUL");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemKind;

    fn block(variables: &[(&str, &str)]) -> io::Result<String> {
        let mut environment = Environment::new(SystemKind::Windows);
        for (name, value) in variables {
            environment.set(*name, *value);
        }
        environment_block(&environment).map(|block| String::from_utf16(&block).unwrap())
    }

    #[test]
    fn variables_are_sorted_without_regard_to_case_and_end_with_two_nuls() {
        let given = [("b", "2=2"), ("=C:", r"C:\x"), ("A", "1"), ("a_", ""), ("Ab", "ü")];
        assert_eq!(block(&given).unwrap(), "=C:=C:\\x\0A=1\0Ab=ü\0a_=\0b=2=2\0\0");
        assert_eq!(block(&[]).unwrap(), "\0\0");
    }

    #[test]
    fn wow64_is_given_the_block_of_this_programs_width() {
        let names = ["PROCESSOR_ARCHITECTURE", "PROCESSOR_ARCHITEW6432"];
        let of = |process| for_process(&Environment::new(SystemKind::Windows), process, Architecture::X64);
        for (variables, own, given) in [
            (Architecture::X86, View::Bits64, [Some("AMD64"), None]),
            (Architecture::X64, View::Bits64, [Some("AMD64"), None]),
            (Architecture::X64, View::Bits32, [Some("x86"), Some("AMD64")]),
            (Architecture::X86, View::Bits32, [Some("x86"), Some("AMD64")]),
        ] {
            let block = in_width(&of(variables), own, Architecture::X64);
            assert_eq!(names.map(|name| block.get(name)), given, "{variables:?} {own:?}");
        }
    }

    #[test]
    fn what_would_be_cut_off_is_refused() {
        for (name, value) in [("a\0b", "1"), ("a", "1\0b"), ("", "1"), ("a=b", "1")] {
            assert!(block(&[(name, value)]).is_err(), "{name:?}={value:?}");
        }
    }
}
