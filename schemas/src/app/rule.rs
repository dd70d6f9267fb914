//! Detection and requirement rules: Graph's `win32LobApp…Rule` types, told apart by `@odata.type`.

use super::rule_types::{FileSystemRule, PowerShellScriptRule, ProductCodeRule, RegistryRule};
use super::values::RuleType;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

pub(super) const TYPE_KEY: &str = "@odata.type";
pub(super) const NAMESPACE: &str = "microsoft.graph.";

/// One rule. A type that we do not know is kept whole as [`Rule::Other`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(tag = "@odata.type")]
#[non_exhaustive]
pub enum Rule {
    /// A file or folder.
    #[serde(rename = "#microsoft.graph.win32LobAppFileSystemRule")]
    FileSystem(FileSystemRule),
    /// A registry key or value.
    #[serde(rename = "#microsoft.graph.win32LobAppRegistryRule")]
    Registry(RegistryRule),
    /// A product installed by Windows Installer.
    #[serde(rename = "#microsoft.graph.win32LobAppProductCodeRule")]
    ProductCode(ProductCodeRule),
    /// A PowerShell script.
    #[serde(rename = "#microsoft.graph.win32LobAppPowerShellScriptRule")]
    PowerShellScript(PowerShellScriptRule),
    /// A rule of a type that this version does not know.
    #[serde(untagged)]
    #[cfg_attr(feature = "json-schema", schemars(schema_with = "other_schema"))]
    Other(Map<String, Value>),
}

impl Rule {
    /// What the rule is for; absent in a document that leaves it to the default.
    pub fn rule_type(&self) -> Option<RuleType> {
        match self {
            Self::FileSystem(rule) => rule.rule_type.clone(),
            Self::Registry(rule) => rule.rule_type.clone(),
            Self::ProductCode(rule) => rule.rule_type.clone(),
            Self::PowerShellScript(rule) => rule.rule_type.clone(),
            Self::Other(fields) => {
                fields.get("ruleType").and_then(Value::as_str).map(|text| RuleType::from(text.to_owned()))
            }
        }
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
    serde_path_to_error::deserialize(Value::Object(fields))
        .map_err(|error| E::custom(format_args!("{}: {}", error.path(), error.inner())))
}

#[cfg(feature = "json-schema")]
fn other_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": "object",
        "description": "a rule of a type that this version does not know",
        "properties": { "@odata.type": { "not": { "enum": [
            "#microsoft.graph.win32LobAppFileSystemRule",
            "#microsoft.graph.win32LobAppRegistryRule",
            "#microsoft.graph.win32LobAppProductCodeRule",
            "#microsoft.graph.win32LobAppPowerShellScriptRule",
        ] } } },
        "required": ["@odata.type"],
    })
}

#[cfg(test)]
mod tests {
    use super::super::values::{FileSystemOperation, Operator};
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
        assert!(error.contains("check32BitOn64System") && error.contains("boolean"), "{error}");
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
}
