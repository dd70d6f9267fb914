//! Reads what a request is about: the source folder, the setup file, and the app's document, if there is one; and the
//! facts of the setup file: its name in Detection.xml, its MSI facts, and the fields for the portal.

use super::error::PackError;
use super::request::PackSource;
use super::stale::stale;
use crate::init::{self, AppDraft, Deferral, DraftNote, fill_app_document};
use crate::invisible_names::InvisibleNames;
use crate::msi::MsiFacts;
use crate::setup_file::SetupFile;
use crate::walk::{SourceList, WalkOptions};
use intunewin::PackageMetadata;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use waybill_intune::path::leaf;
use waybill_intune::{TimeLimit, WordFaultKind, word_faults};
use waybill_schemas::app::{
    AppDocument, AppFile, FilledField, MsiInformation, Operator, PackageFields, Rule, WIN32_LOB_APP,
    app_document_of_sources,
};
use waybill_schemas::codes::source;
use waybill_schemas::report::pack::{PackNote, PortalFields};
use waybill_schemas::secrets::{MASK, holds_secret_word, mask};

/// A source folder and the setup file, as they were given.
#[derive(Debug)]
pub(super) struct PackInput {
    pub(super) folder: PathBuf,
    pub(super) setup_file: PathBuf,
    pub(super) document: Option<AppDocumentFile>,
}

/// The app's document, as it was before packing.
#[derive(Debug)]
pub(super) struct AppDocumentFile {
    pub(super) path: PathBuf,
    pub(super) app: AppDocument,
    /// Whether it is filled in after packing.
    pub(super) filled: bool,
}

impl PackInput {
    /// Reads the document, if there is one, before the source folder is listed.
    pub(super) fn read(source: &PackSource, fill_document: bool) -> Result<Self, PackError> {
        match source {
            PackSource::Folder { folder, setup_file } => Ok(Self {
                folder: folder.clone(),
                setup_file: setup_file.clone(),
                document: if fill_document { AppDocumentFile::beside(folder, setup_file) } else { None },
            }),
            PackSource::App(file) => {
                let AppFile { path, app, sources, .. } = (**file).clone();
                let Some(setup_file) = app.setup_file_path.clone().filter(|name| !name.is_empty()) else {
                    return Err(PackError::NoSetupFileNamed { document: path });
                };
                // If the setup file is not there, the error names the folder around the document.
                let folder =
                    sources.unwrap_or_else(|| path.parent().map_or_else(PathBuf::new, Path::to_owned));
                let document = Some(AppDocumentFile { path, app, filled: fill_document });
                Ok(Self { folder, setup_file: setup_file.into(), document })
            }
        }
    }
}

impl AppDocumentFile {
    /// The document that `init` writes for a source folder. The caller did not name it, so it counts only if it is an
    /// app's document with this setup file; any other one must not be changed.
    fn beside(folder: &Path, setup_file: &Path) -> Option<Self> {
        let path = app_document_of_sources(folder);
        let app = path.is_file().then(|| AppFile::open(&path).ok()).flatten()?.app;
        let leaf = |name: &str| leaf(name).to_lowercase();
        let setup_file = leaf(&setup_file.to_string_lossy());
        let same =
            app.setup_file_path.as_deref().is_none_or(|named| named.is_empty() || leaf(named) == setup_file);
        (same && app.odata_type.as_deref() == Some(WIN32_LOB_APP)).then_some(Self { path, app, filled: true })
    }

    /// Fills in what packing decided, once the package is in its place, and returns the fields that changed.
    pub(super) fn fill(&self, fields: &PackageFields, package: &Path) -> Result<Vec<FilledField>, PackError> {
        let not_filled = |source| PackError::DocumentNotFilled { package: package.to_path_buf(), source };
        fill_app_document(&self.path, fields).map_err(not_filled)
    }
}

/// The facts of the setup file. One that cannot be read does not stop the packing.
pub(super) struct SetupDescription {
    pub(super) metadata: PackageMetadata,
    /// For app.json. The document keeps its own where the MSI cannot be read.
    pub(super) msi_information: Option<MsiInformation>,
    pub(super) portal: PortalFields,
    pub(super) notes: Vec<PackNote>,
}

