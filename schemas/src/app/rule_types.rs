//! What each type of rule holds.

use super::values::{
    FileSystemOperation, Operator, RegistryOperation, RuleType, RunAsAccount, ScriptOperation,
};
use crate::bytes::{BytesError, decode_lenient};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Looks at a file or folder.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct FileSystemRule {
    /// Detection or requirement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_type: Option<RuleType>,
    /// The folder; environment variables are expanded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The file or folder in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_or_folder_name: Option<String>,
    /// Whether variables and folders are those of 32-bit programs on 64-bit Windows.
    #[serde(rename = "check32BitOn64System", skip_serializing_if = "Option::is_none")]
    pub check_32_bit_on_64_system: Option<bool>,
    /// What is looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_type: Option<FileSystemOperation>,
    /// How it is compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<Operator>,
    /// What it is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison_value: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Looks at a registry key or value.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct RegistryRule {
    /// Detection or requirement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_type: Option<RuleType>,
    /// The key, e.g. `HKEY_LOCAL_MACHINE\SOFTWARE\Contoso`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_path: Option<String>,
    /// The value's name; empty means the key itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_name: Option<String>,
    /// Whether the 32-bit view is asked on 64-bit Windows.
    #[serde(rename = "check32BitOn64System", skip_serializing_if = "Option::is_none")]
    pub check_32_bit_on_64_system: Option<bool>,
    /// What is looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_type: Option<RegistryOperation>,
    /// How it is compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<Operator>,
    /// What it is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison_value: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Asks Windows Installer for a product.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ProductCodeRule {
    /// Detection or requirement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_type: Option<RuleType>,
    /// The product code, a GUID in braces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_code: Option<String>,
    /// How the installed version is compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_version_operator: Option<Operator>,
    /// What it is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_version: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Runs a PowerShell script.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct PowerShellScriptRule {
    /// Detection or requirement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_type: Option<RuleType>,
    /// A name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Whether the script must be signed by somebody the device trusts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enforce_signature_check: Option<bool>,
    /// Whether the 32-bit PowerShell runs it.
    #[serde(rename = "runAs32Bit", skip_serializing_if = "Option::is_none")]
    pub run_as_32_bit: Option<bool>,
    /// Whose rights it runs with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_as_account: Option<RunAsAccount>,
    /// The script, base64 of its bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script_content: Option<String>,
    /// As what a requirement script's output is compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_type: Option<ScriptOperation>,
    /// How it is compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<Operator>,
    /// What it is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison_value: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl PowerShellScriptRule {
    /// The script's bytes; empty where there is none.
    ///
    /// # Errors
    /// `scriptContent` is not base64.
    pub fn script(&self) -> Result<Vec<u8>, BytesError> {
        decode_lenient(self.script_content.as_deref().unwrap_or_default())
    }

    /// Puts a script in, as base64.
    pub fn set_script(&mut self, bytes: &[u8]) {
        self.script_content = Some(STANDARD.encode(bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_goes_in_and_out() {
        let mut rule = PowerShellScriptRule::default();
        assert_eq!(rule.script(), Ok(Vec::new()));
        rule.set_script(b"\xEF\xBB\xBFexit 0");
        assert_eq!(rule.script().unwrap(), b"\xEF\xBB\xBFexit 0");
        rule.script_content = Some("77u/ZXhp\r\n dCAw".into());
        assert_eq!(rule.script().unwrap(), b"\xEF\xBB\xBFexit 0");
        rule.script_content = Some("not base64!".into());
        assert_eq!(rule.script(), Err(BytesError::NotBase64));
    }
}
