//! What started programs receive: words or a line, variables, a working directory, stdin and output.

use crate::launcher::{KIND, Launcher, copy_program, is_wine, machine, text};
use crate::starter::Starter;
use std::fs;
use waybill_system::{Account, Arguments, Environment, Output, Start};
#[cfg(windows)]
use {crate::launcher::wait_until, std::time::Duration, waybill_system::Wait};

#[test]
fn the_environment_is_what_was_given_and_nothing_else() {
    let mut launcher = Launcher::new();
    for (name, value) in
        [("ALPHA", "1"), ("Beta", "two words = a value"), ("empty", ""), ("PATH", "p"), ("ÄÖ", "ü")]
    {
        if cfg!(windows) || name.is_ascii() {
            launcher.environment.set(name, value);
        }
    }
    assert_environment(&launcher);
}

#[test]
fn it_may_be_empty() {
    assert_environment(&Launcher::new());
}

/// Variables that the shell at the gate sets by itself must still have the given values.
#[cfg(unix)]
#[test]
fn variables_of_shells_are_as_they_were_given() {
    let mut launcher = Launcher::new();
    for (name, value) in [("PWD", "/no where"), ("OLDPWD", "/o"), ("SHLVL", "7"), ("IFS", ","), ("_", "x y")]
    {
        launcher.environment.set(name, value);
    }
    assert_environment(&launcher);
}

fn assert_environment(launcher: &Launcher) {
    let mut expected: Vec<String> =
        launcher.environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
    expected.sort();
    assert_eq!(launcher.run(&["print-environment"]).code(), 0, "{}", launcher.read("output.log"));
    assert_eq!(told_variables(launcher), expected);
}

/// The variables that the program printed, sorted, without those that wine adds to every process.
fn told_variables(launcher: &Launcher) -> Vec<String> {
    let of_wine = |line: &&str| {
        is_wine()
            && ["WINE", "SystemDrive=", "SystemRoot="].iter().any(|beginning| line.starts_with(beginning))
    };
    let output = launcher.read("output.log");
    let mut lines: Vec<String> = output.lines().filter(|line| !of_wine(line)).map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
fn nothing_of_a_hostile_caller_arrives() {
    let launcher = Launcher::new();
    let mut starter = Starter::start(&launcher, &["print-environment"], |command| {
        command
            .env("HTTPS_PROXY", "http://evil.example")
            .env("WAYBILL_SECRET", "x")
            .env("ENV", "/evil")
            .env("BASH_ENV", "/evil")
            .env("IFS", "u");
    });
    starter.created();
    starter.say("run");
    starter.wait_for("ended 0");
    assert_eq!(told_variables(&launcher), [""; 0]);
}

#[cfg(unix)]
#[test]
fn stdin_is_open_and_empty() {
    assert!(!machine().processes().gives_console_input());
    let launcher = Launcher::new();
    assert_eq!(launcher.run(&["print-input"]).code(), 0);
    assert_eq!(launcher.read("output.log").trim_end(), "0");
}

/// A program that waits for input goes on waiting, as it does under Intune, and its output is kept all the same.
#[cfg(windows)]
#[test]
fn stdin_is_a_console_to_which_nobody_writes() {
    assert!(machine().processes().gives_console_input());
    let launcher = Launcher::new();
    let mut running = launcher.run(&["print", "before", "then", "pid", "there", "then", "print-input"]);
    wait_until("it runs", || launcher.path("there").exists());
    assert_eq!(running.wait(Duration::from_millis(500)).unwrap(), Wait::Running);
    running.kill_tree().unwrap();
    assert_eq!(launcher.read("output.log").trim_end(), "before");
}

#[test]
fn it_stands_in_its_folder() {
    let launcher = Launcher::new();
    assert_eq!(launcher.run(&["print-folder", "then", "print", "%CD%"]).code(), 0);
    let output = launcher.read("output.log");
    let mut lines = output.lines();
    let told = fs::canonicalize(lines.next().unwrap()).unwrap();
    assert_eq!(told, fs::canonicalize(launcher.path(".")).unwrap());
    assert_eq!(lines.next(), Some("%CD%"), "nobody expands it");
}

#[test]
fn both_streams_go_to_the_end_of_one_file() {
    let launcher = Launcher::new();
    fs::write(launcher.output(), "before\n").unwrap();
    assert_eq!(launcher.run(&["print", "a", "then", "complain", "b", "then", "print", "c"]).code(), 0);
    assert_eq!(launcher.read("output.log"), "before\na\nb\nc\n");
}

#[test]
fn or_each_into_its_own() {
    let launcher = Launcher::new();
    let (stdout, stderr) = (launcher.path("stdout"), launcher.path("stderr"));
    let words = ["print", "a", "then", "complain", "b"].map(str::to_owned);
    let line = format!("\"{}\" print a then complain b", launcher.program);
    let folder = launcher.path(".");
    let start = Start {
        program: &launcher.program,
        arguments: if cfg!(windows) { Arguments::Line(&line) } else { Arguments::Words(&words) },
        folder: text(&folder),
        environment: &Environment::new(KIND),
        account: Account::Current,
        output: Output::Files { stdout: &stdout, stderr: &stderr },
    };
    let running = machine().processes().create(&start).unwrap().run().unwrap();
    assert_eq!(crate::launcher::Supervised::new(running).code(), 0);
    assert_eq!((launcher.read("stdout").as_str(), launcher.read("stderr").as_str()), ("a\n", "b\n"));
}

#[cfg(unix)]
#[test]
fn words_arrive_whatever_is_in_them() {
    let launcher = Launcher::new();
    let words =
        ["print-line", "", " a  b ", "$(id)", "`id`", "\"'\\", "*", "new\nline", "-x", "A=b", "ü&|;<>"];
    assert_eq!(launcher.run(&words).code(), 0);
    let expected: String = words.iter().map(|word| format!("{word}\0")).collect();
    assert_eq!(launcher.read("output.log"), expected);
}

#[cfg(windows)]
#[test]
fn a_line_arrives_character_for_character() {
    for tail in [
        r#"INSTALLDIR="C:\a b\" "#,
        r#"/v"/qn PROP=\"x y\"""#,
        r#"a\\" ^& % ! '"  ""c"#,
        "%PATH% | > out.txt && x",
        "ü € \u{1F600} \t",
    ] {
        let launcher = Launcher::new();
        let line = format!("\"{}\" print-line {tail}", launcher.program);
        let created = launcher.create_with(Arguments::Line(&line)).unwrap();
        assert_eq!(crate::launcher::Supervised::new(created.run().unwrap()).code(), 0);
        let bytes: Vec<u8> = line.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(fs::read(launcher.output()).unwrap(), bytes, "{line}");
    }
}

/// Paths that a shell or `env` could misread: with `=`, which looks like a variable, with blanks, quotes and `$()`.
#[test]
fn the_program_may_lie_anywhere() {
    for name in ["a=b", "blank and 'quote'", "$(id)"] {
        let mut launcher = Launcher::new();
        let folder = launcher.path(name);
        fs::create_dir(&folder).unwrap();
        let copy = folder.join(format!("p=q{}", std::env::consts::EXE_SUFFIX));
        copy_program(&launcher.program, &copy);
        launcher.program = text(&copy).to_owned();
        launcher.environment.set("ALPHA", "1");
        assert_environment(&launcher);
    }
}
