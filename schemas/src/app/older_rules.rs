//! An app's rules, wherever its document keeps them.
//!
//! Graph's beta still answers with `detectionRules` and `requirementRules` (`win32LobApp…Detection` and
//! `…Requirement`: `detectionType`, `detectionValue` where the newer types say `operationType`,
//! `comparisonValue`). Apps exported that way have their rules there, and sometimes nowhere else.

use super::rule::{NAMESPACE, Rule, TYPE_KEY, short_type};
use super::{AppDocument, RuleType};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// A rule and where it stands.
#[derive(Debug, Clone, PartialEq)]
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
                let rule = Cow::Owned(converted(rule.as_object()?, wanted, older_suffix));
                Some(PlacedRule { pointer: format!("/{older_key}/{index}"), rule })
            })
            .collect()
    }
}

fn converted(older: &Map<String, Value>, wanted: &RuleType, older_suffix: &str) -> Rule {
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
    // A field of the wrong kind: kept whole, and refused by no check here.
    serde_json::from_value(Value::Object(newer)).unwrap_or_else(|_| Rule::Other(older.clone()))
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
    use crate::app::{FileSystemOperation, Operator};
    use serde_json::json;

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
