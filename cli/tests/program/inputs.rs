//! Inputs of the wrong kind: every command refuses a missing file, a folder, a pipe, an empty file and a file of bytes alike.

use crate::workbench::Workbench;
use std::fs;
use std::process::{Command, Output, Stdio};

/// What a command expects where `@` stands in its line.
#[derive(Clone, Copy, PartialEq)]
enum Wants {
    File,
    Folder,
    /// A folder, or a file in one.
    Either,
}

/// Every command with each of its inputs.
const LINES: [(Wants, &str); 23] = [
    (Wants::File, "inspect @"),
    (Wants::File, "inspect --diff @ keys.intunewin"),
    (Wants::File, "inspect content.bin --encryption-info @"),
    (Wants::File, "verify @"),
    (Wants::File, "verify content.bin --encryption-info @"),
    (Wants::File, "unpack @ -o out"),
    (Wants::Either, "lint @"),
    (Wants::File, "publish @ --to public"),
    (Wants::File, "fetch @ -o out"),
    (Wants::File, "fetch --url-file @ -o out"),
    (Wants::File, "fetch http://127.0.0.1:1/x --ca-file @ -o out"),
    (Wants::File, "bench --size 1MiB --runs 1 --baseline @"),
    (Wants::Either, "detect @"),
    (Wants::Either, "install @ --dry-run"),
    (Wants::Either, "uninstall @ --dry-run"),
    (Wants::Folder, "try @"),
    (Wants::Folder, "pack @"),
    (Wants::Folder, "pack @ --setup x.msi -o made.intunewin"),
    (Wants::File, "pack source --setup @ -o made.intunewin"),
    (Wants::Folder, "init @ --setup x.msi"),
    (Wants::File, "init source --setup @"),
    (Wants::Either, "init --winget @"),
    (Wants::Folder, "serve @"),
];

