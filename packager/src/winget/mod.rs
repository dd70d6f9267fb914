//! Makes an app from a manifest of winget: chooses an installer, fetches it, checks its SHA-256, and writes `source`
//! and app.json. `docs/winget.md` has each row of what becomes of what.
//!
//! A manifest is somebody else's text. Its names go into scripts as literals alone and into file names as plain
//! letters; nothing reads an installer before its digest holds.

mod choose;
mod command;
mod download;
mod draft;
mod error;
mod file_names;
mod icon;
mod installer;
mod kept_script;
mod known;
mod manifest;
mod place;
mod powershell;
mod recognition;
mod record;
#[cfg(test)]
mod tests;
mod work;
mod yaml;

pub use error::WingetError;
pub use manifest::{Manifest, ManifestError};
pub use record::WINGET_RECORD;
pub use waybill_transport::{ClientOptions, certificates};
pub use yaml::YamlError;

use crate::init::{ChangedFact, FieldUpdate, UpdateReport, merged, write_app_document};
use choose::{Chosen, choose};
use draft::{SetupInSources, WingetDraft, draft};
use installer::{Installer, Kind};
use kept_script::KeptScripts;
use record::{Record, RecordedInstaller};
use std::fs;
use std::path::{Path, PathBuf};
use waybill_context::Context;
use waybill_schemas::Quoted;
use waybill_schemas::app::{APP_DOCUMENT, AppDocument, AppFile, SOURCE_FOLDER};
use waybill_transport::SecretUrl;
use work::Work;

/// Which of a manifest's installers is wanted, and what its commands are given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WingetChoice {
    /// `x64`, `x86`, `arm64`, `arm` or `neutral`.
    pub architecture: Option<String>,
    /// `machine` or `user`.
    pub scope: Option<String>,
    /// A language, e.g. `de-DE`, or `de` for any German.
    pub locale: Option<String>,
    /// A type of the manifest, e.g. `wix`; `msi` is met by `wix`, `zip` by every zip.
    pub kind: Option<String>,
    /// The folder to install into.
    pub install_location: Option<String>,
    /// The switches that make the installer silent, in place of the manifest's.
    pub silent: Option<String>,
}

/// The request for an app.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct WingetRequest {
    /// The manifest: a folder with the files of one version, or one of them.
    pub manifest: PathBuf,
    /// The app's folder; by default one in the current folder, named after the package.
    pub output: Option<PathBuf>,
    /// Which installer.
    pub choice: WingetChoice,
    /// The installer's file, where it is at hand; otherwise it is downloaded.
    pub installer: Option<PathBuf>,
    /// Whether to replace files that are there.
    pub force: bool,
    /// Whether to renew an app that was made so before, and keep what was edited.
    pub update: bool,
    /// Certificates and proxy of the download.
    pub client: ClientOptions,
}

impl WingetRequest {
    /// A request for the manifest at `manifest`.
    pub fn new(manifest: impl Into<PathBuf>) -> Self {
        Self { manifest: manifest.into(), ..Self::default() }
    }
}

/// An app that was made from a manifest.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct WingetApp {
    /// The path of app.json.
    pub document: PathBuf,
    /// The app.
    pub app: AppDocument,
    /// PackageIdentifier.
    pub identifier: String,
    /// PackageVersion.
    pub version: String,
    /// The type of the installer, e.g. `inno` or `zip of exe`.
    pub kind: String,
    /// The installer that was taken, in words.
    pub chosen: String,
    /// The other installers, in words, and why each was not taken.
    pub dropped: Vec<String>,
    /// What to know and to check.
    pub notes: Vec<String>,
    /// What an update changed and kept.
    pub update: Option<UpdateReport>,
}

