//! `init` over sources of every kind: lint finds no error in what it writes. The table of the results stands in
//! `docs/init.md`; `WAYBILL_SNAPSHOTS=write` writes it anew.

use super::*;
use crate::lint::{Subject, lint};
use crate::winget::{WingetRequest, init_from_winget};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use waybill_schemas::report::lint::Severity;

const DETECT: &[u8] =
    b"if (Test-Path 'C:\\Program Files\\Contoso\\tool.exe') { Write-Output 'found'; exit 0 }\nexit 1\n";
const SCRIPT: &[u8] = b"exit 0\n";
const BATCH: &[u8] = b"@exit /b 0\r\n";

/// What is tried: its kind in words, the setup file, and all files.
struct Source {
    what: &'static str,
    setup: &'static str,
    files: Vec<(&'static str, Vec<u8>)>,
}

fn source(what: &'static str, setup: &'static str, files: Vec<(&'static str, Vec<u8>)>) -> Source {
    Source { what, setup, files }
}

fn msi(name: &'static str, value: &'static str) -> Vec<u8> {
    Msi::default().with(name, value).bytes()
}

fn program_with(texts: &[(&str, &str)], overlay: &[u8], sections: Vec<(&'static str, Vec<u8>)>) -> Vec<u8> {
    let resources = vec![(Name::Number(16), Name::Number(1), version_resource([1, 3, 0, 0], texts))];
    Program { overlay: overlay.to_vec(), sections, resources, ..Program::default() }.bytes()
}

const TEXTS: &[(&str, &str)] =
    &[("ProductName", "Contoso Tool"), ("CompanyName", "Contoso Ltd"), ("ProductVersion", "1, 3, 0, 0")];

fn msis() -> Vec<Source> {
    let one = |what, bytes| source(what, "tool.msi", vec![("tool.msi", bytes)]);
    let dual = Msi::default().with("ALLUSERS", "2").with("MSIINSTALLPERUSER", "1").bytes();
    vec![
        one("MSI for the machine", Msi::default().bytes()),
        one("MSI for one user", msi("ALLUSERS", "")),
        one("MSI for either", dual),
        one("MSI, version of five parts", msi("ProductVersion", "6.10.0.252.3")),
        one("MSI, version `2024`", msi("ProductVersion", "2024")),
        one("MSI, version `3.1-beta`", msi("ProductVersion", "3.1-beta")),
        one("MSI that asks for a restart", msi("REBOOT", "Force")),
        source(
            "MSI with a detection script",
            "tool.msi",
            vec![("tool.msi", Msi::default().bytes()), ("Detect.ps1", DETECT.into())],
        ),
        source(
            "MSI in a folder",
            "Files/tool 1.msi",
            vec![("Files/tool 1.msi", Msi::default().bytes()), ("a.mst", vec![1])],
        ),
        source(
            "MSI patch",
            "p.msp",
            vec![
                ("p.msp", Msi { kind: msi::PackageType::Patch, ..Msi::default() }.bytes()),
                ("uninstall.cmd", BATCH.into()),
                ("detect.ps1", DETECT.into()),
            ],
        ),
    ]
}

fn programs() -> Vec<Source> {
    let with =
        |what, bytes| source(what, "setup.exe", vec![("setup.exe", bytes), ("detect.ps1", DETECT.into())]);
    let with_uninstall = |what, bytes| {
        let files =
            vec![("setup.exe", bytes), ("detection.ps1", DETECT.into()), ("Uninstall.ps1", SCRIPT.into())];
        source(what, "setup.exe", files)
    };
    let nsis = || program_with(TEXTS, b"\0\0\0\0\xEF\xBE\xAD\xDENullsoftInst", Vec::new());
    let header = [&0x00F1_4300_u32.to_le_bytes()[..], &[2, 0, 0, 0], &[0x11; 16]].concat();
    let squirrel = || {
        let resources = vec![
            (Name::Number(16), Name::Number(1), version_resource([1, 0, 0, 0], TEXTS)),
            (Name::Text("DATA"), Name::Number(131), b"PK\x03\x04".to_vec()),
        ];
        Program { resources, ..Program::default() }.bytes()
    };
    vec![
        with("NSIS", nsis()),
        with_uninstall("NSIS with an uninstall script", nsis()),
        with(
            "Inno Setup",
            program_with(
                &[("Comments", "This installation was built with Inno Setup."), TEXTS[0], TEXTS[1]],
                b"",
                Vec::new(),
            ),
        ),
        source(
            "WiX Burn",
            "setup.exe",
            vec![("setup.exe", program_with(TEXTS, b"", vec![(".wixburn", header)]))],
        ),
        with("InstallShield", program_with(TEXTS, b"InstallShield\0", Vec::new())),
        with("Squirrel", squirrel()),
        with_uninstall("another program", program_with(TEXTS, b"", Vec::new())),
        with_uninstall("a program without names", Program::default().bytes()),
    ]
}

fn scripts() -> Vec<Source> {
    let three = |what, setup, uninstall, detect| {
        source(what, setup, vec![(setup, SCRIPT.into()), (uninstall, SCRIPT.into()), (detect, DETECT.into())])
    };
    vec![
        three("install.ps1", "install.ps1", "uninstall.ps1", "detect.ps1"),
        three("Install_X.ps1", "Install_Tool.ps1", "Uninstall_Tool.ps1", "Detection_Tool.ps1"),
        three("Deploy.ps1", "Deploy.ps1", "Undeploy.ps1", "Test-ToolInstalled.ps1"),
        source(
            "Install.cmd",
            "Install.cmd",
            vec![
                ("Install.cmd", BATCH.into()),
                ("Uninstall.cmd", BATCH.into()),
                ("detect.ps1", DETECT.into()),
            ],
        ),
        source(
            "install.vbs",
            "install.vbs",
            vec![
                ("install.vbs", b"WScript.Quit 0".to_vec()),
                ("uninstall.vbs", b"WScript.Quit 0".to_vec()),
                ("detect.ps1", DETECT.into()),
            ],
        ),
        source(
            "a script in a folder",
            "bin/Setup.ps1",
            vec![
                ("bin/Setup.ps1", SCRIPT.into()),
                ("bin/Remove.ps1", SCRIPT.into()),
                ("detect.ps1", DETECT.into()),
            ],
        ),
    ]
}

fn toolkits() -> Vec<Source> {
    const THREE: &[u8] =
        b"[String]$appVendor = 'Contoso'\n[String]$appName = 'Tool'\n[String]$appVersion = '1.2'\n";
    const FOUR: &[u8] = b"$adtSession = @{\n AppVendor = 'Contoso'\n AppName = 'Tool'\n AppVersion = '1.2'\n AppArch = 'x64'\n}\n";
    let four = |what, version: &str| {
        source(
            what,
            "Invoke-AppDeployToolkit.exe",
            vec![
                ("Invoke-AppDeployToolkit.exe", program_with(TEXTS, b"", Vec::new())),
                ("Invoke-AppDeployToolkit.ps1", FOUR.into()),
                (
                    "PSAppDeployToolkit/PSAppDeployToolkit.psd1",
                    format!("@{{\n ModuleVersion = '{version}'\n}}").into_bytes(),
                ),
                ("Files/tool.msi", Msi::default().bytes()),
            ],
        )
    };
    vec![
        source(
            "PSAppDeployToolkit 3",
            "Deploy-Application.exe",
            vec![
                ("Deploy-Application.exe", program_with(TEXTS, b"", Vec::new())),
                ("Deploy-Application.ps1", THREE.into()),
                ("Detect.ps1", DETECT.into()),
            ],
        ),
        four("PSAppDeployToolkit 4.0", "4.0.6"),
        four("PSAppDeployToolkit 4.1", "4.1.5"),
        source(
            "PSAppDeployToolkit without its launcher",
            "Deploy-Application.ps1",
            vec![("Deploy-Application.ps1", THREE.into()), ("Detect.ps1", DETECT.into())],
        ),
    ]
}

/// The types of winget, with the lines that each needs and the installer's bytes.
fn manifests() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let program = || program_with(TEXTS, b"", Vec::new());
    let zip = || {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file("tool/setup.exe", zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, &program()).unwrap();
        zip.finish().unwrap().into_inner()
    };
    vec![
        ("winget: wix", "InstallerType: wix", Msi::default().bytes()),
        ("winget: inno", "InstallerType: inno\nProductCode: '{AB}_is1'", program()),
        (
            "winget: nullsoft, for the user",
            "InstallerType: nullsoft\nScope: user\nProductCode: Tool",
            program(),
        ),
        (
            "winget: exe, without ProductCode",
            "InstallerType: exe\nInstallerSwitches:\n  Silent: /s",
            program(),
        ),
        (
            "winget: burn",
            "InstallerType: burn\nProductCode: '{11111111-2222-3333-4444-555555555555}'",
            program(),
        ),
        (
            "winget: zip of inno",
            "InstallerType: zip\nNestedInstallerType: inno\nProductCode: T_is1\nNestedInstallerFiles:\n- RelativeFilePath: tool\\setup.exe",
            zip(),
        ),
        (
            "winget: zip of portable",
            "InstallerType: zip\nNestedInstallerType: portable\nNestedInstallerFiles:\n- RelativeFilePath: tool\\setup.exe\n  PortableCommandAlias: tool",
            zip(),
        ),
        (
            "winget: msix",
            "InstallerType: msix\nPackageFamilyName: Contoso.Tool_8wekyb3d8bbwe",
            b"PK msix".to_vec(),
        ),
        ("winget: portable", "InstallerType: portable\nCommands:\n- tool", program()),
    ]
}

fn drafted_from(source: &Source) -> (App, std::path::PathBuf) {
    let app = App::new(&[]);
    let folder = app.0.path().join("Contoso Tool");
    for (name, bytes) in &source.files {
        let path = name.split('/').fold(folder.join("source"), |path, leaf| path.join(leaf));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let request = InitRequest::new(folder.join("source"), source.setup);
    init(&request, &Context::silent()).unwrap();
    (app, folder)
}

fn made_from(lines: &str, bytes: &[u8]) -> (App, std::path::PathBuf) {
    let app = App::new(&[]);
    let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let text = format!(
        "PackageIdentifier: Contoso.Tool\nPackageVersion: 1.3\nPackageLocale: en-US\nPublisher: Contoso Ltd\n\
         PackageName: Contoso Tool\nLicense: MIT\nShortDescription: Does things\n{lines}\nInstallers:\n- Architecture: x64\n  \
         InstallerUrl: https://contoso.example/tool\n  InstallerSha256: {digest}\nManifestType: singleton\nManifestVersion: 1.12.0\n"
    );
    let (manifest, file) = (app.0.path().join("tool.yaml"), app.0.path().join("file"));
    fs::write(&manifest, text).unwrap();
    fs::write(&file, bytes).unwrap();
    let folder = app.0.path().join("Contoso Tool");
    let mut request = WingetRequest::new(manifest);
    request.installer = Some(file);
    request.output = Some(folder.clone());
    init_from_winget(&request, &Context::silent()).unwrap();
    (app, folder)
}

/// A row of the table; lint must find no error.
fn row(what: &str, folder: &Path) -> String {
    let subject = Subject::open(folder, &WalkOptions::default(), &Context::silent()).unwrap();
    let findings = lint(subject, &[]).findings;
    let errors: Vec<_> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{what}: {errors:#?}");
    let mut warnings: Vec<&str> = findings.iter().map(|finding| finding.code.as_ref()).collect();
    warnings.sort_unstable();
    warnings.dedup();
    let app = AppFile::open(&folder.join("app.json")).unwrap().app;
    let program = |line: &Option<String>| {
        let line = line.clone().unwrap_or_default().replace(POWERSHELL, "powershell");
        if line.is_empty() { "(none)".to_owned() } else { format!("`{}`", line.replace('|', "\\|")) }
    };
    let rule = match &app.rules[..] {
        [Rule::ProductCode(rule)] if rule.product_version.is_some() => "product code and version",
        [Rule::ProductCode(_)] => "product code",
        [Rule::Registry(_)] => "registry",
        [Rule::FileSystem(_)] => "file",
        [Rule::PowerShellScript(_)] => "script",
        [] => "(none)",
        _ => "several",
    };
    let warnings = if warnings.is_empty() { "nothing".to_owned() } else { warnings.join(", ") };
    let (install, uninstall) = (program(&app.install_command_line), program(&app.uninstall_command_line));
    format!("| {what} | {install} | {uninstall} | {rule} | {warnings} |\n")
}

const POWERSHELL: &str =
    r"C:\Windows\Sysnative\WindowsPowerShell\v1.0\powershell.exe -NoProfile -ExecutionPolicy Bypass";

#[test]
fn lint_finds_no_error_in_what_init_writes_for_sources_of_every_kind() {
    let mut table = String::new();
    for source in [msis(), programs(), scripts(), toolkits()].iter().flatten() {
        let (_app, folder) = drafted_from(source);
        write!(table, "{}", row(source.what, &folder)).unwrap();
    }
    for (what, lines, bytes) in manifests() {
        let (_app, folder) = made_from(lines, &bytes);
        write!(table, "{}", row(what, &folder)).unwrap();
    }
    assert!(table.lines().count() >= 30);
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join("docs").join("init.md");
    let text = fs::read_to_string(&page).unwrap().replace("\r\n", "\n");
    let (before, after) = text.split_once("<!-- sources -->\n").unwrap();
    let (written, behind) = after.split_once("<!-- end -->").unwrap();
    let head = "\n| source | install | uninstall | rule | lint warns of |\n|---|---|---|---|---|\n";
    let wanted = format!("{head}{table}\n");
    if written != wanted && std::env::var("WAYBILL_SNAPSHOTS").is_ok_and(|value| value == "write") {
        fs::write(&page, format!("{before}<!-- sources -->\n{wanted}<!-- end -->{behind}")).unwrap();
        return;
    }
    assert_eq!(written, wanted, "docs/init.md has another table");
}

#[test]
fn a_single_candidate_is_taken_and_several_are_named() {
    let without = |files: &[(&str, &[u8])]| {
        let app = App::new(files);
        init(&app.request(""), &Context::silent()).map(|(_, draft)| draft.app.setup_file_path)
    };
    let one = [
        ("tool.cmd", &b"1"[..]),
        ("uninstall.cmd", b"1"),
        ("detect.ps1", b"1"),
        ("readme.txt", b"1"),
        ("sub/a.exe", b"MZ"),
    ];
    assert_eq!(without(&one).unwrap().as_deref(), Some("tool.cmd"));
    let error = without(&[("a.cmd", b"1"), ("b.ps1", b"1")]).unwrap_err();
    assert!(error.to_string().ends_with("may be it: \"a.cmd\", \"b.ps1\""), "{error}");
    assert_eq!(error.code().id, "usage");
    let error = without(&[("readme.txt", b"1")]).unwrap_err();
    assert!(error.to_string().ends_with("looks like one"), "{error}");
}

#[test]
fn what_is_no_installer_of_its_own_gets_the_line_that_starts_it_or_the_advice() {
    let app = App::new(&[("kb.msu", b"MSCF"), ("a.msix", b"PK"), ("a.zip", b"PK")]);
    let line = |name: &str| app.draft(name).app.install_command_line;
    assert_eq!(
        line("kb.msu").as_deref(),
        Some(r#"C:\Windows\Sysnative\wusa.exe "kb.msu" /quiet /norestart"#)
    );
    assert!(line("a.msix").unwrap().contains("Add-AppxProvisionedPackage"));
    assert_eq!(line("a.zip"), None);
    assert!(texts(&app.draft("a.zip")).contains("Nothing starts \"a.zip\" by itself: unpack it"));
}
