//! The committed JSON Schemas: current, and telling right documents from wrong ones.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use waybill_schemas::app::AppDocument;
use waybill_schemas::json_schema::documents;
use waybill_schemas::{ContentDocument, PiecesDocument, Sha256Digest};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("json")
}

fn committed(name: &str) -> String {
    fs::read_to_string(folder().join(format!("{name}.schema.json"))).unwrap_or_default()
}

fn is_valid(name: &str, document: &Value) -> bool {
    let schema: Value = serde_json::from_str(&committed(name)).unwrap();
    jsonschema::draft202012::new(&schema).unwrap().is_valid(document)
}

/// `document` with `field` set, or removed where `value` is null.
fn with(document: &Value, field: &str, value: Value) -> Value {
    let mut document = document.clone();
    match value {
        Value::Null => drop(document.as_object_mut().unwrap().remove(field)),
        value => document[field] = value,
    }
    document
}

#[test]
fn committed_schemas_are_current() {
    for document in documents() {
        let is_current = committed(document.name) == document.to_json();
        assert!(is_current, "{} is not current: run `cargo xtask schemas`", document.file_name());
    }
    let names: BTreeSet<_> = documents().iter().map(|document| document.file_name()).collect();
    let found: BTreeSet<_> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(found, names, "left over or missing: run `cargo xtask schemas`");
    assert_eq!(names.len(), documents().len(), "two documents of one name");
}

#[test]
fn every_schema_is_a_valid_schema_with_a_title() {
    for document in documents() {
        let schema: Value = serde_json::from_str(&document.to_json()).unwrap();
        assert!(jsonschema::meta::is_valid(&schema), "{}", document.name);
        assert_eq!(schema["title"], document.title);
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    }
}

fn content() -> Value {
    let key = Sha256Digest::new([7; 32]).to_base64();
    json!({
        "name": "7-Zip", "url": "00ff/content.bin", "size": 32, "sizeEncrypted": 96,
        "fileEncryptionInfo": {
            "encryptionKey": key, "macKey": key, "initializationVector": "AAAAAAAAAAAAAAAAAAAAAA==", "mac": key,
            "profileIdentifier": "ProfileVersion1", "fileDigest": key, "fileDigestAlgorithm": "SHA256",
        },
        "piecesDigest": key, "isDependency": false,
    })
}

#[test]
fn content_documents() {
    let right = content();
    assert!(is_valid("content", &right));
    assert!(ContentDocument::read(right.to_string().as_bytes()).is_ok());
    assert!(is_valid("content", &with(&right, "piecesDigest", Value::Null)));
    for (field, value) in [
        ("name", Value::Null),
        ("url", Value::Null),
        ("url", json!("")),
        ("size", json!("32")),
        ("size", json!(-1)),
        ("sizeEncrypted", json!(1.5)),
        ("piecesDigest", json!("no base64")),
        ("piecesDigest", json!("AAAA")),
        ("fileEncryptionInfo", json!({})),
        (
            "fileEncryptionInfo",
            with(&right["fileEncryptionInfo"], "profileIdentifier", json!("ProfileVersion2")),
        ),
        ("fileEncryptionInfo", with(&right["fileEncryptionInfo"], "macKey", json!("AAAA"))),
    ] {
        let wrong = with(&right, field, value);
        assert!(!is_valid("content", &wrong), "{wrong}");
        assert!(ContentDocument::read(wrong.to_string().as_bytes()).is_err(), "{wrong}");
    }
}

#[test]
fn pieces_documents() {
    let digest = Sha256Digest::new([7; 32]).to_base64();
    let right = json!({"pieceSize": 1_048_576, "sizeEncrypted": 64, "sha256": [digest], "more": [1]});
    assert!(is_valid("pieces", &right));
    assert!(PiecesDocument::read(right.to_string().as_bytes()).is_ok());
    for (field, value) in [
        ("pieceSize", Value::Null),
        ("pieceSize", json!("1 MiB")),
        ("sizeEncrypted", json!(-64)),
        ("sha256", json!(digest)),
        ("sha256", json!([1])),
        ("sha256", json!(["AAAA"])),
    ] {
        let wrong = with(&right, field, value);
        assert!(!is_valid("pieces", &wrong), "{wrong}");
        assert!(PiecesDocument::read(wrong.to_string().as_bytes()).is_err(), "{wrong}");
    }
}

#[test]
fn app_documents() {
    let right = json!({
        "@odata.type": "#microsoft.graph.win32LobApp", "displayName": "7-Zip", "committedContentVersion": "1",
        "installCommandLine": "msiexec /i \"7z.msi\" /qn /norestart", "largeIcon": null,
        "applicableArchitectures": "x86,x64", "allowAvailableUninstall": true,
        "rules": [{
            "@odata.type": "#microsoft.graph.win32LobAppProductCodeRule", "ruleType": "detection",
            "productCode": "{23170F69-40C1-2702-2301-000001000000}", "productVersionOperator": "notConfigured",
        }],
        "installExperience": {"runAsAccount": "system", "deviceRestartBehavior": "basedOnReturnCode"},
        "returnCodes": [{"returnCode": -2_147_024_891, "type": "failed"}],
    });
    assert!(is_valid("app", &right));
    assert!(AppDocument::from_slice(right.to_string().as_bytes()).is_ok());
    for (field, value) in [
        ("displayName", json!(7)),
        ("allowAvailableUninstall", json!("yes")),
        ("rules", json!({})),
        ("rules", json!(["#microsoft.graph.win32LobAppProductCodeRule"])),
        (
            "rules",
            json!([{"@odata.type": "#microsoft.graph.win32LobAppFileSystemRule", "check32BitOn64System": "yes"}]),
        ),
        ("returnCodes", json!([{"returnCode": "0", "type": "success"}])),
        ("returnCodes", json!([{"returnCode": 4_294_967_296_u64, "type": "success"}])),
        ("returnCodes", json!([{"type": "success"}])),
        ("installExperience", json!("system")),
    ] {
        let wrong = with(&right, field, value);
        assert!(!is_valid("app", &wrong), "{wrong}");
        assert!(AppDocument::from_slice(wrong.to_string().as_bytes()).is_err(), "{wrong}");
    }
}

