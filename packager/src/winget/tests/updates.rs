//! A newer manifest for an app that was made from an older one.

use super::*;
use serde_json::{Value, json};

fn json(lab: &Lab) -> Value {
    serde_json::from_slice(&fs::read(lab.path("apps/tool/app.json")).unwrap()).unwrap()
}

fn edit(lab: &Lab, change: impl FnOnce(&mut Value)) {
    let mut value = json(lab);
    change(&mut value);
    fs::write(lab.path("apps/tool/app.json"), value.to_string()).unwrap();
}

fn update(lab: &Lab) -> WingetApp {
    lab.app_of(&WingetRequest { update: true, ..lab.request() })
}

fn inno(lab: &Lab, version: &str, bytes: &[u8]) {
    let served = lab.serve("setup.exe", bytes);
    lab.manifest(
        version,
        &format!("InstallerType: inno\nProductCode: Tool_is1\nInstallers:\n- Architecture: x86\n{served}- Architecture: x64\n{served}"),
    );
}

#[test]
fn a_newer_manifest_renews_and_keeps_edits_and_says_both() {
    let lab = Lab::new();
    inno(&lab, "1.0", &program());
    let x86 = WingetChoice { architecture: Some("x86".into()), ..WingetChoice::default() };
    lab.app_of(&WingetRequest { choice: x86, ..lab.request() });
    edit(&lab, |app| {
        app["description"] = json!("Mine");
        app["owner"] = json!("Desktop team");
        app["installCommandLine"] = json!("Contoso.Tool_1.0_x86.exe /VERYSILENT /MERGETASKS=!desktopicon");
    });
    let sources = lab.path("apps/tool/source");
    fs::write(sources.join("uninstall.ps1"), "# mine\nexit 0\n").unwrap();
    fs::write(sources.join("licence.txt"), "mine").unwrap();
    let mut newer = program();
    newer.extend_from_slice(b"newer");
    inno(&lab, "1.1.0", &newer);
    let made = update(&lab);
    let app = json(&lab);
    assert_eq!((&app["displayVersion"], &app["description"]), (&json!("1.1.0"), &json!("Mine")));
    assert_eq!(app["owner"], "Desktop team");
    assert_eq!(app["installCommandLine"], "Contoso.Tool_1.1.0_x86.exe /VERYSILENT /MERGETASKS=!desktopicon");
    assert!(script(&made).contains("Wanted = '1.1' }"));
    assert!(
        !sources.join("Contoso.Tool_1.0_x86.exe").exists()
            && sources.join("Contoso.Tool_1.1.0_x86.exe").exists()
    );
    assert_eq!(lab.read("uninstall.ps1"), "# mine\nexit 0\n");
    assert_eq!(lab.read("licence.txt"), "mine");
    let report = made.update.unwrap();
    let changed: Vec<_> = report.changes.iter().map(|change| change.field.as_str()).collect();
    assert_eq!(changed[0], "PackageVersion");
    for field in [
        "/displayVersion",
        "/setupFilePath",
        "/installCommandLine",
        "/rules/0/scriptContent",
        "source/Contoso.Tool_1.1.0_x86.exe",
    ] {
        assert!(changed.contains(&field), "{field}: {changed:?}");
    }
    let kept: Vec<_> = report.kept.iter().map(|kept| kept.field.as_str()).collect();
    assert_eq!(kept, ["/owner", "/description", "/installCommandLine", "source/uninstall.ps1"]);
    // Once more: nothing to do, and the edit is still known as one.
    let again = update(&lab).update.unwrap();
    assert_eq!((again.changes.len(), again.kept.len()), (0, 4), "{again:?}");
}

#[test]
fn a_new_product_code_is_taken_from_the_msi() {
    let lab = Lab::new();
    let write = |version: &str, msi: &Msi| {
        let served = lab.serve("a.msi", &msi.bytes());
        lab.manifest(version, &format!("InstallerType: wix\nInstallers:\n- Architecture: x64\n{served}"));
    };
    write("1.2.3", &Msi::default());
    lab.app();
    edit(&lab, |app| {
        let line = app["uninstallCommandLine"].as_str().unwrap().to_owned();
        app["uninstallCommandLine"] = json!(format!("{line} /l*v C:\\Windows\\Temp\\u.log"));
    });
    const NEW: &str = "{99999999-2222-3333-4444-555555555555}";
    write("1.3.0", &Msi::default().with("ProductCode", NEW).with("ProductVersion", "1.3.0"));
    update(&lab);
    let app = json(&lab);
    assert_eq!(
        app["uninstallCommandLine"],
        format!("msiexec /x {NEW} /qn /norestart /l*v C:\\Windows\\Temp\\u.log")
    );
    assert_eq!(
        (&app["rules"][0]["productCode"], &app["rules"][0]["productVersion"]),
        (&json!(NEW), &json!("1.3.0"))
    );
    assert_eq!(app["msiInformation"]["productCode"], NEW);
}

