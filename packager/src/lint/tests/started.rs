//! What is found in the scripts that commands start, and WB110 to WB116.

use super::*;

/// The findings of an install command and these files, each `E`/`W`, digits and the place of it.
pub(super) fn in_files(install: &str, files: &[(&str, &str)]) -> Vec<String> {
    let app = with(msi_app(), "/installCommandLine", install.into());
    let mut packed: Vec<(&str, &[u8])> = vec![("contoso.msi", MSI)];
    packed.extend(files.iter().map(|(name, text)| (*name, text.as_bytes())));
    let report = lint(subject(&app, &packed), &[]);
    let letter = |severity| if severity == Severity::Error { "E" } else { "W" };
    let told = report.findings.iter().map(|finding| {
        let line = finding.place.line.filter(|_| finding.place.file.is_some());
        let line = line.map(|line| format!(":{line}")).unwrap_or_default();
        format!("{}{}{line}", letter(finding.severity), &finding.code[2..])
    });
    told.collect()
}

pub(super) fn in_batch(text: &str) -> Vec<String> {
    in_files("install.cmd", &[("install.cmd", text)])
}

/// By way of the 64-bit PowerShell.
pub(super) fn in_powershell(text: &str) -> Vec<String> {
    in_files(
        "C:\\Windows\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe -File install.ps1",
        &[("install.ps1", text)],
    )
}

pub(super) fn in_powershell_32(text: &str) -> Vec<String> {
    in_files("powershell.exe -File install.ps1", &[("install.ps1", text)])
}

pub(super) fn in_command(command: &str) -> Vec<String> {
    in_files(
        command,
        &[
            ("setup.exe", "MZ"),
            (
                "a.reg",
                "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Contoso]\r\n",
            ),
            ("p.reg", "REGEDIT4\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Contoso]\r\n"),
        ],
    )
}

pub(super) fn assert_each(find: fn(&str) -> Vec<String>, cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        assert_eq!(find(text), *expected, "{text}");
    }
}

#[test]
fn wb105_msiexec_in_scripts() {
    assert_each(
        in_batch,
        &[
            ("msiexec /i \"%~dp0contoso.msi\" /qn /norestart", &[]),
            ("@echo off\nmsiexec /i contoso.msi /passive /norestart", &["W105:2"]),
            ("msiexec /i contoso.msi", &["E105:1", "W105:1"]),
            ("if exist a msiexec /i contoso.msi /norestart", &["W105:1"]),
            ("start /wait msiexec /i contoso.msi /qb /norestart", &["W105:1"]),
            ("msiexec /i contoso.msi %*", &[]),
            ("rem msiexec /i contoso.msi", &[]),
        ],
    );
    assert_each(
        in_powershell,
        &[
            ("msiexec /i contoso.msi /passive /norestart | Out-Null", &["W105:1"]),
            (
                "Start-Process msiexec.exe -ArgumentList '/i', 'contoso.msi', '/passive', '/norestart' -Wait",
                &["W105:1"],
            ),
            (
                "Start-Process -FilePath msiexec -ArgumentList \"/i `\"$PSScriptRoot\\contoso.msi`\" /qn /norestart\" -Wait",
                &[],
            ),
            (
                "Start-Process msiexec -ArgumentList @('/i', \"$PSScriptRoot\\contoso.msi\", '/qn') -Wait",
                &["W105:1"],
            ),
            ("Start-Process msiexec -ArgumentList $arguments -Wait", &[]),
            ("# msiexec /i contoso.msi\n$text = 'msiexec /i contoso.msi'", &[]),
            ("& \"$env:windir\\System32\\msiexec.exe\" /x $code /qn /norestart | Out-Null", &[]),
        ],
    );
}

