//! File and folder rules (docs/detection.md, "Files and folders").

use super::{Answered, NoAnswer, RuleAnswer, RuleMachine, RuleQuestion, compared, expected};
use crate::command::file_view;
use waybill_intune::path::is_absolute;
use waybill_intune::{Comparison, FileCheck, FileTest, RuleDate, VersionNumber};
use waybill_schemas::app::{FileSystemOperation, FileSystemRule};
use waybill_system::{
    Environment, FileFacts, FileKind, FileVersion, Files, Perspective, SystemKind, Unanswered,
};

/// The rule for the report, with its path as app.json has it.
pub(super) fn question(rule: &FileSystemRule, machine: RuleMachine<'_>) -> RuleQuestion {
    let field = |field: &Option<String>| field.as_deref().unwrap_or_default().trim().to_owned();
    let path = written_path(&field(&rule.path), &field(&rule.file_or_folder_name), machine.run_as.kind);
    let operation = rule.operation_type.as_ref().map_or("notConfigured", FileSystemOperation::as_str);
    RuleQuestion {
        kind: "file",
        subject: subject(rule.operation_type.as_ref(), &path),
        expected: match rule.operation_type {
            Some(FileSystemOperation::Exists | FileSystemOperation::DoesNotExist) => operation.to_owned(),
            _ => expected(operation, rule.operator.as_ref(), rule.comparison_value.as_deref()),
        },
        view: machine.view(rule.check_32_bit_on_64_system).1,
    }
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

/// The path that a rule's folder and name make. A Windows folder is joined as on Windows on every system: the report shows
/// the path as it would be there.
fn written_path(folder: &str, name: &str, kind: SystemKind) -> String {
    let is_windows = folder.contains('\\');
    if is_windows { SystemKind::Windows } else { kind }.join(folder, name)
}

/// Evaluates the rule. Puts the path that was looked at, with variables expanded, into `question`.
pub(super) fn answer(check: &FileCheck, question: &mut RuleQuestion, machine: RuleMachine<'_>) -> Answered {
    let (perspective, _) = machine.view(Some(check.is_32_bit));
    let environment = machine.system.device().environment(perspective)?;
    let written = written_path(&check.folder, &check.name, machine.run_as.kind);
    // Searched in the rule's own text, because the value of a variable may contain a `%` too.
    let unknown = unknown_variables(&written, &environment);
    let path =
        located(&environment.expand(&written), !unknown.is_empty(), &environment, perspective, machine)?;
    question.subject = question.subject.replace(&written, &path);
    let wants_nothing = matches!(check.test, FileTest::DoesNotExist);
    if !unknown.is_empty() {
        let verb = if unknown.len() == 1 { "is no variable" } else { "are no variables" };
        let why = format!("{} {verb} of this account and view", unknown.join(", "));
        return Ok(RuleAnswer::not_there(wants_nothing, why));
    }
    let files = machine.system.files();
    match files.look(&path)? {
        None => Ok(RuleAnswer::not_there(wants_nothing, "nothing is there")),
        Some(facts) => something_there(&check.test, &facts, &path, files),
    }
}

/// The path on this machine that the expanded path means. It is refused if it is relative after all, through the value
/// of a variable, or a Windows path on another system.
fn located(
    path: &str,
    has_unknown: bool,
    environment: &Environment,
    perspective: Perspective,
    machine: RuleMachine<'_>,
) -> Result<String, NoAnswer> {
    let relative = || NoAnswer::Invalid(format!("{path} is relative, and to nothing in particular"));
    match machine.run_as.kind {
        SystemKind::Windows => {
            let path = path.replace('/', "\\");
            match is_absolute(&path) {
                true => Ok(file_view(perspective, environment, machine.system).map(&path)),
                false if has_unknown => Ok(path),
                false => Err(relative()),
            }
        }
        SystemKind::Unix if path.starts_with('/') => Ok(path.to_owned()),
        SystemKind::Unix if path.contains(['\\', '%', ':']) => Err(Unanswered::needs_windows(path).into()),
        SystemKind::Unix => Err(relative()),
    }
}

fn unknown_variables(text: &str, environment: &Environment) -> Vec<String> {
    // The names of variables that were not expanded, by the rules of [`Environment::expand`]. A path with such a name
    // cannot exist, so the disk need not be asked.
    let mut unknown = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('%') {
        let after = &rest[start + 1..];
        let Some(end) = after.find('%') else { break };
        let name = &after[..end];
        if environment.get(name).is_some() {
            rest = &after[end + 1..];
            continue;
        }
        if !name.is_empty() && !name.contains(['\\', '/']) {
            unknown.push(format!("%{name}%"));
        }
        rest = after;
    }
    unknown
}

fn something_there(test: &FileTest, facts: &FileFacts, path: &str, files: &dyn Files) -> Answered {
    let is_folder = facts.kind == FileKind::Folder;
    let kind = if is_folder { "a folder" } else { "a file" };
    let there = |holds| RuleAnswer::new(holds, kind, format!("{kind} is there"));
    let folder_has_no =
        |what: &str| RuleAnswer::new(false, kind, format!("a folder is there, and folders have no {what}"));
    match test {
        FileTest::Exists => Ok(there(true)),
        FileTest::DoesNotExist => Ok(there(false)),
        FileTest::Modified(wanted) => dated(wanted, facts.modified),
        FileTest::Created(wanted) => {
            let unknown = || Unanswered::new("the file system does not keep when a file was created");
            dated(wanted, facts.created.ok_or_else(unknown)?)
        }
        FileTest::Version(_) if is_folder => Ok(folder_has_no("version")),
        FileTest::Version(wanted) => Ok(versioned(wanted, files.version(path)?)),
        FileTest::Mebibytes(_) | FileTest::Bytes(_) if is_folder => Ok(folder_has_no("size")),
        FileTest::Mebibytes(wanted) => Ok(sized(wanted, facts.size >> 20, "MiB")),
        FileTest::Bytes(wanted) => Ok(sized(wanted, facts.size, "bytes")),
    }
}

fn dated(wanted: &Comparison<RuleDate>, time: std::time::SystemTime) -> Answered {
    // Compared to the second where the rule's date has whole seconds: nobody writes the 100 ns units of a file's time
    // into a rule.
    let found =
        RuleDate::from_system_time(time).ok_or_else(|| Unanswered::new("its date is out of range"))?;
    let found = if wanted.value.is_whole() { found.whole_seconds() } else { found };
    Ok(compared(wanted.operator, found.cmp(&wanted.value), found.to_string(), &wanted.value))
}

fn versioned(wanted: &Comparison<VersionNumber>, version: Option<FileVersion>) -> RuleAnswer {
    let Some(version) = version else {
        return RuleAnswer::new(false, "no version", "the file has no version resource");
    };
    let beside = version.text.map(|text| format!(" (\"{}\")", text.trim())).unwrap_or_default();
    let Some(numbers) = version.numbers else {
        let why = "the file's version resource has no numbers, which alone are compared";
        return RuleAnswer::new(false, format!("no version in numbers{beside}"), why);
    };
    let number = VersionNumber::from(numbers);
    compared(wanted.operator, number.cmp(&wanted.value), format!("{number}{beside}"), &wanted.value)
}

fn sized(wanted: &Comparison<u64>, size: u64, unit: &str) -> RuleAnswer {
    compared(wanted.operator, size.cmp(&wanted.value), format!("{size} {unit}"), &wanted.value)
}
