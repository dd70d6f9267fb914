//! The cases of file rules: operation × operator × what the rule finds.

use crate::ground::FileThing;
use crate::truth::{Expected, NO_OPERATORS, OPERATORS, Relation, unreadable};
use Relation::{Equal, Greater, Less};
use jiff::Timestamp;
use std::time::SystemTime;

/// A rule, what it finds, and the expected answer.
pub(crate) struct FileCase {
    pub(crate) operation: Option<&'static str>,
    pub(crate) operator: Option<&'static str>,
    pub(crate) value: Option<&'static str>,
    pub(crate) thing: FileThing,
    pub(crate) expected: Expected,
}

/// An operation, the rule's value, and things with their relation to it.
type Row = (&'static str, &'static str, Vec<(Relation, FileThing)>);

const COMPARING: [(&str, &str); 6] = [
    ("modifiedDate", "2024-05-01T12:00:00Z"),
    ("createdDate", "2024-05-01T12:00:00Z"),
    ("version", "1.2.3.4"),
    ("appVersion", "1.2.3.4"),
    ("sizeInMB", "2"),
    ("sizeInBytes", "1000"),
];

/// All cases of file rules.
pub(crate) fn all() -> Vec<FileCase> {
    let mut cases = compared();
    for (operation, value) in COMPARING {
        cases.extend(whatever_the_operator(operation, value));
        cases.extend(badly_compared(operation, value));
    }
    cases.extend(bare());
    cases
}