#[test]
fn wb105_restarts_by_the_script_itself() {
    assert_each(
        in_batch,
        &[
            ("shutdown /r /t 0", &["W105:1"]),
            ("if exist a (shutdown -r -t 60)", &["W105:1"]),
            ("shutdown /a\nrem shutdown /r", &[]),
        ],
    );
    assert_eq!(in_powershell("Restart-Computer -Force"), ["W105:1"]);
    for (text, does) in [
        ("shutdown /s /t 0", "shuts down"),
        ("shutdown /r", "restarts"),
        ("powershell -c Stop-Computer", "shuts down"),
    ] {
        let files: [(&str, &[u8]); 2] = [("contoso.msi", MSI), ("install.cmd", text.as_bytes())];
        let app = with(msi_app(), "/installCommandLine", "install.cmd".into());
        let findings = lint(subject(&app, &files), &[]).findings;
        assert!(findings[0].message.contains(does), "{text}: {findings:?}");
    }
    assert_eq!(in_powershell("shutdown.exe /r /t 5"), ["W105:1"]);
}

#[test]
fn wb106_folders_in_batch_files() {
    assert_each(
        in_batch,
        &[
            ("copy a \"%ProgramFiles%\\Contoso\"", &["W106:1"]),
            ("copy a \"%ProgramFiles(x86)%\\Contoso\"", &[]),
            ("copy a \"%ProgramW6432%\\Contoso\"", &[]),
            ("if exist \"%ProgramW6432%\" copy a \"%ProgramFiles%\\Contoso\"", &[]),
            ("copy a \"C:\\Program Files\\Contoso\"", &[]),
        ],
    );
}

#[test]
fn wb202_app_packages_for_system_alone() {
    assert_eq!(in_powershell("Add-AppxPackage -Path a.msix"), ["W202:1"]);
    assert_eq!(in_powershell("Add-AppxPackage -Stage a.msix"), [""; 0]);
    let user = with(msi_app(), "/installExperience/runAsAccount", "user".into());
    let user = with(user, "/installCommandLine", "powershell.exe -Command \"Add-AppxPackage a.msix\"".into());
    assert_eq!(found(subject(&user, &[("contoso.msi", MSI)])), [""; 0]);
}

#[test]
fn wb106_follows_the_width_of_the_starter() {
    let touches = "New-Item HKLM:\\SOFTWARE\\Contoso -Force";
    assert_eq!(in_powershell_32(touches), ["W106:1"]);
    assert_eq!(in_powershell(touches), [""; 0]);
    let by = |starter: &str| in_files("install.cmd", &[("install.cmd", starter), ("a.ps1", touches)]);
    assert_eq!(by("powershell -File \"%~dp0a.ps1\""), ["W106:1"]);
    assert_eq!(by("%windir%\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe -File a.ps1"), [""; 0]);
    let by_64 = "C:\\Windows\\Sysnative\\cmd.exe /c install.cmd";
    let files = [
        ("install.cmd", "powershell -File a.ps1\nreg add HKLM\\SOFTWARE\\A /f\npnputil /add-driver a.inf"),
        ("a.ps1", touches),
    ];
    assert_eq!(in_files(by_64, &files), [""; 0], "all of it is 64-bit");
    let in_place_of = |program: &str| in_files(&format!("{program} -File a.ps1"), &[("a.ps1", touches)]);
    assert_eq!(in_place_of("C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"), ["W106:1"]);
    assert_eq!(in_place_of("C:\\Tools\\powershell.exe"), ["E102"], "unknown");
    let dotted = [("install.ps1", ". \"$PSScriptRoot\\lib\\a.ps1\""), ("lib/a.ps1", touches)];
    assert_eq!(in_files("powershell -File install.ps1", &dotted), ["W106:1"], "the same process");
}

