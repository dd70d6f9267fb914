use waybill_installer_runner::RunAs;
use waybill_schemas::app::{FileSystemOperation, FileSystemRule, Operator, Rule, RuleType};
use waybill_schemas::report::rehearsal::{AppearedItem, AppearedKind, ProposedRule};
use waybill_system::{FileKind, System, SystemKind};

/// Files that are looked at, and folders within one another.
const MOST: usize = 5_000;
const DEPTH: usize = 6;

/// A file that appeared.
struct Found {
    folder: String,
    name: String,
    size: u64,
}

/// The version of the program that is likeliest the app's, else a file.
pub(super) fn propose(
    appeared: &[AppearedItem],
    app: &str,
    system: &dyn System,
    eyes: &RunAs,
) -> Option<ProposedRule> {
    let mut found = Vec::new();
    for item in appeared.iter().filter(|item| item.kind == AppearedKind::Files) {
        let Some((folder, name)) = item.name.rsplit_once(system.kind().separator()) else { continue };
        let is_at_root = folder.is_empty() && system.kind() == SystemKind::Unix;
        gather(system, if is_at_root { "/" } else { folder }, name, 0, &mut found);
    }
    found.sort_by_key(|file| std::cmp::Reverse((likeness(&file.name, app), file.size)));
    let versioned = found.iter().filter(|file| is_program(&file.name)).find_map(|file| {
        let path = system.kind().join(&file.folder, &file.name);
        let version = system.files().version(&path).ok()??.numbers?;
        Some((file, version.map(|part| part.to_string()).join(".")))
    });
    match versioned {
        Some((file, version)) => {
            let why = format!("{} {version} is new.", file.name);
            Some(ProposedRule { rule: rule(file, Some(version), system, eyes), why })
        }
        None => found.first().map(|file| ProposedRule {
            rule: rule(file, None, system, eyes),
            why: format!("{} is new; a rule with a version would be better.", file.name),
        }),
    }
}

fn gather(system: &dyn System, folder: &str, name: &str, depth: usize, found: &mut Vec<Found>) {
    let path = system.kind().join(folder, name);
    match system.files().look(&path) {
        Ok(Some(facts)) if facts.kind == FileKind::File => {
            found.push(Found { folder: folder.to_owned(), name: name.to_owned(), size: facts.size });
        }
        Ok(Some(_)) if depth < DEPTH => {
            for name in system.files().list(&path).unwrap_or_default() {
                if found.len() < MOST {
                    gather(system, &path, &name, depth + 1, found);
                }
            }
        }
        _ => {}
    }
}

fn is_program(name: &str) -> bool {
    name.to_lowercase().ends_with(".exe")
}

/// The app's own program before others, an uninstaller and a shortcut last.
fn likeness(name: &str, app: &str) -> i32 {
    let name = name.to_lowercase();
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    let words = app.to_lowercase();
    let is_apart = stem.starts_with("unins") || stem.contains("setup") || name.ends_with(".lnk");
    let is_apps = stem.len() > 2 && words.split(|c: char| !c.is_alphanumeric()).any(|word| word == stem);
    i32::from(is_apps) - 2 * i32::from(is_apart)
}

fn rule(file: &Found, version: Option<String>, system: &dyn System, eyes: &RunAs) -> Rule {
    let (path, is_32_bit) = portable(&file.folder, system, eyes);
    let (operation, operator) = match version {
        Some(_) => (FileSystemOperation::Version, Operator::GreaterThanOrEqual),
        None => (FileSystemOperation::Exists, Operator::NotConfigured),
    };
    Rule::FileSystem(FileSystemRule {
        rule_type: Some(RuleType::Detection),
        path: Some(path),
        file_or_folder_name: Some(file.name.clone()),
        check_32_bit_on_64_system: Some(is_32_bit),
        operation_type: Some(operation),
        operator: Some(operator),
        comparison_value: version,
        ..FileSystemRule::default()
    })
}

/// The folder by a variable, and whether that is the 32-bit view's.
fn portable(folder: &str, system: &dyn System, eyes: &RunAs) -> (String, bool) {
    let names: &[&str] = match system.kind() {
        SystemKind::Windows => &["ProgramFiles", "ProgramData", "LOCALAPPDATA", "APPDATA"],
        SystemKind::Unix => &["HOME"],
    };
    for is_32_bit in [false, true] {
        let Ok(block) = system.device().environment(eyes.in_view(is_32_bit)) else { continue };
        for name in names {
            let rest = block
                .get(name)
                .filter(|value| !value.is_empty())
                .and_then(|value| folder.strip_prefix(value));
            if let Some(rest) = rest.filter(|rest| rest.is_empty() || rest.starts_with(['\\', '/'])) {
                return (format!("%{name}%{rest}"), is_32_bit);
            }
        }
    }
    (folder.to_owned(), false)
}
