//! WB201 to WB207: detection and requirement rules.

mod context;
mod contradictions;
mod possible;
mod scripts;
mod traces;
mod version_rules;
mod versions;

use super::found::Found;
use super::subject::Subject;
use waybill_schemas::app::{PlacedRule, Rule};
use waybill_schemas::report::lint::Place;

/// A rule of the app.
pub(super) struct Checked<'a> {
    /// The rule.
    rule: &'a Rule,
    /// Where it stands in the document.
    pointer: &'a str,
    /// It detects, rather than requires.
    detects: bool,
}

impl Checked<'_> {
    /// For messages: `The detection rule rules/0`.
    fn name(&self) -> String {
        let kind = if self.detects { "detection" } else { "requirement" };
        format!("The {kind} rule {}", self.pointer.trim_start_matches('/'))
    }

    fn place(&self, field: &str, subject: &Subject) -> Place {
        match field {
            "" => subject.app_place(self.pointer),
            field => subject.app_place(&format!("{}/{field}", self.pointer)),
        }
    }
}

pub(super) fn check(subject: &Subject, found: &mut Found) {
    let Some(app) = subject.app() else { return };
    let (detection, requirement) = (app.detection_rules(), app.requirement_rules());
    let all: Vec<Checked<'_>> = checked(&detection, true).chain(checked(&requirement, false)).collect();
    if detection.is_empty() {
        let message = "The app has no detection rule: nothing says whether it is installed.";
        let mend = "Give one: the product code of an MSI, else the version of the main program.";
        found.error("WB201", subject.app_place("/rules"), message, mend);
    }
    for rule in &all {
        possible::check(rule, subject, found);
        context::check(rule, subject, found);
        version_rules::check(rule, subject, found);
        scripts::check(rule, subject, found);
    }
    let detecting: Vec<&Checked<'_>> = all.iter().filter(|rule| rule.detects).collect();
    contradictions::check(&detecting, subject, found);
    versions::check_msi(&detecting, subject, found);
    traces::check(&detecting, subject, found);
    context::check_commands(subject, found);
    scripts::check_files(subject, found);
}

fn checked<'a>(rules: &'a [PlacedRule<'_>], detects: bool) -> impl Iterator<Item = Checked<'a>> {
    rules.iter().map(move |placed| Checked { rule: placed.rule.as_ref(), pointer: &placed.pointer, detects })
}

/// The text of an optional field without blanks around; empty where there is none.
fn text(field: &Option<String>) -> &str {
    field.as_deref().unwrap_or_default().trim()
}
