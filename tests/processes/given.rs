//! What started programs receive: words or a line, variables, a working directory, stdin and output.

use crate::bench::{Bench, KIND, copy_program, is_wine, machine, text};
use crate::starter::Starter;
use std::fs;
use waybill_system::{Account, Arguments, Environment, Output, Start};

#[test]
fn the_environment_is_what_was_given_and_nothing_else() {
    let mut bench = Bench::new();
    for (name, value) in
        [("ALPHA", "1"), ("Beta", "two words = a value"), ("empty", ""), ("PATH", "p"), ("ÄÖ", "ü")]
    {
        if cfg!(windows) || name.is_ascii() {
            bench.environment.set(name, value);
        }
    }
    assert_environment(&bench);
}

#[test]
fn it_may_be_empty() {
    assert_environment(&Bench::new());
}

/// Variables that the shell at the gate sets by itself must still have the given values.
#[cfg(unix)]
#[test]
fn variables_of_shells_are_as_they_were_given() {
    let mut bench = Bench::new();
    for (name, value) in [("PWD", "/no where"), ("OLDPWD", "/o"), ("SHLVL", "7"), ("IFS", ","), ("_", "x y")]
    {
        bench.environment.set(name, value);
    }
    assert_environment(&bench);
}

fn assert_environment(bench: &Bench) {
    let mut expected: Vec<String> =
        bench.environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
    expected.sort();
    assert_eq!(bench.run(&["print-environment"]).code(), 0, "{}", bench.read("output.log"));
    assert_eq!(told_variables(bench), expected);
}

/// The variables that the program printed, sorted, without those that wine adds to every process.
fn told_variables(bench: &Bench) -> Vec<String> {
    let of_wine = |line: &&str| {
        is_wine()
            && ["WINE", "SystemDrive=", "SystemRoot="].iter().any(|beginning| line.starts_with(beginning))
    };
    let output = bench.read("output.log");
    let mut lines: Vec<String> = output.lines().filter(|line| !of_wine(line)).map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
fn nothing_of_a_hostile_caller_arrives() {
    let bench = Bench::new();
    let mut starter = Starter::start(&bench, &["print-environment"], |command| {
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
    assert_eq!(told_variables(&bench), [""; 0]);
}

#[test]
fn stdin_is_open_and_empty() {
    let bench = Bench::new();
    assert_eq!(bench.run(&["print-input"]).code(), 0);
    assert_eq!(bench.read("output.log").trim_end(), "0");
}

#[test]
fn it_stands_in_its_folder() {
    let bench = Bench::new();
    assert_eq!(bench.run(&["print-folder", "then", "print", "%CD%"]).code(), 0);
    let output = bench.read("output.log");
    let mut lines = output.lines();
    let told = fs::canonicalize(lines.next().unwrap()).unwrap();
    assert_eq!(told, fs::canonicalize(bench.path(".")).unwrap());
    assert_eq!(lines.next(), Some("%CD%"), "nobody expands it");
}

#[test]
fn both_streams_go_to_the_end_of_one_file() {
    let bench = Bench::new();
    fs::write(bench.output(), "before\n").unwrap();
    assert_eq!(bench.run(&["print", "a", "then", "complain", "b", "then", "print", "c"]).code(), 0);
    assert_eq!(bench.read("output.log"), "before\na\nb\nc\n");
}

#[test]
fn or_each_into_its_own() {
    let bench = Bench::new();
    let (stdout, stderr) = (bench.path("stdout"), bench.path("stderr"));
    let words = ["print", "a", "then", "complain", "b"].map(str::to_owned);
    let line = format!("\"{}\" print a then complain b", bench.program);
    let folder = bench.path(".");
    let start = Start {
        program: &bench.program,
        arguments: if cfg!(windows) { Arguments::Line(&line) } else { Arguments::Words(&words) },
        folder: text(&folder),
        environment: &Environment::new(KIND),
        account: Account::Current,
        output: Output::Files { stdout: &stdout, stderr: &stderr },
    };
    let running = machine().processes().create(&start).unwrap().run().unwrap();
    assert_eq!(crate::bench::Supervised::of(running).code(), 0);
    assert_eq!((bench.read("stdout").as_str(), bench.read("stderr").as_str()), ("a\n", "b\n"));
}

#[cfg(unix)]
#[test]
fn words_arrive_whatever_is_in_them() {
    let bench = Bench::new();
    let words =
        ["print-line", "", " a  b ", "$(id)", "`id`", "\"'\\", "*", "new\nline", "-x", "A=b", "ü&|;<>"];
    assert_eq!(bench.run(&words).code(), 0);
    let expected: String = words.iter().map(|word| format!("{word}\0")).collect();
    assert_eq!(bench.read("output.log"), expected);
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
        let bench = Bench::new();
        let line = format!("\"{}\" print-line {tail}", bench.program);
        let created = bench.create_with(Arguments::Line(&line)).unwrap();
        assert_eq!(crate::bench::Supervised::of(created.run().unwrap()).code(), 0);
        let bytes: Vec<u8> = line.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(fs::read(bench.output()).unwrap(), bytes, "{line}");
    }
}

/// Paths that a shell or `env` could misread: with `=`, which looks like a variable, with blanks, quotes and `$()`.
#[test]
fn the_program_may_lie_anywhere() {
    for name in ["a=b", "blank and 'quote'", "$(id)"] {
        let mut bench = Bench::new();
        let folder = bench.path(name);
        fs::create_dir(&folder).unwrap();
        let copy = folder.join(format!("p=q{}", std::env::consts::EXE_SUFFIX));
        copy_program(&bench.program, &copy);
        bench.program = text(&copy).to_owned();
        bench.environment.set("ALPHA", "1");
        assert_environment(&bench);
    }
}
