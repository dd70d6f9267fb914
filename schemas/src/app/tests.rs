use super::*;
use crate::codes::Classified;

/// As Intune hands an app out: its own ids and dates, `null` wherever nothing was typed.
const EXPORTED: &str = r##"{
  "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#deviceAppManagement/mobileApps/$entity",
  "@odata.type": "#microsoft.graph.win32LobApp",
  "id": "5d2f0a0e-4a0a-4d1e-9a43-6c7a1c1f6a10",
  "displayName": "7-Zip 23.01 (x64)",
  "description": "7-Zip",
  "publisher": "Igor Pavlov",
  "largeIcon": null,
  "createdDateTime": "2024-03-01T09:10:11.1234567Z",
  "lastModifiedDateTime": "2024-03-02T09:10:11Z",
  "isFeatured": false,
  "privacyInformationUrl": null,
  "informationUrl": null,
  "owner": "",
  "developer": null,
  "notes": null,
  "publishingState": "published",
  "committedContentVersion": "1",
  "fileName": "7z2301-x64.intunewin",
  "size": 1880416,
  "installCommandLine": "msiexec /i \"7z2301-x64.msi\" /qn /norestart",
  "uninstallCommandLine": "msiexec /x \"{23170F69-40C1-2702-2301-000001000000}\" /qn /norestart",
  "applicableArchitectures": "x64",
  "allowedArchitectures": null,
  "minimumFreeDiskSpaceInMB": null,
  "minimumMemoryInMB": null,
  "minimumNumberOfProcessors": null,
  "minimumCpuSpeedInMHz": null,
  "setupFilePath": "7z2301-x64.msi",
  "minimumSupportedWindowsRelease": "1607",
  "displayVersion": "23.01",
  "allowAvailableUninstall": true,
  "roleScopeTagIds": [
    "0"
  ],
  "rules": [
    {
      "@odata.type": "#microsoft.graph.win32LobAppProductCodeRule",
      "ruleType": "detection",
      "productCode": "{23170F69-40C1-2702-2301-000001000000}",
      "productVersionOperator": "notConfigured",
      "productVersion": null
    },
    {
      "@odata.type": "#microsoft.graph.win32LobAppPowerShellScriptRule",
      "ruleType": "requirement",
      "displayName": "check.ps1",
      "enforceSignatureCheck": false,
      "runAs32Bit": false,
      "runAsAccount": "system",
      "scriptContent": "V3JpdGUtT3V0cHV0IDE=",
      "operationType": "integer",
      "operator": "equal",
      "comparisonValue": "1"
    },
    {
      "@odata.type": "#microsoft.graph.win32LobAppQuantumRule",
      "ruleType": "detection",
      "spin": [
        0.5,
        null
      ]
    }
  ],
  "installExperience": {
    "runAsAccount": "system",
    "maxRunTimeInMinutes": 60,
    "deviceRestartBehavior": "restartOnTuesdays"
  },
  "returnCodes": [
    {
      "returnCode": 0,
      "type": "success"
    },
    {
      "returnCode": -2147024891,
      "type": "perhaps",
      "@odata.type": "microsoft.graph.win32LobAppReturnCode"
    }
  ],
  "msiInformation": {
    "productCode": "{23170F69-40C1-2702-2301-000001000000}",
    "productVersion": "23.01.00.0",
    "upgradeCode": "{23170F69-40C1-2702-0000-000004000000}",
    "requiresReboot": false,
    "packageType": "perMachine",
    "productName": "7-Zip 23.01 (x64 edition)",
    "publisher": "Igor Pavlov"
  }
}
"##;

#[test]
fn the_document_of_a_content_is_no_app() {
    let content = br#"{"name":"p","url":"x","size":1,"sizeEncrypted":2,"fileEncryptionInfo":{}}"#;
    let error = AppDocument::from_slice(content).unwrap_err();
    assert_eq!(error.to_string(), "the document is a `content.json`, not a `win32LobApp`");
}

#[test]
fn an_exported_app_is_written_as_it_was_read_to_the_letter() {
    let app = AppDocument::from_slice(EXPORTED.as_bytes()).unwrap();
    assert_eq!(app.to_json(), EXPORTED);
    assert_eq!(app.detection_rules().len(), 2);
    assert_eq!(app.requirement_rules()[0].pointer, "/rules/1");
    assert!(app.architectures().unwrap().contains("x64"));
    assert!(!app.runs_as_user());
}

