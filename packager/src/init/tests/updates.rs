//! `init --update`: facts are renewed, edits stay.

use super::*;
use waybill_intune::SCRIPT_LIMIT;

const NEW_CODE: &str = "{99999999-2222-3333-4444-555555555555}";

fn replaced_msi(app: &App, name: &str) {
    let msi = Msi::default().with("ProductCode", NEW_CODE).with("ProductVersion", "1.3.0").bytes();
    fs::write(app.0.path().join("source").join(name), msi).unwrap();
}

fn edit(app: &App, change: impl FnOnce(&mut Value)) {
    let mut json = app.json();
    change(&mut json);
    fs::write(app.0.path().join("app.json"), json.to_string()).unwrap();
}

#[test]
fn a_changed_msi_is_taken_over_and_edits_stay() {
    let app = App::new(&[("a.msi", &Msi::default().bytes())]);
    init(&app.request("a.msi"), &Context::silent()).unwrap();
    edit(&app, |json| {
        json["description"] = json!("Mine");
        json["id"] = json!("7f0c");
        json["rules"][0]["productVersionOperator"] = json!("equal");
        json["uninstallCommandLine"] =
            json!(format!("msiexec /x {PRODUCT_CODE} /qn /norestart /l*v C:\\u.log"));
        json["returnCodes"].as_array_mut().unwrap().push(json!({ "returnCode": 5, "type": "retry" }));
    });
    replaced_msi(&app, "a.msi");
    // Without a setup file, the document's own.
    let (_, draft, report) = update(&app.request(""), &Context::silent()).unwrap();
    let json = app.json();
    assert_eq!((&json["displayVersion"], &json["description"]), (&json!("1.3.0"), &json!("Mine")));
    assert_eq!(json["msiInformation"]["productCode"], NEW_CODE);
    assert_eq!(json["rules"][0]["productCode"], NEW_CODE);
    assert_eq!(json["rules"][0]["productVersion"], "1.3.0");
    assert_eq!(json["rules"][0]["productVersionOperator"], "equal");
    assert_eq!(json["uninstallCommandLine"], format!("msiexec /x {NEW_CODE} /qn /norestart /l*v C:\\u.log"));
    assert_eq!((&json["id"], json["returnCodes"].as_array().unwrap().len()), (&json!("7f0c"), 6));
    assert_eq!(draft.app.to_value(), json);
    let changed = |field: &str| report.changes.iter().any(|change| change.field == field);
    assert!(
        changed("/displayVersion") && changed("/rules/0/productCode") && changed("/uninstallCommandLine")
    );
    let (_, _, again) = update(&app.request("a.msi"), &Context::silent()).unwrap();
    assert_eq!(again.changes, []);
}

#[test]
fn an_added_rule_does_not_freeze_the_drafted_one() {
    let app = App::new(&[("a.msi", &Msi::default().bytes())]);
    init(&app.request("a.msi"), &Context::silent()).unwrap();
    let own = json!({ "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule", "ruleType": "detection",
        "path": r"%ProgramW6432%\Tool", "fileOrFolderName": "tool.exe", "operationType": "exists",
        "operator": "notConfigured", "check32BitOn64System": false });
    edit(&app, |json| json["rules"].as_array_mut().unwrap().insert(0, own.clone()));
    replaced_msi(&app, "a.msi");
    let (_, _, report) = update(&app.request(""), &Context::silent()).unwrap();
    let json = app.json();
    assert_eq!((&json["rules"][0], json["rules"].as_array().unwrap().len()), (&own, 2));
    assert_eq!(json["rules"][1]["productVersion"], "1.3.0");
    assert_eq!(json["rules"][1]["productCode"], NEW_CODE);
    let [kept] = &report.kept[..] else { panic!("{report:?}") };
    assert_eq!((kept.field.as_str(), kept.proposed.as_ref()), ("/rules/0", None));
    assert!(kept.yours.as_ref().unwrap().contains("tool.exe"));
}

#[test]
fn a_changed_script_beside_an_msi_is_taken_beside_an_added_rule() {
    let app = App::new(&[("a.msi", &Msi::default().bytes()), ("detect.ps1", b"old")]);
    init(&app.request("a.msi"), &Context::silent()).unwrap();
    let own = json!({ "@odata.type": "#microsoft.graph.win32LobAppRegistryRule", "ruleType": "requirement",
        "keyPath": r"HKEY_LOCAL_MACHINE\SOFTWARE\Contoso", "valueName": "Ring", "operationType": "exists",
        "operator": "notConfigured", "check32BitOn64System": false });
    edit(&app, |json| json["rules"].as_array_mut().unwrap().push(own.clone()));
    fs::write(app.0.path().join("source").join("detect.ps1"), "new").unwrap();
    let (_, draft, _) = update(&app.request(""), &Context::silent()).unwrap();
    let [Rule::PowerShellScript(rule), Rule::Registry(_)] = &draft.app.rules[..] else { panic!() };
    assert_eq!(rule.script().unwrap(), b"new");
}