#[test]
fn the_examples_fit_their_schema() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join("examples");
    let mut seen = 0;
    for entry in fs::read_dir(examples).unwrap() {
        let Ok(text) = fs::read_to_string(entry.unwrap().path().join("app.json")) else { continue };
        assert!(is_valid("app", &serde_json::from_str(&text).unwrap()), "{text}");
        seen += 1;
    }
    assert!(seen > 0);
}

/// A rule of this kind with these fields.
fn rule(kind: &str, fields: &Value) -> Value {
    let mut rule = json!({ "@odata.type": format!("#microsoft.graph.win32LobApp{kind}") });
    rule.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    rule
}

fn file(fields: &Value) -> Value {
    rule("FileSystemDetection", fields)
}

#[test]
fn the_schema_of_an_app_takes_what_reading_takes() {
    let app = json!({ "displayName": "App" });
    let taken = [
        app.clone(),
        json!({}),
        json!([app]),
        json!({ "value": [app] }),
        json!({ "@odata.context": "https://graph", "value": [app] }),
        json!({ "@odata.type": "microsoft.graph.win32LobApp", "value": [1, 2] }),
        json!({ "value": 7 }),
        json!({ "rules": null, "returnCodes": null, "relationships": null, "detectionRules": null, "requirementRules": null }),
        json!({ "retry": { "returnCodes": null }, "lint": { "allow": null } }),
        json!({ "rules": [], "returnCodes": [], "installExperience": null }),
        json!({ "rules": [rule("RegistryRule", &json!({ "operationType": "version" }))] }),
        json!({ "rules": [{ "@odata.type": "microsoft.graph.win32LobAppRegistryRule", "operationType": "version" }] }),
        json!({ "detectionRules": [file(&json!({ "detectionType": "sizeInMB", "detectionValue": "1", "operator": "equal" }))] }),
        json!({ "detectionRules": [rule("FileSystemRule", &json!({ "operationType": "exists" }))] }),
        json!({ "requirementRules": [rule("PowerShellScriptRequirement", &json!({ "detectionType": "boolean" }))] }),
        json!({ "installExperience": { "maxRunTimeInMinutes": 1440 } }),
        json!({ "installExperience": { "maxRunTimeInMinutes": null } }),
    ];
    for document in &taken {
        assert!(AppDocument::from_value(document.clone()).is_ok(), "reading refuses {document}");
        assert!(is_valid("app", document), "the schema refuses {document}");
    }
}

#[test]
fn the_schema_of_an_app_refuses_what_reading_refuses() {
    let app = json!({ "displayName": "App" });
    let refused = [
        json!([]),
        json!([app, app]),
        json!({ "value": [] }),
        json!({ "value": [app, app] }),
        json!([{ "displayName": 7 }]),
        json!({ "value": [{ "displayName": 7 }] }),
        json!("app"),
        json!(null),
        json!({ "rules": {} }),
        json!({ "detectionRules": {} }),
        json!({ "detectionRules": [7] }),
        json!({ "requirementRules": [file(&json!({ "path": 7 })), 7] }),
        json!({ "detectionRules": [file(&json!({ "check32BitOn64System": "yes" }))] }),
        json!({ "detectionRules": [file(&json!({ "detectionValue": 7 }))] }),
        json!({ "rules": [{ "@odata.type": "microsoft.graph.win32LobAppRegistryRule", "keyPath": 7 }] }),
        json!({ "installExperience": { "maxRunTimeInMinutes": "60" } }),
        json!({ "@odata.type": "#microsoft.graph.iosLobApp" }),
    ];
    for document in &refused {
        assert!(AppDocument::from_value(document.clone()).is_err(), "reading takes {document}");
        assert!(!is_valid("app", document), "the schema takes {document}");
    }
}

/// Words of closed vocabularies and limits: read, so that lint can say what is meant, and refused by lint and by the runner.
#[test]
fn the_schema_of_an_app_refuses_words_that_reading_keeps() {
    let faulty = [
        json!({ "requirementRules": [rule("FileSystemRequirement", &json!({ "detectionType": "size" }))] }),
        json!({ "requirementRules": [rule("FileSystemRequirement", &json!({ "operator": "more" }))] }),
        json!({ "requirementRules": [rule("QuantumRequirement", &json!({}))] }),
        json!({ "rules": [{ "@odata.type": "microsoft.graph.win32LobAppRegistryRule", "operator": "more" }] }),
        json!({ "rules": [{}] }),
        json!({ "installExperience": { "maxRunTimeInMinutes": 1441 } }),
        json!({ "installExperience": { "maxRunTimeInMinutes": 0 } }),
    ];
    for document in &faulty {
        assert!(AppDocument::from_value(document.clone()).is_ok(), "reading refuses {document}");
        assert!(!is_valid("app", document), "the schema takes {document}");
    }
}
