//! WB201 to WB207, the rules for detection and requirement rules.

use super::*;

const FILE: &str = "#microsoft.graph.win32LobAppFileSystemRule";
const REGISTRY: &str = "#microsoft.graph.win32LobAppRegistryRule";
const SCRIPT: &str = "#microsoft.graph.win32LobAppPowerShellScriptRule";

/// The findings for these rules in the place of the good app's.
fn rules(rules: Value) -> Vec<String> {
    found(subject(&with(msi_app(), "/rules", rules), &[("contoso.msi", MSI)]))
}

fn file(changes: Value) -> Value {
    changed(
        json!({ "@odata.type": FILE, "ruleType": "detection", "path": "C:\\Program Files\\Contoso",
        "fileOrFolderName": "app.exe", "operationType": "exists" }),
        changes,
    )
}

fn registry(changes: Value) -> Value {
    changed(
        json!({ "@odata.type": REGISTRY, "ruleType": "detection", "keyPath": "HKEY_LOCAL_MACHINE\\SOFTWARE\\Contoso",
        "valueName": "Installed", "operationType": "exists" }),
        changes,
    )
}

fn product(changes: Value) -> Value {
    changed(msi_app()["rules"][0].clone(), changes)
}

fn script(text: &[u8], changes: Value) -> Value {
    let mut body = waybill_schemas::app::PowerShellScriptRule::default();
    body.set_script(text);
    changed(
        json!({ "@odata.type": SCRIPT, "ruleType": "detection", "scriptContent": body.script_content }),
        changes,
    )
}

fn changed(mut rule: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else { panic!("{changes} is no object") };
    for (key, value) in changes {
        rule[key] = value;
    }
    rule
}

fn assert_each(cases: &[(Value, &[&str])]) {
    for (rule, expected) in cases {
        assert_eq!(rules(json!([rule])), *expected, "{rule}");
    }
}

#[test]
fn wb201_no_rule_or_none_that_can_hold() {
    assert_eq!(rules(json!([])), ["E201"]);
    assert_eq!(rules(json!([registry(json!({ "ruleType": "requirement" }))])), ["E201"]);
    let version = |value: Value| json!({ "operationType": "version", "operator": "greaterThanOrEqual", "comparisonValue": value });
    assert_each(&[
        (file(json!({})), &[]),
        (file(json!({ "path": "" })), &["E201"]),
        (file(json!({ "path": null })), &["E201"]),
        (file(json!({ "fileOrFolderName": " " })), &["E201"]),
        (file(json!({ "path": "Contoso" })), &["E201"]),
        (file(json!({ "path": "\"C:\\Program Files\\Contoso\"" })), &["E201"]),
        (file(json!({ "path": "$env:ProgramFiles\\Contoso" })), &["E201"]),
        (file(json!({ "fileOrFolderName": "app*.exe" })), &["E201"]),
        (file(json!({ "operationType": "notConfigured" })), &["E201"]),
        (file(version(json!("1.2.3.4"))), &[]),
        (file(version(json!("v1.2"))), &["E201"]),
        (file(version(json!(""))), &["E201"]),
        (
            file(
                json!({ "operationType": "version", "operator": "notConfigured", "comparisonValue": "1.2.3.4" }),
            ),
            &["E201"],
        ),
        (
            file(json!({ "operationType": "sizeInMB", "operator": "greaterThan", "comparisonValue": "5" })),
            &[],
        ),
        (
            file(
                json!({ "operationType": "sizeInMB", "operator": "greaterThan", "comparisonValue": "5 MB" }),
            ),
            &["E201"],
        ),
        (
            file(
                json!({ "operationType": "modifiedDate", "operator": "greaterThan", "comparisonValue": "2024-01-31T00:00:00Z" }),
            ),
            &[],
        ),
        (
            file(
                json!({ "operationType": "modifiedDate", "operator": "greaterThan", "comparisonValue": "yesterday" }),
            ),
            &["E201"],
        ),
        (file(json!({ "operationType": "somethingNew" })), &["E201"]),
        (file(json!({ "operationType": "unknownFutureValue" })), &["W501"]),
        (registry(json!({})), &[]),
        (registry(json!({ "keyPath": "HKLM\\SOFTWARE\\Contoso" })), &[]),
        (registry(json!({ "keyPath": "" })), &["E201"]),
        (registry(json!({ "keyPath": "HKLM:\\SOFTWARE\\Contoso" })), &["E201"]),
        (registry(json!({ "keyPath": "SOFTWARE\\Contoso" })), &["E201"]),
        (registry(json!({ "keyPath": "Computer\\HKEY_LOCAL_MACHINE\\SOFTWARE\\Contoso" })), &["E201"]),
        (
            registry(json!({ "operationType": "integer", "operator": "equal", "comparisonValue": "one" })),
            &["E201"],
        ),
        (product(json!({})), &[]),
        (product(json!({ "productCode": PRODUCT.trim_matches(['{', '}']) })), &[]),
        (product(json!({ "productCode": "{23170F69-40C1-2702-2301}" })), &["E201"]),
        (product(json!({ "productCode": "" })), &["E201"]),
        (product(json!({ "productVersionOperator": "greaterThan", "productVersion": "" })), &["E201"]),
        (script(b"", json!({})), &["E201"]),
        (script(b"'x'", json!({ "scriptContent": "%%%" })), &["E201"]),
        (
            json!({ "@odata.type": "#microsoft.graph.win32LobAppQuantumRule", "ruleType": "detection" }),
            &["E201"],
        ),
    ]);
    // A requirement that can never hold is no better.
    let requirement = registry(json!({ "ruleType": "requirement", "keyPath": "HKLM:\\SOFTWARE\\Contoso" }));
    assert_eq!(rules(json!([product(json!({})), requirement])), ["E201"]);
}

