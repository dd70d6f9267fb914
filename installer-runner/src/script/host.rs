//! The program that runs a script: Windows PowerShell of the view, `pwsh` on other systems, or one that the settings
//! name.

use super::ScriptRun;
use crate::ScriptHost;
use crate::command::{file_view, passed_over};
use std::path::Path;
use waybill_system::{Environment, FileKind, SystemKind, Unanswered};

const FILE_NOT_FOUND: u32 = waybill_schemas::codes::device::FILE_NOT_FOUND;

/// A program that runs scripts, and the execution policy that it is given.
pub(super) struct Host {
    pub(super) program: String,
    policy: &'static str,
    folder: Option<String>,
    kind: SystemKind,
}

impl Host {
    /// Finds the host for the view of `run`. The execution policy is that of Intune's agent: Bypass, or AllSigned for a
    /// rule that enforces signatures.
    pub(super) fn find(run: &ScriptRun<'_>, environment: &Environment) -> Result<Self, Unanswered> {
        let (kind, is_signed) = (run.system.kind(), run.is_signed);
        let program = match (&run.settings.script_host, kind) {
            (ScriptHost::Program(program), _) => program.clone(),
            (ScriptHost::OfTheSystem, SystemKind::Windows) => windows_powershell(run, environment)?,
            (ScriptHost::OfTheSystem, SystemKind::Unix) if is_signed => {
                return Err(Unanswered::needs_windows("enforcing a script's signature"));
            }
            (ScriptHost::OfTheSystem, SystemKind::Unix) => pwsh(run)?,
        };
        let policy = if is_signed { "AllSigned" } else { "Bypass" };
        let folder = environment.get("SystemRoot").map(|windows| kind.join(windows, "System32"));
        Ok(Self { program, policy, folder: folder.filter(|_| kind == SystemKind::Windows), kind })
    }

    /// The command line that runs `script` on Windows.
    pub(super) fn line(&self, script: &Path) -> String {
        let (program, policy) = (&self.program, self.policy);
        format!("\"{program}\" -NoProfile -ExecutionPolicy {policy} -File \"{}\"", script.display())
    }

    /// The arguments that run `script` on other systems.
    pub(super) fn words(&self, script: &Path) -> Vec<String> {
        let script = script.to_string_lossy().into_owned();
        let fixed = ["-NoProfile", "-ExecutionPolicy", self.policy, "-File"].map(str::to_owned);
        fixed.into_iter().chain([script]).collect()
    }

    /// The working directory; on Windows System32, which services have and where only administrators can put a DLL.
    pub(super) fn folder(&self) -> Option<&str> {
        self.folder.as_deref()
    }

    /// Whether the host is started with a command line (Windows) or with words.
    pub(super) fn takes_line(&self) -> bool {
        self.kind == SystemKind::Windows
    }
}

fn windows_powershell(run: &ScriptRun<'_>, environment: &Environment) -> Result<String, Unanswered> {
    let folder = file_view(run.perspective, environment, run.system).system_folder();
    let program = format!(r"{folder}\WindowsPowerShell\v1.0\powershell.exe");
    is_file(&program, run)?
        .then_some(program.clone())
        .ok_or_else(|| missing(&format!("there is no {program}")))
}

fn pwsh(run: &ScriptRun<'_>) -> Result<String, Unanswered> {
    let folders = run.system.device().path(run.perspective)?;
    let folders = folders.iter().filter(|folder| folder.starts_with('/'));
    let programs = folders.map(|folder| SystemKind::Unix.join(folder, "pwsh"));
    let is_guarded = run.system.device().is_elevated();
    let mut why = "no pwsh is on the PATH".to_owned();
    for program in programs.filter(|program| is_file(program, run).unwrap_or_default()) {
        match is_guarded.then(|| passed_over(&program, run.system)).flatten() {
            None => return Ok(program),
            Some(passed_over) => why = format!("{program} is {passed_over}"),
        }
    }
    let why = format!("a PowerShell script needs Windows, or PowerShell 7 here: {why}");
    Err(Unanswered { needs_windows: true, ..Unanswered::new(why) })
}

fn is_file(path: &str, run: &ScriptRun<'_>) -> Result<bool, Unanswered> {
    Ok(run.system.files().look(path)?.is_some_and(|facts| facts.kind == FileKind::File))
}

fn missing(why: &str) -> Unanswered {
    Unanswered::with_code(why, FILE_NOT_FOUND)
}
