//! The rules. Each is one entry: its page (code, severity, words, an example) and the check that finds it.
//!
//! A new rule is one entry in a file of this folder and one row in `docs/lint.md`. `waybill explain`, SARIF,
//! `--allow` and the report take everything else from the entry.

mod bitness;
mod content;
mod impossible;
mod outcome;
mod packed_files;
mod rule_scripts;
mod secrets;
mod shape;
mod shell_syntax;
mod start;
mod traces;
mod unattended;
mod users_places;
mod versions;

use super::findings::Findings;
use super::subject::Subject;
use waybill_intune::command_line::CommandLine;
use waybill_intune::{CheckedRule, PathStyle, RuleFaults, RulePurpose};
use waybill_schemas::app::{PlacedRule, Rule};
use waybill_schemas::report::lint::{LintPage, Place};

/// One rule of lint.
pub(super) struct LintRule {
    /// What `waybill explain` says of it.
    pub(super) page: LintPage,
    check: fn(&Examined<'_>, &mut Findings),
}

impl LintRule {
    pub(super) fn run(&self, examined: &Examined<'_>, findings: &mut Findings) {
        findings.begin(self.page.code);
        (self.check)(examined, findings);
    }
}

/// Every rule, in the order of the codes.
pub(super) fn all() -> impl Iterator<Item = &'static LintRule> {
    let files: [&'static [LintRule]; 14] = [
        start::RULES,
        packed_files::RULES,
        shell_syntax::RULES,
        unattended::RULES,
        bitness::RULES,
        impossible::RULES,
        users_places::RULES,
        versions::RULES,
        rule_scripts::RULES,
        traces::RULES,
        outcome::RULES,
        secrets::RULES,
        content::RULES,
        shape::RULES,
    ];
    files.into_iter().flatten()
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
    place: Place,
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
            let line = CommandLine::parse(text, &|path| subject.is_packed(path));
            Some(Command { installs, text, line, place: subject.app_place(pointer) })
        };
        let install = command(true, &app.install_command_line, "/installCommandLine");
        let uninstall = command(false, &app.uninstall_command_line, "/uninstallCommandLine");
        let rule = |detects| {
            let purpose = if detects { RulePurpose::Detection } else { RulePurpose::Requirement };
            move |placed: PlacedRule<'a>| {
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
}

impl Command<'_> {
    /// For messages.
    fn name(&self) -> &'static str {
        if self.installs { "The install command" } else { "The uninstall command" }
    }
}

impl AppRule<'_> {
    fn rule(&self) -> &Rule {
        &self.placed.rule
    }

    /// For messages: `The detection rule rules/0`.
    fn name(&self) -> String {
        let kind = if self.detects { "detection" } else { "requirement" };
        format!("The {kind} rule {}", self.placed.pointer.trim_start_matches('/'))
    }

    /// Where one of its fields stands; the whole rule for an empty name.
    fn place(&self, field: &str, subject: &Subject) -> Place {
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
