//! Where an attempt differs from what Intune's agent does with the same app, or may do so (docs/fidelity.md, "What differs
//! from Intune", "What nobody has measured").

use super::flow::Attempt;
use crate::{ReturnCodes, ScriptHost};
use waybill_intune::{MOST_RUN_LIMIT_MINUTES, TimeLimit, path};
use waybill_schemas::app::{FileSystemOperation, PlacedRule, Rule};
use waybill_schemas::report::install::{Answer, CommandReport, Host, Intent, RequirementsReport};
use waybill_schemas::secrets::mask;
use waybill_system::{Account, Architecture, Environment, Perspective, SystemKind};

/// Where programs have the null device as input: on Unix, and on Windows where no console can be made.
const NO_CONSOLE: &str = "The input of commands is empty here: one that waits for a key or for an answer (pause, set /p) goes on \
                          at once, and hangs under Intune until its time limit.";
/// The view of a native agent.
const NATIVE_VIEW: &str = "The command has this machine's own view here; Intune's agent is a 32-bit program, and gives the 32-bit \
                           one: other programs in System32, other variables, WOW6432Node.";
/// A rule without an answer ends an attempt here.
const NO_ANSWER: &str = "A rule that cannot be evaluated ends the attempt here; Intune's agent takes most of them for \"not \
                         detected\" and goes on.";
/// What differs about variables in an uninstall command.
const UNINSTALL_VARIABLES: &str = "was replaced by its value. Microsoft's page says that Intune does not replace variables there; others \
                                   use them and see them replaced. A full path works either way.";
/// What may differ about variables in the command of a user's app.
const USERS_VARIABLES: &str = "was replaced by the user's value. Nobody has measured whether Intune's agent, which is SYSTEM, takes its own \
                               there. A script in the content that reads the variable works either way.";
/// What may differ about a program that only PATH leads to.
const FOUND_ON_PATH: &str = "was found on the PATH as it is now; Intune's agent has the one of its service's start, where what apps added \
                             since then is missing, and perhaps the user's own entries. A full path works either way.";
/// What differs about `applicableArchitectures`, the older field, on a device of ARM64.
const OLDER_ARCHITECTURES: &str = "applicableArchitectures says x64, which is not this device's ARM64 here; Intune's agent logs a 64-bit \
                                   system for this older field, and nobody has measured whether ARM64 satisfies it. \
                                   allowedArchitectures is exact.";
/// A person's request does not wait for the schedule.
const NO_WAIT: &str = "It is started soon after an earlier attempt that failed, as a person asks for it; Intune's agent waits for the \
                       next try of its schedule.";
/// msiexec waited for another installation.
const WAITED_FOR_INSTALLER: &str = "msiexec waits here while another installation runs; under Intune it is started, and ends with 1618 at \
                                    once.";

