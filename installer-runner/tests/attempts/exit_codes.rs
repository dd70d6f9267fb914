//! 45 exit codes × install, uninstall × what detection finds afterwards: 180 attempts against one table.

use crate::bench::{INSTALLED, PreparedAttempt, idle, working};
use waybill_schemas::report::install::{AttemptOutcome, Intent};

/// The meaning of a code that app.json does not list (docs/intune-agent.md, "Return codes").
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Success,
    Soft,
    Hard,
    Retry,
    Unmapped,
}

const CODES: [(u32, Kind); 45] = [
    (0, Kind::Success),
    (1707, Kind::Success),
    (3010, Kind::Soft),
    (1641, Kind::Hard),
    (1618, Kind::Retry),
    (1, Kind::Unmapped),
    (2, Kind::Unmapped),
    (3, Kind::Unmapped),
    (5, Kind::Unmapped),
    (87, Kind::Unmapped),
    (112, Kind::Unmapped),
    (183, Kind::Unmapped),
    (206, Kind::Unmapped),
    (259, Kind::Unmapped), // STILL_ACTIVE, and a legal exit code
    (267, Kind::Unmapped),
    (740, Kind::Unmapped),
    (1155, Kind::Unmapped),
    (1223, Kind::Unmapped),
    (1601, Kind::Unmapped),
    (1602, Kind::Unmapped),
    (1603, Kind::Unmapped),
    (1604, Kind::Unmapped),
    (1605, Kind::Unmapped),
    (1612, Kind::Unmapped),
    (1613, Kind::Unmapped),
    (1614, Kind::Unmapped),
    (1619, Kind::Unmapped),
    (1620, Kind::Unmapped),
    (1622, Kind::Unmapped),
    (1624, Kind::Unmapped),
    (1625, Kind::Unmapped),
    (1633, Kind::Unmapped),
    (1638, Kind::Unmapped),
    (1639, Kind::Unmapped),
    (1640, Kind::Unmapped),
    (1644, Kind::Unmapped),
    (1645, Kind::Unmapped),
    (60001, Kind::Unmapped),
    (60008, Kind::Unmapped),
    (60012, Kind::Unmapped),
    (0x8007_0005, Kind::Unmapped),
    (0x8007_0643, Kind::Unmapped),
    (0x8007_0652, Kind::Unmapped), // 1618 as an HRESULT is another code than 1618
    (0xFFFF_FFFF, Kind::Unmapped),
    (0xC000_0005, Kind::Unmapped),
];

/// The expected outcome, exit code of the command, EnforcementState and ErrorCode.
fn expected(code: u32, kind: Kind, intent: Intent, reached: bool) -> (AttemptOutcome, u8, i64, Option<u32>) {
    let itself = Some(0x8007_0000 | (code & 0xFFFF));
    let install = intent == Intent::Install;
    let done = if install { AttemptOutcome::Installed } else { AttemptOutcome::Uninstalled };
    let not_borne_out = Some(if install { 0x87D1_041C } else { 0x87D1_041D });
    match (kind, reached) {
        (Kind::Success, true) => (done, 0, 1000, None),
        (Kind::Soft, true) => (done, 10, if install { 1000 } else { 1011 }, None),
        (Kind::Hard, true) => (done, 11, if install { 1000 } else { 1011 }, None),
        (Kind::Success | Kind::Soft, false) => (AttemptOutcome::NotBorneOut, 8, 5000, not_borne_out),
        (Kind::Hard, false) => (AttemptOutcome::Waiting, 11, if install { 2008 } else { 2011 }, None),
        (Kind::Retry, _) => (AttemptOutcome::RetryLater, 9, 5999, itself),
        (Kind::Unmapped, true) if code == 1605 && !install => (AttemptOutcome::Uninstalled, 0, 1000, None),
        (Kind::Unmapped, true) => (AttemptOutcome::DoneDespiteCode, 8, 5000, itself),
        (Kind::Unmapped, false) => (AttemptOutcome::Failed, 8, 5000, itself),
    }
}

#[test]
fn every_code_is_judged_with_what_detection_finds() {
    let mut cases = 0;
    for (code, kind) in CODES {
        for intent in [Intent::Install, Intent::Uninstall] {
            for reached in [true, false] {
                check_case(code, kind, intent, reached);
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 180);
    // Written to stderr directly, because the test harness captures `println!` and CI is to show this count.
    let count = format!("\nexit codes: {cases} cases judged\n");
    std::io::Write::write_all(&mut std::io::stderr(), count.as_bytes()).unwrap();
}

fn check_case(code: u32, kind: Kind, intent: Intent, reached: bool) {
    let bench = if reached { PreparedAttempt::new(working(code)) } else { PreparedAttempt::new(idle(code)) };
    if intent == Intent::Uninstall {
        bench.machine.add_file(INSTALLED, 1);
    }
    let report = bench.attempt(intent);
    let case = format!("{code} {intent:?} reached: {reached}: {report:#?}");
    let (outcome, exit, enforcement, error) = expected(code, kind, intent, reached);
    assert_eq!((report.outcome, report.exit), (outcome, exit), "{case}");
    assert_eq!(report.states.enforcement.as_ref().unwrap().number, enforcement, "{case}");
    let told = report.states.error.as_ref().map(|error| error.number);
    assert_eq!(told, error.map(|bits| i64::from(bits.cast_signed())), "{case}");
    let is_there = (intent == Intent::Install) == reached;
    assert_eq!(report.states.compliance.number, if is_there { 1 } else { 2 }, "{case}");
    let told = report.run.as_ref().unwrap().exit_code.as_ref().unwrap();
    assert_eq!((told.unsigned, told.signed), (code, code.cast_signed()), "{case}");
    assert!(report.changed && bench.starts() == 1, "{case}");
    assert!(report.exit != 8 || !report.next.is_empty(), "a failure says what to do next: {case}");
    assert!(bench.machine.starts()[0].folder == crate::bench::CONTENT, "{case}");
}
