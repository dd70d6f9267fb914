//! A program behind its gate.

use super::running::UnixRunning;
use super::{INVALID_PARAMETER, gate, process_table, program, refused, refused_with};
use crate::{Arguments, Output, ProcessIdentity, Running, Start, StartError, StartedProcess};
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

const SHELL: &str = "/bin/sh";

/// Created, and not let run yet. Dropped, it never ran.
pub(super) struct Gated {
    program: String,
    identity: ProcessIdentity,
    gate: Option<ChildStdin>,
    child: Option<Child>,
}

impl Gated {
    /// Starts the shell that stands at the gate.
    pub(super) fn create(start: &Start<'_>) -> Result<Self, StartError> {
        let Arguments::Words(words) = start.arguments else {
            let what = "a command line is for Windows: here the words are needed";
            return Err(refused_with(start.program, INVALID_PARAMETER, invalid(what.to_owned())));
        };
        program::check(start)?;
        check_names(start)?;
        let (stdout, stderr) = open(start)?;
        let mut command = Command::new(SHELL);
        command
            .args(gate::words(start.program, start.environment))
            .arg(start.program)
            .args(words)
            .env_clear()
            .envs(start.environment.iter())
            .current_dir(start.folder)
            .process_group(0) // its children are told by it, and a terminal's Ctrl-C is for us, not for an installer
            .stdin(Stdio::piped())
            .stdout(stdout)
            .stderr(stderr);
        let child = command.spawn().map_err(|error| refused(start.program, SHELL, &error))?;
        Self::of(start.program, child)
    }

    fn of(program: &str, mut child: Child) -> Result<Self, StartError> {
        let gate = child.stdin.take();
        let name = program.rsplit('/').next().unwrap_or_default().to_owned();
        let pid = child.id();
        let identity = ProcessIdentity { pid, started: 0, name };
        let mut gated = Self { program: program.to_owned(), identity, gate, child: Some(child) };
        let started = process_table().map(|table| table.started(pid));
        gated.identity.started = started
            .map_err(|error| refused(program, "its start cannot be told", &io::Error::other(error)))?
            .unwrap_or_default();
        Ok(gated)
    }
}

impl StartedProcess for Gated {
    fn identity(&self) -> ProcessIdentity {
        self.identity.clone()
    }

    fn run(mut self: Box<Self>) -> Result<Box<dyn Running>, StartError> {
        let told = |error: io::Error| refused(&self.program, "it did not pass the gate", &error);
        let (Some(child), Some(mut gate)) = (self.child.take(), self.gate.take()) else {
            return Err(told(ErrorKind::BrokenPipe.into()));
        };
        // Watched first: where no thread can be had, the gate closes and it never ran.
        let running = UnixRunning::watch(self.identity.clone(), child).map_err(told)?;
        gate.write_all(gate::PASS).map_err(told)?;
        Ok(Box::new(running))
    }
}

impl Drop for Gated {
    fn drop(&mut self) {
        self.gate = None;
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Every variable arrives or nothing starts.
fn check_names(start: &Start<'_>) -> Result<(), StartError> {
    match start.environment.iter().find(|(name, _)| !gate::passes(name)) {
        None => Ok(()),
        Some((name, _)) => {
            let what = format!("variable {name}: {SHELL} hands on names of letters, digits and _ only");
            Err(refused_with(start.program, INVALID_PARAMETER, invalid(what)))
        }
    }
}

fn open(start: &Start<'_>) -> Result<(File, File), StartError> {
    let open = |path: &Path| {
        let opened = OpenOptions::new().create(true).append(true).open(path);
        opened.map_err(|error| refused(start.program, &format!("output file {}", path.display()), &error))
    };
    let (stdout, stderr) = match start.output {
        Output::File(both) => (both, both),
        Output::Files { stdout, stderr } => (stdout, stderr),
    };
    Ok((open(stdout)?, open(stderr)?))
}

fn invalid(what: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, what)
}
