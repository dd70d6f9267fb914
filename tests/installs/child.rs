//! An install in a process of its own, which is killed at a failpoint or in the middle of its work.

use crate::device::Device;
use std::env;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStderr, Command, Stdio};
use waybill_installer_runner::Events;
use waybill_schemas::report::install::StepReport;

const FOLDER: &str = "WAYBILL_INSTALL_FOLDER";

/// The code of the process.
#[test]
#[ignore = "run by the other tests, as a process of its own"]
fn install_until_killed() {
    let Some(folder) = env::var_os(FOLDER) else { return };
    let report = Device::at(folder.into()).install(&Teller);
    tell(&format!("it ended by itself: {report:?}"));
}

/// Writes a line to stderr for each decision.
struct Teller;

impl Events for Teller {
    fn decided(&self, step: &StepReport) {
        tell(&format!("decided {:?}", step.step));
    }
}

fn tell(line: &str) {
    std::io::stderr().write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// A process that installs. It is killed when this is dropped, by SIGKILL or `TerminateProcess`.
pub(crate) struct Runner {
    process: Child,
    told: Lines<BufReader<ChildStderr>>,
}

impl Runner {
    /// Starts a process that runs until it is done or killed.
    pub(crate) fn start(device: &Device) -> Self {
        Self::with_point(device, None)
    }

    /// Starts a process and waits until it has stopped at `point` (see `waybill_context::failpoint`).
    pub(crate) fn at(point: &str, device: &Device) -> Self {
        let mut runner = Self::with_point(device, Some(point));
        runner.wait_for_line(&format!("failpoint {point}"), 1);
        runner
    }

    fn with_point(device: &Device, point: Option<&str>) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command
            .args(["--exact", "child::install_until_killed", "--ignored", "--nocapture"])
            .env(FOLDER, device.folder())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        if let Some(point) = point {
            command.env("WAYBILL_FAILPOINT", point);
        }
        let mut process = command.spawn().unwrap();
        let told = BufReader::new(process.stderr.take().unwrap()).lines();
        Self { process, told }
    }

    /// Waits until the process has made `count` decisions.
    pub(crate) fn wait_for_decisions(&mut self, count: usize) {
        self.wait_for_line("decided ", count);
    }

    fn wait_for_line(&mut self, begin: &str, count: usize) {
        let (mut seen, mut told) = (0, Vec::new());
        while seen < count {
            let Some(line) = self.told.next() else {
                panic!("{begin:?} was told {seen} times, not {count}: {}", told.join("\n"));
            };
            let line = line.unwrap();
            seen += usize::from(line.starts_with(begin));
            told.push(line);
        }
    }

    /// Kills the process and waits until it has ended.
    pub(crate) fn kill(self) {
        drop(self);
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
