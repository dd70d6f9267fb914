//! When content is fetched, and when not.

use crate::bench::{INSTALLED, PreparedApply};
use std::error::Error as _;
use waybill_agent::ContentSource;
use waybill_downloader::{FetchOptions, Location, Wanted};
use waybill_schemas::codes::Classified as _;
use waybill_schemas::report::install::AttemptOutcome;

/// A content that cannot be fetched.
fn nowhere(bench: &PreparedApply) -> ContentSource {
    ContentSource::Fetch {
        what: Box::new(Wanted::Described(Location::File(bench.root().join("nowhere.content.json")))),
        root: bench.root(),
        options: Box::new(FetchOptions::default()),
    }
}

#[test]
fn an_app_that_is_there_is_not_fetched() {
    let bench = PreparedApply::new(&[0]);
    bench.machine.add_file(INSTALLED, 1);
    let report = bench.try_install(nowhere(&bench)).unwrap();
    assert_eq!((report.outcome, report.changed), (AttemptOutcome::AlreadyInstalled, false));
}

#[test]
fn a_dry_run_fetches_nothing() {
    let bench = PreparedApply { dry_run: true, ..PreparedApply::new(&[0]) };
    let report = bench.try_install(nowhere(&bench)).unwrap();
    assert_eq!(bench.runs(), 0);
    assert!(
        matches!(report.outcome, AttemptOutcome::WouldRun | AttemptOutcome::CommandRefused),
        "{report:#?}"
    );
}

#[test]
fn content_that_cannot_be_had_is_its_own_error_and_no_attempt() {
    let bench = PreparedApply::new(&[0]);
    let error = bench.try_install(nowhere(&bench)).unwrap_err();
    assert_eq!(error.to_string(), "the content of the app cannot be had");
    assert!(error.source().is_some(), "the chain says why");
    assert_eq!(error.code().class.exit_code(), 3, "{error:?}");
    let state = bench.state();
    assert_eq!(waybill_installer_runner::AttemptJournal::unsettled(&state).unwrap(), []);
}
