//! The temporary folder of a test, and the programs that are started in it.

use std::fs;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use waybill_system::{
    Arguments, Environment, Output, ProcessIdentity, Running, Start, StartError, StartedProcess, System,
    SystemKind, Wait, this_machine,
};

/// How long to wait for another process; longer than anything takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) const KIND: SystemKind = if cfg!(windows) { SystemKind::Windows } else { SystemKind::Unix };

/// The machine that the tests run on, shared by all of them.
pub(crate) fn machine() -> &'static dyn System {
    static MACHINE: LazyLock<Box<dyn System>> = LazyLock::new(|| Box::new(this_machine()));
    MACHINE.as_ref()
}

/// The absolute path of the puppet.
pub(crate) fn puppet() -> String {
    let path = std::path::absolute(env!("CARGO_BIN_EXE_waybill-puppet")).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Held by one test at a time. On Linux this process adopts whatever loses its parent, also a process whose starter
/// another test has killed, and a tree that is killed takes with it what only its program can have left.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A program to start, and the folder that it is started in.
pub(crate) struct Launcher {
    folder: PathBuf,
    _temporary: Option<TempDir>,
    _alone: Option<MutexGuard<'static, ()>>,
    pub(crate) program: String,
    pub(crate) environment: Environment,
}

impl Launcher {
    /// Waits until no other test of this process has one.
    pub(crate) fn new() -> Self {
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let temporary = tempfile::tempdir().unwrap();
        let launcher = Self::in_folder(temporary.path());
        Self { _temporary: Some(temporary), _alone: Some(alone), ..launcher }
    }

    /// Uses a folder that another process made and removes.
    pub(crate) fn in_folder(folder: &Path) -> Self {
        let (program, environment) = (puppet(), Environment::new(KIND));
        Self { folder: folder.to_owned(), _temporary: None, _alone: None, program, environment }
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The text of a file in the folder.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The file with the output of both streams.
    pub(crate) fn output(&self) -> PathBuf {
        self.path("output.log")
    }

    /// Creates a process of the puppet with these commands, without letting it run.
    pub(crate) fn create(&self, commands: &[&str]) -> Result<Box<dyn StartedProcess>, StartError> {
        let words: Vec<String> = commands.iter().map(|word| (*word).to_owned()).collect();
        let line = format!("\"{}\" {}", self.program, quoted(commands));
        self.create_with(if cfg!(windows) { Arguments::Line(&line) } else { Arguments::Words(&words) })
    }

    pub(crate) fn create_with(
        &self,
        arguments: Arguments<'_>,
    ) -> Result<Box<dyn StartedProcess>, StartError> {
        machine().processes().create(&Start {
            program: &self.program,
            arguments,
            folder: text(&self.folder),
            environment: &self.environment,
            account: waybill_system::Account::Current,
            output: Output::File(&self.output()),
        })
    }

    /// Runs the puppet with these commands.
    pub(crate) fn run(&self, commands: &[&str]) -> Supervised {
        Supervised::new(self.create(commands).unwrap().run().unwrap())
    }

    /// Waits until a process has written its id to the file `name`. That process is killed when the result is dropped.
    pub(crate) fn left(&self, name: &str) -> Left {
        let path = self.path(name);
        wait_until(&format!("{name} is there"), || path.exists());
        Left(fs::read_to_string(path).unwrap().parse().unwrap())
    }
}

/// Copies a program. On Unix another process copies it: if a thread of ours started a program during the copy, the
/// child would inherit the open file for a moment, and a program that is open for writing cannot be started ("text file
/// busy").
pub(crate) fn copy_program(from: &str, to: &Path) {
    if cfg!(windows) {
        fs::copy(from, to).unwrap();
    } else {
        assert!(Command::new("cp").arg(from).arg(to).status().unwrap().success());
    }
}

/// The words as a command line that a Windows program splits into the same words. They must hold no quotation marks.
fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" ")
}

/// A running program. It is killed with its descendants when this is dropped.
pub(crate) struct Supervised(Option<Box<dyn Running>>);

impl Supervised {
    pub(crate) fn new(running: Box<dyn Running>) -> Self {
        Self(Some(running))
    }

    /// Waits for the end of the program and returns its exit code.
    pub(crate) fn code(&mut self) -> u32 {
        match self.wait(PATIENCE).unwrap() {
            Wait::Ended(code) => code,
            Wait::Running => panic!("{:?} does not end", self.identity()),
        }
    }

    /// Drops the handle without killing the program, as a runner does at its end.
    pub(crate) fn let_go(mut self) {
        self.0 = None;
    }
}

impl Deref for Supervised {
    type Target = dyn Running;

    fn deref(&self) -> &Self::Target {
        self.0.as_deref().unwrap()
    }
}

impl DerefMut for Supervised {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.0.as_deref_mut().unwrap()
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        if let Some(running) = &mut self.0 {
            let _ = running.kill_tree();
            let _ = running.wait(PATIENCE);
        }
    }
}

/// A process that outlived its parent, by its id. It is killed when this is dropped.
pub(crate) struct Left(pub(crate) u32);

impl Drop for Left {
    fn drop(&mut self) {
        kill(self.0);
    }
}

#[cfg(unix)]
fn kill(pid: u32) {
    use rustix::process::{Pid, Signal, kill_process};
    let _ = kill_process(Pid::from_raw(pid.cast_signed()).unwrap(), Signal::KILL);
}

#[cfg(windows)]
fn kill(pid: u32) {
    if let Ok(process) = waybill_win32::process::Process::open_to_terminate(pid) {
        let _ = process.terminate(9);
        let _ = process.wait(PATIENCE); // or its folder could not be removed
    }
}

pub(crate) fn is_running(who: &ProcessIdentity) -> bool {
    machine().processes().is_running(who).unwrap()
}

/// Whether the test runs under wine, which adds variables to every process and differs from Windows in places.
pub(crate) fn is_wine() -> bool {
    cfg!(windows) && std::env::var_os("WINEHOMEDIR").is_some()
}

/// Waits until `is_so` returns `true` because of what another process does.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
