//! The scheduled task, created with `schtasks.exe` and deleted when it is dropped.

use crate::as_system::AsSystemError;
use crate::as_system::request::{failed, write_new};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The security identifier of the system account, which is the same in every language of Windows.
const SYSTEM: &str = "S-1-5-18";
const ADMINISTRATORS: &str = "S-1-5-32-544";

const SCHTASKS: &str = "schtasks.exe";

/// The subcommand of this program that answers a request.
const COMMAND: &str = "answer-request";

/// A registered task.
pub(super) struct Task {
    name: String,
}

impl Task {
    /// Registers a task that runs `program` on the request in `folder`.
    pub(super) fn create(program: &Path, folder: &Path) -> Result<Self, AsSystemError> {
        let definition = folder.join("task.xml");
        write_new(&definition, &utf16(&xml(program, folder)))?;
        let random = folder.file_name().unwrap_or_default().to_string_lossy();
        let task = Self { name: format!("Waybill {random}") };
        run_tool(SCHTASKS, "/create", |tool| {
            tool.args(["/create", "/tn", &task.name, "/xml"]).arg(&definition)
        })?;
        Ok(task)
    }

    /// Starts the task now. It has no triggers.
    pub(super) fn start(&self) -> Result<(), AsSystemError> {
        run_tool(SCHTASKS, "/run", |tool| tool.args(["/run", "/tn", &self.name]))
    }
}

/// Deleting a task does not end what it runs.
impl Drop for Task {
    fn drop(&mut self) {
        let deleted = run_tool(SCHTASKS, "/delete", |tool| tool.args(["/delete", "/f", "/tn", &self.name]));
        if let Err(error) = deleted {
            tracing::warn!(task = self.name, %error, "a scheduled task is left behind");
        }
    }
}

/// Replaces inherited rights on the folder: only the system and administrators can access it.
pub(super) fn close_to_others(folder: &Path) -> Result<(), AsSystemError> {
    let [system, administrators] = [SYSTEM, ADMINISTRATORS].map(|who| format!("*{who}:(OI)(CI)F"));
    run_tool("icacls.exe", "/inheritance:r", |tool| {
        tool.arg(folder).args(["/inheritance:r", "/grant:r", &system, "/grant:r", &administrators])
    })
}

/// Runs a tool of Windows for `task`, by its full path in the system folder and never from PATH, without stdin.
fn run_tool(
    tool: &'static str,
    task: &'static str,
    arguments: impl FnOnce(&mut Command) -> &mut Command,
) -> Result<(), AsSystemError> {
    let root = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
    let program = PathBuf::from(root).join("System32").join(tool);
    let mut command = Command::new(&program);
    let output = arguments(command.stdin(Stdio::null())).output().map_err(failed("start", &program))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).split_whitespace().collect::<Vec<_>>().join(" ");
    Err(AsSystemError::Tool { tool, task, code: output.status.code().unwrap_or(-1), said })
}

/// The task's definition: run on demand as SYSTEM, without a time limit, also on battery power. Without a priority a task,
/// and the installer that it starts, would run below normal (7), with less of the disk and of memory than a service's
/// ("Priority (settingsType) Element"); 4 to 6 is normal.
fn xml(program: &Path, folder: &Path) -> String {
    let program = escaped(&program.to_string_lossy());
    let arguments = escaped(&format!("{COMMAND} {}", quoted(&folder.to_string_lossy())));
    format!(
        r#"<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>Waybill: one command as SYSTEM; it is deleted when the command ends.</Description></RegistrationInfo>
  <Principals><Principal id="System"><UserId>{SYSTEM}</UserId><RunLevel>HighestAvailable</RunLevel></Principal></Principals>
  <Settings>
    <AllowStartOnDemand>true</AllowStartOnDemand>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Hidden>true</Hidden>
    <Priority>5</Priority>
  </Settings>
  <Actions Context="System"><Exec><Command>{program}</Command><Arguments>{arguments}</Arguments></Exec></Actions>
</Task>
"#
    )
}

/// A path as an argument that CommandLineToArgvW reads unchanged. Paths hold no quotes, so only the backslashes before
/// the closing quote must be doubled.
fn quoted(argument: &str) -> String {
    let trailing = argument.len() - argument.trim_end_matches('\\').len();
    format!("\"{argument}{}\"", "\\".repeat(trailing))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The text in UTF-16 with a byte order mark, which schtasks reads under every code page.
fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_names_program_folder_and_system() {
        let xml = xml(Path::new(r"C:\R&D\waybill.exe"), Path::new(r"C:\ProgramData\Way bill\x"));
        assert!(xml.contains(r"<Command>C:\R&amp;D\waybill.exe</Command>"), "{xml}");
        let arguments = r"<Arguments>answer-request &quot;C:\ProgramData\Way bill\x&quot;</Arguments>";
        assert!(xml.contains(arguments), "{xml}");
        assert!(xml.contains("<UserId>S-1-5-18</UserId>") && xml.contains("PT0S"), "{xml}");
        assert!(xml.contains("<Priority>5</Priority>"), "normal, as a service's children: {xml}");
    }

    #[test]
    fn a_backslash_at_the_end_does_not_eat_the_quote() {
        assert_eq!(quoted(r"C:\a b"), r#""C:\a b""#);
        assert_eq!(quoted(r"C:\"), r#""C:\\""#);
    }

    #[test]
    fn definitions_are_utf_16_with_a_byte_order_mark() {
        assert_eq!(utf16("aß"), [0xFF, 0xFE, b'a', 0, 0xDF, 0]);
    }
}
