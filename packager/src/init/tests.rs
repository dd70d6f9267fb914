use super::*;
use crate::msi::sample::{PRODUCT_CODE, Sample as Msi};
use serde_json::{Value, json};
use std::fs;
use waybill_pe::sample::{Name, Sample as Program, version_resource};
use waybill_schemas::app::{MsiInformation, PackageFields, Rule};

mod packages;
mod sources;
mod updates;

/// A folder named `source` with these files, in a new app folder.
struct App(tempfile::TempDir);

impl App {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = name.split('/').fold(folder.path().join("source"), |path, leaf| path.join(leaf));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        Self(folder)
    }

    fn request(&self, setup_file: &str) -> InitRequest {
        let source = self.0.path().join("source");
        InitRequest { source, setup_file: setup_file.into(), ..InitRequest::default() }
    }

    fn draft(&self, setup_file: &str) -> AppDraft {
        let request = InitRequest { force: true, ..self.request(setup_file) };
        init(&request, &Context::silent()).unwrap().1
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&fs::read(self.0.path().join("app.json")).unwrap()).unwrap()
    }
}

fn texts(draft: &AppDraft) -> String {
    draft.notes.iter().map(|note| format!("{note}\n")).collect()
}

#[test]
fn an_msi_answers_for_itself() {
    let app = App::new(&[("sub/tool.msi", &Msi::default().bytes())]);
    let (path, draft) = init(&app.request(r"sub\TOOL.msi"), &Context::silent()).unwrap();
    assert_eq!(path, app.0.path().join("app.json"));
    assert_eq!((draft.kind, draft.confidence), (InstallerKind::Msi, Confidence::Certain));
    assert_eq!(texts(&draft), "The setup file is \"sub/tool.msi\" on the disk, in this spelling.\n");
    let expected = json!({
        "@odata.type": "#microsoft.graph.win32LobApp",
        "displayName": "Contoso Café 日本",
        "description": "Contoso Café 日本",
        "publisher": "Contoso Ltd",
        "displayVersion": "1.2.3",
        "setupFilePath": "sub/tool.msi",
        "installCommandLine": r#"msiexec /i "sub\tool.msi" /qn /norestart"#,
        "uninstallCommandLine": format!("msiexec /x {PRODUCT_CODE} /qn /norestart"),
        "applicableArchitectures": "x64",
        "minimumSupportedWindowsRelease": "1607",
        "rules": [{
            "@odata.type": "#microsoft.graph.win32LobAppProductCodeRule",
            "ruleType": "detection",
            "productCode": PRODUCT_CODE,
            "productVersionOperator": "greaterThanOrEqual",
            "productVersion": "1.2.3",
        }],
        "installExperience": {
            "runAsAccount": "system", "maxRunTimeInMinutes": 60, "deviceRestartBehavior": "basedOnReturnCode",
        },
        "returnCodes": [
            { "returnCode": 0, "type": "success" },
            { "returnCode": 1707, "type": "success" },
            { "returnCode": 3010, "type": "softReboot" },
            { "returnCode": 1641, "type": "hardReboot" },
            { "returnCode": 1618, "type": "retry" },
        ],
        "msiInformation": {
            "productCode": PRODUCT_CODE,
            "productVersion": "1.2.3",
            "upgradeCode": crate::msi::sample::UPGRADE_CODE,
            "requiresReboot": false,
            "packageType": "perMachine",
            "productName": "Contoso Café 日本",
            "publisher": "Contoso Ltd",
        },
    });
    assert_eq!(app.json(), expected);
}

#[test]
fn a_per_user_msi_runs_as_the_user() {
    let account = |all_users, per_user| {
        let msi = Msi::default().with("ALLUSERS", all_users).with("MSIINSTALLPERUSER", per_user).bytes();
        let draft = App::new(&[("a.msi", &msi)]).draft("a.msi");
        let experience = draft.app.install_experience.clone().unwrap();
        (experience.run_as_account.unwrap().to_string(), texts(&draft))
    };
    assert_eq!(account("", "").0, "user");
    assert_eq!((account("2", "").0, account("2", "1").0), ("system".to_owned(), "user".to_owned()));
    let (odd, notes) = account("0", "");
    assert!(odd == "user" && notes.contains("ALLUSERS is \"0\""), "{notes}");
}

