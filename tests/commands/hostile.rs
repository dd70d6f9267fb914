//! A caller whose PATH and variables try to make us start the wrong program.

use crate::content::{Content, put_puppet};
use std::path::Path;
use std::process::Command;

const FOLDER: &str = "HOSTILE_CONTENT";

/// The code of the process that has those variables.
#[test]
#[ignore = "run by the other test, as a process of its own"]
fn resolve_and_run() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let line = if cfg!(windows) { "show print-environment" } else { "./show print-environment" };
    let content = Content::at(folder.into());
    let astray = content.resolve("only-astray").unwrap_err();
    let searched = astray.report.refused.unwrap().searched;
    assert!(!searched.iter().any(|place| place.contains("astray-folder")), "{searched:?}");

    let resolved = content.resolve(line).unwrap();
    assert!(resolved.report.environment.iter().any(|one| one.name == "WAYBILL_SECRET" && one.left_out));
    assert!(!format!("{:?}", resolved.report).contains("hunter2"));
    let (code, output) = content.start(&resolved);
    assert_eq!(code, 0);
    let told = String::from_utf8_lossy(&output).into_owned();
    for name in ["WAYBILL_SECRET", "HTTPS_PROXY", "CI_JOB_TOKEN", "hunter2", "astray-folder"] {
        assert!(!told.contains(name), "{name} arrived in\n{told}");
    }
    assert!(told.to_uppercase().contains("PATH="), "a command has a PATH:\n{told}");
}

#[test]
fn nothing_of_the_caller_counts() {
    let content = Content::new().with_puppet("show");
    let astray = content.beside("astray-folder");
    put_puppet(&astray.join(format!("only-astray{}", std::env::consts::EXE_SUFFIX)));
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "hostile::resolve_and_run", "--ignored", "--nocapture"])
        .env(FOLDER, &content.folder)
        .env("WAYBILL_SECRET", "hunter2")
        .env("CI_JOB_TOKEN", "hunter2")
        .env("HTTPS_PROXY", "http://evil.example")
        .env("PATH", hostile_path(&astray))
        .current_dir(&astray);
    let ended = command.output().unwrap();
    let told =
        format!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success() && told.contains("1 passed"), "{told}");
}

/// The PATH of this process with `first` in front. The rest stays, because the process needs it for its libraries.
fn hostile_path(first: &Path) -> std::ffi::OsString {
    let rest = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(first.to_owned()).chain(std::env::split_paths(&rest))).unwrap()
}
