//! The rules of lint. Each is one entry: its page (code, severity, text, an example) and the checks that find it.
//!
//! A new rule is one entry in a file of this folder and one row in `docs/lint.md`. `waybill explain`, SARIF, `--allow`
//! and the report take everything else from the entry.

mod awaited;
mod batch_text;
mod bitness;
mod content;
mod document;
mod impossible;
mod outcome;
mod packed_files;
mod places;
mod program;
mod reach;
mod rule_scripts;
mod script_host;
mod script_lines;
mod secrets;
mod setup_kind;
pub(super) mod shape;
mod started;
mod starters;
mod unattended;
mod variables;
mod versions;
mod waits;

use super::subject::Subject;
use started::Started;
use std::collections::BTreeSet;
use std::fmt;
use waybill_intune::command_line::{CommandLine, Msiexec, Step};
use waybill_intune::{CheckedRule, PathStyle, RuleFaults, RulePurpose, View};
use waybill_schemas::app::{PlacedRule, Rule};
use waybill_schemas::report::lint::{Finding, FindingPlace, LintPage, Severity};

/// A rule of lint.
pub(super) struct LintRule {
    /// The page, which `waybill explain` prints.
    pub(super) page: LintPage,
    /// The functions that find it.
    checks: &'static [fn(&Examined<'_>, &mut Findings)],
}

impl LintRule {
    pub(super) fn run(&self, examined: &Examined<'_>, findings: &mut Findings) {
        findings.code = self.page.code;
        self.checks.iter().for_each(|check| check(examined, findings));
    }
}

/// Every rule, in the order of the codes.
pub(super) fn all() -> impl Iterator<Item = &'static LintRule> {
    let files: [&'static [LintRule]; 19] = [
        program::RULES,
        packed_files::RULES,
        unattended::RULES,
        bitness::RULES,
        waits::RULES,
        starters::RULES,
        batch_text::RULES,
        awaited::RULES,
        variables::RULES,
        impossible::RULES,
        versions::RULES,
        places::RULES,
        rule_scripts::RULES,
        outcome::RULES,
        secrets::RULES,
        content::RULES,
        setup_kind::RULES,
        shape::RULES,
        document::RULES,
    ];
    files.into_iter().flatten()
}

/// The most findings of one code that are kept, because a package may have 200,000 bad names.
const MOST_OF_A_CODE: usize = 100;

/// The findings so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// The code of the rule that is running.
    code: &'static str,
    pub(super) kept: Vec<Finding>,
    /// Codes with more findings than are kept.
    pub(super) cut: BTreeSet<&'static str>,
}

impl Findings {
    fn error(&mut self, place: FindingPlace, message: impl Into<String>, fix: impl Into<String>) {
        self.add(Severity::Error, place, message.into(), fix.into());
    }

    fn warning(&mut self, place: FindingPlace, message: impl Into<String>, fix: impl Into<String>) {
        self.add(Severity::Warning, place, message.into(), fix.into());
    }

    fn add(&mut self, severity: Severity, place: FindingPlace, message: String, fix: String) {
        if self.kept.iter().filter(|finding| finding.code == self.code).count() >= MOST_OF_A_CODE {
            self.cut.insert(self.code);
            return;
        }
        // Two steps of one command may have the same fault, which is reported once.
        let finding = Finding { code: self.code.to_owned(), severity, place, message, fix, allowed: None };
        if !self.kept.contains(&finding) {
            self.kept.push(finding);
        }
    }
}

/// A subject whose commands and rules were parsed once, for all checks.
pub(super) struct Examined<'a> {
    pub(super) subject: &'a Subject,
    /// The app's commands, without blank ones.
    commands: Vec<Command<'a>>,
    /// The app's detection rules, then its requirement rules.
    rules: Vec<AppRule<'a>>,
    /// What the commands start, by way of scripts too.
    started: Started,
}