impl SetupDescription {
    pub(super) fn gather(
        list: &SourceList,
        options: &WalkOptions,
        setup_file: &SetupFile,
        document: Option<&AppDocumentFile>,
        written: SystemTime,
    ) -> Self {
        let facts = MsiFacts::of_setup_file(setup_file.path()).transpose();
        let mut notes: Vec<PackNote> = facts.as_ref().err().map(unreadable).into_iter().collect();
        let stale = match (document, &facts) {
            (Some(document), Ok(Some(facts))) => stale(&document.app, facts),
            _ => None,
        };
        let is_stale = stale.is_some();
        notes.extend(stale);
        let metadata =
            metadata(setup_file, facts.as_ref().ok().and_then(Option::as_ref), written, &mut notes);
        let of_document = || document.and_then(|document| document.app.msi_information.clone());
        let msi_information = match facts {
            // The facts of the MSI before stay in a stale document: by them `init --update` knows what to renew.
            Ok(facts) if !is_stale || of_document().is_none() => facts.map(|facts| facts.msi_information()),
            // The document's facts came from this MSI once, which is better than none.
            Ok(_) | Err(_) => of_document(),
        };
        notes.extend(document.into_iter().flat_map(|document| words(&document.app)));
        notes.extend(document.and_then(|document| time_limit(&document.app)));
        let portal = match document {
            Some(document) => portal_of(&document.app, true),
            None => drafted(list, options, setup_file, &mut notes),
        };
        notes.extend(InvisibleNames::among(list.iter().map(|entry| entry.name())).map(|found| {
            plain(format!("{found}; rename it, or unpackers and people may take it for another (WB407)"))
        }));
        if setup_file.spelled_otherwise() {
            notes.push(plain(DraftNote::SpelledOtherwise { name: setup_file.name().to_owned() }.to_string()));
        }
        Self { metadata, msi_information, portal, notes }
    }
}

/// The most words of the document that are told.
const MOST_WORDS: usize = 20;

/// Words of the app's document that Graph would refuse. They do not stop the packing, which needs none of them.
fn words(app: &AppDocument) -> impl Iterator<Item = PackNote> {
    let unknown = word_faults(app).into_iter().filter(|fault| fault.kind == WordFaultKind::Unknown);
    unknown.take(MOST_WORDS).map(|fault| {
        let field = fault.pointer.trim_start_matches('/');
        plain(format!("app.json, {field}: {fault}; `waybill lint` has the rest"))
    })
}

/// A time limit that Intune does not take.
fn time_limit(app: &AppDocument) -> Option<PackNote> {
    let fault = TimeLimit::of(app).fault()?;
    Some(plain(format!("app.json, installExperience/maxRunTimeInMinutes: {fault}")))
}

/// The setup file is an MSI whose facts cannot be read.
fn unreadable(error: &impl ToString) -> PackNote {
    let message = DraftNote::MsiUnreadable(error.to_string()).to_string();
    PackNote { code: Some(source::MSI_UNREADABLE.id.to_owned()), message }
}

/// An MSI is named by its ProductName, anything else by its file name. Facts that XML cannot hold are left out.
fn metadata(
    setup_file: &SetupFile,
    facts: Option<&MsiFacts>,
    written: SystemTime,
    notes: &mut Vec<PackNote>,
) -> PackageMetadata {
    let bare = PackageMetadata {
        name: setup_file.leaf().to_owned(),
        setup_file: setup_file.name().to_owned(),
        msi_info: None,
        written,
    };
    let Some(facts) = facts else { return bare };
    let name = facts.name.clone().unwrap_or_else(|| bare.name.clone());
    let full = PackageMetadata { name, msi_info: Some(facts.msi_info()), ..bare.clone() };
    match full.check() {
        Ok(()) => full,
        Err(error) => {
            notes.push(unreadable(&error));
            bare
        }
    }
}