#[test]
fn wb106_only_what_has_two_views() {
    assert_each(
        in_powershell_32,
        &[
            ("Copy-Item a 'C:\\Program Files\\Contoso'", &[]),
            ("Copy-Item a \"$env:ProgramFiles\\Contoso\"", &["W106:1"]),
            ("Copy-Item a \"${env:ProgramFiles}\\Contoso\"", &["W106:1"]),
            ("Copy-Item a \"${env:ProgramFiles(x86)}\\Contoso\"", &[]),
            ("New-Item 'HKLM:\\SOFTWARE\\Policies\\Contoso'", &[]),
            ("New-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Fonts' -Name a", &[]),
            ("& C:\\Windows\\System32\\msiexec.exe /x a.msi /qn /norestart | Out-Null", &[]),
            ("Copy-Item a C:\\Windows\\System32\\contoso.dll", &["W106:1"]),
            ("Copy-Item a C:\\Windows\\System32\\spool\\drivers", &[]),
            ("if ([Environment]::Is64BitProcess) { New-Item HKLM:\\SOFTWARE\\A }", &[]),
        ],
    );
    assert_each(
        in_command,
        &[
            ("reg import a.reg", &["W106"]),
            ("reg import a.reg /reg:64", &[]),
            ("reg import p.reg", &[]),
            ("C:\\Windows\\Sysnative\\reg.exe import a.reg", &[]),
            ("regedit /s a.reg", &["W106"]),
            ("reg add HKLM\\SOFTWARE\\Contoso /f", &["W106"]),
            ("reg add HKLM\\SYSTEM\\Contoso /f", &[]),
            ("cmd /c reg add HKLM\\SOFTWARE\\Contoso /f", &["W106"]),
        ],
    );
    // The app's own rule looks at the 32-bit view.
    let app = with(msi_app(), "/installCommandLine", "reg add HKLM\\SOFTWARE\\Contoso /f".into());
    let rule = json!([{ "@odata.type": "#microsoft.graph.win32LobAppRegistryRule", "ruleType": "detection",
        "keyPath": "HKEY_LOCAL_MACHINE\\SOFTWARE\\Contoso", "valueName": "A", "check32BitOn64System": true,
        "operationType": "exists" }]);
    assert_eq!(found(subject(&with(app, "/rules", rule), &[("contoso.msi", MSI)])), [""; 0]);
}

#[test]
fn wb110_programs_that_syswow64_lacks() {
    assert_each(
        in_command,
        &[
            ("pnputil.exe /add-driver a.inf /install", &["E110"]),
            ("%windir%\\System32\\bcdedit.exe /enum", &["E110"]),
            ("C:\\Windows\\Sysnative\\pnputil.exe /add-driver a.inf", &[]),
            ("dism.exe /online /enable-feature /featurename:NetFx3", &["E110"]),
            ("dism.exe /image:C:\\mount /add-driver", &[]),
        ],
    );
    assert_eq!(in_batch("@echo off\npnputil /add-driver a.inf"), ["W110:2"]);
    // Following the advice for one line says nothing about the others.
    assert_eq!(
        in_batch(
            "bcdedit /enum\nC:\\Windows\\Sysnative\\pnputil.exe /add-driver a.inf\npnputil /enum-drivers"
        ),
        ["W110:1", "W110:3"]
    );
    assert_eq!(in_batch("if exist %windir%\\Sysnative goto again\nbcdedit /enum"), [""; 0]);
    let provisioned = "Add-AppxProvisionedPackage -Online -PackagePath a.msix -SkipLicense";
    assert_eq!(in_powershell_32(provisioned), ["W110:1"]);
    assert_eq!(in_powershell(provisioned), [""; 0]);
}