/// Makes the app, or updates it.
///
/// # Errors
/// A manifest, choice or download that is refused; another digest than the manifest's; an app that is there already,
/// without `force` or `update`; I/O; interruption. The app's own files are written last.
pub fn init_from_winget(request: &WingetRequest, context: &Context<'_>) -> Result<WingetApp, WingetError> {
    let manifest = Manifest::open(&request.manifest)?;
    let folder = app_folder(request, &manifest);
    let before = earlier(request, &folder, &manifest)?;
    let choice = with_record(&request.choice, before.as_ref());
    let at_hand =
        request.installer.as_deref().map(|file| download::digest_of_file(file, context)).transpose()?;
    let Chosen { installer, dropped } = choose(Installer::all(&manifest.root), &choice, at_hand.as_deref())?;
    let job = Job {
        request,
        manifest: &manifest,
        installer: &installer,
        choice: &choice,
        folder: &folder,
        context,
    };
    let mut work = Work::begin(&folder, context)?;
    let (app, update, mut made) = match job.make(work.path(), before.as_ref()) {
        Err(error @ (WingetError::Transport(_) | WingetError::Cancelled(_))) => {
            work.keep();
            return Err(error);
        }
        made => made?,
    };
    if let Some(note) = before.and_then(|before| is_older(&manifest.version, &before.package_version)) {
        made.notes.insert(0, note);
    }
    Ok(WingetApp {
        document: folder.join(APP_DOCUMENT),
        app,
        identifier: manifest.identifier,
        version: manifest.version,
        kind: installer.type_in_words(),
        chosen: installer.in_words(),
        dropped,
        notes: made.notes,
        update: request.update.then_some(update),
    })
}

/// The folder that was asked for; the path of a document stands for the folder around it.
fn app_folder(request: &WingetRequest, manifest: &Manifest) -> PathBuf {
    match &request.output {
        Some(path) if path.file_name().is_some_and(|name| name.eq_ignore_ascii_case(APP_DOCUMENT)) => path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."))
            .to_path_buf(),
        Some(folder) => folder.clone(),
        None => PathBuf::from(file_names::folder(&manifest.identifier)),
    }
}

/// What an earlier run recorded, for an update. Otherwise nothing may be in the way.
fn earlier(
    request: &WingetRequest,
    folder: &Path,
    manifest: &Manifest,
) -> Result<Option<Record>, WingetError> {
    let path = folder.join(WINGET_RECORD);
    if request.update {
        let record = Record::read(&path)?;
        if !record.package_identifier.eq_ignore_ascii_case(&manifest.identifier) {
            let why = format!(
                "it is of {}, and the manifest of {}",
                record.package_identifier, manifest.identifier
            );
            return Err(WingetError::Record { path, why });
        }
        return Ok(Some(record));
    }
    let sources = folder.join(SOURCE_FOLDER);
    let is_filled = fs::read_dir(&sources).is_ok_and(|mut entries| entries.next().is_some());
    let document = folder.join(APP_DOCUMENT);
    let in_the_way = [(document.symlink_metadata().is_ok(), document), (is_filled, sources)];
    match in_the_way.into_iter().find(|(is_there, _)| *is_there && !request.force) {
        Some((_, path)) => Err(WingetError::Exists { path }),
        None => Ok(None),
    }
}

/// The wishes, and for those that are open the installer that was chosen before.
fn with_record(choice: &WingetChoice, before: Option<&Record>) -> WingetChoice {
    let Some(before) = before.map(|record| &record.installer) else { return choice.clone() };
    let or = |wish: &Option<String>, was: Option<&String>| wish.clone().or_else(|| was.cloned());
    WingetChoice {
        architecture: or(&choice.architecture, Some(&before.architecture)),
        scope: or(&choice.scope, before.scope.as_ref()),
        locale: or(&choice.locale, before.locale.as_ref()),
        kind: or(&choice.kind, Some(&before.kind)),
        install_location: or(&choice.install_location, before.install_location.as_ref()),
        silent: or(&choice.silent, before.silent.as_ref()),
    }
}

/// A sentence where the manifest's version is older than the one before. Only numbers are compared.
fn is_older(new: &str, old: &str) -> Option<String> {
    let numbers =
        |version: &str| -> Option<Vec<u64>> { version.split('.').map(|part| part.parse().ok()).collect() };
    (numbers(new)? < numbers(old)?).then(|| {
        format!("The manifest's version {new} is older than {old}, which the app had: devices that have it stay as they are.")
    })
}

/// One run: what is made, from what, and where.
struct Job<'a> {
    request: &'a WingetRequest,
    manifest: &'a Manifest,
    installer: &'a Installer,
    choice: &'a WingetChoice,
    folder: &'a Path,
    context: &'a Context<'a>,
}

