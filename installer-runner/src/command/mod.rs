//! What a command line starts on this machine, and why it may not (docs/context.md, "How a command line is started").

mod draft;
mod environment;
mod hints;
mod search;
#[cfg(test)]
mod tests;
mod unix;
mod view;
mod windows;

pub(crate) use view::FileView;

use crate::RunAs;
use waybill_schemas::report::install::CommandReport;
use waybill_system::{Environment, System, SystemKind};

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
