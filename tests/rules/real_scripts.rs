//! Script rules with real processes: a script on disk, files with its output, a time limit. The host is
//! `waybill-puppet`, whose scripts are lines of its commands, because not every machine has PowerShell and wine's is a
//! stub.

use crate::look::Looker;
use crate::scripted_machine::rule;
use crate::truth::Expected;
use serde_json::Value;
use std::time::Duration;
use tempfile::TempDir;
use waybill_installer_runner::ScriptHost;
use waybill_schemas::report::install::RuleReport;
use waybill_system::{System, this_machine};

struct RealScripts {
    machine: Box<dyn System>,
    scratch: TempDir,
}

impl RealScripts {
    fn new() -> Self {
        Self { machine: Box::new(this_machine()), scratch: TempDir::new().unwrap() }
    }

    fn looker(&self) -> Looker<'_> {
        let mut looker = Looker::new(self.machine.as_ref());
        looker.settings.root = self.scratch.path().join("root");
        let puppet = std::path::absolute(waybill_puppet::program()).unwrap();
        looker.settings.script_host = ScriptHost::Program(puppet.to_str().unwrap().to_owned());
        looker
    }

    fn expect(&self, rule: &Value, expected: Expected) -> RuleReport {
        let report = self.looker().rule(rule);
        assert_eq!(Expected::reported(&report), expected, "{report:#?}");
        self.assert_clean();
        report
    }

    fn assert_clean(&self) {
        assert_eq!(std::fs::read_dir(self.scratch.path().join("root").join("Scratch")).unwrap().count(), 0);
    }
}

#[test]
fn detection_scripts_run_and_are_judged() {
    let scripts = RealScripts::new();
    let mut ran = 0;
    for (script, expected) in [
        ("print found", Expected::Holds),
        ("print found\nexit 0", Expected::Holds),
        ("# nothing is printed", Expected::Fails),
        ("exit 0", Expected::Fails),
        ("print found\nexit 1", Expected::Fails),
        ("print found\ncomplain but", Expected::Fails),
        ("complain not there\nexit 1", Expected::Fails),
        ("flood 200000", Expected::Holds),
    ] {
        scripts.expect(&rule(script.as_bytes()), expected);
        ran += 1;
    }
    waybill_tests::counted(&format!("rule table: {ran} detection scripts as real processes"));
}

#[test]
fn the_encoding_survives_the_way_to_the_script() {
    let scripts = RealScripts::new();
    let mut utf16 = vec![0xFF, 0xFE];
    utf16.extend("print Grüße".encode_utf16().flat_map(u16::to_le_bytes));
    for script in [b"\xEF\xBB\xBFprint Gr\xC3\xBC\xC3\x9Fe".as_slice(), &utf16] {
        let report = scripts.expect(&rule(script), Expected::Holds);
        assert_eq!(report.actual, "exit 0, stdout \"Grüße\", stderr empty");
    }
    let report = scripts.expect(&rule(b"print Gr\xFC\xDFe"), Expected::Holds);
    assert_eq!(report.actual, "exit 0, stdout \"Grüße\", stderr empty");
    // Windows PowerShell 5.1 takes this for ANSI, and nothing is added that would prevent it.
    let report = scripts.expect(&rule("print Grüße".as_bytes()), Expected::Holds);
    assert!(!report.actual.contains("Grüße") && report.why.contains("no byte order mark"), "{report:?}");
}

#[test]
fn an_unsigned_script_is_not_run_where_signatures_are_enforced() {
    let scripts = RealScripts::new();
    let mut unsigned = rule(b"print found");
    unsigned["enforceSignatureCheck"] = true.into();
    let report = scripts.expect(&unsigned, Expected::Fails);
    assert!(report.actual.contains("is not digitally signed"), "{}", report.actual);
    let mut signed = rule(b"print found\n# SIG # Begin signature block");
    signed["enforceSignatureCheck"] = true.into();
    scripts.expect(&signed, Expected::Holds);
}

#[test]
fn requirement_scripts_are_compared() {
    let scripts = RealScripts::new();
    let mut compares = rule(b"print 1.10.0");
    compares["operationType"] = "version".into();
    compares["comparisonValue"] = "1.9".into();
    for (operator, expected) in [("greaterThan", Expected::Holds), ("lessThan", Expected::Fails)] {
        compares["operator"] = operator.into();
        let report = scripts.looker().requirement(&compares, 1008);
        assert_eq!(Expected::reported(&report), expected, "{report:#?}");
    }
    scripts.assert_clean();
}

#[test]
fn a_script_that_never_ends_is_ended() {
    let scripts = RealScripts::new();
    let mut looker = scripts.looker();
    looker.settings.script_limit = Duration::from_millis(100);
    let report = looker.rule(&rule(b"print found\nsleep-forever"));
    assert_eq!(Expected::reported(&report), Expected::CannotTell, "{report:#?}");
    assert_eq!(report.code.unwrap().text, "0x800705B4");
    scripts.assert_clean();
}

#[test]
fn a_host_that_is_not_there_cannot_tell() {
    let scripts = RealScripts::new();
    let mut looker = scripts.looker();
    let missing = scripts.scratch.path().join("no-such-host.exe");
    looker.settings.script_host = ScriptHost::Program(missing.to_str().unwrap().to_owned());
    let report = looker.rule(&rule(b"print found"));
    assert_eq!(Expected::reported(&report), Expected::CannotTell, "{report:#?}");
    scripts.assert_clean();
}
