//! `app.json`: a Graph `win32LobApp`, so that an app exported from Intune works as it is, and beside it
//! optionally what Waybill adds: `assignment`, `relationships`, `retry`, `lint`.
//!
//! Fields, rule types and values that this version does not know survive reading and writing, and a document
//! that is read, changed and written keeps the order of its keys.
//!
//! ```
//! use waybill_schemas::app::AppDocument;
//!
//! let text = r#"{ "displayName": "Contoso", "id": "7f0c", "largeIcon": null }"#;
//! let mut app = AppDocument::from_slice(text.as_bytes())?;
//! app.file_name = Some("contoso.intunewin".into());
//! assert_eq!(app.display_name.as_deref(), Some("Contoso"));
//! assert!(app.to_json().starts_with("{\n  \"displayName\": \"Contoso\",\n  \"id\": \"7f0c\",\n  \"largeIcon\": null,"));
//! # Ok::<(), waybill_schemas::app::AppError>(())
//! ```

mod additions;
mod fields;
mod folder;
mod installation;
mod read;
mod rule;
#[cfg(feature = "json-schema")]
pub(crate) mod schema;
mod values;

pub use additions::{
    Allow, Assignment, AssignmentSettings, AutoUpdateSettings, BlankReason, InstallTimeSettings,
    LintSettings, Reason, Relationship, RestartSettings, RetrySettings, ReturnCodeInterval,
};
pub use fields::{UnknownField, known_fields};
pub use folder::{
    APP_DOCUMENT, APP_DOCUMENT_FOR_UNIX, AppFile, AppFileError, AppFolder, SOURCE_FOLDER, app_document_in,
    app_document_of_sources, is_app_folder,
};
pub use installation::{
    FilledField, InstallExperience, MOST_RUN_LIMIT_MINUTES, MimeContent, MsiInformation, PackageFields,
    ReturnCode, ScriptReference,
};
pub use read::AppError;
pub use rule::{
    FileSystemRule, PlacedRule, PowerShellScriptRule, ProductCodeRule, RULE_TYPES, RegistryRule, Rule,
};
pub use values::{
    Architectures, AssignmentIntent, DeliveryOptimizationPriority, DependencyType, DeviceRestartBehavior,
    FUTURE_WORD, FileSystemOperation, MsiPackageType, Notifications, Operator, RegistryOperation,
    ReturnCodeType, RuleType, RunAsAccount, ScriptOperation, SupersedenceType, Vocabulary,
};

use read::Layout;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// The name of Graph's type.
pub const WIN32_LOB_APP: &str = "#microsoft.graph.win32LobApp";

/// The types that are read, without namespace: apps of the Enterprise App Catalog derive from Graph's `win32LobApp`.
pub(crate) const WIN32_APP_TYPES: [&str; 2] = ["win32LobApp", "win32CatalogApp"];

