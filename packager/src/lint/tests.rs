//! Every rule fires where it must and not beside that, and good apps have no finding.

mod awaited;
mod commands;
mod content;
mod document;
mod fixes;
mod good_apps;
mod open;
mod outcome;
mod report;
mod rules;
mod started;

use super::*;
use crate::msi::MsiFacts;
use serde_json::{Value, json};
use waybill_schemas::app::AppDocument;
use waybill_schemas::report::lint::Severity;

/// The first bytes of a Windows Installer file.
pub(super) const MSI: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
pub(super) const PRODUCT: &str = "{23170F69-40C1-2702-2301-000001000000}";

/// A good MSI app. Every test changes one thing in it.
pub(super) fn msi_app() -> Value {
    json!({
        "@odata.type": "#microsoft.graph.win32LobApp",
        "displayName": "Contoso",
        "description": "Contoso",
        "publisher": "Contoso",
        "displayVersion": "23.1.0",
        "setupFilePath": "contoso.msi",
        "installCommandLine": "msiexec /i \"contoso.msi\" /qn /norestart",
        "uninstallCommandLine": format!("msiexec /x \"{PRODUCT}\" /qn /norestart"),
        "applicableArchitectures": "x64",
        "rules": [{
            "@odata.type": "#microsoft.graph.win32LobAppProductCodeRule",
            "ruleType": "detection",
            "productCode": PRODUCT,
            "productVersionOperator": "notConfigured",
            "productVersion": null,
        }],
        "installExperience": { "runAsAccount": "system", "maxRunTimeInMinutes": 60, "deviceRestartBehavior": "suppress" },
        "returnCodes": [
            { "returnCode": 0, "type": "success" },
            { "returnCode": 1707, "type": "success" },
            { "returnCode": 3010, "type": "softReboot" },
            { "returnCode": 1641, "type": "hardReboot" },
            { "returnCode": 1618, "type": "retry" },
        ],
    })
}

/// The facts of the good app's MSI.
pub(super) fn msi_facts() -> MsiFacts {
    MsiFacts {
        name: Some("Contoso".into()),
        version: Some("23.1.0".into()),
        product_code: PRODUCT.into(),
        package_code: None,
        upgrade_code: None,
        publisher: None,
        all_users: Some("1".into()),
        installs_per_user: false,
        requires_reboot: false,
        includes_services: false,
        includes_odbc_data_source: false,
        contains_system_registry_keys: false,
        contains_system_folders: false,
        platform: Some("x64".into()),
    }
}

/// A subject of an app and files with their contents. The setup file is the app's.
pub(super) fn subject(app: &Value, files: &[(&str, &[u8])]) -> Subject {
    let text = format!("{app:#}");
    let app = AppDocument::from_slice(text.as_bytes()).unwrap();
    let entry = |(name, bytes): &(&str, &[u8])| FileEntry {
        name: (*name).to_owned(),
        size: bytes.len() as u64,
        is_folder: false,
    };
    let contents: Vec<(String, Vec<u8>)> =
        files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect();
    Subject {
        setup_file: app.setup_file_path.clone(),
        app: Some(AppInput { document: "app.json".into(), app, text: Some(text) }),
        entries: Some(files.iter().map(entry).collect()),
        contents: Box::new(move |name, most| {
            let (_, bytes) = contents.iter().find(|(packed, _)| packed.eq_ignore_ascii_case(name))?;
            Some(bytes[..bytes.len().min(most)].to_vec())
        }),
        ..Subject::new("app")
    }
}

/// The good MSI app with the facts of its MSI.
pub(super) fn msi_subject(app: &Value) -> Subject {
    let mut subject = subject(app, &[("contoso.msi", MSI)]);
    subject.setup.msi = Some(msi_facts());
    subject
}

/// `E` or `W` and the digits of each finding's code.
pub(super) fn found(subject: Subject) -> Vec<String> {
    let report = lint(subject, &[]);
    let letter = |severity| if severity == Severity::Error { "E" } else { "W" };
    report
        .findings
        .iter()
        .map(|finding| format!("{}{}", letter(finding.severity), &finding.code[2..]))
        .collect()
}

/// Puts `value` at the pointer, whose parent must exist.
pub(super) fn with(mut app: Value, pointer: &str, value: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match app.pointer_mut(parent).unwrap() {
        Value::Array(items) => {
            let index: usize = key.parse().unwrap();
            if index < items.len() { items[index] = value } else { items.push(value) }
        }
        other => other[key] = value,
    }
    app
}
