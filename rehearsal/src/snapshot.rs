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
        let snapshot = Self { system: system.kind(), things: BTreeMap::new() };
        let mut look = Look { system, run_as, own, snapshot };
        if system.kind() == SystemKind::Windows {
            look.keep_uninstall_entries();
            look.keep_services();
            look.keep_tasks(&RegistryKey::local_machine(TASKS), "", 0);
        }
        for (folder, levels) in look.roots(app) {
            look.keep_folder(&folder, levels);
        }
        look.snapshot
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

/// "Apps and features" (Microsoft, "Uninstall Registry Key").
const UNINSTALL: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall";
const SERVICES: &str = r"SYSTEM\CurrentControlSet\Services";
/// Where the Task Scheduler keeps its tree; a key with an `Id` is a task.
const TASKS: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tree";
/// How many levels of task folders are looked into.
const TASK_DEPTH: usize = 4;

/// A snapshot that is being taken.
struct Look<'a> {
    system: &'a dyn System,
    run_as: &'a RunAs,
    own: &'a str,
    snapshot: Snapshot,
}

impl Look<'_> {
    fn roots(&self, app: &AppDocument) -> Vec<(String, usize)> {
        let environments =
            [false, true].map(|narrow| self.system.device().environment(self.run_as.in_view(narrow)));
        let environments: Vec<Environment> = environments.into_iter().filter_map(Result::ok).collect();
        let mut roots: Vec<(String, usize)> = match self.system.kind() {
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
    fn keep_folder(&mut self, folder: &str, levels: usize) {
        let files = self.system.files();
        let is_folder =
            |path: &str| matches!(files.look(path), Ok(Some(facts)) if facts.kind == FileKind::Folder);
        if !is_folder(folder) {
            return;
        }
        self.keep_file(folder);
        for name in files.list(folder).unwrap_or_default() {
            let path = self.system.kind().join(folder, &name);
            // A folder of a million files must not fill the memory; what appears is seldom beyond the first ones.
            if self.snapshot.things.len() >= MOST {
                return;
            }
            if levels > 1 && is_folder(&path) {
                self.keep_folder(&path, levels - 1);
            } else {
                self.keep_file(&path);
            }
        }
    }

    fn keep_file(&mut self, path: &str) {
        let path = path.trim_end_matches(['\\', '/']);
        if !self.snapshot.is_own(path, self.own) {
            self.snapshot.keep(AppearedKind::Files, path.to_owned(), None, None);
        }
    }

    /// Keeps the machine's uninstall entries in both views, and the account's own.
    fn keep_uninstall_entries(&mut self) {
        let both = [(View::Bits64, "64-bit"), (View::Bits32, "32-bit")];
        let machine = both.map(|(view, name)| (RegistryKey::local_machine(UNINSTALL), view, Some(name)));
        // Windows keeps this part of an account's registry once, for both views, and looking twice would list
        // each entry twice.
        let own = RegistryKey { hive: Hive::CurrentUser, path: UNINSTALL.to_owned() };
        for (root, view, name) in machine.into_iter().chain([(own, View::Bits64, None)]) {
            let perspective = Perspective { view, ..self.run_as.perspective };
            for entry in self.subkeys(&root, perspective) {
                let key = below(&root, &entry);
                let says = ["DisplayName", "DisplayVersion"]
                    .map(|name| registry_text(self.system, &key, name, perspective));
                let says = says.into_iter().flatten().collect::<Vec<_>>().join(" ");
                let says = (!says.is_empty()).then_some(says);
                self.snapshot.keep(AppearedKind::UninstallEntry, key.to_string(), name, says);
            }
        }
    }

    fn keep_services(&mut self) {
        let (root, perspective) = (RegistryKey::local_machine(SERVICES), self.wide());
        for name in self.subkeys(&root, perspective) {
            let says = registry_text(self.system, &below(&root, &name), "ImagePath", perspective);
            self.snapshot.keep(AppearedKind::Service, name, None, says);
        }
    }

    fn keep_tasks(&mut self, folder: &RegistryKey, path: &str, depth: usize) {
        let perspective = self.wide();
        for name in self.subkeys(folder, perspective) {
            let (key, path) = (below(folder, &name), format!("{path}\\{name}"));
            if matches!(self.system.registry().value(&key, "Id", perspective), Ok(Some(_))) {
                self.snapshot.keep(AppearedKind::Task, path, None, None);
            } else if depth < TASK_DEPTH {
                self.keep_tasks(&key, &path, depth + 1);
            }
        }
    }

    fn subkeys(&self, key: &RegistryKey, perspective: Perspective) -> Vec<String> {
        self.system.registry().subkeys(key, perspective).unwrap_or_default()
    }

    fn wide(&self) -> Perspective {
        Perspective { view: View::Bits64, ..self.run_as.perspective }
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

#[cfg(test)]
mod tests;
