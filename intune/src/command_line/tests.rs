use super::*;
use crate::is_guid;

fn parse(text: &str) -> CommandLine {
    CommandLine::parse(text, &|path| matches!(path, "My Setup.exe" | "setup.exe"))
}

fn programs(text: &str) -> Vec<String> {
    parse(text).steps.into_iter().map(|step| step.program).collect()
}

#[test]
fn the_program_token_is_createprocess_own() {
    for (text, program, tail, unquoted) in [
        ("setup.exe /S", "setup.exe", " /S", false),
        ("  \"C:\\Program Files\\A b\\u.exe\" /S", "C:\\Program Files\\A b\\u.exe", " /S", false),
        ("C:\\Program Files\\A b\\u.exe /S", "C:\\Program Files\\A b\\u.exe", " /S", true),
        ("My Setup.exe /S", "My Setup.exe", " /S", true),
        ("%ProgramFiles%\\A\\u.exe /S", "%ProgramFiles%\\A\\u.exe", " /S", true),
        ("%windir%\\system32\\msiexec.exe /i x.msi", "%windir%\\system32\\msiexec.exe", " /i x.msi", false),
        ("msiexec /i setup.msi /qn", "msiexec", " /i setup.msi /qn", false),
        ("powershell setup.ps1", "powershell", " setup.ps1", false),
        ("install other.exe", "install", " other.exe", false),
        // Windows adds `.exe` to each prefix, so the runner starts this; lint said that there is no `My`.
        ("My Setup /S", "My Setup", " /S", true),
        ("My setup.exe", "My", " setup.exe", false),
        ("\"never closed.exe /S", "never closed.exe /S", "", false),
        ("", "", "", false),
    ] {
        let step = parse(text).steps.remove(0);
        assert_eq!(
            (step.program.as_str(), step.tail.as_str(), step.unquoted_blanks),
            (program, tail, unquoted)
        );
    }
}

#[test]
fn a_shells_programs_are_found() {
    for (text, expected) in [
        ("cmd /c install.cmd", vec!["cmd", "install.cmd"]),
        ("%ComSpec% /c install.cmd", vec!["%ComSpec%", "install.cmd"]),
        ("cmd.exe /c \"setup.exe /S && reg import a.reg\"", vec!["cmd.exe", "setup.exe", "reg"]),
        ("cmd /d /s /c \"\"My Setup.exe\" /S\"", vec!["cmd", "My Setup.exe"]),
        ("cmd /c \"My Setup.exe\"", vec!["cmd", "My Setup.exe"]),
        ("cmd /cstart \"\" /wait setup.exe /S", vec!["cmd", "setup.exe"]),
        ("cmd /c start /wait \"\" \"My Setup.exe\" /S", vec!["cmd", "My Setup.exe"]),
        ("cmd /c start \"a\" /D \"C:\\x y\" /w setup.exe", vec!["cmd", "setup.exe"]),
        ("cmd /c start /wait \"setup.exe\"", vec!["cmd", "start"]),
        ("cmd /c if exist a (setup.exe) else (b.exe & c.exe)", vec!["cmd", "setup.exe", "b.exe", "c.exe"]),
        ("cmd /c call install.cmd > %TEMP%\\a.log 2>&1", vec!["cmd", "install.cmd"]),
        ("cmd /c \"(msiexec /i a.msi & exit /b 0)\"", vec!["cmd", "msiexec", "exit"]),
        ("cmd", vec!["cmd"]),
        ("cmd /q", vec!["cmd"]),
    ] {
        assert_eq!(programs(text), expected, "{text}");
    }
}

#[test]
fn relative_paths_are_unknown_after_a_change_of_folder() {
    let steps = parse("cmd /c \"cd /d C:\\ && setup.exe\"").steps;
    assert!(!steps[1].moved && steps[2].moved);
}

#[test]
fn a_redirection_is_no_argument() {
    let steps = parse("cmd /c \"setup.exe /S 2>nul\"").steps;
    assert_eq!(steps[1].words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), ["/S"]);
}

fn msi(text: &str) -> Msiexec {
    Msiexec::parse(&parse(text).steps[0]).unwrap()
}

#[test]
fn msiexec_is_understood() {
    let call =
        msi("msiexec.exe -I \"My App.msi\" TRANSFORMS=\"a b.mst\" /QN /norestart /l*v \"C:\\a b.log\"");
    assert_eq!(call.targets, [ProductOrFile::File("My App.msi".into(), 1)]);
    assert_eq!(call.property("TRANSFORMS"), Some("a b.mst"));
    assert_eq!(call.interface, Interface::None);
    assert!(call.settles_restart && !call.removes);
    assert_eq!(call.log.unwrap().0, "C:\\a b.log");

    let call = msi("msiexec /X{23170F69-40C1-2702-2301-000001000000} /passive REBOOT=ReallySuppress");
    assert_eq!(call.targets, [ProductOrFile::Product("{23170F69-40C1-2702-2301-000001000000}".into())]);
    assert!(call.removes && call.settles_restart);
    assert_eq!(call.interface, Interface::Basic);

    for switch in ["/log", "/LOG", "-l", "/L*vx!", "/lv"] {
        let call = msi(&format!("msiexec /i a.msi {switch} own.log"));
        assert_eq!(call.log.unwrap().0, "own.log", "{switch}");
    }
    assert_eq!(msi("msiexec /i a.msi /lang own.log").log, None);
    assert_eq!(msi("msiexec /fomus a.msi /qf").interface, Interface::Full);
    assert_eq!(msi("msiexec /i a.msi /qb-!").interface, Interface::Basic);
    assert!(msi("msiexec /package a.msi").installs && msi("msiexec /ia.msi").installs);
    let call = msi("msiexec /X23170F69-40C1-2702-2301-000001000000");
    assert_eq!(call.targets, [ProductOrFile::File("23170F69-40C1-2702-2301-000001000000".into(), 0)]);
    assert!(call.removes && !call.installs);
    assert!(Msiexec::parse(&parse("msiexec /unregister").steps[0]).is_none());
    assert!(Msiexec::parse(&parse("setup.exe /i a.msi").steps[0]).is_none());
}

