//! What Windows keeps a list of.

use super::Snapshot;
use waybill_installer_runner::RunAs;
use waybill_schemas::report::rehearsal::AppearedKind;
use waybill_system::{Hive, Perspective, RegistryKey, RegistryValue, System, View};

/// "Apps and features" (Microsoft, "Uninstall Registry Key").
const UNINSTALL: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall";
const SERVICES: &str = r"SYSTEM\CurrentControlSet\Services";
/// Where the Task Scheduler keeps its tree; a key with an `Id` is a task.
const TASKS: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tree";
/// Folders of tasks within one another that are looked into.
const TASK_DEPTH: usize = 4;

/// The machine's in both views, and the account's own.
pub(super) fn uninstall_entries(system: &dyn System, eyes: &RunAs, snapshot: &mut Snapshot) {
    let both = [(View::Bits64, "64-bit"), (View::Bits32, "32-bit")];
    let machine = both.map(|(view, name)| (RegistryKey::local_machine(UNINSTALL), view, Some(name)));
    let own = RegistryKey { hive: Hive::CurrentUser, path: UNINSTALL.to_owned() };
    for (root, view, name) in machine.into_iter().chain([(own, View::Bits64, None)]) {
        let perspective = Perspective { view, ..eyes.perspective };
        for entry in system.registry().subkeys(&root, perspective).unwrap_or_default() {
            let key = below(&root, &entry);
            let says = [
                text(system, &key, "DisplayName", perspective),
                text(system, &key, "DisplayVersion", perspective),
            ];
            let says = says.into_iter().flatten().collect::<Vec<_>>().join(" ");
            let says = (!says.is_empty()).then_some(says);
            snapshot.keep(AppearedKind::UninstallEntry, key.to_string(), name, says);
        }
    }
}

pub(super) fn services(system: &dyn System, eyes: &RunAs, snapshot: &mut Snapshot) {
    let (root, perspective) = (RegistryKey::local_machine(SERVICES), wide(eyes));
    for name in system.registry().subkeys(&root, perspective).unwrap_or_default() {
        let says = text(system, &below(&root, &name), "ImagePath", perspective);
        snapshot.keep(AppearedKind::Service, name, None, says);
    }
}

pub(super) fn tasks(system: &dyn System, eyes: &RunAs, snapshot: &mut Snapshot) {
    task_folder(system, &RegistryKey::local_machine(TASKS), "", wide(eyes), 0, snapshot);
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

/// The text of a value, where it is one.
pub(crate) fn text(
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

fn wide(eyes: &RunAs) -> Perspective {
    Perspective { view: View::Bits64, ..eyes.perspective }
}
