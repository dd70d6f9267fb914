//! What reports say of where an attempt differs from Intune's agent, or may do so (docs/fidelity.md).

use crate::bench::{CONTENT, INSTALLED, PreparedAttempt, idle, working};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;
use waybill_installer_runner::{AccountChoice, AttemptRequest, OnTimeLimit, ScriptHost, Trigger};
use waybill_schemas::report::install::{AttemptOutcome, Host, InstallReport, Intent};
use waybill_system::Account;
use waybill_system::fake::{FakeRun, FakeSystem};

/// The one deviation of an attempt.
#[track_caller]
fn only(report: &InstallReport) -> &str {
    let [one] = report.deviations.as_slice() else { panic!("{:?}", report.deviations) };
    one
}

/// Asserts that a rule with these fields leads to one deviation with these words.
#[track_caller]
fn rule_is_told(rule: &Value, words: &str) {
    let bench = PreparedAttempt::new(working(0)).with_app(&json!({ "rules": [rule] }));
    let report = bench.attempt(Intent::Install);
    let told = only(&report);
    assert!(told.starts_with("/rules/0") && told.contains(words), "{told}");
}

fn script_rule(purpose: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.win32LobAppPowerShellScriptRule", "ruleType": purpose,
        "scriptContent": "ZXhpdCAw", "runAs32Bit": false, "enforceSignatureCheck": false,
        "operationType": "string", "operator": "equal", "comparisonValue": "",
    })
}

#[test]
fn an_attempt_like_intunes_has_none() {
    for intent in [Intent::Install, Intent::Uninstall] {
        let bench = PreparedAttempt::new(working(0));
        if intent == Intent::Uninstall {
            bench.machine.add_file(INSTALLED, 1);
        }
        assert_eq!(bench.attempt(intent).deviations, [""; 0]);
    }
}

#[test]
fn another_account_than_the_apps_is_told() {
    for (run_as, words) in [("system", "as SYSTEM"), ("user", "as the signed-in user")] {
        let mut bench = PreparedAttempt::new(working(0))
            .with_app(&json!({ "installExperience": { "runAsAccount": run_as } }));
        bench.settings.account = AccountChoice::Current;
        bench.machine.set_device(|device| device.account = Account::Current);
        let report = bench.attempt(Intent::Install);
        assert!(only(&report).contains(words), "{:?}", report.deviations);
        // Also where nothing was started: the rules were asked with that account.
        let report = bench.attempt(Intent::Install);
        assert_eq!(report.outcome, AttemptOutcome::AlreadyInstalled);
        assert!(only(&report).contains(words));
    }
    let mut bench = PreparedAttempt::new(working(0));
    bench.settings.account = AccountChoice::Current;
    assert_eq!(bench.attempt(Intent::Install).deviations, [""; 0], "SYSTEM is its own account there");
}

#[test]
fn unix_runs_everything_as_its_own_account() {
    let bench = PreparedAttempt::new(working(0)).with_app(&json!({ "rules": [{
        "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule", "ruleType": "detection",
        "path": "/opt/app", "fileOrFolderName": "app", "operationType": "exists",
    }]}));
    let unix = FakeSystem::unix();
    unix.set_device(|device| device.account = Account::Current);
    unix.add_file("/content/setup.exe", 1);
    let mut runner = bench.runner(&());
    runner.system = &unix;
    let mut request = AttemptRequest::new(&bench.app, Intent::Install);
    request.dry_run = true;
    let report = runner.attempt(&request, &mut PathBuf::from("/content")).unwrap();
    let [account, input] = report.deviations.as_slice() else { panic!("{:?}", report.deviations) };
    assert!(account.contains("as SYSTEM"), "{account}");
    assert!(input.contains("waits for a key") && input.contains("hangs under Intune"), "{input}");
}

#[test]
fn a_windows_without_consoles_is_told() {
    let bench = PreparedAttempt::new(working(0));
    bench.machine.without_console();
    assert!(only(&bench.attempt(Intent::Install)).contains("waits for a key"));
    let mut dry = PreparedAttempt::new(working(0));
    dry.machine.without_console();
    dry.dry_run = true;
    assert_eq!(dry.attempt(Intent::Install).deviations, [""; 0], "a dry run starts nothing to find out");
}

#[test]
fn the_native_view_is_told_also_of_a_command_that_is_not_there() {
    for line in ["setup.exe /S", "nothing.exe"] {
        let mut bench = PreparedAttempt::new(working(0)).with_app(&json!({ "installCommandLine": line }));
        bench.settings.host = Host::Native;
        let report = bench.attempt(Intent::Install);
        assert!(only(&report).contains("32-bit program"), "{line}: {report:#?}");
    }
}

