//! Readers that close the pipe early, and people who press Ctrl-C.

use super::command;
use super::workbench::Workbench;
use std::io::Read as _;
use std::process::Stdio;

#[test]
fn a_closed_pipe_is_a_quiet_end() {
    let bench = Workbench::new();
    for arguments in [
        &["inspect", "--files", "deep.intunewin"][..],
        &["inspect", "--json", "--files", "deep.intunewin"],
        &["verify", "tiny.intunewin", "deep.intunewin"],
        &["schema", "app"],
        &["explain", "1603"],
        &["completions", "bash"],
        &["lint", "new.intunewin"],
    ] {
        let mut child =
            command(&bench, arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take()); // nobody reads a single byte
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    }
}

#[test]
fn the_verdict_survives_a_closed_pipe() {
    let bench = Workbench::new();
    let mut child =
        command(&bench, &["verify", "--json", "flipped.intunewin"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut first = [0];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(4));
}

/// Output that cannot be written anywhere is reported as an error.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_no_quiet_end() {
    let bench = Workbench::new();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = command(&bench, &["inspect", "tiny.intunewin"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("output-failed"));
}

/// Sends the signal as soon as the draft exists, before the first byte of a 4 GiB sparse file is read.
#[cfg(unix)]
#[test]
fn an_interrupted_pack_leaves_nothing_and_says_how_to_go_on() {
    let bench = Workbench::new();
    let sparse = std::fs::File::create(bench.file("source").join("sparse.bin")).unwrap();
    sparse.set_len(4 << 30).unwrap();
    std::fs::create_dir(bench.file("packages")).unwrap();
    let arguments = ["pack", "source", "--setup", "install.cmd", "--output", "packages", "--level", "best"];
    let child = command(&bench, &arguments).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let entries = || std::fs::read_dir(bench.file("packages")).unwrap().count();
    while entries() == 0 {
        std::thread::yield_now();
    }
    let signal = std::process::Command::new("kill").arg("-INT").arg(child.id().to_string()).status();
    assert!(signal.unwrap().success());
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{told}");
    assert!(told.contains("interrupted:") && told.contains("run the same command again"), "{told}");
    assert_eq!((entries(), output.stdout.len()), (0, 0));
}
