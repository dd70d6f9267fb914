//! The scheduled task: made with `schtasks.exe`, deleted when dropped.

use crate::as_system::AsSystemError;
use crate::as_system::request::{failed, write_new};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The security identifier of SYSTEM, the same in every language of Windows.
const SYSTEM: &str = "S-1-5-18";
const ADMINISTRATORS: &str = "S-1-5-32-544";

/// The command of this program that answers a request.
const COMMAND: &str = "answer-request";

/// A task that exists.
pub(super) struct Task {
    name: String,
}

impl Task {
    /// Makes a task that runs `program` on the request in `folder`.
    pub(super) fn create(program: &Path, folder: &Path) -> Result<Self, AsSystemError> {
        let definition = folder.join("task.xml");
        write_new(&definition, &utf16(&xml(program, folder)))?;
        let random = folder.file_name().unwrap_or_default().to_string_lossy();
        let task = Self { name: format!("Waybill {random}") };
        let mut command = system_tool("schtasks.exe");
        command.args(["/create", "/tn", &task.name, "/xml"]).arg(&definition);
        carry_out(command, "schtasks.exe", "/create")?;
        Ok(task)
    }

    /// Starts the task now, whatever its triggers.
    pub(super) fn start(&self) -> Result<(), AsSystemError> {
        let mut command = system_tool("schtasks.exe");
        command.args(["/run", "/tn", &self.name]);
        carry_out(command, "schtasks.exe", "/run")
    }
}

/// Deleting a task does not end what it runs.
impl Drop for Task {
    fn drop(&mut self) {
        let mut command = system_tool("schtasks.exe");
        command.args(["/delete", "/f", "/tn", &self.name]);
        if let Err(error) = carry_out(command, "schtasks.exe", "/delete") {
            tracing::warn!(task = self.name, %error, "a scheduled task is left behind");
        }
    }
}

/// Takes away what the folder inherited: SYSTEM and administrators alone.
pub(super) fn close_to_others(folder: &Path) -> Result<(), AsSystemError> {
    let mut command = system_tool("icacls.exe");
    let [system, administrators] = [SYSTEM, ADMINISTRATORS].map(|who| format!("*{who}:(OI)(CI)F"));
    command.arg(folder).args(["/inheritance:r", "/grant:r", &system, "/grant:r", &administrators]);
    carry_out(command, "icacls.exe", "/inheritance:r")
}

fn carry_out(mut command: Command, tool: &'static str, task: &'static str) -> Result<(), AsSystemError> {
    let program = PathBuf::from(command.get_program());
    let output = command.output().map_err(failed("start", &program))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).split_whitespace().collect::<Vec<_>>().join(" ");
    Err(AsSystemError::Tool { tool, task, code: output.status.code().unwrap_or(-1), said })
}

/// The task's definition: once, on demand, as SYSTEM, without a time limit, on batteries too.
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
  </Settings>
  <Actions Context="System"><Exec><Command>{program}</Command><Arguments>{arguments}</Arguments></Exec></Actions>
</Task>
"#
    )
}

/// One argument as CommandLineToArgvW reads it. Paths hold no quotes; backslashes count before one alone.
fn quoted(argument: &str) -> String {
    let trailing = argument.len() - argument.trim_end_matches('\\').len();
    format!("\"{argument}{}\"", "\\".repeat(trailing))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// As schtasks reads definitions, whatever the code page: UTF-16 with a byte order mark.
fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// A tool of Windows: of the system's folder, never of the caller's PATH. It gets no stdin.
fn system_tool(name: &str) -> Command {
    let root = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
    let mut command = Command::new(PathBuf::from(root).join("System32").join(name));
    command.stdin(Stdio::null());
    command
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