#[test]
fn an_msi_that_cannot_be_read_still_gets_its_command() {
    let bytes = Msi::default().with("ProductCode", "").bytes();
    let draft = App::new(&[("a.msi", &bytes)]).draft("a.msi");
    assert_eq!(draft.app.install_command_line.as_deref(), Some(r#"msiexec /i "a.msi" /qn /norestart"#));
    assert!(draft.app.rules.is_empty() && draft.app.msi_information.is_none());
    let notes = texts(&draft);
    for part in ["no ProductCode", "No detection rule", "No uninstall command", "publisher is not known"] {
        assert!(notes.contains(part), "{part} in {notes}");
    }
}

fn setup(overlay: &[u8], sections: Vec<(&'static str, Vec<u8>)>) -> Vec<u8> {
    let texts =
        [("ProductName", "Contoso Tool"), ("CompanyName", "Contoso Ltd"), ("ProductVersion", "2.5 beta")];
    let version = version_resource([2, 5, 0, 7], &texts);
    let resources = vec![(Name::Number(16), Name::Number(1), version)];
    Program { overlay: overlay.to_vec(), sections, resources, ..Program::default() }.bytes()
}

#[test]
fn an_nsis_installer_gets_proposals_that_say_so() {
    let nsis = setup(b"\0\0\0\0\xEF\xBE\xAD\xDENullsoftInst", Vec::new());
    let app = App::new(&[("setup.exe", &nsis)]);
    let draft = app.draft("setup.exe");
    assert_eq!(draft.kind, InstallerKind::Nsis);
    let json = app.json();
    assert_eq!(json["displayName"], "Contoso Tool");
    assert_eq!((&json["publisher"], &json["displayVersion"]), (&json!("Contoso Ltd"), &json!("2.5 beta")));
    assert_eq!(json["installCommandLine"], "setup.exe /S");
    assert!(json["uninstallCommandLine"].as_str().unwrap().contains(r"Contoso Tool\uninstall.exe"));
    assert!(
        json["notes"]
            .as_str()
            .unwrap()
            .starts_with("Unverified, drafted by waybill init. The silent switches")
    );
    assert_eq!(json.get("rules"), None);
    assert!(draft.notes.contains(&DraftNote::NoDetectionRule { kind: InstallerKind::Nsis }));
}

#[test]
fn a_burn_bundle_is_detected_by_its_own_key() {
    let header = [&0x00F1_4300_u32.to_le_bytes()[..], &[2, 0, 0, 0], &[0x11; 16]].concat();
    let app = App::new(&[("setup.exe", &setup(b"", vec![(".wixburn", header)]))]);
    let draft = app.draft("setup.exe");
    assert_eq!(
        app.json()["rules"],
        json!([{
            "@odata.type": "#microsoft.graph.win32LobAppRegistryRule",
            "ruleType": "detection",
            "keyPath": r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\{11111111-1111-1111-1111-111111111111}",
            "valueName": "BundleVersion",
            "check32BitOn64System": true,
            "operationType": "version",
            "operator": "greaterThanOrEqual",
            "comparisonValue": "2.5.0.7",
        }])
    );
    assert!(texts(&draft).contains("own key under Uninstall"));
}

#[test]
fn scripts_get_their_lines_and_a_plain_program_a_warning() {
    let app = App::new(&[
        ("go/install.ps1", b"exit 0"),
        ("go/Uninstall.ps1", b"exit 0"),
        ("install.cmd", b"exit /b 0"),
        ("50%.exe", &Program { x64: true, ..Program::default() }.bytes()),
        ("fake.exe", b"PK\x03\x04"),
    ]);
    let draft = app.draft("go/install.ps1");
    let line = r#"C:\Windows\Sysnative\WindowsPowerShell\v1.0\powershell.exe -NoProfile -ExecutionPolicy Bypass -File "go\"#;
    assert_eq!(draft.app.install_command_line.unwrap(), format!("{line}install.ps1\""));
    assert_eq!(draft.app.uninstall_command_line.unwrap(), format!("{line}Uninstall.ps1\""));
    let folder = app.0.path().file_name().unwrap().to_str().unwrap();
    assert_eq!((draft.app.display_name.as_deref(), draft.app.notes), (Some(folder), None));
    let draft = app.draft("install.cmd");
    assert_eq!(draft.app.install_command_line.as_deref(), Some("install.cmd"));
    assert_eq!(draft.app.uninstall_command_line, None);
    let draft = app.draft("50%.exe");
    assert_eq!(draft.app.applicable_architectures.as_ref().unwrap().as_str(), "x64");
    let notes = texts(&draft);
    assert!(notes.contains("percent sign") && notes.contains("must be looked up"), "{notes}");
    assert!(
        texts(&app.draft("fake.exe")).contains("\"fake.exe\" is of no known kind, whatever its name says.")
    );
}

#[test]
fn the_document_lands_beside_source_or_in_the_folder_or_where_asked() {
    let app = App::new(&[("install.cmd", b"x")]);
    let source = app.0.path().join("source");
    assert_eq!(app_document_path(&source, None), app.0.path().join("app.json"));
    assert_eq!(app_document_path(Path::new("Source"), None), Path::new("app.json"));
    assert_eq!(app_document_path(Path::new("files"), None), Path::new("files").join("app.json"));
    assert_eq!(app_document_path(&source, Some(app.0.path())), app.0.path().join("app.json"));
    let elsewhere = app.0.path().join("other.json");
    assert_eq!(app_document_path(&source, Some(&elsewhere)), elsewhere);
    let inside = source.join("sub").join("..");
    fs::create_dir(source.join("sub")).unwrap();
    assert_eq!(app_document_path(&inside, None), inside.join("..").join("app.json"));
    // What is not there yet is a folder unless it is named like a document, and either is made.
    for (output, document) in [("new/app", "new/app/app.json"), ("other/x.json", "other/x.json")] {
        let request = InitRequest { output: Some(app.0.path().join(output)), ..app.request("install.cmd") };
        let (path, _) = init(&request, &Context::silent()).unwrap();
        assert!(path == app.0.path().join(document) && path.is_file(), "{output}");
    }
}

#[test]
fn a_document_that_is_there_is_kept_without_force() {
    let app = App::new(&[("install.cmd", b"x")]);
    let (path, _) = init(&app.request("install.cmd"), &Context::silent()).unwrap();
    fs::write(&path, "mine").unwrap();
    let error = init(&app.request("install.cmd"), &Context::silent()).unwrap_err();
    assert_eq!(error.code().id, "app-exists");
    assert_eq!(write_app_document(&path, &AppDocument::new(), false).unwrap_err().code().id, "app-exists");
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    let leaves: Vec<_> =
        fs::read_dir(app.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(leaves.len(), 2, "nothing else is left: {leaves:?}");
    app.draft("install.cmd");
    assert_eq!(app.json()["installCommandLine"], "install.cmd");
}

#[test]
fn errors_of_the_stages_keep_their_codes() {
    let app = App::new(&[("install.cmd", b"x")]);
    let code = |request: &InitRequest| init(request, &Context::silent()).unwrap_err().code().id;
    assert_eq!(code(&app.request("instal.cmd")), "setup-file-missing");
    assert_eq!(code(&InitRequest { source: app.0.path().join("no"), ..app.request("x") }), "source-missing");
    let file = app.0.path().join("source").join("install.cmd");
    let below_a_file = Some(file.join("app.json"));
    assert_eq!(code(&InitRequest { output: below_a_file, ..app.request("install.cmd") }), "init-io");
}

#[cfg(unix)]
#[test]
fn a_name_that_no_command_can_carry_is_refused() {
    let app = App::new(&[("in\"stall.cmd", b"x")]);
    let error = init(&app.request("in\"stall.cmd"), &Context::silent()).unwrap_err();
    assert_eq!(error.code().id, "setup-file-name");
}

#[test]
fn packing_fills_in_and_keeps_the_rest() {
    let app = App::new(&[("install.cmd", b"x")]);
    let path = app.0.path().join("app.json");
    fs::write(&path, r#"{ "zeta": [1], "displayName": "Mine", "id": null, "rules": [] }"#).unwrap();
    let fields = PackageFields {
        file_name: "mine.intunewin".into(),
        setup_file_path: "install.cmd".into(),
        msi_information: Some(MsiInformation::default()),
    };
    assert!(!fill_app_document(&path, &fields).unwrap().is_empty());
    let text = fs::read_to_string(&path).unwrap();
    let keys: Vec<_> = app.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["zeta", "displayName", "id", "rules", "fileName", "setupFilePath", "msiInformation"]);
    assert_eq!(fill_app_document(&path, &fields).unwrap(), []);
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    fs::write(&path, "[]").unwrap();
    assert!(matches!(fill_app_document(&path, &fields), Err(AppWriteError::Read(_))));
    assert_eq!(fs::read_to_string(&path).unwrap(), "[]");
    let missing = fill_app_document(&app.0.path().join("no.json"), &fields).unwrap_err();
    assert_eq!(missing.code().id, "input-missing");
}
