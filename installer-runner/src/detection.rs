//! Detecting an app: every detection rule is evaluated and explained.

use crate::rule::{RuleMachine, evaluate, invalid, not_told};
use crate::{RunAs, Settings};
use waybill_context::Context;
use waybill_intune::{RulePurpose, WordFaultKind, refused_words};
use waybill_schemas::app::AppDocument;
use waybill_schemas::report::install::{Answer, DetectionReport, Occasion, RuleReport, StateCode};
use waybill_system::System;

/// Detects the app once. All rules must hold; all are evaluated, even if the first does not hold.
///
/// A rule without an answer makes the whole answer [`Answer::CannotTell`], even where another rule does not hold: the
/// app may then be there in part or in another version, and nothing is installed on a guess (docs/detection.md, "Three
/// answers").
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
    rules.extend(of_refused_words(app));
    // All rules are evaluated, also after one that does not hold: the report explains each, so that an app that is
    // partly there can be told from one that is absent.
    let answer = over_all(&rules);
    let code = (answer == Answer::CannotTell).then(|| code(&rules)).flatten();
    DetectionReport { occasion, answer, rules, looks: 1, after_milliseconds: None, code }
}

/// The report for an app that is refused for its words, whatever the machine; `None` for one that is not.
pub(crate) fn refused(app: &AppDocument, occasion: Occasion) -> Option<DetectionReport> {
    let rules: Vec<RuleReport> = of_refused_words(app).collect();
    let answer = over_all(&rules);
    (!rules.is_empty()).then_some(DetectionReport {
        occasion,
        answer,
        rules,
        looks: 1,
        after_milliseconds: None,
        code: None,
    })
}

/// A report for each word for which an app is neither detected nor run: the kind of a rule that might be one of
/// detection, the account, the meaning of exit codes. Passing over them could make an app look installed, or run it as
/// somebody else.
fn of_refused_words(app: &AppDocument) -> impl Iterator<Item = RuleReport> {
    refused_words(app).into_iter().map(|fault| {
        let (why, subject) = (fault.to_string(), format!("the {} in app.json", fault.what));
        let report = match fault.kind {
            WordFaultKind::Newer => not_told(&fault.pointer, &subject, "a known one", &why),
            _ => invalid(&fault.pointer, &subject, "a known one", &why),
        };
        // No device reports an error for it: Graph refuses the app before one sees it.
        RuleReport { code: None, ..report }
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
    // The code of a detection that cannot tell: that of an invalid rule, which its author can correct, else the first
    // one that the machine gave.
    let invalid = rules.iter().find(|rule| rule.invalid);
    let first = invalid.or_else(|| rules.iter().find(|rule| rule.code.is_some()))?;
    first.code.clone()
}
