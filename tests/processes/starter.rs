//! A process that starts a program, so that a test can kill it meanwhile.

use crate::launcher::{Launcher, PATIENCE};
use std::env;
use std::io::{self, BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStderr, Command, Stdio};
use waybill_system::{ProcessIdentity, Wait};

const PROGRAM: &str = "STARTER_COMMANDS";
const FOLDER: &str = "STARTER_FOLDER";
const SEPARATOR: &str = "\u{1f}";

/// The code of the process: it creates the program, and lets it run when it is told to.
#[test]
#[ignore = "run by the other tests, as a process of its own"]
fn start_as_told() {
    let (Ok(commands), Ok(folder)) = (env::var(PROGRAM), env::var(FOLDER)) else { return };
    let commands: Vec<&str> = commands.split(SEPARATOR).collect();
    let created = Launcher::in_folder(folder.as_ref()).create(&commands).unwrap();
    let identity = created.identity();
    tell(&format!("created {} {} {}", identity.pid, identity.started, identity.name));
    let mut told = io::stdin().lines();
    if told.next().is_none_or(|line| line.unwrap() != "run") {
        return;
    }
    let mut running = created.run().unwrap();
    tell("running");
    if let Wait::Ended(code) = running.wait(PATIENCE).unwrap() {
        tell(&format!("ended {code}"));
    }
}

fn tell(line: &str) {
    io::stderr().write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// The process that starts a program. It is killed when this is dropped, by SIGKILL or `TerminateProcess`.
pub(crate) struct Starter {
    process: Child,
    told: Lines<BufReader<ChildStderr>>,
}

impl Starter {
    /// Starts the process, which creates the puppet with these commands in the launcher's folder.
    pub(crate) fn start(launcher: &Launcher, commands: &[&str], change: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command
            .args(["--exact", "starter::start_as_told", "--ignored", "--nocapture"])
            .env(PROGRAM, commands.join(SEPARATOR))
            .env(FOLDER, launcher.path(""))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        change(&mut command);
        let mut process = command.spawn().unwrap();
        let told = BufReader::new(process.stderr.take().unwrap()).lines();
        Self { process, told }
    }

    /// Waits until the program has been created; returns its identity.
    pub(crate) fn created(&mut self) -> ProcessIdentity {
        let line = self.wait_for("created ");
        let [_, pid, started, name] = line.splitn(4, ' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        ProcessIdentity {
            pid: pid.parse().unwrap(),
            started: started.parse().unwrap(),
            name: name.to_owned(),
        }
    }

    pub(crate) fn say(&mut self, line: &str) {
        let stdin = self.process.stdin.as_mut().unwrap();
        stdin.write_all(format!("{line}\n").as_bytes()).unwrap();
        stdin.flush().unwrap();
    }

    /// Waits for a line of the process that begins with `beginning`.
    pub(crate) fn wait_for(&mut self, beginning: &str) -> String {
        let mut others = Vec::new();
        for line in &mut self.told {
            let line = line.unwrap();
            if line.starts_with(beginning) {
                return line;
            }
            others.push(line);
        }
        panic!("no line {beginning:?}: {}", others.join("\n"));
    }

    /// Kills the process and waits until it has ended.
    pub(crate) fn kill(self) {
        drop(self);
    }

    /// Waits until the process has ended by itself.
    pub(crate) fn wait(&mut self) {
        self.process.wait().unwrap();
    }
}

impl Drop for Starter {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
