//! How an app is installed, what its installer says, and what packing fills in.

use super::AppDocument;
use super::values::{DeviceRestartBehavior, MsiPackageType, ReturnCodeType, RunAsAccount};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::{Map, Value};

/// The most minutes that Intune takes as an app's limit (Microsoft Learn, "Add and assign Win32 apps": "The maximum value
/// is 1440 minutes").
pub const MOST_RUN_LIMIT_MINUTES: u32 = 1440;

/// Whose rights the commands run with, how long they may take, and what happens about restarts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct InstallExperience {
    /// Whose rights the commands run with; the system's by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_as_account: Option<RunAsAccount>,
    /// How many minutes a command may take, 1 to 1440; 60 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "json-schema", schemars(range(min = 1, max = MOST_RUN_LIMIT_MINUTES)))]
    pub max_run_time_in_minutes: Option<u32>,
    /// What happens about restarts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_restart_behavior: Option<DeviceRestartBehavior>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Graph's `mobileAppScriptReference`: a script of the app's content, named by its id.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ScriptReference {
    /// The script's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_id: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What one exit code of the installer stands for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct ReturnCode {
    /// The exit code, signed or unsigned: −2147024891 and 2147942405 are the same code.
    #[serde(rename = "returnCode", deserialize_with = "exit_code")]
    #[cfg_attr(feature = "json-schema", schemars(range(min = -2_147_483_648_i64, max = 4_294_967_295_i64)))]
    pub return_code: i64,
    /// What it stands for. An export may have `null` here: then nobody knows.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ReturnCodeType>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ReturnCode {
    /// A pair of code and meaning.
    pub fn new(return_code: i32, kind: ReturnCodeType) -> Self {
        Self { return_code: return_code.into(), kind: Some(kind), other: Map::new() }
    }

    /// The exit code's 32 bits: documents write them signed (as Intune's portal does) or unsigned.
    pub fn bits(&self) -> u32 {
        (self.return_code & 0xFFFF_FFFF) as u32
    }

    /// What it stands for, whatever the case of the word's letters; `None` where it does not say.
    pub fn meaning(&self) -> Option<ReturnCodeType> {
        self.kind.as_ref().map(ReturnCodeType::meant)
    }

    /// Whether a process that ended with `exit_code` (its 32 bits) ended with this code.
    pub fn matches(&self, exit_code: u32) -> bool {
        self.bits() == exit_code
    }

    /// The five that Intune's portal proposes: 0 and 1707 success, 3010 soft reboot, 1641 hard reboot, 1618 retry.
    pub fn defaults() -> Vec<Self> {
        vec![
            Self::new(0, ReturnCodeType::Success),
            Self::new(1707, ReturnCodeType::Success),
            Self::new(3010, ReturnCodeType::SoftReboot),
            Self::new(1641, ReturnCodeType::HardReboot),
            Self::new(1618, ReturnCodeType::Retry),
        ]
    }
}

pub(super) fn exit_code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let code = i64::deserialize(deserializer)?;
    if (i64::from(i32::MIN)..=i64::from(u32::MAX)).contains(&code) {
        Ok(code)
    } else {
        Err(D::Error::custom(format_args!("{code} is no exit code of 32 bits")))
    }
}

/// What the portal shows of an MSI.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct MsiInformation {
    /// The product code, a GUID in braces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_code: Option<String>,
    /// The `ProductVersion` property.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_version: Option<String>,
    /// The upgrade code, a GUID in braces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upgrade_code: Option<String>,
    /// Whether the MSI asks for a restart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requires_reboot: Option<bool>,
    /// Whom it installs for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package_type: Option<MsiPackageType>,
    /// The `ProductName` property.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_name: Option<String>,
    /// The `Manufacturer` property.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Graph's `mimeContent`: a picture, with its media type.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct MimeContent {
    /// The media type of the picture, e.g. `image/png`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// The bytes of the picture in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The fields that packing decides.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PackageFields {
    /// The package's file name, e.g. `contoso.intunewin`.
    pub file_name: String,
    /// The setup file, relative to the source folder, as it stands in Detection.xml.
    pub setup_file_path: String,
    /// What the MSI says, where the setup file is one that could be read.
    pub msi_information: Option<MsiInformation>,
}

