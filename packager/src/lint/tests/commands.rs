//! WB101 to WB109, the rules for command lines.

use super::*;
use crate::recognise::InstallerKind;

const FILES: &[(&str, &[u8])] = &[
    ("contoso.msi", MSI),
    ("My App.msi", MSI),
    ("install.ps1", b"Set-ItemProperty HKLM:\\SOFTWARE\\Contoso A 1"),
    ("plain.ps1", b"# HKLM:\\SOFTWARE\\Contoso in a comment only\nWrite-Output 'x'"),
    ("aware.ps1", b"if ($env:PROCESSOR_ARCHITEW6432) { & \"$env:windir\\sysnative\\x\" }\nSet-Item HKLM:\\SOFTWARE\\A 1"),
    ("wow.ps1", b"Get-Item HKLM:\\SOFTWARE\\WOW6432Node\\A; ${env:ProgramFiles(x86)}"),
    ("programs.ps1", b"Copy-Item a \"$env:ProgramFiles\\Contoso\""),
    ("install.cmd", b"@echo off"),
    ("settings.reg", b"REGEDIT4"),
    ("setup.exe", b"MZ"),
    ("My Setup.exe", b"MZ"),
    ("Files/tool.exe", b"MZ"),
    ("a.vbs", b"' nothing"),
    ("driver.inf", b"[Version]"),
    ("app.msix", b"PK"),
    ("tool.jar", b"PK"),
];

/// The findings for this install command.
fn install(command: &str) -> Vec<String> {
    found(subject(&with(msi_app(), "/installCommandLine", command.into()), FILES))
}

fn assert_all(cases: &[(&str, &[&str])]) {
    for (command, expected) in cases {
        assert_eq!(install(command), *expected, "{command}");
    }
}

#[test]
fn wb101_no_program_is_started() {
    assert_all(&[
        ("install.ps1", &["E101"]),
        ("\".\\install.ps1\" -Mode silent", &["E101"]),
        ("My App.msi /qn", &["E101", "E104"]),
        ("settings.reg", &["E101"]),
        ("a.vbs //B", &["E101"]),
        // The runner refuses these with 0x800700C1 as well.
        ("driver.inf", &["E101"]),
        ("app.msix", &["E101"]),
        ("tool.jar -q", &["E101"]),
        ("java.exe -jar tool.jar", &[]),
        ("cmd /c install.ps1", &["E101"]),
        ("cmd /c a.vbs", &[]),
        ("install.cmd", &[]),
        ("cscript.exe //B a.vbs", &[]),
        ("reg import settings.reg", &[]),
        ("msiexec /i setup.exe /qn /norestart", &["E101"]),
        ("msiexec /i app.msix /qn /norestart", &["E101"]),
        ("powershell.exe -File install.cmd", &["E101"]),
        ("cscript.exe //B install.ps1", &["E101"]),
    ]);
}

#[test]
fn wb102_files_that_are_not_there() {
    assert_all(&[
        ("msiexec /i https://example.com/a.msi /qn /norestart", &[]),
        ("msiexec /i /qn contoso.msi /norestart", &["E102"]),
        ("msiexec /x23170F69-40C1-2702-2301-000001000000 /qn /norestart", &["E102"]),
        ("msiexec /x (23170F69-40C1-2702-2301-000001000000) /qn /norestart", &["E102"]),
        ("msiexec /i \"other.msi\" /qn /norestart", &["E102"]),
        ("msiexec /i contoso.msi TRANSFORMS=absent.mst /qn /norestart", &["E102"]),
        ("msiexec /i contoso.msi TRANSFORMS=:embedded /qn /norestart", &[]),
        ("msiexec /i \"D:\\Packages\\contoso.msi\" /qn /norestart", &["E102"]),
        ("msiexec /i \"\\\\server\\share\\contoso.msi\" /qn /norestart", &["E102"]),
        ("msiexec /i .\\contoso.msi /qn /norestart", &[]),
        ("C:\\Temp\\setup.exe /S", &["E102"]),
        ("C:\\Users\\anna\\Downloads\\setup.exe /S", &["E102"]),
        ("\"C:\\Program Files\\Contoso\\tool.exe\" /S", &[]),
        ("tool.exe /S", &["E102"]),
        ("Files\\tool.exe /S", &[]),
        ("files/TOOL.EXE /S", &[]),
        ("..\\setup.exe", &["E102"]),
        ("install", &["E102"]),
        ("cmd /c install", &[]),
        ("setup /S", &[]),
        ("powershell -File absent.ps1", &["E102"]),
        ("powershell -Command \"& .\\absent.ps1\"", &["E102", "W113"]),
        ("powershell -Command \"& $PSScriptRoot\\absent.ps1\"", &[]),
        ("reg.exe import absent.reg", &["E102"]),
        ("reg.exe add HKLM\\SYSTEM\\A /v B /d C /f", &[]),
        ("cmd /c \"cd Files && tool.exe\"", &[]),
        ("cmd /c \"Files\\tool.exe && absent.exe\"", &["E102"]),
        ("%windir%\\System32\\wusa.exe a.msu /quiet", &["E102"]),
        ("schtasks /create /f /tn a /tr b", &[]),
        ("\"unfinished.exe", &["E102"]),
    ]);
    // An uninstall may run a file that the install has put there.
    let uninstall =
        |command: &str| found(subject(&with(msi_app(), "/uninstallCommandLine", command.into()), FILES));
    assert_eq!(uninstall("C:\\Contoso\\uninstall.exe /S"), [""; 0]);
    assert_eq!(uninstall("D:\\Packages\\uninstall.exe /S"), ["E102"]);
    assert_eq!(uninstall("uninstall.exe /S"), ["E102"]);
}

