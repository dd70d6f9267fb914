//! Tests of the puppet's documented commands that the other tests do not use.

use crate::launcher::{Launcher, copy_program, text};

/// The exit code as this system reports it: 32 bits on Windows, 8 bits on Unix.
fn code(code: u32) -> u32 {
    if cfg!(windows) { code } else { code & 0xFF }
}

#[test]
fn it_installs_once_and_uninstalls_once() {
    let launcher = Launcher::new();
    for (commands, expected) in
        [("install", 0), ("install", 1638), ("uninstall", 0), ("uninstall", 1605), ("install", 0)]
    {
        assert_eq!(
            launcher.run(&[commands, "app.txt", "then", "append", "done", "x"]).code(),
            code(expected)
        );
    }
    assert_eq!(launcher.read("done").lines().count(), 3, "what ends with a code does nothing more");
}

#[test]
fn it_asks_for_a_retry_until_it_has_run_often_enough() {
    let launcher = Launcher::new();
    let codes = [(); 4].map(|()| launcher.run(&["retry-until", "runs", "3", "then", "exit", "7"]).code());
    assert_eq!(codes, [code(1618), code(1618), 7, 7]);
}

#[test]
fn what_it_does_not_know_it_says() {
    let launcher = Launcher::new();
    assert_eq!(launcher.run(&["print", "a", "then", "dance"]).code(), 250);
    assert_eq!(launcher.read("output.log"), "a\nwaybill-puppet: no such command: dance\n");
}

#[test]
fn its_flood_has_marks_at_both_ends() {
    let launcher = Launcher::new();
    assert_eq!(launcher.run(&["flood", "100001"]).code(), 0);
    let output = launcher.read("output.log");
    assert_eq!(output.len(), 100_001);
    assert!(output.starts_with("flood begins\n") && output.ends_with("flood ends\n"));
}

#[test]
fn a_copy_called_print_line_prints_whatever_it_is_given() {
    let mut launcher = Launcher::new();
    let copy = launcher.path(&format!("print-line{}", std::env::consts::EXE_SUFFIX));
    copy_program(&launcher.program, &copy);
    launcher.program = text(&copy).to_owned();
    assert_eq!(launcher.run(&["exit", "3"]).code(), 0);
    let output = std::fs::read(launcher.output()).unwrap();
    let expected: Vec<u8> = if cfg!(windows) {
        format!("\"{}\" \"exit\" \"3\"", launcher.program).encode_utf16().flat_map(u16::to_le_bytes).collect()
    } else {
        b"exit\x003\0".to_vec()
    };
    assert_eq!(output, expected);
}

#[cfg(windows)]
#[test]
fn a_mutex_that_it_holds_is_held_while_it_runs() {
    const NAME: &str = r"Global\Waybill puppet";
    let launcher = Launcher::new();
    assert!(!waybill_win32::mutex::is_held(NAME).unwrap());
    let running = launcher.run(&["hold-mutex", NAME, "held"]);
    let _left = launcher.left("held");
    assert!(waybill_win32::mutex::is_held(NAME).unwrap());
    drop(running);
    assert!(!waybill_win32::mutex::is_held(NAME).unwrap());
}

#[test]
fn other_packages_find_it_beside_their_tests() {
    let found = waybill_puppet::program();
    assert_eq!(
        std::fs::canonicalize(found).unwrap(),
        std::fs::canonicalize(Launcher::new().program).unwrap()
    );
}