#[test]
fn wb111_batch_files_that_wait_for_somebody() {
    assert_each(
        in_batch,
        &[
            ("pause", &["E111:1"]),
            ("if errorlevel 1 pause", &["W111:1"]),
            ("pause < nul", &[]),
            ("echo. | pause", &[]),
            ("timeout /t 5", &[]),
            ("timeout /t -1", &["E111:1"]),
            ("timeout 10 /nobreak", &[]),
            ("set /p name=Name?", &["E111:1"]),
            ("set /p name=<name.txt", &[]),
            ("set name=a", &[]),
            ("choice /c yn", &["E111:1"]),
            ("choice /c yn /t 5 /d y", &[]),
            ("rd /s C:\\Contoso", &["E111:1"]),
            ("rd /s /q C:\\Contoso", &[]),
            ("reg delete HKCR\\a", &["E111:1"]),
            ("cmd /k echo a", &["E111:1"]),
            ("echo pause", &[]),
            ("if exist a (echo b) else (pause)", &["W111:1"]),
            ("for %%i in (a b) do (\n pause\n)", &["W111:2"]),
            ("setup.exe && pause", &["E111:1"]),
            ("setup.exe || pause", &["W111:1"]),
            ("exit /b 0\npause", &[]),
            (":: pause\nrem pause & pause\necho a & rem pause\n:pause", &[]),
            ("start /wait \"\" cmd /c pause", &["E111:1"]),
            ("start /wait \"C:\\A b\\setup.exe\"", &["E111:1"]),
            ("start \"\" /wait /d \"C:\\A b\" setup.exe", &[]),
            ("reg add HKLM\\SYSTEM\\A /v B /d 1", &["W111:1"]),
            ("reg add HKLM\\SYSTEM\\A /v B /d 1 /f\nreg add HKLM\\SYSTEM\\A", &[]),
            ("schtasks /create /tn A /xml a.xml", &["W111:1"]),
            ("schtasks /create /tn A /xml a.xml /f", &[]),
            ("del C:\\A\\*.*", &["E111:1"]),
            ("del /f/q C:\\A\\*\nrd /s/q C:\\A\ndel a.txt\ndel C:\\A\\*.log", &[]),
            ("wmic product where name='A' call uninstall", &["E111:1"]),
            ("wmic product where name='A' call uninstall /nointeractive", &[]),
        ],
    );
}

#[test]
fn wb111_scripts_of_powershell_that_wait_for_somebody() {
    assert_each(
        in_powershell,
        &[
            ("$name = Read-Host 'Name'", &["E111:1"]),
            ("if ($a) {\n  $c = Get-Credential\n}", &["W111:2"]),
            ("Remove-Item a -Confirm", &["E111:1"]),
            ("Remove-Item a -Confirm:$false", &[]),
            ("[Console]::ReadKey()", &["W111:1"]),
            ("$Host.UI.PromptForChoice('a', 'b', $c, 0)", &["W111:1"]),
            ("pause", &["E111:1"]),
            ("function Ask { Read-Host }\nexit 0", &[]),
            ("function Ask { Read-Host }\nAsk", &["W111:1"]),
            ("[void]$form.ShowDialog()", &["W111:1"]),
            ("(New-Object -ComObject WScript.Shell).Popup('done')", &["W111:1"]),
            ("(New-Object -ComObject WScript.Shell).Popup('done', 5, 'a')", &[]),
            ("# Read-Host\nWrite-Host 'Read-Host'\n@'\nRead-Host\n'@", &[]),
            ("cmd /c pause", &["E111:1"]),
            ("try { Read-Host } catch { }", &["E111:1"]),
            ("param([switch]$Interactive)\nif ($Interactive)\n{\n  Read-Host\n}", &[]),
            ("param([switch]$Ask)\nif ($Ask) { [Console]::ReadKey() }", &[]),
            ("if ([Environment]::UserInteractive) { pause }", &[]),
            ("if (-not [Environment]::UserInteractive) { exit 1 } else { pause }", &[]),
            ("param([switch]$Silent)\nif (-not $Silent) { Read-Host }", &["W111:2"]),
            ("$Ask = $true\nif ($Ask) { Read-Host }", &["W111:2"]),
            (
                "param([switch]$Interactive, [switch]$Force)\nif (-not ($Interactive -and $Force)) { Read-Host }",
                &["W111:2"],
            ),
            ("function global:Ask { Read-Host }\nAsk", &["W111:1"]),
            ("function script:Ask { Read-Host }\nexit 0", &[]),
            ("$script:Interactive = $true\nif ($Interactive) { Read-Host }", &["W111:2"]),
            ("Set-Variable -Name Interactive -Value $true\nif ($Interactive) { Read-Host }", &["W111:2"]),
            ("if ($NotUserInteractive) { Read-Host }", &["W111:1"]),
            ("(New-Object -ComObject WScript.Shell).Popup('Hello, you')", &["W111:1"]),
            ("(New-Object -ComObject WScript.Shell).Popup('a, b', 5)", &[]),
        ],
    );
    assert_eq!(in_command("cmd /k setup.exe /S"), ["E111"]);
    assert_eq!(in_command("powershell -NoExit -Command \"exit 0\""), ["E111"]);
    assert_eq!(in_command("powershell -Command \"Read-Host; exit 0\""), ["E111"]);
    assert_eq!(in_command("powershell -NonInteractive -Command \"Read-Host; exit 0\""), [""; 0]);
}

