//! Built-in requirements: each fact of the device below, at and above what app.json asks for, and unknown.

use crate::look::{Looker, app_with};
use serde_json::{Value, json};
use waybill_schemas::app::AppDocument;
use waybill_schemas::report::install::RequirementsReport;
use waybill_system::Architecture;
use waybill_system::fake::{FakeDevice, FakeSystem};

fn check(fields: &Value, change: impl FnOnce(&mut FakeDevice)) -> RequirementsReport {
    let machine = FakeSystem::windows();
    machine.set_device(change);
    Looker::new(&machine).require(&AppDocument::from_value(fields.clone()).unwrap())
}

/// Asserts the answer of the only requirement and the applicability code that results.
fn expect(fields: &Value, change: impl FnOnce(&mut FakeDevice), code: i64, holds: Option<bool>) -> usize {
    let report = check(fields, change);
    let [only] = report.built_in.as_slice() else { panic!("{report:#?}") };
    assert_eq!((only.code.number, only.holds), (code, holds), "{fields} came to {report:#?}");
    assert!(!only.expected.is_empty() && !only.actual.is_empty());
    let applicability = match holds {
        Some(true) => Some(0),
        Some(false) => Some(code),
        None => None,
    };
    assert_eq!(report.applicability.map(|state| state.number), applicability);
    1
}

#[test]
fn every_built_in_requirement() {
    let ran = amounts() + architectures() + releases();
    waybill_tests::counted(&format!("rule table: {ran} cases of built-in requirements in memory"));
}

fn amounts() -> usize {
    const MIB: u64 = 1 << 20;
    let mut ran = 0;
    let around = [(Some(-1), Some(false)), (Some(0), Some(true)), (Some(1), Some(true)), (None, None)];
    for (step, holds) in around {
        let bytes = step.map(|step: i64| (2048 * MIB).strict_add_signed(step));
        let disk = json!({ "minimumFreeDiskSpaceInMB": 2048 });
        ran += expect(&disk, |device| device.free_disk = bytes, 1001, holds);
        let memory = json!({ "minimumMemoryInMB": 2048 });
        ran += expect(&memory, |device| device.memory = bytes, 1003, holds);
        let count = step.map(|step| 4_u32.strict_add_signed(i32::try_from(step).unwrap()));
        let processors = json!({ "minimumNumberOfProcessors": 4 });
        ran += expect(&processors, |device| device.processors = count, 1004, holds);
        let speed = json!({ "minimumCpuSpeedInMHz": 4 });
        ran += expect(&speed, |device| device.mhz = count, 1005, holds);
    }
    ran
}

fn architectures() -> usize {
    use Architecture::{Arm, Arm64, X64, X86};
    let mut ran = 0;
    for (list, holding) in [
        ("x64", vec![X64]),
        ("x86", vec![X86]),
        ("x86,x64", vec![X86, X64]),
        ("X64, ARM64", vec![X64, Arm64]),
        ("arm", vec![Arm]),
        ("neutral", vec![X86, X64, Arm, Arm64]),
        ("x86,neutral", vec![X86, X64, Arm, Arm64]),
    ] {
        for field in ["applicableArchitectures", "allowedArchitectures"] {
            let app = json!({ field: list });
            for one in [X86, X64, Arm, Arm64] {
                let holds = Some(holding.contains(&one));
                ran += expect(&app, |device| device.architecture = Some(one), 1000, holds);
            }
            ran += expect(&app, |device| device.architecture = None, 1000, None);
        }
    }
    // An unknown architecture has no answer, unless the device's own is listed as well.
    ran += expect(&json!({ "allowedArchitectures": "riscv" }), |_| {}, 1000, None);
    ran += expect(&json!({ "allowedArchitectures": "riscv,x64" }), |_| {}, 1000, Some(true));
    let newer_wins = json!({ "applicableArchitectures": "x64", "allowedArchitectures": "arm64" });
    ran + expect(&newer_wins, |_| {}, 1000, Some(false))
}