#[test]
fn wb103_no_shell_reads_it() {
    assert_all(&[
        ("setup.exe /S && install.cmd", &["E103"]),
        ("setup.exe /S > log.txt", &["E103"]),
        ("setup.exe /S | more", &["E103"]),
        ("setup.exe \u{2013}silent", &["E103"]),
        ("\u{201C}setup.exe\u{201D} /S", &["E102", "E103"]),
        ("setup.exe NAME=\"A \u{2013} B\" /S", &[]),
        ("setup.exe /S 2>nul", &["E103"]),
        ("setup.exe < answers.txt", &["E103"]),
        ("setup.exe /D=$env:ProgramData\\A", &["E103"]),
        ("%~dp0setup.exe /S", &["E103"]),
        ("cmd /c %~dp0setup.exe /S", &["E103"]),
        ("copy a b", &["E103"]),
        ("Start-Process setup.exe", &["E103"]),
        ("cmd /c \"setup.exe /S && install.cmd > nul\"", &[]),
        ("install.cmd && exit 0", &[]),
        ("powershell -Command \"$env:A | Out-Null\"", &[]),
        ("setup.exe /URL=https://a/?b=1&c=2", &[]),
        ("setup.exe /v\"/qn A=1 > B\"", &[]),
        ("setup.exe \"a && b\"", &[]),
    ]);
}

#[test]
fn wb104_blanks_without_quotes() {
    assert_all(&[
        ("C:\\Program Files\\Contoso\\setup.exe /S", &["E104"]),
        ("My Setup.exe /S", &["E104"]),
        // Windows adds `.exe`, and the runner starts that.
        ("My Setup /S", &["E104"]),
        ("\"My Setup.exe\" /S", &[]),
        ("msiexec /i My App.msi /qn /norestart", &["E104"]),
        ("msiexec /i \"My App.msi\" /qn /norestart", &[]),
        ("msiexec /i contoso.msi INSTALLDIR=C:\\Program Files\\A /qn /norestart", &["E104"]),
        ("msiexec /i contoso.msi INSTALLDIR=\"C:\\Program Files\\A\" /qn /norestart", &[]),
        ("msiexec /qn /norestart A=b /i contoso.msi C=\"d e\"", &[]),
        ("%ProgramW6432%\\Contoso\\setup.exe", &["E104"]),
        ("\"%ProgramW6432%\\Contoso\\setup.exe\"", &[]),
        (
            "%SystemRoot%\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe -File My Install.ps1",
            &["E102", "E104"],
        ),
        ("cmd /c C:\\Program Files\\Contoso\\setup.exe", &["E104"]),
        ("cmd /c \"C:\\Program Files\\Contoso\\setup.exe\"", &[]),
        ("setup.exe /D=C:\\Program Files\\Contoso", &[]),
    ]);
}

#[test]
fn wb105_msiexec_without_its_switches() {
    assert_all(&[
        ("msiexec /i contoso.msi", &["E105", "W105"]),
        ("msiexec /i contoso.msi /qn", &["W105"]),
        ("msiexec /i contoso.msi /quiet REBOOT=ReallySuppress", &[]),
        ("msiexec -i contoso.msi -QN -NoRestart", &[]),
        ("msiexec /i contoso.msi /norestart", &["E105"]),
        ("msiexec /i contoso.msi /qf /norestart", &["E105"]),
        ("msiexec /i contoso.msi /passive /norestart", &["W105"]),
        ("cmd /c msiexec /i contoso.msi /qn", &["W105"]),
        ("msiexec /unregister", &[]),
        ("msiexec contoso.msi /qn /norestart", &["E105"]),
        ("msiexec /package contoso.msi", &["E105", "W105"]),
    ]);
    let allowing = with(msi_app(), "/installExperience/deviceRestartBehavior", "allow".into());
    let allowing = with(allowing, "/installCommandLine", "msiexec /i contoso.msi /qn".into());
    assert_eq!(found(msi_subject(&allowing)), [""; 0]);
    let uninstall = with(msi_app(), "/uninstallCommandLine", format!("msiexec /X{PRODUCT}").into());
    assert_eq!(found(msi_subject(&uninstall)), ["E105", "W105"]);
    let for_user = with(msi_app(), "/installExperience/runAsAccount", "user".into());
    let for_user = with(for_user, "/installCommandLine", "msiexec /i contoso.msi /qb /norestart".into());
    let mut subject = msi_subject(&for_user);
    subject.setup.msi = None;
    assert_eq!(found(subject), [""; 0]);
}