#[test]
fn switches_that_the_command_gives_count() {
    let by = |tail: &str, text: &str| {
        let files = [("a.ps1", text)];
        in_files(
            &format!("C:\\Windows\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe -File a.ps1 {tail}"),
            &files,
        )
    };
    let silent = "param([switch]$Silent)\nif (-not $Silent) { Read-Host }";
    assert_eq!(by("-Silent", silent), [""; 0]);
    assert_eq!(by("", silent), ["W111:2"]);
    let asks = "param([switch]$Interactive)\nif ($Interactive) { Read-Host }";
    assert_eq!(by("-Inter", asks), ["W111:2"]);
}

#[test]
fn powershell_in_a_line_of_a_script_is_judged() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let encoded =
        |text: &str| STANDARD.encode(text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    let asks = encoded("Read-Host 'a'");
    assert_eq!(in_batch(&format!("@echo off\npowershell -nop -ec {asks}")), ["E111:2"]);
    assert_eq!(in_command(&format!("powershell.exe -EncodedCommand {asks}")), ["E111"]);
    assert_eq!(in_command("powershell.exe -EncodedCommand nothing!"), [""; 0]);
    assert_each(
        in_batch,
        &[
            ("powershell -Command \"Read-Host\"", &["E111:1"]),
            ("if exist a (powershell -c \"& { pause }\")", &["W111:1"]),
            ("powershell -Command \"winget install --id A.B\"", &["W112:1"]),
            ("powershell -c \"msiexec /i contoso.msi /qn\"", &["W105:1", "W118:1"]),
            ("powershell -NonInteractive -c \"Read-Host\"", &[]),
            ("powershell -c \"exit 0\" & rem powershell -c pause", &[]),
        ],
    );
    assert_eq!(in_powershell("cmd /c 'powershell -c Read-Host'"), ["E111:1"]);
    let by = [("install.cmd", "if exist a call b.cmd"), ("b.cmd", "pause")];
    assert_eq!(in_files("install.cmd", &by), ["W111:1"], "a condition decides about the whole of b.cmd");
    let deep = "powershell -c ".repeat(2_000);
    assert_eq!(in_batch(&deep), [""; 0]);
}

#[test]
fn wb111_windows_of_the_script_host() {
    let by = |starter: &str, text: &str| {
        in_files(starter, &[("a.vbs", text), ("install.cmd", "wscript \"%~dp0a.vbs\"")])
    };
    let asks = "' MsgBox\r\nx = \"MsgBox\"\r\nMsgBox \"done\" ' said";
    for starter in ["cscript.exe //NoLogo a.vbs", "wscript.exe a.vbs", "cmd /c a.vbs", "install.cmd"] {
        assert_eq!(by(starter, asks), ["W111:3"], "{starter}");
    }
    assert_eq!(by("cscript.exe //B a.vbs", asks), [""; 0]);
    assert_eq!(by("wscript.exe a.vbs", "WScript.Echo \"done\""), ["W111:1"]);
    assert_eq!(by("cscript.exe a.vbs", "WScript.Echo \"done\"\nMsgBoxes = 1\nREM MsgBox"), [""; 0]);
}

