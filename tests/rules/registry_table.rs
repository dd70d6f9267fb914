//! Runs the cases of registry rules on each machine with a registry, and tests how keys and views are written.

use crate::ground::{FakeGround, Ground, RegistryThing};
use crate::look::Looker;
use crate::registry_cases::{RegistryCase, all};
use crate::truth::Expected;
use serde_json::{Value, json};
use waybill_system::fake::FakeSystem;
use waybill_system::{RegistryValue, View};

const REGISTRY: i64 = 1007;

fn rule(case: &RegistryCase, key: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.win32LobAppRegistryRule",
        "keyPath": key,
        "valueName": case.asks,
        "operationType": case.operation,
        "operator": case.operator,
        "comparisonValue": case.value,
    })
}

fn run(ground: &dyn Ground) -> usize {
    let looker = Looker::new(ground.system());
    let cases = all();
    let shown = cases.iter().filter(|case| {
        let key = ground.put_value(&case.thing, case.name);
        if let Some(key) = &key {
            looker.expect(&rule(case, key), REGISTRY, case.expected);
        }
        key.is_some()
    });
    shown.count()
}

#[test]
fn every_registry_case_in_memory() {
    let ran = run(&FakeGround::windows());
    assert_eq!(ran, all().len());
    waybill_tests::counted(&format!(
        "rule table: {ran} cases of registry rules in memory, as detection and requirement"
    ));
}

#[cfg(windows)]
#[test]
fn every_registry_case_on_this_machine() {
    let ran = run(&crate::real_ground::RealGround::new());
    waybill_tests::counted(&format!(
        "rule table: {ran} of {} cases of registry rules with the real registry",
        all().len()
    ));
    assert!(ran > 600, "only {ran} cases could be shown here");
}

/// On other systems a valid rule has no answer, and an invalid one is invalid.
#[test]
fn every_registry_case_needs_windows() {
    let ground = FakeGround::unix();
    let looker = Looker::new(ground.system());
    for case in all() {
        let expected = match case.expected {
            Expected::Invalid => Expected::Invalid,
            _ => Expected::CannotTell,
        };
        looker.expect(&rule(&case, r"HKLM\SOFTWARE\Contoso"), REGISTRY, expected);
    }
    let report = looker.rule(&exists(r"HKLM\SOFTWARE\Contoso", false));
    assert_eq!(report.why, "It cannot be told: the registry needs Windows.");
}

fn exists(key: &str, is_32_bit: bool) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.win32LobAppRegistryRule",
        "keyPath": key, "valueName": "", "check32BitOn64System": is_32_bit, "operationType": "exists",
    })
}

/// Asserts that a value in one view is only found in that view.
fn views(ground: &dyn Ground) {
    let looker = Looker::new(ground.system());
    for view in [View::Bits32, View::Bits64] {
        let thing = RegistryThing::ValueIn(view, RegistryValue::Text("1".into()));
        let key = ground.put_value(&thing, "Version").unwrap();
        for asked in [View::Bits32, View::Bits64] {
            let rule = json!({
                "@odata.type": "#microsoft.graph.win32LobAppRegistryRule", "keyPath": key, "valueName": "Version",
                "check32BitOn64System": asked == View::Bits32, "operationType": "exists",
            });
            let expected = if asked == view { Expected::Holds } else { Expected::Fails };
            looker.expect(&rule, REGISTRY, expected);
        }
    }
}

#[test]
fn a_view_has_its_own_values() {
    views(&FakeGround::windows());
    #[cfg(windows)]
    views(&crate::real_ground::RealGround::new());
}

#[test]
fn keys_are_written_as_the_reference_reads_them() {
    let machine = FakeSystem::windows();
    machine.add_key(View::Bits64, r"HKLM\SOFTWARE\Contoso");
    machine.add_key(View::Bits64, r"HKCU\Software\Contoso");
    let looker = Looker::new(&machine);
    use Expected::{Fails, Holds, Invalid};
    for (key, expected) in [
        (r"HKEY_LOCAL_MACHINE\SOFTWARE\Contoso", Holds),
        (r"HKLM\SOFTWARE\Contoso", Holds),
        (r"hklm\software\contoso\", Holds),
        (r" HKLM\SOFTWARE\Contoso ", Holds),
        (r"HKCU\Software\Contoso", Holds),
        (r"HKEY_CURRENT_USER\Software\Contoso", Holds),
        (r"HKLM\SOFTWARE\Fabrikam", Fails),
        (r"HKU\S-1-5-18\Software\Contoso", Fails),
        // Windows would find these, but Intune's agent does not read them (WB201).
        (r"HKLM:\SOFTWARE\Contoso", Invalid),
        (r"Computer\HKEY_LOCAL_MACHINE\SOFTWARE\Contoso", Invalid),
        (r"SOFTWARE\Contoso", Invalid),
        ("HKLM/SOFTWARE/Contoso", Invalid),
        ("", Invalid),
        ("  ", Invalid),
    ] {
        looker.expect(&exists(key, false), REGISTRY, expected);
    }
    let report = looker.rule(&exists(r"HKLM\SOFTWARE\Contoso", true));
    assert_eq!(report.subject, r"key HKEY_LOCAL_MACHINE\SOFTWARE\Contoso");
    assert_eq!((report.view.as_str(), report.actual.as_str()), ("32-bit", "not there"));
}

#[test]
fn a_version_that_is_none_is_said_to_be_compared_as_text() {
    let machine = FakeSystem::windows();
    machine.add_value(View::Bits64, r"HKLM\SOFTWARE\C", "V", RegistryValue::Text("10".into()));
    let report = Looker::new(&machine).rule(&json!({
        "@odata.type": "#microsoft.graph.win32LobAppRegistryRule", "keyPath": r"HKLM\SOFTWARE\C", "valueName": "V",
        "operationType": "version", "operator": "greaterThanOrEqual", "comparisonValue": "9",
    }));
    assert_eq!(report.why, "10 is less than 9 as text, for they are not both versions.");
}

#[test]
fn what_is_compared_under_a_secrets_name_is_not_shown() {
    let machine = FakeSystem::windows();
    let looker = Looker::new(&machine);
    for (found, operation, wanted, expected) in [
        ("AB-12-XY", "string", "AB-12-XY", Expected::Holds),
        ("AB-12-XY", "string", "AB-12-XZ", Expected::Fails),
        ("AB-12-XY", "integer", "12", Expected::Fails),
        ("AB-12-XY", "version", "AB-12-XW", Expected::Fails),
        ("AB-12-XY", "integer", "AB-12-XY", Expected::Invalid),
    ] {
        machine.add_value(View::Bits64, r"HKLM\SOFTWARE\C", "LicenceKey", RegistryValue::Text(found.into()));
        let report = looker.rule(&json!({
            "@odata.type": "#microsoft.graph.win32LobAppRegistryRule", "keyPath": r"HKLM\SOFTWARE\C",
            "valueName": "LicenceKey", "operationType": operation, "operator": "equal", "comparisonValue": wanted,
        }));
        assert_eq!(Expected::reported(&report), expected);
        let shown = serde_json::to_string(&report).unwrap();
        assert!(shown.contains("***") && !shown.contains("12"), "{shown}");
    }
}