#[test]
fn another_script_host_is_told_where_the_app_has_scripts() {
    let host = r"C:\Tools\pwsh.exe";
    for (rules, intent, is_told) in [
        (vec![script_rule("detection")], Intent::Install, true),
        (vec![script_rule("detection")], Intent::Uninstall, true),
        (vec![script_rule("requirement")], Intent::Install, true),
        (vec![], Intent::Install, false),
    ] {
        let mut bench = PreparedAttempt::new(working(0));
        let more = serde_json::to_value(&bench.app.rules).unwrap();
        let rules: Vec<Value> = rules.into_iter().chain(more.as_array().unwrap().clone()).collect();
        bench = bench.with_app(&json!({ "rules": rules }));
        bench.machine.add_program(host, |_, _| FakeRun::ends(0).printing("x"));
        bench.settings.script_host = ScriptHost::Program(host.to_owned());
        let report = bench.attempt(intent);
        let told =
            report.deviations.iter().any(|one| one.starts_with(host) && one.contains("powershell.exe"));
        assert_eq!(told, is_told, "{:?}", report.deviations);
        bench.settings.script_host = ScriptHost::OfTheSystem;
        assert_eq!(bench.attempt(intent).deviations, [""; 0]);
    }
}

#[test]
fn late_detection_is_told() {
    let bench = PreparedAttempt::new(idle(0));
    let machine = bench.machine.clone();
    bench.clock.at_sleep(3, move || machine.add_file(INSTALLED, 1));
    let report = bench.attempt(Intent::Install);
    let told = only(&report);
    assert!(told.contains("1500 ms") && told.contains("0x87D1041C"), "{told}");
    let bench = PreparedAttempt::new(idle(0));
    bench.machine.add_file(INSTALLED, 1);
    let machine = bench.machine.clone();
    bench.clock.at_sleep(3, move || machine.remove_file(INSTALLED));
    assert!(only(&bench.attempt(Intent::Uninstall)).contains("0x87D1041D"));
}

#[test]
fn an_uninstaller_of_nothing_is_told() {
    let bench = PreparedAttempt::new(working(1605));
    bench.machine.add_file(INSTALLED, 1);
    let report = bench.attempt(Intent::Uninstall);
    assert_eq!(report.outcome, AttemptOutcome::Uninstalled);
    assert!(only(&report).starts_with("1605 from an uninstaller"), "{:?}", report.deviations);
    let named = PreparedAttempt::new(working(1605)).with_app(&json!({
        "returnCodes": [{ "returnCode": 0, "type": "success" }, { "returnCode": 1605, "type": "success" }],
    }));
    named.machine.add_file(INSTALLED, 1);
    assert_eq!(named.attempt(Intent::Uninstall).deviations, [""; 0], "so says its own table");
}

#[test]
fn a_wait_for_another_installation_is_told_whatever_it_comes_to() {
    for ends_in_time in [true, false] {
        let bench = PreparedAttempt::new(working(0))
            .with_app(&json!({ "installCommandLine": "msiexec /i app.msi /qn ALLUSERS=1" }));
        bench.machine.add_program(r"C:\Windows\SysWOW64\msiexec.exe", |machine, _| {
            machine.add_file(INSTALLED, 1);
            FakeRun::ends(0)
        });
        bench.machine.set_installing(true);
        let machine = bench.machine.clone();
        if ends_in_time {
            bench.clock.at_sleep(3, move || machine.set_installing(false));
        }
        let report = bench.attempt(Intent::Install);
        let outcome = if ends_in_time { AttemptOutcome::Installed } else { AttemptOutcome::RetryLater };
        assert_eq!(report.outcome, outcome);
        let told = report.deviations.iter().filter(|one| one.contains("another installation runs"));
        assert_eq!(told.count(), 1, "{:?}", report.deviations);
    }
}

#[test]
fn an_end_at_the_time_limit_is_told() {
    let mut bench = PreparedAttempt::new(|_, _| FakeRun::hangs());
    bench.settings.on_time_limit = OnTimeLimit::Kill;
    assert!(only(&bench.attempt(Intent::Install)).contains("ended at its time limit"));
}

#[test]
fn a_time_limit_that_intune_does_not_take_is_told() {
    for (minutes, used) in [(0, 60), (1, 1), (1440, 1440), (1441, 1440), (100_000, 1440)] {
        let bench = PreparedAttempt::new(working(0))
            .with_app(&json!({ "installExperience": { "maxRunTimeInMinutes": minutes } }));
        let report = bench.attempt(Intent::Install);
        assert_eq!(report.run.as_ref().unwrap().limit_minutes, used);
        if minutes == used {
            assert_eq!(report.deviations, [""; 0]);
        } else {
            let told = only(&report);
            assert!(
                told.contains(&format!("is {minutes},")) && told.contains(&format!("{used} minutes here"))
            );
        }
    }
}

