//! The cases of detection scripts: exit code × stdout × stderr, and everything that keeps a script from answering.

use crate::look::app_with;
use crate::scripted_machine::{HOSTS, ScriptedMachine, rule};
use crate::truth::Expected;
use serde_json::{Value, json};
use std::sync::atomic::AtomicBool;
use waybill_context::{Context, SystemClock};
use waybill_installer_runner::{RunAs, ScriptHost, detect};
use waybill_schemas::report::install::{Occasion, RuleReport};
use waybill_system::Account;
use waybill_system::fake::{FakeRun, FakeSystem};

fn expect(scripted: &ScriptedMachine, rule: &Value, expected: Expected) -> RuleReport {
    let report = scripted.looker().rule(rule);
    assert_eq!(Expected::reported(&report), expected, "{report:#?}");
    assert!(scripted.is_clean());
    report
}

#[test]
fn every_end_of_a_detection_script() {
    let long = "x".repeat(70_000);
    let outputs = [
        ("", false),
        ("\r\n", false),
        (" \n\t", false),
        ("\u{feff}\r\n", false),
        ("1.2.3\r\n", true),
        ("0", true),
        ("false", true),
        ("\u{feff}found", true),
        (long.as_str(), true),
    ];
    let mut ran = 0;
    let mut reasons = std::collections::BTreeSet::new();
    for code in [0, 1, 2, 1603, 3010, 0x8007_0005, u32::MAX] {
        for (stdout, prints) in outputs {
            for (stderr, complains) in outputs {
                let scripted =
                    ScriptedMachine::windows(&FakeRun::ends(code).printing(stdout).complaining(stderr));
                let is_detected = code == 0 && prints && !complains;
                let expected = if is_detected { Expected::Holds } else { Expected::Fails };
                let report = expect(&scripted, &rule(b"Write-Output 1"), expected);
                assert!(report.actual.starts_with(&format!("exit {}, ", code.cast_signed())), "{report:?}");
                assert!(report.actual.len() < 600, "{}", report.actual.len());
                reasons.insert(report.why);
                ran += 1;
            }
        }
    }
    assert_eq!(reasons.len(), 4 + 6 * 2, "each combination has a reason of its own: {reasons:#?}");
    waybill_tests::counted(&format!("rule table: {ran} cases of detection scripts in memory"));
}

#[test]
fn the_host_is_the_views_and_its_arguments_are_the_references() {
    for (is_32_bit, host) in [(false, HOSTS[0]), (true, HOSTS[1])] {
        for (signed, policy) in [(false, "Bypass"), (true, "AllSigned")] {
            let scripted = ScriptedMachine::windows(&FakeRun::ends(0).printing("1"));
            let mut rule = rule(b"exit 0");
            rule["runAs32Bit"] = is_32_bit.into();
            rule["enforceSignatureCheck"] = signed.into();
            let report = expect(&scripted, &rule, Expected::Holds);
            assert_eq!(report.view, if is_32_bit { "32-bit" } else { "64-bit" });
            let starts = scripted.machine.starts();
            let (start, line) = (&starts[0], &starts[0].line);
            assert_eq!((start.program.as_str(), start.folder.as_str()), (host, r"C:\Windows\System32"));
            let head = format!("\"{host}\" -NoProfile -ExecutionPolicy {policy} -File \"");
            assert!(line.starts_with(&head) && line.ends_with("script.ps1\""), "{line}");
            let files = if is_32_bit { r"C:\Program Files (x86)" } else { r"C:\Program Files" };
            assert!(start.environment.contains(&("ProgramFiles".into(), files.into())), "{start:?}");
            assert_eq!(*scripted.script.lock().unwrap(), b"exit 0");
        }
    }
}

#[test]
fn a_script_is_run_byte_for_byte_and_letters_that_are_misread_are_told() {
    let fine = FakeRun::ends(0).printing("1");
    for (script, is_misread) in [
        ("Write-Host 'ü'".as_bytes(), true),
        (b"\xEF\xBB\xBFWrite-Host '\xC3\xBC'", false),
        (b"Write-Host '\xFC'", false),
        (b"Write-Host 1", false),
    ] {
        let scripted = ScriptedMachine::windows(&fine);
        let report = expect(&scripted, &rule(script), Expected::Holds);
        assert_eq!(*scripted.script.lock().unwrap(), script);
        assert_eq!(report.why.contains("no byte order mark"), is_misread, "{}", report.why);
    }
}