#[test]
fn wb201_rules_that_exclude_each_other() {
    let version = |operator: &str, value: &str| {
        file(json!({ "operationType": "version", "operator": operator, "comparisonValue": value }))
    };
    let gone = file(json!({ "operationType": "doesNotExist" }));
    let cases: [(Value, &[&str]); 7] = [
        (json!([file(json!({})), gone]), &["E201", "W207"]),
        (json!([version("greaterThanOrEqual", "2.0.0.0"), version("lessThan", "2.0.0.0")]), &["E201"]),
        (json!([version("greaterThanOrEqual", "2.0.0.0"), version("lessThan", "3.0.0.0")]), &[]),
        (json!([version("equal", "2.0.0.0"), version("equal", "2.0.0.1")]), &["E201", "W203", "W203"]),
        (json!([version("greaterThan", "2.0.0.0"), version("lessThanOrEqual", "2.0.0.0")]), &["E201"]),
        (json!([version("greaterThanOrEqual", "2.0.0.0"), version("lessThanOrEqual", "2.0.0.0")]), &[]),
        (
            json!([
                version("lessThan", "2.0.0.0"),
                file(
                    json!({ "fileOrFolderName": "b.exe", "operationType": "version", "operator": "greaterThan", "comparisonValue": "2.0.0.0" })
                )
            ]),
            &[],
        ),
    ];
    for (both, expected) in cases {
        assert_eq!(rules(both.clone()), expected, "{both}");
    }
}

