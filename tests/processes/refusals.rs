//! Programs that are not started, and the error codes.

use crate::launcher::{Launcher, is_wine};
#[cfg(unix)]
use crate::launcher::{copy_program, text};
use std::fs;

fn code_of(launcher: &Launcher) -> u32 {
    let error = launcher.create(&["exit", "0"]).err().expect("it was created");
    assert_eq!(error.program, launcher.program);
    error.code
}

fn named(name: &str) -> Launcher {
    let mut launcher = Launcher::new();
    launcher.program = launcher.path(name).to_str().unwrap().to_owned();
    launcher
}

#[test]
fn a_program_that_is_not_there() {
    assert_eq!(code_of(&named("absent.exe")), 0x8007_0002);
}

#[test]
fn a_folder() {
    let launcher = named("folder");
    fs::create_dir(&launcher.program).unwrap();
    // wine reports "invalid handle" instead of "access denied".
    assert_eq!(code_of(&launcher), if is_wine() { 0x8007_0006 } else { 0x8007_0005 });
}

#[test]
fn a_file_that_is_no_program() {
    let launcher = named("junk.exe");
    fs::write(&launcher.program, "no program at all, and long enough to be read as one ".repeat(40)).unwrap();
    make_executable(&launcher.program);
    assert_eq!(code_of(&launcher), 0x8007_00C1);
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_executed() {
    let launcher = named("script.sh");
    let script = launcher.path("script");
    fs::write(&script, "#!/bin/sh\nexit 0\n").unwrap();
    copy_program(text(&script), launcher.program.as_ref());
    assert_eq!(code_of(&launcher), 0x8007_0005);
    make_executable(&launcher.program);
    assert_eq!(launcher.run(&[]).code(), 0);
}

#[cfg(unix)]
#[test]
fn a_script_whose_interpreter_is_not_there() {
    let launcher = named("script.sh");
    fs::write(&launcher.program, "#!/no/such/interpreter\n").unwrap();
    make_executable(&launcher.program);
    let error = launcher.create(&[]).err().unwrap();
    assert_eq!(error.code, 0x8007_0002);
    assert!(error.source.to_string().contains("/no/such/interpreter"), "{}", error.source);
}

#[cfg(unix)]
#[test]
fn a_variable_that_the_shell_would_drop() {
    let mut launcher = Launcher::new();
    launcher.environment.set("ProgramFiles(x86)", "x");
    assert_eq!(code_of(&launcher), 0x8007_0057);
}

#[cfg(unix)]
fn make_executable(path: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(windows)]
fn make_executable(_: &str) {}
