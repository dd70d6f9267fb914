//! The cases of product code rules: state × operator × version, and ways of writing codes.

use crate::look::{Looker, app_with};
use crate::truth::{Expected, NO_OPERATORS, OPERATORS, Relation};
use serde_json::{Value, json};
use waybill_system::fake::FakeSystem;

const CODE: &str = "{0F1B2C3D-1111-2222-3333-0123456789AB}";

fn rule(code: &str, operator: Option<&str>, version: Option<&str>) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.win32LobAppProductCodeRule",
        "productCode": code, "productVersionOperator": operator, "productVersion": version,
    })
}

fn expect(machine: &FakeSystem, rule: &Value, expected: Expected) -> usize {
    let report = Looker::new(machine).rule(rule);
    assert_eq!(Expected::reported(&report), expected, "{rule:#} came to {report:#?}");
    1
}

fn with(state: Option<i32>, version: &str) -> FakeSystem {
    let machine = FakeSystem::windows();
    if let Some(state) = state {
        machine.add_product(CODE, state, version);
    }
    machine
}

fn denied() -> FakeSystem {
    let machine = with(Some(5), "1.2.3");
    machine.deny(CODE);
    machine
}

#[test]
fn every_product_case() {
    use Relation::{Equal, Greater, Less};
    let mut ran = 0;
    for (wanted, installed, relation) in [
        ("1.2.3", "1.2.2", Less),
        ("1.2.3", "1.2.3", Equal),
        ("1.2.3", "1.10.0", Greater),
        ("1.2.3", "1.2", Less),
        ("1.2", "1.2.0", Greater),
        ("1.2.3.0", "1.2.3", Less),
        (" 1.2.3 ", "1.2.3", Equal),
    ] {
        for (operator, row) in OPERATORS {
            let rule = rule(CODE, Some(operator), Some(wanted));
            ran += expect(&with(Some(5), installed), &rule, Expected::from_row(row, relation));
        }
    }
    for (operator, _) in OPERATORS {
        let compares = rule(CODE, Some(operator), Some("1.2.3"));
        // Unknown, known but not installed, advertised, of another user: there is no version to compare.
        for state in [None, Some(-1), Some(1), Some(2), Some(3), Some(4)] {
            ran += expect(&with(state, "1.2.3"), &compares, Expected::Fails);
        }
        for version in ["", "7", "1.2 beta"] {
            ran += expect(&with(Some(5), version), &compares, Expected::CannotTell);
        }
        ran += expect(&denied(), &compares, Expected::CannotTell);
        ran += expect(&FakeSystem::unix(), &compares, Expected::CannotTell);
        for wanted in [None, Some(""), Some("7"), Some("1.2 beta"), Some("v1")] {
            ran += expect(&with(Some(5), "1.2.3"), &rule(CODE, Some(operator), wanted), Expected::Invalid);
        }
    }
    ran += without_comparison();
    waybill_tests::counted(&format!("rule table: {ran} cases of product code rules in memory"));
}

fn without_comparison() -> usize {
    use Expected::{CannotTell, Fails, Holds, Invalid};
    let mut ran = 0;
    for operator in NO_OPERATORS {
        for version in [None, Some("9.9")] {
            let is_none = operator == Some("roughlyEqual");
            let or_invalid = |expected| if is_none { Invalid } else { expected };
            let rule = rule(CODE, operator, version);
            ran += expect(&with(Some(5), "1.2.3"), &rule, or_invalid(Holds));
            ran += expect(&with(Some(5), ""), &rule, or_invalid(Holds));
            ran += expect(&with(Some(1), "1.2.3"), &rule, or_invalid(Fails));
            ran += expect(&with(None, ""), &rule, or_invalid(Fails));
            ran += expect(&denied(), &rule, or_invalid(CannotTell));
            ran += expect(&FakeSystem::unix(), &rule, or_invalid(CannotTell));
        }
    }
    ran
}

#[test]
fn codes_are_read_with_and_without_braces_in_any_case() {
    let machine = with(Some(5), "1.0.0");
    let bare = CODE.trim_matches(['{', '}']);
    for code in [CODE, bare, &CODE.to_lowercase(), &bare.to_lowercase(), &format!(" {CODE} ")] {
        expect(&machine, &rule(code, None, None), Expected::Holds);
    }
    for code in
        ["", " ", "Contoso", "{0F1B2C3D}", "{0F1B2C3D-1111-2222-3333-0123456789AG}", &format!("{CODE}x")]
    {
        expect(&machine, &rule(code, None, None), Expected::Invalid);
    }
}

#[test]
fn an_advertised_product_is_explained() {
    let report = Looker::new(&with(Some(1), "1.0.0")).rule(&rule(CODE, None, None));
    assert_eq!(report.actual, "advertised (state 1)");
    assert!(report.why.starts_with("It is only advertised"), "{}", report.why);
    assert_eq!(
        (report.kind.as_str(), report.expected.as_str(), report.view.as_str()),
        ("msi", "installed", "both")
    );
}

/// Intune has no such requirement, so the runner must not accept one.
#[test]
fn a_product_code_is_no_requirement() {
    let machine = with(Some(5), "1.0.0");
    let app = app_with(&[rule(CODE, None, None)], "requirement");
    let report = Looker::new(&machine).require(&app);
    assert_eq!(Expected::reported(&report.rules[0]), Expected::Invalid);
    assert_eq!(report.applicability, None);
}
