//! Detection and requirement rules: Graph's `win32LobApp…Rule` types, told apart by `@odata.type`, wherever an app's
//! document keeps them.
//!
//! Graph's beta still answers with `detectionRules` and `requirementRules` (`win32LobApp…Detection` and
//! `…Requirement`: `detectionType`, `detectionValue` where the newer types say `operationType`,
//! `comparisonValue`). Apps exported that way have their rules there, and sometimes nowhere else.

use super::values::{
    FileSystemOperation, Operator, RegistryOperation, RuleType, RunAsAccount, ScriptOperation,
};
use super::{AppDocument, AppError};
use crate::json_fault::plain_reason;
use crate::keys::{BytesError, decode_lenient};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use std::borrow::Cow;

pub(super) const TYPE_KEY: &str = "@odata.type";
pub(super) const NAMESPACE: &str = "microsoft.graph.";

/// A detection or requirement rule. One of a type that this version does not know is kept whole as [`Rule::Other`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "json-schema", schemars(transform = types_in_both_forms))]
#[serde(tag = "@odata.type")]
#[non_exhaustive]
pub enum Rule {
    /// Looks at a file or folder.
    #[serde(rename = "#microsoft.graph.win32LobAppFileSystemRule")]
    FileSystem(FileSystemRule),
    /// Looks at a registry key or value.
    #[serde(rename = "#microsoft.graph.win32LobAppRegistryRule")]
    Registry(RegistryRule),
    /// Asks Windows Installer for a product.
    #[serde(rename = "#microsoft.graph.win32LobAppProductCodeRule")]
    ProductCode(ProductCodeRule),
    /// Runs a PowerShell script of the document.
    #[serde(rename = "#microsoft.graph.win32LobAppPowerShellScriptRule")]
    PowerShellScript(PowerShellScriptRule),
    /// A rule of a type that this version does not know.
    #[serde(untagged)]
    #[cfg_attr(feature = "json-schema", schemars(skip))]
    Other(Map<String, Value>),
}

impl Rule {
    /// What the rule is for, whatever the case of the word's letters; absent in a document that leaves it to the default.
    pub fn rule_type(&self) -> Option<RuleType> {
        self.written_rule_type().as_deref().map(RuleType::meant)
    }

    /// The same with its letters as they stand in the document.
    pub fn written_rule_type(&self) -> Option<Cow<'_, RuleType>> {
        let typed = match self {
            Self::FileSystem(rule) => &rule.rule_type,
            Self::Registry(rule) => &rule.rule_type,
            Self::ProductCode(rule) => &rule.rule_type,
            Self::PowerShellScript(rule) => &rule.rule_type,
            Self::Other(fields) => {
                let text = fields.get("ruleType").and_then(Value::as_str);
                return text.map(|text| Cow::Owned(RuleType::from(text.to_owned())));
            }
        };
        typed.as_ref().map(Cow::Borrowed)
    }

    /// Whether it takes part in detection; a rule without `ruleType` does, as Graph's default says.
    pub fn is_detection(&self) -> bool {
        matches!(self.rule_type(), None | Some(RuleType::Detection))
    }

    /// Whether it is a requirement.
    pub fn is_requirement(&self) -> bool {
        self.rule_type() == Some(RuleType::Requirement)
    }
}

/// `#microsoft.graph.x` and `microsoft.graph.x` mean the same; the name without either.
pub(super) fn short_type(odata_type: &str) -> &str {
    let bare = odata_type.strip_prefix('#').unwrap_or(odata_type);
    bare.strip_prefix(NAMESPACE).unwrap_or(bare)
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Map::deserialize(deserializer)?;
        let tag = fields.get(TYPE_KEY).and_then(Value::as_str).map(|tag| short_type(tag).to_owned());
        let known = |fields: &mut Map<String, Value>| {
            fields.shift_remove(TYPE_KEY);
            std::mem::take(fields)
        };
        match tag.as_deref() {
            Some("win32LobAppFileSystemRule") => typed(known(&mut fields)).map(Self::FileSystem),
            Some("win32LobAppRegistryRule") => typed(known(&mut fields)).map(Self::Registry),
            Some("win32LobAppProductCodeRule") => typed(known(&mut fields)).map(Self::ProductCode),
            Some("win32LobAppPowerShellScriptRule") => typed(known(&mut fields)).map(Self::PowerShellScript),
            _ => Ok(Self::Other(fields)),
        }
    }
}

/// The fields as the type that `@odata.type` names; the error says which field does not fit.
fn typed<T: DeserializeOwned, E: serde::de::Error>(fields: Map<String, Value>) -> Result<T, E> {
    serde_path_to_error::deserialize(Value::Object(fields)).map_err(|error| {
        let reason = plain_reason(&error.inner().to_string());
        E::custom(format_args!("in `{}`, {reason}", error.path()))
    })
}

/// The types of rules that are read, without namespace.
pub const RULE_TYPES: &[&str] = &[
    "win32LobAppFileSystemRule",
    "win32LobAppRegistryRule",
    "win32LobAppProductCodeRule",
    "win32LobAppPowerShellScriptRule",
];