fn run(bench: &Workbench, line: &str, input: &str) -> Output {
    let arguments = line.split(' ').map(|word| if word == "@" { input } else { word });
    Command::new(crate::workbench::program())
        .args(arguments)
        .current_dir(bench.path())
        .env("WAYBILL_ROOT", bench.path().join("root"))
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// The exit code, the id of the error, and everything that was printed.
fn refused(bench: &Workbench, line: &str, input: &str) -> (Option<i32>, String, String) {
    let output = run(bench, line, input);
    let text =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    let id =
        text.split_once("error[").and_then(|(_, rest)| rest.split_once(']')).map(|(id, _)| id.to_owned());
    (output.status.code(), id.unwrap_or_default(), text)
}

/// Words of Rust, of its JSON parser and of the system's table of errors, none of which says what to do.
fn holds_no_foreign_words(text: &str) {
    for word in ["os error", "EOF", "expected value", "invalid type", "serde", "struct ", "Err(", "Some("] {
        // Windows words the errors that a library quotes in its own language, so its phrases are not known.
        let is_known = word != "os error" || cfg!(unix);
        assert!(!is_known || !text.contains(word), "`{word}` in:\n{text}");
    }
}

#[test]
fn an_input_that_is_not_there_has_one_exit_code_and_is_named() {
    let bench = Workbench::new();
    for (_, line) in LINES {
        for input in ["missing", "no/such/folder"] {
            let (exit, id, text) = refused(&bench, line, input);
            let ids = ["input-missing", "source-missing", "setup-file-missing"];
            assert!(exit == Some(3) && ids.contains(&id.as_str()), "{line} {input}: {exit:?}\n{text}");
            assert!(text.contains(input) && text.contains("hint:"), "{line}\n{text}");
            holds_no_foreign_words(&text);
        }
    }
}

#[test]
fn a_folder_where_a_file_is_needed_and_a_file_where_a_folder_is_are_refused_alike() {
    let bench = Workbench::new();
    fs::create_dir(bench.file("folder")).unwrap();
    fs::write(bench.file("folder/x.txt"), "x").unwrap();
    fs::create_dir(bench.file("source/folder")).unwrap();
    fs::write(bench.file("source/folder/x.txt"), "x").unwrap();
    for (wants, line) in LINES {
        let input = match wants {
            Wants::File => "folder",
            Wants::Folder => "keys.intunewin",
            Wants::Either => continue,
        };
        let (exit, id, text) = refused(&bench, line, input);
        let ids = ["input-of-another-kind", "setup-file-not-a-file", "source-missing"];
        assert!(exit == Some(3) && ids.contains(&id.as_str()), "{line}: {exit:?}\n{text}");
        assert!(text.contains(input) && text.contains("hint:"), "{line}\n{text}");
        holds_no_foreign_words(&text);
    }
    let (_, _, text) = refused(&bench, "inspect @", "folder");
    assert!(text.contains("`waybill lint folder`") && text.contains("`waybill pack folder`"), "{text}");
}

#[test]
fn an_empty_file_and_one_of_bytes_are_refused_in_plain_words() {
    let bench = Workbench::new();
    fs::write(bench.file("empty"), "").unwrap();
    fs::write(bench.file("empty.json"), "").unwrap();
    fs::write(bench.file("bytes"), [0x89, 0xFE, 0x00, 0x13, 0xC0, 0x0A].repeat(500)).unwrap();
    fs::write(bench.file("comma.json"), "{\n  \"displayName\": \"x\",\n}\n").unwrap();
    for (_, line) in LINES {
        for input in ["empty", "empty.json", "bytes", "comma.json"] {
            let (exit, _, text) = refused(&bench, line, input);
            assert_eq!(exit, Some(3), "{line} {input}\n{text}");
            assert!(text.contains("hint:"), "{line} {input}\n{text}");
            holds_no_foreign_words(&text);
        }
    }
    let (_, id, text) = refused(&bench, "detect @", "comma.json");
    assert_eq!(id, "app-not-json");
    let place = "line 3, column 1: there is a comma too many: nothing follows it";
    assert!(text.contains("comma.json") && text.contains(place), "{text}");
}

#[test]
fn what_is_given_in_place_of_an_apps_folder_leads_to_it() {
    let bench = Workbench::new();
    let app = bench.file("one");
    fs::create_dir_all(app.join("source")).unwrap();
    for name in ["install.cmd", "uninstall.cmd"] {
        fs::write(app.join("source").join(name), "exit /b 0\r\n").unwrap();
    }
    let document =
        r#"{ "displayName": "One", "setupFilePath": "install.cmd", "installCommandLine": "install.cmd" }"#;
    fs::write(app.join("app.json"), document).unwrap();
    for (line, input, id, hint) in [
        ("pack @ -o out/", "one/app.json", "input-of-another-kind", "`waybill pack one`"),
        ("pack @ -o out/", "keys.intunewin", "input-of-another-kind", "`waybill unpack keys.intunewin"),
        ("pack @ -o out/", "one/source", "usage", "`waybill pack one`"),
        ("pack @ -s uninstall.cmd -o out/", "one", "usage", "leave out --setup, or change setupFilePath"),
        ("pack @ -o one/source/", "one", "usage", "outside of it"),
        ("pack @ -o one/source/new/x.intunewin", "one", "usage", "outside of it"),
        ("detect @", "one/source", "input-missing", "the app's folder, one"),
        ("install @ --dry-run", "keys.intunewin", "input-of-another-kind", "the package as --content"),
    ] {
        let (exit, found, text) = refused(&bench, line, input);
        let classes = [Some(2), Some(3)];
        assert!(classes.contains(&exit) && found == id, "{line} {input}: {exit:?} {found}\n{text}");
        assert!(text.to_lowercase().contains(&hint.to_lowercase()), "{line} {input}\n{text}");
    }
    let names = fs::read_dir(app.join("source")).unwrap().count();
    assert_eq!(names, 2, "nothing was made among the files");
    let packed = run(&bench, "pack @ -o one/packed.intunewin", "one");
    assert!(packed.status.success(), "beside the files: {packed:?}");
}

#[cfg(unix)]
#[test]
fn a_pipe_is_refused_like_a_folder() {
    let bench = Workbench::new();
    assert!(Command::new("mkfifo").arg(bench.file("pipe")).status().unwrap().success());
    assert!(Command::new("mkfifo").arg(bench.file("source/pipe")).status().unwrap().success());
    for (_, line) in LINES {
        if line.starts_with("pack source") || line.starts_with("init source") {
            continue;
        }
        let (exit, id, text) = refused(&bench, line, "pipe");
        let ids = ["input-of-another-kind", "source-missing"];
        assert!(exit == Some(3) && ids.contains(&id.as_str()), "{line}: {exit:?}\n{text}");
        holds_no_foreign_words(&text);
    }
}

/// Where the tests run as root every file can be read, and there is nothing to test.
#[cfg(unix)]
#[test]
fn a_file_that_this_account_may_not_read_is_the_machines_fault() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = Workbench::new();
    fs::write(bench.file("closed"), "{}").unwrap();
    fs::set_permissions(bench.file("closed"), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(bench.file("closed")).is_ok() {
        return;
    }
    for (wants, line) in LINES {
        if wants == Wants::Folder || line.starts_with("pack source") || line.starts_with("init source") {
            continue;
        }
        let (exit, _, text) = refused(&bench, line, "closed");
        assert_eq!(exit, Some(1), "{line}\n{text}");
        assert!(text.contains("this account has no right to it"), "{line}\n{text}");
        holds_no_foreign_words(&text);
    }
}
