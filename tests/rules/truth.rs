//! What is expected, written out: no code of the runner is asked.

use waybill_schemas::report::install::{Answer, RuleReport};

/// How what was found compares to the rule's value.
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

/// What a rule shall come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    Holds,
    Fails,
    /// The machine does not tell.
    CannotTell,
    /// The rule says nothing.
    Invalid,
}

impl Expected {
    /// Of an operator's row in [`OPERATORS`] where found and wanted relate so.
    pub(crate) fn of(row: [bool; 3], relation: Relation) -> Self {
        if row[relation as usize] { Self::Holds } else { Self::Fails }
    }

    /// What a report came to. Every report explains itself, whatever it says.
    pub(crate) fn reported(report: &RuleReport) -> Self {
        assert!(!report.why.is_empty() && report.why.ends_with('.'), "{report:#?}");
        assert!(
            !report.subject.is_empty() && !report.expected.is_empty() && !report.actual.is_empty(),
            "{report:#?}"
        );
        assert_eq!(report.code.is_some(), report.answer == Answer::CannotTell, "{report:#?}");
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