#[test]
fn powershell_is_understood() {
    let of = |text: &str| PowerShell::parse(&parse(text).steps[0]).unwrap();
    let call = of("powershell.exe -nop -ep bypass -f \".\\in stall.ps1\" -Mode x");
    assert_eq!(call.scripts(), [".\\in stall.ps1"]);
    assert_eq!(of("powershell -ExecutionPolicy Bypass -Command \"& '.\\a.ps1' -x\"").scripts(), [".\\a.ps1"]);
    assert_eq!(of("powershell -WindowStyle Hidden .\\a.ps1").scripts(), [".\\a.ps1"]);
    for encoded in ["-enc", "-ec", "-e", "/EncodedCommand"] {
        let call = of(&format!("powershell -nop {encoded} SQBF"));
        assert_eq!((call.encoded.as_deref(), call.scripts()), (Some("SQBF"), vec![]), "{encoded}");
    }
    assert_eq!(of("powershell -c \"& $PSScriptRoot\\a.ps1\"").scripts(), [""; 0]);
    let native = "%SystemRoot%\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe -File a.ps1";
    assert_eq!(of(native).scripts(), ["a.ps1"]);
}

#[test]
fn a_run_of_words_that_names_one_file_is_seen() {
    let words = |text: &str| super::words(text);
    assert_eq!(unquoted_run(&words("My App.msi /qn"), 0, &["msi"]), Some("My App.msi".into()));
    for fine in ["App.msi /qn", "\"My App.msi\" /qn", "{GUID} A=b.msi", "x /y z.msi"] {
        assert_eq!(unquoted_run(&words(fine), 0, &["msi"]), None, "{fine}");
    }
}

#[test]
fn guids_are_in_braces_and_hexadecimal() {
    assert!(is_guid("{23170f69-40C1-2702-2301-000001000000}"));
    for wrong in
        ["23170F69-40C1-2702-2301-000001000000", "{23170F69}", "{2317OF69-40C1-2702-2301-000001000000}", ""]
    {
        assert!(!is_guid(wrong), "{wrong}");
    }
}

fn names(line: &str) -> Vec<&str> {
    candidates(line).iter().map(|one| one.name).collect()
}

#[test]
fn the_prefix_grows_at_blanks() {
    for (line, expected) in [
        ("setup.exe", vec!["setup.exe"]),
        ("setup.exe /S", vec!["setup.exe", "setup.exe /S"]),
        ("My\tSetup.exe  /S", vec!["My", "My\tSetup.exe", "My\tSetup.exe  /S"]),
        (r"C:\a b\c.exe x", vec![r"C:\a", r"C:\a b\c.exe", r"C:\a b\c.exe x"]),
        // What holds a quote or a second colon names no file, and neither does anything longer.
        ("setup.exe A=\"b c\" d", vec!["setup.exe"]),
        ("setup.exe /l:x y", vec!["setup.exe"]),
        ("se\"tup.exe x", vec!["se\"tup.exe"]),
    ] {
        assert_eq!(names(line), expected, "{line}");
        for one in candidates(line) {
            assert_eq!(format!("{}{}", one.name, one.tail), line);
        }
    }
}

#[test]
fn quotes_end_it_whatever_follows() {
    for (line, name, tail) in [
        ("\"My Setup.exe\" /S", "My Setup.exe", " /S"),
        ("\"setup.exe\"/S", "setup.exe", "/S"),
        ("\"a\\\"b\" c", "a\\", "b\" c"),
        ("\"never closed /S", "never closed /S", ""),
        ("\"\" /S", "", " /S"),
    ] {
        assert_eq!(candidates(line), [Candidate { name, tail }], "{line}");
    }
}

#[test]
fn a_long_line_is_not_tried_to_its_end() {
    let line = "setup.exe x".to_owned() + &" y".repeat(10_000);
    assert!(candidates(&line).len() < LONGEST_NAME);
}

/// The runner took any sign outside quotes for a shell's, lint only words of their own: an `&` in a URL is the
/// program's argument.
#[test]
fn only_words_of_their_own_are_a_shells() {
    for (line, operator) in [
        ("setup.exe /S && reg import a.reg", Some("&&")),
        ("setup.exe > log.txt", Some(">")),
        ("setup.exe 2>nul", Some("2>nul")),
        ("setup.exe < answers.txt", Some("<")),
        ("a | b || c", Some("|")),
        ("\"a\" & \"b\"", Some("&")),
        ("setup.exe A=\"b & c\" /S", None),
        ("setup.exe /URL=https://a/?b=1&c=2", None),
        ("setup.exe /E=<none>", None),
    ] {
        assert_eq!(shell_operator(&words(line)), operator, "{line}");
    }
}

#[test]
fn wrappings_are_looked_into_up_to_a_bound() {
    let deep = |wrappings: usize| format!("cmd /c {}x.cmd", "call ".repeat(wrappings));
    let last = |text: &str| parse(text).steps.last().unwrap().stem();
    assert_eq!(last(&deep(16)), "x.cmd");
    assert_eq!(last(&deep(17)), "call");
}
