//! `install --dry-run --as-windows`: what a command comes to on a model of Windows, whatever system this is.

use super::command;
use super::documents::validated;
use super::workbench::Workbench;
use serde_json::{Value, json};
use std::fs;
use std::process::Output;

fn write_app(bench: &Workbench, install: &str, uninstall: &str) {
    let app = json!({
        "displayName": "Notes",
        "installCommandLine": install,
        "uninstallCommandLine": uninstall,
        "installExperience": { "runAsAccount": "system" },
        "rules": [{
            "@odata.type": "#microsoft.graph.win32LobAppRegistryRule",
            "ruleType": "detection",
            "keyPath": r"HKEY_LOCAL_MACHINE\SOFTWARE\Notes",
            "operationType": "exists",
        }],
    });
    fs::create_dir_all(bench.file("app/source")).unwrap();
    fs::write(bench.file("app/app.json"), app.to_string()).unwrap();
}

fn run(bench: &Workbench, arguments: &[&str]) -> Output {
    let mut command = command(bench, arguments);
    command.env("WAYBILL_ROOT", bench.file("state")).output().unwrap()
}

fn resolved(bench: &Workbench, verb: &str, more: &[&str]) -> (Value, i32) {
    let arguments = [&[verb, "app", "--dry-run", "--as-windows", "--json"], more].concat();
    let output = run(bench, &arguments);
    (validated("install-report", &output.stdout), output.status.code().unwrap())
}

#[test]
fn program_view_variables_and_tail_are_told() {
    let bench = Workbench::new();
    let line = r#"%SystemRoot%\Sysnative\WindowsPowerShell\v1.0\powershell.exe -File "a b.ps1" -Key hunter2"#;
    write_app(&bench, line, "pnputil.exe /delete-driver oem1.inf");
    fs::write(bench.file("app/app.unix.json"), "{}").unwrap();
    let (report, exit) = resolved(&bench, "install", &[]);
    assert_eq!((exit, &report["outcome"]), (0, &"wouldRun".into()), "{report:#}");
    let command = &report["command"];
    assert_eq!(command["program"], r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe");
    assert_eq!((&command["view"], &command["programView"]), (&"32-bit".into(), &"64-bit".into()));
    assert_eq!(command["tail"], r#"-File "a b.ps1" -Key ***"#);
    let expected = json!([
        { "name": "CommonProgramFiles", "value": r"C:\Program Files\Common Files" },
        { "name": "PROCESSOR_ARCHITECTURE", "value": "AMD64" },
        { "name": "PROCESSOR_ARCHITEW6432", "leftOut": true },
        { "name": "ProgramFiles", "value": r"C:\Program Files" },
    ]);
    assert_eq!(command["environment"], expected);
    assert_eq!(report["context"]["model"], "a clean 64-bit Windows 11");
    assert_eq!(report["steps"][0]["decision"]["kind"], "onModel");
    assert!(!bench.file("state").exists(), "no root is opened");

    let (report, exit) = resolved(&bench, "uninstall", &[]);
    let refused = &report["command"]["refused"];
    assert_eq!((exit, &refused["code"]), (8, &"0x80070002".into()));
    assert!(refused["fix"].as_str().unwrap().contains(r"Sysnative\pnputil.exe"), "{refused}");
}

#[test]
fn an_msiexec_line_is_prepared_where_that_is_asked_for() {
    let bench = Workbench::new();
    write_app(&bench, "msiexec /i a.msi /qn PIN=1234", "");
    let (report, _) = resolved(&bench, "install", &[]);
    assert_eq!(report["command"]["prepared"], json!({ "added": "ALLUSERS=1", "used": false }));
    let (report, exit) = resolved(&bench, "install", &["--msi-line", "prepared"]);
    assert_eq!(
        (exit, &report["command"]["tail"]),
        (0, &"/i a.msi /qn PIN=*** ALLUSERS=1".into()),
        "{report:#}"
    );
    assert_eq!(report["command"]["line"], "msiexec /i a.msi /qn PIN=***");
}

#[test]
fn a_batch_file_is_told_with_its_own_tail() {
    let bench = Workbench::new();
    write_app(&bench, "install.cmd /q \"x y\"", "");
    fs::write(bench.file("app/source/Install.cmd"), "").unwrap();
    let (report, exit) = resolved(&bench, "install", &[]);
    let command = &report["command"];
    assert_eq!((exit, &command["tail"]), (0, &r#"/q "x y""#.into()), "{report:#}");
    assert_eq!(command["program"], r"C:\Windows\SysWOW64\cmd.exe");
}

#[test]
fn people_are_told_that_it_is_a_model() {
    let bench = Workbench::new();
    write_app(&bench, "msiexec /i a.msi /qn", "");
    let output = run(&bench, &["install", "app", "--dry-run", "--as-windows"]);
    let page = String::from_utf8(output.stderr).unwrap();
    assert!(page.contains("on a model of a clean 64-bit Windows 11; no rule was asked"), "{page}");
    assert!(page.contains(r"variable ProgramFiles=C:\Program Files (x86)"), "{page}");
}

#[test]
fn content_that_is_not_there_is_noticed_in_a_dry_run() {
    let bench = Workbench::new();
    write_app(&bench, "setup.exe /S", "");
    // On Windows the app's own account would be asked for first.
    let without_model: &[&str] = if cfg!(windows) { &["--as", "current"] } else { &[] };
    for more in [&["--as-windows"][..], without_model] {
        let arguments = [&["install", "app", "--dry-run", "--content", "nope", "--json"], more].concat();
        let output = run(&bench, &arguments);
        let error = validated("error", &output.stdout);
        assert_eq!((output.status.code(), &error["error"]["code"]), (Some(3), &"input-missing".into()));
    }
    // Alone the option says nothing: a model starts no installer.
    assert_eq!(run(&bench, &["install", "app", "--as-windows"]).status.code(), Some(2));
}