impl Attempt<'_> {
    /// Notes what is otherwise about the account, the scripts and the rules of this app, whatever comes of the attempt.
    pub(super) fn deviations_of_app(&mut self) {
        let system = self.runner.system;
        if self.run_as.report(system.device()).substituted {
            let wanted = match self.run_as.wanted {
                Account::User => "the signed-in user",
                Account::System | Account::Current => "SYSTEM",
            };
            self.notes.deviates(format!(
                "Rules and commands run with your own account here; Intune runs those of this app as {wanted}."
            ));
        }
        let app = self.request.app;
        let mut rules = app.detection_rules();
        for rule in &rules {
            self.deviation_of_absence(rule);
        }
        if self.request.intent == Intent::Install {
            rules.extend(app.requirement_rules());
        }
        for rule in &rules {
            self.deviation_of_rule(rule);
        }
    }

    /// A file that must not be there detects an app here, and never does under Intune.
    fn deviation_of_absence(&mut self, placed: &PlacedRule<'_>) {
        let Rule::FileSystem(rule) = placed.rule.as_ref() else { return };
        let operation = rule.operation_type.as_ref().map(FileSystemOperation::meant);
        if operation == Some(FileSystemOperation::DoesNotExist) {
            let pointer = &placed.pointer;
            self.notes.deviates(format!(
                "{pointer} asks that a file does not exist, and is evaluated here; Intune's agent takes it for an invalid detection \
                 rule (0x87D30004)."
            ));
        }
    }

    fn deviation_of_rule(&mut self, placed: &PlacedRule<'_>) {
        let pointer = &placed.pointer;
        let is_windows = self.run_as.kind == SystemKind::Windows;
        match placed.rule.as_ref() {
            Rule::PowerShellScript(_) => {
                if let Some(host) = self.script_host() {
                    self.notes.deviates(format!(
                        "{host} runs the app's scripts here; under Intune it is powershell.exe of Windows, which may read them \
                         otherwise."
                    ));
                }
            }
            Rule::FileSystem(rule)
                if is_windows
                    && !rule.check_32_bit_on_64_system.unwrap_or_default()
                    && self.is_in_system32(rule.path.as_deref().unwrap_or_default()) =>
            {
                self.notes.deviates(format!(
                    "{pointer} looks into System32 itself here; Intune's agent is a 32-bit program, and nobody has measured \
                     whether it is led to SysWOW64 there."
                ));
            }
            Rule::Registry(rule) => {
                let name = rule.value_name.as_deref().unwrap_or_default().trim();
                if name.eq_ignore_ascii_case(waybill_intune::DEFAULT_VALUE) {
                    self.notes.deviates(format!(
                        "{pointer} means the default value of its key by {name} here; Microsoft's page names an empty valueName \
                         for it, and nobody has measured {name}."
                    ));
                }
            }
            _ => {}
        }
    }

    /// Whether a rule's folder is Windows' own System32, or lies below it.
    fn is_in_system32(&self, written: &str) -> bool {
        let written = written.trim().replace('/', "\\");
        let block = self.runner.system.device().environment(self.run_as.perspective).ok();
        let windows = block.as_ref().and_then(|block| block.get("SystemRoot")).unwrap_or(r"C:\Windows");
        let folder = block.as_ref().map_or_else(|| written.clone(), |block| block.expand(&written));
        path::below(&format!("{folder}\\"), &format!(r"{windows}\System32")).is_some()
    }

    /// The program that runs scripts in place of Windows PowerShell, if another one does.
    fn script_host(&self) -> Option<String> {
        match (&self.runner.settings.script_host, self.run_as.kind) {
            (ScriptHost::Program(program), _) => Some(mask(program)),
            (ScriptHost::OfTheSystem, SystemKind::Unix) => Some("pwsh".to_owned()),
            (ScriptHost::OfTheSystem, SystemKind::Windows) => None,
        }
    }

    /// Notes that no answer ends the attempt, where Intune's agent would go on.
    pub(super) fn deviation_of_no_answer(&mut self) {
        let rules = self.notes.detections.last().map_or(&[][..], |detection| &detection.rules);
        let mut untold = rules.iter().filter(|rule| rule.answer == Answer::CannotTell);
        if untold.any(|rule| !rule.invalid && !rule.needs_windows) {
            self.notes.deviates(NO_ANSWER);
        }
    }

    /// Notes in which view this command is looked for and started, before it is found.
    pub(super) fn deviation_of_view(&mut self) {
        if self.run_as.kind == SystemKind::Windows && self.run_as.host == Host::Native {
            self.notes.deviates(NATIVE_VIEW);
        }
    }

    /// Notes what is otherwise about the start of this command line.
    pub(super) fn deviations_of_command(&mut self, line: &str, command: &CommandReport) {
        let system = self.runner.system;
        let is_windows = self.run_as.kind == SystemKind::Windows;
        // On Windows a program is started to find out, which a dry run does not do.
        let may_ask = !(is_windows && self.request.dry_run) && system.device().model().is_none();
        if may_ask && !system.processes().gives_console_input() {
            self.notes.deviates(NO_CONSOLE);
        }
        if !is_windows {
            return;
        }
        // The names of the variables that the account has; others stay as they are written, here as there.
        let Ok(block) = system.device().environment(self.run_as.perspective) else { return };
        self.deviation_of_path(command, &block);
        let (names, why) = match self.request.intent {
            Intent::Uninstall => (block.names_in(line), UNINSTALL_VARIABLES),
            Intent::Install => (self.names_of_the_user(line, &block), USERS_VARIABLES),
        };
        if !names.is_empty() {
            let names = names.iter().map(|name| format!("%{name}%")).collect::<Vec<_>>().join(", ");
            let command = if self.request.intent == Intent::Install { "install" } else { "uninstall" };
            self.notes.deviates(format!("{names} in the {command} command {why}"));
        }
    }

    /// The variables of this line that have another value for the signed-in user than for the system.
    fn names_of_the_user(&self, line: &str, block: &Environment) -> Vec<String> {
        if self.run_as.wanted != Account::User {
            return Vec::new();
        }
        let systems = Perspective { account: Account::System, ..self.run_as.perspective };
        let systems = self.runner.system.device().environment(systems).ok();
        let mut names = block.names_in(line);
        names.retain(|name| systems.as_ref().is_none_or(|systems| systems.get(name) != block.get(name)));
        names
    }

    /// Notes a program that nothing but an entry of PATH outside of Windows leads to.
    fn deviation_of_path(&mut self, command: &CommandReport, block: &Environment) {
        let found_in = command.found_in.as_deref().unwrap_or_default();
        let Some(folder) = found_in.strip_prefix(crate::command::FOUND_ON_PATH) else { return };
        let windows = block.get("SystemRoot").unwrap_or(r"C:\Windows");
        if let Some(program) = command.program.as_ref().filter(|_| path::below(folder, windows).is_none()) {
            self.notes.deviates(format!("{program} {FOUND_ON_PATH}"));
        }
    }

    /// The command's time limit in minutes. Notes one that Intune does not take.
    pub(super) fn time_limit(&mut self) -> u32 {
        let limit = TimeLimit::of(self.request.app);
        if let Some(written) = limit.refused {
            let TimeLimit { minutes, .. } = limit;
            self.notes.deviates(format!(
                "maxRunTimeInMinutes is {written}, and Intune takes 1 to {MOST_RUN_LIMIT_MINUTES}: the limit is {minutes} minutes here."
            ));
        }
        limit.minutes
    }

    /// Notes that a person's request does not wait for the schedule.
    pub(super) fn deviation_of_request(&mut self) {
        self.notes.deviates(NO_WAIT);
    }

    /// Notes that msiexec waited for another installation.
    pub(super) fn deviation_of_waiting(&mut self) {
        self.notes.deviates(WAITED_FOR_INSTALLER);
    }

    /// Notes that the program was ended at its time limit.
    pub(super) fn deviation_of_end(&mut self) {
        self.notes.deviates("The command was ended at its time limit; Intune's agent lets it run on.");
    }

    /// Notes that detection had the wanted answer only later than Intune's agent asks for it.
    pub(super) fn deviation_of_late_detection(&mut self, milliseconds: u64) {
        let code = match self.request.intent {
            Intent::Install => "0x87D1041C",
            Intent::Uninstall => "0x87D1041D",
        };
        self.notes.deviates(format!(
            "Detection agreed only {milliseconds} ms after the end of the command; Intune's agent looks once, after about 150 ms, \
             and may report {code}."
        ));
    }

    /// Notes that an uninstaller's code stands for "it is gone".
    pub(super) fn deviation_of_unknown_product(&mut self, exit_code: u32) {
        self.notes.deviates(format!(
            "{exit_code} from an uninstaller counts as a success here, because the app is gone; under Intune it is a failure, unless \
             returnCodes names it."
        ));
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