/// Each type of a rule, with the number sign and without it.
#[cfg(feature = "json-schema")]
fn types_in_both_forms(rule: &mut schemars::Schema) {
    let kinds = rule.get_mut("anyOf").and_then(Value::as_array_mut);
    for kind in kinds.into_iter().flatten() {
        let Some(tag) = kind.pointer_mut("/properties/@odata.type") else { continue };
        let short = tag["const"].as_str().and_then(|name| name.strip_prefix('#')).map(str::to_owned);
        if let Some(short) = short {
            *tag = serde_json::json!({ "enum": [format!("#{short}"), short] });
        }
    }
}

/// Looks at a file or folder.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct FileSystemRule {
    /// Whether it is a detection or a requirement rule; detection by default.
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
    /// Which property of the file or folder is compared, or only that it exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_type: Option<FileSystemOperation>,
    /// How that property is compared with `comparisonValue`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<Operator>,
    /// The value that the property is compared with.
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
    /// Whether it is a detection or a requirement rule; detection by default.
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
    /// As what the value is compared, or only that it exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_type: Option<RegistryOperation>,
    /// How the value is compared with `comparisonValue`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<Operator>,
    /// What the value is compared with.
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
    /// Whether it is a detection or a requirement rule; detection by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_type: Option<RuleType>,
    /// The product code, a GUID in braces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_code: Option<String>,
    /// How the installed version is compared with `productVersion`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_version_operator: Option<Operator>,
    /// The version that the installed one is compared with.
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
    /// Whether it is a detection or a requirement rule; detection by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_type: Option<RuleType>,
    /// The rule's name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Whether the script must be signed by a publisher that the device trusts.
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
    /// How the output is compared with `comparisonValue`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<Operator>,
    /// The value that the output is compared with.
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

/// A rule and where it stands.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PlacedRule<'a> {
    /// JSON pointer into the document, e.g. `/rules/0`.
    pub pointer: String,
    /// The rule; a converted copy where the document uses an older type.
    pub rule: Cow<'a, Rule>,
}

impl AppDocument {
    /// Its detection rules: those of `rules`, else those of `detectionRules`.
    pub fn detection_rules(&self) -> Vec<PlacedRule<'_>> {
        self.rules_of(&RuleType::Detection, "detectionRules", "Detection")
    }

    /// Its requirement rules: those of `rules`, else those of `requirementRules`.
    pub fn requirement_rules(&self) -> Vec<PlacedRule<'_>> {
        self.rules_of(&RuleType::Requirement, "requirementRules", "Requirement")
    }

    fn rules_of(&self, wanted: &RuleType, older_key: &str, older_suffix: &str) -> Vec<PlacedRule<'_>> {
        let is_wanted = |rule: &Rule| rule.rule_type().unwrap_or(RuleType::Detection) == *wanted;
        // One or the other, never both: Graph's beta repeats the same rules under the older keys, and a rule that is
        // evaluated twice would be reported twice.
        let newer = self.rules.iter().enumerate().filter(|(_, rule)| is_wanted(rule));
        let placed: Vec<_> = newer
            .map(|(index, rule)| PlacedRule { pointer: format!("/rules/{index}"), rule: Cow::Borrowed(rule) })
            .collect();
        if !placed.is_empty() {
            return placed;
        }
        let older = self.other.get(older_key).and_then(Value::as_array).into_iter().flatten();
        older
            .enumerate()
            .filter_map(|(index, rule)| {
                // Reading has refused one that does not fit.
                let rule = Cow::Owned(converted(rule.as_object()?, wanted, older_suffix).ok()?);
                Some(PlacedRule { pointer: format!("/{older_key}/{index}"), rule })
            })
            .collect()
    }

    /// Refuses older rules that do not fit: one that is passed over would make an app look detected.
    pub(super) fn check_older_rules(&self) -> Result<(), AppError> {
        for (key, purpose, suffix) in OLDER_RULES {
            let refused = |path: String, reason: String| AppError::Field { path, reason, line: 0, column: 0 };
            let rules = match self.other.get(*key) {
                None | Some(Value::Null) => continue,
                Some(Value::Array(rules)) => rules,
                Some(_) => return Err(refused((*key).to_owned(), "a list of rules belongs there".into())),
            };
            for (index, rule) in rules.iter().enumerate() {
                let fits = match rule.as_object() {
                    None => Err("an object belongs there".to_owned()),
                    Some(fields) => {
                        converted(fields, purpose, suffix).map(drop).map_err(|error| error.to_string())
                    }
                };
                fits.map_err(|reason| refused(format!("{key}[{index}]"), reason))?;
            }
        }
        Ok(())
    }
}

/// The older keys, what their rules are for, and how the names of their types end.
pub(super) const OLDER_RULES: &[(&str, RuleType, &str)] = &[
    ("detectionRules", RuleType::Detection, "Detection"),
    ("requirementRules", RuleType::Requirement, "Requirement"),
];

