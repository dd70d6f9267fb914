//! The app's own return codes take precedence over the defaults.

use crate::bench::{PreparedAttempt, idle, working};
use serde_json::json;
use waybill_schemas::report::install::{AttemptOutcome, Intent};

fn bench(code: u32, own: &serde_json::Value, works: bool) -> PreparedAttempt {
    let bench = if works { PreparedAttempt::new(working(code)) } else { PreparedAttempt::new(idle(code)) };
    bench.with_app(&json!({ "returnCodes": own }))
}

#[test]
fn the_apps_own_table_wins_over_the_defaults() {
    let own = json!([{ "returnCode": 3010, "type": "success" }, { "returnCode": 0, "type": "failed" }]);
    assert_eq!(bench(3010, &own, true).attempt(Intent::Install).exit, 0);
    let report = bench(0, &own, false).attempt(Intent::Install);
    assert_eq!((report.outcome, report.exit), (AttemptOutcome::Failed, 8));
    let told = report.run.unwrap().exit_code.unwrap();
    assert_eq!((told.stands_for.as_str(), told.said_by.as_str()), ("failed", "app.json"));
    assert_eq!(
        bench(1641, &own, true).attempt(Intent::Install).exit,
        11,
        "what it leaves out keeps its default"
    );
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

#[test]
fn a_type_that_nobody_knows_is_an_error() {
    let report = bench(7, &json!([{ "returnCode": 7, "type": "miracle" }]), false).attempt(Intent::Install);
    assert_eq!(report.outcome, AttemptOutcome::Failed);
    assert_eq!(report.run.unwrap().exit_code.unwrap().stands_for, "unmapped");
}