#[test]
fn wb112_winget_by_its_name() {
    assert_eq!(in_command("winget install --id A.B"), ["E112"]);
    assert_eq!(in_batch("winget install --id A.B"), ["W112:1"]);
    assert_eq!(in_powershell("& winget install --id A.B"), ["W112:1"]);
    let resolved = "$w = Get-ChildItem 'C:\\Program Files\\WindowsApps\\Microsoft.DesktopAppInstaller_*\\winget.exe'\n& $w install --id A.B";
    assert_eq!(in_powershell(resolved), [""; 0]);
    assert_eq!(in_powershell(&format!("{resolved}\nwinget list")), ["W112:3"]);
    assert_eq!(in_powershell(&format!("$env:Path += $w\n{resolved}\nwinget list")), [""; 0]);
    let user = with(msi_app(), "/installExperience/runAsAccount", "user".into());
    let user = with(user, "/installCommandLine", "winget install --id A.B".into());
    assert_eq!(found(subject(&user, &[("contoso.msi", MSI)])), [""; 0]);
}

#[test]
fn wb113_a_script_whose_codes_are_lost() {
    let command = |tail: &str, script: &str| {
        in_files(
            &format!("C:\\Windows\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe {tail}"),
            &[("install.ps1", script)],
        )
    };
    for tail in [".\\install.ps1", "-ExecutionPolicy Bypass install.ps1", "-Command \"& .\\install.ps1\""] {
        assert_eq!(command(tail, "exit 3010"), ["W113"], "{tail}");
    }
    for tail in
        ["-Command '& .\\install.ps1'", "-Command \"'.\\install.ps1'\"", "-Command { & .\\install.ps1 }"]
    {
        assert_eq!(command(tail, "exit 3010"), ["E113"], "{tail}");
    }
    for tail in ["-File install.ps1", "-Command \"& .\\install.ps1; exit $LASTEXITCODE\""] {
        assert_eq!(command(tail, "exit 3010"), [""; 0], "{tail}");
    }
}

fn uninstall(command: &str) -> Vec<String> {
    found(subject(&with(msi_app(), "/uninstallCommandLine", command.into()), &[("contoso.msi", MSI)]))
}

#[test]
fn wb114_variables_in_the_uninstall_command() {
    for command in ["\"%ProgramW6432%\\A\\u.exe\" /S", "%SystemRoot%\\Sysnative\\cmd.exe /c exit"] {
        assert_eq!(uninstall(command), ["W114"], "{command}");
    }
    for command in [
        "\"C:\\Program Files\\A\\u.exe\" /S",
        "cmd.exe /c \"\"%ProgramW6432%\\A\\u.exe\" /S\"",
        "C:\\A\\u.exe /percent:50%",
        "C:\\A\\u.exe /a:5% /b:6%",
    ] {
        assert_eq!(uninstall(command), [""; 0], "{command}");
    }
}

#[test]
fn wb115_uninstallers_by_another_name() {
    assert_eq!(uninstall("\"C:\\Program Files\\A\\uninst000.exe\" /VERYSILENT"), ["W115"]);
    assert_eq!(uninstall("\"C:\\Program Files\\A\\unins000.exe\" /VERYSILENT"), [""; 0]);
    assert_eq!(uninstall("\"C:\\Program Files\\A\\unins001.exe\" /VERYSILENT"), [""; 0]);
    assert_eq!(uninstall("\"C:\\Program Files\\A\\uninstall.exe\" /S"), [""; 0]);
    assert_eq!(uninstall("\"C:\\Program Files\\A\\uninst64.exe\" /S"), [""; 0]);
}

