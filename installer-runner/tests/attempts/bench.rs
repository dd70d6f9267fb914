//! A machine, an app and a runner for one test.

use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use waybill_context::Context;
use waybill_installer_runner::{
    AttemptJournal as _, AttemptKey, AttemptRecord, AttemptRequest, JournalError, MemoryJournal, Runner,
    RunnerError, Settings, Trigger,
};
use waybill_schemas::app::AppDocument;
use waybill_schemas::report::install::{InstallReport, Intent};
use waybill_support::clock::TestClock;
use waybill_system::fake::{FakeRun, FakeStart, FakeSystem};

/// The file by which the app of every test is detected.
pub(crate) const INSTALLED: &str = r"C:\Program Files\App\app.exe";
/// The content folder on the machine in memory.
pub(crate) const CONTENT: &str = r"C:\Content";

/// The machine, journal, clock and settings of a test's attempts.
pub(crate) struct PreparedAttempt {
    pub(crate) machine: FakeSystem,
    pub(crate) journal: MemoryJournal,
    pub(crate) settings: Settings,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) app: AppDocument,
    pub(crate) trigger: Trigger,
    pub(crate) dry_run: bool,
    _folder: tempfile::TempDir,
}

impl PreparedAttempt {
    /// An app `App` whose `setup.exe` and `remove.exe` behave as `program` says.
    pub(crate) fn new(
        program: impl Fn(&FakeSystem, &FakeStart) -> FakeRun + Clone + Send + Sync + 'static,
    ) -> Self {
        let machine = FakeSystem::windows();
        machine.add_program(&format!(r"{CONTENT}\setup.exe"), program.clone());
        machine.add_program(&format!(r"{CONTENT}\remove.exe"), program);
        let folder = tempfile::tempdir().unwrap();
        Self {
            machine,
            journal: MemoryJournal::default(),
            settings: Settings::new(folder.path()),
            clock: Arc::default(),
            app: app(&json!({})),
            trigger: Trigger::Manual,
            dry_run: false,
            _folder: folder,
        }
    }

    /// The same bench with an app that has these `changes`.
    pub(crate) fn with_app(mut self, changes: &Value) -> Self {
        self.app = app(changes);
        self
    }

    pub(crate) fn attempt(&self, intent: Intent) -> InstallReport {
        self.try_attempt(intent).unwrap()
    }

    pub(crate) fn try_attempt(&self, intent: Intent) -> Result<InstallReport, RunnerError> {
        let mut request = AttemptRequest::new(&self.app, intent);
        (request.trigger, request.dry_run) = (self.trigger, self.dry_run);
        self.runner(&()).attempt(&request, &mut PathBuf::from(CONTENT))
    }

    pub(crate) fn runner<'a>(&'a self, cancel: &'a dyn waybill_context::Cancel) -> Runner<'a> {
        Runner::new(&self.machine, &self.journal, &self.settings, Context::new(&(), cancel, &*self.clock))
    }

    /// The attempts at the app.
    pub(crate) fn history(&self) -> Result<Vec<AttemptRecord>, JournalError> {
        self.journal.history(&AttemptKey::of_app("contoso-app", "1.0"))
    }

    /// How many installers were let run.
    pub(crate) fn starts(&self) -> usize {
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
            "path": "%ProgramFiles%\\App", "fileOrFolderName": "app.exe", "operationType": "exists",
            "check32BitOn64System": false, "operator": "notConfigured",
        }],
    });
    for (key, value) in changes.as_object().unwrap() {
        app[key] = value.clone();
    }
    AppDocument::from_value(app).unwrap()
}

/// An installer that installs or uninstalls the app as it is asked, then ends with `code`.
pub(crate) fn working(code: u32) -> impl Fn(&FakeSystem, &FakeStart) -> FakeRun + Clone + Send + Sync {
    move |machine, start| {
        if start.program.ends_with("setup.exe") {
            machine.add_file(INSTALLED, 1);
        } else {
            machine.remove_file(INSTALLED);
        }
        FakeRun::ends(code)
    }
}

/// An installer that does nothing and ends with `code`.
pub(crate) fn idle(code: u32) -> impl Fn(&FakeSystem, &FakeStart) -> FakeRun + Clone + Send + Sync {
    move |_, _| FakeRun::ends(code)
}
