//! Evaluating one rule: what was found, and why the rule holds, does not hold or has no answer.

mod file;
mod product;
mod registry;
mod script;

use crate::settings::view_name;
use crate::{RunAs, Settings, hresult, state};
use std::cmp::Ordering;
use std::fmt::Display;
use waybill_context::Context;
use waybill_intune::{CheckedRule, ComparisonOperator, PathStyle, RulePurpose};
use waybill_schemas::app::{Operator, PlacedRule, Rule};
use waybill_schemas::codes::Table;
use waybill_schemas::codes::device::DETECTION_RULE_INVALID;
use waybill_schemas::report::install::{Answer, RuleReport};
use waybill_system::{Perspective, System, SystemKind, Unanswered};

/// The machine on which rules are evaluated, and the perspective from which it is seen.
#[derive(Clone, Copy)]
pub(crate) struct RuleMachine<'a> {
    /// The account and the view.
    pub(crate) run_as: &'a RunAs,
    /// The machine that is looked at.
    pub(crate) system: &'a dyn System,
    /// How scripts are run.
    pub(crate) settings: &'a Settings,
    /// The caller's cancel flag and the clock.
    pub(crate) context: &'a Context<'a>,
}

impl RuleMachine<'_> {
    /// The perspective in the view that a rule names, and the name of the view.
    fn view(&self, is_32_bit: Option<bool>) -> (Perspective, &'static str) {
        let perspective = self.run_as.in_view(is_32_bit.unwrap_or_default());
        (perspective, view_name(perspective.view))
    }
}

/// A rule in words for the report.
struct RuleQuestion {
    kind: &'static str,
    subject: String,
    expected: String,
    view: &'static str,
}

/// The answer to a rule.
#[derive(Debug)]
struct RuleAnswer {
    /// Whether the rule holds.
    holds: bool,
    /// What was found on the machine, for the report.
    actual: String,
    /// Why the rule holds or does not hold, without a full stop.
    why: String,
    /// The applicability of a requirement that does not hold, where it is not that of its kind of rule.
    code: Option<i64>,
}

impl RuleAnswer {
    fn new(holds: bool, actual: impl Into<String>, why: impl Into<String>) -> Self {
        Self { holds, actual: actual.into(), why: why.into(), code: None }
    }

    /// The answer for an absent file, key or value. No comparison with it holds, not even `notEqual`, because it has no
    /// date, version, size or data.
    fn not_there(holds: bool, why: impl Into<String>) -> Self {
        Self::new(holds, "not there", why)
    }
}

/// A rule that cannot be answered.
#[derive(Debug)]
enum NoAnswer {
    /// The rule cannot be evaluated as it is written; the reason, without a full stop.
    Invalid(String),
    /// The machine could not answer.
    Unanswered(Unanswered),
}

impl From<Unanswered> for NoAnswer {
    fn from(unanswered: Unanswered) -> Self {
        Self::Unanswered(unanswered)
    }
}

type Answered = Result<RuleAnswer, NoAnswer>;

/// Evaluates one rule and reports it. Errors are part of the report.
pub(crate) fn evaluate(
    placed: &PlacedRule<'_>,
    purpose: RulePurpose,
    machine: RuleMachine<'_>,
) -> RuleReport {
    let paths = match machine.run_as.kind {
        SystemKind::Windows => PathStyle::Windows,
        SystemKind::Unix => PathStyle::Unix,
    };
    let rule = placed.rule.as_ref();
    // Checked before the machine is asked, so that an invalid rule is invalid on every machine, as in lint.
    let checked = CheckedRule::check(rule, purpose, paths);
    let checked = checked.map_err(|faults| match faults.are_newer_words() {
        true => Unanswered::new(faults.to_string()).into(),
        false => NoAnswer::Invalid(faults.to_string()),
    });
    let mut question = question(rule, purpose, machine);
    let answered = match checked {
        Err(invalid) => Err(invalid),
        Ok(CheckedRule::File(check)) => file::answer(&check, &mut question, machine),
        Ok(CheckedRule::Registry(check)) => registry::answer(&check, machine),
        Ok(CheckedRule::Product(check)) => product::answer(&check, machine),
        Ok(CheckedRule::Script(check)) => script::answer(&check, purpose, machine),
    };
    let answered = match rule {
        Rule::Registry(rule) => registry::concealed(rule, &mut question, answered),
        _ => answered,
    };
    report(&placed.pointer, question, answered)
}