#[test]
fn a_change_leaves_everything_else_in_its_place() {
    let mut app = AppDocument::from_slice(EXPORTED.as_bytes()).unwrap();
    app.display_version = Some("24.09".into());
    app.developer = Some("Igor Pavlov".into());
    let expected = EXPORTED
        .replace("\"displayVersion\": \"23.01\"", "\"displayVersion\": \"24.09\"")
        .replace("\"developer\": null", "\"developer\": \"Igor Pavlov\"");
    assert_eq!(app.to_json(), expected);
}

#[test]
fn byte_order_marks_and_utf_16_are_read() {
    let with_mark = format!("\u{FEFF}{EXPORTED}");
    let little: Vec<u8> = with_mark.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = with_mark.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [with_mark.as_bytes(), &little, &big, &little[2..], &big[2..]] {
        assert_eq!(AppDocument::from_slice(bytes).unwrap().to_json(), EXPORTED);
        let read = AppFile::read(bytes, "app.json").unwrap();
        assert_eq!(read.text.as_deref(), Some(EXPORTED), "findings take their lines from it");
    }
    assert!(matches!(AppDocument::from_slice(&little[..little.len() - 1]), Err(AppError::NotText)));
}

#[test]
fn refusals_name_what_does_not_fit() {
    let refused = |text: &str| AppDocument::from_slice(text.as_bytes()).unwrap_err();
    assert!(matches!(refused("{"), AppError::NotJson(_)));
    assert!(matches!(
        refused(r##"{"@odata.type": "#microsoft.graph.winGetApp"}"##),
        AppError::AnotherType { .. }
    ));
    for (text, path) in [
        (
            r##"{"rules": [{"@odata.type": "#microsoft.graph.win32LobAppRegistryRule", "keyPath": 1}]}"##,
            "rules[0]",
        ),
        (r#"{"minimumMemoryInMB": -1}"#, "minimumMemoryInMB"),
        (r#"{"returnCodes": [{"returnCode": "0", "type": "success"}]}"#, "returnCodes[0].returnCode"),
        (r#"{"lint": {"allow": [{"code": "WB106", "reason": " "}]}}"#, "lint.allow[0].reason"),
        (r#"{"lint": {"allow": [{"code": "WB106"}]}}"#, "lint.allow[0]"),
        (r#"{"displayName": "a", "displayName": "b"}"#, "."),
        (r#"{"value": [{"minimumMemoryInMB": "8 GB"}]}"#, "value[0].minimumMemoryInMB"),
        (r#"[{"minimumMemoryInMB": "8 GB"}]"#, "[0].minimumMemoryInMB"),
        (r#"{"detectionRules": {}}"#, "detectionRules"),
        (r#"{"detectionRules": [null]}"#, "detectionRules[0]"),
        (
            r##"{"requirementRules": [{"@odata.type": "#microsoft.graph.win32LobAppRegistryRequirement", "keyPath": 1}]}"##,
            "requirementRules[0]",
        ),
    ] {
        let error = refused(text);
        let AppError::Field { path: found, .. } = &error else { panic!("{error:?}") };
        assert_eq!(found, path, "{text}");
        assert_eq!(error.code().id, "app-field");
        let message = error.to_string();
        assert!(
            !["struct", "u32", "i64", "invalid", "map", "8 GB"].iter().any(|word| message.contains(word)),
            "{message}"
        );
    }
}

#[test]
fn a_refused_field_has_its_line_and_a_plain_reason() {
    let error = AppDocument::from_slice(
        b"{\n  \"installExperience\": {\n    \"maxRunTimeInMinutes\": \"60\"\n  }\n}",
    );
    let expected = "the app document's `installExperience.maxRunTimeInMinutes` does not fit (line 3, column 31): \
                    it is text, and a whole number from 0 belongs there";
    assert_eq!(error.unwrap_err().to_string(), expected);
}

#[test]
fn a_list_of_one_app_is_that_app_and_of_more_asks_which() {
    let app: Value = serde_json::from_str(EXPORTED).unwrap();
    let listed = serde_json::json!({ "@odata.context": "x", "value": [app] });
    for (list, pointer) in [(listed, "/value/0"), (serde_json::json!([app]), "/0"), (app, "")] {
        let read = AppDocument::from_slice(list.to_string().as_bytes()).unwrap();
        assert_eq!((read.to_json().as_str(), read.pointer_in_document()), (EXPORTED, pointer));
        assert_eq!(AppDocument::from_value(list).unwrap().pointer_in_document(), pointer);
    }
    let refused = |list: Value| AppDocument::from_value(list).unwrap_err();
    let several = refused(serde_json::json!({ "value": [{ "displayName": "A" }, { "id": "7" }, {}] }));
    assert_eq!(several.to_string(), "the document is a list of 3 apps: A, 7, one without a name");
    let none = refused(serde_json::json!([]));
    assert_eq!((none.to_string().as_str(), none.code().id), ("the document is a list of 0 apps", "app-list"));
    let other = refused(serde_json::json!([{ "@odata.type": "#microsoft.graph.macOSLobApp" }]));
    assert_eq!(other.to_string(), "the document is a `macOSLobApp`, not a `win32LobApp`");
}

#[test]
fn an_app_of_the_catalogue_is_read_as_what_it_derives_from() {
    for tag in
        ["#microsoft.graph.win32CatalogApp", "microsoft.graph.win32CatalogApp", "microsoft.graph.win32LobApp"]
    {
        let app =
            AppDocument::from_value(serde_json::json!({ "@odata.type": tag, "displayName": "Z" })).unwrap();
        assert_eq!(app.to_value()["@odata.type"], tag);
    }
    for name in ["windowsUniversalAppX", "winGetApp", "macOSLobApp", "windowsMobileMSI"] {
        let tag = format!("microsoft.graph.{name}");
        let error =
            AppDocument::from_value(serde_json::json!({ "@odata.type": tag, "rules": 7 })).unwrap_err();
        assert_eq!(error.to_string(), format!("the document is a `{name}`, not a `win32LobApp`"));
    }
}

#[test]
fn a_script_in_place_of_a_command_is_named_by_its_id() {
    let app = AppDocument::from_value(serde_json::json!({
        "activeInstallScript": { "targetId": "5d2f" }, "activeUninstallScript": { "targetId": " " },
    }))
    .unwrap();
    assert_eq!(
        (app.script_in_place_of_command(true), app.script_in_place_of_command(false)),
        (Some("5d2f"), None)
    );
}

#[test]
fn a_user_is_never_read_as_the_system_for_the_case_of_a_letter() {
    for word in ["user", "User", "USER"] {
        let app =
            AppDocument::from_value(serde_json::json!({ "installExperience": { "runAsAccount": word } }))
                .unwrap();
        assert!(app.runs_as_user(), "{word}");
        assert_eq!(app.to_value()["installExperience"]["runAsAccount"], word);
    }
}

#[test]
fn a_document_over_the_limit_is_not_parsed() {
    let bytes = vec![b' '; 16 * 1024 * 1024 + 1];
    assert!(matches!(AppDocument::from_slice(&bytes), Err(AppError::TooLarge { size: 16_777_217 })));
}

#[test]
fn the_schema_takes_an_exported_app_and_refuses_a_wrong_field() {
    let schema = serde_json::to_value(schemars::schema_for!(AppDocument)).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut value: Value = serde_json::from_str(EXPORTED).unwrap();
    let closed = ["/rules/2/@odata.type", "/installExperience/deviceRestartBehavior", "/returnCodes/1/type"];
    for pointer in closed {
        assert!(!validator.is_valid(&value), "a word of a closed vocabulary: {pointer}");
        *value.pointer_mut(pointer).unwrap() = match pointer {
            "/rules/2/@odata.type" => "microsoft.graph.win32LobAppRegistryRule".into(),
            _ => "unknownFutureValue".into(),
        };
    }
    value["minimumSupportedWindowsRelease"] = "Windows13_27H2".into();
    value["applicableArchitectures"] = "x64,riscv".into();
    let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert_eq!(errors, [""; 0]);
    value["rules"][0]["productCode"] = 7.into();
    assert!(!validator.is_valid(&value));
}

#[test]
fn a_new_app_has_its_type_and_the_default_return_codes() {
    let value = AppDocument::new().to_value();
    assert_eq!(value["@odata.type"], WIN32_LOB_APP);
    assert_eq!(value["returnCodes"].as_array().unwrap().len(), 5);
    assert_eq!(value.as_object().unwrap().len(), 2);
}
