//! What an installer may do that no test should do to the machine it runs on: ask for a restart, leave children, ask
//! for retries without end. The machine is in memory; package, server and content folder are real.
#![cfg(unix)] // the machine in memory is a Unix one, whose content folder has a path of this host
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::json;
use std::fs;
use std::time::Duration;
use tempfile::TempDir;
use waybill_context::Context;
use waybill_rehearsal::{RehearsalRequest, rehearse};
use waybill_schemas::app::AppFolder;
use waybill_schemas::report::install::AttemptOutcome;
use waybill_schemas::report::rehearsal::{Phase, PhaseDetails, PhaseStatus, RehearsalReport};
use waybill_system::fake::{FakeRun, FakeSystem};
use waybill_system::{System, SystemKind};

const TARGET: &str = "/opt/contoso/notes";
const CODE: &str = "{5C1F7D9A-3B60-4E0B-9B1C-2F7E44D0A816}";

fn app() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("app").join("source");
    fs::create_dir_all(&source).unwrap();
    fs::write(source.join("setup.cmd"), "exit 0\r\n").unwrap();
    let document = |install: &str, uninstall: &str, path: &str| {
        json!({
            "displayName": "Notes", "publisher": "Contoso", "setupFilePath": "setup.cmd",
            "installCommandLine": install, "uninstallCommandLine": uninstall,
            "rules": [{
                "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule", "path": path,
                "fileOrFolderName": "notes", "operationType": "exists",
            }],
        })
        .to_string()
    };
    let own = document("setup.cmd", &format!("msiexec /x {CODE} /qn /norestart"), r"C:\Contoso");
    fs::write(folder.path().join("app").join("app.json"), own).unwrap();
    let unix = document("/bin/sh install", "/bin/sh uninstall", "/opt/contoso");
    fs::write(folder.path().join("app").join("app.unix.json"), unix).unwrap();
    folder
}

/// `/bin/sh install` ends as the test says; `/bin/sh uninstall` removes the app.
fn machine(install: impl Fn(&FakeSystem) -> FakeRun + Send + Sync + 'static) -> FakeSystem {
    let machine = FakeSystem::unix();
    machine.add_program("/bin/sh", move |machine, start| {
        if start.line.ends_with("uninstall") {
            machine.remove_file(TARGET);
            return FakeRun::ends(0);
        }
        install(machine)
    });
    machine
}

fn try_on(machine: &dyn System) -> RehearsalReport {
    rehearsed(&app(), machine)
}

fn rehearsed(app: &TempDir, machine: &dyn System) -> RehearsalReport {
    let folder = app.path().join("app");
    let documents = AppFolder::open(&folder, machine.kind() == SystemKind::Windows).unwrap();
    let mut request = RehearsalRequest::new(folder, documents);
    request.root = Some(app.path().join("root"));
    request.settings.detection_patience = Duration::ZERO;
    rehearse(&request, machine, &(), &Context::silent()).unwrap()
}

fn status(report: &RehearsalReport, phase: Phase) -> PhaseStatus {
    report.phases.iter().find(|one| one.phase == phase).unwrap().status
}

#[test]
fn children_that_live_on_are_a_warning() {
    let report = try_on(&machine(|machine| {
        machine.add_file(TARGET, 1);
        FakeRun::ends(0).leaving("updater").leaving("tray")
    }));
    assert_eq!((report.exit, report.summary.as_str()), (0, "installed and detected"), "{report:#?}");
    let told = "2 children still run; Intune would judge now (updater, tray)";
    assert!(report.warnings.iter().any(|warning| warning == told), "{:?}", report.warnings);
}

#[test]
fn a_hard_restart_ends_it_where_it_would_come() {
    let machine = machine(|machine| {
        machine.add_file(TARGET, 1);
        FakeRun::ends(1641)
    });
    let report = try_on(&machine);
    assert_eq!(report.exit, 11, "{report:#?}");
    assert!(report.summary.contains("hard restart"), "{}", report.summary);
    assert_eq!(status(&report, Phase::Install), PhaseStatus::Passed);
    assert_eq!(status(&report, Phase::Uninstall), PhaseStatus::Skipped);
    assert_eq!(machine.starts().len(), 1);
}

#[test]
fn an_installer_that_asks_for_a_retry_without_end_is_asked_four_times() {
    let machine = machine(|_| FakeRun::ends(1618));
    let report = try_on(&machine);
    assert_eq!((report.exit, machine.starts().len()), (9, 4), "{report:#?}");
    assert!(report.warnings.iter().any(|warning| warning.contains("3 times")), "{:?}", report.warnings);
}

#[test]
fn what_a_failed_install_left_is_taken_away_where_the_app_is_detected() {
    let machine = machine(|machine| {
        machine.add_file(TARGET, 1);
        FakeRun::ends(5)
    });
    let report = try_on(&machine);
    assert_eq!((report.exit, status(&report, Phase::Uninstall)), (8, PhaseStatus::Passed), "{report:#?}");
    let install = report.phases.iter().find(|one| one.phase == Phase::Install).unwrap();
    let Some(PhaseDetails::Install(install)) = &install.details else { panic!("no report") };
    assert_eq!(install.outcome, AttemptOutcome::DoneDespiteCode);
    assert!(machine.starts().last().unwrap().line.ends_with("uninstall"));
}

#[test]
fn a_product_that_the_uninstall_would_remove_is_somebodys_own() {
    let machine = FakeSystem::windows();
    machine.add_product(&CODE.to_lowercase(), 5, "1.0");
    machine.add_product(CODE, 5, "1.0");
    let report = try_on(&machine);
    let before = report.phases.iter().find(|one| one.phase == Phase::Before).unwrap();
    assert_eq!((report.exit, before.code.as_deref()), (3, Some("app-is-here")), "{report:#?}");
    assert!(before.summary.contains(CODE), "{}", before.summary);
    assert!(machine.starts().is_empty());
}

#[test]
fn a_product_that_cannot_be_asked_after_may_be_somebodys_own() {
    let machine = FakeSystem::windows();
    machine.deny(CODE);
    let report = try_on(&machine);
    let before = report.phases.iter().find(|one| one.phase == Phase::Before).unwrap();
    assert_eq!((report.exit, before.status), (1, PhaseStatus::Failed), "{report:#?}");
    assert!(before.summary.contains("cannot be told"), "{}", before.summary);
    assert!(machine.starts().is_empty());
}

#[test]
fn a_product_that_the_msi_is_said_to_bring_is_somebodys_own_too() {
    let app = app();
    let path = app.path().join("app").join("app.json");
    let mut document: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    document["uninstallCommandLine"] = "setup.cmd /uninstall".into();
    document["msiInformation"] = json!({ "productCode": CODE });
    fs::write(path, document.to_string()).unwrap();
    let machine = FakeSystem::windows();
    machine.add_product(CODE, 5, "1.0");
    let report = rehearsed(&app, &machine);
    let before = report.phases.iter().find(|one| one.phase == Phase::Before).unwrap();
    assert_eq!((report.exit, before.code.as_deref()), (3, Some("app-is-here")), "{report:#?}");
    assert!(machine.starts().is_empty());
}
