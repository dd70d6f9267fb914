//! Random rules are evaluated without a panic and explained, and their answers are consistent.

use crate::ground::{FakeGround, FileThing, Ground, RegistryThing};
use crate::look::Looker;
use crate::truth::Expected;
use proptest::prelude::*;
use serde_json::{Value, json};
use waybill_schemas::app::{FileSystemOperation, Operator, RegistryOperation, ScriptOperation};
use waybill_system::RegistryValue;

/// A field of a rule: mostly a known word, sometimes any text, sometimes absent.
fn word(known: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        1 => Just(None),
        8 => prop::sample::select(known).prop_map(|text| Some(text.to_owned())),
        2 => ".{0,12}".prop_map(Some),
    ]
}

fn value() -> impl Strategy<Value = Option<String>> {
    word(&[
        "1",
        "1.2",
        "1.2.3.4",
        "2024-05-01",
        "05/01/2024 12:00:00",
        "true",
        "text",
        "",
        "-1",
        "1.5",
        "0x1",
    ])
}

fn file_rule() -> impl Strategy<Value = Value> {
    let path =
        word(&[r"C:\Windows", "%ProgramFiles%", "%windir%\\System32", "%X%", "%%", "C:", "/usr", r"\\a\b"]);
    let name = word(&["System32", "cmd.exe", "App", "", "*", r"a\b", "%Path%"]);
    let operation = word(FileSystemOperation::KNOWN);
    (path, name, any::<Option<bool>>(), operation, word(Operator::KNOWN), value()).prop_map(
        |(path, name, is_32_bit, operation, operator, value)| {
            json!({
                "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule", "path": path,
                "fileOrFolderName": name, "check32BitOn64System": is_32_bit, "operationType": operation,
                "operator": operator, "comparisonValue": value,
            })
        },
    )
}

fn registry_rule() -> impl Strategy<Value = Value> {
    let key = word(&[r"HKLM\SOFTWARE\C", "HKEY_CURRENT_USER", r"HKLM:\S", "", r"SOFTWARE\C", r"HKCR\.txt\\"]);
    let name = word(&["", "(Default)", "Version"]);
    let operation = word(RegistryOperation::KNOWN);
    (key, name, any::<Option<bool>>(), operation, word(Operator::KNOWN), value()).prop_map(
        |(key, name, is_32_bit, operation, operator, value)| {
            json!({
                "@odata.type": "#microsoft.graph.win32LobAppRegistryRule", "keyPath": key, "valueName": name,
                "check32BitOn64System": is_32_bit, "operationType": operation, "operator": operator,
                "comparisonValue": value,
            })
        },
    )
}

fn product_rule() -> impl Strategy<Value = Value> {
    let code =
        word(&["{0F1B2C3D-1111-2222-3333-0123456789AB}", "", "{}", "0f1b2c3d-1111-2222-3333-0123456789ab"]);
    (code, word(Operator::KNOWN), value()).prop_map(|(code, operator, version)| {
        json!({
            "@odata.type": "#microsoft.graph.win32LobAppProductCodeRule", "productCode": code,
            "productVersionOperator": operator, "productVersion": version,
        })
    })
}

/// A script rule whose script is empty or invalid, so that nothing runs; the table has the others.
fn script_rule() -> impl Strategy<Value = Value> {
    let content = word(&["", "=", "not base64"]);
    (content, word(ScriptOperation::KNOWN), word(Operator::KNOWN), value()).prop_map(
        |(content, operation, operator, value)| {
            json!({
                "@odata.type": "#microsoft.graph.win32LobAppPowerShellScriptRule",
                "scriptContent": content.filter(|text| text.len() < 4), "operationType": operation,
                "operator": operator, "comparisonValue": value,
            })
        },
    )
}

fn any_rule() -> impl Strategy<Value = Value> {
    prop_oneof![file_rule(), registry_rule(), product_rule(), script_rule()]
}

fn opposite(operator: &str) -> Option<&'static str> {
    let pairs =
        [("equal", "notEqual"), ("lessThan", "greaterThanOrEqual"), ("greaterThan", "lessThanOrEqual")];
    pairs.into_iter().find(|(one, _)| *one == operator).map(|(_, other)| other)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn every_rule_comes_to_an_explained_answer(rule in any_rule()) {
        for ground in [FakeGround::windows(), FakeGround::unix()] {
            let looker = Looker::new(ground.system());
            let report = looker.rule(&rule);
            Expected::reported(&report);
            // A rule that is invalid here is invalid everywhere, except that paths have another form on the other
            // system.
            if report.kind != "file" {
                let other = FakeGround::windows();
                prop_assert_eq!(Looker::new(other.system()).rule(&rule).invalid, report.invalid);
            }
        }
    }

    /// Where values can be compared, an operator holds exactly if its opposite does not.
    #[test]
    fn an_operator_and_its_opposite_never_agree(rule in any_rule(), found in value(), numbers in any::<[u16; 4]>()) {
        let ground = FakeGround::windows();
        let mut rule = rule;
        let place = ground.put_file(&FileThing::Version(numbers)).unwrap();
        let found = RegistryThing::Value(RegistryValue::Text(found.unwrap_or_default()));
        let key = ground.put_value(&found, "V").unwrap();
        ground.machine.add_product("{0F1B2C3D-1111-2222-3333-0123456789AB}", 5, "1.2.3");
        for (field, put) in [("path", place.folder), ("fileOrFolderName", place.name), ("keyPath", key), ("valueName", "V".into())] {
            if rule.get(field).is_some() {
                rule[field] = put.into();
            }
        }
        let field = if rule.get("productCode").is_some() { "productVersionOperator" } else { "operator" };
        let Some(other) = rule[field].as_str().and_then(opposite) else { return Ok(()) };
        let mut opposed = rule.clone();
        opposed[field] = other.into();
        let looker = Looker::new(ground.system());
        let (one, two) = (looker.rule(&rule), looker.rule(&opposed));
        let compared = one.why.contains(" is less than") || one.why.contains(" is greater than") || one.why.contains(" is equal to");
        prop_assert_eq!(one.answer != two.answer, compared, "{:#?} and {:#?}", one, two);
    }
}
