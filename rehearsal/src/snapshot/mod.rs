//! What is on the machine, as far as an installer's traces are looked for: uninstall entries, services, scheduled tasks,
//! and the upper two levels of the folders that installers write into.
//!
//! What cannot be answered is not there: a trace that is not seen is worth less than a rehearsal.

mod folders;
mod registered;

pub(crate) use registered::text;

use std::collections::BTreeMap;
use waybill_installer_runner::RunAs;
use waybill_schemas::app::AppDocument;
use waybill_schemas::report::rehearsal::{AppearedItem, AppearedKind};
use waybill_system::{System, SystemKind};

/// By what a thing is the same before and after: its kind, its name as the system compares names, its view.
type Key = (AppearedKind, String, Option<String>);

/// A thing as it is told.
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
    /// Looks. `app` names folders in its rules; `own` is the rehearsal's own root, which is no trace.
    pub(crate) fn take(system: &dyn System, eyes: &RunAs, app: &AppDocument, own: &str) -> Self {
        let mut snapshot = Self { system: system.kind(), things: BTreeMap::new() };
        if system.kind() == SystemKind::Windows {
            registered::uninstall_entries(system, eyes, &mut snapshot);
            registered::services(system, eyes, &mut snapshot);
            registered::tasks(system, eyes, &mut snapshot);
        }
        folders::look(system, eyes, app, own, &mut snapshot);
        snapshot
    }

    /// What is here and was not there `before`; of files and folders the topmost.
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

    /// Whether it is here.
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

    /// Whether the rehearsal's own root is it, in it, or above it.
    fn is_own(&self, path: &str, own: &str) -> bool {
        let (path, own) = (self.folded(path), self.folded(own));
        path == own || lies_in(&own, &path) || lies_in(&path, &own)
    }
}

fn lies_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with(['\\', '/']))
}

#[cfg(test)]
mod tests;
