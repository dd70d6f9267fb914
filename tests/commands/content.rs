//! A content folder with the puppet in it, and commands that run there.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use waybill_installer_runner::{Refused, Resolved, RunAs, resolve};
use waybill_schemas::report::install::Host;
use waybill_system::{
    Account, Arguments, Output, Perspective, Start, StartError, StartedProcess, System, SystemKind, View,
    Wait, this_machine,
};

/// How long to wait for a program; longer than any takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct Content {
    temporary: TempDir,
    /// The content folder, which commands run in.
    pub(crate) folder: PathBuf,
}

impl Content {
    pub(crate) fn new() -> Self {
        Self::called("content")
    }

    /// Makes a content folder with this name.
    pub(crate) fn called(name: &str) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().join(name);
        fs::create_dir(&folder).unwrap();
        Self { temporary, folder }
    }

    /// Uses a content folder that another process made.
    pub(crate) fn at(folder: PathBuf) -> Self {
        Self { temporary: tempfile::tempdir().unwrap(), folder }
    }

    /// Puts a copy of the puppet into the folder; `name` is without `.exe`.
    pub(crate) fn with_puppet(self, name: &str) -> Self {
        put_puppet(&self.folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)));
        self
    }

    #[cfg(windows)]
    pub(crate) fn with_file(self, name: &str, text: &str) -> Self {
        fs::write(self.folder.join(name), text).unwrap();
        self
    }

    /// A folder beside the content folder.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        let folder = self.temporary.path().join(name);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    pub(crate) fn resolve(&self, line: &str) -> Result<Resolved, Box<Refused>> {
        resolve(line, self.folder.to_str().unwrap(), &eyes(), &this_machine())
    }

    #[cfg(windows)]
    pub(crate) fn run(&self, line: &str) -> (u32, Vec<u8>) {
        let resolved =
            self.resolve(line).unwrap_or_else(|refused| panic!("{line}: {:?}", refused.report.refused));
        self.start(&resolved)
    }

    /// Starts the command, waits for its end, and returns its exit code and output.
    pub(crate) fn start(&self, resolved: &Resolved) -> (u32, Vec<u8>) {
        // Each start has its own output file, because that of an ended program may still be open for a moment.
        static STARTS: AtomicUsize = AtomicUsize::new(0);
        let number = STARTS.fetch_add(1, Ordering::Relaxed);
        let output = self.temporary.path().join(format!("output-{number}.log"));
        let start = Start {
            program: &resolved.program,
            arguments: if cfg!(windows) {
                Arguments::Line(&resolved.line)
            } else {
                Arguments::Words(&resolved.words)
            },
            folder: &resolved.report.folder,
            environment: &resolved.environment,
            account: Account::Current,
            output: Output::File(&output),
        };
        let machine = this_machine();
        let created =
            created(&start, &machine).unwrap_or_else(|error| panic!("{}: {error:?}", resolved.line));
        let mut running = created.run().unwrap();
        match running.wait(PATIENCE).unwrap() {
            Wait::Ended(code) => {
                let wrote = fs::read(&output).unwrap();
                let _ = fs::remove_file(&output); // or it goes with the folder
                (code, wrote)
            }
            Wait::Running => panic!("{} does not end", resolved.line),
        }
    }
}

/// Creates the process. Tries again after ERROR_INTERNAL_ERROR, with which wine fails to start one of thousands of
/// programs on a busy machine.
fn created(start: &Start<'_>, machine: &dyn System) -> Result<Box<dyn StartedProcess>, StartError> {
    const INTERNAL_ERROR: u32 = 0x8007_054F;
    match machine.processes().create(start) {
        Err(error) if error.code == INTERNAL_ERROR => machine.processes().create(start),
        created => created,
    }
}

/// Copies the puppet. On Unix another process copies it: if a thread of ours started a program during the copy, the
/// child would inherit the open file for a moment, and a program that is open for writing cannot be started.
pub(crate) fn put_puppet(to: &std::path::Path) {
    let puppet = env!("CARGO_BIN_EXE_waybill-puppet");
    if cfg!(windows) {
        fs::copy(puppet, to).unwrap();
    } else {
        assert!(Command::new("cp").arg(puppet).arg(to).status().unwrap().success());
    }
}

/// The perspective of the account that runs the test, in the native view, because wine has no 32-bit programs.
pub(crate) fn eyes() -> RunAs {
    let perspective = Perspective { view: View::Bits64, account: Account::Current };
    let kind = if cfg!(windows) { SystemKind::Windows } else { SystemKind::Unix };
    RunAs { perspective, wanted: Account::System, host: Host::Native, kind }
}
