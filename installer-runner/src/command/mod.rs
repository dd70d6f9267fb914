//! What a command line starts on this machine, and why it may not (running-commands, "Resolution and start").

use crate::Eyes;
use waybill_schemas::report::install::CommandReport;
use waybill_system::{Environment, System};

/// A command that can be started.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// A command that cannot be started as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The HRESULT that the reference would report: 0x80070002, 0x800700C1, 0x80070005.
    pub code: u32,
    /// Why and what to do, for the report.
    pub report: CommandReport,
}

/// Finds the program that `line` starts with `folder` (the content folder, a plain absolute path) as working
/// directory.
///
/// # Errors
/// It cannot be started: nothing there, no program, or a folder that cannot be a plain path.
pub fn resolve(
    _line: &str,
    _folder: &str,
    _eyes: &Eyes,
    _system: &dyn System,
) -> Result<Resolved, Box<Refused>> {
    todo!()
}

/// The text with the values of secret parameters replaced by `***`.
pub fn mask(_text: &str) -> String {
    todo!()
}
