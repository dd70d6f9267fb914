//! Where an attempt differs from what Intune's agent does with the same app, or may do so (docs/fidelity.md).

use super::flow::Attempt;
use crate::ReturnCodes;
use waybill_schemas::report::install::{Intent, RequirementsReport};
use waybill_system::{Architecture, SystemKind};

/// Where programs have the null device as input: on Unix, and on Windows where no console can be made.
const NO_CONSOLE: &str = "The input of commands is empty here: one that waits for a key or for an answer (pause, set /p) goes on \
                          at once, and hangs under Intune until its time limit.";
/// What differs about variables in an uninstall command (docs/fidelity.md, "Open questions").
const UNINSTALL_VARIABLES: &str = "was replaced by its value. Microsoft's page says that Intune does not replace variables there; others \
                                   use them and see them replaced. A full path works either way.";
/// What differs about `applicableArchitectures`, the older field, on a device of ARM64.
const OLDER_ARCHITECTURES: &str = "applicableArchitectures says x64, which is not this device's ARM64 here; Intune's agent logs a 64-bit \
                                   system for this older field, and nobody has measured whether ARM64 satisfies it. \
                                   allowedArchitectures is exact.";

impl Attempt<'_> {
    /// Notes what is otherwise about the start of this command line.
    pub(super) fn deviations_of_command(&mut self, line: &str) {
        let system = self.runner.system;
        if !system.processes().gives_console_input() {
            self.notes.deviates(NO_CONSOLE);
        }
        if self.request.intent == Intent::Install || self.run_as.kind != SystemKind::Windows {
            return;
        }
        // The names of the variables that the account has; others stay as they are written, here as there.
        let Ok(block) = system.device().environment(self.run_as.perspective) else { return };
        let names: Vec<String> = block.names_in(line).iter().map(|name| format!("%{name}%")).collect();
        if !names.is_empty() {
            let names = names.join(", ");
            self.notes.deviates(format!("{names} in the uninstall command {UNINSTALL_VARIABLES}"));
        }
    }

    /// Notes that the app's own table leaves out this exit code, which the defaults name.
    pub(super) fn deviation_of_code(&mut self, codes: &ReturnCodes, exit_code: u32) {
        let Some(kind) = codes.left_out_default(exit_code) else { return };
        self.notes.deviates(format!(
            "{exit_code} is not in the app's returnCodes and counts as failed here; nobody has measured whether Intune's agent \
             takes it for {} then. Name it in the table.",
            kind.name()
        ));
    }

    /// Notes that the older field of architectures keeps the app from a device of ARM64.
    pub(super) fn deviation_of_architecture(&mut self, report: &RequirementsReport) {
        let app = self.request.app;
        let is_older = app.allowed_architectures.is_none();
        let is_for_x64 = app.architectures().is_some_and(|one| one.contains("x64") && !one.contains("arm64"));
        let is_arm = self.runner.system.device().architecture() == Ok(Architecture::Arm64);
        let fails = report.built_in.iter().any(|one| one.what == "architecture" && one.holds == Some(false));
        if is_older && is_for_x64 && is_arm && fails {
            self.notes.deviates(OLDER_ARCHITECTURES);
        }
    }
}
