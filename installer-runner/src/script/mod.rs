//! Running a script: it is written into a private folder, its output goes into files, and at the time limit it is ended
//! with its descendants.

mod host;

use crate::Settings;
use crate::text::{decoded, is_marked_wide};
use host::Host;
use std::error::Error as _;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::time::Duration;
use waybill_context::Context;
use waybill_disk::RootError;
use waybill_schemas::codes::device::ACCESS_DENIED;
use waybill_system::{
    Account, Arguments, Device, Output, Perspective, Running, Start, StartError, System, SystemKind,
    Unanswered, Wait,
};

/// The HRESULT of ERROR_TIMEOUT, for a script that reached its time limit.
const TIMED_OUT: u32 = 0x8007_05B4;
/// The HRESULT of ERROR_CANCELLED, for a script that the caller interrupted.
const CANCELLED: u32 = 0x8007_04C7;
// The exit code of Windows PowerShell if it cannot read the script of `-File`; then nothing of the script ran.
const SCRIPT_NOT_READ: u32 = 0xFFFD_0000;
// How long is waited at a time before the cancel flag is looked at.
const SLICE: Duration = Duration::from_millis(250);
// Exit codes with which Windows or .NET ends a process that crashed: the errors of NTSTATUS (0xC0000005: access
// violation, 0xC0000142: a library could not start, because the desktop has no memory left), and exceptions that nobody
// caught, of .NET, of C++ and by its fail-fast. A script's own `exit -1` (0xFFFFFFFF) is none of them.
const CRASHES: std::ops::RangeInclusive<u32> = 0xC000_0000..=0xCFFF_FFFF;
const UNCAUGHT: [u32; 5] = [0xE043_4352, 0xE043_4F4D, 0xE06D_7363, 0x8013_1623, 0x8013_1506];

/// A script to run, and how.
#[derive(Clone, Copy)]
pub(crate) struct ScriptRun<'a> {
    pub(crate) script: &'a [u8],
    pub(crate) is_signed: bool,
    pub(crate) perspective: Perspective,
    pub(crate) system: &'a dyn System,
    pub(crate) settings: &'a Settings,
    pub(crate) context: &'a Context<'a>,
}

/// How a script ended.
#[derive(Debug)]
pub(crate) struct ScriptEnd {
    pub(crate) code: u32,
    pub(crate) stdout: Captured,
    pub(crate) stderr: Captured,
}

/// The exit code and the output in one line, for reports.
impl fmt::Display for ScriptEnd {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "exit {}", self.code.cast_signed())?;
        for (name, captured) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            let shown = if captured.is_empty() { "empty".to_owned() } else { captured.shown() };
            write!(formatter, ", {name} {shown}")?;
        }
        Ok(())
    }
}

impl ScriptRun<'_> {
    /// Runs the script to its end and removes its folder.
    ///
    /// # Errors
    /// The script could not be started, its host could not read it, it reached the time limit or was interrupted.
    pub(crate) fn run(&self) -> Result<ScriptEnd, Unanswered> {
        let environment = self.system.device().environment(self.perspective)?;
        let host = Host::find(self, &environment)?;
        let root = self.settings.open_root();
        let folder = root.and_then(|root| root.scratch(self.context.clock())).map_err(no_folder)?;
        let own_folder = folder.path().to_string_lossy();
        if self.perspective.account == Account::User
            && let Some(user) = self.system.user_to_let_in()
        {
            self.system.files().let_user_read(&own_folder, &user)?;
        }
        let [path, stdout, stderr] = ["script.ps1", "stdout", "stderr"].map(|name| folder.path().join(name));
        // Byte for byte, as Intune's agent writes it.
        write_private(&path, self.script).map_err(Unanswered::about("the script cannot be written"))?;
        // Created before the script runs, so that nobody else can put a file there.
        for output in [&stdout, &stderr] {
            write_private(output, b"").map_err(Unanswered::about("a file for the output cannot be made"))?;
        }
        let (words, line) = (host.words(&path), host.line(&path));
        let start = Start {
            program: &host.program,
            arguments: if host.takes_line() { Arguments::Line(&line) } else { Arguments::Words(&words) },
            folder: host.folder().unwrap_or(&own_folder),
            environment: &environment,
            account: self.perspective.account,
            output: Output::Files { stdout: &stdout, stderr: &stderr },
        };
        let created = self.system.processes().create(&start);
        let mut running = created.and_then(|created| created.run()).map_err(|error| not_started(&error))?;
        let code = self.wait(running.as_mut())?;
        // PowerShell could not read the file. Taken for the script's own exit code, this would mean "not detected", and
        // the installer would run again.
        if code == SCRIPT_NOT_READ {
            let why = "the script host could not read the script, so nothing of it ran";
            return Err(Unanswered::with_code(why, ACCESS_DENIED));
        }
        if let Some(why) = self.crash(code, running.was_signalled()) {
            return Err(Unanswered::with_code(why, code));
        }
        let read = |path: &Path| {
            Captured::read(path, self.system.device())
                .map_err(Unanswered::about("the script's output cannot be read"))
        };
        Ok(ScriptEnd { code, stdout: read(&stdout)?, stderr: read(&stderr)? })
    }

    /// What to say where the script's host ended otherwise than by its script; then the script has said nothing.
    fn crash(&self, code: u32, was_signalled: bool) -> Option<String> {
        let is_crash = match self.system.kind() {
            SystemKind::Windows => CRASHES.contains(&code) || UNCAUGHT.contains(&code),
            SystemKind::Unix => was_signalled,
        };
        let how = match self.system.kind() {
            SystemKind::Windows => format!("0x{code:08X}"),
            SystemKind::Unix => format!("signal {}", code.saturating_sub(128)),
        };
        is_crash.then(|| format!("the script host crashed ({how}), so the script has no answer"))
    }

    fn wait(&self, running: &mut dyn Running) -> Result<u32, Unanswered> {
        // The time limit counts the time waited, not the clock, so that the sleep of a device does not count.
        let limit = self.settings.script_limit;
        let mut waited = Duration::ZERO;
        loop {
            if self.context.check().is_err() {
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
                    return Err(Unanswered::about("the script cannot be waited for")(error));
                }
            }
        }
    }
}

