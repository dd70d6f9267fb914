//! Windows Installer's own log, which alone says why an MSI failed.
//!
//! `install` adds a word to an msiexec line only where it is asked to (`--msi-line prepared`). A rehearsal may add the log, and says so.

use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use waybill_disk::Root;
use waybill_intune::command_line::{CommandLine, Msiexec};
use waybill_schemas::app::AppDocument;
use waybill_schemas::report::rehearsal::{MsiLog, Phase};
use waybill_schemas::secrets::mask;

/// The size in bytes from which only the end of a log is read.
const MOST: u64 = 16 << 20;
/// The lines kept before "Return value 3", and the lines kept in all.
const BEFORE: usize = 12;
const LINES: usize = 16;

/// An app whose msiexec line writes a log.
pub(crate) struct Logged {
    pub(crate) app: AppDocument,
    pub(crate) file: PathBuf,
}

impl Logged {
    /// Adds a log to the msiexec line of `phase`. `None` where the line does not start msiexec, or has a log already.
    pub(crate) fn new(app: &AppDocument, phase: Phase, root: &Path) -> Option<Self> {
        // msiexec makes no folder, and ends with 1622 instead; opening the root makes it.
        let logs = Root::open(root).ok()?.logs();
        let name = if phase == Phase::Uninstall { "msi-uninstall.log" } else { "msi-install.log" };
        let (mut app, file) = (app.clone(), logs.join(name));
        let line = match phase {
            Phase::Uninstall => &mut app.uninstall_command_line,
            _ => &mut app.install_command_line,
        };
        let logged = with_log(line.as_deref()?, &file)?;
        *line = Some(logged);
        Some(Self { app, file })
    }
}

/// The line with `/l*v` at its end; `None` where it does not start msiexec, or has a log already.
fn with_log(line: &str, file: &Path) -> Option<String> {
    let line = line.trim();
    let command = CommandLine::parse(line, &|_| false);
    let call = Msiexec::parse(command.steps.first()?)?;
    call.log.is_none().then(|| format!("{line} /l*v \"{}\"", file.display()))
}

/// Reads what a log says; `None` where none was written.
pub(crate) fn read(phase: Phase, file: &Path) -> Option<MsiLog> {
    let text = decoded(&tail(file, MOST).ok()?);
    Some(MsiLog { phase, file: file.display().to_string(), excerpt: excerpt(&text) })
}

/// The last `most` bytes, from an even offset, so that UTF-16 is not cut within a unit.
fn tail(file: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut log = waybill_schemas::open_regular(file)?;
    let length = log.metadata()?.len();
    log.seek(SeekFrom::Start(length.saturating_sub(most).next_multiple_of(2)))?;
    let mut bytes = Vec::new();
    log.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Decodes a log, which is UTF-16 on Windows. The tail of one has no BOM, but half of the bytes of its letters are
/// zero.
fn decoded(bytes: &[u8]) -> String {
    let wide =
        bytes.starts_with(&[0xFF, 0xFE]) || bytes.iter().skip(1).step_by(2).take(64).all(|byte| *byte == 0);
    if !wide || bytes.len() < 2 {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units).trim_start_matches('\u{FEFF}').to_owned()
}

/// The lines that lead to the first action that failed, or else the last ones. "Return value 3" is how Windows
/// Installer reports a failure that ends the installation. Values of properties are left out, because any of them may
/// be a password.
fn excerpt(text: &str) -> Vec<String> {
    let tells_property = |line: &str| line.contains("Property(") || line.contains("PROPERTY CHANGE");
    let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !tells_property(line));
    let lines: Vec<&str> = lines.collect();
    let failed =
        lines.iter().position(|line| line.contains("Return value 3") || line.contains("return value 3"));
    let (from, to) = match failed {
        Some(at) => (at.saturating_sub(BEFORE), (at + 1).min(lines.len())),
        None => (lines.len().saturating_sub(LINES), lines.len()),
    };
    // Masked as one text, because the name of a secret may stand on the line before its value.
    let with_the_line_before: Vec<String> =
        lines[from.saturating_sub(1)..to].iter().map(|line| shortened(line)).collect();
    let masked = mask(&with_the_line_before.join("\n"));
    masked.lines().skip(from.min(1)).map(str::to_owned).collect()
}

fn shortened(line: &str) -> String {
    const WIDTH: usize = 300;
    line.chars().take(WIDTH).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_line_of_msiexec_without_a_log_gets_one() {
        let with = |line| with_log(line, Path::new("log.txt"));
        assert_eq!(with("msiexec /i a.msi /qn").unwrap(), "msiexec /i a.msi /qn /l*v \"log.txt\"");
        let quoted = r#""%SystemRoot%\System32\MsiExec.exe" /x {1} /qn"#;
        assert!(with(quoted).unwrap().ends_with(r#"/qn /l*v "log.txt""#));
        for line in [
            "msiexec /i a.msi /qn /l*v own.log",
            "msiexec /i a.msi /LOG own.log",
            "msiexec",
            "setup.exe /qn",
            "\"msiexec",
        ] {
            assert_eq!(with(line), None, "{line}");
        }
    }

    #[test]
    fn the_excerpt_ends_at_the_first_failure() {
        let mut text = String::from("\u{FEFF}");
        for number in 0..40 {
            text += &format!("line {number}\r\n");
        }
        text += "Action ended 12:00:00: InstallFiles. Return value 3.\r\nMSI (s): more\r\n";
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let decoded = decoded(&bytes);
        assert!(decoded.starts_with("line 0\r\n"), "{decoded:.20}");
        let told = excerpt(&decoded);
        assert_eq!((told.len(), told[0].as_str()), (BEFORE + 1, "line 28"));
        assert!(told[BEFORE].ends_with("Return value 3."), "{told:?}");
    }

    #[test]
    fn no_property_is_told_and_no_secret_of_the_command_line() {
        let text = "MSI (s): PROPERTY CHANGE: Adding PASSWORD property. Its value is 'hunter2'.\n\
                    MSI (s): Command Line: PASSWORD=hunter2 DIR=C:\\App\n\
                    Property(S): PASSWORD = hunter2\n";
        let told = excerpt(text);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(!told[0].contains("hunter2") && told[0].contains("App"), "{told:?}");
    }

    #[cfg(unix)] // where a file of 1 TiB without content takes no room
    #[test]
    fn of_a_huge_log_the_end_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("huge.log");
        let mut file = fs_err::File::create(&path).unwrap();
        file.set_len(1 << 40).unwrap(); // sparse: it could not be read whole
        file.seek(SeekFrom::End(0)).unwrap();
        std::io::Write::write_all(&mut file, b"the end\n").unwrap();
        assert!(read(Phase::Install, &path).is_some());
        assert_eq!(tail(&path, 9).unwrap(), b"the end\n");
        assert_eq!(tail(&path, 8).unwrap(), b"the end\n");
    }

    #[test]
    fn what_is_no_utf_16_is_read_as_text() {
        assert_eq!(decoded(b"Action ended\n"), "Action ended\n");
        assert_eq!(decoded(b""), "");
    }
}
