//! The cases of registry rules: operation × operator × what the rule finds.

use crate::ground::RegistryThing;
use crate::truth::{Expected, NO_OPERATORS, OPERATORS, Relation, unreadable};
use Relation::{Equal, Greater, Less};
use waybill_system::RegistryValue;

/// A rule, what it finds, and the expected answer.
pub(crate) struct RegistryCase {
    pub(crate) operation: Option<&'static str>,
    pub(crate) operator: Option<&'static str>,
    pub(crate) value: Option<&'static str>,
    /// The rule's `valueName`.
    pub(crate) asks: &'static str,
    /// The name of the value that is put; empty for the default value.
    pub(crate) name: &'static str,
    pub(crate) thing: RegistryThing,
    pub(crate) expected: Expected,
}

/// An operation, the rule's value, and registry values with their relation to it.
type Row = (&'static str, &'static str, Vec<(Relation, RegistryValue)>);

const NAME: &str = "DisplayVersion";
const COMPARING: [(&str, &str); 4] =
    [("string", "bravo"), ("integer", "42"), ("version", "1.2.3"), ("appVersion", "1.2.3")];

/// All cases of registry rules.
pub(crate) fn all() -> Vec<RegistryCase> {
    let mut cases = compared();
    cases.extend(of_default_values());
    for (operation, value) in COMPARING {
        cases.extend(whatever_the_operator(operation, value));
        cases.extend(badly_compared(operation, value));
    }
    cases.extend(bare());
    cases.extend(present_or_not());
    cases
}

fn text(text: &str) -> RegistryValue {
    RegistryValue::Text(text.into())
}

fn texts(texts: &[&str]) -> RegistryValue {
    RegistryValue::Texts(texts.iter().map(|&text| text.to_owned()).collect())
}