/// An app: what it is, how it is installed, how it is detected. Read with [`AppDocument::from_slice`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "json-schema", schemars(title = "app.json", transform = schema::with_older_rules))]
pub struct AppDocument {
    /// Graph's type: [`WIN32_LOB_APP`] or one that derives from it, or absent.
    #[serde(rename = "@odata.type", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "json-schema", schemars(schema_with = "read::type_schema"))]
    pub odata_type: Option<String>,
    /// The app's name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// What the app is, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The publisher's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// The app's version for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_version: Option<String>,
    /// The developer's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub developer: Option<String>,
    /// The person or team that looks after the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Notes for administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// The URL of a page about the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub information_url: Option<String>,
    /// The URL of the app's privacy statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy_information_url: Option<String>,
    /// Whether the portal features it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_featured: Option<bool>,
    /// The icon that the portal shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub large_icon: Option<MimeContent>,
    /// The package's file name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// The setup file, relative to the source folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setup_file_path: Option<String>,
    /// The command line that installs the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install_command_line: Option<String>,
    /// The command line that uninstalls the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uninstall_command_line: Option<String>,
    /// The script that Intune runs in place of `installCommandLine`. Its text is kept with the content, not here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_install_script: Option<ScriptReference>,
    /// The script that Intune runs in place of `uninstallCommandLine`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_uninstall_script: Option<ScriptReference>,
    /// The architectures it runs on: the older field, which counts where `allowedArchitectures` says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applicable_architectures: Option<Architectures>,
    /// The architectures it runs on: the newer field, which takes precedence over `applicableArchitectures`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_architectures: Option<Architectures>,
    /// Free space it needs, in MiB.
    #[serde(rename = "minimumFreeDiskSpaceInMB", skip_serializing_if = "Option::is_none")]
    pub minimum_free_disk_space_in_mb: Option<u32>,
    /// Memory it needs, in MiB.
    #[serde(rename = "minimumMemoryInMB", skip_serializing_if = "Option::is_none")]
    pub minimum_memory_in_mb: Option<u32>,
    /// Logical processors it needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_number_of_processors: Option<u32>,
    /// Clock rate it needs, in MHz.
    #[serde(rename = "minimumCpuSpeedInMHz", skip_serializing_if = "Option::is_none")]
    pub minimum_cpu_speed_in_mhz: Option<u32>,
    /// The oldest Windows it runs on, e.g. `Windows11_23H2` or `21H1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_supported_windows_release: Option<String>,
    /// Whether a user may uninstall it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_available_uninstall: Option<bool>,
    /// Detection and requirement rules.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_empty")]
    #[cfg_attr(feature = "json-schema", schemars(with = "Option<Vec<Rule>>"))]
    pub rules: Vec<Rule>,
    /// Whose rights the commands run with, how long they may take, and what happens about restarts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install_experience: Option<InstallExperience>,
    /// What the installer's exit codes stand for.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_empty")]
    #[cfg_attr(feature = "json-schema", schemars(with = "Option<Vec<ReturnCode>>"))]
    pub return_codes: Vec<ReturnCode>,
    /// What the MSI says of itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msi_information: Option<MsiInformation>,
    /// Whom it is for and when (Waybill's; Graph keeps it elsewhere).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignment: Option<Assignment>,
    /// Other apps that it needs or replaces (Waybill's; Graph keeps them elsewhere).
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_empty")]
    #[cfg_attr(feature = "json-schema", schemars(with = "Option<Vec<Relationship>>"))]
    pub relationships: Vec<Relationship>,
    /// When it is tried again (Waybill's; what is left out is as Intune's agent has it).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<RetrySettings>,
    /// What `waybill lint` may overlook here (Waybill's).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lint: Option<LintSettings>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
    /// How the document was laid out when it was read; takes no part in comparisons.
    #[serde(skip)]
    layout: Layout,
}

impl AppDocument {
    /// An app with nothing but its type and the five default return codes.
    pub fn new() -> Self {
        Self {
            odata_type: Some(WIN32_LOB_APP.to_owned()),
            return_codes: ReturnCode::defaults(),
            ..Self::default()
        }
    }

    /// The architectures it runs on: the newer field where it says anything, else the older one.
    pub fn architectures(&self) -> Option<&Architectures> {
        // Graph has `none` in the field that is not used.
        let says = |list: &&Architectures| list.names().any(|name| !name.eq_ignore_ascii_case("none"));
        self.allowed_architectures
            .as_ref()
            .filter(says)
            .or_else(|| self.applicable_architectures.as_ref().filter(says))
    }

    /// The id of the script that Intune runs in place of the install command, or with `installs` false of the
    /// uninstall command (Graph's mobileAppScriptReference).
    pub fn script_in_place_of_command(&self, installs: bool) -> Option<&str> {
        let reference = if installs { &self.active_install_script } else { &self.active_uninstall_script };
        let id = reference.as_ref()?.target_id.as_deref()?.trim();
        Some(id).filter(|id| !id.is_empty())
    }

    /// Where the app stands in the document that it was read from, as a JSON pointer: empty, or the place in a list.
    pub fn pointer_in_document(&self) -> &'static str {
        self.layout.pointer
    }

    /// Whether its commands run with the user's rights rather than the system's, which is the default.
    pub fn runs_as_user(&self) -> bool {
        let account =
            self.install_experience.as_ref().and_then(|experience| experience.run_as_account.as_ref());
        account.is_some_and(|account| account.meant() == RunAsAccount::User)
    }
}

/// `null` for a list is an empty list: Intune's exports are full of it.
fn null_as_empty<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<Vec<T>>::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests;
