//! What is on the machine before and after an install: files in the usual folders, and what Windows keeps lists of.

use std::collections::BTreeMap;
use waybill_installer_runner::RunAs;
use waybill_schemas::app::{AppDocument, Rule};
use waybill_schemas::report::rehearsal::{AppearedItem, AppearedKind};
use waybill_system::{
    Environment, FileKind, Hive, Perspective, RegistryKey, RegistryValue, System, SystemKind, View,
};

/// What identifies a thing before and after: its kind, its name as the system compares names, and its view.
type Key = (AppearedKind, String, Option<String>);

/// A thing as the report names it.
#[derive(Debug, Clone)]
struct Thing {
    name: String,
    says: Option<String>,
}

/// The machine at one moment.
#[derive(Debug)]
pub(crate) struct Snapshot {
    system: SystemKind,
    things: BTreeMap<Key, Thing>,
}

impl Snapshot {
    /// Looks at the machine. `app` names further folders in its rules. `own` is the rehearsal's root, which is left
    /// out.
    pub(crate) fn take(system: &dyn System, run_as: &RunAs, app: &AppDocument, own: &str) -> Self {
        let mut snapshot = Self { system: system.kind(), things: BTreeMap::new() };
        if system.kind() == SystemKind::Windows {
            uninstall_entries(system, run_as, &mut snapshot);
            services(system, run_as, &mut snapshot);
            tasks(system, run_as, &mut snapshot);
        }
        look_at_folders(system, run_as, app, own, &mut snapshot);
        snapshot
    }

    /// What is here and was not there `before`. Of files and folders it is the topmost.
    pub(crate) fn since(&self, before: &Self) -> Vec<AppearedItem> {
        let is_new = |(key, _): &(&Key, &Thing)| !before.things.contains_key(*key);
        let new: Vec<_> = self.things.iter().filter(is_new).collect();
        let is_inside = |name: &str| {
            new.iter().any(|((kind, above, _), _)| *kind == AppearedKind::Files && lies_in(name, above))
        };
        new.iter()
            .filter(|((kind, name, _), _)| *kind != AppearedKind::Files || !is_inside(name))
            .map(|((kind, _, view), thing)| AppearedItem {
                kind: *kind,
                name: thing.name.clone(),
                says: thing.says.clone(),
                view: view.clone(),
                left_behind: false,
            })
            .collect()
    }

    /// Whether the item is here.
    pub(crate) fn has(&self, item: &AppearedItem) -> bool {
        self.things.contains_key(&(item.kind, self.folded(&item.name), item.view.clone()))
    }

    fn len(&self) -> usize {
        self.things.len()
    }

    fn keep(&mut self, kind: AppearedKind, name: String, view: Option<&str>, says: Option<String>) {
        self.things.insert((kind, self.folded(&name), view.map(str::to_owned)), Thing { name, says });
    }

    fn folded(&self, name: &str) -> String {
        match self.system {
            SystemKind::Windows => name.to_lowercase(),
            SystemKind::Unix => name.to_owned(),
        }
    }

    /// Whether `path` is the rehearsal's own root, is in it, or is above it.
    fn is_own(&self, path: &str, own: &str) -> bool {
        let (path, own) = (self.folded(path), self.folded(own));
        path == own || lies_in(&own, &path) || lies_in(&path, &own)
    }
}

fn lies_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with(['\\', '/']))
}

/// The most things that one snapshot holds.
const MOST: usize = 20_000;