fn question(rule: &Rule, purpose: RulePurpose, machine: RuleMachine<'_>) -> RuleQuestion {
    match rule {
        Rule::FileSystem(rule) => file::question(rule, machine),
        Rule::Registry(rule) => registry::question(rule, machine),
        Rule::ProductCode(rule) => product::question(rule),
        Rule::PowerShellScript(rule) => script::question(rule, purpose, machine),
        _ => RuleQuestion {
            kind: "unknown",
            subject: "a rule of an unknown type".into(),
            expected: "unknown".into(),
            view: "none",
        },
    }
}

/// The report where there is no rule to evaluate, e.g. because the app has no detection rules.
pub(crate) fn invalid(pointer: &str, subject: &str, expected: &str, why: &str) -> RuleReport {
    report(pointer, no_question(subject, expected), Err(NoAnswer::Invalid(why.into())))
}

/// The same where it is not wrong, but newer than this version.
pub(crate) fn not_told(pointer: &str, subject: &str, expected: &str, why: &str) -> RuleReport {
    report(pointer, no_question(subject, expected), Err(Unanswered::new(why).into()))
}

fn no_question(subject: &str, expected: &str) -> RuleQuestion {
    RuleQuestion { kind: "unknown", subject: subject.into(), expected: expected.into(), view: "none" }
}

fn report(pointer: &str, question: RuleQuestion, answered: Answered) -> RuleReport {
    let invalid = matches!(answered, Err(NoAnswer::Invalid(_)));
    let needs_windows = matches!(&answered, Err(NoAnswer::Unanswered(one)) if one.needs_windows);
    let (answer, actual, why, code) = match answered {
        Ok(found) if found.holds => (Answer::Detected, found.actual, found.why, None),
        Ok(found) => {
            let code = found.code.map(|number| state(Table::Applicability, number));
            (Answer::NotDetected, found.actual, found.why, code)
        }
        Err(NoAnswer::Invalid(why)) => {
            let why = match question.kind {
                "unknown" => why, // it says itself what is wrong, and perhaps not with a rule
                _ => format!("the rule is invalid: {why}"),
            };
            (Answer::CannotTell, "not asked".into(), why, Some(hresult(DETECTION_RULE_INVALID)))
        }
        Err(NoAnswer::Unanswered(unanswered)) => {
            let why = format!("it cannot be told: {}", unanswered.why);
            let code = unanswered.code.or((!needs_windows).then_some(DETECTION_RULE_INVALID));
            (Answer::CannotTell, "not known".into(), why, code.map(hresult))
        }
    };
    RuleReport {
        pointer: pointer.to_owned(),
        kind: question.kind.into(),
        subject: question.subject,
        answer,
        expected: question.expected,
        actual,
        view: question.view.into(),
        why: sentence(&why),
        code,
        invalid,
        needs_windows,
    }
}

/// `text` as a sentence, with a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.trim_end_matches(['.', '\n', '\r', ' ']).chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).chain(['.']).collect()
}

/// The answer of a comparison. `order` is how the found value compares to the rule's; `actual` is the found value for
/// the report.
fn compared(
    operator: ComparisonOperator,
    order: Ordering,
    actual: String,
    wanted: &impl Display,
) -> RuleAnswer {
    let relation = match order {
        Ordering::Less => "less than",
        Ordering::Equal => "equal to",
        Ordering::Greater => "greater than",
    };
    let why = format!("{actual} is {relation} {wanted}");
    RuleAnswer::new(operator.holds(order), actual, why)
}

/// The comparison of a rule in words, e.g. `greaterThanOrEqual 1.2.0`; parts that the rule lacks are left out.
fn expected(operation: &str, operator: Option<&Operator>, value: Option<&str>) -> String {
    let operator = operator.filter(|operator| **operator != Operator::NotConfigured).map(Operator::as_str);
    let words: Vec<&str> = operator.into_iter().chain(value.filter(|value| !value.is_empty())).collect();
    match words.join(" ") {
        words if !words.trim().is_empty() => words,
        _ if operation.trim().is_empty() => format!("{operation:?}"),
        _ => operation.to_owned(),
    }
}
