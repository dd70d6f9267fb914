//! What a rehearsal never does: touch a copy that is here, change the app's folder, go on after it was stopped. Each
//! runs a command for real on the machine that tests run on, in a temporary folder.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;
use waybill_context::{Context, SystemClock};
use waybill_installer_runner::{AccountChoice, Events};
use waybill_rehearsal::{Audience, RehearsalRequest, rehearse};
use waybill_schemas::app::AppFolder;
use waybill_schemas::report::install::StepReport;
use waybill_schemas::report::rehearsal::{Phase, PhaseStatus, RehearsalPhase, RehearsalReport};
use waybill_system::this_machine;

/// An app that puts `app.txt` into a folder of the test's.
struct App {
    folder: TempDir,
    target: PathBuf,
}

impl App {
    fn new() -> Self {
        Self::with(r#"if exist "{target}\app.txt" del "{target}\app.txt""#, r#"rm -f "{target}/app.txt""#)
    }

    /// An app with these lines as its uninstaller.
    fn with(uninstall_cmd: &str, uninstall_sh: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        let app = Self { folder, target };
        app.write(
            "source/install.cmd",
            "@mkdir \"{target}\" 2>nul\r\n@echo new>\"{target}\\app.txt\"\r\n@exit /b 0\r\n",
        );
        app.write("source/install.sh", "mkdir -p \"{target}\" && echo new >\"{target}/app.txt\"\n");
        app.write("source/uninstall.cmd", &format!("@{uninstall_cmd}\r\n@exit /b 0\r\n"));
        app.write("source/uninstall.sh", &format!("{uninstall_sh}\n"));
        app.document("app.json", "install.cmd", "uninstall.cmd");
        app.document("app.unix.json", "sh install.sh", "sh uninstall.sh");
        app
    }

    fn document(&self, name: &str, install: &str, uninstall: &str) {
        let target = self.target.display().to_string();
        // Lint judges app.json as Windows would, on every host.
        let path = if cfg!(unix) && name == "app.json" { r"C:\Waybill Test".to_owned() } else { target };
        let document = json!({
            "displayName": "Test", "publisher": "Waybill", "setupFilePath": "install.cmd",
            "installCommandLine": install, "uninstallCommandLine": uninstall,
            "installExperience": { "runAsAccount": "user" }, // its folder is one user's
            "rules": [{
                "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule", "path": path,
                "fileOrFolderName": "app.txt", "operationType": "exists",
            }],
        });
        self.write(name, &document.to_string());
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join("app").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text.replace("{target}", &self.target.display().to_string())).unwrap();
    }

    fn request(&self) -> RehearsalRequest {
        let folder = self.folder.path().join("app");
        let app = AppFolder::open(&folder, cfg!(windows)).unwrap();
        let mut request = RehearsalRequest::new(folder, app);
        request.root = Some(self.folder.path().join("root"));
        request.settings.account = AccountChoice::Current;
        request.settings.detection_patience = std::time::Duration::ZERO;
        request
    }

    fn rehearse(&self, request: &RehearsalRequest) -> RehearsalReport {
        rehearse(request, &this_machine(), &(), &Context::silent()).unwrap()
    }

    fn put_copy(&self) {
        fs::create_dir_all(&self.target).unwrap();
        fs::write(self.target.join("app.txt"), "mine").unwrap();
    }

    fn copy(&self) -> Option<String> {
        fs::read_to_string(self.target.join("app.txt")).ok()
    }
}

fn phase(report: &RehearsalReport, phase: Phase) -> &RehearsalPhase {
    report.phases.iter().find(|one| one.phase == phase).unwrap()
}

#[test]
fn a_copy_that_is_here_is_not_touched() {
    let app = App::new();
    app.put_copy();
    let report = app.rehearse(&app.request());
    assert_eq!((report.exit, phase(&report, Phase::Before).code.as_deref()), (3, Some("app-is-here")));
    assert_eq!(phase(&report, Phase::Install).status, PhaseStatus::Skipped);
    assert_eq!(app.copy().as_deref(), Some("mine"));
}

#[test]
fn with_force_the_copy_goes_first_and_everything_is_shown() {
    let app = App::new();
    app.put_copy();
    let mut request = app.request();
    request.force = true;
    let report = app.rehearse(&request);
    assert_eq!((report.exit, report.summary.as_str()), (0, "installed and detected"), "{report:#?}");
    assert!(phase(&report, Phase::Before).summary.contains("is uninstalled first"));
    assert_eq!(app.copy(), None);
}

#[test]
fn the_apps_folder_is_left_as_it_is() {
    let app = App::new();
    let folder = app.folder.path().join("app");
    let before = listing(&folder);
    let report = app.rehearse(&app.request());
    assert_eq!(report.exit, 0, "{report:#?}");
    assert_eq!(listing(&folder), before);
}

fn listing(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(listing(&path));
        } else {
            found.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn an_uninstall_that_removes_nothing_is_found_and_told() {
    let app = App::with("rem nothing", ": nothing");
    let report = app.rehearse(&app.request());
    assert_eq!((report.exit, phase(&report, Phase::Uninstall).status), (8, PhaseStatus::Failed));
    assert_eq!(phase(&report, Phase::DetectGone).status, PhaseStatus::Failed);
    assert!(report.appeared.iter().any(|item| item.left_behind), "{:?}", report.appeared);
    assert!(report.warnings.iter().any(|told| told.contains("still there after the uninstall")));
    assert!(report.summary.starts_with("uninstall failed: "), "{}", report.summary);
}

/// Sets the cancel flag when a phase begins.
struct StopsAt<'a>(Phase, &'a AtomicBool);

impl Events for StopsAt<'_> {
    fn decided(&self, _: &StepReport) {}
}

impl Audience for StopsAt<'_> {
    fn begins(&self, phase: Phase) {
        if phase == self.0 {
            self.1.store(true, Ordering::Relaxed);
        }
    }
}

#[test]
fn nothing_is_installed_after_it_was_stopped() {
    for at in [Phase::Lint, Phase::Before, Phase::Pack, Phase::Fetch] {
        let (app, stop) = (App::new(), AtomicBool::new(false));
        let context = Context::new(&(), &stop, &SystemClock);
        let report = rehearse(&app.request(), &this_machine(), &StopsAt(at, &stop), &context).unwrap();
        assert_eq!(report.exit, 130, "{at:?}: {report:#?}");
        assert_eq!(phase(&report, Phase::Install).status, PhaseStatus::Skipped, "{at:?}");
        assert_eq!(app.copy(), None, "{at:?}");
    }
}

#[test]
fn a_report_holds_no_key() {
    let app = App::new();
    let request = app.request();
    let report = serde_json::to_string(&app.rehearse(&request)).unwrap();
    let keys = fs::read_to_string(request.root.unwrap().join("Keys").join("app.content.json")).unwrap();
    let keys: Value = serde_json::from_str(&keys).unwrap();
    for name in ["encryptionKey", "macKey"] {
        let key = keys["fileEncryptionInfo"][name].as_str().unwrap();
        assert!(key.len() > 40 && !report.contains(key), "{name}");
    }
}
