use super::*;
use waybill_installer_runner::Settings;
use waybill_schemas::app::AppDocument;
use waybill_schemas::report::rehearsal::AppearedKind;
use waybill_system::fake::FakeSystem;
use waybill_system::{RegistryValue, View};

const CODE: &str = "{5C1F7D9A-3B60-4E0B-9B1C-2F7E44D0A816}";
const UNINSTALL: &str = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall";

fn item(kind: AppearedKind, name: &str, view: Option<&str>) -> AppearedItem {
    AppearedItem { kind, name: name.into(), says: None, view: view.map(str::to_owned), left_behind: false }
}

fn proposed(machine: &FakeSystem, appeared: &[AppearedItem]) -> serde_json::Value {
    let run_as = RunAs::new(&AppDocument::new(), &Settings::new(std::path::Path::new("")), machine);
    serde_json::to_value(propose(appeared, "Contoso Notes", machine, &run_as).unwrap().rule).unwrap()
}

#[test]
fn the_product_code_goes_before_all_else() {
    let machine = FakeSystem::windows();
    machine.add_product(CODE, 5, "4.2.1");
    machine.add_value(
        View::Bits64,
        &format!("{UNINSTALL}\\A"),
        "DisplayVersion",
        RegistryValue::Text("9.9".into()),
    );
    let rule = proposed(
        &machine,
        &[
            item(AppearedKind::UninstallEntry, &format!("{UNINSTALL}\\A"), Some("64-bit")),
            item(AppearedKind::UninstallEntry, &format!("{UNINSTALL}\\{CODE}"), Some("64-bit")),
        ],
    );
    assert_eq!(rule["productCode"], CODE);
    assert_eq!(
        (&rule["productVersionOperator"], &rule["productVersion"]),
        (&"greaterThanOrEqual".into(), &"4.2.1".into())
    );
}

#[test]
fn an_uninstall_entry_is_asked_in_its_view_and_by_its_kind_of_version() {
    let machine = FakeSystem::windows();
    let key = format!("{UNINSTALL}\\Contoso");
    machine.add_value(View::Bits32, &key, "DisplayVersion", RegistryValue::Text("4.2.0".into()));
    let appeared = [item(AppearedKind::UninstallEntry, &key, Some("32-bit"))];
    let rule = proposed(&machine, &appeared);
    assert_eq!((&rule["check32BitOn64System"], &rule["operationType"]), (&true.into(), &"version".into()));
    assert_eq!(
        (&rule["operator"], &rule["comparisonValue"]),
        (&"greaterThanOrEqual".into(), &"4.2.0".into())
    );
    machine.add_value(View::Bits32, &key, "DisplayVersion", RegistryValue::Text("2024 R2".into()));
    let rule = proposed(&machine, &appeared);
    assert_eq!((&rule["operationType"], &rule["operator"]), (&"string".into(), &"equal".into()));
}

#[test]
fn the_apps_own_program_speaks_with_its_version_and_a_variable() {
    let machine = FakeSystem::windows();
    let folder = r"C:\Program Files (x86)\Contoso";
    machine.add_versioned_file(&format!(r"{folder}\helper.exe"), Some([9, 0, 0, 0]), None);
    machine.add_versioned_file(&format!(r"{folder}\notes.exe"), Some([4, 2, 0, 1]), None);
    machine.add_versioned_file(&format!(r"{folder}\unins000.exe"), Some([1, 0, 0, 0]), None);
    let rule = proposed(&machine, &[item(AppearedKind::Files, folder, None)]);
    assert_eq!(
        (&rule["path"], &rule["fileOrFolderName"]),
        (&r"%ProgramFiles%\Contoso".into(), &"notes.exe".into())
    );
    assert_eq!((&rule["check32BitOn64System"], &rule["comparisonValue"]), (&true.into(), &"4.2.0.1".into()));
}

#[test]
fn without_a_version_a_file_that_exists_will_do() {
    let machine = FakeSystem::windows();
    machine.add_file(r"C:\ProgramData\Hello\hello.txt", 3);
    let rule = proposed(&machine, &[item(AppearedKind::Files, r"C:\ProgramData\Hello", None)]);
    assert_eq!((&rule["path"], &rule["operationType"]), (&r"%ProgramData%\Hello".into(), &"exists".into()));
    assert_eq!(rule["fileOrFolderName"], "hello.txt");
}

#[test]
fn a_folder_below_the_root_is_looked_into() {
    let machine = FakeSystem::unix();
    machine.add_file("/opt/notes", 3);
    let rule = proposed(&machine, &[item(AppearedKind::Files, "/opt", None)]);
    assert_eq!((&rule["path"], &rule["fileOrFolderName"]), (&"/opt".into(), &"notes".into()));
}

#[test]
fn nothing_that_appeared_speaks_for_nothing() {
    let machine = FakeSystem::windows();
    let run_as = RunAs::new(&AppDocument::new(), &Settings::new(std::path::Path::new("")), &machine);
    assert_eq!(propose(&[item(AppearedKind::Service, "svc", None)], "x", &machine, &run_as), None);
}
