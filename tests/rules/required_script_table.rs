//! The cases of requirement scripts: operation × operator × output.

use crate::scripted_machine::{ScriptedMachine, comparing};
use crate::truth::{Expected, NO_OPERATORS, OPERATORS, Relation};
use serde_json::Value;
use waybill_system::fake::FakeRun;

const SCRIPT: i64 = 1008;
/// What a device reported for output that is not of the rule's type.
const NOT_OF_ITS_TYPE: i64 = 1;

/// An operation, the rule's value, and outputs with their relation to it.
type Row = (&'static str, &'static str, &'static [(Relation, &'static str)]);

use Relation::{Equal, Greater, Less};
const ROWS: &[Row] = &[
    (
        "string",
        "Bravo",
        &[
            (Less, "Alpha"),
            (Equal, "Bravo"),
            (Equal, "bRAVO\r\n"),
            (Equal, "Bravo\n"),
            // Only the final newline is removed.
            (Greater, "Bravo\r\n\r\n"),
            (Greater, "Bravo "),
            (Less, " Bravo"),
            (Greater, "bravo\r\nsecond line"),
            (Equal, "\u{feff}Bravo"),
        ],
    ),
    ("integer", "42", &[(Less, "-43"), (Less, "9"), (Equal, "42\r\n"), (Equal, " 042 "), (Greater, "100")]),
    ("integer", "-1", &[(Less, "-2"), (Equal, "-1"), (Greater, "0")]),
    ("float", "1.5", &[(Less, "1.49"), (Less, "-2"), (Equal, "1.50\r\n"), (Equal, "15e-1"), (Greater, "10")]),
    ("version", "1.2.3", &[(Less, "1.2"), (Less, "1.2.2.9"), (Equal, "1.2.3\r\n"), (Greater, "1.10")]),
    ("boolean", "true", &[(Less, "False\r\n"), (Equal, "True\r\n"), (Equal, "TRUE")]),
    ("boolean", "False", &[(Equal, "false"), (Greater, "True")]),
    (
        "dateTime",
        "2024-05-01T12:00:00Z",
        &[
            (Less, "2024-05-01T11:59:59Z\r\n"),
            (Equal, "2024-05-01T14:00:00+02:00"),
            (Equal, "05/01/2024 12:00:00"),
            (Greater, "2024-05-02"),
        ],
    ),
    ("dateTime", "05/01/2024", &[(Less, "2024-04-30"), (Equal, "2024-05-01"), (Greater, "5/1/2024 1:00 PM")]),
];

/// An operation, a valid value, invalid values, and outputs that cannot be compared.
const MISFITS: &[(&str, &str, &[&str], &[&str])] = &[
    ("string", "x", &[], &[]),
    ("integer", "1", &["one", "1.5", "0x1", "9223372036854775808"], &["one", "1.5", "0x1", "1 2"]),
    ("float", "1", &["one", "1,5", "NaN", "inf"], &["one", "1,5", "NaN", "infinity"]),
    ("version", "1.0", &["1", "v1.0", "1.0 beta"], &["1", "v1.0", "1.0.0.0.0"]),
    ("boolean", "true", &["yes", "1", "$true"], &["yes", "1", "$true"]),
    ("dateTime", "2024-05-01", &["today", "31/12/2024"], &["today", "Mittwoch"]),
];

fn expect(run: &FakeRun, rule: &Value, expected: Expected) -> usize {
    expect_code(run, rule, expected, SCRIPT)
}

fn expect_code(run: &FakeRun, rule: &Value, expected: Expected, code: i64) -> usize {
    let scripted = ScriptedMachine::windows(run);
    let report = scripted.looker().requirement(rule, code);
    assert_eq!(Expected::reported(&report), expected, "{rule:#} came to {report:#?}");
    assert!(scripted.is_clean());
    if expected == Expected::Invalid {
        assert!(scripted.machine.starts().is_empty(), "an invalid rule's script is not run");
    }
    1
}

