//! `init --update`: facts are renewed, edits stay.

use super::*;

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