#[test]
fn a_host_that_crashed_has_no_answer() {
    for (code, expected) in [
        (0xC000_0142, Expected::CannotTell), // a library that could not start
        (0xC000_0005, Expected::CannotTell),
        (0xC000_013A, Expected::CannotTell), // Ctrl-C, or the end of the session
        (0xE043_4352, Expected::CannotTell), // an exception of .NET
        (0x8013_1623, Expected::CannotTell), // Environment.FailFast
        (0xFFFF_FFFF, Expected::Fails),      // the script's own `exit -1`
        (1, Expected::Fails),
        (0xBFFF_FFFF, Expected::Fails),
        (0xD000_0000, Expected::Fails),
    ] {
        let scripted = ScriptedMachine::windows(&FakeRun::ends(code).printing("1"));
        let report = expect(&scripted, &rule(b"exit 0"), expected);
        if expected == Expected::CannotTell {
            assert_eq!(report.code.unwrap().text, format!("0x{code:08X}"));
            assert!(report.why.contains("the script host crashed"), "{}", report.why);
        }
        let requirement = crate::scripted_machine::comparing(Some("string"), Some("equal"), Some("1"));
        let scripted = ScriptedMachine::windows(&FakeRun::ends(code).printing("1"));
        assert_eq!(Expected::reported(&scripted.looker().rule(&requirement)), expected, "{code:08x}");
    }
}

#[test]
fn a_host_that_a_signal_ended_has_no_answer() {
    for (run, expected) in [
        (FakeRun::ends_by_signal(9), Expected::CannotTell),
        (FakeRun::ends_by_signal(11), Expected::CannotTell),
        (FakeRun::ends(137), Expected::Fails), // the script's own code
        (FakeRun::ends(0xC000), Expected::Fails),
    ] {
        let machine = FakeSystem::unix();
        let scripted = ScriptedMachine::with(machine, &["/usr/bin/pwsh"], &run.printing("1"));
        let report = scripted.looker().rule(&rule(b"exit 0"));
        assert_eq!(Expected::reported(&report), expected, "{}", report.why);
    }
}

#[test]
fn what_keeps_a_script_from_answering_is_told() {
    let fine = || FakeRun::ends(0).printing("1");
    let script = rule(b"exit 0");

    let scripted = ScriptedMachine::windows(&fine());
    HOSTS.iter().for_each(|host| scripted.machine.remove_file(host));
    let report = expect(&scripted, &script, Expected::CannotTell);
    assert_eq!(report.code.unwrap().text, "0x80070002");
    assert_eq!(report.why, format!("It cannot be told: there is no {}.", HOSTS[0]));

    let scripted = ScriptedMachine::windows(&fine());
    scripted.machine.deny(HOSTS[0]);
    assert_eq!(expect(&scripted, &script, Expected::CannotTell).code.unwrap().text, "0x80070005");

    let scripted = ScriptedMachine::windows(&fine());
    scripted.machine.add_file(r"C:\NoProgram.exe", 1);
    let mut looker = scripted.looker();
    for missing in [r"C:\NoProgram.exe", r"C:\Nothing.exe"] {
        looker.settings.script_host = ScriptHost::Program(missing.into());
        let report = looker.rule(&script);
        assert_eq!(Expected::reported(&report), Expected::CannotTell);
        assert!(report.why.contains(&format!("cannot start {missing}")), "{}", report.why);
    }

    // The exit code of PowerShell for a script that it cannot read.
    let scripted = ScriptedMachine::windows(&FakeRun::ends(0xFFFD_0000).complaining("-File does not exist"));
    assert_eq!(expect(&scripted, &script, Expected::CannotTell).code.unwrap().text, "0x80070005");

    let scripted = ScriptedMachine::windows(&fine());
    let root = scripted.scratch.path().join("root");
    drop(waybill_disk::Root::open(&root).unwrap());
    std::fs::write(root.join("Scratch"), "a file").unwrap();
    let report = scripted.looker().rule(&script);
    assert_eq!(Expected::reported(&report), Expected::CannotTell);
    assert!(report.why.contains("a folder for the script cannot be made"), "{}", report.why);
}

#[test]
fn scripts_that_are_none_are_invalid() {
    let scripted = ScriptedMachine::windows(&FakeRun::ends(0).printing("1"));
    let with = |content: Value| {
        let mut rule = rule(b"");
        rule["scriptContent"] = content;
        rule
    };
    for rule in
        [with(Value::Null), with("".into()), with("no base64!".into()), rule(&vec![b'#'; 200 * 1024 + 1])]
    {
        expect(&scripted, &rule, Expected::Invalid);
    }
    assert!(scripted.machine.starts().is_empty());
    expect(&scripted, &rule(&vec![b'#'; 200 * 1024]), Expected::Holds);
}

