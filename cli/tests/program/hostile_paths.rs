//! Paths that are not what a command expects: pipes and devices, links in the place of an output, nothing at all; and a
//! process without handles.

use super::workbench::Workbench;
use super::{command, run};
#[cfg(unix)]
use std::fs;
use std::process::Output;

/// What a command says, as text.
fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn what_is_not_there_is_told_alike_by_every_command() {
    let bench = Workbench::new();
    for line in [
        "fetch none.content.json --output out",
        "fetch none.intunewin --output out",
        "fetch tiny.intunewin --url-file none --output out",
        "fetch tiny.intunewin --ca-file none --output out",
        "publish none.intunewin --to public",
        "serve none",
        "verify none.intunewin",
        "verify tiny.intunewin --encryption-info none",
        "unpack none.intunewin --output out",
        "inspect none.intunewin",
        "inspect --diff none.intunewin tiny.intunewin",
        "lint none",
        "detect none",
        "install none --dry-run",
        "uninstall none --dry-run",
        "try none",
        "bench --baseline none",
        "bench --url-file none",
        "verify tiny.intunewin/none",
    ] {
        let arguments: Vec<_> = line.split(' ').collect();
        let output = run(&bench, &arguments);
        let told = told(&output).to_lowercase();
        assert_eq!(output.status.code(), Some(3), "{line}: {told}");
        assert!(told.contains("error[input-missing]") && told.contains("no such file"), "{line}: {told}");
        assert!(told.contains("none"), "{line} does not name it: {told}");
    }
    for made in ["out", "public"] {
        assert!(!bench.file(made).exists(), "{made}");
    }
}

/// `timeout` ends a command that waits for the other end of a pipe with 124.
#[cfg(target_os = "linux")]
#[test]
fn pipes_and_devices_are_never_waited_for() {
    let bench = Workbench::new();
    let made = std::process::Command::new("mkfifo").arg(bench.file("pipe")).status().unwrap();
    assert!(made.success());
    fs::create_dir(bench.file("app")).unwrap();
    std::os::unix::fs::symlink("../pipe", bench.file("app/app.json")).unwrap();
    for line in [
        "fetch PIPE --output out",
        "fetch tiny.intunewin --url-file PIPE --output out",
        "fetch tiny.intunewin --ca-file PIPE --output out",
        "publish PIPE --to public",
        "publish tiny.intunewin --to public --document PIPE",
        "serve PIPE",
        "verify PIPE",
        "verify tiny.intunewin --encryption-info PIPE",
        "unpack PIPE --output out",
        "unpack tiny.intunewin --output PIPE --force",
        "inspect PIPE",
        "inspect --diff PIPE tiny.intunewin",
        "lint PIPE",
        "lint app",
        "lint source --sarif PIPE --force",
        "pack source --setup install.cmd --output PIPE --force",
        "init source --setup install.cmd --output PIPE --force",
        "detect PIPE",
        "detect app",
        "install PIPE --dry-run",
        "install app --dry-run",
        "try app",
        "pack app --output out.intunewin",
        "bench --baseline PIPE",
    ] {
        for pipe in ["pipe", "/dev/zero"] {
            let line = line.replace("PIPE", pipe);
            let mut limited = std::process::Command::new("timeout");
            let program = command(&bench, &[]);
            limited
                .args(["60".as_ref(), program.get_program()])
                .args(line.split(' '))
                .current_dir(bench.path());
            let output = limited.env("WAYBILL_ROOT", bench.file("state")).output().unwrap();
            let code = output.status.code();
            assert!(matches!(code, Some(0..=9)), "{line} ended with {code:?}: {}", told(&output));
        }
    }
    use std::os::unix::fs::FileTypeExt as _;
    assert!(bench.file("pipe").metadata().unwrap().file_type().is_fifo(), "it is still there");
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let bench = Workbench::new();
    let victim = bench.file("victim");
    for line in [
        "pack source --setup install.cmd --output LINK",
        "init source --setup install.cmd --output LINK",
        "lint source --sarif LINK",
        "unpack tiny.intunewin --output LINK",
        "publish tiny.intunewin --to public --document LINK",
        "fetch tiny.intunewin --output LINK",
    ] {
        for (name, target) in [("link.intunewin", "victim"), ("dangling.intunewin", "nowhere")] {
            fs::write(&victim, "precious").unwrap();
            let link = bench.file(name);
            let _ = fs::remove_file(&link);
            std::os::unix::fs::symlink(target, &link).unwrap();
            let line = format!("{} --force", line.replace("LINK", name));
            let arguments: Vec<_> = line.split(' ').collect();
            let mut forced = command(&bench, &arguments);
            let output = forced.env("WAYBILL_ROOT", bench.file("state")).output().unwrap();
            assert_ne!(output.status.code(), Some(0), "{line}: {}", told(&output));
            assert!(told(&output).contains("link"), "{line}: {}", told(&output));
            assert_eq!(fs::read_to_string(&victim).unwrap(), "precious", "{line}");
            assert!(!bench.file("nowhere").exists(), "{line}");
            assert!(link.is_symlink(), "{line}");
        }
    }
}

