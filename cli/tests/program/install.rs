//! Installs apps of a script or two for real, on the machine that runs the tests, with the rights of the user who runs
//! them.

use super::documents::validated;
use super::workbench::Workbench;
use super::{command, scripted_app::ScriptedApp};
use serde_json::{Value, json};
use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use waybill_support::folder_listing::list;

/// Runs the command with a root of its own. Returns its report, which fits its schema, and its exit code.
fn reported(bench: &Workbench, schema: &str, arguments: &[&str]) -> (Value, i32) {
    let output = run(bench, &[arguments, &["--json"]].concat());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    let report = validated(schema, &output.stdout);
    (report, output.status.code().unwrap())
}

fn run(bench: &Workbench, arguments: &[&str]) -> Output {
    with_a_root(bench, arguments).output().unwrap()
}

/// The program with a root of its own.
fn with_a_root(bench: &Workbench, arguments: &[&str]) -> Command {
    let mut command = command(bench, arguments);
    command.env("WAYBILL_ROOT", bench.file("state"));
    command
}

fn install(bench: &Workbench, more: &[&str]) -> (Value, i32) {
    reported(bench, "install-report", &[&["install", "app"], more].concat())
}

#[test]
fn an_app_comes_stays_and_goes() {
    let bench = Workbench::new();
    ScriptedApp::new().installs().says("done").write(&bench, "app");
    let outcome = |arguments: &[&str]| {
        let (report, exit) = reported(&bench, "install-report", arguments);
        assert_eq!(report["exit"], exit, "{report:#}");
        (report["outcome"].as_str().unwrap().to_owned(), exit, report["changed"].as_bool().unwrap())
    };
    let detect = || reported(&bench, "detect-report", &["detect", "app"]).1;
    assert_eq!(detect(), 7);
    assert_eq!(outcome(&["install", "app"]), ("installed".into(), 0, true));
    assert_eq!(outcome(&["install", "app/app.json"]), ("alreadyInstalled".into(), 0, false));
    assert_eq!(detect(), 0);
    assert_eq!(outcome(&["uninstall", "app"]), ("uninstalled".into(), 0, true));
    assert_eq!(outcome(&["uninstall", "app"]), ("alreadyAbsent".into(), 0, false));
    assert_eq!(detect(), 7);
}

#[test]
fn a_failure_is_reported_with_its_code_its_output_and_what_to_do() {
    let bench = Workbench::new();
    ScriptedApp::new().says("cannot find the licence").ends_with(87).write(&bench, "app");
    let (report, exit) = install(&bench, &[]);
    assert_eq!((exit, &report["outcome"]), (8, &"failed".into()), "{report:#}");
    let code = &report["run"]["exitCode"];
    assert_eq!((&code["unsigned"], &code["name"]), (&87.into(), &"ERROR_INVALID_PARAMETER".into()));
    assert_eq!((&code["standsFor"], &code["saidBy"]), (&"unmapped".into(), &"nobody".into()));
    assert!(report["run"]["output"]["excerpt"].as_str().unwrap().contains("the licence"), "{report:#}");
    assert_eq!(report["states"]["enforcement"]["number"], 5000);
    assert_eq!(report["nextTry"]["step"], "giveUp");
    let told = run(&bench, &["install", "app"]);
    let page = String::from_utf8(told.stderr).unwrap();
    assert_eq!((told.status.code(), told.stdout.len()), (Some(8), 0), "{page}");
    for part in [
        "  FAILED\n",
        "exit code   87, 0x00000057, ERROR_INVALID_PARAMETER\n",
        "stands for  failed: returnCodes of app.json do not name it\n",
        "  | cannot find the licence\n",
        "  /rules/0  does not hold  ",
        "\nWhat to do next\n  1. ",
        "  more: waybill explain install-failed, waybill explain 87\n",
    ] {
        assert!(page.contains(part), "{part:?}: {page}");
    }
}

#[test]
fn a_success_that_detection_does_not_bear_out_is_none() {
    let bench = Workbench::new();
    ScriptedApp::new().write(&bench, "app");
    let (report, exit) = install(&bench, &["--look-again", "0"]);
    assert_eq!((exit, &report["outcome"]), (8, &"notBorneOut".into()), "{report:#}");
    let error = &report["states"]["error"];
    assert_eq!((&error["text"], &error["number"]), (&"0x87D1041C".into(), &(-2_016_345_060).into()));
    let rule = &report["detections"].as_array().unwrap().last().unwrap()["rules"][0];
    assert_eq!(rule["answer"], "notDetected", "{rule:#}");
}

