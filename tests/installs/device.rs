//! The device of a case: a root, a content folder, an app, and assertions about them.

use crate::installers::{Installer, PROGRAM, STEPS, gate};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;
use waybill_agent::{ApplyError, ApplyRequest, ContentSource, StateDatabase, apply};
use waybill_context::{Clock, Context};
use waybill_disk::LockError;
use waybill_installer_runner::{
    AccountChoice, AttemptJournal as _, AttemptKey, AttemptRecord, Events, RetryPolicy, Settings,
};
use waybill_schemas::app::AppDocument;
use waybill_schemas::report::install::{InstallReport, Intent, Step, StepReport};
use waybill_system::this_machine;

/// The id of the app in the journal.
pub(crate) const APP: &str = "contoso-app";

/// Folders on the disk, which outlive the processes that are killed.
pub(crate) struct Device {
    folder: PathBuf,
    /// Removed when the device is dropped; `None` if the folder belongs to another process.
    _temporary: Option<TempDir>,
}

impl Device {
    pub(crate) fn new(installer: Installer) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let device = Self { folder: temporary.path().to_owned(), _temporary: Some(temporary) };
        fs::create_dir(device.content()).unwrap();
        device.place_installer();
        device.write_app(&installer.line(&device));
        device
    }

    /// Uses a device that another process made.
    pub(crate) fn at(folder: PathBuf) -> Self {
        Self { folder, _temporary: None }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.path("root")
    }

    pub(crate) fn content(&self) -> PathBuf {
        self.path("content")
    }

    /// Writes the app, with `line` as its install command.
    pub(crate) fn write_app(&self, line: &str) {
        let folder = self.folder.to_str().unwrap();
        let app = json!({
            "displayName": "App", "publisher": "Contoso",
            "installCommandLine": line, "uninstallCommandLine": format!("{PROGRAM} exit 0"),
            "returnCodes": [
                { "returnCode": 0, "type": "success" },
                { "returnCode": Installer::SOFT_RESTART, "type": "softReboot" },
            ],
            "rules": [{
                "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule", "ruleType": "detection",
                "path": folder, "fileOrFolderName": "app.txt", "operationType": "exists",
                "check32BitOn64System": false, "operator": "notConfigured",
            }],
        });
        fs::write(self.path("app.json"), app.to_string()).unwrap();
    }

    /// Links the puppet under another name. A copy is not used: if another thread started a program meanwhile, the
    /// child would hold the copy open for writing for a moment, and Linux does not run such a file.
    #[cfg(unix)]
    fn place_installer(&self) {
        std::os::unix::fs::symlink(waybill_puppet::program(), self.content().join(PROGRAM)).unwrap();
    }

    #[cfg(windows)]
    fn place_installer(&self) {
        fs::copy(waybill_puppet::program(), self.content().join(PROGRAM)).unwrap();
    }

    fn app(&self) -> AppDocument {
        AppDocument::from_slice(&fs::read(self.path("app.json")).unwrap()).unwrap()
    }

    pub(crate) fn state(&self) -> StateDatabase<'static> {
        StateDatabase::open(&self.root()).unwrap()
    }

    pub(crate) fn history(&self) -> Vec<AttemptRecord> {
        self.state().history(&AttemptKey::of_app(APP, "1")).unwrap()
    }

    /// How often the installer has run.
    pub(crate) fn runs(&self) -> usize {
        self.lines("runs")
    }

    /// The number of lines in a file; 0 if there is none.
    pub(crate) fn lines(&self, name: &str) -> usize {
        fs::read_to_string(self.path(name)).unwrap_or_default().lines().count()
    }

    pub(crate) fn is_installed(&self) -> bool {
        self.path("app.txt").exists()
    }

    /// Lets the installer take its first `steps` steps.
    pub(crate) fn let_take(&self, steps: usize) {
        (1..=steps).for_each(|number| fs::write(self.path(&gate(number)), "").unwrap());
    }

    /// Installs in this process.
    pub(crate) fn install(&self, events: &dyn Events) -> InstallReport {
        self.apply(ContentSource::Folder(self.content()), events).unwrap()
    }

    pub(crate) fn apply(
        &self,
        content: ContentSource,
        events: &dyn Events,
    ) -> Result<InstallReport, ApplyError> {
        let app = self.app();
        let mut settings = Settings::new(&self.root());
        settings.account = AccountChoice::Current;
        let mut request = ApplyRequest::new(&app, Intent::Install, content, settings);
        request.retries = RetryPolicy::default();
        let context = Context::new(&(), &(), &BriskClock);
        let state = self.state();
        // A process that another thread starts also holds our locks until it has become its program by `exec`.
        let mut tries = 0..100;
        loop {
            match apply(&request, &state, &this_machine(), events, &context) {
                Err(ApplyError::Lock(LockError::Held { .. })) if tries.next().is_some() => {
                    context.clock().sleep(Duration::from_millis(5));
                }
                outcome => return outcome,
            }
        }
    }
}

/// A clock with the real time, on which sleeps take a fraction of their time. They do take some, because other
/// processes need it.
struct BriskClock;

impl Clock for BriskClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration.min(Duration::from_millis(5)));
    }
}

/// Opens every gate as soon as an installer is waited for or about to be started, and remembers whether one was waited
/// for.
pub(crate) struct Opener<'a> {
    device: &'a Device,
    waited: Mutex<bool>,
}

impl<'a> Opener<'a> {
    pub(crate) fn new(device: &'a Device) -> Self {
        Self { device, waited: Mutex::new(false) }
    }

    /// Whether an earlier installer was waited for.
    pub(crate) fn has_waited(&self) -> bool {
        *self.waited.lock().unwrap()
    }
}

impl Events for Opener<'_> {
    fn decided(&self, step: &StepReport) {
        let waits = step.step == Step::EarlierAttempt && step.decided.starts_with("waiting");
        if waits {
            *self.waited.lock().unwrap() = true;
        }
        if waits || step.step == Step::Command {
            self.device.let_take(STEPS);
        }
    }
}
