//! The folders that installers write into.

use super::Snapshot;
use waybill_installer_runner::RunAs;
use waybill_schemas::app::{AppDocument, Rule};
use waybill_schemas::report::rehearsal::AppearedKind;
use waybill_system::{Environment, FileKind, System, SystemKind};

/// Names that one snapshot holds at most.
const MOST: usize = 20_000;

/// Folders by a variable and what follows it, and how many levels of them are looked at.
const ON_WINDOWS: &[(&str, &str, usize)] = &[
    ("ProgramFiles", "", 2),
    ("ProgramData", "", 2),
    ("ProgramData", r"\Microsoft\Windows\Start Menu\Programs", 2),
    ("PUBLIC", r"\Desktop", 1),
    ("LOCALAPPDATA", "", 1),
    ("LOCALAPPDATA", r"\Programs", 1),
    ("APPDATA", r"\Microsoft\Windows\Start Menu\Programs", 2),
    ("SystemDrive", r"\", 1),
];
const ON_UNIX: &[(&str, usize)] = &[
    ("/opt", 2),
    ("/Applications", 1),
    ("/usr/local/bin", 1),
    ("/usr/local/lib", 1),
    ("/usr/local/share", 1),
    ("%HOME%/.local/bin", 1),
    ("%HOME%/.local/lib", 1),
    ("%HOME%/.local/share", 2),
    ("%HOME%/Applications", 1),
];

pub(super) fn look(system: &dyn System, eyes: &RunAs, app: &AppDocument, own: &str, snapshot: &mut Snapshot) {
    for (folder, levels) in roots(system, eyes, app) {
        list(system, &folder, levels, own, snapshot);
    }
}

fn roots(system: &dyn System, eyes: &RunAs, app: &AppDocument) -> Vec<(String, usize)> {
    let environments = [false, true].map(|narrow| system.device().environment(eyes.in_view(narrow)));
    let environments: Vec<Environment> = environments.into_iter().filter_map(Result::ok).collect();
    let mut roots: Vec<(String, usize)> = match system.kind() {
        SystemKind::Windows => {
            let known = |block: &Environment| {
                let of = |(name, rest, levels): &(&str, &str, usize)| {
                    block.get(name).map(|value| (format!("{value}{rest}"), *levels))
                };
                ON_WINDOWS.iter().filter_map(of).collect::<Vec<_>>()
            };
            environments.iter().flat_map(known).collect()
        }
        SystemKind::Unix => {
            let expand = |folder: &str| {
                environments.first().map_or_else(|| folder.to_owned(), |block| block.expand(folder))
            };
            ON_UNIX.iter().map(|(folder, levels)| (expand(folder), *levels)).collect()
        }
    };
    for rule in &app.rules {
        if let Rule::FileSystem(rule) = rule
            && let Some(path) = rule.path.as_deref().filter(|path| !path.is_empty())
        {
            roots.extend(environments.iter().map(|block| (block.expand(path), 1)));
        }
    }
    roots.sort();
    roots.dedup();
    roots.retain(|(folder, _)| !folder.contains('%'));
    roots
}

/// The folder's own name is told, too: it may be what appears.
fn list(system: &dyn System, folder: &str, levels: usize, own: &str, snapshot: &mut Snapshot) {
    let files = system.files();
    let is_folder =
        |path: &str| matches!(files.look(path), Ok(Some(facts)) if facts.kind == FileKind::Folder);
    if !is_folder(folder) {
        return;
    }
    keep(folder, own, snapshot);
    for name in files.list(folder).unwrap_or_default() {
        let path = system.kind().join(folder, &name);
        if snapshot.len() >= MOST {
            return;
        }
        if levels > 1 && is_folder(&path) {
            list(system, &path, levels - 1, own, snapshot);
        } else {
            keep(&path, own, snapshot);
        }
    }
}

fn keep(path: &str, own: &str, snapshot: &mut Snapshot) {
    let path = path.trim_end_matches(['\\', '/']);
    if !snapshot.is_own(path, own) {
        snapshot.keep(AppearedKind::Files, path.to_owned(), None, None);
    }
}
