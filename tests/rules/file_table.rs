//! Runs the cases of file rules on each machine, and tests how folders are written.

use crate::file_cases::{FileCase, all};
use crate::ground::{FakeGround, FilePlace, Ground};
use crate::look::Looker;
use crate::real_ground::RealGround;
use crate::truth::Expected;
use serde_json::{Value, json};
use waybill_system::fake::FakeSystem;

const FILE: i64 = 1006;

fn rule(case: &FileCase, place: &FilePlace) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule",
        "path": place.folder,
        "fileOrFolderName": place.name,
        "operationType": case.operation,
        "operator": case.operator,
        "comparisonValue": case.value,
    })
}

/// Runs every case. Returns how many this machine could represent.
fn run(ground: &dyn Ground) -> usize {
    let looker = Looker::new(ground.system());
    let cases = all();
    let shown = cases.iter().filter(|case| {
        let place = ground.put_file(&case.thing);
        if let Some(place) = &place {
            looker.expect(&rule(case, place), FILE, case.expected);
        }
        place.is_some()
    });
    shown.count()
}

#[test]
fn every_file_case_in_memory() {
    let windows = run(&FakeGround::windows());
    assert_eq!(windows, all().len());
    assert_eq!(run(&FakeGround::unix()), windows);
    waybill_tests::counted(&format!(
        "rule table: {windows} cases of file rules on a Windows and a Unix in memory, as detection and requirement"
    ));
}

#[test]
fn every_file_case_on_this_machine() {
    let shown = run(&RealGround::new());
    waybill_tests::counted(&format!(
        "rule table: {shown} of {} cases of file rules with real files",
        all().len()
    ));
    assert!(shown > 1300, "only {shown} cases could be shown here");
}

fn exists(folder: &str, name: &str, is_32_bit: bool) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule",
        "path": folder, "fileOrFolderName": name,
        "check32BitOn64System": is_32_bit, "operationType": "exists",
    })
}

#[test]
fn variables_and_system_folders_are_those_of_the_view() {
    let machine = FakeSystem::windows();
    machine.add_file(r"C:\Program Files\App\64.exe", 1);
    machine.add_file(r"C:\Program Files (x86)\App\32.exe", 1);
    machine.add_file(r"C:\Windows\System32\64.dll", 1);
    machine.add_file(r"C:\Windows\SysWOW64\32.dll", 1);
    machine.add_file(r"C:\Windows\System32\drivers\etc\hosts", 1);
    let looker = Looker::new(&machine);
    for (folder, name, in_64, in_32) in [
        (r"%ProgramFiles%\App", "64.exe", true, false),
        (r"%ProgramFiles%\App", "32.exe", false, true),
        (r"%programfiles%\App\", "32.exe", false, true),
        (r"%ProgramFiles(x86)%\App", "32.exe", true, true),
        (r"%ProgramW6432%\App", "64.exe", true, true),
        (r"C:\Program Files\App", "64.exe", true, true),
        (r"%windir%\System32", "64.dll", true, false),
        (r"%windir%\System32", "32.dll", false, true),
        (r"C:/Windows/System32", "32.dll", false, true),
        (r"C:\Windows\Sysnative", "64.dll", false, true),
        (r"C:\Windows\SysWOW64", "32.dll", true, true),
        (r"%SystemRoot%\System32\drivers\etc", "hosts", true, true),
        (r"C:\Program Files", r"App\64.exe", true, true),
        (r"C:\", "Program Files", true, true),
        (r" C:\Program Files ", " App ", true, true),
    ] {
        for (is_32_bit, holds) in [(false, in_64), (true, in_32)] {
            let expected = if holds { Expected::Holds } else { Expected::Fails };
            looker.expect(&exists(folder, name, is_32_bit), FILE, expected);
        }
    }
    let report = looker.rule(&exists(r"%ProgramFiles%\App", "32.exe", true));
    assert_eq!(
        (report.view.as_str(), report.subject.as_str()),
        ("32-bit", r"C:\Program Files (x86)\App\32.exe")
    );
}

#[test]
fn a_32_bit_windows_has_one_view() {
    let machine = FakeSystem::windows();
    machine.set_device(|device| device.architecture = Some(waybill_system::Architecture::X86));
    machine.add_file(r"C:\Windows\System32\app.dll", 1);
    Looker::new(&machine).expect(&exists(r"C:\Windows\System32", "app.dll", true), FILE, Expected::Holds);
}

#[test]
fn a_variable_that_nobody_set_is_named() {
    let machine = FakeSystem::windows();
    let looker = Looker::new(&machine);
    let report = looker.rule(&exists(r"%Contoso%\%ProgramFiles%", "app.exe", false));
    assert_eq!(Expected::reported(&report), Expected::Fails);
    assert_eq!(report.why, "%Contoso% is no variable of this account and view.");
    let report = looker.rule(&exists(r"C:\%One%\%Two%", "app.exe", false));
    assert_eq!(report.why, "%One%, %Two% are no variables of this account and view.");
}

#[test]
fn places_that_mean_nothing_are_invalid() {
    let machine = FakeSystem::windows();
    let looker = Looker::new(&machine);
    for (folder, name) in [
        ("", "app.exe"),
        ("   ", "app.exe"),
        (r"C:\App", ""),
        (r"C:\App", "  "),
        ("App", "app.exe"),
        (r"\App", "app.exe"),
        ("/opt/app", "app"),
        (r"C:App", "app.exe"),
        (r"C:\App", "*.exe"),
        (r"C:\App?", "app.exe"),
        ("\"C:\\App\"", "app.exe"),
        (r"$env:ProgramFiles\App", "app.exe"),
    ] {
        looker.expect(&exists(folder, name, false), FILE, Expected::Invalid);
    }
}

#[test]
fn a_windows_path_cannot_be_told_on_unix() {
    let machine = FakeSystem::unix();
    machine.add_file("/home/alex/app", 1);
    let looker = Looker::new(&machine);
    for (folder, expected) in [
        (r"C:\Program Files\App", Expected::CannotTell),
        ("%ProgramFiles%/App", Expected::CannotTell),
        (r"\\server\share", Expected::CannotTell),
        ("opt", Expected::Invalid),
        ("/home/alex", Expected::Holds),
        ("%HOME%", Expected::Holds),
    ] {
        looker.expect(&exists(folder, "app", false), FILE, expected);
    }
}

#[test]
fn a_report_shows_what_was_wanted_and_found() {
    let machine = FakeSystem::windows();
    machine.add_versioned_file(r"C:\App\app.exe", Some([1, 1, 9, 0]), Some("1.1.9 beta"));
    let report = Looker::new(&machine).rule(&json!({
        "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule",
        "path": r"C:\App", "fileOrFolderName": "app.exe",
        "operationType": "version", "operator": "greaterThanOrEqual", "comparisonValue": "1.2.0",
    }));
    assert_eq!((report.pointer.as_str(), report.kind.as_str()), ("/rules/0", "file"));
    assert_eq!(report.subject, r"version of C:\App\app.exe");
    assert_eq!(report.expected, "greaterThanOrEqual 1.2.0");
    assert_eq!(report.actual, "1.1.9.0 (\"1.1.9 beta\")");
    assert_eq!(report.why, "1.1.9.0 (\"1.1.9 beta\") is less than 1.2.0.");
}
