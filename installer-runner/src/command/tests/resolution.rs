use super::*;

/// The program that a line starts, the whole line, and where the program was found.
fn starts(line: &str, eyes: &RunAs, machine: &FakeSystem) -> (String, String, String) {
    let resolved = resolved(line, eyes, machine);
    assert_eq!(resolved.report.program.as_ref(), Some(&resolved.program));
    assert_eq!(resolved.report.refused, None);
    (resolved.program, resolved.line, resolved.report.found_in.unwrap_or_default())
}

#[test]
fn each_kind_of_name_is_found_in_its_place() {
    let machine = machine(&["setup.exe", "My Setup.exe", r"Files\x64\setup.exe", "old.com", "reg.exe"]);
    machine.add_file(r"C:\Program Files\Tool\tool.exe", 10);
    machine.add_file(r"C:\Program Files (x86)\App\un inst.exe", 10);
    let content = |name: &str| format!(r"{CONTENT}\{name}");
    for (line, program, tail, found_in) in [
        ("setup.exe /S", content("setup.exe"), " /S", "content folder"),
        ("  setup /S  ", content("setup.exe"), " /S", "content folder"),
        ("\"setup\"/S", content("setup.exe"), "/S", "content folder"),
        ("My Setup.exe  /S", content("My Setup.exe"), "  /S", "content folder"),
        ("My Setup /S", content("My Setup.exe"), " /S", "content folder"),
        (r".\setup.exe", content("setup.exe"), "", "content folder"),
        (r".\setup", content("setup.exe"), "", "content folder"),
        (r"Files\x64\setup /S", content(r"Files\x64\setup.exe"), " /S", "content folder"),
        ("Files/x64/setup.exe", content(r"Files\x64\setup.exe"), "", "content folder"),
        ("old.com", content("old.com"), "", "content folder"),
        ("reg import a.reg", content("reg.exe"), " import a.reg", "content folder"),
        (
            "msiexec /i a.msi",
            r"C:\Windows\SysWOW64\msiexec.exe".into(),
            " /i a.msi",
            r"system folder: C:\Windows\SysWOW64",
        ),
        ("splwow64.exe", r"C:\Windows\splwow64.exe".into(), "", r"Windows folder: C:\Windows"),
        (
            "powershell.exe -v",
            r"C:\Windows\SysWOW64\WindowsPowerShell\v1.0\powershell.exe".into(),
            " -v",
            r"machine PATH: C:\Windows\SysWOW64\WindowsPowerShell\v1.0",
        ),
        ("tool x", r"C:\Program Files\Tool\tool.exe".into(), " x", r"machine PATH: C:\Program Files\Tool"),
        (
            r"%ProgramFiles%\App\un inst.exe /S",
            r"C:\Program Files (x86)\App\un inst.exe".into(),
            " /S",
            "as the line says",
        ),
        (
            r"%windir%\Sysnative\pnputil.exe /x",
            r"C:\Windows\System32\pnputil.exe".into(),
            " /x",
            r"as the line says: a 32-bit program means this by C:\Windows\Sysnative\pnputil.exe",
        ),
        (
            r"%SystemRoot%\SYSTEM32\cmd.exe /c x",
            r"C:\Windows\SysWOW64\cmd.exe".into(),
            " /c x",
            r"as the line says: a 32-bit program means this by C:\Windows\SYSTEM32\cmd.exe",
        ),
        (
            r"%ComSpec% /c %Nothing%",
            r"C:\Windows\SysWOW64\cmd.exe".into(),
            " /c %Nothing%",
            r"as the line says: a 32-bit program means this by C:\Windows\system32\cmd.exe",
        ),
    ] {
        let (started, whole, how) = starts(line, &reference(), &machine);
        assert_eq!((started.as_str(), how.as_str()), (program.as_str(), found_in), "{line}");
        assert_eq!(whole, format!("\"{program}\"{tail}"), "{line}");
    }
}

