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

const PRODUCT_CODE: &str = "MsiProductCode";
const PRODUCT_VERSION: &str = "MsiProductVersion";
const PACKAGE_CODE: &str = "MsiPackageCode";
const UPGRADE_CODE: &str = "MsiUpgradeCode";
const EXECUTION_CONTEXT: &str = "MsiExecutionContext";
const REQUIRES_LOGON: &str = "MsiRequiresLogon";
const REQUIRES_REBOOT: &str = "MsiRequiresReboot";
const IS_MACHINE_INSTALL: &str = "MsiIsMachineInstall";
const IS_USER_INSTALL: &str = "MsiIsUserInstall";
const INCLUDES_SERVICES: &str = "MsiIncludesServices";
const INCLUDES_ODBC_DATA_SOURCE: &str = "MsiIncludesODBCDataSource";
const CONTAINS_SYSTEM_REGISTRY_KEYS: &str = "MsiContainsSystemRegistryKeys";
const CONTAINS_SYSTEM_FOLDERS: &str = "MsiContainsSystemFolders";
const PUBLISHER: &str = "MsiPublisher";

/// The elements of `MsiInfo`, in the order in which Microsoft's tool writes them.
const FIELDS: [&str; 14] = [
    PRODUCT_CODE,
    PRODUCT_VERSION,
    PACKAGE_CODE,
    UPGRADE_CODE,
    EXECUTION_CONTEXT,
    REQUIRES_LOGON,
    REQUIRES_REBOOT,
    IS_MACHINE_INSTALL,
    IS_USER_INSTALL,
    INCLUDES_SERVICES,
    INCLUDES_ODBC_DATA_SOURCE,
    CONTAINS_SYSTEM_REGISTRY_KEYS,
    CONTAINS_SYSTEM_FOLDERS,
    PUBLISHER,
];

impl MsiInfo {
    pub(super) fn read(
        element: &Element,
        notes: &mut Vec<DetectionXmlNote>,
    ) -> Result<Self, DetectionXmlError> {
        let fields = Fields::of(element, "MsiInfo", &FIELDS, notes)?;
        let text = |field| Ok::<_, DetectionXmlError>(fields.text(field)?.map(str::to_owned));
        let mut flag = |field| choice(&fields, field, boolean, notes);
        Ok(Self {
            product_code: text(PRODUCT_CODE)?,
            product_version: text(PRODUCT_VERSION)?,
            package_code: text(PACKAGE_CODE)?,
            upgrade_code: text(UPGRADE_CODE)?,
            requires_logon: flag(REQUIRES_LOGON)?,
            requires_reboot: flag(REQUIRES_REBOOT)?,
            is_machine_install: flag(IS_MACHINE_INSTALL)?,
            is_user_install: flag(IS_USER_INSTALL)?,
            includes_services: flag(INCLUDES_SERVICES)?,
            includes_odbc_data_source: flag(INCLUDES_ODBC_DATA_SOURCE)?,
            contains_system_registry_keys: flag(CONTAINS_SYSTEM_REGISTRY_KEYS)?,
            contains_system_folders: flag(CONTAINS_SYSTEM_FOLDERS)?,
            execution_context: choice(&fields, EXECUTION_CONTEXT, execution_context, notes)?,
            publisher: text(PUBLISHER)?,
        })
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<(), DetectionXmlWriteError> {
        writer.open("MsiInfo");
        writer.optional(PRODUCT_CODE, self.product_code.as_deref())?;
        writer.optional(PRODUCT_VERSION, self.product_version.as_deref())?;
        writer.optional(PACKAGE_CODE, self.package_code.as_deref())?;
        writer.optional(UPGRADE_CODE, self.upgrade_code.as_deref())?;
        writer.optional(EXECUTION_CONTEXT, self.execution_context.map(MsiExecutionContext::as_str))?;
        for (field, flag) in [
            (REQUIRES_LOGON, self.requires_logon),
            (REQUIRES_REBOOT, self.requires_reboot),
            (IS_MACHINE_INSTALL, self.is_machine_install),
            (IS_USER_INSTALL, self.is_user_install),
            (INCLUDES_SERVICES, self.includes_services),
            (INCLUDES_ODBC_DATA_SOURCE, self.includes_odbc_data_source),
            (CONTAINS_SYSTEM_REGISTRY_KEYS, self.contains_system_registry_keys),
            (CONTAINS_SYSTEM_FOLDERS, self.contains_system_folders),
        ] {
            writer.optional(field, flag.map(|flag| if flag { "true" } else { "false" }))?;
        }
        writer.optional(PUBLISHER, self.publisher.as_deref())?;
        writer.close("MsiInfo");
        Ok(())
    }

    /// The strings that are written, for an estimate of the document's length.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        [&self.product_code, &self.product_version, &self.package_code, &self.upgrade_code, &self.publisher]
            .into_iter()
            .filter_map(|text| text.as_deref())
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
    // Other tools write `yes`, `Yes` or nothing at all. The package can still be unpacked, so that is a note, not a fault.
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
