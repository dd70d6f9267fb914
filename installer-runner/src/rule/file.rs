//! File and folder rules (docs/detection.md).

use super::comparison::{Comparison, expected};
use super::place::Place;
use super::{Found, Inquiry, Question, Stop};
use crate::date::instant;
use jiff::Timestamp;
use waybill_intune::VersionNumber;
use waybill_schemas::app::{FileSystemOperation, FileSystemRule};
use waybill_system::{FileFacts, FileKind, FileVersion, Files, Unanswered};

/// What a rule wants of a file, its value read.
enum Wish<'a> {
    There,
    NotThere,
    Modified(Comparison<'a, Timestamp>),
    Created(Comparison<'a, Timestamp>),
    Version(Comparison<'a, VersionNumber>),
    Size(Comparison<'a, u64>, Unit),
}

/// In what a size is counted.
#[derive(Clone, Copy)]
struct Unit {
    bytes: u64,
    name: &'static str,
}

const MIB: Unit = Unit { bytes: 1 << 20, name: "MiB" };
const BYTE: Unit = Unit { bytes: 1, name: "bytes" };

pub(super) fn evaluate(rule: &FileSystemRule, inquiry: Inquiry<'_>) -> (Question, Result<Found, Stop>) {
    let (perspective, view) = inquiry.view(rule.check_32_bit_on_64_system);
    let folder = rule.path.as_deref().unwrap_or_default();
    let name = rule.file_or_folder_name.as_deref().unwrap_or_default();
    // The rule is judged before the machine is asked: an invalid one is invalid everywhere.
    let wish = wish(rule);
    let place = Place::of(folder, name, perspective, inquiry);
    let shown = match &place {
        Ok(place) => place.path.clone(),
        Err(_) => inquiry.eyes.kind.join(folder, name),
    };
    let operation = rule.operation_type.as_ref().map_or("notConfigured", FileSystemOperation::as_str);
    let question = Question {
        kind: "file",
        subject: subject(rule.operation_type.as_ref(), &shown),
        expected: match rule.operation_type {
            Some(FileSystemOperation::Exists | FileSystemOperation::DoesNotExist) => operation.to_owned(),
            _ => expected(operation, rule.operator.as_ref(), rule.comparison_value.as_deref()),
        },
        view,
    };
    let found = wish.and_then(|wish| judge(&wish, &place?, inquiry.system.files()));
    (question, found)
}

fn subject(operation: Option<&FileSystemOperation>, path: &str) -> String {
    let what = match operation {
        Some(FileSystemOperation::ModifiedDate) => "modification date of ",
        Some(FileSystemOperation::CreatedDate) => "creation date of ",
        Some(FileSystemOperation::Version | FileSystemOperation::AppVersion) => "version of ",
        Some(FileSystemOperation::SizeInMb | FileSystemOperation::SizeInBytes) => "size of ",
        _ => "",
    };
    if path.trim().is_empty() { format!("{what}a file without a path") } else { format!("{what}{path}") }
}

fn wish(rule: &FileSystemRule) -> Result<Wish<'_>, Stop> {
    let (operator, value) = (rule.operator.as_ref(), rule.comparison_value.as_deref());
    let whole = |text: &str| text.trim().parse().ok();
    match rule.operation_type.as_ref() {
        Some(FileSystemOperation::Exists) => Ok(Wish::There),
        Some(FileSystemOperation::DoesNotExist) => Ok(Wish::NotThere),
        Some(FileSystemOperation::ModifiedDate) => {
            Comparison::of(operator, value, "date", instant).map(Wish::Modified)
        }
        Some(FileSystemOperation::CreatedDate) => {
            Comparison::of(operator, value, "date", instant).map(Wish::Created)
        }
        Some(FileSystemOperation::Version | FileSystemOperation::AppVersion) => {
            Comparison::of(operator, value, "version", |text| text.trim().parse().ok()).map(Wish::Version)
        }
        Some(FileSystemOperation::SizeInMb) => {
            Comparison::of(operator, value, "whole number", whole).map(|size| Wish::Size(size, MIB))
        }
        Some(FileSystemOperation::SizeInBytes) => {
            Comparison::of(operator, value, "whole number", whole).map(|size| Wish::Size(size, BYTE))
        }
        None | Some(FileSystemOperation::NotConfigured) => {
            Err(Stop::Invalid("it says not what to look at".into()))
        }
        Some(other) => Err(Stop::Invalid(format!("`{other}` is no operation of a file rule"))),
    }
}

fn judge(wish: &Wish<'_>, place: &Place, files: &dyn Files) -> Result<Found, Stop> {
    if !place.unknown.is_empty() {
        return Ok(nothing_there(wish, &place.unknown_named()));
    }
    match files.look(&place.path)? {
        None => Ok(nothing_there(wish, "nothing is there")),
        Some(facts) => something_there(wish, &facts, &place.path, files),
    }
}

/// Whatever it is compared with and how: what is not there has no date, version or size.
fn nothing_there(wish: &Wish<'_>, why: &str) -> Found {
    Found { holds: matches!(wish, Wish::NotThere), actual: "not there".into(), why: why.to_owned() }
}

fn something_there(wish: &Wish<'_>, facts: &FileFacts, path: &str, files: &dyn Files) -> Result<Found, Stop> {
    let kind = if facts.kind == FileKind::Folder { "a folder" } else { "a file" };
    let there = |holds| Found { holds, actual: kind.to_owned(), why: format!("{kind} is there") };
    let needs_file = |what: &str| Found {
        holds: false,
        actual: kind.to_owned(),
        why: format!("a folder is there, and folders have no {what}"),
    };
    match wish {
        Wish::There => Ok(there(true)),
        Wish::NotThere => Ok(there(false)),
        Wish::Modified(wanted) => dated(wanted, facts.modified),
        Wish::Created(wanted) => {
            let unknown = || Unanswered::new("the file system does not keep when a file was created");
            dated(wanted, facts.created.ok_or_else(unknown)?)
        }
        Wish::Version(_) if facts.kind == FileKind::Folder => Ok(needs_file("version")),
        Wish::Version(wanted) => Ok(versioned(wanted, files.version(path)?)),
        Wish::Size(..) if facts.kind == FileKind::Folder => Ok(needs_file("size")),
        Wish::Size(wanted, unit) => Ok(sized(wanted, *unit, facts.size)),
    }
}

/// To the second where the rule's date has whole seconds: nobody writes a file's 100 ns into a rule.
fn dated(wanted: &Comparison<'_, Timestamp>, time: std::time::SystemTime) -> Result<Found, Stop> {
    let out_of_range = |_| Unanswered::new("its date is out of range");
    let found = Timestamp::try_from(time).map_err(out_of_range)?;
    let is_whole = wanted.value().subsec_nanosecond() == 0;
    let compared =
        if is_whole { Timestamp::from_second(floor_second(found)).map_err(out_of_range)? } else { found };
    Ok(wanted.found(compared.cmp(wanted.value()), compared.to_string()))
}

fn floor_second(time: Timestamp) -> i64 {
    if time.subsec_nanosecond() < 0 { time.as_second() - 1 } else { time.as_second() }
}

fn versioned(wanted: &Comparison<'_, VersionNumber>, version: Option<FileVersion>) -> Found {
    let Some(version) = version else {
        return Found {
            holds: false,
            actual: "no version".into(),
            why: "the file has no version resource".into(),
        };
    };
    let beside = version.text.map(|text| format!(" (\"{}\")", text.trim())).unwrap_or_default();
    match version.numbers {
        Some(numbers) => {
            let number = VersionNumber::from(numbers);
            wanted.found(number.cmp(wanted.value()), format!("{number}{beside}"))
        }
        None => Found {
            holds: false,
            actual: format!("no version in numbers{beside}"),
            why: "the file's version resource has no numbers, which alone are compared".into(),
        },
    }
}

fn sized(wanted: &Comparison<'_, u64>, unit: Unit, bytes: u64) -> Found {
    let size = bytes / unit.bytes;
    wanted.found(size.cmp(wanted.value()), format!("{size} {}", unit.name))
}
