//! The content folder of an app: a given folder, or one that is fetched when the installer is about to run.

use super::{ApplyRequest, ContentSource};
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use waybill_context::Context;
use waybill_disk::Root;
use waybill_downloader::{Destination, FetchOptions, FetchRequest, Wanted, cache_folder, fetch};
use waybill_installer_runner::{AccountChoice, Content, ContentError, identify, revision};
use waybill_schemas::app::AppDocument;
use waybill_schemas::codes::{Classified, agent};
use waybill_system::System;

/// Gives the runner the content folder of a request.
pub(super) struct AppContent<'a> {
    pub(super) request: &'a ApplyRequest<'a>,
    pub(super) system: &'a dyn System,
    pub(super) context: &'a Context<'a>,
}

impl Content for AppContent<'_> {
    fn folder(&mut self) -> Result<PathBuf, ContentError> {
        match &self.request.content {
            ContentSource::Folder(folder) => Ok(folder.clone()),
            ContentSource::Fetch { what, root, options } => self.fetch(what, root, options),
        }
    }

    /// A folder in the cache is only returned in a dry run: in other runs a fetch must check that it is complete and
    /// the right one.
    fn present(&self) -> Option<PathBuf> {
        match &self.request.content {
            ContentSource::Folder(folder) => Some(folder.clone()),
            ContentSource::Fetch { root, .. } if self.request.dry_run => {
                let root = Root::open(root).ok()?;
                let folder = locate(self.request.app, &root).2;
                // A fetch would move it from where an earlier version put it; a dry run changes nothing.
                let former =
                    root.former_cache().zip(folder.file_name()).map(|(cache, name)| cache.join(name));
                [Some(folder), former].into_iter().flatten().find(|folder| folder.is_dir())
            }
            ContentSource::Fetch { .. } => None,
        }
    }
}

impl AppContent<'_> {
    fn fetch(&self, what: &Wanted, root: &Path, options: &FetchOptions) -> Result<PathBuf, ContentError> {
        let opened = Root::open(root).map_err(cannot_be_had)?;
        let (app, revision, folder) = locate(self.request.app, &opened);
        let request = FetchRequest {
            what: what.clone(),
            destination: Destination::Cache { app, revision },
            root: root.to_owned(),
            // The cache belongs to us, so another content in this place may be replaced.
            options: options.clone().with(|fetch| fetch.force = true),
        };
        fetch(&request, self.context).map_err(cannot_be_had)?;
        self.let_user_read(&folder)?;
        Ok(folder)
    }

    /// Lets the user read the folder, if the content was fetched by the system account for an app in the user's
    /// context. A folder that the caller gave is left as it is.
    fn let_user_read(&self, folder: &Path) -> Result<(), ContentError> {
        let is_users =
            self.request.app.runs_as_user() && self.request.settings.account == AccountChoice::AsDocumented;
        let Some(user) = self.system.user_to_let_in().filter(|_| is_users) else { return Ok(()) };
        let shared = self.system.files().let_user_read(&folder.to_string_lossy(), &user);
        shared.map_err(|error| ContentError { code: &agent::CONTENT_NOT_SHARED, source: Box::new(error) })
    }
}

fn cannot_be_had(error: impl Classified + Send + Sync + 'static) -> ContentError {
    ContentError { code: error.code(), source: Box::new(error) }
}

/// The names of app and revision in the cache, and the content folder.
fn locate(app: &AppDocument, root: &Root) -> (String, String, PathBuf) {
    let (id, revision) = (identify(app).id, word(&revision(app)));
    match cache_folder(root, &id, &revision) {
        Ok(folder) => (id, revision, folder),
        // The id is a name that no folder can have, such as `con`.
        Err(_) => {
            let id = format!("app-{}", digest(&id));
            let folder = root.cache().join(format!("{id}_{revision}"));
            (id, revision, folder)
        }
    }
}

/// `text` as part of a folder name. A text with other characters than letters, digits, `-` and `.`, or a long one,
/// loses those characters, is cut, and gets a digest, so that no two texts have the same name.
fn word(text: &str) -> String {
    const LONGEST: usize = 40;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    if text.chars().all(is_plain) && text.len() <= LONGEST && !text.ends_with('.') {
        return text.to_owned();
    }
    let kept: String = text.chars().filter(|c| is_plain(*c)).take(LONGEST).collect();
    format!("{kept}-{}", digest(text))
}

fn digest(text: &str) -> String {
    Sha256::digest(text).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn name(app: Value) -> String {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::open(&folder.path().join("root")).unwrap();
        let app = AppDocument::from_value(app).unwrap();
        let (id, revision, folder) = locate(&app, &root);
        assert_eq!(folder, cache_folder(&root, &id, &revision).unwrap(), "the fetch finds the same folder");
        folder.file_name().unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn an_app_and_its_revision_name_a_folder() {
        let graph = json!({ "id": "7F0C-1", "committedContentVersion": "3", "displayVersion": "9" });
        assert_eq!(name(graph), "7f0c-1_3");
        assert_eq!(name(json!({ "displayName": "Notes", "displayVersion": "4.2.1" })), "notes_4.2.1");
        assert_eq!(name(json!({ "displayName": "Notes" })), "notes_1");
        assert_eq!(name(json!({ "displayName": "Notes", "displayVersion": " " })), "notes_1");
    }

    #[test]
    fn what_names_no_folder_is_made_to_and_stays_apart() {
        let version = |version: &str| name(json!({ "displayName": "Notes", "displayVersion": version }));
        let odd = ["1_0", "1 0", "10 (beta)", "../../1", "1.", "٤", &"1".repeat(200)].map(version);
        for (place, one) in odd.iter().enumerate() {
            assert!(one.starts_with("notes_") && one.len() < 80, "{one}");
            assert!(!odd[..place].contains(one), "{one}");
        }
        assert!(name(json!({ "displayName": "con" })).starts_with("app-"));
    }
}