fn no_folder(error: RootError) -> Unanswered {
    const WHAT: &str = "a folder for the script cannot be made";
    match error {
        RootError::Io { path, source } => Unanswered::about(&format!("{WHAT} in {}", path.display()))(source),
        // Somebody else could change the script between its writing and its start.
        foreign => Unanswered::with_code(format!("{WHAT}: {foreign}"), ACCESS_DENIED),
    }
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
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

/// How many bytes of a script's output are read.
pub(crate) const OUTPUT_LIMIT: u64 = 64 * 1024;

/// The most characters of a script's output that a report shows.
const EXCERPT: usize = 200;

/// What a script wrote to stdout or stderr.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Captured {
    /// The first [`OUTPUT_LIMIT`] bytes as text, without a byte order mark.
    pub(crate) text: String,
    /// Whether the output is longer than that.
    pub(crate) is_cut: bool,
}

impl Captured {
    /// Reads the file that the script wrote to.
    pub(crate) fn read(path: &Path, device: &dyn Device) -> io::Result<Self> {
        let mut bytes = Vec::new();
        File::open(path)?.take(OUTPUT_LIMIT + 1).read_to_end(&mut bytes)?;
        let is_cut = bytes.len() as u64 > OUTPUT_LIMIT;
        bytes.truncate(usize::try_from(OUTPUT_LIMIT).unwrap_or(usize::MAX));
        Ok(Self { text: decoded(&bytes, is_marked_wide(&bytes), device), is_cut })
    }

    /// Whether the output holds nothing but blanks and line ends.
    pub(crate) fn is_empty(&self) -> bool {
        !self.is_cut && self.text.trim().is_empty()
    }

    /// The output for a report: one line in quotes. Secrets are masked before the text is shortened, while their names
    /// still precede them.
    pub(crate) fn shown(&self) -> String {
        let masked = waybill_schemas::secrets::mask(&self.text);
        let text = masked.trim_end_matches(['\r', '\n']);
        let excerpt: String = text.chars().take(EXCERPT).collect();
        let more = if self.is_cut || excerpt.len() < text.len() { " …" } else { "" };
        format!("{}{more}", quoted(&excerpt))
    }
}

/// `text` in quotes on one line; quotes, line ends and other control characters within are escaped, so that two texts
/// that differ read differently.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            letter if letter.is_control() => quoted.extend(letter.escape_default()),
            letter => quoted.push(letter),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured(bytes: &[u8]) -> Captured {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        Captured::read(file.path(), &waybill_system::fake::FakeSystem::windows()).unwrap()
    }

    #[test]
    fn output_is_read_to_its_limit() {
        let text = |text: &str, is_cut| Captured { text: text.into(), is_cut };
        assert_eq!(captured(b"\xEF\xBB\xBF1.2\r\n"), text("1.2\r\n", false));
        assert_eq!(captured(b"\xFF\xFE1\0.\x002\0"), text("1.2", false));
        assert_eq!(captured(b"f\x81r\r\n"), text("für\r\n", false));
        assert!(captured(b" \r\n").is_empty() && captured(b"").is_empty());
        let limit = usize::try_from(OUTPUT_LIMIT).unwrap();
        assert!(!captured(&vec![b'x'; limit]).is_cut);
        let long = captured(&vec![b' '; limit + 1]);
        assert!(long.is_cut && !long.is_empty() && long.text.len() == limit);
    }
}