#[test]
fn an_app_of_another_origin_is_not_updated() {
    let lab = Lab::new();
    inno(&lab, "1.0", &program());
    let request = WingetRequest { update: true, ..lab.request() };
    assert_eq!(lab.make(&request).unwrap_err().code().id, "winget-record");
    lab.app();
    let other = fs::read_to_string(lab.path("apps/tool/app.winget.json"))
        .unwrap()
        .replace("Contoso.Tool", "Contoso.Other");
    fs::write(lab.path("apps/tool/app.winget.json"), other).unwrap();
    let error = lab.make(&request).unwrap_err();
    assert!(
        error.to_string().contains("it is of Contoso.Other, and the manifest of Contoso.Tool"),
        "{error}"
    );
    fs::write(lab.path("apps/tool/app.winget.json"), "{}").unwrap();
    assert_eq!(lab.make(&request).unwrap_err().code().id, "winget-record");
}

#[test]
fn an_older_manifest_is_told() {
    let lab = Lab::new();
    inno(&lab, "1.10", &program());
    lab.app();
    inno(&lab, "1.9", &program());
    assert!(update(&lab).notes[0].contains("is older than 1.10"));
}

fn portable(lab: &Lab, version: &str, files: &[&str]) {
    let files: Vec<(&str, &[u8])> = files.iter().map(|name| (*name, &b"MZ"[..])).collect();
    let served = lab.serve("tool.zip", &zip_of(&files));
    lab.manifest(
        version,
        &format!(
            "InstallerType: zip\nNestedInstallerType: portable\nNestedInstallerFiles:\n- RelativeFilePath: tool.exe\n\
             Installers:\n- Architecture: amd64\n{served}"
        ),
    );
}

/// The name of the list of files that the rules look for.
fn list_of_rules(lab: &Lab) -> Value {
    json(lab)["rules"][0]["fileOrFolderName"].clone()
}

#[test]
fn an_edited_script_of_a_portable_names_the_list_that_the_rule_looks_for() {
    let lab = Lab::new();
    portable(&lab, "1.0", &["tool.exe", "docs/old/a.txt"]);
    let made = lab.app();
    assert_eq!(made.app.allowed_architectures.unwrap().as_str(), "x64");
    let script = lab.path("apps/tool/source/install.ps1");
    fs::write(&script, format!("# mine\n{}", lab.read("install.ps1"))).unwrap();
    portable(&lab, "2.0", &["tool.exe"]);
    let made = update(&lab);
    let text = lab.read("install.ps1");
    assert!(text.starts_with("# mine\n") && text.contains("$List = 'waybill-files-2.0.txt'"), "{text}");
    assert_eq!(list_of_rules(&lab), "waybill-files-2.0.txt");
    let report = made.update.unwrap();
    assert!(report.changes.iter().any(|change| change.field == "source/install.ps1"), "{report:?}");
    assert!(!lab.path("apps/tool/source/docs").exists(), "folders that are empty go with their files");
    portable(&lab, "3.0", &["tool.exe"]);
    update(&lab);
    assert!(lab.read("install.ps1").contains("$List = 'waybill-files-3.0.txt'"), "once more");
}

#[test]
fn the_rule_stays_with_an_edited_script_that_cannot_be_renewed() {
    let lab = Lab::new();
    portable(&lab, "1.0", &["tool.exe"]);
    lab.app();
    let script = lab.path("apps/tool/source/install.ps1");
    let signed = format!("{}\n# SIG # Begin signature block\n", lab.read("install.ps1"));
    fs::write(&script, &signed).unwrap();
    for version in ["2.0", "3.0"] {
        portable(&lab, version, &["tool.exe"]);
        let made = update(&lab);
        assert_eq!(lab.read("install.ps1"), signed);
        assert_eq!(list_of_rules(&lab), "waybill-files-1.0.txt");
        assert!(
            notes(&made).contains("The new script is install.ps1.new beside app.json"),
            "{}",
            notes(&made)
        );
        let new = fs::read_to_string(lab.path("apps/tool/install.ps1.new")).unwrap();
        assert!(new.contains(&format!("waybill-files-{version}.txt")));
    }
}