#[test]
fn wb106_the_32_bit_powershell() {
    assert_all(&[
        ("powershell.exe -ExecutionPolicy Bypass -File install.ps1", &["W106"]),
        ("powershell -ep bypass .\\programs.ps1", &["W106", "W113"]),
        ("%windir%\\System32\\WindowsPowerShell\\v1.0\\powershell.exe -File install.ps1", &["W106"]),
        ("powershell -Command \"Remove-Item HKLM:\\SOFTWARE\\A\"", &["W106"]),
        ("cmd /c powershell -File install.ps1", &["W106"]),
        ("%windir%\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe -File install.ps1", &[]),
        ("%windir%\\SysWOW64\\WindowsPowerShell\\v1.0\\powershell.exe -File install.ps1", &[]),
        ("powershell -File plain.ps1", &[]),
        ("powershell -File aware.ps1", &[]),
        ("powershell -File wow.ps1", &[]),
    ]);
    let x86 = with(msi_app(), "/applicableArchitectures", "x86".into());
    let x86 = with(x86, "/installCommandLine", "powershell -File install.ps1".into());
    assert_eq!(found(subject(&x86, FILES)), [""; 0]);
}

#[test]
fn wb107_program_files_means_x86() {
    assert_all(&[
        ("setup.exe /D=%ProgramFiles%\\A", &["W107"]),
        ("\"%programfiles%\\A\\b.exe\" /S", &["W107"]),
        ("\"%CommonProgramFiles%\\A\\b.exe\" /S", &["W107"]),
        ("\"%ProgramFiles(x86)%\\A\\b.exe\" /S", &[]),
        ("\"%ProgramW6432%\\A\\b.exe\" /S", &[]),
    ]);
}

#[test]
fn wb108_known_installers_without_their_switch() {
    let cases: &[(InstallerKind, &str, &str, &[&str])] = &[
        (InstallerKind::Nsis, "setup.exe /S", "", &[]),
        (InstallerKind::Nsis, "setup.exe /s", "", &["W108"]),
        (InstallerKind::Nsis, "setup /S", "\"C:\\A\\uninst.exe\" /S", &["W108"]),
        (InstallerKind::Nsis, "setup /S", "\"C:\\A\\uninst.exe\" /S _?=C:\\A", &[]),
        (InstallerKind::Nsis, "setup /S", "\"C:\\A\\uninst.exe\"", &["W108", "W108"]),
        (InstallerKind::InnoSetup, "setup.exe /VerySilent", "\"C:\\A\\unins000.exe\" /SILENT", &[]),
        (InstallerKind::InnoSetup, "setup.exe /S", "\"C:\\A\\unins000.exe\"", &["W108", "W108"]),
        (InstallerKind::Burn, "setup.exe -quiet", "setup.exe /uninstall /q", &[]),
        (InstallerKind::Burn, "setup.exe /install", "setup.exe /uninstall", &["W108", "W108"]),
        (InstallerKind::InstallShield, "setup.exe /s /v\"/qn\"", "", &[]),
        (InstallerKind::InstallShield, "setup.exe /s/v/qn", "", &[]),
        (InstallerKind::InstallShield, "setup.exe /v\"/qn\"", "", &["W108"]),
        (InstallerKind::Squirrel, "setup.exe", "", &["W108"]),
        (InstallerKind::Squirrel, "setup.exe --silent", "", &[]),
        (InstallerKind::Program, "setup.exe", "", &[]),
        (InstallerKind::Nsis, "install.cmd", "", &[]),
    ];
    for (kind, install, uninstall, expected) in cases {
        let app = with(msi_app(), "/installCommandLine", (*install).into());
        let app = with(app, "/uninstallCommandLine", (*uninstall).into());
        let mut subject = subject(&with(app, "/setupFilePath", "setup.exe".into()), FILES);
        subject.setup.kind = Some(*kind);
        let mut found = found(subject);
        found.retain(|code| code != "W503"); // an app without its uninstall command
        assert_eq!(found, *expected, "{kind:?} {install} {uninstall}");
    }
}

#[test]
fn wb109_a_log_into_nowhere() {
    let log = |path: &str| install(&format!("msiexec /i contoso.msi /qn /norestart /l*v {path}"));
    for path in
        ["C:\\Logs\\a.log", "\"%ProgramData%\\Contoso\\Logs\\a.log\"", "C:\\Temp\\a.log", "Logs\\a.log"]
    {
        assert_eq!(log(path), ["W109"], "{path}");
    }
    assert_eq!(install("msiexec /i contoso.msi /qn /norestart /log C:\\Logs\\a.log"), ["W109"]);
    for path in [
        "%TEMP%\\a.log",
        "a.log",
        "C:\\Windows\\Temp\\a.log",
        "\"C:\\ProgramData\\Microsoft\\IntuneManagementExtension\\Logs\\a.log\"",
    ] {
        assert_eq!(log(path), [""; 0], "{path}");
    }
    let made = "cmd /c \"mkdir C:\\Logs & msiexec /i contoso.msi /qn /norestart /log C:\\Logs\\a.log\"";
    assert_eq!(install(made), [""; 0]);
}
