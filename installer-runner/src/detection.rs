//! Is the app there: every detection rule, evaluated and explained.

use crate::rule::{RuleMachine, evaluate, invalid};
use crate::{RunAs, Settings};
use waybill_context::Context;
use waybill_intune::RulePurpose;
use waybill_schemas::app::{AppDocument, RuleType};
use waybill_schemas::report::install::{Answer, DetectionReport, Occasion, RuleReport, StateCode};
use waybill_system::System;

/// Looks for the app once. All rules are evaluated, whatever the first one says; all must hold.
///
/// A rule without an answer makes the whole answer [`Answer::CannotTell`], even where another surely does not hold:
/// nobody knows then whether the app is there in part or as another version, and nothing is installed on a guess
/// (docs/detection.md, "Three answers").
pub fn detect(
    app: &AppDocument,
    run_as: &RunAs,
    occasion: Occasion,
    system: &dyn System,
    settings: &Settings,
    context: &Context<'_>,
) -> DetectionReport {
    let machine = RuleMachine { run_as, system, settings, context };
    let placed = app.detection_rules();
    let mut rules: Vec<RuleReport> =
        placed.iter().map(|rule| evaluate(rule, RulePurpose::Detection, machine)).collect();
    if rules.is_empty() {
        let why = "the app has no detection rule: nothing says whether it is installed";
        rules.push(invalid("/rules", "detection rules", "at least one", why));
    }
    rules.extend(of_no_purpose(app));
    // All rules are evaluated, also after one that does not hold: the report explains each, and an app that is there in
    // part looks different from one that is not there at all.
    let answer = over_all(&rules);
    let code = (answer == Answer::CannotTell).then(|| code(&rules)).flatten();
    DetectionReport { occasion, answer, rules, looks: 1, after_milliseconds: None, code }
}

fn of_no_purpose(app: &AppDocument) -> impl Iterator<Item = RuleReport> {
    // Rules that say neither `detection` nor `requirement`: overlooked, they would make an app look installed.
    app.rules.iter().enumerate().filter_map(|(index, rule)| match rule.rule_type() {
        Some(RuleType::Other(name)) => {
            let why = format!("this version does not know the `ruleType` {name}");
            Some(invalid(&format!("/rules/{index}"), "a rule of no known purpose", "unknown", &why))
        }
        _ => None,
    })
}

fn over_all(rules: &[RuleReport]) -> Answer {
    let any = |answer| rules.iter().any(|rule| rule.answer == answer);
    if any(Answer::CannotTell) {
        Answer::CannotTell
    } else if any(Answer::NotDetected) {
        Answer::NotDetected
    } else {
        Answer::Detected
    }
}

fn code(rules: &[RuleReport]) -> Option<StateCode> {
    // Of what cannot be told: an invalid rule first, which its author can correct, else the machine's first reason.
    let invalid = rules.iter().find(|rule| rule.invalid);
    let first = invalid.or_else(|| rules.iter().find(|rule| rule.code.is_some()))?;
    first.code.clone()
}