/// A run that is out of handles may not be able to remove what it made. The next one does, and not only after a minute.
#[cfg(target_os = "linux")]
#[test]
fn what_a_run_without_handles_left_is_swept_by_the_next_one() {
    let bench = Workbench::new();
    let (mut failed, deep) = (0, bench.file("source").join("a/b/c/d/e/f/g/h"));
    fs::create_dir_all(&deep).unwrap();
    for number in 0..20 {
        fs::write(deep.join(format!("{number}.dat")), [1; 3000]).unwrap();
    }
    let packed = run(&bench, &["pack", "source", "--setup", "install.cmd", "--output", "far.intunewin"]);
    assert_eq!(packed.status.code(), Some(0), "{}", told(&packed));
    let beside = || {
        let names = fs::read_dir(bench.path()).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_string_lossy().starts_with(".out.")).collect::<Vec<_>>()
    };
    for handles in 4..16 {
        let program = command(&bench, &[]);
        let program = program.get_program().to_str().unwrap();
        let script =
            format!("ulimit -n {handles}; exec '{program}' unpack far.intunewin --output out --force");
        let limited = std::process::Command::new("sh")
            .args(["-c", &script])
            .current_dir(bench.path())
            .output()
            .unwrap();
        failed += u32::from(!limited.status.success());
        let _ = fs::remove_dir_all(bench.file("out"));
        let next = run(&bench, &["unpack", "far.intunewin", "--output", "out", "--force"]);
        assert_eq!(next.status.code(), Some(0), "{}", told(&next));
        assert_eq!(beside(), [""; 0], "after a run with {handles} handles");
    }
    assert!(failed > 1, "no run was out of handles: {failed}");
}

#[test]
fn a_refused_command_leaves_no_folder() {
    let bench = Workbench::new();
    for line in [
        "publish flipped.intunewin --to new/public --base-url https://cdn.example",
        "publish tiny.intunewin --to new/public --with-keys --document elsewhere.json",
        "publish tiny.intunewin --to new/public --document new/public/app.json",
        "unpack flipped.intunewin --output new/folder/app",
        "fetch flipped.intunewin --output new/folder/app",
        "pack source --setup none.exe --output new/packages/app.intunewin",
    ] {
        let arguments: Vec<_> = line.split(' ').collect();
        let mut refused = command(&bench, &arguments);
        let output = refused.env("WAYBILL_ROOT", bench.file("state")).output().unwrap();
        assert!(matches!(output.status.code(), Some(2..=4)), "{line}: {}", told(&output));
        assert!(!bench.file("new").exists(), "{line}");
        assert!(!bench.file("elsewhere.json").exists(), "{line}");
    }
}