/// The fields that `init` would propose.
fn drafted(
    list: &SourceList,
    options: &WalkOptions,
    setup_file: &SetupFile,
    notes: &mut Vec<PackNote>,
) -> PortalFields {
    let Ok(AppDraft { app, notes: drafted, .. }) =
        init::draft(list, options, Path::new(setup_file.name()), Deferral::default())
    else {
        return PortalFields::default(); // packing will report that it cannot be read
    };
    // Both are in the report already.
    let is_new =
        |note: &&DraftNote| !matches!(note, DraftNote::MsiUnreadable(_) | DraftNote::SpelledOtherwise { .. });
    notes.extend(drafted.iter().filter(is_new).map(|note| plain(note.to_string())));
    portal_of(&app, !drafted.iter().any(|note| matches!(note, DraftNote::Unverified(_))))
}

fn plain(message: String) -> PackNote {
    PackNote { code: None, message }
}

fn portal_of(app: &AppDocument, verified: bool) -> PortalFields {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    PortalFields {
        name: given(&app.display_name),
        publisher: given(&app.publisher),
        version: given(&app.display_version),
        // Masked: these lines are for people, and CI keeps what they see. app.json has them whole.
        install_command: app.install_command_line.as_deref().map(mask),
        uninstall_command: app.uninstall_command_line.as_deref().map(mask),
        detection: app.rules.iter().filter(|rule| rule.is_detection()).map(in_words).collect(),
        verified,
    }
}

fn in_words(rule: &Rule) -> String {
    match rule {
        Rule::ProductCode(rule) => {
            let (code, compared) = (text(&rule.product_code), &rule.product_version_operator);
            format!("MSI product code {code}{}", comparison("version", compared, &rule.product_version))
        }
        Rule::Registry(rule) => {
            let value = rule.value_name.as_ref().map_or_else(String::new, |name| format!(", value {name}"));
            let is_secret = rule.value_name.as_deref().is_some_and(holds_secret_word);
            let wanted = rule
                .comparison_value
                .as_ref()
                .map(|value| if is_secret { MASK.to_owned() } else { value.clone() });
            let compared = comparison("its data", &rule.operator, &wanted);
            format!("registry key {}{value}{compared}", text(&rule.key_path))
        }
        Rule::FileSystem(rule) => {
            let compared = comparison("it", &rule.operator, &rule.comparison_value);
            format!("file or folder {}\\{}{compared}", text(&rule.path), text(&rule.file_or_folder_name))
        }
        Rule::PowerShellScript(rule) => {
            let name = rule.display_name.as_ref().map_or_else(String::new, |name| format!(" {name}"));
            format!("PowerShell script{name}")
        }
        _ => "a rule of a type that this version does not know".to_owned(),
    }
}

fn text(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or("(not given)")
}

fn comparison(what: &str, operator: &Option<Operator>, value: &Option<String>) -> String {
    let sign = match operator {
        None | Some(Operator::NotConfigured) => return String::new(),
        Some(Operator::Equal) => "=",
        Some(Operator::NotEqual) => "is not",
        Some(Operator::GreaterThan) => ">",
        Some(Operator::GreaterThanOrEqual) => "≥",
        Some(Operator::LessThan) => "<",
        Some(Operator::LessThanOrEqual) => "≤",
        Some(other) => other.as_str(),
    };
    format!(", {what} {sign} {}", text(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rules_are_told_in_words() {
        let app = AppDocument::from_value(json!({ "rules": [
            { "@odata.type": "#microsoft.graph.win32LobAppProductCodeRule", "productCode": "{A}",
              "productVersionOperator": "greaterThanOrEqual", "productVersion": "1.2" },
            { "@odata.type": "#microsoft.graph.win32LobAppProductCodeRule", "productCode": "{B}",
              "productVersionOperator": "notConfigured" },
            { "@odata.type": "#microsoft.graph.win32LobAppRegistryRule", "keyPath": "HKLM\\X", "valueName": "V",
              "operator": "equal", "comparisonValue": "1" },
            { "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule", "path": "C:\\X",
              "fileOrFolderName": "a.exe", "ruleType": "detection" },
            { "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule", "path": "no", "ruleType": "requirement" },
            { "@odata.type": "#microsoft.graph.win32LobAppPowerShellScriptRule" },
        ] }))
        .unwrap();
        let expected = [
            "MSI product code {A}, version ≥ 1.2",
            "MSI product code {B}",
            "registry key HKLM\\X, value V, its data = 1",
            "file or folder C:\\X\\a.exe",
            "PowerShell script",
        ];
        assert_eq!(portal_of(&app, true).detection, expected);
    }
}
