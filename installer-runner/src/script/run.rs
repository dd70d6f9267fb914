//! Running a script: written where nobody else writes, output into files, a time limit, its tree ended with it.

use super::captured::Captured;
use super::host::Host;
use crate::rule::Inquiry;
use std::error::Error as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;
use waybill_context::Clock;
use waybill_schemas::codes::device::ACCESS_DENIED;
use waybill_system::{
    Account, Arguments, Environment, Output, Perspective, Running, Start, StartError, Unanswered, Wait,
};

/// HRESULT of ERROR_TIMEOUT.
const TIMED_OUT: u32 = 0x8007_05B4;
/// HRESULT of ERROR_CANCELLED.
const CANCELLED: u32 = 0x8007_04C7;
/// What Windows PowerShell ends with where it cannot read the script of `-File`: nothing of it ran.
const SCRIPT_NOT_READ: u32 = 0xFFFD_0000;
/// How long is waited at a time, so that a person who wants to stop is heard.
const SLICE: Duration = Duration::from_millis(250);
/// How often a script's folder is tried to be removed, and the pause after each: a second and a half at most.
const REMOVALS: u32 = 30;
const BETWEEN_REMOVALS: Duration = Duration::from_millis(50);

/// How a script ended.
#[derive(Debug)]
pub(super) struct End {
    pub(super) code: u32,
    pub(super) stdout: Captured,
    pub(super) stderr: Captured,
}

/// Runs `script` to its end. Its folder goes with it.
pub(super) fn run(
    script: &[u8],
    host: &Host,
    environment: &Environment,
    perspective: Perspective,
    inquiry: Inquiry<'_>,
) -> Result<End, Unanswered> {
    let folder = ScriptFolder::new(&inquiry.settings.scratch, inquiry.context.clock())
        .map_err(|error| Unanswered::from_io("a folder for the script cannot be made", &error))?;
    if perspective.account == Account::User {
        let own = folder.path.to_string_lossy();
        inquiry
            .system
            .user_to_let_in()
            .map_or(Ok(()), |user| inquiry.system.files().let_user_read(&own, &user))?;
    }
    let file = |name: &str| folder.path.join(name);
    let (path, stdout, stderr) = (file("script.ps1"), file("stdout"), file("stderr"));
    write_private(&path, script)
        .map_err(|error| Unanswered::from_io("the script cannot be written", &error))?;
    let words = host.words(&path);
    let line = host.line(&path);
    // Ours before the script runs, so that nobody else puts one there.
    for output in [&stdout, &stderr] {
        write_private(output, b"")
            .map_err(|error| Unanswered::from_io("a file for the output cannot be made", &error))?;
    }
    let own_folder = folder.path.to_string_lossy();
    let start = Start {
        program: &host.program,
        arguments: if host.takes_line() { Arguments::Line(&line) } else { Arguments::Words(&words) },
        folder: host.folder().unwrap_or(&own_folder),
        environment,
        account: perspective.account,
        output: Output::Files { stdout: &stdout, stderr: &stderr },
    };
    let created = inquiry.system.processes().create(&start);
    let mut running = created.and_then(|created| created.run()).map_err(|error| not_started(&error))?;
    let code = wait(running.as_mut(), inquiry)?;
    if code == SCRIPT_NOT_READ {
        let why = "the script host could not read the script, so nothing of it ran";
        return Err(Unanswered::with_code(why, ACCESS_DENIED));
    }
    let read = |path: &Path| {
        Captured::read(path)
            .map_err(|error| Unanswered::from_io("the script's output cannot be read", &error))
    };
    Ok(End { code, stdout: read(&stdout)?, stderr: read(&stderr)? })
}

/// A folder of a name that nobody guesses, for us alone, with what one script needs. It goes when the script has ended.
struct ScriptFolder<'a> {
    path: PathBuf,
    clock: &'a dyn Clock,
}

impl<'a> ScriptFolder<'a> {
    fn new(scratch: &Path, clock: &'a dyn Clock) -> io::Result<Self> {
        fs::create_dir_all(scratch)?;
        let folder = tempfile::Builder::new().prefix("rule-").tempdir_in(scratch)?;
        Ok(Self { path: folder.keep(), clock })
    }
}

/// On Windows a file stays in its folder until its last handle is closed: a scanner's, or that of a process about to end.
impl Drop for ScriptFolder<'_> {
    fn drop(&mut self) {
        for _ in 0..REMOVALS {
            match fs::remove_dir_all(&self.path) {
                Ok(()) => return,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return,
                Err(error) => tracing::debug!(%error, "a script's folder could not be removed"),
            }
            self.clock.sleep(BETWEEN_REMOVALS);
        }
    }
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}

/// The time limit counts what was waited, not the clock: a device that sleeps costs no script its time.
fn wait(running: &mut dyn Running, inquiry: Inquiry<'_>) -> Result<u32, Unanswered> {
    let limit = inquiry.settings.script_limit;
    let mut waited = Duration::ZERO;
    loop {
        if inquiry.context.check().is_err() {
            end(running);
            return Err(Unanswered::with_code("it was interrupted", CANCELLED));
        }
        if waited >= limit {
            end(running);
            let why = format!("the script ran longer than {} s and was ended", limit.as_secs());
            return Err(Unanswered::with_code(why, TIMED_OUT));
        }
        let slice = SLICE.min(limit - waited);
        match running.wait(slice) {
            Ok(Wait::Ended(code)) => return Ok(code),
            Ok(Wait::Running) => waited += slice,
            Err(error) => {
                end(running);
                return Err(Unanswered::from_io("the script cannot be waited for", &error));
            }
        }
    }
}

fn end(running: &mut dyn Running) {
    if let Err(error) = running.kill_tree() {
        tracing::debug!(%error, "a script could not be ended");
    }
}

fn not_started(error: &StartError) -> Unanswered {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    Unanswered::with_code(format!("{error}{cause}"), error.code)
}
