//! What a rule advises has no other finding: neither the examples of the pages nor the lines of the fixes.

use super::*;

const FILES: &[(&str, &[u8])] = &[
    ("contoso.msi", MSI),
    ("setup.exe", b"MZ"),
    ("npp-installer.exe", b"MZ"),
    ("install.ps1", b"exit 0"),
    ("contoso.inf", b"[Version]"),
    ("settings.reg", b"REGEDIT4"),
];

fn of_command(field: &str, command: &str) -> Vec<String> {
    found(subject(&with(msi_app(), field, command.into()), FILES))
}

fn of_script(name: &str, starter: &str, text: &str) -> Vec<String> {
    let app = with(msi_app(), "/installCommandLine", format!("{starter}{name}").into());
    found(subject(&app, &[("contoso.msi", MSI), (name, text.as_bytes())]))
}

const INSTALL: &str = "/installCommandLine";
const UNINSTALL: &str = "/uninstallCommandLine";
const POWERSHELL: &str = "C:\\Windows\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe -File ";

#[test]
fn the_example_of_a_page_has_its_finding_and_what_it_becomes_has_none() {
    for page in pages().into_iter().filter(|page| page.code < "WB119") {
        let find = |text: &str| match page.code {
            "WB111" => of_script("install.cmd", "", text),
            "WB117" => of_script("install.cmd", "", text.split("   (").next().unwrap_or_default()),
            "WB118" => of_script("a.ps1", POWERSHELL, text),
            "WB116" => of_script("a.ps1", POWERSHELL, &format!("Test-Path {text}")),
            "WB104" | "WB114" | "WB115" => of_command(UNINSTALL, text),
            _ => of_command(INSTALL, text.split("   (").next().unwrap_or_default()),
        };
        // These need the facts of a setup file, or another script.
        if !matches!(page.code, "WB106" | "WB108" | "WB113") {
            let code = &page.code[2..];
            assert!(find(page.before).iter().any(|found| found.ends_with(code)), "{}", page.code);
        }
        assert_eq!(find(page.after), [""; 0], "{}: {}", page.code, page.after);
    }
}

/// The first line that the fixes of a command advise.
fn advised(field: &str, command: &str, code: &str) -> String {
    let report = lint(subject(&with(msi_app(), field, command.into()), FILES), &[]);
    let finding = report.findings.iter().find(|finding| finding.code == code);
    let fix = finding.unwrap_or_else(|| panic!("{command} has no {code}")).fix.clone();
    fix.split('`').nth(1).unwrap_or_else(|| panic!("{fix} names no line")).to_owned()
}

#[test]
fn no_finding_and_no_fix_holds_a_secret() {
    for command in [
        "%CONTOSO%\\Contoso App\\setup.exe /S /password:hunter2",
        "%CONTOSO%\\Contoso App\\setup.exe /S --token hunter2 && echo x",
        "C:\\Program Files\\Contoso App\\setup.exe PASSWORD=hunter2",
        "msiexec /i contoso.msi PASSWORD=hunter2 more /qn",
        "msiexec /i contoso app.msi PIDKEY=hunter2 /qn",
        "msiexec /i setup.exe PASSWORD=hunter2",
        "install.ps1 -Password hunter2",
        "setup.exe –password hunter2",
        "set PASSWORD=hunter2",
        "setup.exe /password:hunter2 > %TEMP%\\log.txt",
        "net use Z: \\\\server\\share hunter2 /user:me && Z:\\setup.exe",
        "powershell.exe -File install.ps1 -Token hunter2",
        "powershell.exe -Command \"Start-Process setup.exe -ArgumentList '/password:hunter2'\"",
        "cmd /c start setup.exe /password:hunter2",
        "cmd /c \"curl -u me:hunter2 https://host/ -o %TEMP%\\a.exe && %TEMP%\\a.exe\"",
        "psexec -u me -p hunter2 setup.exe",
    ] {
        for field in [INSTALL, UNINSTALL] {
            let report = lint(subject(&with(msi_app(), field, command.into()), FILES), &[]);
            for finding in &report.findings {
                let told = format!("{finding:?}");
                assert!(!told.contains("hunter2"), "{command}: {told}");
            }
        }
    }
}

#[test]
fn the_line_that_a_fix_advises_has_no_finding() {
    for (field, command, code) in [
        (INSTALL, "install.ps1", "WB101"),
        (INSTALL, "contoso.msi", "WB101"),
        (INSTALL, "contoso.inf", "WB101"),
        (INSTALL, "settings.reg", "WB101"),
        (INSTALL, "msiexec /i setup.exe /qn /norestart", "WB101"),
        (INSTALL, "powershell.exe -File contoso.msi", "WB101"),
        (INSTALL, "pnputil.exe /add-driver contoso.inf", "WB110"),
        (INSTALL, "C:\\Program Files\\Contoso\\u.exe", "WB104"),
        (INSTALL, "%ProgramFiles%\\Contoso\\u.exe", "WB104"),
        (INSTALL, "%ProgramFiles(x86)%\\Contoso\\u.exe", "WB104"),
        (UNINSTALL, "C:\\Program Files\\Contoso\\u.exe", "WB104"),
        (UNINSTALL, "%ProgramFiles%\\Contoso\\u.exe", "WB104"),
        (UNINSTALL, "%ProgramFiles(x86)%\\Contoso\\u.exe", "WB104"),
        (UNINSTALL, "%CommonProgramFiles%\\Contoso\\u.exe", "WB104"),
        (UNINSTALL, &format!("msiexec /i {PRODUCT} /qn /norestart"), "WB204"),
        (UNINSTALL, "msiexec /i contoso.msi /qn /norestart", "WB204"),
    ] {
        let line = advised(field, command, code);
        assert_eq!(of_command(field, &line), [""; 0], "{command}: {line}");
    }
    let user = with(msi_app(), "/installExperience/runAsAccount", "user".into());
    let user = with(user, UNINSTALL, "%LOCALAPPDATA%\\A b\\u.exe /S".into());
    let report = lint(subject(&user, FILES), &[]);
    let fix = report.findings.iter().find(|finding| finding.code == "WB104").map(|finding| &finding.fix);
    let line = fix.and_then(|fix| fix.split('`').nth(1)).unwrap();
    assert_eq!(line, "cmd.exe /c \"\"%LOCALAPPDATA%\\A b\\u.exe\" /S\"");
    assert_eq!(found(subject(&with(user, UNINSTALL, line.into()), FILES)), [""; 0]);
}
