//! Attempts on the model of a Windows: the command is resolved as on a device, nothing else is asked, nothing starts.

use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use waybill_context::Context;
use waybill_installer_runner::{AppDocument, AttemptRequest, MemoryJournal, MsiLine, Runner, Settings};
use waybill_schemas::report::install::{AttemptOutcome, InstallReport, Intent};
use waybill_system::WindowsModel;

fn attempt(line: &str, content: Option<&Path>, account: &str) -> InstallReport {
    let app = json!({
        "displayName": "Notes",
        "installCommandLine": line,
        "installExperience": { "runAsAccount": account },
        // No rule is looked at, so these two decide nothing.
        "rules": [],
        "minimumMemoryInMB": 1_000_000,
    });
    let app = AppDocument::from_value(app).unwrap();
    let machine = WindowsModel::new(content);
    let (journal, settings) = (MemoryJournal::default(), Settings::new(Path::new("unused")));
    let runner = Runner::new(&machine, &journal, &settings, Context::silent());
    // Not asked for as a dry run: a model is none the less one.
    let request = AttemptRequest::new(&app, Intent::Install);
    runner.attempt(&request, &mut machine.content_folder().map(PathBuf::from)).unwrap()
}

#[test]
fn the_command_is_resolved_and_nothing_else_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Setup.EXE"), "MZ").unwrap();
    let report = attempt("setup.exe /S \"%ProgramFiles%\"", Some(folder.path()), "system");
    assert_eq!((report.outcome, report.exit, report.changed), (AttemptOutcome::WouldRun, 0, false));
    assert!(report.detections.is_empty() && report.requirements.is_none() && report.run.is_none());
    assert_eq!(report.states.compliance.number, 5, "nobody looked");
    assert_eq!(report.context.model.as_deref(), Some("a clean 64-bit Windows 11"));
    let context = &report.context;
    assert_eq!(
        (context.used.as_str(), context.substituted, context.view.as_str()),
        ("system", false, "32-bit")
    );
    let command = report.command.unwrap();
    assert!(command.program.unwrap().ends_with(r"\setup.exe"));
    assert!(command.command_line.unwrap().ends_with(r#" /S "C:\Program Files (x86)""#));
}

#[test]
fn programs_are_found_as_on_a_device() {
    let folder = tempfile::tempdir().unwrap();
    let program = |line: &str| {
        let report = attempt(line, Some(folder.path()), "system");
        let refused = report.command.clone().and_then(|command| command.refused).map(|refused| refused.code);
        (report.exit, report.command.and_then(|command| command.program).or(refused).unwrap())
    };
    for (line, found) in [
        ("msiexec /i a.msi", r"C:\Windows\SysWOW64\msiexec.exe"),
        ("powershell.exe -File a.ps1", r"C:\Windows\SysWOW64\WindowsPowerShell\v1.0\powershell.exe"),
        (r"C:\Windows\Sysnative\pnputil.exe /add-driver a.inf", r"C:\Windows\System32\pnputil.exe"),
        (r"%windir%\System32\reg.exe import a.reg", r"C:\Windows\SysWOW64\reg.exe"),
        // What another app installs is not part of the model.
        (r#""C:\Program Files\App\unins000" /S"#, r"C:\Program Files\App\unins000.exe"),
        (r"C:\Program Files\App\uninstall.exe /S", r"C:\Program Files\App\uninstall.exe"),
        (r#""\\server\share\setup.exe" /S"#, r"\\server\share\setup.exe"),
    ] {
        assert_eq!(program(line), (0, found.to_owned()), "{line}");
    }
    for (line, code) in [
        ("pnputil.exe /add-driver a.inf", "0x80070002"),
        (r"C:\Windows\System32\pnputil.exe /add-driver a.inf", "0x80070002"),
        (r"C:\Windows\setup.exe", "0x80070002"),
        ("setup.exe /S", "0x80070002"),
        (r#""C:\Program Files\App\app.msi" /qn"#, "0x800700C1"),
        ("copy a b", "0x80070002"),
    ] {
        assert_eq!(program(line), (8, code.to_owned()), "{line}");
    }
}

#[test]
fn without_files_the_program_is_taken_to_be_among_them() {
    let report = attempt("setup.exe /S", None, "user");
    assert_eq!((report.outcome, report.context.used.as_str()), (AttemptOutcome::WouldRun, "user"));
    assert!(report.command.unwrap().found_in.unwrap().contains("not looked for"));
}

/// The command line that starts, and what is said of the words that the agent may add.
fn msi_line(
    line: &str,
    changes: &serde_json::Value,
    msi_line: MsiLine,
    intent: Intent,
) -> (String, Option<(String, bool)>) {
    let mut app = json!({
        "displayName": "Notes",
        "installCommandLine": line,
        "uninstallCommandLine": line,
        "installExperience": { "runAsAccount": "system" },
    });
    app["installExperience"].as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let app = AppDocument::from_value(app).unwrap();
    let machine = WindowsModel::new(None);
    let (journal, mut settings) = (MemoryJournal::default(), Settings::new(Path::new("unused")));
    settings.msi_line = msi_line;
    let runner = Runner::new(&machine, &journal, &settings, Context::silent());
    let report = runner.attempt(&AttemptRequest::new(&app, intent), &mut None::<PathBuf>).unwrap();
    let command = report.command.unwrap();
    let is_told = report.deviations.iter().any(|one| one.contains("to msiexec's line"));
    assert_eq!(is_told, command.prepared.is_some(), "{:?}", report.deviations);
    assert_eq!(command.line, line, "the line of app.json stays that of the report");
    (command.tail.unwrap(), command.prepared.map(|prepared| (prepared.added, prepared.used)))
}

#[test]
fn an_msiexec_line_runs_as_written_or_prepared_and_the_report_says_which() {
    use Intent::{Install, Uninstall};
    use MsiLine::{AsWritten, Prepared};
    let (written, system, user) = ("msiexec /i \"a.msi\" /qn", json!({}), json!({ "runAsAccount": "user" }));
    let suppress = json!({ "deviceRestartBehavior": "suppress" });
    let added = |words: &str, used| Some((words.to_owned(), used));
    let tail = |words: &str| format!("/i \"a.msi\" /qn{words}");
    let all = "ALLUSERS=1 REBOOT=ReallySuppress /norestart";
    for (changes, setting, intent, expected) in [
        (&system, AsWritten, Install, (tail(""), added("ALLUSERS=1", false))),
        (&system, Prepared, Install, (tail(" ALLUSERS=1"), added("ALLUSERS=1", true))),
        (&suppress, AsWritten, Install, (tail(""), added(all, false))),
        (&suppress, Prepared, Install, (tail(&format!(" {all}")), added(all, true))),
        (&user, Prepared, Install, (tail(""), None)),
        (&suppress, Prepared, Uninstall, (tail(""), None)),
    ] {
        assert_eq!(msi_line(written, changes, setting, intent), expected, "{changes} {setting:?}");
    }
    let whole = "msiexec /i a.msi /qn ALLUSERS=1";
    assert_eq!(msi_line(whole, &system, Prepared, Install).1, None, "nothing is missing");
    let shell = "cmd.exe /c msiexec /i a.msi";
    assert_eq!(msi_line(shell, &system, Prepared, Install).1, None, "the agent starts cmd.exe");
}
