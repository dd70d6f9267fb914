//! What runs a script: Windows PowerShell of the view, `pwsh` elsewhere, or the one that the settings name.

use crate::ScriptHost;
use crate::command::FileView;
use crate::rule::{Inquiry, Stop};
use std::path::Path;
use waybill_system::{Environment, FileKind, Perspective, SystemKind, Unanswered};

const FILE_NOT_FOUND: u32 = waybill_schemas::codes::device::FILE_NOT_FOUND;

/// A program that runs scripts, and under which policy.
pub(super) struct Host {
    pub(super) program: String,
    policy: &'static str,
    folder: Option<String>,
    kind: SystemKind,
}

impl Host {
    /// The one for this view; the reference's policy is Bypass, AllSigned where signatures are enforced.
    pub(super) fn find(
        perspective: Perspective,
        is_signed: bool,
        environment: &Environment,
        inquiry: Inquiry<'_>,
    ) -> Result<Self, Stop> {
        let kind = inquiry.system.kind();
        let program = match (&inquiry.settings.script_host, kind) {
            (ScriptHost::Program(program), _) => program.clone(),
            (ScriptHost::OfTheSystem, SystemKind::Windows) => of_windows(perspective, environment, inquiry)?,
            (ScriptHost::OfTheSystem, SystemKind::Unix) if is_signed => {
                return Err(Unanswered::needs_windows("enforcing a script's signature").into());
            }
            (ScriptHost::OfTheSystem, SystemKind::Unix) => pwsh(perspective, inquiry)?,
        };
        let policy = if is_signed { "AllSigned" } else { "Bypass" };
        let folder = environment.get("SystemRoot").map(|windows| kind.join(windows, "System32"));
        Ok(Self { program, policy, folder: folder.filter(|_| kind == SystemKind::Windows), kind })
    }

    /// Windows' command line for `script`.
    pub(super) fn line(&self, script: &Path) -> String {
        let (program, policy) = (&self.program, self.policy);
        format!("\"{program}\" -NoProfile -ExecutionPolicy {policy} -File \"{}\"", script.display())
    }

    /// The same as words after the program.
    pub(super) fn words(&self, script: &Path) -> Vec<String> {
        let script = script.to_string_lossy().into_owned();
        let fixed = ["-NoProfile", "-ExecutionPolicy", self.policy, "-File"].map(str::to_owned);
        fixed.into_iter().chain([script]).collect()
    }

    /// The working directory, where the system has one for it: System32, as a service has it, into which nobody puts a
    /// DLL.
    pub(super) fn folder(&self) -> Option<&str> {
        self.folder.as_deref()
    }

    /// Whether it is given a line or words.
    pub(super) fn takes_line(&self) -> bool {
        self.kind == SystemKind::Windows
    }
}

fn of_windows(
    perspective: Perspective,
    environment: &Environment,
    inquiry: Inquiry<'_>,
) -> Result<String, Stop> {
    let folder = FileView::of(perspective, environment, inquiry.system).system_folder();
    let program = format!(r"{folder}\WindowsPowerShell\v1.0\powershell.exe");
    is_file(&program, inquiry)?
        .then_some(program.clone())
        .ok_or_else(|| missing(&format!("there is no {program}")))
}

fn pwsh(perspective: Perspective, inquiry: Inquiry<'_>) -> Result<String, Stop> {
    let folders = inquiry.system.device().path(perspective)?;
    let programs = folders.iter().map(|folder| SystemKind::Unix.join(folder, "pwsh"));
    let mut found = programs.filter(|program| is_file(program, inquiry).unwrap_or_default());
    found.next().ok_or_else(|| missing("there is no PowerShell here: no pwsh is on the PATH"))
}

fn is_file(path: &str, inquiry: Inquiry<'_>) -> Result<bool, Unanswered> {
    Ok(inquiry.system.files().look(path)?.is_some_and(|facts| facts.kind == FileKind::File))
}

fn missing(why: &str) -> Stop {
    Unanswered::with_code(why, FILE_NOT_FOUND).into()
}
