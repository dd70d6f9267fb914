//! The rules. Each is one entry: its page (code, severity, words, an example) and the checks that find it.
//!
//! A new rule is one entry in a file of this folder and one row in `docs/lint.md`. `waybill explain`, SARIF,
//! `--allow` and the report take everything else from the entry.

mod bitness;
mod content;
mod impossible;
mod outcome;
mod packed_files;
mod places;
mod program;
mod rule_scripts;
mod secrets;
pub(super) mod shape;
mod unattended;
mod versions;

use super::subject::Subject;
use std::collections::BTreeSet;
use std::fmt;
use waybill_intune::command_line::{CommandLine, Msiexec, Step};
use waybill_intune::{CheckedRule, PathStyle, RuleFaults, RulePurpose};
use waybill_schemas::app::{PlacedRule, Rule};
use waybill_schemas::report::lint::{Finding, FindingPlace, LintPage, Severity};

/// One rule of lint.
pub(super) struct LintRule {
    /// What `waybill explain` says of it.
    pub(super) page: LintPage,
    /// What finds it.
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
    let files: [&'static [LintRule]; 12] = [
        program::RULES,
        packed_files::RULES,
        unattended::RULES,
        bitness::RULES,
        impossible::RULES,
        versions::RULES,
        places::RULES,
        rule_scripts::RULES,
        outcome::RULES,
        secrets::RULES,
        content::RULES,
        shape::RULES,
    ];
    files.into_iter().flatten()
}

/// How many findings of one code are kept: a package with 200,000 bad names needs no report of that length.
const MOST_OF_A_CODE: usize = 100;

/// The findings so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// The code of the rule that runs.
    code: &'static str,
    pub(super) kept: Vec<Finding>,
    /// Codes of which there were more than are kept.
    pub(super) cut: BTreeSet<&'static str>,
}

impl Findings {
    fn error(&mut self, place: FindingPlace, message: impl Into<String>, mend: impl Into<String>) {
        self.add(Severity::Error, place, message.into(), mend.into());
    }

    fn warning(&mut self, place: FindingPlace, message: impl Into<String>, mend: impl Into<String>) {
        self.add(Severity::Warning, place, message.into(), mend.into());
    }

    fn add(&mut self, severity: Severity, place: FindingPlace, message: String, mend: String) {
        if self.kept.iter().filter(|finding| finding.code == self.code).count() >= MOST_OF_A_CODE {
            self.cut.insert(self.code);
            return;
        }
        // Two steps of one command may have the same fault: once is enough.
        let finding = Finding { code: self.code.to_owned(), severity, place, message, mend, allowed: None };
        if !self.kept.contains(&finding) {
            self.kept.push(finding);
        }
    }
}

/// A subject whose commands and rules are taken apart once, for all checks.
pub(super) struct Examined<'a> {
    pub(super) subject: &'a Subject,
    /// The app's commands; blank ones are left out.
    commands: Vec<Command<'a>>,
    /// Its detection rules, then its requirement rules.
    rules: Vec<AppRule<'a>>,
}

/// One of the app's two commands.
struct Command<'a> {
    /// It installs, rather than removes.
    installs: bool,
    /// As it stands in the app document.
    text: &'a str,
    /// The same, taken apart.
    line: CommandLine,
    /// Where it stands.
    place: FindingPlace,
}

/// A detection or requirement rule of the app.
struct AppRule<'a> {
    placed: PlacedRule<'a>,
    /// It detects, rather than requires.
    detects: bool,
    /// What it asks, or everything that is wrong with it.
    checked: Result<CheckedRule, RuleFaults>,
}

impl<'a> Examined<'a> {
    pub(super) fn new(subject: &'a Subject) -> Self {
        let Some(app) = subject.app() else {
            return Self { subject, commands: Vec::new(), rules: Vec::new() };
        };
        let command = |installs, text: &'a Option<String>, pointer| {
            let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
            // Where the program's name ends in a line without quotes depends on which files there are:
            // CreateProcess tries one prefix after the other. So parsing asks the package.
            let line = CommandLine::parse(text, &|path| subject.find(path).is_some());
            Some(Command { installs, text, line, place: subject.app_place(pointer) })
        };
        let install = command(true, &app.install_command_line, "/installCommandLine");
        let uninstall = command(false, &app.uninstall_command_line, "/uninstallCommandLine");
        let rule = |detects| {
            let purpose = if detects { RulePurpose::Detection } else { RulePurpose::Requirement };
            move |placed: PlacedRule<'a>| {
                // By Windows' rules on every host: the rules are for devices, wherever they are linted.
                let checked = CheckedRule::check(&placed.rule, purpose, PathStyle::Windows);
                AppRule { placed, detects, checked }
            }
        };
        let detection = app.detection_rules().into_iter().map(rule(true));
        let requirement = app.requirement_rules().into_iter().map(rule(false));
        Self {
            subject,
            commands: install.into_iter().chain(uninstall).collect(),
            rules: detection.chain(requirement).collect(),
        }
    }

    fn detection_rules(&self) -> Vec<&AppRule<'a>> {
        self.rules.iter().filter(|rule| rule.detects).collect()
    }

    /// Every step of the commands, with the command that it is a step of.
    fn steps(&self) -> impl Iterator<Item = (&Command<'a>, &Step)> {
        self.commands.iter().flat_map(|command| command.line.steps.iter().map(move |step| (command, step)))
    }

    /// The steps that call msiexec.
    fn msiexec_calls(&self) -> impl Iterator<Item = (&Command<'a>, Msiexec)> {
        self.steps().filter_map(|(command, step)| Some((command, Msiexec::parse(step)?)))
    }
}

/// `The install command`, as messages begin.
impl fmt::Display for Command<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.installs { "The install command" } else { "The uninstall command" })
    }
}

/// `The detection rule rules/0`, as messages begin.
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

    /// Where one of its fields stands; the whole rule for an empty name.
    fn place(&self, field: &str, subject: &Subject) -> FindingPlace {
        match field {
            "" => subject.app_place(&self.placed.pointer),
            field => subject.app_place(&format!("{}/{field}", self.placed.pointer)),
        }
    }
}

/// The text of an optional field without blanks around; empty where there is none.
fn text(field: &Option<String>) -> &str {
    field.as_deref().unwrap_or_default().trim()
}