#[test]
fn a_native_host_sees_the_64_bit_ones() {
    let machine = machine(&[]);
    for (line, program) in [
        ("msiexec /i a.msi", r"C:\Windows\System32\msiexec.exe"),
        ("pnputil", r"C:\Windows\System32\pnputil.exe"),
        ("powershell", r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"),
        (r"%windir%\SysWOW64\cmd.exe", r"C:\Windows\SysWOW64\cmd.exe"),
    ] {
        assert_eq!(starts(line, &native(), &machine).0, program);
    }
    assert_eq!(resolved("msiexec", &native(), &machine).report.view, "64-bit");
    assert_eq!(resolved("msiexec", &reference(), &machine).report.view, "32-bit");
}

#[test]
fn batch_files_go_through_the_views_cmd() {
    let machine = machine(&["install.cmd", "My Install.bat"]);
    let cmd = r"C:\Windows\SysWOW64\cmd.exe";
    for (line, path, tail) in [
        ("install.cmd", "install.cmd", ""),
        (r#".\install.cmd A="b c" ^& %x% !y!"#, "install.cmd", r#" A="b c" ^& %x% !y!"#),
        (r#""My Install.bat" C:\dir\"#, "My Install.bat", r" C:\dir\"),
    ] {
        let (program, whole, _) = starts(line, &reference(), &machine);
        assert_eq!(program, cmd);
        assert_eq!(whole, format!(r#""{cmd}" /d /s /c ""{CONTENT}\{path}"{tail}""#));
    }
    let native = starts("install.cmd", &native(), &machine);
    assert_eq!(native.0, r"C:\Windows\System32\cmd.exe");
}

#[test]
fn where_no_32_bit_program_starts_the_64_bit_ones_do() {
    let machine = machine(&["install.cmd"]);
    machine.remove_file(r"C:\Windows\SysWOW64");
    let started = resolved("install.cmd", &reference(), &machine);
    assert_eq!(started.program, r"C:\Windows\System32\cmd.exe");
    assert_eq!(started.report.view, "64-bit");
    assert_eq!(
        starts(r"%windir%\Sysnative\cmd.exe", &reference(), &machine).0,
        r"C:\Windows\System32\cmd.exe"
    );
}

#[test]
fn the_shortest_prefix_that_is_a_file_wins() {
    let machine = machine(&[]);
    machine.add_file(r"C:\Program Files\App\setup.exe", 10);
    let line = r"C:\Program Files\App\setup.exe /S";
    assert_eq!(starts(line, &reference(), &machine).0, r"C:\Program Files\App\setup.exe");
    // The known trap of unquoted paths: Windows takes the shorter file.
    machine.add_file(r"C:\Program.exe", 10);
    let (program, whole, _) = starts(line, &reference(), &machine);
    assert_eq!(
        (program.as_str(), whole.as_str()),
        (r"C:\Program.exe", r#""C:\Program.exe" Files\App\setup.exe /S"#)
    );
    // A folder with that name hides the file.
    machine.add_folder(r"C:\Program");
    assert_eq!(starts(line, &reference(), &machine).0, r"C:\Program Files\App\setup.exe");
}

#[test]
fn variables_are_expanded_once_with_the_targets_own() {
    let machine = machine(&["setup.exe"]);
    let mut block = waybill_system::Device::environment(&machine, reference().perspective).unwrap();
    block.set("Outer", "%Inner% %ProgramFiles%");
    block.set("Program", "setup.exe /a");
    block.set("HOME", "of the machine");
    machine.set_environment(View::Bits32, block);
    let line = resolved("%program% %OUTER% 100% %Unknown%", &reference(), &machine).line;
    assert_eq!(line, format!(r#""{CONTENT}\setup.exe" /a %Inner% %ProgramFiles% 100% %Unknown%"#));
    // The test's own HOME and PATH are not used.
    let with_home = resolved("setup.exe %HOME%", &reference(), &machine);
    assert!(with_home.line.ends_with(" of the machine"));
    assert_eq!(with_home.environment.get("CARGO_PKG_NAME"), None);
    let left_out =
        |name: &str| with_home.report.environment.iter().any(|one| one.name == name && one.left_out);
    assert!(left_out("CARGO_PKG_NAME"), "what the caller has and the command has not is named");
}

#[test]
fn entries_of_path_that_others_may_write_are_passed_over_for_the_system() {
    let machine = machine(&[]);
    machine.set_path(&["relative", ".", "", r"C:\Open", r"C:\Unknown", r"C:\Closed"]);
    for folder in ["Open", "Unknown", "Closed"] {
        machine.add_file(&format!(r"C:\{folder}\tool.exe"), 10);
    }
    machine.let_others_write(r"C:\Open");
    machine.deny(r"C:\Unknown");
    let of = |account| starts("tool", &eyes(View::Bits32, account), &machine).0;
    assert_eq!(of(Account::System), r"C:\Closed\tool.exe");
    assert_eq!(of(Account::User), r"C:\Open\tool.exe");
    // The account of this program is the system here.
    assert_eq!(of(Account::Current), r"C:\Closed\tool.exe");
    machine.set_device(|device| device.account = Account::Current);
    assert_eq!(of(Account::Current), r"C:\Open\tool.exe");
}

#[test]
fn a_verbatim_folder_becomes_a_plain_one() {
    let machine = machine(&["setup.exe"]);
    let resolved = resolve("setup.exe", &format!(r"\\?\{CONTENT}"), &reference(), &machine).unwrap();
    assert_eq!(resolved.report.folder, CONTENT);
    assert_eq!(resolved.program, format!(r"{CONTENT}\setup.exe"));
}

#[test]
fn windows_installer_is_known() {
    let machine = machine(&["setup.exe"]);
    for (line, is_msiexec) in [
        ("msiexec /i a.msi", true),
        (r"%windir%\sysnative\MSIEXEC.EXE /i a.msi", true),
        ("setup.exe msiexec.exe", false),
        ("cmd /c msiexec /i a.msi", false),
    ] {
        assert_eq!(resolved(line, &reference(), &machine).is_msiexec, is_msiexec, "{line}");
    }
}

#[test]
fn reports_and_debug_output_hold_no_secret() {
    let machine = machine(&["setup.exe"]);
    let resolved = resolved("setup.exe PASSWORD=hunter2 /S", &reference(), &machine);
    assert!(resolved.line.contains("hunter2"));
    let report = serde_json::to_string(&resolved.report).unwrap();
    assert!(!report.contains("hunter2") && report.contains("PASSWORD=*** /S"), "{report}");
    assert!(!format!("{resolved:?}").contains("hunter2"));
}

#[test]
fn content_that_is_not_here_is_taken_to_hold_the_program() {
    let machine = FakeSystem::windows();
    let shown =
        |line: &str| resolve(line, "", &reference(), &machine).map(|shown| (shown.program, shown.line));
    for (line, program, whole) in [
        ("setup.exe /S", "setup.exe", "\"setup.exe\" /S"),
        (r".\Files\setup /S", r"Files\setup.exe", r#""Files\setup.exe" /S"#),
        ("My Setup.exe /S", "My Setup.exe", "\"My Setup.exe\" /S"),
        (
            "msiexec /i a.msi",
            r"C:\Windows\SysWOW64\msiexec.exe",
            r#""C:\Windows\SysWOW64\msiexec.exe" /i a.msi"#,
        ),
    ] {
        assert_eq!(shown(line), Ok((program.to_owned(), whole.to_owned())), "{line}");
    }
    assert_eq!(shown("install.ps1").unwrap_err().code, 0x8007_00C1);
    assert_eq!(shown(r"C:\None\setup.exe").unwrap_err().code, 0x8007_0002);
}