#[test]
fn a_script_over_its_time_limit_is_ended() {
    let scripted = ScriptedMachine::windows(&FakeRun::hangs());
    let report = expect(&scripted, &rule(b"Start-Sleep"), Expected::CannotTell);
    assert_eq!(report.why, "It cannot be told: the script ran longer than 3600 s and was ended.");
    assert_eq!(report.code.unwrap().text, "0x800705B4");

    // Waiting goes in slices of 250 ms. A script that ends in the last one is still judged.
    let slices = 3600 * 4;
    let last = FakeRun::ends(0).printing("1").after_waits(slices - 1);
    expect(&ScriptedMachine::windows(&last), &rule(b"x"), Expected::Holds);
    let late = FakeRun::ends(0).printing("1").after_waits(slices);
    expect(&ScriptedMachine::windows(&late), &rule(b"x"), Expected::CannotTell);
}

#[test]
fn an_interruption_ends_a_script() {
    let scripted = ScriptedMachine::windows(&FakeRun::hangs());
    let looker = scripted.looker();
    let app = app_with(&[rule(b"x")], "detection");
    let eyes = RunAs::new(&app, &looker.settings, &scripted.machine);
    let stop = AtomicBool::new(true);
    let context = Context::new(&(), &stop, &SystemClock);
    let report = detect(&app, &eyes, Occasion::Asked, &scripted.machine, &looker.settings, &context);
    assert_eq!(report.rules[0].why, "It cannot be told: it was interrupted.");
    assert_eq!(report.code.unwrap().text, "0x800704C7");
    assert!(scripted.is_clean());
}

#[test]
fn scripts_run_as_the_app_does_and_requirements_as_they_say() {
    use Account::{Current, System, User};
    for (app_runs_as, script_runs_as, substituted, detection, requirement) in [
        ("system", None, false, System, System),
        ("user", None, false, User, User),
        ("system", Some("user"), false, System, User),
        ("user", Some("system"), false, User, System),
        ("user", Some("system"), true, Current, Current),
    ] {
        for (purpose, expected) in [("detection", detection), ("requirement", requirement)] {
            let scripted = ScriptedMachine::windows(&FakeRun::ends(0).printing("true"));
            let mut looker = scripted.looker();
            if !substituted {
                looker.settings.account = waybill_installer_runner::AccountChoice::AsDocumented;
            }
            let mut rule = crate::scripted_machine::comparing(Some("boolean"), Some("equal"), Some("true"));
            rule["runAsAccount"] = script_runs_as.into();
            let mut app = app_with(&[rule], purpose);
            app.install_experience =
                Some(serde_json::from_value(json!({ "runAsAccount": app_runs_as })).unwrap());
            looker.detect(&app);
            looker.require(&app);
            assert_eq!(scripted.machine.starts().len(), 1);
            assert_eq!(scripted.machine.starts()[0].account, expected);
        }
    }
}

#[test]
fn a_users_script_needs_a_user() {
    let scripted = ScriptedMachine::windows(&FakeRun::ends(0).printing("1"));
    scripted.machine.set_device(|device| device.user = None);
    let mut looker = scripted.looker();
    looker.settings.account = waybill_installer_runner::AccountChoice::AsDocumented;
    let mut app = app_with(&[rule(b"x")], "detection");
    app.install_experience = Some(serde_json::from_value(json!({ "runAsAccount": "user" })).unwrap());
    let report = looker.detect(&app);
    assert_eq!(report.rules[0].why, "It cannot be told: nobody is signed in.");
}

#[test]
fn unix_runs_pwsh_where_it_is_on_the_path() {
    let scripted = ScriptedMachine::with(FakeSystem::unix(), &[], &FakeRun::ends(0));
    let report = expect(&scripted, &rule(b"exit 0"), Expected::CannotTell);
    assert_eq!(
        report.why,
        "It cannot be told: a PowerShell script needs Windows, or PowerShell 7 here: no pwsh is on the PATH."
    );

    let scripted =
        ScriptedMachine::with(FakeSystem::unix(), &["/usr/bin/pwsh"], &FakeRun::ends(0).printing("1"));
    expect(&scripted, &rule(b"exit 0"), Expected::Holds);
    let line = &scripted.machine.starts()[0].line;
    assert!(line.starts_with("-NoProfile -ExecutionPolicy Bypass -File "), "{line}");

    let mut signed = rule(b"exit 0");
    signed["enforceSignatureCheck"] = true.into();
    let report = expect(&scripted, &signed, Expected::CannotTell);
    assert_eq!(report.why, "It cannot be told: enforcing a script's signature needs Windows.");
}

#[test]
fn secrets_in_a_scripts_output_are_masked() {
    let run = FakeRun::ends(1).printing("looking\r\napi-token=abc123\r\n").complaining("password: hunter2");
    let scripted = ScriptedMachine::windows(&run);
    let shown = serde_json::to_string(&expect(&scripted, &rule(b"x"), Expected::Fails)).unwrap();
    assert!(!shown.contains("abc123") && !shown.contains("hunter2") && shown.contains("looking"), "{shown}");
}