#[test]
fn a_person_who_does_not_wait_is_told_what_intune_would_do() {
    let mut bench = PreparedAttempt::new(idle(1603));
    assert_eq!(bench.attempt(Intent::Install).deviations, [""; 0]);
    assert!(only(&bench.attempt(Intent::Install)).contains("Intune's agent waits for the next try"));
    bench.clock.set(std::time::SystemTime::now() + Duration::from_secs(400 * 24 * 3600));
    bench.trigger = Trigger::Schedule;
    assert_eq!(bench.attempt(Intent::Install).deviations, [""; 0], "the schedule waits itself");
}

#[test]
fn a_rule_without_an_answer_is_told() {
    let bench = PreparedAttempt::new(working(0));
    bench.machine.deny(INSTALLED);
    let report = bench.attempt(Intent::Install);
    assert_eq!(report.outcome, AttemptOutcome::CannotTell);
    assert!(only(&report).contains("not detected"), "{:?}", report.deviations);
    let invalid = PreparedAttempt::new(working(0)).with_app(&json!({ "rules": [] }));
    assert_eq!(invalid.attempt(Intent::Install).deviations, [""; 0], "Intune refuses it, too");
}

#[test]
fn rules_that_intune_reads_otherwise_or_perhaps_are_told() {
    let file = |changes: Value| {
        let mut rule = json!({
            "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule", "ruleType": "detection",
            "path": r"C:\Windows\System32", "fileOrFolderName": "app.exe", "operationType": "exists",
        });
        rule.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        rule
    };
    rule_is_told(&file(json!({})), "SysWOW64");
    rule_is_told(&file(json!({ "path": "%windir%/system32/App" })), "SysWOW64");
    rule_is_told(&file(json!({ "path": r"C:\App", "operationType": "doesNotExist" })), "0x87D30004");
    rule_is_told(
        &json!({
            "@odata.type": "#microsoft.graph.win32LobAppRegistryRule", "ruleType": "detection",
            "keyPath": r"HKLM\SOFTWARE\App", "valueName": "(default)", "operationType": "exists",
        }),
        "empty valueName",
    );
    for untold in [
        // A 32-bit program is led to SysWOW64.
        json!({ "check32BitOn64System": true }),
        json!({ "path": r"C:\Backup\System32\x" }),
        json!({ "path": r"C:\Windows\System32x" }),
    ] {
        let bench = PreparedAttempt::new(working(0)).with_app(&json!({ "rules": [file(untold.clone())] }));
        assert_eq!(bench.attempt(Intent::Install).deviations, [""; 0], "{untold}");
    }
}

#[test]
fn a_program_that_only_path_leads_to_is_told() {
    for (line, is_told) in [
        ("tool.exe /S", true),
        (r"C:\Tool\tool.exe /S", false),
        ("powershell.exe -File install.ps1", false),
        ("setup.exe", false),
    ] {
        let bench = PreparedAttempt::new(working(0)).with_app(&json!({ "installCommandLine": line }));
        bench.machine.add_program(r"C:\Program Files\Tool\tool.exe", working(0));
        bench.machine.add_program(r"C:\Tool\tool.exe", working(0));
        bench.machine.add_file(&format!(r"{CONTENT}\install.ps1"), 1);
        let report = bench.attempt(Intent::Install);
        assert!(report.run.is_some(), "{report:#?}");
        let told = report.deviations.iter().any(|one| one.contains("its service's start"));
        assert_eq!(told, is_told, "{line}: {:?}", report.deviations);
    }
}

#[test]
fn variables_of_the_user_are_told_where_the_systems_differ() {
    let line = r#"setup.exe "%ProgramFiles%" %AppData%"#;
    for (run_as, is_told) in [("user", true), ("system", false)] {
        let bench = PreparedAttempt::new(working(0)).with_app(&json!({
            "installCommandLine": line, "installExperience": { "runAsAccount": run_as },
        }));
        bench
            .machine
            .set_systems_variable("APPDATA", r"C:\Windows\System32\config\systemprofile\AppData\Roaming");
        let report = bench.attempt(Intent::Install);
        let told = report.deviations.iter().any(|one| one.starts_with("%AppData% in the install command"));
        assert_eq!(told, is_told, "{:?}", report.deviations);
        assert!(report.deviations.len() <= 1);
    }
}
