//! The expected answers, independent of the runner's code.

use waybill_schemas::report::install::{Answer, RuleReport};

/// How the found value compares to the rule's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    Less,
    Equal,
    Greater,
}

/// Each operator, and whether it holds for less, equal, greater.
pub(crate) const OPERATORS: [(&str, [bool; 3]); 6] = [
    ("equal", [false, true, false]),
    ("notEqual", [true, false, true]),
    ("greaterThan", [false, false, true]),
    ("greaterThanOrEqual", [false, true, true]),
    ("lessThan", [true, false, false]),
    ("lessThanOrEqual", [true, true, false]),
];

/// Operators that compare nothing.
pub(crate) const NO_OPERATORS: [Option<&str>; 3] = [None, Some("notConfigured"), Some("roughlyEqual")];

/// Operators and values of comparisons that cannot be read: each operator without a value, with an empty one and with
/// each of `junk`, and `value` with each of [`NO_OPERATORS`].
pub(crate) fn unreadable(
    value: &'static str,
    junk: &[&'static str],
) -> Vec<(Option<&'static str>, Option<&'static str>)> {
    let wrong = [None, Some(""), Some("  ")].into_iter().chain(junk.iter().copied().map(Some));
    let compared = wrong.flat_map(|wrong| OPERATORS.map(|(operator, _)| (Some(operator), wrong)));
    compared.chain(NO_OPERATORS.map(|operator| (operator, Some(value)))).collect()
}

/// The expected answer of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    Holds,
    Fails,
    /// The machine cannot answer.
    CannotTell,
    /// The rule cannot be evaluated as it is written.
    Invalid,
}

impl Expected {
    /// The answer of an operator, given by its row in [`OPERATORS`], for values with this relation.
    pub(crate) fn from_row(row: [bool; 3], relation: Relation) -> Self {
        if row[relation as usize] { Self::Holds } else { Self::Fails }
    }

    /// The answer in a report. Asserts that the report explains itself.
    pub(crate) fn reported(report: &RuleReport) -> Self {
        assert!(!report.why.is_empty() && report.why.ends_with('.'), "{report:#?}");
        assert!(
            !report.subject.is_empty() && !report.expected.is_empty() && !report.actual.is_empty(),
            "{report:#?}"
        );
        // Besides what cannot be told, only a requirement whose output is not of its type has a code of its own.
        let is_of_type = report.code.as_ref().is_none_or(|code| code.text != "1");
        let has_code = report.answer == Answer::CannotTell && !report.needs_windows;
        assert_eq!(report.code.is_some() && is_of_type, has_code, "{report:#?}");
        match (report.answer, report.invalid) {
            (Answer::Detected, false) => Self::Holds,
            (Answer::NotDetected, false) => Self::Fails,
            (Answer::CannotTell, false) => Self::CannotTell,
            (Answer::CannotTell, true) => {
                assert_eq!(report.code.as_ref().unwrap().text, "0x87D30004");
                Self::Invalid
            }
            (_, true) => panic!("an invalid rule that was answered: {report:#?}"),
        }
    }
}
