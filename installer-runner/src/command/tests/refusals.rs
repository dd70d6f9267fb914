use super::*;

/// Checks refusals. A case is the line, its code, and what the reason and the advice must contain.
fn table(machine: &FakeSystem, eyes: &RunAs, cases: &[(&str, u32, &str, &str)]) {
    for (line, code, why, fix) in cases {
        let (refused, told) = refused(line, eyes, machine);
        assert_eq!(refused.code, *code, "{line}: {told:?}");
        assert!(told.why.contains(why), "{line}: {}", told.why);
        assert!(told.fix.contains(fix), "{line}: {}", told.fix);
        assert_eq!((refused.report.program, refused.report.command_line), (None, None));
    }
}

#[test]
fn files_that_are_no_programs_are_told_their_line() {
    let machine = machine(&[
        "install.ps1",
        "app.msi",
        r"Files\app.msi",
        "fix.msp",
        "kb.msu",
        "run.vbs",
        "a.reg",
        "driver.inf",
        "app.jar",
        "app.msix",
        "setup.lnk",
        "files.zip",
        "install.sh",
        "readme.txt",
        "noext",
    ]);
    machine.add_file(r"C:\Other\app.msi", 1);
    table(
        &machine,
        &reference(),
        &[
            (
                "install.ps1 -Mode x",
                0x8007_00C1,
                "a .ps1 is no program",
                "`C:\\Windows\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe -NoProfile -ExecutionPolicy Bypass -File \"install.ps1\" -Mode x`",
            ),
            (
                "app.msi /qn",
                0x8007_00C1,
                "a .msi is no program",
                "`msiexec /i \"app.msi\" /qn /norestart /qn`",
            ),
            // In full where it lies elsewhere, and relative in a folder of the content.
            (r"C:\Other\app.msi", 0x8007_00C1, "a .msi is no program", r#"msiexec /i "C:\Other\app.msi" "#),
            (r"Files\app.msi", 0x8007_00C1, "a .msi is no program", r#"msiexec /i "Files\app.msi" "#),
            ("fix.msp", 0x8007_00C1, ".msp", "msiexec /p"),
            ("kb.msu", 0x8007_00C1, ".msu", "wusa.exe"),
            ("run.vbs", 0x8007_00C1, ".vbs", "cscript.exe //B //NoLogo"),
            ("\"a.reg\"", 0x8007_00C1, ".reg", "reg.exe import"),
            ("driver.inf", 0x8007_00C1, ".inf", "Sysnative\\pnputil.exe"),
            ("app.jar", 0x8007_00C1, ".jar", "java.exe -jar"),
            ("app.msix", 0x8007_00C1, ".msix", "Add-AppxProvisionedPackage"),
            ("setup.lnk", 0x8007_00C1, ".lnk", "points to"),
            ("files.zip", 0x8007_00C1, ".zip", "unpack it"),
            ("install.sh", 0x8007_00C1, ".sh", "app.unix.json"),
            ("readme.txt", 0x8007_00C1, ".txt", "opens it"),
            (r".\noext", 0x8007_00C1, "without an extension", "`.exe`"),
        ],
    );
}

#[test]
fn what_is_not_there_is_told_what_is() {
    let machine = machine(&["install.cmd", "deploy.ps1", "setup.exe", "setup-1.2.exe", r"Files\remover.exe"]);
    table(
        &machine,
        &reference(),
        &[
            (
                "install /S",
                0x8007_0002,
                "`install.exe`, which is what `install` means",
                "install.cmd is there: write `install.cmd /S`",
            ),
            (r".\deploy -x", 0x8007_0002, "deploy.exe", r"-File "),
            (
                "stup.exe /S",
                0x8007_0002,
                "there is no `stup.exe`",
                "did you mean setup.exe? write `setup.exe /S`",
            ),
            ("remover.exe /S", 0x8007_0002, "remover.exe", r"write `files\remover.exe /S`"),
            (
                "setup-1.2 /S",
                0x8007_0002,
                "there is no `setup-1.2`",
                "setup-1.2.exe is there: write `setup-1.2.exe /S`",
            ),
            (
                "pnputil.exe /add-driver x.inf",
                0x8007_0002,
                "pnputil.exe",
                r"use Sysnative: write `C:\Windows\Sysnative\pnputil.exe /add-driver x.inf`",
            ),
            (
                r"%windir%\System32\pnputil /x",
                0x8007_0002,
                "pnputil.exe",
                r"use Sysnative: write `C:\Windows\Sysnative\pnputil.exe /x`",
            ),
            (
                "copy a b && del c",
                0x8007_0002,
                "copy.exe",
                "there is no shell, so `&&` is not interpreted: write `cmd.exe /d /s /c \"copy a b && del c\"`",
            ),
            ("Remove-Item x", 0x8007_0002, "Remove-Item", "powershell.exe -Command"),
            ("\"\" /S", 0x8007_0002, "names no program", "content folder"),
            ("\"never closed /S", 0x8007_0002, "never closed /S", "content folder"),
            (r"D:\tools\x.exe", 0x8007_0002, r"D:\tools\x.exe", "content folder"),
        ],
    );
}

#[test]
fn the_places_are_told_in_order() {
    let machine = machine(&[]);
    machine.set_path(&[r"C:\Open", "relative", r"C:\Windows\System32\Wbem"]);
    machine.add_file(r"C:\Open\tool.exe", 10);
    machine.let_others_write(r"C:\Open");
    let (_, told) = refused("tool PASSWORD=hunter2 x", &reference(), &machine);
    let searched = [
        r"C:\Content\app_1\tool.exe",
        r"C:\Windows\SysWOW64\tool.exe",
        r"C:\Windows\tool.exe",
        r"C:\Open\tool.exe (passed over: others than administrators may write there)",
        r"C:\Windows\SysWOW64\Wbem\tool.exe",
        "the same places for longer names, up to `tool PASSWORD=*** x`",
    ];
    assert_eq!(told.searched, searched);
    assert!(told.fix.contains(r"C:\Open\tool.exe lies where others"), "{}", told.fix);
}

#[test]
fn a_native_host_has_no_sysnative() {
    table(
        &machine(&[]),
        &native(),
        &[(
            r"%windir%\Sysnative\cmd.exe /c x",
            0x8007_0002,
            "cmd.exe",
            r"write `C:\Windows\System32\cmd.exe /c x`",
        )],
    );
}

#[test]
fn lines_that_cannot_be_one_are_refused() {
    let machine = machine(&["setup.exe", "install.cmd"]);
    let long = |program: &str, length: usize| -> &'static str {
        Box::leak(format!("{program} {}", "x".repeat(length)).into_boxed_str())
    };
    table(
        &machine,
        &reference(),
        &[
            ("", 0x8007_0057, "is empty", "msiexec.exe /i"),
            (" \t\r\n", 0x8007_0057, "is empty", "msiexec.exe /i"),
            ("setup.exe \0 x", 0x8007_0057, "null character", ""),
            (long("setup.exe", 33_000), 0x8007_00CE, "CreateProcess takes 32766", "into a file"),
            (long("install.cmd", 8_200), 0x8007_00CE, "cmd.exe takes 8191", "into a file"),
        ],
    );
    assert!(resolve(long("setup.exe", 32_000), CONTENT, &reference(), &machine).is_ok());
    assert!(resolve(long("install.cmd", 8_000), CONTENT, &reference(), &machine).is_ok());
}

#[test]
fn folders_that_are_no_plain_path_are_refused() {
    let machine = machine(&["setup.exe"]);
    let long = format!(r"C:\{}", "x".repeat(245));
    for (folder, code) in [
        (long.as_str(), 0x8007_00CE),
        (r"\\server\share\app", 0x8007_010B),
        (r"\\?\UNC\server\share\app", 0x8007_010B),
        (r"\\?\C:\con\app", 0x8007_010B),
        ("relative", 0x8007_010B),
        ("/opt/app", 0x8007_010B),
    ] {
        let refused = resolve("setup.exe", folder, &reference(), &machine).unwrap_err();
        assert_eq!(refused.code, code, "{folder}");
    }
}

#[test]
fn denied_places_and_missing_accounts_are_told() {
    let machine = machine(&[]);
    machine.deny(r"C:\Secret\setup.exe");
    table(&machine, &reference(), &[(r"C:\Secret\setup.exe /S", 0x8007_0005, "access is denied", "")]);
    machine.set_device(|device| device.user = None);
    let (refused, told) = refused("cmd.exe", &eyes(View::Bits32, Account::User), &machine);
    assert!(refused.code >= 0x8000_0000 && told.why.contains("nobody is signed in"), "{told:?}");
}

#[test]
fn a_batch_file_that_cmd_would_misname_is_refused() {
    let machine = machine(&["%windir%.cmd", "100%.cmd"]);
    table(&machine, &reference(), &[(".\\%%windir%%.cmd", 0x8007_0002, "", "")]);
    let line = format!(r"{CONTENT}\100%.cmd");
    assert!(resolve(&line, CONTENT, &reference(), &machine).is_ok());
    let folder = r"C:\a%windir%b";
    machine.add_file(&format!(r"{folder}\install.cmd"), 1);
    let refused = resolve("install.cmd", folder, &reference(), &machine).unwrap_err();
    assert_eq!(refused.code, 0x8007_0057);
}

#[test]
fn no_refusal_holds_a_secret() {
    let machine = machine(&["install.cmd", "install.ps1", "setup.exe"]);
    for line in [
        "install.ps1 -Password hunter2",
        "install PASSWORD=hunter2",
        "stup.exe /token:hunter2 && x",
        "missing --api-key hunter2 | x",
        "pnputil.exe SECRET=\"hunter2\"",
        "\"PASSWORD=hunter2\"",
        "PASSWORD=hunter2",
    ] {
        let (refused, _) = refused(line, &reference(), &machine);
        let report = serde_json::to_string(&refused.report).unwrap();
        assert!(!report.contains("hunter2"), "{line}: {report}");
    }
}