#[test]
fn wb116_variables_that_are_none() {
    assert_eq!(in_powershell("Test-Path \"${env:Program Files}\\A\""), ["E116:1"]);
    assert_eq!(in_powershell("\nTest-Path \"$env:ProgramFiles(x86)\\A\""), ["E116:2"]);
    assert_eq!(in_powershell("Test-Path \"${env:ProgramFiles(x86)}\\A\""), [""; 0]);
    assert_each(
        in_batch,
        &[
            ("copy a \"%ProgramFilesx86%\\A\"", &["E116:1"]),
            ("if exist a (copy a \"%ProgramFiles86%\\A\")", &["E116:1"]),
            ("copy a \"%ProgamFiles%\\A\"", &["E116:1"]),
            ("set ProgramFilesx86=C:\\A\ncopy a \"%ProgramFilesx86%\\A\"", &[]),
            ("copy a \"%ProgramFiles(x86)%\\A\" \"%JAVA_HOME%\\B\"", &[]),
            ("rem %ProgramFilesx86%", &[]),
        ],
    );
    assert_each(
        in_powershell,
        &[
            ("Test-Path $env:ProgramFilesX86\\A", &["E116:1"]),
            ("Test-Path \"%ProgramFiles%\\A\"", &["E116:1"]),
            ("cmd /c copy a \"%ProgramFiles%\\A\"", &[]),
            ("[Environment]::ExpandEnvironmentVariables('%ProgramFiles%\\A')", &[]),
            ("$env:ProgramFilesX86 = 'C:\\A'; Test-Path $env:ProgramFilesX86\\A", &[]),
        ],
    );
    assert_eq!(uninstall("\"%Program Files%\\A\\u.exe\" /S"), ["W114", "E116"]);
}

#[test]
fn wb206_follows_scripts_and_leaves_comments_out() {
    assert_eq!(in_powershell("Test-Path 'C:\\Größe'"), ["W206"]);
    assert_eq!(in_powershell("# größer\nTest-Path 'C:\\A'"), [""; 0], "nobody reads it");
    let by = [("install.cmd", "powershell -File a.ps1"), ("a.ps1", "'ü'")];
    assert_eq!(in_files("install.cmd", &by), ["W206"]);
    let by = [("install.cmd", "pwsh -File a.ps1"), ("a.ps1", "'ü'")];
    assert_eq!(in_files("install.cmd", &by), [""; 0], "PowerShell 7 reads UTF-8");
}

#[test]
fn functions_of_a_script_are_no_programs() {
    assert_eq!(in_powershell("function pause { Start-Sleep 1 }\npause"), [""; 0]);
    assert_eq!(in_powershell_32("function pnputil($a) { }\npnputil a"), [""; 0]);
    assert_eq!(in_powershell_32("Msg 'done'"), [""; 0], "a function of somebody's module");
}

#[test]
fn the_script_of_the_toolkits_launcher_is_read() {
    let files = [("Invoke-AppDeployToolkit.exe", "MZ"), ("Invoke-AppDeployToolkit.ps1", "$name = Read-Host")];
    assert_eq!(in_files("Invoke-AppDeployToolkit.EXE -DeployMode Silent", &files), ["E111:1"]);
    assert_eq!(in_files("Invoke-AppDeployToolkit.exe -DeployMode Silent", &files), ["E111:1"]);
}

#[test]
fn scripts_that_start_each_other_end() {
    let files = [("install.cmd", "call b.cmd\ncall install.cmd"), ("b.cmd", "call install.cmd\npause")];
    assert_eq!(in_files("install.cmd", &files), ["E111:2"]);
}

proptest::proptest! {
    #[test]
    fn no_script_stops_lint(text in "([ \\n;{}()|=$@'\"`#<>.,&%^!-]|if|else|for|do|call|start|pause|set /p|msiexec|powershell|-File|Start-Process|a.ps1|[a-zé0]){0,60}") {
        in_batch(&text);
        in_powershell_32(&text);
    }
}
