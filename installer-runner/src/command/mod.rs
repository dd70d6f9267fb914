//! What a command line starts on this machine, and why it may not (docs/context.md, "How a command line is started").

mod draft;
mod hints;
mod search;
#[cfg(test)]
mod tests;
mod unix;
mod windows;

use crate::RunAs;
use draft::Draft;
use waybill_intune::right_line::right_line;
use waybill_intune::view::FileView;
use waybill_schemas::report::install::CommandReport;
use waybill_system::{Architecture, Environment, FileKind, Perspective, System, SystemKind, View};

/// A command that can be started.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Resolved {
    /// The absolute path of the program (lpApplicationName).
    pub program: String,
    /// On Windows the whole command line (lpCommandLine), with its secrets; not used on Unix.
    pub line: String,
    /// On Unix the arguments after the program, with their secrets; empty on Windows.
    pub words: Vec<String>,
    /// All environment variables of the program.
    pub environment: Environment,
    /// Whether the program is msiexec; then a running installation is waited for first.
    pub is_msiexec: bool,
    /// The command for the report, with its secrets masked.
    pub report: CommandReport,
}

/// Shows only the masked report, because line, words and variables may hold secrets.
impl std::fmt::Debug for Resolved {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Resolved").field("report", &self.report).finish_non_exhaustive()
    }
}

/// What the report's place of a program begins with where a folder of PATH led to it.
pub(crate) const FOUND_ON_PATH: &str = "machine PATH: ";

/// A command that cannot be started as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refused {
    /// The HRESULT that Intune's agent would report, e.g. 0x80070002 (not found) or 0x800700C1 (no program).
    pub code: u32,
    /// The command for the report, with the reason and advice.
    pub report: CommandReport,
}

/// Finds the program that `line` starts with `folder` (the content folder, a plain absolute path) as working
/// directory. An empty `folder` means that the content is not on this machine yet: a program that is found nowhere else
/// is assumed to be in it. Such a result is for display and must not be started.
///
/// # Errors
/// The command cannot be started: there is no such file, it is no program, or `folder` has no plain path.
pub fn resolve(
    line: &str,
    folder: &str,
    run_as: &RunAs,
    system: &dyn System,
) -> Result<Resolved, Box<Refused>> {
    let asked = Asked { line, folder, run_as, system };
    let mut draft = Draft::new(asked);
    let start = match run_as.kind {
        SystemKind::Windows => windows::find_start(asked, &mut draft),
        SystemKind::Unix => unix::find_start(asked, &mut draft),
    };
    match start {
        Ok(start) => Ok(draft.resolved(start)),
        Err(refusal) => Err(draft.refuse(refusal)),
    }
}

/// The refusal of a command in whose place Intune runs a script that it keeps with the content.
pub(crate) fn kept_by_intune(
    installs: bool,
    script: &str,
    line: &str,
    run_as: &RunAs,
    system: &dyn System,
) -> Box<Refused> {
    let [name, field, reference] = match installs {
        true => ["install", "installCommandLine", "activeInstallScript"],
        false => ["uninstall", "uninstallCommandLine", "activeUninstallScript"],
    };
    let why = format!(
        "Intune runs the script {script} instead of a command (`{reference}`), and an export does not hold its text"
    );
    let line_of_script = right_line("ps1", &format!("{name}.ps1"), View::Bits32).unwrap_or_default();
    let fix = format!(
        "save the script from Intune's portal as {name}.ps1 beside the setup file, set `{reference}` to null and \
         `{field}` to {line_of_script}"
    );
    let draft = Draft::new(Asked { line, folder: "", run_as, system });
    draft.refuse(draft::Refusal::new(draft::INVALID, why, fix))
}

/// The parameters of [`resolve`].
#[derive(Clone, Copy)]
struct Asked<'a> {
    line: &'a str,
    folder: &'a str,
    run_as: &'a RunAs,
    system: &'a dyn System,
}

/// Why the program at `path`, a folder of PATH led to it, is passed over by a process with more rights than an ordinary
/// user's; `None` where it may be started.
pub(crate) fn passed_over(path: &str, system: &dyn System) -> Option<String> {
    let who = match system.kind() {
        SystemKind::Windows => "others than administrators",
        SystemKind::Unix => "others than root",
    };
    match system.files().others_may_change(path) {
        Ok(false) => None,
        Ok(true) => Some(format!("passed over: {who} may write there")),
        Err(unanswered) => Some(format!("passed over: who may write there cannot be told: {unanswered}")),
    }
}

/// The mapping of paths below the Windows folder for `perspective` on this machine; `block` holds its variables.
pub(crate) fn file_view(perspective: Perspective, block: &Environment, system: &dyn System) -> FileView {
    let windows = block.get("SystemRoot").or_else(|| block.get("windir")).unwrap_or(r"C:\Windows");
    let is_64_bit = !matches!(system.device().architecture(), Ok(Architecture::X86 | Architecture::Arm));
    let cmd = format!(r"{}\SysWOW64\cmd.exe", windows.trim_end_matches('\\'));
    let is_file =
        |path: &str| matches!(system.files().look(path), Ok(Some(facts)) if facts.kind == FileKind::File);
    // The view of a 64-bit program does not depend on whether 32-bit programs can run, so the disk is not asked.
    let has_32_bit = perspective.view == View::Bits32 && is_64_bit && is_file(&cmd);
    FileView::new(windows, perspective.view, is_64_bit, has_32_bit)
}
