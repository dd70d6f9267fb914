use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A tool of Windows: of the system's folder, never of the caller's PATH. It gets no stdin.
pub(crate) fn system_tool(name: &str) -> Command {
    let root = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
    let mut command = Command::new(PathBuf::from(root).join("System32").join(name));
    command.stdin(Stdio::null());
    command
}
