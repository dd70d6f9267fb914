//! A machine in memory, a clock that only sleeping advances, and a root on the disk.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use waybill_agent::{ApplyError, ApplyRequest, ContentSource, StateDatabase, apply};
use waybill_context::Context;
use waybill_installer_runner::{Events, Settings, Trigger};
use waybill_schemas::app::AppDocument;
use waybill_schemas::report::install::{InstallReport, Intent, StepReport};
use waybill_support::clock::TestClock;
use waybill_system::fake::{FakeRun, FakeSystem};

/// The file by which the app is detected.
pub(crate) const INSTALLED: &str = r"C:\Program Files\App\app.exe";
/// The content folder on the machine in memory.
pub(crate) const CONTENT: &str = r"C:\Content";

/// Collects the steps that an apply reports.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) steps: Mutex<Vec<StepReport>>,
    /// Sets the cancel flag when a step of this kind is reported.
    pub(crate) stop_at: Mutex<Option<waybill_schemas::report::install::Step>>,
    pub(crate) stop: AtomicBool,
}

impl Events for Told {
    fn decided(&self, step: &StepReport) {
        if *self.stop_at.lock().unwrap() == Some(step.step) {
            self.stop.store(true, Ordering::Relaxed);
        }
        self.steps.lock().unwrap().push(step.clone());
    }
}

/// The machine, clock, root and settings of a test's applies.
pub(crate) struct PreparedApply {
    pub(crate) machine: FakeSystem,
    pub(crate) clock: TestClock,
    pub(crate) told: Told,
    pub(crate) app: AppDocument,
    pub(crate) trigger: Trigger,
    pub(crate) wait: bool,
    pub(crate) dry_run: bool,
    pub(crate) folder: TempDir,
}

impl PreparedApply {
    /// An app whose installer ends with these codes, one after the other, then always with the last. With 0 it
    /// installs.
    pub(crate) fn new(codes: &[u32]) -> Self {
        let (machine, codes) = (FakeSystem::windows(), codes.to_vec());
        let runs = Mutex::new(codes.into_iter().peekable());
        machine.add_program(&format!(r"{CONTENT}\setup.exe"), move |machine, _| {
            let mut runs = runs.lock().unwrap();
            let code = runs.next().unwrap_or(1);
            if runs.peek().is_none() {
                *runs = vec![code].into_iter().peekable();
            }
            if code == 0 {
                machine.add_file(INSTALLED, 1);
            }
            FakeRun::ends(code)
        });
        Self {
            machine,
            clock: TestClock::default(),
            told: Told::default(),
            app: app(&json!({})),
            trigger: Trigger::Manual,
            wait: false,
            dry_run: false,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    pub(crate) fn state(&self) -> StateDatabase<'static> {
        StateDatabase::open(&self.root()).unwrap()
    }

    /// Installs from the content folder.
    pub(crate) fn install(&self) -> InstallReport {
        self.try_install(ContentSource::Folder(CONTENT.into())).unwrap()
    }

    pub(crate) fn try_install(&self, content: ContentSource) -> Result<InstallReport, ApplyError> {
        let mut settings = Settings::new(Path::new(&self.root()));
        settings.detection_patience = Duration::ZERO;
        let mut request = ApplyRequest::new(&self.app, Intent::Install, content, settings);
        (request.trigger, request.dry_run, request.wait) = (self.trigger, self.dry_run, self.wait);
        let context = Context::new(&(), &self.told.stop, &self.clock);
        apply(&request, &self.state(), &self.machine, &self.told, &context)
    }

    /// How often the installer ran.
    pub(crate) fn runs(&self) -> usize {
        self.machine.starts().len()
    }
}

/// The app of the tests with these `changes` to its fields.
pub(crate) fn app(changes: &Value) -> AppDocument {
    let mut app = json!({
        "@odata.type": "#microsoft.graph.win32LobApp",
        "displayName": "App", "publisher": "Contoso", "displayVersion": "1.0",
        "installCommandLine": "setup.exe /S", "uninstallCommandLine": "remove.exe /S",
        "rules": [{
            "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule", "ruleType": "detection",
            "path": "C:\\Program Files\\App", "fileOrFolderName": "app.exe", "operationType": "exists",
            "check32BitOn64System": false, "operator": "notConfigured",
        }],
    });
    for (key, value) in changes.as_object().unwrap() {
        app[key] = value.clone();
    }
    AppDocument::from_value(app).unwrap()
}