#[test]
fn a_new_name_of_the_setup_file_is_followed_into_commands() {
    let app = App::new(&[("tool-1.2.msi", &Msi::default().bytes())]);
    init(&app.request("tool-1.2.msi"), &Context::silent()).unwrap();
    edit(&app, |json| {
        json["installCommandLine"] = json!(r#"msiexec /i "TOOL-1.2.msi" /qn /norestart NOTE=1"#);
    });
    fs::remove_file(app.0.path().join("source").join("tool-1.2.msi")).unwrap();
    replaced_msi(&app, "tool 1.3.msi");
    assert_eq!(update(&app.request(""), &Context::silent()).unwrap_err().code().id, "setup-file-missing");
    update(&app.request("tool 1.3.msi"), &Context::silent()).unwrap();
    let json = app.json();
    assert_eq!(json["setupFilePath"], "tool 1.3.msi");
    assert_eq!(json["installCommandLine"], r#"msiexec /i "tool 1.3.msi" /qn /norestart NOTE=1"#);
}

#[test]
fn a_detection_script_and_a_programs_version_are_facts() {
    let app = App::new(&[("install.cmd", b"1"), ("detect.ps1", b"old")]);
    init(&app.request("install.cmd"), &Context::silent()).unwrap();
    fs::write(app.0.path().join("source").join("detect.ps1"), "new").unwrap();
    edit(&app, |json| json["displayName"] = json!("Mine"));
    let (_, draft, _) = update(&app.request(""), &Context::silent()).unwrap();
    let [Rule::PowerShellScript(rule)] = &draft.app.rules[..] else { panic!() };
    assert_eq!((rule.script().unwrap(), draft.app.display_name.as_deref()), (b"new".to_vec(), Some("Mine")));
    let app = App::new(&[("setup.exe", &setup(b"", Vec::new()))]);
    init(&app.request("setup.exe"), &Context::silent()).unwrap();
    edit(&app, |json| {
        json["displayVersion"] = json!("2.4");
        json["installCommandLine"] = json!("setup.exe --quiet");
    });
    let (_, draft, report) = update(&app.request(""), &Context::silent()).unwrap();
    assert_eq!(draft.app.display_version.as_deref(), Some("2.5 beta"));
    assert_eq!(draft.app.install_command_line.as_deref(), Some("setup.exe --quiet"));
    assert_eq!(report.changes.len(), 1);
}

#[test]
fn without_a_document_there_is_nothing_to_update() {
    let app = App::new(&[("install.cmd", b"1")]);
    let code = || update(&app.request(""), &Context::silent()).unwrap_err().code().id;
    assert_eq!(code(), "input-missing");
    fs::write(app.0.path().join("app.json"), "{}").unwrap();
    assert_eq!(code(), "app-without-setup-file");
}

#[test]
fn a_detection_script_is_measured_as_it_is_passed_on() {
    let wide = |letters: usize| -> Vec<u8> {
        [0xFF, 0xFE].into_iter().chain(std::iter::repeat_n([b'#', 0], letters).flatten()).collect()
    };
    for (letters, rules) in [(SCRIPT_LIMIT, 1), (SCRIPT_LIMIT + 1, 0)] {
        let app = App::new(&[("install.cmd", b"1"), ("detect.ps1", &wide(letters))]);
        assert_eq!(app.draft("install.cmd").app.rules.len(), rules, "{letters}");
    }
}

#[test]
fn a_detection_script_is_written_as_powershell_reads_it() {
    let utf_16 = |text: &str| -> Vec<u8> {
        [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    };
    let marked = "\u{FEFF}'Müller'".as_bytes().to_vec();
    let signed = utf_16("'x'\n# SIG # Begin signature block");
    for (given, written) in [
        (utf_16("'Müller'"), marked.clone()),
        (utf_16("'plain'"), b"'plain'".to_vec()),
        ("'Müller'".as_bytes().to_vec(), marked.clone()),
        (marked.clone(), marked),
        (b"'plain'".to_vec(), b"'plain'".to_vec()),
        (b"'M\xFCller'".to_vec(), b"'M\xFCller'".to_vec()),
        (signed.clone(), signed),
    ] {
        let app = App::new(&[("install.cmd", b"1"), ("detect.ps1", &given)]);
        let (_, draft) = init(&app.request("install.cmd"), &Context::silent()).unwrap();
        let [Rule::PowerShellScript(rule)] = &draft.app.rules[..] else { panic!() };
        assert_eq!(rule.script().unwrap(), written);
    }
}