#[test]
fn every_requirement_script() {
    let mut ran = 0;
    for (operation, value, outputs) in ROWS {
        for (relation, output) in *outputs {
            for (operator, row) in OPERATORS {
                let rule = comparing(Some(operation), Some(operator), Some(value));
                let run = || FakeRun::ends(0).printing(output);
                ran += expect(&run(), &rule, Expected::from_row(row, *relation));
                ran += expect(&FakeRun::ends(1).printing(output), &rule, Expected::Fails);
                ran += expect(&run().complaining("a warning"), &rule, Expected::Fails);
            }
        }
    }
    for (operation, fits, values, outputs) in MISFITS {
        for (operator, _) in OPERATORS {
            ran += misfits((operation, operator, fits), values, outputs);
        }
        for operator in NO_OPERATORS {
            let rule = comparing(Some(operation), operator, Some(fits));
            ran += expect(&FakeRun::ends(0).printing(fits), &rule, Expected::Invalid);
        }
    }
    for operation in [None, Some("notConfigured"), Some("regex")] {
        let rule = comparing(operation, Some("equal"), Some("x"));
        ran += expect(&FakeRun::ends(0).printing("x"), &rule, Expected::Invalid);
    }
    waybill_tests::counted(&format!("rule table: {ran} cases of requirement scripts in memory"));
}

fn misfits((operation, operator, fits): (&str, &str, &str), values: &[&str], outputs: &[&str]) -> usize {
    let mut ran = 0;
    let rule = comparing(Some(operation), Some(operator), Some(fits));
    for output in outputs {
        ran += expect_code(&FakeRun::ends(0).printing(output), &rule, Expected::Fails, NOT_OF_ITS_TYPE);
    }
    for nothing in ["", "\r\n", "  \n"] {
        ran += expect(&FakeRun::ends(0).printing(nothing), &rule, Expected::Fails);
    }
    ran += expect(&FakeRun::ends(0).printing(&"x".repeat(70_000)), &rule, Expected::CannotTell);
    ran += expect(&FakeRun::hangs(), &rule, Expected::CannotTell);
    for value in values.iter().map(|&value| Some(value)).chain([None, Some(""), Some(" ")]) {
        let rule = comparing(Some(operation), Some(operator), value);
        ran += expect(&FakeRun::ends(0).printing(fits), &rule, Expected::Invalid);
    }
    ran
}

#[test]
fn a_report_shows_what_was_printed() {
    let scripted = ScriptedMachine::windows(&FakeRun::ends(0).printing("1.1\r\n"));
    let mut rule = comparing(Some("version"), Some("greaterThan"), Some("1.2"));
    rule["displayName"] = "Runtime version".into();
    let report = scripted.looker().requirement(&rule, SCRIPT);
    assert_eq!(report.subject, "requirement script Runtime version");
    assert_eq!(report.expected, "version output greaterThan \"1.2\"");
    assert_eq!((report.actual.as_str(), report.why.as_str()), ("\"1.1\"", "\"1.1\" is less than \"1.2\"."));
}

/// What is wanted and what is found read the same only where they are the same but for their case.
#[test]
fn quotes_and_blanks_can_be_told_apart() {
    for (wanted, found) in [("\"True\"", "True"), ("a b", "a  b"), ("a b", "a\nb"), ("a", "a "), ("a", "\ta")]
    {
        let scripted = ScriptedMachine::windows(&FakeRun::ends(0).printing(found));
        let rule = comparing(Some("string"), Some("equal"), Some(wanted));
        let report = scripted.looker().requirement(&rule, SCRIPT);
        let (_, shown) = report.expected.split_once("equal ").unwrap();
        assert_ne!(shown, report.actual, "{report:#?}");
        let scripted = ScriptedMachine::windows(&FakeRun::ends(0).printing(wanted));
        let report = scripted.looker().requirement(&rule, SCRIPT);
        assert_eq!(shown, report.actual, "{report:#?}");
    }
}