#[test]
fn codes_that_mean_a_retry_or_a_restart_are_told_by_the_exit_code() {
    let bench = Workbench::new();
    ScriptedApp::new().ends_with(12).with_code(12, "retry").write(&bench, "app");
    let (report, exit) = install(&bench, &[]);
    assert_eq!((exit, &report["outcome"]), (9, &"retryLater".into()), "{report:#}");
    assert_eq!(report["nextTry"]["step"], "wait", "{report:#}");
    let soft = ScriptedApp::new().installs().ends_with(13).with_code(13, "softReboot");
    soft.write(&bench, "soft");
    let (report, exit) = reported(&bench, "install-report", &["install", "soft"]);
    assert_eq!((exit, &report["outcome"]), (10, &"installed".into()), "{report:#}");
    assert_eq!(report["restart"]["asked"], "soft");
    let hard = ScriptedApp::new().installs().ends_with(14).with_code(14, "hardReboot");
    hard.write(&bench, "hard");
    let (report, exit) = reported(&bench, "install-report", &["install", "hard"]);
    assert_eq!((exit, &report["outcome"]), (11, &"installed".into()), "{report:#}");
    // Nothing more happens before the restart.
    let (report, exit) = install(&bench, &[]);
    assert_eq!((exit, &report["outcome"]), (9, &"waiting".into()), "{report:#}");
    assert_eq!(report["run"], Value::Null);
}

#[test]
fn exit_codes_come_in_the_style_that_was_asked_for() {
    let bench = Workbench::new();
    let exit = |name: &str, more: &[&str]| {
        run(&bench, &[&["install", name, "-q"], more].concat()).status.code().unwrap()
    };
    let bits = if cfg!(windows) { u32::MAX } else { 0xFF }.cast_signed();
    let soft = ScriptedApp::new().installs().ends_with(13).with_code(13, "softReboot");
    for name in ["a", "b"] {
        soft.write(&bench, name);
    }
    assert_eq!(exit("a", &["--exit-style", "msi"]), 3010 & bits);
    assert_eq!(exit("b", &["--passthrough-exit"]), 13);
    assert_eq!(exit("b", &["--passthrough-exit"]), 0, "none ran: it is there already");
    ScriptedApp::new().ends_with(87).write(&bench, "c");
    assert_eq!(exit("c", &["--passthrough-exit"]), 87);
    assert_eq!(exit("c", &["--exit-style", "msi"]), 1603 & bits);
}

#[test]
fn a_dry_run_tells_everything_and_starts_nothing() {
    let bench = Workbench::new();
    ScriptedApp::new().installs().write(&bench, "app");
    let (report, exit) = install(&bench, &["--dry-run"]);
    assert_eq!((exit, &report["outcome"], &report["changed"]), (0, &"wouldRun".into(), &false.into()));
    assert_eq!(report["detections"][0]["rules"][0]["answer"], "notDetected");
    let host = if cfg!(windows) { "cmd.exe" } else { "/sh" };
    assert!(report["command"]["program"].as_str().unwrap().contains(host), "{report:#}");
    assert!(report["run"].is_null() && !bench.file("app").join("marker").exists(), "{report:#}");
}

#[test]
fn an_app_from_stdin_brings_its_content_along() {
    let bench = Workbench::new();
    ScriptedApp::new().installs().write(&bench, "app");
    let document = fs::read(bench.file("app").join("app.json")).unwrap();
    let piped = |more: &[&str]| {
        let arguments = [&["install", "-", "--json"], more].concat();
        let mut piped = with_a_root(&bench, &arguments);
        piped.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        child.stdin.take().unwrap().write_all(&document).unwrap();
        child.wait_with_output().unwrap()
    };
    let refused = piped(&[]);
    assert_eq!(validated("error", &refused.stdout)["error"]["code"], "no-content");
    assert_eq!(refused.status.code(), Some(2));
    let installed = piped(&["--content", "app/source"]);
    assert_eq!(validated("install-report", &installed.stdout)["outcome"], "installed");
}

#[test]
fn a_package_is_fetched_when_the_installer_is_about_to_run() {
    let bench = Workbench::new();
    ScriptedApp::new().installs().write(&bench, "app");
    let packed = run(&bench, &["pack", "app", "--output", "app.intunewin"]);
    assert!(packed.status.success(), "{}", String::from_utf8_lossy(&packed.stderr));
    fs::remove_dir_all(bench.file("app").join("source")).unwrap();
    let (report, exit) = install(&bench, &["--content", "app.intunewin"]);
    assert_eq!((exit, &report["outcome"]), (0, &"installed".into()), "{report:#}");
    let folder = report["command"]["folder"].as_str().unwrap();
    assert!(folder.replace('\\', "/").contains("/state/Cache/"), "{folder}");
    let (report, exit) = install(&bench, &["--content", "missing.intunewin"]);
    assert_eq!((exit, &report["outcome"]), (0, &"alreadyInstalled".into()), "it was not asked for");
}

