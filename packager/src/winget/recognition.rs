//! How an installed app and a Windows that it runs on are recognised: versions as winget writes them, and the file that
//! an installer leaves, in the terms of Intune's rules.

use crate::init::comparable_version;
use waybill_intune::path::leaf;
use waybill_schemas::app::{FileSystemOperation, FileSystemRule, Operator, Rule, RuleType};

/// The build of `10.0.17763.0`.
pub(super) fn build_of(version: &str) -> Option<u32> {
    let mut parts = version.split('.').map(|part| part.trim().parse::<u32>().ok());
    let (major, minor) = (parts.next()??, parts.next()??);
    match parts.next() {
        None if major >= 10 => Some(0),
        None => None,
        // Windows 7 and 8 are older than every release that Intune knows.
        Some(build) => build.map(|build| if (major, minor) < (10, 0) { 0 } else { build }),
    }
}

/// The version for a comparison: to winget 1.0 and 1.0.0 are the same, to `System.Version` the shorter is less, so
/// zeros at the end are cut, down to two parts.
pub(super) fn wanted_version(version: &str) -> Option<String> {
    let version = comparable_version(version.trim())?;
    let mut parts: Vec<&str> = version.split('.').collect();
    while parts.len() > 2 && parts.last() == Some(&"0") {
        parts.pop();
    }
    Some(parts.join("."))
}

/// `path` with the variables that lead to the folder of the view that the rule has.
pub(super) fn expanded(path: &str, is_32_bit: bool) -> String {
    let lower = path.to_lowercase();
    let name = |folder: &str| if is_32_bit { format!("%{folder}(x86)%") } else { format!("%{folder}%") };
    for (from, to) in [
        ("%programfiles%", if is_32_bit { name("ProgramFiles") } else { name("ProgramW6432") }),
        (
            "%commonprogramfiles%",
            if is_32_bit { name("CommonProgramFiles") } else { name("CommonProgramW6432") },
        ),
    ] {
        if let Some(rest) = lower.strip_prefix(from) {
            return format!("{to}{}", &path[path.len() - rest.len()..]);
        }
    }
    path.to_owned()
}

/// The rule that this file is there, in this version or a later one where one is given.
pub(super) fn file_rule(path: &str, version: Option<String>, is_32_bit: bool) -> Rule {
    let name = leaf(path);
    let folder = path.strip_suffix(name).unwrap_or(path).trim_end_matches('\\');
    let operation = version.as_ref().map_or(FileSystemOperation::Exists, |_| FileSystemOperation::Version);
    let operator = version.as_ref().map_or(Operator::NotConfigured, |_| Operator::GreaterThanOrEqual);
    Rule::FileSystem(FileSystemRule {
        rule_type: Some(RuleType::Detection),
        path: Some(folder.to_owned()),
        file_or_folder_name: Some(name.to_owned()),
        check_32_bit_on_64_system: Some(is_32_bit),
        operation_type: Some(operation),
        operator: Some(operator),
        comparison_value: version,
        ..FileSystemRule::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_cut_and_what_is_none_is_not_compared() {
        for (version, wanted) in [
            ("1.10", Some("1.10")),
            ("1.0.0", Some("1.0")),
            ("25.01.00.0", Some("25.1")),
            ("2024", None),
            ("1.2.3.4.5", None),
            ("3.1-beta", None),
            ("latest", None),
        ] {
            assert_eq!(wanted_version(version).as_deref(), wanted, "{version}");
        }
    }

    #[test]
    fn builds_and_folders_are_read() {
        assert_eq!(
            ["10.0.17763.0", "6.1.7601.0", "10.0", "x"].map(build_of),
            [Some(17763), Some(0), Some(0), None]
        );
        assert_eq!(expanded(r"%ProgramFiles%\A", false), r"%ProgramW6432%\A");
        assert_eq!(expanded(r"%PROGRAMFILES%\A", true), r"%ProgramFiles(x86)%\A");
        assert_eq!(expanded(r"%ProgramFiles(x86)%\A", false), r"%ProgramFiles(x86)%\A");
    }
}