/// One of the app's two command lines.
struct Command<'a> {
    /// Whether it is the install command; otherwise it is the uninstall command.
    installs: bool,
    /// The command line as written in the app document.
    text: &'a str,
    /// The parsed command line.
    line: CommandLine,
    /// The place of the command line in the app document.
    place: FindingPlace,
}

/// A detection or requirement rule of the app.
struct AppRule<'a> {
    placed: PlacedRule<'a>,
    /// Whether it is a detection rule; otherwise it is a requirement rule.
    detects: bool,
    /// The checked rule, or everything that is wrong with it.
    checked: Result<CheckedRule, RuleFaults>,
}

impl<'a> Examined<'a> {
    pub(super) fn new(subject: &'a Subject) -> Self {
        let Some(app) = subject.app() else {
            return Self { subject, commands: Vec::new(), rules: Vec::new(), started: Started::default() };
        };
        let command = |installs, text: &'a Option<String>, pointer| {
            let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
            // Where the program's name ends in a line without quotes depends on which files exist: CreateProcess tries
            // one prefix after the other. So parsing looks into the package.
            let line = CommandLine::parse(text, &|path| subject.find(path).is_some());
            Some(Command { installs, text, line, place: subject.app_place(pointer) })
        };
        let install = command(true, &app.install_command_line, "/installCommandLine");
        let uninstall = command(false, &app.uninstall_command_line, "/uninstallCommandLine");
        let rule = |detects| {
            let purpose = if detects { RulePurpose::Detection } else { RulePurpose::Requirement };
            move |placed: PlacedRule<'a>| {
                // By Windows' rules on every system, because the rules are for devices.
                let checked = CheckedRule::check(&placed.rule, purpose, PathStyle::Windows);
                AppRule { placed, detects, checked }
            }
        };
        let detection = app.detection_rules().into_iter().map(rule(true));
        let requirement = app.requirement_rules().into_iter().map(rule(false));
        let commands: Vec<_> = install.into_iter().chain(uninstall).collect();
        let agent = (!bitness::is_32_bit_app(subject)).then_some(View::Bits32);
        let started = started::follow(&commands, subject, agent, !app.runs_as_user());
        Self { subject, commands, rules: detection.chain(requirement).collect(), started }
    }

    fn detection_rules(&self) -> Vec<&AppRule<'a>> {
        self.rules.iter().filter(|rule| rule.detects).collect()
    }

    /// Every step of the commands, with its command.
    fn steps(&self) -> impl Iterator<Item = (&Command<'a>, &Step)> {
        self.commands.iter().flat_map(|command| command.line.steps.iter().map(move |step| (command, step)))
    }

    /// Whether the app runs as SYSTEM.
    fn runs_as_system(&self) -> bool {
        self.subject.app().is_some_and(|app| !app.runs_as_user())
    }

    /// The steps that call msiexec, with their commands.
    fn msiexec_calls(&self) -> impl Iterator<Item = (&Command<'a>, Msiexec)> {
        self.steps().filter_map(|(command, step)| Some((command, Msiexec::parse(step)?)))
    }
}

/// How messages name it: `The install command`.
impl fmt::Display for Command<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.installs { "The install command" } else { "The uninstall command" })
    }
}

/// How messages name it: `The detection rule rules/0`.
impl fmt::Display for AppRule<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.detects { "detection" } else { "requirement" };
        write!(formatter, "The {kind} rule {}", self.placed.pointer.trim_start_matches('/'))
    }
}

impl AppRule<'_> {
    fn rule(&self) -> &Rule {
        &self.placed.rule
    }

    /// The place of a field of the rule; the whole rule for an empty name.
    fn place(&self, field: &str, subject: &Subject) -> FindingPlace {
        match field {
            "" => subject.app_place(&self.placed.pointer),
            field => subject.app_place(&format!("{}/{field}", self.placed.pointer)),
        }
    }
}

/// The text of an optional field without surrounding blanks; empty where there is none.
fn text(field: &Option<String>) -> &str {
    field.as_deref().unwrap_or_default().trim()
}