#[test]
fn events_are_lines_and_the_last_one_is_the_report() {
    let bench = Workbench::new();
    ScriptedApp::new().installs().write(&bench, "app");
    let output = run(&bench, &["install", "app", "--events", "--json"]);
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let (last, events) = lines.split_last().unwrap();
    let report = validated("install-report", last.as_bytes());
    let events: Vec<Value> = events.iter().map(|line| validated("install-event", line.as_bytes())).collect();
    assert_eq!(report["steps"], Value::Array(events), "the same decisions, in the same order");
    let steps: Vec<_> = report["steps"].as_array().unwrap().iter().map(|step| &step["step"]).collect();
    for step in ["detection", "command", "run", "judgement"] {
        assert!(steps.contains(&&step.into()), "{step}: {steps:?}");
    }
    let failed = run(&bench, &["install", "missing", "--events", "--json"]);
    assert_eq!(validated("error", &failed.stdout)["error"]["exit"], failed.status.code().unwrap());
    assert_eq!(String::from_utf8(failed.stdout).unwrap().lines().count(), 1);
}

/// Windows Installer exists on Windows only.
#[cfg(unix)]
#[test]
fn what_only_windows_can_tell_is_never_not_detected() {
    let bench = Workbench::new();
    let product = json!([{
        "@odata.type": "#microsoft.graph.win32LobAppProductCodeRule",
        "ruleType": "detection",
        "productCode": "{5C1F7D9A-3B60-4E0B-9B1C-2F7E44D0A816}",
    }]);
    ScriptedApp::new().installs().detected_by(product).write(&bench, "app");
    let (report, exit) = install(&bench, &[]);
    assert_eq!((exit, &report["outcome"], &report["run"]), (1, &"cannotTell".into(), &Value::Null));
    // No device reports an error for it, so it has no code.
    assert_eq!(report["states"].get("error"), None, "{report:#}");
    let (report, exit) = reported(&bench, "detect-report", &["detect", "app"]);
    let rule = &report["detection"]["rules"][0];
    assert_eq!((exit, &rule["needsWindows"], rule.get("code")), (1, &true.into(), None), "{report:#}");
    assert_eq!(report["detection"].get("code"), None);
}

#[test]
fn an_app_without_rules_is_refused() {
    let bench = Workbench::new();
    ScriptedApp::new().installs().detected_by(json!([])).write(&bench, "app");
    let (report, exit) = reported(&bench, "detect-report", &["detect", "app"]);
    assert_eq!((exit, &report["detection"]["code"]["text"]), (3, &"0x87D30004".into()), "{report:#}");
    assert_eq!(install(&bench, &[]).1, 3);
}

#[test]
fn the_document_for_unix_goes_first_there_alone() {
    let bench = Workbench::new();
    let (fails, installs) = (ScriptedApp::new().ends_with(1), ScriptedApp::new().installs());
    let (windows, unix) = if cfg!(windows) { (&installs, &fails) } else { (&fails, &installs) };
    windows.write_document(&bench, "app", "app.json");
    unix.write_document(&bench, "app", "app.unix.json");
    assert_eq!(install(&bench, &[]).1, 0);
}