/// A field of an app's document that packing changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct FilledField {
    /// The field, with the object that it is in: `msiInformation.productCode`.
    pub field: String,
    /// Its text before; absent where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Its text now; absent where it was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl AppDocument {
    /// Sets these fields, and returns those that were changed. Fields of an existing `msiInformation` that this
    /// version does not know are kept. Where the setup file is not an MSI, `msiInformation` is removed.
    pub fn fill_from_package(&mut self, fields: &PackageFields) -> Vec<FilledField> {
        let before = self.decided_by_packing();
        self.file_name = Some(fields.file_name.clone());
        self.setup_file_path = Some(fields.setup_file_path.clone());
        // Fields that Graph has and this version does not know belong to the app, not to the MSI that was packed last.
        let kept = self.msi_information.take().map(|old| old.other).unwrap_or_default();
        self.msi_information =
            fields.msi_information.clone().map(|fresh| MsiInformation { other: kept, ..fresh });
        let pairs = before.into_iter().zip(self.decided_by_packing());
        let changed = pairs.filter(|((_, before), (_, after))| before != after);
        changed.map(|((field, before), (_, after))| FilledField { field, before, after }).collect()
    }

    /// The fields that packing decides, with their texts.
    fn decided_by_packing(&self) -> Vec<(String, Option<String>)> {
        let msi = self.msi_information.as_ref();
        let of_msi = |name: &str, text: Option<String>| (format!("msiInformation.{name}"), text);
        vec![
            ("fileName".to_owned(), self.file_name.clone()),
            ("setupFilePath".to_owned(), self.setup_file_path.clone()),
            of_msi("productCode", msi.and_then(|msi| msi.product_code.clone())),
            of_msi("productVersion", msi.and_then(|msi| msi.product_version.clone())),
            of_msi("upgradeCode", msi.and_then(|msi| msi.upgrade_code.clone())),
            of_msi("requiresReboot", msi.and_then(|msi| msi.requires_reboot).map(|asks| asks.to_string())),
            of_msi("packageType", msi.and_then(|msi| msi.package_type.as_ref()).map(ToString::to_string)),
            of_msi("productName", msi.and_then(|msi| msi.product_name.clone())),
            of_msi("publisher", msi.and_then(|msi| msi.publisher.clone())),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_code_matches_signed_and_unsigned() {
        let signed = ReturnCode::new(-2_147_024_891, ReturnCodeType::Retry);
        let unsigned: ReturnCode =
            serde_json::from_str(r#"{"returnCode": 2147942405, "type": "retry"}"#).unwrap();
        assert!(signed.matches(0x8007_0005) && unsigned.matches(0x8007_0005));
        assert!(!signed.matches(5));
        let too_wide = serde_json::from_str::<ReturnCode>(r#"{"returnCode": 4294967296, "type": "retry"}"#);
        assert!(too_wide.unwrap_err().to_string().contains("32 bits"));
    }

    #[test]
    fn the_defaults_are_the_portals() {
        let pairs: Vec<_> = ReturnCode::defaults()
            .iter()
            .map(|code| (code.return_code, code.meaning().unwrap().to_string()))
            .collect();
        let expected =
            [(0, "success"), (1707, "success"), (3010, "softReboot"), (1641, "hardReboot"), (1618, "retry")];
        assert_eq!(pairs, expected.map(|(code, kind)| (code, kind.to_owned())));
    }

    #[test]
    fn packing_fills_in_what_it_decides_and_keeps_the_rest() {
        let mut app = AppDocument::from_value(json!({
            "displayName": "Contoso", "fileName": null, "id": "7f0c",
            "msiInformation": { "@odata.type": "microsoft.graph.win32LobAppMsiInformation", "productCode": "{OLD}" },
        }))
        .unwrap();
        let fields = PackageFields {
            file_name: "contoso.intunewin".into(),
            setup_file_path: "contoso.msi".into(),
            msi_information: Some(MsiInformation {
                product_code: Some("{NEW}".into()),
                ..Default::default()
            }),
        };
        let changed = app.fill_from_package(&fields);
        let told: Vec<_> = changed
            .iter()
            .map(|field| (field.field.as_str(), field.before.as_deref(), field.after.as_deref()))
            .collect();
        let expected = [
            ("fileName", None, Some("contoso.intunewin")),
            ("setupFilePath", None, Some("contoso.msi")),
            ("msiInformation.productCode", Some("{OLD}"), Some("{NEW}")),
        ];
        assert_eq!(told, expected);
        assert_eq!(app.fill_from_package(&fields), [], "twice changes nothing");
        let value = app.to_value();
        assert_eq!(value["msiInformation"]["productCode"], "{NEW}");
        assert_eq!(value["msiInformation"]["@odata.type"], "microsoft.graph.win32LobAppMsiInformation");
        let keys: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["displayName", "fileName", "id", "msiInformation", "setupFilePath"]);
    }
}