/// Folders by a variable and what follows it, and how many levels of each are looked at.
const ON_WINDOWS: &[(&str, &str, usize)] = &[
    // Many installers put an app below a folder of its vendor, which may have been there before. So the
    // second level counts as well.
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

fn look_at_folders(
    system: &dyn System,
    run_as: &RunAs,
    app: &AppDocument,
    own: &str,
    snapshot: &mut Snapshot,
) {
    for (folder, levels) in roots(system, run_as, app) {
        list_folder(system, &folder, levels, own, snapshot);
    }
}

fn roots(system: &dyn System, run_as: &RunAs, app: &AppDocument) -> Vec<(String, usize)> {
    let environments = [false, true].map(|narrow| system.device().environment(run_as.in_view(narrow)));
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
    // A variable that this account does not have leaves its name in the path.
    roots.retain(|(folder, _)| !folder.contains('%'));
    roots
}

/// Keeps the folder itself, too, because it may be what appears.
fn list_folder(system: &dyn System, folder: &str, levels: usize, own: &str, snapshot: &mut Snapshot) {
    let files = system.files();
    let is_folder =
        |path: &str| matches!(files.look(path), Ok(Some(facts)) if facts.kind == FileKind::Folder);
    if !is_folder(folder) {
        return;
    }
    keep_file(folder, own, snapshot);
    for name in files.list(folder).unwrap_or_default() {
        let path = system.kind().join(folder, &name);
        // A folder of a million files must not fill the memory; what appears is seldom beyond the first ones.
        if snapshot.len() >= MOST {
            return;
        }
        if levels > 1 && is_folder(&path) {
            list_folder(system, &path, levels - 1, own, snapshot);
        } else {
            keep_file(&path, own, snapshot);
        }
    }
}

fn keep_file(path: &str, own: &str, snapshot: &mut Snapshot) {
    let path = path.trim_end_matches(['\\', '/']);
    if !snapshot.is_own(path, own) {
        snapshot.keep(AppearedKind::Files, path.to_owned(), None, None);
    }
}

/// "Apps and features" (Microsoft, "Uninstall Registry Key").
const UNINSTALL: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall";
const SERVICES: &str = r"SYSTEM\CurrentControlSet\Services";
/// Where the Task Scheduler keeps its tree; a key with an `Id` is a task.
const TASKS: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tree";
/// How many levels of task folders are looked into.
const TASK_DEPTH: usize = 4;

/// Keeps the machine's uninstall entries in both views, and the account's own.
fn uninstall_entries(system: &dyn System, run_as: &RunAs, snapshot: &mut Snapshot) {
    let both = [(View::Bits64, "64-bit"), (View::Bits32, "32-bit")];
    let machine = both.map(|(view, name)| (RegistryKey::local_machine(UNINSTALL), view, Some(name)));
    // Windows keeps this part of an account's registry once, for both views, and looking twice would list
    // each entry twice.
    let own = RegistryKey { hive: Hive::CurrentUser, path: UNINSTALL.to_owned() };
    for (root, view, name) in machine.into_iter().chain([(own, View::Bits64, None)]) {
        let perspective = Perspective { view, ..run_as.perspective };
        for entry in system.registry().subkeys(&root, perspective).unwrap_or_default() {
            let key = below(&root, &entry);
            let says = [
                registry_text(system, &key, "DisplayName", perspective),
                registry_text(system, &key, "DisplayVersion", perspective),
            ];
            let says = says.into_iter().flatten().collect::<Vec<_>>().join(" ");
            let says = (!says.is_empty()).then_some(says);
            snapshot.keep(AppearedKind::UninstallEntry, key.to_string(), name, says);
        }
    }
}

fn services(system: &dyn System, run_as: &RunAs, snapshot: &mut Snapshot) {
    let (root, perspective) = (RegistryKey::local_machine(SERVICES), wide(run_as));
    for name in system.registry().subkeys(&root, perspective).unwrap_or_default() {
        let says = registry_text(system, &below(&root, &name), "ImagePath", perspective);
        snapshot.keep(AppearedKind::Service, name, None, says);
    }
}

fn tasks(system: &dyn System, run_as: &RunAs, snapshot: &mut Snapshot) {
    task_folder(system, &RegistryKey::local_machine(TASKS), "", wide(run_as), 0, snapshot);
}

fn task_folder(
    system: &dyn System,
    key: &RegistryKey,
    path: &str,
    perspective: Perspective,
    depth: usize,
    snapshot: &mut Snapshot,
) {
    for name in system.registry().subkeys(key, perspective).unwrap_or_default() {
        let (key, path) = (below(key, &name), format!("{path}\\{name}"));
        if matches!(system.registry().value(&key, "Id", perspective), Ok(Some(_))) {
            snapshot.keep(AppearedKind::Task, path, None, None);
        } else if depth < TASK_DEPTH {
            task_folder(system, &key, &path, perspective, depth + 1, snapshot);
        }
    }
}

/// The value of this name where it is a text.
pub(crate) fn registry_text(
    system: &dyn System,
    key: &RegistryKey,
    name: &str,
    perspective: Perspective,
) -> Option<String> {
    match system.registry().value(key, name, perspective).ok()?? {
        RegistryValue::Text(text) | RegistryValue::Expandable(text) => Some(text),
        _ => None,
    }
}

fn below(key: &RegistryKey, name: &str) -> RegistryKey {
    RegistryKey { hive: key.hive, path: format!("{}\\{name}", key.path) }
}

fn wide(run_as: &RunAs) -> Perspective {
    Perspective { view: View::Bits64, ..run_as.perspective }
}

#[cfg(test)]
mod tests;
