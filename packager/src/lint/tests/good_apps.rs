//! Realistic apps without any finding.

use super::*;
use crate::recognise::InstallerKind;
use base64_of as base64;
use waybill_pe::Machine;

fn base64_of(text: &str) -> String {
    let mut rule = waybill_schemas::app::PowerShellScriptRule::default();
    rule.set_script(text.as_bytes());
    rule.script_content.unwrap()
}

fn app(install: &str, uninstall: &str, setup: &str, rules: Value) -> Value {
    let app = with(msi_app(), "/installCommandLine", install.into());
    let app = with(app, "/uninstallCommandLine", uninstall.into());
    let app = with(app, "/setupFilePath", setup.into());
    with(app, "/rules", rules)
}

fn file_rule(path: &str, name: &str) -> Value {
    json!([{
        "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule", "ruleType": "detection",
        "path": path, "fileOrFolderName": name, "check32BitOn64System": false,
        "operationType": "version", "operator": "greaterThanOrEqual", "comparisonValue": "8.6.2.0",
    }])
}

fn version_in_uninstall_key(key: &str) -> Value {
    json!([{
        "@odata.type": "#microsoft.graph.win32LobAppRegistryRule", "ruleType": "detection",
        "keyPath": format!("HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\{key}"),
        "valueName": "DisplayVersion", "check32BitOn64System": false,
        "operationType": "version", "operator": "greaterThanOrEqual", "comparisonValue": "23.1.0",
    }])
}

#[test]
fn an_msi_is_silent() {
    assert_eq!(found(msi_subject(&msi_app())), [""; 0]);
}

#[test]
fn an_msi_with_a_transform_and_a_log_is_silent() {
    let install = "msiexec.exe /i \"contoso.msi\" TRANSFORMS=\"de-DE.mst\" INSTALLDIR=\"C:\\Program Files\\Contoso\" /qn /norestart /l*v \"C:\\Windows\\Temp\\contoso.log\"";
    let app = with(msi_app(), "/installCommandLine", install.into());
    let mut subject = subject(&app, &[("contoso.msi", MSI), ("de-DE.mst", b"MST")]);
    subject.setup.msi = Some(msi_facts());
    assert_eq!(found(subject), [""; 0]);
}

#[test]
fn an_nsis_program_is_silent() {
    let app = app(
        "npp.8.6.2.Installer.x64.exe /S",
        "\"C:\\Program Files\\Notepad++\\uninstall.exe\" /S _?=C:\\Program Files\\Notepad++",
        "npp.8.6.2.Installer.x64.exe",
        file_rule("%ProgramW6432%\\Notepad++", "notepad++.exe"),
    );
    let mut subject = subject(&app, &[("npp.8.6.2.Installer.x64.exe", b"MZ")]);
    subject.setup = SetupFacts {
        kind: Some(InstallerKind::Nsis),
        machine: Some(Machine::X86),
        msi: None,
        msi_damage: None,
    };
    assert_eq!(found(subject), [""; 0]);
}

#[test]
fn an_inno_program_is_silent() {
    let app = app(
        "Git-2.43.0-64-bit.exe /VERYSILENT /SUPPRESSMSGBOXES /NORESTART /LOADINF=\"git.inf\"",
        "\"C:\\Program Files\\Git\\unins000.exe\" /VERYSILENT /NORESTART",
        "Git-2.43.0-64-bit.exe",
        version_in_uninstall_key("Git_is1"),
    );
    let mut subject = subject(&app, &[("Git-2.43.0-64-bit.exe", b"MZ"), ("git.inf", b"[Setup]")]);
    subject.setup.kind = Some(InstallerKind::InnoSetup);
    assert_eq!(found(subject), [""; 0]);
}

#[test]
fn a_burn_bundle_with_a_blank_in_its_name_is_silent() {
    let app = app(
        "\"VC redist x64.exe\" /install /quiet /norestart",
        "\"VC redist x64.exe\" /uninstall /quiet /norestart",
        "VC redist x64.exe",
        version_in_uninstall_key("{804e7d66-ccc2-4c12-84ba-476da31d103d}"),
    );
    let mut subject = subject(&app, &[("VC redist x64.exe", b"MZ")]);
    subject.setup.kind = Some(InstallerKind::Burn);
    assert_eq!(found(subject), [""; 0]);
}

