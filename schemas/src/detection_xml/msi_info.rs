//! `MsiInfo`, the element that a package of an MSI has.

use super::Fields;
use super::element::{Element, is_space};
use super::error::{DetectionXmlError, DetectionXmlNote, DetectionXmlWriteError};
use super::write::Writer;
use serde::{Deserialize, Serialize};

/// What an MSI says of itself. A field is `None` where its element is missing (or holds no value that it can have).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MsiInfo {
    /// `ProductCode`, a GUID in braces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_code: Option<String>,
    /// `ProductVersion`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_version: Option<String>,
    /// The revision number of the summary information, a GUID in braces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package_code: Option<String>,
    /// `UpgradeCode`, a GUID in braces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upgrade_code: Option<String>,
    /// For whom the MSI installs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_context: Option<MsiExecutionContext>,
    /// Whether a user must be logged on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requires_logon: Option<bool>,
    /// Whether it always restarts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requires_reboot: Option<bool>,
    /// Whether it can install for the machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_machine_install: Option<bool>,
    /// Whether it can install for a user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_user_install: Option<bool>,
    /// Whether it installs services.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub includes_services: Option<bool>,
    /// Whether it installs ODBC data sources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub includes_odbc_data_source: Option<bool>,
    /// Whether it writes registry keys of the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contains_system_registry_keys: Option<bool>,
    /// Whether it writes folders of the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contains_system_folders: Option<bool>,
    /// `Manufacturer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
}

/// For whom an MSI installs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum MsiExecutionContext {
    /// The machine (`ALLUSERS` is 1).
    System,
    /// The user who installs it (`ALLUSERS` is empty).
    User,
    /// The machine or one user (`ALLUSERS` is 2).
    Any,
}

impl MsiExecutionContext {
    const ALL: [Self; 3] = [Self::System, Self::User, Self::Any];

    /// Its name in Detection.xml.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::User => "User",
            Self::Any => "Any",
        }
    }
}

/// The elements of `MsiInfo`, in the order in which Microsoft's tool writes them.
const FIELDS: [&str; 14] = [
    "MsiProductCode",
    "MsiProductVersion",
    "MsiPackageCode",
    "MsiUpgradeCode",
    "MsiExecutionContext",
    "MsiRequiresLogon",
    "MsiRequiresReboot",
    "MsiIsMachineInstall",
    "MsiIsUserInstall",
    "MsiIncludesServices",
    "MsiIncludesODBCDataSource",
    "MsiContainsSystemRegistryKeys",
    "MsiContainsSystemFolders",
    "MsiPublisher",
];

impl MsiInfo {
    pub(super) fn read(
        element: &Element,
        notes: &mut Vec<DetectionXmlNote>,
    ) -> Result<Self, DetectionXmlError> {
        let fields = Fields::new(element, "MsiInfo", &FIELDS, notes)?;
        let text = |field| Ok::<_, DetectionXmlError>(fields.text(field)?.map(str::to_owned));
        let mut flag = |field| choice(&fields, field, boolean, notes);
        Ok(Self {
            product_code: text("MsiProductCode")?,
            product_version: text("MsiProductVersion")?,
            package_code: text("MsiPackageCode")?,
            upgrade_code: text("MsiUpgradeCode")?,
            requires_logon: flag("MsiRequiresLogon")?,
            requires_reboot: flag("MsiRequiresReboot")?,
            is_machine_install: flag("MsiIsMachineInstall")?,
            is_user_install: flag("MsiIsUserInstall")?,
            includes_services: flag("MsiIncludesServices")?,
            includes_odbc_data_source: flag("MsiIncludesODBCDataSource")?,
            contains_system_registry_keys: flag("MsiContainsSystemRegistryKeys")?,
            contains_system_folders: flag("MsiContainsSystemFolders")?,
            execution_context: choice(&fields, "MsiExecutionContext", execution_context, notes)?,
            publisher: text("MsiPublisher")?,
        })
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<(), DetectionXmlWriteError> {
        writer.open("MsiInfo");
        for (field, value) in FIELDS.into_iter().zip(self.values()) {
            writer.optional(field, value)?;
        }
        writer.close("MsiInfo");
        Ok(())
    }

    /// The elements to be written with their values, in the order of [`FIELDS`].
    pub(super) fn values(&self) -> [Option<&str>; 14] {
        let flag = |flag: Option<bool>| flag.map(|flag| if flag { "true" } else { "false" });
        [
            self.product_code.as_deref(),
            self.product_version.as_deref(),
            self.package_code.as_deref(),
            self.upgrade_code.as_deref(),
            self.execution_context.map(MsiExecutionContext::as_str),
            flag(self.requires_logon),
            flag(self.requires_reboot),
            flag(self.is_machine_install),
            flag(self.is_user_install),
            flag(self.includes_services),
            flag(self.includes_odbc_data_source),
            flag(self.contains_system_registry_keys),
            flag(self.contains_system_folders),
            self.publisher.as_deref(),
        ]
    }
}

/// A field of a few values: `None` where it is missing or empty; a note where it holds something else.
fn choice<T>(
    fields: &Fields<'_>,
    field: &'static str,
    parse: fn(&str) -> Option<T>,
    notes: &mut Vec<DetectionXmlNote>,
) -> Result<Option<T>, DetectionXmlError> {
    let Some(value) = fields.text(field)?.map(|text| text.trim_matches(is_space)) else { return Ok(None) };
    let parsed = parse(value);
    // Other tools write `yes`, `Yes` or nothing at all. The package can still be unpacked, so that is a note.
    if parsed.is_none() && !value.is_empty() {
        notes.push(DetectionXmlNote::UnreadableValue { field });
    }
    Ok(parsed)
}

/// XML Schema's booleans, and the capitals of .NET's `ToString`.
fn boolean(value: &str) -> Option<bool> {
    match value {
        "true" | "True" | "1" => Some(true),
        "false" | "False" | "0" => Some(false),
        _ => None,
    }
}

fn execution_context(value: &str) -> Option<MsiExecutionContext> {
    MsiExecutionContext::ALL.into_iter().find(|context| context.as_str() == value)
}
