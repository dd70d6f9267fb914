//! The program under the name of Microsoft's tool.

use super::workbench::{Workbench, program};
use std::process::{Command, Output, Stdio};

/// Runs the program under another name.
fn run_as(bench: &Workbench, name: &str, arguments: &[&str]) -> Output {
    let file = bench.file(&format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if !file.exists() {
        lend_name(&file);
    }
    Command::new(file).args(arguments).current_dir(bench.path()).stdin(Stdio::null()).output().unwrap()
}

/// A link, because a file that was just written may still be open in a child process of another test, and Linux does
/// not run such a file.
#[cfg(unix)]
fn lend_name(file: &std::path::Path) {
    std::os::unix::fs::symlink(program(), file).unwrap();
}

#[cfg(windows)]
fn lend_name(file: &std::path::Path) {
    std::fs::copy(program(), file).unwrap();
}

#[test]
fn the_name_alone_decides_whatever_its_case() {
    let bench = Workbench::new();
    for name in ["IntuneWinAppUtil", "intunewinapputil"] {
        let folder = format!("{name}-packages");
        let output = run_as(&bench, name, &["-q", "-s", "install.cmd", "-o", &folder, "-c", "source"]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(bench.file(&folder).join("install.intunewin").is_file());
    }
}

#[test]
fn without_a_terminal_nothing_is_asked() {
    let bench = Workbench::new();
    let output = run_as(&bench, "IntuneWinAppUtil", &[]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(told.contains("no-terminal") && !told.contains("Please specify"), "{told}");
}

#[test]
fn an_existing_package_is_kept_without_q_and_replaced_with_it() {
    let bench = Workbench::new();
    let package = bench.file("out").join("install.intunewin");
    std::fs::create_dir(bench.file("out")).unwrap();
    std::fs::write(&package, "mine").unwrap();
    let pack = |quiet: &[&str]| {
        let arguments = [&["-c", "source", "-s", "install.cmd", "-o", "out"], quiet].concat();
        run_as(&bench, "IntuneWinAppUtil", &arguments)
    };
    assert_eq!(pack(&[]).status.code(), Some(2));
    assert_eq!(std::fs::read(&package).unwrap(), b"mine");
    let silent = pack(&["-qq"]);
    assert_eq!(silent.status.code(), Some(0));
    assert_eq!((silent.stdout.len(), silent.stderr.len()), (0, 0), "-qq prints nothing");
    assert!(std::fs::read(&package).unwrap().starts_with(b"PK"));
}
