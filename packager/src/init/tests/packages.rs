//! Folders as packagers keep them: scripts beside the setup file, and the toolkit.

use super::*;
use waybill_schemas::app::ReturnCodeType;

/// An app whose own folder has this name.
fn named(name: &str, files: &[(&str, &[u8])]) -> (App, InitRequest) {
    let app = App::new(&[]);
    let source = app.0.path().join(name).join("source");
    for (file, bytes) in files {
        let path = file.split('/').fold(source.clone(), |path, leaf| path.join(leaf));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    (app, InitRequest { source, ..InitRequest::default() })
}

fn drafted(name: &str, setup: &str, files: &[(&str, &[u8])]) -> AppDraft {
    let (_app, request) = named(name, files);
    init(&InitRequest { setup_file: setup.into(), ..request }, &Context::silent()).unwrap().1
}

fn script_of(draft: &AppDraft) -> Vec<u8> {
    let [Rule::PowerShellScript(rule)] = &draft.app.rules[..] else { panic!("{:?}", draft.app.rules) };
    rule.script().unwrap()
}

#[test]
fn a_script_app_is_named_after_its_folder_and_takes_its_neighbours() {
    let draft = drafted(
        "Contoso Tool",
        "Install_Tool.ps1",
        &[
            ("Install_Tool.ps1", b"1"),
            ("Uninstall_Tool.ps1", b"2"),
            ("Detect_Tool.ps1", b"3"),
            ("Detect_Other.ps1", b"4"),
        ],
    );
    assert_eq!(draft.app.display_name.as_deref(), Some("Contoso Tool"));
    assert!(draft.app.uninstall_command_line.as_deref().unwrap().ends_with("-File \"Uninstall_Tool.ps1\""));
    assert_eq!(script_of(&draft), b"3");
    assert!(texts(&draft).contains("The detection rule is the script \"Detect_Tool.ps1\""));
}

#[test]
fn counterparts_are_found_in_other_languages_and_folders() {
    for (setup, other, line) in [
        ("Install.cmd", "Uninstall.cmd", "Uninstall.cmd"),
        ("install.cmd", "uninstall.bat", "uninstall.bat"),
        ("deploy.ps1", "undeploy.ps1", r#"-File "undeploy.ps1""#),
        ("x-install.vbs", "x-uninstall.vbs", r#"cscript.exe //B //NoLogo "x-uninstall.vbs""#),
        ("go/Setup.ps1", "go/Remove.ps1", r#"-File "go\Remove.ps1""#),
        ("setup.cmd", "Uninstall-Everything.cmd", "Uninstall-Everything.cmd"),
    ] {
        let draft = drafted("App", setup, &[(setup, b"1"), (other, b"2")]);
        let found = draft.app.uninstall_command_line.unwrap_or_default();
        assert!(found.ends_with(line), "{setup}: {found}");
    }
    let draft = drafted("App", "uninstall.cmd", &[("uninstall.cmd", b"1")]);
    assert_eq!(draft.app.uninstall_command_line, None, "it does not undo itself");
    let program = Program::default().bytes();
    let draft = drafted("App", "setup.exe", &[("setup.exe", &program), ("uninstall.ps1", b"1")]);
    assert_eq!(draft.app.display_name.as_deref(), Some("App"), "`setup` says nothing");
    assert!(draft.app.uninstall_command_line.unwrap().ends_with("-File \"uninstall.ps1\""));
}

#[test]
fn a_detection_script_takes_the_place_of_the_rule_or_says_why_not() {
    let msi = Msi::default().bytes();
    let draft = drafted("App", "a.msi", &[("a.msi", &msi), ("detection.ps1", b"exit 0")]);
    assert_eq!(script_of(&draft), b"exit 0");
    assert!(texts(&draft).contains("in place of one from the installer's own facts"));
    let draft = drafted("App", "a.msi", &[("a.msi", &msi), ("detect.ps1", b"")]);
    assert!(matches!(draft.app.rules[..], [Rule::ProductCode(_)]));
    assert!(texts(&draft).contains("did not become the detection rule: it is empty"));
    let large = vec![b'#'; 300 << 10];
    let draft = drafted("App", "a.cmd", &[("a.cmd", b"1"), ("detect.ps1", &large)]);
    assert!(draft.app.rules.is_empty() && texts(&draft).contains("did not become"));
    let several: &[(&str, &[u8])] = &[("a.cmd", b"1"), ("detect-x.ps1", b"1"), ("detect-y.ps1", b"1")];
    let draft = drafted("App", "a.cmd", several);
    assert!(draft.app.rules.is_empty() && texts(&draft).contains("detect-x.ps1, detect-y.ps1"));
    // Beside the folder `source`, where it is not packed.
    let (app, request) = named("App", &[("install.cmd", b"1")]);
    fs::write(app.0.path().join("App").join("Detect.ps1"), "outside").unwrap();
    let (_, draft) =
        init(&InitRequest { setup_file: "install.cmd".into(), ..request }, &Context::silent()).unwrap();
    assert_eq!(script_of(&draft), b"outside");
}

const THREE: &str = "[String]$appVendor = 'Igor Pavlov'\n[String]$appName = '7-Zip'\n[String]$appVersion = '25, 1'\n\
    [String]$appArch = 'x64'\n";

#[test]
fn the_toolkit_answers_by_its_script_not_by_its_launcher() {
    let launcher = setup(b"", Vec::new());
    let draft = drafted(
        "7-Zip",
        "Deploy-Application.exe",
        &[("Deploy-Application.exe", &launcher), ("Deploy-Application.ps1", THREE.as_bytes())],
    );
    let app = &draft.app;
    assert_eq!(draft.kind, InstallerKind::AppDeployToolkit);
    assert_eq!((app.display_name.as_deref(), app.publisher.as_deref()), (Some("7-Zip"), Some("Igor Pavlov")));
    assert_eq!(app.display_version.as_deref(), Some("25.1"), "the launcher's is 2.5 beta");
    assert_eq!(app.applicable_architectures.as_ref().unwrap().as_str(), "x64");
    let line = |deployment| format!("Deploy-Application.exe -DeploymentType {deployment} -DeployMode Silent");
    assert_eq!(app.install_command_line, Some(line("Install")));
    assert_eq!(app.uninstall_command_line, Some(line("Uninstall")));
    let deferral = app.return_codes.last().unwrap();
    assert_eq!((deferral.return_code, &deferral.kind), (60012, &Some(ReturnCodeType::Failed)));
    assert!(
        app.return_codes
            .iter()
            .any(|code| code.return_code == 1618 && code.kind == Some(ReturnCodeType::Retry))
    );
}

#[test]
fn the_fourth_toolkit_has_other_names_and_another_code() {
    let script = b"$adtSession = @{\n AppVendor = 'Contoso'\n AppName = ''\n AppVersion = ''\n}\n";
    let files: &[(&str, &[u8])] = &[
        ("Invoke-AppDeployToolkit.exe", b"MZ"),
        ("Invoke-AppDeployToolkit.ps1", script),
        ("PSAppDeployToolkit/PSAppDeployToolkit.psd1", b"@{ \n ModuleVersion = '4.1.5'\n}"),
        ("Files/tool.msi", &Msi::default().bytes()),
    ];
    let (_app, request) = named("Tool", files);
    let request = InitRequest {
        setup_file: "Invoke-AppDeployToolkit.exe".into(),
        deferral: Deferral::Retry,
        ..request
    };
    let (_, draft) = init(&request, &Context::silent()).unwrap();
    let app = &draft.app;
    // With an empty name the toolkit installs the only MSI of Files.
    assert_eq!(
        (app.display_name.as_deref(), app.publisher.as_deref()),
        (Some("Contoso Café 日本"), Some("Contoso"))
    );
    assert!(matches!(app.rules[..], [Rule::ProductCode(_)]));
    assert_eq!(
        app.install_command_line.as_deref(),
        Some("Invoke-AppDeployToolkit.exe -DeploymentType Install -DeployMode Silent")
    );
    let deferral = app.return_codes.last().unwrap();
    assert_eq!((deferral.return_code, &deferral.kind), (1602, &Some(ReturnCodeType::Retry)));
    let draft = drafted("Tool", "invoke-appdeploytoolkit.PS1", &files[1..2]);
    let line = draft.app.install_command_line.unwrap();
    assert!(
        line.ends_with("-File \"Invoke-AppDeployToolkit.ps1\" -DeploymentType Install -DeployMode Silent"),
        "{line}"
    );
    assert_eq!(draft.app.display_name.as_deref(), Some("Tool"));
}

#[test]
fn a_version_that_no_rule_can_compare_is_left_out_of_it() {
    for version in ["6.10.0.252.3", "2024", "3.1-beta"] {
        let draft =
            drafted("App", "a.msi", &[("a.msi", &Msi::default().with("ProductVersion", version).bytes())]);
        let [Rule::ProductCode(rule)] = &draft.app.rules[..] else { panic!("{:?}", draft.app.rules) };
        assert_eq!(
            (rule.product_version.as_deref(), draft.app.display_version.as_deref()),
            (None, Some(version))
        );
        assert!(texts(&draft).contains("is not two to four numbers"));
    }
}

#[test]
fn running_as_the_user_is_told() {
    let draft = drafted("App", "a.msi", &[("a.msi", &Msi::default().with("ALLUSERS", "").bytes())]);
    assert!(texts(&draft).contains("`runAsAccount` is `user`"));
    let dual = Msi::default().with("ALLUSERS", "2").with("MSIINSTALLPERUSER", "1").bytes();
    assert!(texts(&drafted("App", "a.msi", &[("a.msi", &dual)])).contains("ALLUSERS=1 MSIINSTALLPERUSER"));
}