fn case(
    (operation, operator, value): (&'static str, Option<&'static str>, Option<&'static str>),
    thing: RegistryThing,
    expected: Expected,
) -> RegistryCase {
    RegistryCase { operation: Some(operation), operator, value, asks: NAME, name: NAME, thing, expected }
}

fn compared() -> Vec<RegistryCase> {
    let mut cases = Vec::new();
    for (operation, value, things) in rows() {
        for (relation, thing) in things {
            for (operator, row) in OPERATORS {
                let rule = (operation, Some(operator), Some(value));
                cases.push(case(
                    rule,
                    RegistryThing::Value(thing.clone()),
                    Expected::from_row(row, relation),
                ));
            }
        }
    }
    cases
}

fn rows() -> Vec<Row> {
    let mut rows = strings();
    rows.extend(integers());
    rows.extend(versions("version"));
    rows.extend(versions("appVersion"));
    rows
}

fn strings() -> Vec<Row> {
    let expandable = |text: &str| RegistryValue::Expandable(text.into());
    vec![
        (
            "string",
            "Bravo",
            vec![
                (Less, text("alpha")),
                (Less, text("")),
                (Equal, text("bravo")),
                (Equal, text("BRAVO")),
                (Greater, text("bravo ")),
                (Greater, text("Charlie")),
                (Equal, expandable("Bravo")),
                (Equal, texts(&["bravo"])),
                (Greater, texts(&["bravo", "x"])),
                (Less, RegistryValue::Number32(1)),
            ],
        ),
        ("string", "GRÜẞE", vec![(Equal, text("grüße"))]),
        ("string", "42", vec![(Equal, RegistryValue::Number32(42)), (Equal, RegistryValue::Number64(42))]),
        // An expandable value is expanded; the folder's name is never `%SystemRoot%`.
        ("string", "%SystemRoot%", vec![(Greater, expandable("%SystemRoot%"))]),
        ("string", "%SystemRoot%", vec![(Equal, text("%SystemRoot%"))]),
    ]
}

fn integers() -> Vec<Row> {
    let (small, large) = (RegistryValue::Number32, RegistryValue::Number64);
    vec![
        (
            "integer",
            "42",
            vec![
                (Less, small(41)),
                (Equal, small(42)),
                (Greater, small(43)),
                (Less, large(41)),
                (Equal, large(42)),
                (Greater, large(1 << 40)),
                (Less, text("9")),
                (Equal, text("42")),
                (Equal, text(" 042 ")),
                (Greater, text("100")),
                (Equal, RegistryValue::Expandable("42".into())),
            ],
        ),
        // .NET reads REG_DWORD as a signed number …
        ("integer", "-1", vec![(Less, small(0xFFFF_FFFE)), (Equal, small(u32::MAX)), (Greater, small(0))]),
        ("integer", "-1", vec![(Less, large(u64::MAX - 1)), (Equal, large(u64::MAX)), (Equal, text("-1"))]),
        // … but a rule's number may only fit the unsigned reading.
        ("integer", "4294967295", vec![(Less, small(0xFFFF_FFFE)), (Equal, small(u32::MAX))]),
        ("integer", "18446744073709551615", vec![(Equal, large(u64::MAX)), (Less, large(5))]),
    ]
}

fn versions(operation: &'static str) -> Vec<Row> {
    vec![
        (
            operation,
            "1.2.3",
            vec![
                (Less, text("1.2")),
                (Less, text("1.2.2.9")),
                (Equal, text("1.2.3")),
                (Equal, text(" 01.02.03 ")),
                (Greater, text("1.2.3.0")),
                (Greater, text("1.10")),
                (Equal, texts(&["1.2.3"])),
            ],
        ),
        // If either is no version, both are compared as text, and then 10 is less than 9.
        (
            operation,
            "1.2.3-rc",
            vec![(Equal, text("1.2.3-RC")), (Less, text("1.10")), (Greater, text("1.9"))],
        ),
        (operation, "9", vec![(Less, text("10")), (Equal, text("9")), (Equal, RegistryValue::Number32(9))]),
        (operation, "1.2", vec![(Greater, text("v1.3")), (Less, text("1 beta"))]),
    ]
}

/// A comparison without a value name, or with regedit's name `(Default)`, is about the default value.
fn of_default_values() -> Vec<RegistryCase> {
    let mut cases = Vec::new();
    for asks in ["", "(Default)", "(default)"] {
        for (operation, value) in COMPARING {
            for (operator, row) in OPERATORS {
                for (thing, expected) in [
                    (RegistryThing::Value(text(value)), Expected::from_row(row, Equal)),
                    (RegistryThing::KeyAlone, Expected::Fails),
                ] {
                    let one = case((operation, Some(operator), Some(value)), thing, expected);
                    cases.push(RegistryCase { asks, name: "", ..one });
                }
            }
        }
    }
    cases
}

fn whatever_the_operator(operation: &'static str, value: &'static str) -> Vec<RegistryCase> {
    let bytes = RegistryValue::Bytes(vec![1, 2, 3]);
    let mut things = vec![
        (RegistryThing::Nothing, Expected::Fails),
        (RegistryThing::KeyAlone, Expected::Fails),
        (RegistryThing::Value(bytes), Expected::Fails),
        (RegistryThing::Denied, Expected::CannotTell),
    ];
    if operation == "integer" {
        for no_number in ["", "abc", "0x2A", "4.2", "42 MB"] {
            things.push((RegistryThing::Value(text(no_number)), Expected::Fails));
        }
        things.push((RegistryThing::Value(texts(&["42"])), Expected::Fails));
    }
    let mut cases = Vec::new();
    for (thing, expected) in things {
        for (operator, _) in OPERATORS {
            cases.push(case((operation, Some(operator), Some(value)), thing.clone(), expected));
        }
    }
    cases
}

fn badly_compared(operation: &'static str, value: &'static str) -> Vec<RegistryCase> {
    let junk: &[&str] = match operation {
        "integer" => &["abc", "0x2A", "4.2", "4,2", "18446744073709551616", "-9223372036854775809"],
        _ => &[],
    };
    let comparisons = unreadable(value, junk);
    let mut cases = Vec::new();
    for thing in [RegistryThing::Nothing, RegistryThing::Value(text(value)), RegistryThing::Denied] {
        for (operator, wanted) in &comparisons {
            cases.push(case((operation, *operator, *wanted), thing.clone(), Expected::Invalid));
        }
    }
    cases
}

/// Operations that compare nothing, and unknown ones.
fn bare() -> Vec<RegistryCase> {
    use Expected::{CannotTell, Fails, Holds, Invalid};
    let mut cases = Vec::new();
    for (thing, exists, does_not) in [
        (RegistryThing::Nothing, Fails, Holds),
        (RegistryThing::KeyAlone, Fails, Holds),
        (RegistryThing::Value(text("")), Holds, Fails),
        (RegistryThing::Value(RegistryValue::Bytes(vec![7])), Holds, Fails),
        (RegistryThing::Denied, CannotTell, CannotTell),
    ] {
        for operator in NO_OPERATORS.into_iter().chain(OPERATORS.map(|(operator, _)| Some(operator))) {
            // A word that is no operator is a fault, also where no comparison is made.
            let or_invalid = |expected| if operator == Some("roughlyEqual") { Invalid } else { expected };
            cases.push(case(("exists", operator, Some("1")), thing.clone(), or_invalid(exists)));
            cases.push(case(("doesNotExist", operator, None), thing.clone(), or_invalid(does_not)));
        }
        for operation in [None, Some("notConfigured"), Some("dword")] {
            let one = case(("", Some("equal"), Some("1")), thing.clone(), Invalid);
            cases.push(RegistryCase { operation, ..one });
        }
    }
    cases
}

/// Whether keys (without a value name), default values, and values with names in another case exist.
fn present_or_not() -> Vec<RegistryCase> {
    use Expected::{Fails, Holds};
    let one = || RegistryThing::Value(text("1"));
    let mut cases = Vec::new();
    for (asks, name, thing, exists, does_not) in [
        ("", NAME, RegistryThing::Nothing, Fails, Holds),
        ("", NAME, RegistryThing::KeyAlone, Holds, Fails),
        ("", NAME, one(), Holds, Fails),
        ("(Default)", NAME, one(), Fails, Holds),
        ("(Default)", "", RegistryThing::KeyAlone, Fails, Holds),
        ("(Default)", "", one(), Holds, Fails),
        ("displayVERSION", NAME, one(), Holds, Fails),
        (" DisplayVersion ", NAME, one(), Holds, Fails),
        ("Display", NAME, one(), Fails, Holds),
    ] {
        for (operation, expected) in [("exists", exists), ("doesNotExist", does_not)] {
            let case = case((operation, None, None), thing.clone(), expected);
            cases.push(RegistryCase { asks, name, ..case });
        }
    }
    cases
}