impl Job<'_> {
    /// Fetches, drafts, and writes; the app's own files last.
    fn make(
        &self,
        work: &Path,
        before: Option<&Record>,
    ) -> Result<(AppDocument, UpdateReport, WingetDraft), WingetError> {
        let setup = self.stage(work, before)?;
        let mut made = self.draft(work, &setup)?;
        let (app, update, files) = self.put(work, &mut made, before)?;
        self.write(&app, &made.app, files)?;
        Ok((app, update, made))
    }

    /// Fetches the installer and lays it into the staged sources. Returns the setup file's name in them.
    fn stage(&self, work: &Path, before: Option<&Record>) -> Result<String, WingetError> {
        let expected = self.sha256()?;
        let partial = work.join(format!("{expected}.part"));
        let staged = work.join(SOURCE_FOLDER);
        if staged.exists() {
            fs::remove_dir_all(&staged).map_err(WingetError::io(&staged))?;
        }
        self.fetch(&expected, &partial, before)?;
        if self.installer.is_zip {
            place::unpack(&partial, &staged, self.context)?;
            return self.nested(&staged);
        }
        fs::create_dir_all(&staged).map_err(WingetError::io(&staged))?;
        let name = file_names::installer(self.manifest, self.installer, &self.url().unwrap_or_default());
        let path = staged.join(&name);
        fs::rename(&partial, &path).map_err(WingetError::io(path))?;
        Ok(name)
    }

    fn url(&self) -> Option<String> {
        self.installer.text("InstallerUrl")
    }

    fn refused(&self, why: String) -> WingetError {
        ManifestError::Refused { path: self.request.manifest.clone(), why }.into()
    }

    fn sha256(&self) -> Result<String, WingetError> {
        let text = self.installer.text("InstallerSha256").unwrap_or_default().to_lowercase();
        let is_digest = text.len() == 64 && text.bytes().all(|one| one.is_ascii_hexdigit());
        if is_digest {
            Ok(text)
        } else if text.is_empty() {
            Err(self.refused(
                "the installer has no InstallerSha256: without it nobody can tell whether the file is the right one; \
                 take a manifest that has it"
                    .to_owned(),
            ))
        } else {
            Err(self
                .refused(format!("InstallerSha256 {} is no SHA-256 (64 hexadecimal digits)", Quoted(&text))))
        }
    }

    fn fetch(&self, expected: &str, partial: &Path, before: Option<&Record>) -> Result<(), WingetError> {
        if let Some(given) = &self.request.installer {
            return download::copy(given, expected, partial, self.context);
        }
        // An update to the same installer, for changed fields of the manifest alone.
        let held = before.and_then(|record| record.files.iter().find(|(_, digest)| *digest == expected));
        if let Some((name, _)) = held.filter(|_| !self.installer.is_zip) {
            let file = self.folder.join(SOURCE_FOLDER).join(name);
            if file.is_file() && download::copy(&file, expected, partial, self.context).is_ok() {
                return Ok(());
            }
        }
        if self.installer.is_prohibited() {
            let why = "the manifest prohibits it (DownloadCommandProhibited)".to_owned();
            return Err(WingetError::NoDownload { why });
        }
        let url = self.url().ok_or_else(|| self.refused("the installer has no InstallerUrl".to_owned()))?;
        let url = SecretUrl::parse(&url).map_err(|error| self.refused(format!("InstallerUrl is {error}")))?;
        download::download(&url, expected, partial, &self.request.client, self.context)
    }

    /// The nested installer that starts the installation. Several files are for portables alone.
    fn nested(&self, staged: &Path) -> Result<String, WingetError> {
        let files = self.installer.fields.list("NestedInstallerFiles");
        let [first, rest @ ..] = files else {
            return Err(self.refused("NestedInstallerFiles is missing or empty".to_owned()));
        };
        if !rest.is_empty() && self.installer.kind != Kind::Portable {
            return Err(
                self.refused(format!("NestedInstallerFiles has {} files; one is expected", files.len()))
            );
        }
        place::nested_name(first, staged)
    }

    fn draft(&self, work: &Path, setup: &str) -> Result<WingetDraft, WingetError> {
        let sources = work.join(SOURCE_FOLDER);
        let setup = SetupInSources { name: setup, sources: &sources };
        let mut made = draft(self.manifest, self.installer, self.choice, &setup)?;
        match icon::fetch(self.manifest, &self.request.client, self.context) {
            Ok(icon) => made.app.large_icon = icon,
            Err(note) => made.notes.push(note),
        }
        for (name, bytes) in &made.scripts {
            let path = sources.join(name);
            fs::write(&path, bytes).map_err(WingetError::io(path))?;
        }
        Ok(made)
    }

    /// Merges the document and moves the files into their place. Where an edited script cannot follow to the new version,
    /// the rules stay with it.
    fn put(
        &self,
        work: &Path,
        made: &mut WingetDraft,
        before: Option<&Record>,
    ) -> Result<(AppDocument, UpdateReport, std::collections::BTreeMap<String, String>), WingetError> {
        let sources = self.folder.join(SOURCE_FOLDER);
        let kept = before.map(|record| self.kept_scripts(&sources, made, record)).unwrap_or_default();
        let (app, mut report) = match before {
            None => (made.app.clone(), UpdateReport::default()),
            Some(record) => {
                let path = self.folder.join(APP_DOCUMENT);
                let ours = AppFile::open(&path).map_err(crate::init::AppWriteError::from)?.app;
                let (app, mut report) =
                    merged(&record.app, &ours, &made.app, &changed_facts(record, &made.app))?;
                let (old, new) = (record.package_version.clone(), self.manifest.version.clone());
                if old != new {
                    let field = "PackageVersion".to_owned();
                    report.changes.insert(0, FieldUpdate { field, before: Some(old), after: Some(new) });
                }
                (app, report)
            }
        };
        let files = place::place(&work.join(SOURCE_FOLDER), &sources, before, &mut report, self.context)?;
        let warnings = kept.write(&sources, self.folder, &mut report)?;
        made.notes.splice(0..0, warnings);
        Ok((app, report, files))
    }

    /// The scripts that somebody edited, with the facts of the new version.
    fn kept_scripts(&self, sources: &Path, made: &mut WingetDraft, record: &Record) -> KeptScripts {
        let mut facts = changed_facts(record, &made.app);
        let drafted = AppDocument::from_value(record.app.clone()).unwrap_or_default();
        let former = kept_script::list_of_rules(&drafted).map(str::to_owned);
        let former = former.unwrap_or_else(|| file_names::portable_list(&record.package_version));
        let new = file_names::portable_list(&self.manifest.version);
        if self.installer.kind == Kind::Portable && former != new {
            facts.push((former.clone(), new));
        }
        let list = kept_script::list_of_rules(&made.app);
        let kept = KeptScripts::look(sources, &made.scripts, record, &facts, list);
        if kept.are_stuck() {
            kept_script::look_for_list(&mut made.app, &former);
        }
        kept
    }

    fn write(
        &self,
        app: &AppDocument,
        drafted: &AppDocument,
        files: std::collections::BTreeMap<String, String>,
    ) -> Result<(), WingetError> {
        write_app_document(&self.folder.join(APP_DOCUMENT), app, true)?;
        let url = self.url().and_then(|url| SecretUrl::parse(&url).ok());
        let scope =
            self.installer.scope.map(|scope| scope.word().to_owned()).or_else(|| self.choice.scope.clone());
        let record = Record {
            package_identifier: self.manifest.identifier.clone(),
            package_version: self.manifest.version.clone(),
            manifest_version: self.manifest.schema.clone(),
            installer: RecordedInstaller {
                kind: if self.installer.is_zip { "zip" } else { self.installer.kind.word() }.to_owned(),
                architecture: self.installer.architecture.clone(),
                scope,
                locale: self.installer.locale.clone(),
                url: url.map(|url| url.to_string()).unwrap_or_default(),
                sha256: self.sha256()?,
                silent: self.choice.silent.clone(),
                install_location: self.choice.install_location.clone(),
            },
            files,
            app: drafted.to_value(),
        };
        record.write(&self.folder.join(WINGET_RECORD))
    }
}

/// The product code and the setup file, where they changed: an edited command is renewed in these.
fn changed_facts(record: &Record, new: &AppDocument) -> Vec<ChangedFact> {
    let Ok(old) = AppDocument::from_value(record.app.clone()) else { return Vec::new() };
    let code = |app: &AppDocument| app.msi_information.as_ref().and_then(|facts| facts.product_code.clone());
    let setup = |app: &AppDocument| app.setup_file_path.as_ref().map(|name| name.replace('/', "\\"));
    let facts = [code(&old).zip(code(new)), setup(&old).zip(setup(new))];
    facts.into_iter().flatten().filter(|(old, new)| !old.is_empty() && old != new).collect()
}
