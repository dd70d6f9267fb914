//! What the types of app.json cannot say of themselves to its JSON Schema: rules under their older keys, and the lists in
//! which an app may stand. The schema accepts exactly the documents that reading accepts without reporting a wrong word (a test
//! gives both the same documents).

use super::rule::{NAMESPACE, OLDER_RULES, RULE_TYPES, TYPE_KEY};
use schemars::{Schema, json_schema};
use serde_json::{Value, json};

/// Adds the older keys of rules (`detectionRules`, `requirementRules`), whose words are those of the newer ones.
pub(super) fn with_older_rules(app: &mut Schema) {
    let properties = app.ensure_object().get_mut("properties").and_then(Value::as_object_mut);
    let Some(properties) = properties else { return };
    for (key, _, suffix) in OLDER_RULES {
        let kinds: Vec<Value> = RULE_TYPES.iter().map(|name| older_rule(name, suffix)).collect();
        let rules = json!({
            "type": ["array", "null"],
            "items": { "anyOf": kinds },
            "description": "Rules as Graph's beta has them; read where `rules` has none of their kind.",
        });
        properties.insert((*key).to_owned(), rules);
    }
}

/// A rule of this type under an older key: with its older name or its newer one, and with the older names of two fields.
fn older_rule(name: &str, suffix: &str) -> Value {
    let stem = name.strip_suffix("Rule").unwrap_or(name);
    let names = [format!("{NAMESPACE}{stem}{suffix}"), format!("{NAMESPACE}{name}")];
    let names: Vec<String> = names.into_iter().flat_map(|name| [format!("#{name}"), name]).collect();
    let operation = match name {
        "win32LobAppFileSystemRule" => Some("FileSystemOperation"),
        "win32LobAppRegistryRule" => Some("RegistryOperation"),
        "win32LobAppPowerShellScriptRule" => Some("ScriptOperation"),
        _ => None,
    };
    let mut properties =
        json!({ TYPE_KEY: { "enum": names }, "detectionValue": { "type": ["string", "null"] } });
    if let Some(operation) = operation {
        let operation = format!("#/$defs/{operation}");
        properties["detectionType"] = json!({ "anyOf": [{ "$ref": operation }, { "type": "null" }] });
    }
    let typed = name.strip_prefix("win32LobApp").unwrap_or(name);
    json!({
        "$ref": format!("#/$defs/{typed}"),
        "type": "object",
        "properties": properties,
        "required": [TYPE_KEY],
    })
}

/// The schema of a whole document: the app alone, or in a list of one, bare or as Graph answers it.
pub(crate) fn of_document(mut app: Schema) -> Schema {
    let mut definitions = app.remove("$defs").unwrap_or_default();
    let dialect = app.remove("$schema").unwrap_or_default();
    app.remove("title");
    definitions["App"] = app.to_value();
    let app = json!({ "$ref": "#/$defs/App" });
    let list = json!({ "type": "array", "minItems": 1, "maxItems": 1, "items": app });
    let is_graphs_answer = json!({
        "type": "object",
        "properties": { "value": { "type": "array" } },
        "required": ["value"],
        "not": { "required": [TYPE_KEY] },
    });
    json_schema!({
        "$schema": dialect,
        "if": { "type": "array" },
        "then": list,
        "else": {
            "if": is_graphs_answer,
            "then": { "properties": { "value": list } },
            "else": app,
        },
        "$defs": definitions,
    })
}