/// When the process that `--wait` waits for ends, so does the waiting.
#[cfg(unix)]
#[test]
fn waiting_for_the_next_try_ends_with_an_interruption() {
    use std::io::{BufRead as _, BufReader};
    let bench = Workbench::new();
    ScriptedApp::new().ends_with(12).with_code(12, "retry").write(&bench, "app");
    let mut waiting = with_a_root(&bench, &["install", "app", "--wait", "--events", "--json"]);
    let mut child = waiting.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let waits = lines.find(|line| line.contains(r#""step":"schedule""#)).unwrap();
    assert!(
        validated("install-event", waits.as_bytes())["decided"]
            .as_str()
            .unwrap()
            .starts_with("waiting until ")
    );
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let report = validated("install-report", lines.last().unwrap().as_bytes());
    assert_eq!((child.wait().unwrap().code(), &report["outcome"]), (Some(130), &"interrupted".into()));
}

#[test]
fn secrets_of_a_command_are_told_nowhere() {
    let bench = Workbench::new();
    ScriptedApp::new()
        .ends_with(87)
        .with_arguments("/S LICENCEKEY=canary-1 /token:canary-2")
        .write(&bench, "app");
    for arguments in [
        &["install", "app", "-vv"][..],
        &["install", "app", "-vv", "--events"],
        &["install", "app", "--json"],
    ] {
        let output = run(&bench, arguments);
        assert_eq!(output.status.code(), Some(8), "{arguments:?}");
        let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(told.contains("LICENCEKEY=***") && !told.contains("canary"), "{arguments:?}: {told}");
    }
    for (name, bytes) in list(&bench.file("state")).unwrap() {
        assert!(!bytes.is_some_and(|bytes| bytes.windows(6).any(|window| window == b"canary")), "{name}");
    }
}

/// Ctrl-C ends the waiting, not the installer. The next run waits for it and does not start it twice. It is a signal on
/// every system but Windows.
#[cfg(unix)]
#[test]
fn an_interrupted_install_goes_on_and_is_not_started_twice() {
    let bench = Workbench::new();
    let waits = ScriptedApp::new()
        .does("echo once >> \"$folder/runs\"")
        .does("while [ ! -e \"$folder/go\" ]; do sleep 0.02; done");
    waits.installs().write(&bench, "app");
    let app = bench.file("app");
    let spawn = || {
        let mut install = with_a_root(&bench, &["install", "app", "--json"]);
        install.stdout(Stdio::piped()).stderr(Stdio::null());
        install.spawn().unwrap()
    };
    let first = spawn();
    while !app.join("runs").exists() {
        std::thread::yield_now();
    }
    let id = first.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let first = first.wait_with_output().unwrap();
    let report = validated("install-report", &first.stdout);
    assert_eq!((first.status.code(), &report["outcome"]), (Some(130), &"interrupted".into()), "{report:#}");
    let second = spawn();
    fs::write(app.join("go"), "").unwrap();
    let second = second.wait_with_output().unwrap();
    let report = validated("install-report", &second.stdout);
    assert_eq!(
        (second.status.code(), &report["outcome"]),
        (Some(0), &"alreadyInstalled".into()),
        "{report:#}"
    );
    assert_eq!(fs::read_to_string(app.join("runs")).unwrap(), "once\n");
}

/// Exit code and output of a program that is started where every new file would be open to everybody.
#[cfg(unix)]
fn open_to_all(program: &Command) -> (i32, String) {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "umask 000; exec \"$@\"", "sh"]).arg(program.get_program()).args(program.get_args());
    for (name, value) in program.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    command.current_dir(program.get_current_dir().unwrap_or(std::path::Path::new(".")));
    let output = command.output().unwrap();
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The script of a detection rule runs with the caller's rights, so nobody else may be able to exchange it.
#[cfg(unix)]
#[test]
fn a_detection_script_lies_where_nobody_else_may_write() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let bench = Workbench::new();
    let host = bench.file("host.sh");
    fs::write(&host, "#!/bin/sh\necho found\n").unwrap();
    let allow = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    allow(&host, 0o755);
    ScriptedApp::new().write(&bench, "app");
    let document = bench.file("app/app.unix.json");
    let document = if document.exists() { document } else { bench.file("app/app.json") };
    let mut app: Value = serde_json::from_slice(&fs::read(&document).unwrap()).unwrap();
    app["rules"] = json!([{
        "@odata.type": "#microsoft.graph.win32LobAppPowerShellScriptRule", "ruleType": "detection",
        "scriptContent": "ZWNobyBmb3VuZA==", "enforceSignatureCheck": false, "runAs32Bit": false,
        "operationType": "notConfigured", "operator": "notConfigured",
    }]);
    fs::write(&document, app.to_string()).unwrap();
    let detect = || {
        open_to_all(&with_a_root(
            &bench,
            &["detect", "app", "--json", "--script-host", host.to_str().unwrap()],
        ))
    };
    let (exit, report) = detect();
    assert_eq!(exit, 0, "{report}");
    let root = bench.file("state");
    for folder in [root.clone(), root.join("Scratch"), root.join("Logs")] {
        let mode = fs::metadata(&folder).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o700, "{}: whatever the umask", folder.display());
    }
    assert_eq!(fs::read_dir(root.join("Scratch")).unwrap().count(), 0);

    let refused = |why: &str| {
        let (exit, report) = detect();
        assert!(exit == 1 && report.contains(why), "{exit} {report}");
    };
    for folder in [root.clone(), root.join("Scratch")] {
        allow(&folder, 0o777);
        refused("others may write to it");
        allow(&folder, 0o700);
    }
    fs::remove_dir(root.join("Scratch")).unwrap();
    fs::create_dir(bench.file("elsewhere")).unwrap();
    symlink(bench.file("elsewhere"), root.join("Scratch")).unwrap();
    refused("it is a link or a file");
    // Only root can give a folder away.
    fs::remove_file(root.join("Scratch")).unwrap();
    fs::create_dir(root.join("Scratch")).unwrap();
    if std::os::unix::fs::chown(root.join("Scratch"), Some(12_345), None).is_ok() {
        refused("it belongs to another user");
    }
}
