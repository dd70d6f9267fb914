//! What a command line starts on this machine, and why it may not (docs/context.md, "How a command line is started").

mod draft;
mod hints;
mod search;
#[cfg(test)]
mod tests;
mod unix;
mod windows;

use crate::RunAs;
use waybill_intune::view::FileView;
use waybill_schemas::report::install::CommandReport;
use waybill_system::{Architecture, Environment, FileKind, Perspective, System, SystemKind, View};

/// A command that can be started.
#[derive(Clone, PartialEq, Eq)]
pub struct Resolved {
    /// Absolute path of the program: lpApplicationName.
    pub program: String,
    /// Windows: the whole command line, unmasked. Unix: unused.
    pub line: String,
    /// Unix: the words after the program. Windows: empty.
    pub words: Vec<String>,
    /// Every variable that it gets.
    pub environment: Environment,
    /// Whether it is Windows Installer, which waits for its mutex first.
    pub is_msiexec: bool,
    /// The same, masked, for the report.
    pub report: CommandReport,
}

/// The masked report alone: line, words and variables may hold secrets.
impl std::fmt::Debug for Resolved {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Resolved").field("report", &self.report).finish_non_exhaustive()
    }
}

/// A command that cannot be started as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The HRESULT that Intune's agent would report: 0x80070002, 0x800700C1, 0x80070005.
    pub code: u32,
    /// Why and what to do, for the report.
    pub report: CommandReport,
}

/// Finds the program that `line` starts with `folder` (the content folder, a plain absolute path) as working
/// directory. An empty `folder` means that the content is not here yet: what is found nowhere else is taken to be in it. Such
/// an answer is for showing, not for starting.
///
/// # Errors
/// It cannot be started: nothing there, no program, or a folder that cannot be a plain path.
pub fn resolve(
    line: &str,
    folder: &str,
    eyes: &RunAs,
    system: &dyn System,
) -> Result<Resolved, Box<Refused>> {
    match eyes.kind {
        SystemKind::Windows => windows::resolve(line, folder, eyes, system),
        SystemKind::Unix => unix::resolve(line, folder, eyes, system),
    }
}

/// How names below the Windows folder are read from `perspective` on this machine; `block` holds its variables.
pub(crate) fn file_view(perspective: Perspective, block: &Environment, system: &dyn System) -> FileView {
    let windows = block.get("SystemRoot").or_else(|| block.get("windir")).unwrap_or(r"C:\Windows");
    let is_64_bit = !matches!(system.device().architecture(), Ok(Architecture::X86 | Architecture::Arm));
    let cmd = format!(r"{}\SysWOW64\cmd.exe", windows.trim_end_matches('\\'));
    let is_file =
        |path: &str| matches!(system.files().look(path), Ok(Some(facts)) if facts.kind == FileKind::File);
    // A 64-bit program's view is the same wherever 32-bit programs are: the disk is not asked.
    let has_32_bit = perspective.view == View::Bits32 && is_64_bit && is_file(&cmd);
    FileView::new(windows, perspective.view, is_64_bit, has_32_bit)
}
