//! Batch files that cmd reads otherwise, installers that nobody waits for, and names that lead elsewhere: WB117, WB118 and
//! parts of WB102, WB104, WB111 and WB503.

use super::started::{assert_each, in_batch, in_command, in_files, in_powershell};
use super::*;

#[test]
fn wb111_does_not_claim_what_a_condition_decides() {
    for text in [
        "if \"%1\"==\"/i\" goto interactive\nexit /b 0\n:interactive\npause",
        "if /i \"%1\"==\"/S\" (setup.exe) else (pause)",
    ] {
        let app = with(msi_app(), "/installCommandLine", "install.cmd /S".into());
        let files: [(&str, &[u8]); 3] =
            [("contoso.msi", MSI), ("setup.exe", b"MZ"), ("install.cmd", text.as_bytes())];
        let findings = lint(subject(&app, &files), &[]).findings;
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].severity, Severity::Warning);
        assert!(findings[0].message.contains("where it runs"), "{findings:?}");
    }
}

fn in_bytes(bytes: &[u8]) -> Vec<String> {
    let app = with(msi_app(), "/installCommandLine", "install.cmd".into());
    found(subject(&app, &[("contoso.msi", MSI), ("install.cmd", bytes)]))
}

#[test]
fn wb117_what_cmd_cannot_read() {
    let utf16: Vec<u8> = "\u{FEFF}ver\r\nset A=1\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(in_bytes(&utf16), ["E117"]);
    let jump = format!("{}goto end\n:end\nver\n", "rem a\n".repeat(100));
    for (text, expected) in [
        ("\u{FEFF}ver\r\n", &["W117"][..]),
        ("\u{FEFF}\r\nver\r\n", &[]),
        ("copy \"Größe.txt\" C:\\A\r\n", &["W117"]),
        ("chcp 65001 >nul\r\ncopy \"Größe.txt\" C:\\A\r\n", &[]),
        ("rem Größe\r\necho Größe\r\n", &[]),
        ("echo Größe> a.txt\r\n", &["W117"]),
        (&jump, &["W117"]),
        (&jump.replace('\n', "\r\n"), &[]),
        (&jump.replace("goto end", "goto :eof"), &[]),
        ("goto end\n:end\nver\n", &[]),
    ] {
        assert_eq!(in_bytes(text.as_bytes()), expected, "{text}");
    }
}

#[test]
fn wb118_installers_that_nobody_waits_for() {
    assert_each(
        in_command,
        &[
            ("cmd.exe /c start setup.exe /S", &["W118"]),
            ("cmd.exe /c start \"\" /b setup.exe /S", &["W118"]),
            ("cmd.exe /c start \"\" /wait setup.exe /S", &[]),
            ("cmd.exe /c start /w setup.exe /S", &[]),
            ("cmd.exe /c setup.exe /S", &[]),
            ("cmd.exe /c start notepad.exe", &[]),
            ("cmd.exe /c start \"\" setup.exe /wait", &["W118"]),
        ],
    );
    assert_each(
        in_batch,
        &[
            ("start \"\" msiexec /i contoso.msi /qn /norestart", &["W118:1"]),
            ("start msiexec /i contoso.msi /qn /norestart\r\ntimeout /t 60 /nobreak", &[]),
            ("start \"\" /wait msiexec /i contoso.msi /qn /norestart", &[]),
        ],
    );
    let arguments = "'/i contoso.msi /qn /norestart'";
    let start = format!("Start-Process msiexec.exe -ArgumentList {arguments}");
    assert_each(
        in_powershell,
        &[
            (&start, &["W118:1"]),
            (&format!("{start} -Wait"), &[]),
            (&format!("$p = {start} -PassThru\n$p.WaitForExit()"), &[]),
            (&format!("{start}\nWait-Process -Name msiexec"), &[]),
            ("Start-Process msiexec @arguments", &[]),
            ("Start-Process notepad.exe", &[]),
            ("& msiexec.exe /i contoso.msi /qn /norestart", &["W118:1"]),
            ("msiexec /i contoso.msi /qn /norestart | Out-Null", &[]),
            ("$x = msiexec /i contoso.msi /qn /norestart", &[]),
            ("cmd /c 'msiexec /i contoso.msi /qn /norestart'", &[]),
        ],
    );
}

#[test]
fn wb118_the_exit_code_of_robocopy() {
    assert_each(
        in_batch,
        &[
            ("robocopy . C:\\A /e", &["W118:1"]),
            ("robocopy . C:\\A /e\nexit /b %errorlevel%", &["W118:1"]),
            ("robocopy . C:\\A /e\nexit /b", &["W118:1"]),
            ("robocopy . C:\\A /e\nexit /b 0", &[]),
            ("robocopy . C:\\A /e\nif errorlevel 8 exit /b %errorlevel%\nexit /b 0", &[]),
            ("robocopy . C:\\A /e\nver", &[]),
        ],
    );
    assert_eq!(in_command("robocopy.exe . C:\\A /e"), ["W118"]);
    let app = with(msi_app(), "/installCommandLine", "robocopy.exe . C:\\A /e".into());
    let app = with(app, "/returnCodes/5", json!({ "returnCode": 1, "type": "success" }));
    assert_eq!(found(subject(&app, &[("contoso.msi", MSI)])), [""; 0]);
}

#[test]
fn wb102_advises_what_has_no_other_finding() {
    let app = with(msi_app(), "/uninstallCommandLine", "uninstall /S".into());
    let of = |name: &str| {
        let files: [(&str, &[u8]); 2] = [("contoso.msi", MSI), (name, b"exit 0")];
        lint(subject(&app, &files), &[]).findings[0].fix.clone()
    };
    assert!(of("uninstall.ps1").contains("powershell.exe") && of("uninstall.ps1").contains("-File"));
    assert!(of("uninstall.cmd").ends_with("write its extension."));
}

#[test]
fn setup_files_that_are_missing_or_expanded() {
    for value in [Value::Null, "".into()] {
        let app = with(msi_app(), "/setupFilePath", value);
        assert_eq!(found(subject(&app, &[("contoso.msi", MSI)])), ["W503"]);
    }
    let named = |name: &str| {
        let app = with(msi_app(), "/setupFilePath", name.into());
        found(subject(&app, &[("contoso.msi", MSI), (name, MSI)]))
    };
    assert_eq!(named("%TEMP%.msi"), ["W102"]);
    assert_eq!(named("100%.msi"), [""; 0]);
}

#[test]
fn wb104_leaves_the_quotes_of_a_word_processor_out() {
    let line = "\u{201C}C:\\Program Files\\Contoso\\uninstall.exe\u{201D} /S";
    let app = with(msi_app(), "/uninstallCommandLine", line.into());
    let findings = lint(subject(&app, &[("contoso.msi", MSI)]), &[]).findings;
    assert!(!findings.is_empty());
    for finding in findings.iter().filter(|finding| finding.code == "WB104") {
        assert!(!finding.fix.contains(['\u{201C}', '\u{201D}']), "{}", finding.fix);
    }
    assert_eq!(in_files("setup.exe", &[("setup.exe", "MZ")]), [""; 0]);
}
