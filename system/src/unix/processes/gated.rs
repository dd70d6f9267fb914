//! Creating a process that does not run yet, by a shell as a gate: the shell reads one line and then becomes the
//! program by `exec`, with the same id and start. If this process dies before that, the pipe is closed and the program
//! never runs.

use super::running::UnixRunning;
use super::table::ProcessTable;
use super::{program, refused, refused_as, relatives};
use crate::{Arguments, Environment, ProcessIdentity, Running, Start, StartError, StartedProcess};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, Command, Stdio};

const SHELL: &str = "/bin/sh";

/// A process that waits at the gate. If it is dropped, the program never runs.
pub(super) struct Gated {
    program: String,
    identity: ProcessIdentity,
    gate: Option<ChildStdin>,
    child: Option<Child>,
}

impl Gated {
    /// Starts the shell, which waits at the gate.
    pub(super) fn create(start: &Start<'_>) -> Result<Self, StartError> {
        let Arguments::Words(words) = start.arguments else {
            let what = "a command line is for Windows: here the words are needed";
            return Err(refused_as(start.program, ErrorKind::InvalidInput, what.to_owned()));
        };
        program::check(start)?;
        check_names(start)?;
        let opened = start.output.open();
        let (stdout, stderr) = opened.map_err(|(what, error)| refused(start.program, &what, &error))?;
        let mut command = Command::new(SHELL);
        command
            .args(gate_words(start.program, start.environment))
            .arg(start.program)
            .args(words)
            .env_clear()
            .envs(start.environment.iter())
            .current_dir(start.folder)
            .process_group(0) // its children are found by it, and a terminal's Ctrl-C is for us, not for an installer
            .stdin(Stdio::piped())
            .stdout(stdout)
            .stderr(stderr);
        let child = relatives::spawn(&mut command).map_err(|error| refused(start.program, SHELL, &error))?;
        Self::behind_gate(start.program, child)
    }

    fn behind_gate(program: &str, mut child: Child) -> Result<Self, StartError> {
        let gate = child.stdin.take();
        let name = program.rsplit('/').next().unwrap_or_default().to_owned();
        let pid = child.id();
        let identity = ProcessIdentity { pid, started: 0, name };
        let mut gated = Self { program: program.to_owned(), identity, gate, child: Some(child) };
        let started = ProcessTable::now().map(|table| table.started(pid));
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
        // Watched first: if the thread for that cannot be started, the gate is closed and the program never runs.
        let running = UnixRunning::watch(self.identity.clone(), child).map_err(told)?;
        gate.write_all(PASS).map_err(told)?;
        Ok(Box::new(running))
    }
}

impl Drop for Gated {
    fn drop(&mut self) {
        self.gate = None;
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = relatives::wait_for(child);
        }
    }
}

/// Refuses variables that a shell might not pass on, so that the program gets all variables or is not started.
fn check_names(start: &Start<'_>) -> Result<(), StartError> {
    match start.environment.iter().find(|(name, _)| !passes_gate(name)) {
        None => Ok(()),
        Some((name, _)) => {
            let what = format!("variable {name}: {SHELL} hands on names of letters, digits and _ only");
            Err(refused_as(start.program, ErrorKind::InvalidInput, what))
        }
    }
}

/// The line that opens the gate. After anything else, or the end of the pipe, the shell ends.
const PASS: &[u8] = b"run\n";

// Variables that shells set or change by themselves. They are removed, and set again to their given values.
const SHELLS_OWN: [&str; 5] = ["PWD", "OLDPWD", "SHLVL", "IFS", "_"];

const ENV: &str = "/usr/bin/env";

/// The words after `/bin/sh`, up to the program.
///
/// `env` undoes what the shell did to the environment. It would take a program with `=` in its path for a variable, so
/// for such a program the shell does this itself as far as it can: bash leaves SHLVL and `_` behind.
fn gate_words(program: &str, environment: &Environment) -> Vec<String> {
    let mut words = vec!["-c".to_owned(), script(program.contains('=')), "sh".to_owned()];
    if !program.contains('=') {
        for name in SHELLS_OWN {
            words.extend(["-u".to_owned(), name.to_owned()]);
        }
        let given = SHELLS_OWN.iter().filter_map(|name| Some((name, environment.get(name)?)));
        words.extend(given.map(|(name, value)| format!("{name}={value}")));
    }
    words
}

fn script(without_env: bool) -> String {
    let exec = if without_env { "unset PWD OLDPWD; exec" } else { &format!("exec {ENV}") };
    format!("IFS= read -r WAYBILL_GATE && [ \"$WAYBILL_GATE\" = run ] && {{ {exec} \"$@\" </dev/null; }}")
}

/// Whether all shells pass on a variable with this name; some drop names with other characters.
fn passes_gate(name: &str) -> bool {
    let first = name.bytes().next();
    first.is_some_and(|first| !first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemKind;
    use std::process::{Command, Stdio};

    #[test]
    fn what_the_shell_changes_is_given_back_as_it_was() {
        let mut given = Environment::new(SystemKind::Unix);
        given.set("PWD", "/else where");
        given.set("PATH", "/bin");
        let words = gate_words("/opt/app", &given);
        assert_eq!(words[3..].join(" "), "-u PWD -u OLDPWD -u SHLVL -u IFS -u _ PWD=/else where");
        assert!(words[1].contains("exec /usr/bin/env \"$@\" </dev/null"), "{}", words[1]);
    }

    /// The output of /usr/bin/env behind the gate of this shell, when `line` is written to the gate.
    fn passed(shell: &[&str], line: &str) -> Option<String> {
        let mut given = Environment::new(SystemKind::Unix);
        for (name, value) in [("PWD", "/x"), ("A", "b c"), ("SHLVL", "5"), ("_", "u")] {
            given.set(name, value);
        }
        let mut child = Command::new(shell[0])
            .args(&shell[1..])
            .args(gate_words(ENV, &given))
            .arg(ENV)
            .env_clear()
            .envs(given.iter())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        child.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
        let output = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        let mut lines: Vec<&str> = output.lines().collect();
        lines.sort_unstable();
        Some(lines.join("|"))
    }

    #[test]
    fn every_shell_lets_the_right_word_through_and_nothing_else() {
        // Every system has one of these as /bin/sh. Those that do not exist are skipped.
        for shell in
            [&["/bin/sh"][..], &["/bin/dash"], &["/bin/bash", "--posix"], &["/bin/zsh"], &["/bin/ksh"]]
        {
            let Some(told) = passed(shell, "run\n") else { continue };
            assert_eq!(told, "A=b c|PWD=/x|SHLVL=5|_=u", "{shell:?}");
            for line in ["", "run", "no\n", " run\n", "run \n", "\nrun\n"] {
                assert_eq!(passed(shell, line).unwrap(), "", "{shell:?} {line:?}");
            }
        }
    }

    #[test]
    fn names_that_shells_drop_are_known() {
        for name in ["PATH", "_", "a1"] {
            assert!(passes_gate(name), "{name}");
        }
        for name in ["", "1a", "a.b", "ProgramFiles(x86)", "BASH_FUNC_x%%", "ä"] {
            assert!(!passes_gate(name), "{name}");
        }
    }
}