fn case(
    (operation, operator, value): (&'static str, Option<&'static str>, Option<&'static str>),
    thing: FileThing,
    expected: Expected,
) -> FileCase {
    FileCase { operation: Some(operation), operator, value, thing, expected }
}

fn time(text: &str) -> SystemTime {
    text.parse::<Timestamp>().unwrap().into()
}

fn compared() -> Vec<FileCase> {
    let mut cases = Vec::new();
    for (operation, value, things) in rows() {
        for (relation, thing) in things {
            for (operator, row) in OPERATORS {
                let rule = (operation, Some(operator), Some(value));
                cases.push(case(rule, thing.clone(), Expected::from_row(row, relation)));
            }
        }
    }
    cases
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for operation in ["version", "appVersion"] {
        rows.extend(versions(operation));
    }
    for (operation, thing) in [
        ("modifiedDate", FileThing::Modified as fn(SystemTime) -> FileThing),
        ("createdDate", FileThing::Created),
    ] {
        rows.extend(dates(operation, thing));
    }
    let mib = 1 << 20;
    rows.push((
        "sizeInMB",
        "2",
        vec![
            (Less, FileThing::Sized(2 * mib - 1)),
            (Equal, FileThing::Sized(2 * mib)),
            (Equal, FileThing::Sized(3 * mib - 1)),
            (Greater, FileThing::Sized(3 * mib)),
        ],
    ));
    rows.push(("sizeInMB", "0", vec![(Equal, FileThing::Sized(mib - 1)), (Greater, FileThing::Sized(mib))]));
    rows.push((
        "sizeInBytes",
        "1000",
        vec![
            (Less, FileThing::Sized(999)),
            (Equal, FileThing::Sized(1000)),
            (Greater, FileThing::Sized(1001)),
        ],
    ));
    // Sizes of more than 32 bits.
    rows.push((
        "sizeInBytes",
        "4294967296",
        vec![(Less, FileThing::Sized(u64::from(u32::MAX))), (Equal, FileThing::Sized(1 << 32))],
    ));
    rows
}

fn versions(operation: &'static str) -> Vec<Row> {
    let of = FileThing::Version;
    vec![
        (
            operation,
            "1.2.3.4",
            vec![
                (Less, of([1, 2, 3, 3])),
                (Less, of([1, 1, 9, 9])),
                (Equal, of([1, 2, 3, 4])),
                (Greater, of([1, 10, 0, 0])),
                (Greater, of([1, 2, 3, 40])),
            ],
        ),
        // A file's version has four parts, and an absent part is older than 0.
        (operation, "1.2", vec![(Less, of([1, 1, 9, 9])), (Greater, of([1, 2, 0, 0]))]),
        (operation, " 1.2.3 ", vec![(Less, of([1, 2, 2, 9])), (Greater, of([1, 2, 3, 0]))]),
        (operation, "0.0.0.0", vec![(Equal, of([0, 0, 0, 0])), (Greater, of([0, 0, 0, 1]))]),
        (
            operation,
            "65535.65535.65535.65535",
            vec![(Equal, of([65535; 4])), (Less, of([65535, 65535, 65535, 0]))],
        ),
    ]
}

fn dates(operation: &'static str, thing: fn(SystemTime) -> FileThing) -> Vec<Row> {
    let around_noon = || {
        vec![
            (Less, thing(time("2024-05-01T11:59:59.9Z"))),
            (Equal, thing(time("2024-05-01T12:00:00Z"))),
            // A rule with whole seconds is compared to the second.
            (Equal, thing(time("2024-05-01T12:00:00.9Z"))),
            (Greater, thing(time("2024-05-01T12:00:01Z"))),
        ]
    };
    let mut rows: Vec<Row> = [
        "2024-05-01T12:00:00Z",
        "2024-05-01T14:00:00+02:00",
        "2024-05-01T12:00:00.0000000Z",
        "2024-05-01 12:00",
        "05/01/2024 12:00:00",
        "5/1/2024 12:00:00 PM",
    ]
    .into_iter()
    .map(|value| (operation, value, around_noon()))
    .collect();
    rows.push((
        operation,
        "2024-05-01",
        vec![(Less, thing(time("2024-04-30T23:59:59Z"))), (Equal, thing(time("2024-05-01T00:00:00.5Z")))],
    ));
    rows.push((
        operation,
        "2024-05-01T12:00:00.5Z",
        vec![
            (Less, thing(time("2024-05-01T12:00:00.25Z"))),
            (Equal, thing(time("2024-05-01T12:00:00.5Z"))),
            (Greater, thing(time("2024-05-01T12:00:00.75Z"))),
        ],
    ));
    rows
}

/// Things that cannot be compared, for which the answer is the same with every operator.
fn whatever_the_operator(operation: &'static str, value: &'static str) -> Vec<FileCase> {
    let mut things = vec![
        (FileThing::Nothing, Expected::Fails),
        (FileThing::BelowAFile, Expected::Fails),
        (FileThing::Denied, Expected::CannotTell),
    ];
    if matches!(operation, "version" | "appVersion") {
        things.push((FileThing::File, Expected::Fails));
        things.push((FileThing::VersionWithoutNumbers, Expected::Fails));
    }
    if !operation.ends_with("Date") {
        things.push((FileThing::Folder, Expected::Fails));
    }
    if operation == "createdDate" {
        things.push((FileThing::WithoutCreation, Expected::CannotTell));
    }
    let mut cases = Vec::new();
    for (thing, expected) in things {
        for (operator, _) in OPERATORS {
            cases.push(case((operation, Some(operator), Some(value)), thing.clone(), expected));
        }
    }
    cases
}

/// Rules that cannot be read, which are invalid whatever they find.
fn badly_compared(operation: &'static str, value: &'static str) -> Vec<FileCase> {
    let junk: &[&str] = match operation {
        "version" | "appVersion" => &["7", "1.2b", "v1.2", "1.2.3.4.5", "1..2", "1.2-rc", "1,2"],
        "sizeInMB" | "sizeInBytes" => &["-1", "1.5", "2 MB", "0x10", "99999999999999999999"],
        _ => &["yesterday", "31/12/2024", "2024-13-01", "1.5.2024", "12:00"],
    };
    let comparisons = unreadable(value, junk);
    let mut cases = Vec::new();
    for thing in [FileThing::Nothing, FileThing::File, FileThing::Denied] {
        for (operator, wanted) in &comparisons {
            cases.push(case((operation, *operator, *wanted), thing.clone(), Expected::Invalid));
        }
    }
    cases
}

/// Operations that compare nothing, for which operator and value are ignored.
fn bare() -> Vec<FileCase> {
    use Expected::{CannotTell, Fails, Holds, Invalid};
    let mut cases = Vec::new();
    for (thing, exists, does_not) in [
        (FileThing::Nothing, Fails, Holds),
        (FileThing::BelowAFile, Fails, Holds),
        (FileThing::File, Holds, Fails),
        (FileThing::Folder, Holds, Fails),
        (FileThing::Version([1, 0, 0, 0]), Holds, Fails),
        (FileThing::Denied, CannotTell, CannotTell),
    ] {
        for operator in NO_OPERATORS.into_iter().chain(OPERATORS.map(|(operator, _)| Some(operator))) {
            // A word that is no operator is a fault, also where no comparison is made.
            let or_invalid = |expected| if operator == Some("roughlyEqual") { Invalid } else { expected };
            for value in [None, Some("1.0")] {
                cases.push(case(("exists", operator, value), thing.clone(), or_invalid(exists)));
                cases.push(case(("doesNotExist", operator, value), thing.clone(), or_invalid(does_not)));
            }
        }
        for operation in [None, Some("notConfigured"), Some("sha256")] {
            let (operator, value) = (Some("equal"), Some("1.0"));
            cases.push(FileCase { operation, operator, value, thing: thing.clone(), expected: Invalid });
        }
    }
    cases
}