#[test]
fn a_script_through_sysnative_is_silent() {
    const POWERSHELL: &str = "C:\\Windows\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe -NoProfile -ExecutionPolicy Bypass -File";
    let install = b"# sets HKLM:\\SOFTWARE\\Contoso\r\nNew-Item -Path 'HKLM:\\SOFTWARE\\Contoso' -Force | Out-Null\r\nexit 0\r\n";
    let detect = "$key = Get-ItemProperty 'HKLM:\\SOFTWARE\\Contoso' -ErrorAction SilentlyContinue\r\n\
                  if ($key.Version -ge '1.2') { Write-Output 'found'; exit 0 }\r\nexit 1\r\n";
    let rules = json!([{
        "@odata.type": "#microsoft.graph.win32LobAppPowerShellScriptRule", "ruleType": "detection",
        "enforceSignatureCheck": false, "runAs32Bit": false, "scriptContent": base64(detect),
    }, {
        "@odata.type": "#microsoft.graph.win32LobAppPowerShellScriptRule", "ruleType": "requirement",
        "displayName": "laptop", "enforceSignatureCheck": false, "runAs32Bit": false, "runAsAccount": "system",
        "scriptContent": base64("if ((Get-CimInstance Win32_Battery)) { 'yes' } else { 'no' }"),
        "operationType": "string", "operator": "equal", "comparisonValue": "yes",
    }]);
    let app = app(
        &format!("{POWERSHELL} \"install.ps1\""),
        &format!("{POWERSHELL} \"Scripts\\uninstall.ps1\""),
        "install.ps1",
        rules,
    );
    let files: [(&str, &[u8]); 3] = [
        ("install.ps1", install),
        ("Scripts/uninstall.ps1", "\u{FEFF}Remove-Item 'HKLM:\\SOFTWARE\\Größe'".as_bytes()),
        ("Files/payload.zip", b"PK"),
    ];
    assert_eq!(found(subject(&app, &files)), [""; 0]);
}

#[test]
fn a_batch_file_is_silent() {
    let app = app(
        "install.cmd /silent > nul",
        "cmd.exe /c \"uninstall.cmd & exit /b 0\"",
        "install.cmd",
        json!([{
            "@odata.type": "#microsoft.graph.win32LobAppRegistryRule", "ruleType": "detection",
            "keyPath": "HKLM\\SOFTWARE\\Contoso", "valueName": "Installed",
            "operationType": "integer", "operator": "equal", "comparisonValue": "1",
        }]),
    );
    let files: [(&str, &[u8]); 3] = [
        ("install.cmd", b"@echo off\r\ncd /d %~dp0\r\n"),
        ("uninstall.cmd", b"@exit /b 0"),
        ("data/a.txt", b"a"),
    ];
    assert_eq!(found(subject(&app, &files)), [""; 0]);
}

#[test]
fn the_deployment_toolkit_is_silent() {
    let app = app(
        "Deploy-Application.exe -DeploymentType \"Install\" -DeployMode \"Silent\"",
        "ServiceUI.exe -process:explorer.exe Deploy-Application.exe -DeploymentType Uninstall",
        "Deploy-Application.exe",
        file_rule("C:\\Program Files\\Contoso", "contoso.exe"),
    );
    let files: [(&str, &[u8]); 4] = [
        ("Deploy-Application.exe", b"MZ"),
        ("Deploy-Application.ps1", b"[CmdletBinding()] param()"),
        ("ServiceUI.exe", b"MZ"),
        ("AppDeployToolkit/AppDeployToolkitMain.ps1", b"$x = 'HKLM:\\SOFTWARE\\x'"),
    ];
    assert_eq!(found(subject(&app, &files)), [""; 0]);
}

#[test]
fn a_user_context_app_is_silent() {
    let app = app(
        "Teams-Setup.exe --silent",
        "cmd.exe /c \"\"%LOCALAPPDATA%\\Teams\\Update.exe\" --uninstall -s\"",
        "Teams-Setup.exe",
        file_rule("%LOCALAPPDATA%\\Teams\\current", "Teams.exe"),
    );
    let app = with(app, "/installExperience/runAsAccount", "user".into());
    let mut subject = subject(&app, &[("Teams-Setup.exe", b"MZ")]);
    subject.setup.kind = Some(InstallerKind::Squirrel);
    assert_eq!(found(subject), [""; 0]);
}

#[test]
fn an_export_with_older_rule_types_is_silent() {
    let mut app = msi_app();
    let rules = app.as_object_mut().unwrap().remove("rules").unwrap();
    let mut rule = rules[0].clone();
    rule["@odata.type"] = "#microsoft.graph.win32LobAppProductCodeDetection".into();
    app["detectionRules"] = json!([rule]);
    app["rules"] = Value::Null;
    assert_eq!(found(msi_subject(&app)), [""; 0]);
}

#[test]
fn without_facts_nothing_is_found() {
    assert_eq!(found(Subject::new("nothing")), [""; 0]);
    let mut alone = msi_subject(&msi_app());
    alone.entries = None;
    alone.setup = SetupFacts::default();
    assert_eq!(found(alone), [""; 0]);
}
