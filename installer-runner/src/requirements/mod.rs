//! Is the app for this device: built-in requirements, then requirement rules.

mod built_in;

use crate::rule::{RuleMachine, evaluate};
use crate::{RunAs, Settings, state};
use waybill_context::Context;
use waybill_intune::RulePurpose;
use waybill_schemas::app::AppDocument;
use waybill_schemas::codes::Table;
use waybill_schemas::report::install::{
    Answer, RequirementReport, RequirementsReport, RuleReport, StateCode,
};
use waybill_system::System;

/// Checks every requirement, whatever the first one says. One that surely fails decides, the first in the reference's order:
/// the app is not for this device, whatever the others would say. Where none fails and one cannot be told, there is no
/// applicability, and nothing is installed.
pub fn check_requirements(
    app: &AppDocument,
    run_as: &RunAs,
    system: &dyn System,
    settings: &Settings,
    context: &Context<'_>,
) -> RequirementsReport {
    let machine = RuleMachine { run_as, system, settings, context };
    let built_in = built_in::check(app, system.device());
    let placed = app.requirement_rules();
    let rules: Vec<RuleReport> =
        placed.iter().map(|rule| evaluate(rule, RulePurpose::Requirement, machine)).collect();
    RequirementsReport { applicability: applicability(&built_in, &rules), built_in, rules }
}

fn applicability(built_in: &[RequirementReport], rules: &[RuleReport]) -> Option<StateCode> {
    let failed = built_in.iter().find(|one| one.holds == Some(false)).map(|one| one.code.clone());
    let broken = rules.iter().find(|rule| rule.answer == Answer::NotDetected).map(|rule| of_rule(&rule.kind));
    let is_open = built_in.iter().any(|one| one.holds.is_none())
        || rules.iter().any(|rule| rule.answer == Answer::CannotTell);
    failed.or(broken).or_else(|| (!is_open).then(|| code(0)))
}

/// 1006 file, 1007 registry, 1008 script (docs/detection.md).
fn of_rule(kind: &str) -> StateCode {
    code(match kind {
        "file" => 1006,
        "registry" => 1007,
        _ => 1008,
    })
}

fn code(number: i64) -> StateCode {
    state(Table::Applicability, number)
}
