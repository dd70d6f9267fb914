//! The installers of the tests. Each writes a line to `runs` when it runs.

use crate::device::Device;
use std::path::Path;

/// What the installer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Installer {
    /// Installs and ends with 0.
    Quick,
    /// Installs and ends with 3010.
    SoftRestart,
    /// Takes [`STEPS`] steps, each when its gate file exists, and installs.
    InSteps,
    /// Ends with 0 at once; a child of it installs when its gate file exists.
    ByChild,
}

/// The number of steps of [`Installer::InSteps`].
pub(crate) const STEPS: usize = 18;

impl Installer {
    /// The command line that runs the installer on `device`.
    pub(crate) fn line(self, device: &Device) -> String {
        let path = |name: &str| shown(&device.path(name));
        let (program, runs, app) = (PROGRAM, path("runs"), path("app.txt"));
        let ran = format!("{program} append {runs} once then");
        match self {
            Self::Quick => format!("{ran} install {app}"),
            Self::SoftRestart => format!("{ran} install {app} then exit {}", Self::SOFT_RESTART),
            Self::InSteps => {
                let step = |number| {
                    let (gate, trace) = (path(&gate(number)), path("trace"));
                    format!("wait-for {gate} then append {trace} {number} then")
                };
                let steps: Vec<String> = (1..=STEPS).map(step).collect();
                format!("{ran} {} install {app}", steps.join(" "))
            }
            Self::ByChild => {
                let (gate, trace) = (path(&gate(1)), path("trace"));
                format!("{ran} spawn-and-end append {trace} 0 then wait-for {gate} then install {app}")
            }
        }
    }

    /// The exit code for a soft restart: 3010 or, on Unix, where exit codes have 8 bits, one that app.json maps to it.
    pub(crate) const SOFT_RESTART: u32 = if cfg!(windows) { 3010 } else { 194 };

    /// Whether the installer waits for gate files.
    pub(crate) fn waits(self) -> bool {
        matches!(self, Self::InSteps | Self::ByChild)
    }
}

/// The name of the installer in the content folder.
pub(crate) const PROGRAM: &str = if cfg!(windows) { "setup.exe" } else { "./setup" };

/// The name of the file that lets the installer take a step.
pub(crate) fn gate(number: usize) -> String {
    format!("gate-{number}")
}

/// A path for a command line. It must contain no blanks, which is true of temporary folders.
fn shown(path: &Path) -> String {
    let shown = path.to_str().unwrap().to_owned();
    assert!(!shown.contains(' '), "{shown}");
    shown
}
