use super::*;
use waybill_installer_runner::Settings;
use waybill_schemas::app::Rule;
use waybill_system::fake::FakeSystem;
use waybill_system::{RegistryValue, View};

fn take(machine: &FakeSystem, app: &AppDocument) -> Snapshot {
    let run_as = RunAs::new(app, &Settings::new(std::path::Path::new("")), machine);
    Snapshot::take(machine, &run_as, app, r"C:\ProgramData\Rehearsal")
}

// The fake machine lists names in lower case.
fn names(items: &[AppearedItem]) -> Vec<(AppearedKind, &str)> {
    items.iter().map(|item| (item.kind, item.name.as_str())).collect()
}

const ENTRY: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\Contoso";

#[test]
fn what_appears_is_told_by_its_topmost_folder_and_its_view() {
    let (machine, app) = (FakeSystem::windows(), AppDocument::new());
    machine.add_file(r"C:\Program Files\Old\old.exe", 1);
    let before = take(&machine, &app);
    machine.add_file(r"C:\Program Files\Contoso\Notes\bin\notes.exe", 1);
    machine.add_file(r"C:\Program Files\Old\new.dll", 1);
    machine.add_file(r"C:\ProgramData\Rehearsal\Logs\x.log", 1);
    machine.add_value(View::Bits32, ENTRY, "DisplayName", RegistryValue::Text("Contoso Notes".into()));
    machine.add_value(View::Bits32, ENTRY, "DisplayVersion", RegistryValue::Text("4.2".into()));
    let service = r"HKLM\SYSTEM\CurrentControlSet\Services\ContosoSvc";
    machine.add_value(View::Bits64, service, "ImagePath", RegistryValue::Text("svc.exe".into()));
    let task = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tree\Contoso\Update";
    machine.add_value(View::Bits64, task, "Id", RegistryValue::Text("{1}".into()));
    let appeared = take(&machine, &app).since(&before);
    assert_eq!(
        names(&appeared),
        [
            (
                AppearedKind::UninstallEntry,
                "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\contoso"
            ),
            (AppearedKind::Service, "contososvc"),
            (AppearedKind::Task, r"\contoso\update"),
            (AppearedKind::Files, r"C:\Program Files\contoso"),
            (AppearedKind::Files, r"C:\Program Files\old\new.dll"),
        ]
    );
    assert_eq!(appeared[0].says.as_deref(), Some("Contoso Notes 4.2"));
    assert_eq!(appeared[0].view.as_deref(), Some("32-bit"));
    machine.remove_file(r"C:\Program Files\Contoso");
    let finally = take(&machine, &app);
    assert!(!finally.has(&appeared[3]) && finally.has(&appeared[4]) && finally.has(&appeared[0]));
}

#[test]
fn folders_that_rules_name_are_looked_at() {
    let (machine, mut app) = (FakeSystem::unix(), AppDocument::new());
    app.rules = vec![Rule::FileSystem(waybill_schemas::app::FileSystemRule {
        path: Some("/srv/contoso".into()),
        ..Default::default()
    })];
    let before = take(&machine, &app);
    machine.add_file("/srv/contoso/notes", 1);
    assert_eq!(names(&take(&machine, &app).since(&before)), [(AppearedKind::Files, "/srv/contoso")]);
}
