//! One rule: what it asks, what was found, and why it holds, does not hold or cannot be told.

mod comparison;
mod file;
mod place;
mod product;
mod registry;
mod registry_value;

pub(crate) use comparison::{Comparison, expected, texts};

use crate::perspective::view_name;
use crate::{Eyes, Settings, hresult, script};
use waybill_context::Context;
use waybill_schemas::app::{PlacedRule, Rule};
use waybill_schemas::codes::device::DETECTION_RULE_INVALID;
use waybill_schemas::report::install::{Answer, RuleReport};
use waybill_system::{Perspective, System, Unanswered};

/// With whose eyes and on which machine rules are evaluated.
#[derive(Clone, Copy)]
pub(crate) struct Inquiry<'a> {
    /// Whose.
    pub(crate) eyes: &'a Eyes,
    /// The machine.
    pub(crate) system: &'a dyn System,
    /// How scripts are run.
    pub(crate) settings: &'a Settings,
    /// Who may stop it.
    pub(crate) context: &'a Context<'a>,
}

/// What a rule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Is the app there?
    Detection,
    /// May it be installed?
    Requirement,
}

/// What a rule asks, for people.
pub(crate) struct Question {
    pub(crate) kind: &'static str,
    pub(crate) subject: String,
    pub(crate) expected: String,
    pub(crate) view: &'static str,
}

/// A rule that was answered.
#[derive(Debug)]
pub(crate) struct Found {
    /// Whether it holds.
    pub(crate) holds: bool,
    /// What is there.
    pub(crate) actual: String,
    /// Why it holds or not, without a full stop.
    pub(crate) why: String,
}

/// A rule that cannot be answered.
#[derive(Debug)]
pub(crate) enum Stop {
    /// As it is written it asks nothing; why, without a full stop.
    Invalid(String),
    /// The machine does not answer.
    Unanswered(Unanswered),
}

impl From<Unanswered> for Stop {
    fn from(unanswered: Unanswered) -> Self {
        Self::Unanswered(unanswered)
    }
}

/// Evaluates one rule.
pub(crate) fn evaluate(placed: &PlacedRule<'_>, purpose: Purpose, inquiry: Inquiry<'_>) -> RuleReport {
    let (question, found) = match placed.rule.as_ref() {
        Rule::FileSystem(rule) => file::evaluate(rule, inquiry),
        Rule::Registry(rule) => registry::evaluate(rule, inquiry),
        Rule::ProductCode(rule) => product::evaluate(rule, purpose, inquiry),
        Rule::PowerShellScript(rule) => script::evaluate(rule, purpose, inquiry),
        _ => unknown(),
    };
    report(&placed.pointer, question, found)
}

/// A rule whose type or purpose this version does not know.
fn unknown() -> (Question, Result<Found, Stop>) {
    let question = Question {
        kind: "unknown",
        subject: "a rule of an unknown type".into(),
        expected: "unknown".into(),
        view: "none",
    };
    (question, Err(Stop::Invalid("this version does not know its `@odata.type`".into())))
}

/// A rule of the document that cannot even be asked, e.g. none at all.
pub(crate) fn invalid(pointer: &str, subject: &str, expected: &str, why: &str) -> RuleReport {
    let question =
        Question { kind: "unknown", subject: subject.into(), expected: expected.into(), view: "none" };
    report(pointer, question, Err(Stop::Invalid(why.into())))
}

fn report(pointer: &str, question: Question, found: Result<Found, Stop>) -> RuleReport {
    let invalid = matches!(found, Err(Stop::Invalid(_)));
    let (answer, actual, why, code) = match found {
        Ok(found) if found.holds => (Answer::Detected, found.actual, found.why, None),
        Ok(found) => (Answer::NotDetected, found.actual, found.why, None),
        Err(Stop::Invalid(why)) => {
            let why = format!("the rule is invalid: {why}");
            (Answer::CannotTell, "not asked".into(), why, Some(DETECTION_RULE_INVALID))
        }
        Err(Stop::Unanswered(unanswered)) => {
            let why = format!("it cannot be told: {}", unanswered.why);
            let code = unanswered.code.unwrap_or(DETECTION_RULE_INVALID);
            (Answer::CannotTell, "not known".into(), why, Some(code))
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
        code: code.map(hresult),
        invalid,
    }
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.trim_end_matches(['.', '\n', '\r', ' ']).chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).chain(['.']).collect()
}

impl Inquiry<'_> {
    /// The view a rule asks for, and its name.
    fn view(&self, is_32_bit: Option<bool>) -> (Perspective, &'static str) {
        let perspective = self.eyes.in_view(is_32_bit.unwrap_or_default());
        (perspective, view_name(perspective.view))
    }
}