/// Comparing all pairs of 8,000 rules took 32 seconds.
#[test]
fn wb201_many_rules_take_no_quadratic_time() {
    let start = std::time::Instant::now();
    let version = |operator: &str, number: usize| {
        file(
            json!({ "operationType": "version", "operator": operator, "comparisonValue": format!("{number}.0.0.0") }),
        )
    };
    let same: Vec<Value> = (0..4_000).map(|number| version("greaterThanOrEqual", number)).collect();
    assert_eq!(rules(json!(same)), [""; 0]);
    let apart: Vec<Value> = (0..4_000).map(|number| version("equal", number)).collect();
    assert_eq!(rules(json!(apart)).iter().filter(|code| *code == "E201").count(), 100);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn wb202_a_users_places() {
    assert_each(&[
        (registry(json!({ "keyPath": "HKEY_CURRENT_USER\\SOFTWARE\\Contoso" })), &["E202"]),
        (file(json!({ "path": "%LOCALAPPDATA%\\Contoso" })), &["E202"]),
        (file(json!({ "path": "C:\\Users\\anna\\AppData\\Local\\Contoso" })), &["E202"]),
        (file(json!({ "path": "C:\\Users\\Public\\Contoso" })), &[]),
        (file(json!({ "path": "%ProgramData%\\Contoso" })), &[]),
        (script(b"if (Test-Path HKCU:\\Software\\A) { 'x'; exit 0 }\nexit 1", json!({})), &["E202"]),
        (script(b"if (Test-Path \"$env:LOCALAPPDATA\\A\") { 'x' }", json!({})), &["E202"]),
        (script(b"if (Test-Path HKLM:\\Software\\A) { 'x' } # not HKCU:\\", json!({})), &[]),
        (script(b"if (Test-Path \"${env:APPDATA}\\A\") { 'x' }", json!({})), &["E202"]),
        (script(b"if (Test-Path Registry::HKEY_CURRENT_USER\\A) { 'x' }", json!({})), &["E202"]),
        // The machine's place first, the user's where that fails.
        (
            script(
                b"$p = \"$env:ProgramFiles\\A\"; if (-not (Test-Path $p)) { $p = \"$env:LocalAppData\\A\" }\nif (Test-Path $p) { 'x' }",
                json!({}),
            ),
            &[],
        ),
        (
            script(
                b"foreach ($p in Get-Item 'Registry::HKEY_USERS\\*') { if (Test-Path HKCU:\\A) { 'x' } }",
                json!({}),
            ),
            &[],
        ),
    ]);
    let user = |app: Value| with(app, "/installExperience/runAsAccount", "user".into());
    let app = with(
        msi_app(),
        "/rules",
        json!([registry(json!({ "keyPath": "HKEY_CURRENT_USER\\SOFTWARE\\Contoso" }))]),
    );
    assert_eq!(found(subject(&user(app), &[("contoso.msi", MSI)])), [""; 0]);
    let command = |text: &str| with(msi_app(), "/uninstallCommandLine", text.into());
    let findings_of = |text: &str| found(subject(&command(text), &[("contoso.msi", MSI)]));
    assert_eq!(findings_of("%LOCALAPPDATA%\\A\\u.exe /S"), ["W114", "E202"]);
    assert_eq!(
        findings_of("C:\\A\\u.exe /S /LOG=%APPDATA%\\u.log"),
        ["W114"],
        "SYSTEM has a profile to log to"
    );
    assert_eq!(findings_of("reg delete HKCU\\Software\\A /f"), ["E202"]);
    assert_eq!(findings_of("reg delete HKLM\\Software\\A /f /reg:64"), [""; 0]);
    let user_script = changed(
        script(b"if (Test-Path HKCU:\\A) { 'x' }", json!({})),
        json!({ "ruleType": "requirement", "runAsAccount": "user", "operator": "equal", "operationType": "string", "comparisonValue": "x" }),
    );
    assert_eq!(rules(json!([product(json!({})), user_script])), [""; 0]);
}

#[test]
fn wb203_exactly_one_version() {
    let equal = json!({ "operationType": "version", "operator": "equal", "comparisonValue": "1.2.3.4" });
    assert_each(&[
        (file(equal.clone()), &["W203"]),
        (file(changed(equal.clone(), json!({ "operator": "greaterThanOrEqual" }))), &[]),
        (registry(changed(equal.clone(), json!({ "valueName": "DisplayVersion" }))), &["W203"]),
        (
            registry(changed(equal, json!({ "valueName": "DisplayVersion", "operationType": "string" }))),
            &["W203"],
        ),
        (
            registry(
                json!({ "valueName": "Edition", "operationType": "string", "operator": "equal", "comparisonValue": "1.2.3.4" }),
            ),
            &[],
        ),
        (product(json!({ "productVersionOperator": "equal", "productVersion": "23.1.0" })), &["W203"]),
        (product(json!({ "productVersionOperator": "greaterThanOrEqual", "productVersion": "23.1.0" })), &[]),
    ]);
}

#[test]
fn wb204_versions_of_another_length() {
    let version = |operator: &str, value: &str| json!({ "operationType": "version", "operator": operator, "comparisonValue": value });
    let display = |operator: &str, value: &str| {
        registry(changed(version(operator, value), json!({ "valueName": "DisplayVersion" })))
    };
    assert_each(&[
        (file(version("lessThanOrEqual", "1.2")), &["W204"]),
        (file(version("greaterThan", "1.2.0")), &["W204"]),
        (file(version("greaterThanOrEqual", "1.2")), &[]),
        (file(version("greaterThan", "1.2.0.0")), &[]),
        (display("greaterThanOrEqual", "23.1.0.0"), &["W204"]),
        (display("greaterThanOrEqual", "23.1"), &[]),
        (display("greaterThan", "23.1"), &["W204"]),
        (display("greaterThanOrEqual", "23.1.0"), &[]),
        (display("greaterThanOrEqual", "22.5.1.4"), &[]),
    ]);
}

#[test]
fn wb204_rules_that_do_not_fit_the_packed_msi() {
    const OTHER: &str = "{23170F69-40C1-2702-2201-000001000000}";
    let findings_of = |app: Value| found(msi_subject(&app));
    let rule = |changes: Value| with(msi_app(), "/rules/0", product(changes));
    assert_eq!(findings_of(rule(json!({ "productCode": OTHER }))), ["E204"]);
    assert_eq!(findings_of(rule(json!({ "productCode": PRODUCT.to_lowercase() }))), [""; 0]);
    assert_eq!(
        findings_of(with(rule(json!({})), "/rules/1", product(json!({ "productCode": OTHER })))),
        [""; 0]
    );
    let version = |operator: &str, value: &str| {
        rule(json!({ "productVersionOperator": operator, "productVersion": value }))
    };
    assert_eq!(findings_of(version("greaterThanOrEqual", "23.2.0")), ["E204"]);
    assert_eq!(findings_of(version("greaterThanOrEqual", "22.0.0")), [""; 0]);
    assert_eq!(findings_of(version("equal", "22.0.0")), ["W203", "E204"]);
    let uninstall = |code: &str| {
        with(msi_app(), "/uninstallCommandLine", format!("msiexec /x {code} /qn /norestart").into())
    };
    assert_eq!(findings_of(uninstall(OTHER)), ["E204"]);
    assert_eq!(findings_of(uninstall("contoso.msi")), [""; 0]);
    // Without the MSI, the rule says which product is meant.
    let alone = |code: &str| found(subject(&uninstall(code), &[("contoso.msi", MSI)]));
    assert_eq!(alone(OTHER), ["W204"]);
    assert_eq!(alone(PRODUCT), [""; 0]);
    let bare = PRODUCT.trim_matches(['{', '}']);
    for wrong in [bare, "{23170F69-40C1-2702-2301}"] {
        let report = lint(subject(&uninstall(wrong), &[("contoso.msi", MSI)]), &[]);
        assert!(report.findings[0].message.contains("product code"), "{:?}", report.findings);
    }
    let information = |changes: Value| with(msi_app(), "/msiInformation", changes);
    assert_eq!(
        findings_of(information(json!({ "productCode": OTHER, "productVersion": "22.1" }))),
        ["E204", "E204"]
    );
    assert_eq!(
        findings_of(information(json!({ "productCode": PRODUCT, "productVersion": "23.1.0" }))),
        [""; 0]
    );
}

#[test]
fn wb205_scripts_that_cannot_answer() {
    let requirement = json!({ "ruleType": "requirement", "operationType": "string", "operator": "equal", "comparisonValue": "x" });
    assert_each(&[
        (script(b"if (Test-Path C:\\A) { exit 0 } else { exit 1 }", json!({})), &["E205"]),
        (script(b"if (Test-Path C:\\A) { 'yes' } else { 'no' }", json!({})), &["E205"]),
        (script(b"if (Test-Path C:\\A) { 'yes'; exit 0 } else { exit 1 }", json!({})), &[]),
    ]);
    let always = changed(script(b"if (Test-Path C:\\A) { 'x' } else { 'y' }", json!({})), requirement);
    assert_eq!(rules(json!([product(json!({})), always])), [""; 0], "a requirement script may always print");
}

#[test]
fn wb206_encodings_and_signatures() {
    let text = "if (Test-Path 'C:\\Größe') { 'ja'; exit 0 }\nexit 1";
    let marked = format!("\u{FEFF}{text}");
    let utf16: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let ansi: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let enforced = json!({ "enforceSignatureCheck": true });
    let signed =
        format!("{marked}\r\n# SIG # Begin signature block\r\n# MIIF\r\n# SIG # End signature block\r\n");
    assert_each(&[
        (script(text.as_bytes(), json!({})), &["W206"]),
        (script(&ansi, json!({})), &["W206"]),
        (script(&utf16, json!({})), &["W206"]),
        (script(marked.as_bytes(), json!({})), &[]),
        (script(marked.as_bytes(), enforced.clone()), &["E206"]),
        (script(signed.as_bytes(), enforced), &[]),
    ]);
    let app = with(msi_app(), "/installCommandLine", "powershell -File a.ps1".into());
    let files = |bytes: &'static [u8]| subject(&app, &[("contoso.msi", MSI), ("a.ps1", bytes)]);
    assert_eq!(found(files("'ü'".as_bytes())), ["W206"]);
    assert_eq!(found(files("\u{FEFF}'ü'".as_bytes())), [""; 0]);
    assert_eq!(found(files(b"'u'")), [""; 0]);
}

#[test]
fn wb207_traces_that_stay() {
    let key = json!({ "keyPath": "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\App_is1", "valueName": "" });
    assert_each(&[
        (file(json!({ "path": "C:\\Program Files", "fileOrFolderName": "Contoso" })), &["W207"]),
        (file(json!({ "path": "C:\\Program Files", "fileOrFolderName": "Java 1.8" })), &["W207"]),
        (file(json!({ "fileOrFolderName": "app.exe" })), &[]),
        (registry(key.clone()), &["W207"]),
        (registry(changed(key.clone(), json!({ "valueName": "DisplayVersion" }))), &[]),
        (registry(json!({ "operationType": "doesNotExist" })), &[]),
    ]);
    let both = json!([registry(key), file(json!({}))]);
    assert_eq!(rules(both), [""; 0], "another rule makes up for it");
}
