//! The app's own return codes count alone; the defaults apply where it has none.

use crate::bench::{PreparedAttempt, idle, working};
use serde_json::json;
use waybill_schemas::report::install::{AttemptOutcome, Intent};

fn bench(code: u32, own: &serde_json::Value, works: bool) -> PreparedAttempt {
    let bench = if works { PreparedAttempt::new(working(code)) } else { PreparedAttempt::new(idle(code)) };
    bench.with_app(&json!({ "returnCodes": own }))
}

#[test]
fn the_apps_own_table_counts_alone() {
    let own = json!([{ "returnCode": 3010, "type": "success" }, { "returnCode": 0, "type": "failed" }]);
    assert_eq!(bench(3010, &own, true).attempt(Intent::Install).exit, 0);
    let report = bench(0, &own, false).attempt(Intent::Install);
    assert_eq!((report.outcome, report.exit), (AttemptOutcome::Failed, 8));
    let told = report.run.unwrap().exit_code.unwrap();
    assert_eq!((told.stands_for.as_str(), told.said_by.as_str()), ("failed", "app.json"));
    for (code, error) in [(1641, "0x80070669"), (1618, "0x80070652")] {
        let report = bench(code, &own, false).attempt(Intent::Install);
        assert_eq!((report.outcome, report.exit), (AttemptOutcome::Failed, 8), "{code} is not in its table");
        assert_eq!(report.states.error.unwrap().text, error);
        assert_eq!(report.run.unwrap().exit_code.unwrap().said_by, "nobody");
    }
}

#[test]
fn an_app_without_a_table_has_the_five_defaults() {
    for own in [json!([]), json!(null)] {
        for (code, exit) in [(0, 0), (1707, 0), (3010, 10), (1641, 11)] {
            let report = bench(code, &own, true).attempt(Intent::Install);
            assert_eq!(report.exit, exit, "{code}");
            assert_eq!(report.run.unwrap().exit_code.unwrap().said_by, "default");
        }
        assert_eq!(bench(1618, &own, false).attempt(Intent::Install).exit, 9);
    }
}

/// The real log line: 0xC0000142 is reported as -2147024574.
#[test]
fn a_code_wider_than_16_bits_is_reported_as_the_agent_makes_it_with_the_true_one_beside_it() {
    for (code, number) in [(0xC000_0142_u32, -2_147_024_574_i64), (60_012, -2_146_964_884)] {
        let report = bench(code, &json!([]), false).attempt(Intent::Install);
        let error = report.states.error.unwrap();
        assert_eq!(error.number, number, "{error:?}");
        let told = report.run.unwrap().exit_code.unwrap();
        assert_eq!(told.unsigned, code);
        assert_eq!(error.meaning.contains("0xC0000142"), code > 0xFFFF, "{error:?}");
    }
}

/// One code has one name in a report, whichever table it stands in.
#[test]
fn a_code_has_one_name_in_a_report() {
    for code in [2, 5, 1603, 0x8007_0002, 0x8007_0005] {
        let report = bench(code, &json!([]), false).attempt(Intent::Install);
        let told = report.run.unwrap().exit_code.unwrap();
        let error = report.states.error.unwrap();
        assert_eq!((told.name, told.meaning), (Some(error.name), Some(error.meaning)), "{code}");
        let advice = format!("({})", report.next[0].split_once('(').unwrap().1.split_once(')').unwrap().0);
        assert_eq!(advice, format!("({})", entry_name(code)), "{:?}", report.next);
    }
}

fn entry_name(code: u32) -> String {
    let report = bench(code, &json!([]), false).attempt(Intent::Install);
    report.states.error.unwrap().name
}

#[test]
fn signed_and_unsigned_are_the_same_code() {
    for own in [-2_147_024_891_i64, 2_147_942_405] {
        let own = json!([{ "returnCode": own, "type": "retry" }]);
        assert_eq!(
            bench(0x8007_0005, &own, false).attempt(Intent::Install).outcome,
            AttemptOutcome::RetryLater
        );
    }
}

/// "Soft reboot" is the portal's label. What its code stands for would be guessed, so nothing is started.
#[test]
fn a_type_that_nobody_knows_is_refused_before_anything_is_started() {
    let bench = bench(0, &json!([{ "returnCode": 3010, "type": "Soft reboot" }]), true);
    let report = bench.attempt(Intent::Install);
    assert_eq!((report.outcome, report.exit, bench.starts()), (AttemptOutcome::CannotTell, 3, 0));
    let rule = report
        .detections
        .iter()
        .flat_map(|look| &look.rules)
        .find(|rule| rule.pointer == "/returnCodes/0/type");
    let why = "`Soft reboot` is no type of a return code; `softReboot` is the nearest word.";
    assert_eq!(rule.unwrap().why, why);
}

#[test]
fn the_case_of_a_type_fails_no_installer() {
    let report = bench(0, &json!([{ "returnCode": 0, "type": "Success" }]), true).attempt(Intent::Install);
    assert_eq!((report.outcome, report.exit), (AttemptOutcome::Installed, 0));
}

#[test]
fn a_type_of_a_newer_graph_is_met_only_when_its_code_comes() {
    let own = json!([{ "returnCode": 7, "type": "unknownFutureValue" }, { "returnCode": 8, "type": null }, { "returnCode": 0, "type": "success" }]);
    assert_eq!(bench(0, &own, true).attempt(Intent::Install).exit, 0);
    for code in [7, 8] {
        let report = bench(code, &own, false).attempt(Intent::Install);
        assert_eq!((report.outcome, report.exit), (AttemptOutcome::CannotTell, 1));
        assert!(report.summary.contains("is not known"), "{}", report.summary);
        assert_eq!(report.run.unwrap().exit_code.unwrap().stands_for, "unknown");
        // A success is not made of it either.
        assert_eq!(bench(code, &own, true).attempt(Intent::Install).outcome, AttemptOutcome::CannotTell);
    }
}

/// A word that is nobody's account must not come to mean the system.
#[test]
fn an_unknown_account_starts_nothing() {
    for (account, exit) in [("Usr", 3), ("unknownFutureValue", 1), ("Local System", 3)] {
        for intent in [Intent::Install, Intent::Uninstall] {
            let bench = PreparedAttempt::new(working(0))
                .with_app(&json!({ "installExperience": { "runAsAccount": account } }));
            let report = bench.attempt(intent);
            assert_eq!((report.outcome, report.exit), (AttemptOutcome::CannotTell, exit), "{account}");
            assert_eq!(bench.starts(), 0, "{account}");
        }
    }
    let bench = PreparedAttempt::new(working(0))
        .with_app(&json!({ "installExperience": { "runAsAccount": "User" } }));
    assert_eq!(bench.attempt(Intent::Install).context.wanted, "user");
}

/// Intune runs the script and ignores the command line, so the command line alone must not be started.
#[test]
fn a_script_that_intune_keeps_is_asked_for_and_nothing_is_started() {
    let script = json!({ "activeInstallScript": { "targetId": "5d2f0a0e" } });
    let bench = PreparedAttempt::new(working(0)).with_app(&script);
    let report = bench.attempt(Intent::Install);
    assert_eq!((report.outcome, bench.starts()), (AttemptOutcome::CommandRefused, 0));
    let refused = report.command.unwrap().refused.unwrap();
    assert!(refused.why.contains("5d2f0a0e") && refused.fix.contains("install.ps1"), "{refused:?}");
}