fn releases() -> usize {
    let mut ran = 0;
    for (name, build) in [
        ("1607", 14393),
        ("1909", 18363),
        ("2H20", 19042),
        ("21H1", 19043),
        ("Windows10_21H2", 19044),
        ("Windows11_23H2", 22631),
        ("Windows11_25H2", 26200),
    ] {
        let app = json!({ "minimumSupportedWindowsRelease": name });
        for (device_has, holds) in [
            (Some(build - 1), Some(false)),
            (Some(build), Some(true)),
            (Some(build + 1), Some(true)),
            (None, None),
        ] {
            ran += expect(&app, |device| device.build = device_has, 1002, holds);
        }
    }
    for unknown in ["21H2", "Windows12_27H2", "Vista"] {
        ran += expect(&json!({ "minimumSupportedWindowsRelease": unknown }), |_| {}, 1002, None);
    }
    let older =
        json!({ "minimumSupportedOperatingSystem": { "v8_1": false, "v10_1809": true, "v10_2H20": false } });
    for (build, holds) in [(17762, false), (17763, true)] {
        ran += expect(&older, |device| device.build = Some(build), 1002, Some(holds));
    }
    ran
}

#[test]
fn an_older_flag_that_is_not_known_is_not_passed_over() {
    let app = json!({ "minimumSupportedOperatingSystem": { "v10_1809": true, "v10_27H2": true } });
    let report = check(&app, |device| device.build = Some(17763));
    assert_eq!((report.built_in[0].holds, report.applicability), (None, None), "{:#?}", report.built_in);
}

#[test]
fn what_is_not_asked_for_is_not_checked() {
    for nothing in [
        json!({}),
        json!({ "minimumMemoryInMB": 0, "minimumCpuSpeedInMHz": null, "minimumSupportedWindowsRelease": "" }),
        json!({ "applicableArchitectures": "none", "allowedArchitectures": null }),
        json!({ "minimumSupportedOperatingSystem": { "v10_0": true, "v10_1607": false } }),
    ] {
        let report = check(&nothing, |_| {});
        assert!(report.built_in.is_empty(), "{report:#?}");
        assert_eq!(report.applicability.unwrap().number, 0);
    }
}

#[test]
fn the_first_that_surely_fails_decides() {
    let mut app = app_with(
        &[
            json!({
                "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule", "path": r"C:\Windows",
                "fileOrFolderName": "System32", "operationType": "doesNotExist",
            }),
            json!({
                "@odata.type": "#microsoft.graph.win32LobAppRegistryRule", "keyPath": r"HKLM\SOFTWARE\Contoso",
                "operationType": "exists",
            }),
        ],
        "requirement",
    );
    let machine = FakeSystem::windows();
    let code = |app: &AppDocument| Looker::new(&machine).require(app).applicability.map(|state| state.number);
    assert_eq!(code(&app), Some(1006));
    app.minimum_number_of_processors = Some(64);
    app.minimum_memory_in_mb = Some(1 << 20);
    assert_eq!(code(&app), Some(1003));
    // A requirement without an answer does not change the result of one that fails …
    app.minimum_supported_windows_release = Some("Windows12_27H2".into());
    assert_eq!(code(&app), Some(1003));
    // … and makes the result unknown if none fails.
    app.minimum_number_of_processors = None;
    app.minimum_memory_in_mb = None;
    app.rules.clear();
    assert_eq!(code(&app), None);
}

#[test]
fn a_windows_release_cannot_be_told_elsewhere() {
    let machine = FakeSystem::unix();
    let app = AppDocument::from_value(json!({ "minimumSupportedWindowsRelease": "1809" })).unwrap();
    let report = Looker::new(&machine).require(&app);
    assert_eq!((report.built_in[0].holds, report.applicability), (None, None));
}

#[test]
fn a_report_shows_what_was_wanted_and_what_is_there() {
    let app =
        json!({ "minimumFreeDiskSpaceInMB": 500_000, "minimumSupportedWindowsRelease": "Windows11_24H2" });
    let report = check(&app, |_| {});
    let shown: Vec<_> = report
        .built_in
        .iter()
        .map(|one| (one.what.as_str(), one.expected.as_str(), one.actual.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            ("free disk", "at least 500000 MiB", "102400 MiB"),
            ("Windows release", "at least Windows11_24H2 (build 26100)", "build 22631 (Windows11_23H2)"),
        ]
    );
}