fn converted(
    older: &Map<String, Value>,
    wanted: &RuleType,
    older_suffix: &str,
) -> Result<Rule, serde_json::Error> {
    let mut newer = Map::with_capacity(older.len() + 1);
    newer.insert("ruleType".into(), wanted.as_str().into());
    for (key, value) in older {
        let (key, value) = match key.as_str() {
            TYPE_KEY => (TYPE_KEY, newer_type(value, older_suffix)),
            "detectionType" => ("operationType", value.clone()),
            "detectionValue" => ("comparisonValue", value.clone()),
            other => (other, value.clone()),
        };
        newer.insert(key.to_owned(), value);
    }
    serde_json::from_value(Value::Object(newer))
}

fn newer_type(value: &Value, older_suffix: &str) -> Value {
    let short = value.as_str().map(short_type).unwrap_or_default();
    match short.strip_suffix(older_suffix) {
        Some(stem) => format!("#{NAMESPACE}{stem}Rule").into(),
        None => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_type_is_read_and_written_with_its_tag_and_unknown_fields() {
        for kind in ["FileSystem", "Registry", "ProductCode", "PowerShellScript"] {
            let value = json!({
                "@odata.type": format!("#microsoft.graph.win32LobApp{kind}Rule"),
                "ruleType": "detection",
                "somethingNew": { "deep": [1, null] },
            });
            let rule: Rule = serde_json::from_value(value.clone()).unwrap();
            assert!(!matches!(rule, Rule::Other(_)), "{kind}");
            assert!(rule.is_detection());
            assert_eq!(serde_json::to_value(&rule).unwrap(), value);
        }
    }

    #[test]
    fn an_unknown_type_survives_whole() {
        let value = json!({ "@odata.type": "#microsoft.graph.win32LobAppQuantumRule", "ruleType": "requirement", "spin": 0.5 });
        let rule: Rule = serde_json::from_value(value.clone()).unwrap();
        assert!(rule.is_requirement());
        assert_eq!(serde_json::to_value(&rule).unwrap(), value);
    }

    #[test]
    fn a_field_of_the_wrong_type_is_named_and_not_swallowed() {
        let value = json!({ "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule", "check32BitOn64System": "yes" });
        let error = serde_json::from_value::<Rule>(value).unwrap_err().to_string();
        assert_eq!(error, "in `check32BitOn64System`, it is text, and true or false belongs there");
    }

    #[test]
    fn the_type_is_read_without_its_number_sign() {
        let value = json!({
            "@odata.type": "microsoft.graph.win32LobAppFileSystemRule", "path": "C:\\App",
            "operationType": "version", "operator": "lessThan", "comparisonValue": null,
        });
        let Rule::FileSystem(rule) = serde_json::from_value(value).unwrap() else { panic!("another type") };
        assert_eq!(rule.operation_type, Some(FileSystemOperation::Version));
        assert_eq!(rule.operator, Some(Operator::LessThan));
        assert_eq!(rule.comparison_value, None);
    }

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

    fn app(value: Value) -> AppDocument {
        AppDocument::from_value(value).unwrap()
    }

    #[test]
    fn older_detection_rules_are_read_where_there_are_no_newer_ones() {
        let app = app(json!({ "detectionRules": [{
            "@odata.type": "#microsoft.graph.win32LobAppFileSystemDetection",
            "path": "%ProgramW6432%\\Contoso", "fileOrFolderName": "app.exe",
            "detectionType": "version", "operator": "greaterThanOrEqual", "detectionValue": "1.2.0.0",
        }], "requirementRules": [] }));
        let rules = app.detection_rules();
        assert_eq!(rules[0].pointer, "/detectionRules/0");
        let Rule::FileSystem(rule) = rules[0].rule.as_ref() else { panic!("{rules:?}") };
        assert_eq!(rule.operation_type, Some(FileSystemOperation::Version));
        assert_eq!(rule.operator, Some(Operator::GreaterThanOrEqual));
        assert_eq!(rule.comparison_value.as_deref(), Some("1.2.0.0"));
        assert!(app.requirement_rules().is_empty());
    }

    #[test]
    fn newer_rules_win_and_keep_their_place() {
        let app = app(json!({
            "rules": [
                { "@odata.type": "#microsoft.graph.win32LobAppRegistryRule", "ruleType": "requirement" },
                { "@odata.type": "#microsoft.graph.win32LobAppProductCodeRule", "ruleType": "detection" },
            ],
            "detectionRules": [{ "@odata.type": "#microsoft.graph.win32LobAppRegistryDetection" }],
        }));
        let pointers =
            |rules: Vec<PlacedRule<'_>>| rules.into_iter().map(|rule| rule.pointer).collect::<Vec<_>>();
        assert_eq!(pointers(app.detection_rules()), ["/rules/1"]);
        assert_eq!(pointers(app.requirement_rules()), ["/rules/0"]);
    }
}
