//! One manifest for each type.

use super::*;
use waybill_schemas::app::RunAsAccount;

const POWERSHELL: &str =
    r"C:\Windows\Sysnative\WindowsPowerShell\v1.0\powershell.exe -NoProfile -ExecutionPolicy Bypass -File";

/// The app of an installer with these bytes and lines, in each of three schemas.
fn app(lab: &Lab, bytes: &[u8], lines: &str) -> WingetApp {
    let served = lab.serve("setup", bytes);
    for schema in ["1.4.0", "1.28.0"] {
        lab.manifest_of(schema, "1.2.3", &format!("{lines}Installers:\n- Architecture: x64\n{served}"), "");
        lab.app();
    }
    lab.manifest("1.2.3", &format!("{lines}Installers:\n- Architecture: x64\n{served}"));
    lab.app()
}

#[test]
fn an_msi_answers_for_itself() {
    let lab = Lab::new();
    for kind in ["msi", "wix"] {
        let app =
            app(&lab, &Msi::default().bytes(), &format!("InstallerType: {kind}\nProductCode: '{{OTHER}}'\n"));
        assert_eq!(line(&app), r#"msiexec /i "Contoso.Tool_1.2.3_x64.msi" /quiet /norestart"#);
        assert_eq!(app.app.uninstall_command_line, Some(format!("msiexec /x {PRODUCT_CODE} /qn /norestart")));
        let [Rule::ProductCode(rule)] = &app.app.rules[..] else { panic!() };
        assert_eq!(
            (rule.product_code.as_deref(), rule.product_version.as_deref()),
            (Some(PRODUCT_CODE), Some("1.2.3"))
        );
        assert!(notes(&app).contains("The manifest has the product code {OTHER}"));
        assert_eq!(app.app.setup_file_path.as_deref(), Some("Contoso.Tool_1.2.3_x64.msi"));
        assert_eq!(app.app.msi_information.unwrap().product_code.as_deref(), Some(PRODUCT_CODE));
        assert_eq!(app.app.allowed_architectures.unwrap().as_str(), "x64");
    }
}

#[test]
fn inno_is_found_by_its_key_in_both_views_and_uninstalled_by_its_entry() {
    let lab = Lab::new();
    let app = app(&lab, &program(), "InstallerType: inno\nScope: machine\nProductCode: '{AB-1}_is1'\n");
    assert_eq!(line(&app), "Contoso.Tool_1.2.3_x64.exe /SP- /VERYSILENT /SUPPRESSMSGBOXES /NORESTART");
    assert_eq!(app.app.uninstall_command_line, Some(format!("{POWERSHELL} \"uninstall.ps1\"")));
    let script = script(&app);
    assert!(
        script.contains("Key = '{AB-1}_is1'") && script.contains("'Registry64', 'Registry32'"),
        "{script}"
    );
    assert!(script.contains("Wanted = '1.2.3' }") && script.contains("$Hive = 'LocalMachine'"));
    assert!(lab.read("uninstall.ps1").contains("$Switches = '/VERYSILENT /SUPPRESSMSGBOXES /NORESTART'"));
}

#[test]
fn nullsoft_exe_and_burn_are_found_by_their_entries() {
    let lab = Lab::new();
    let nullsoft = app(&lab, &program(), "InstallerType: nullsoft\nScope: user\nProductCode: Tool\n");
    assert_eq!(line(&nullsoft), "Contoso.Tool_1.2.3_x64.exe /S");
    assert!(script(&nullsoft).contains("$Hive = 'CurrentUser'"));
    assert_eq!(nullsoft.app.install_experience.as_ref().unwrap().run_as_account, Some(RunAsAccount::User));
    assert!(notes(&nullsoft).contains("runs as the user"));
    assert!(lab.read("uninstall.ps1").contains("_?=$folder"));
    let lines = "InstallerType: exe\nInstallerSwitches:\n  Silent: --quiet\n  Custom: --no-icon\n";
    let exe = app(&lab, &program(), lines);
    assert_eq!(line(&exe), "Contoso.Tool_1.2.3_x64.exe --quiet --no-icon");
    let script_text = script(&exe);
    assert!(
        script_text.contains("Key = ''; Name = 'Contoso Tool'; Publisher = 'Contoso Ltd'"),
        "{script_text}"
    );
    assert!(notes(&exe).contains("has no ProductCode"));
    let lines = "InstallerType: burn\nAppsAndFeaturesEntries:\n- ProductCode: '{11111111-2222-3333-4444-555555555555}'\n  \
        InstallerType: wix\n  DisplayVersion: 1.2.0.0\n";
    let burn = app(&lab, &program(), lines);
    assert_eq!(line(&burn), "Contoso.Tool_1.2.3_x64.exe /quiet /norestart");
    let [Rule::ProductCode(rule)] = &burn.app.rules[..] else { panic!() };
    assert_eq!(rule.product_version.as_deref(), Some("1.2"));
    let burn = app(&lab, &program(), "InstallerType: burn\nProductCode: '{1}'\n");
    assert!(script(&burn).contains("Key = '{1}'"));
}

#[test]
fn a_zip_is_unpacked_and_its_nested_installer_starts() {
    let lab = Lab::new();
    let bytes = zip_of(&[
        ("Tool/Setup 1.exe", &program()),
        ("Tool/data.bin", b"data"),
        ("uninstall.ps1", b"vendor's"),
    ]);
    let lines = "InstallerType: zip\nNestedInstallerType: inno\nNestedInstallerFiles:\n- RelativeFilePath: tool\\setup 1.exe\n\
        ProductCode: Key_is1\n";
    let app = app(&lab, &bytes, lines);
    assert_eq!(app.app.setup_file_path.as_deref(), Some("Tool/Setup 1.exe"));
    assert_eq!(line(&app), r#""Tool\Setup 1.exe" /SP- /VERYSILENT /SUPPRESSMSGBOXES /NORESTART"#);
    assert_eq!(
        (lab.read("Tool/data.bin").as_str(), lab.read("uninstall.ps1").as_str()),
        ("data", "vendor's")
    );
    assert!(lab.read("waybill-uninstall.ps1").contains("Key = 'Key_is1'"));
    assert_eq!(app.app.uninstall_command_line, Some(format!("{POWERSHELL} \"waybill-uninstall.ps1\"")));
    assert_eq!(app.kind, "zip of inno");
}

#[test]
fn a_path_that_leads_out_of_the_zip_is_refused() {
    let lab = Lab::new();
    let served = lab.serve("a.zip", &zip_of(&[("setup.exe", &program())]));
    for path in [r"..\setup.exe", r"x\..\..\setup.exe", r"C:\setup.exe", r"\setup.exe", "other.exe", "."] {
        lab.manifest("1", &format!(
            "InstallerType: zip\nNestedInstallerType: nullsoft\nNestedInstallerFiles:\n- RelativeFilePath: '{path}'\n\
             Installers:\n- Architecture: x64\n{served}"
        ));
        assert_eq!(lab.refused(WingetChoice::default()).code().id, "winget-nested-installer", "{path}");
    }
    let served = lab.serve("b.zip", &zip_of(&[("../setup.exe", b"x"), ("setup.exe", b"y")]));
    lab.manifest("1", &format!(
        "InstallerType: zip\nNestedInstallerType: nullsoft\nNestedInstallerFiles:\n- RelativeFilePath: setup.exe\n\
         Installers:\n- Architecture: x64\n{served}"
    ));
    assert_eq!(lab.refused(WingetChoice::default()).code().class, Class::Refused);
}

#[test]
fn an_msix_is_added_and_removed_by_scripts() {
    let lab = Lab::new();
    let machine = app(
        &lab,
        b"PK msix",
        "InstallerType: msix\nPackageFamilyName: Contoso.Tool_8wekyb3d8bbwe\nScope: machine\n",
    );
    assert_eq!(line(&machine), format!("{POWERSHELL} \"install.ps1\""));
    assert!(
        lab.read("install.ps1").contains("$Package = Join-Path $PSScriptRoot 'Contoso.Tool_1.2.3_x64.msix'")
    );
    assert!(lab.read("install.ps1").contains("$ForEverybody = $true"));
    let detect = script(&machine);
    assert!(
        detect.contains("$Family = 'Contoso.Tool_8wekyb3d8bbwe'") && detect.contains("$Wanted = '1.2.3'")
    );
    let user = app(&lab, b"PK msix", "InstallerType: appx\nPackageFamilyName: A_b\nScope: user\n");
    assert!(lab.read("uninstall.ps1").contains("$ForEverybody = $false"));
    assert_eq!(user.app.setup_file_path.as_deref(), Some("Contoso.Tool_1.2.3_x64.appx"));
}

#[test]
fn a_portable_is_copied_and_found_by_its_file() {
    let lab = Lab::new();
    let single = app(&lab, &program(), "InstallerType: portable\nCommands:\n- tool\nScope: machine\n");
    let [Rule::FileSystem(rule)] = &single.app.rules[..] else { panic!() };
    assert_eq!(rule.path.as_deref(), Some(r"%ProgramW6432%\Contoso.Tool"));
    assert_eq!(rule.file_or_folder_name.as_deref(), Some("tool.exe"));
    assert_eq!(rule.comparison_value.as_deref(), Some("2.5.0.7"), "the program's own version");
    assert!(lab.read("install.ps1").contains("@{ File = 'tool.exe'; Alias = 'tool' }"));
    for script in ["install.ps1", "uninstall.ps1"] {
        let text = lab.read(script);
        assert!(text.contains("$List = 'waybill-files-1.2.3.txt'"), "{text}");
        assert!(
            !text.contains("-Recurse -Force }") && !text.contains("$Target -Recurse"),
            "the folder may hold more"
        );
    }
    let bytes = zip_of(&[("bin/a.exe", &Program::default().bytes()), ("bin/b.exe", b"MZ"), ("readme", b"x")]);
    let lines = "InstallerType: zip\nNestedInstallerType: portable\nScope: user\nNestedInstallerFiles:\n\
        - RelativeFilePath: bin/a.exe\n  PortableCommandAlias: aa\n- RelativeFilePath: bin\\B.exe\n";
    let several = app(&lab, &bytes, lines);
    let [Rule::FileSystem(list), Rule::FileSystem(rule)] = &several.app.rules[..] else { panic!() };
    assert_eq!(rule.path.as_deref(), Some(r"%LOCALAPPDATA%\Programs\Contoso.Tool\bin"));
    assert_eq!(
        list.file_or_folder_name.as_deref(),
        Some("waybill-files-1.2.3.txt"),
        "the program has no version"
    );
    let install = lab.read("install.ps1");
    assert!(
        install.contains(r"@{ File = 'bin\a.exe'; Alias = 'aa' }")
            && install.contains(r"File = 'bin\b.exe'; Alias = ''")
    );
}

#[test]
fn what_is_no_win32_app_is_refused_with_advice() {
    let lab = Lab::new();
    let served = lab.serve("a", b"x");
    for kind in ["font", "pwa", "msstore"] {
        lab.manifest("1", &format!("InstallerType: {kind}\nInstallers:\n- Architecture: neutral\n{served}"));
        let error = lab.refused(WingetChoice::default());
        assert_eq!((error.code().id, error.code().class), ("winget-foreign-type", Class::Refused));
        assert!(error.code().hint.contains("winGetApp"));
    }
}
