//! MSI facts, the portal's fields, and the app's document.

use super::*;
use crate::msi::sample::{PRODUCT_CODE, Sample};
use waybill_schemas::codes::Classified;

#[test]
fn an_msi_says_its_name_and_facts_and_what_to_type() {
    let place = PackFolder::new();
    place.write("Contoso.msi", &Sample::default().bytes());
    let source = PackSource::Folder { folder: place.source(), setup_file: "contoso.MSI".into() };
    let report = pack(&PackRequest { source, ..place.request() }, &silent()).unwrap();
    let info = report.msi_info.unwrap();
    assert_eq!(info.product_code.as_deref(), Some(PRODUCT_CODE));
    assert_eq!(report.setup_file, "Contoso.msi", "as on the disk");
    assert_ne!(report.name, "Contoso.msi", "the product's own name");
    let commands = (report.portal.install_command.unwrap(), report.portal.uninstall_command.unwrap());
    assert!(commands.0.starts_with("msiexec /i \"Contoso.msi\" /qn"), "{commands:?}");
    assert!(commands.1.contains(PRODUCT_CODE), "{commands:?}");
    assert!(report.portal.verified && report.portal.detection[0].contains(PRODUCT_CODE));
    assert!(report.notes.iter().any(|note| note.message.contains("in this spelling")), "{:?}", report.notes);
    let package = FileSource::open(place.0.path().join("out").join("contoso.intunewin")).unwrap();
    let package = Package::open(package, &Default::default()).unwrap();
    assert_eq!(package.info().msi_info, Some(info));
}

#[test]
fn a_damaged_msi_is_packed_without_its_facts() {
    let place = PackFolder::new();
    let mut bytes = Sample::default().bytes();
    bytes.truncate(bytes.len() / 2);
    place.write("damaged.msi", &bytes);
    let source = PackSource::Folder { folder: place.source(), setup_file: "damaged.msi".into() };
    let report = pack(&PackRequest { source, ..place.request() }, &silent()).unwrap();
    assert_eq!((report.name.as_str(), report.msi_info), ("damaged.msi", None));
    assert!(
        report.notes.iter().any(|note| note.code.as_deref() == Some("msi-unreadable")),
        "{:?}",
        report.notes
    );
}

#[test]
fn a_time_limit_that_intune_does_not_take_is_noted() {
    for (minutes, is_noted) in [(0, true), (1, false), (1440, false), (1441, true)] {
        let place = PackFolder::new();
        place.write("Contoso.msi", &Sample::default().bytes());
        let document = format!(
            r#"{{ "setupFilePath": "Contoso.msi", "installExperience": {{ "maxRunTimeInMinutes": {minutes} }} }}"#
        );
        fs::write(place.0.path().join("app.json"), document).unwrap();
        let source = PackSource::find(place.0.path().into(), None).unwrap().unwrap();
        let report = pack(&PackRequest { source, ..place.request() }, &silent()).unwrap();
        let noted = report.notes.iter().any(|note| note.message.contains("Intune takes 1 to 1440"));
        assert_eq!(noted, is_noted, "{:?}", report.notes);
    }
}

#[test]
fn an_apps_folder_is_packed_and_its_document_filled_in() {
    let place = PackFolder::new();
    place.write("Contoso.msi", &Sample::default().bytes());
    let document = place.0.path().join("app.json");
    let find = || PackSource::find(place.0.path().into(), None);
    let request = || PackRequest { source: find().unwrap().unwrap(), ..place.request() };
    assert!(find().unwrap().is_none(), "there is no document");
    fs::write(&document, "[]").unwrap();
    assert!(find().is_err(), "it is no app");
    fs::write(&document, r#"{ "displayName": "Contoso" }"#).unwrap();
    assert_eq!(pack(&request(), &silent()).unwrap_err().code().id, "app-without-setup-file");
    assert_eq!(place.output_names(), [""; 0]);
    fs::write(
        &document,
        r#"{ "displayName": "Contoso", "setupFilePath": "contoso.msi", "id": 7, "fileName": null,
        "installCommandLine": "msiexec /i Contoso.msi /qn", "rules": [] }"#,
    )
    .unwrap();
    let report = pack(&request(), &silent()).unwrap();
    assert_eq!(place.output_names(), ["contoso.intunewin"]);
    assert_eq!(report.portal.install_command.as_deref(), Some("msiexec /i Contoso.msi /qn"));
    assert!(report.app_document.unwrap().ends_with("app.json"));
    let filled: serde_json::Value = serde_json::from_slice(&fs::read(&document).unwrap()).unwrap();
    assert_eq!(filled["fileName"], "contoso.intunewin");
    assert_eq!(filled["setupFilePath"], "Contoso.msi");
    assert_eq!(filled["msiInformation"]["productCode"], PRODUCT_CODE);
    assert_eq!(filled["id"], 7);
    // An MSI that cannot be read keeps the facts in the document.
    fs::write(place.file("Contoso.msi"), b"damaged").unwrap();
    pack(&request(), &silent()).unwrap();
    let kept: serde_json::Value = serde_json::from_slice(&fs::read(&document).unwrap()).unwrap();
    assert_eq!(kept["msiInformation"]["productCode"], PRODUCT_CODE);
}

/// Packs the sample MSI with this document beside it.
fn pack_with_document(document: &str) -> PackReport {
    let place = PackFolder::new();
    place.write("Contoso.msi", &Sample::default().bytes());
    fs::write(place.0.path().join("app.json"), document).unwrap();
    let source = PackSource::find(place.0.path().into(), None).unwrap().unwrap();
    pack(&PackRequest { source, ..place.request() }, &silent()).unwrap()
}

#[test]
fn what_is_filled_in_is_told_and_the_page_has_the_apps_own_name() {
    let report = pack_with_document(
        r#"{ "displayName": "Our Contoso", "publisher": "Us", "displayVersion": "7", "setupFilePath": "Contoso.msi",
        "msiInformation": { "productCode": "{99999999-2222-3333-4444-555555555555}" } }"#,
    );
    let portal = &report.portal;
    let named = [&portal.name, &portal.publisher, &portal.version].map(|text| text.as_deref().unwrap());
    assert_eq!(named, ["Our Contoso", "Us", "7"]);
    let changed: Vec<_> = report.filled_fields.iter().map(|field| field.field.as_str()).collect();
    assert!(changed.contains(&"fileName") && !changed.contains(&"setupFilePath"), "{changed:?}");
    let code = report.filled_fields.iter().find(|field| field.field == "msiInformation.productCode").unwrap();
    assert_eq!(code.before.as_deref(), Some("{99999999-2222-3333-4444-555555555555}"));
    assert_eq!(code.after.as_deref(), Some(PRODUCT_CODE));
    assert!(report.notes.iter().all(|note| note.code.is_none()), "{:?}", report.notes);
}

#[test]
fn a_document_of_another_msi_is_called_stale() {
    const OLD: &str = "{99999999-2222-3333-4444-555555555555}";
    let document = |code: &str, version: &str| {
        format!(
            r##"{{ "displayName": "Contoso", "displayVersion": "{version}", "setupFilePath": "Contoso.msi",
            "installCommandLine": "msiexec /i Contoso.msi /qn", "uninstallCommandLine": "msiexec /x {code} /qn",
            "msiInformation": {{ "productCode": "{code}", "productVersion": "{version}" }},
            "rules": [{{ "@odata.type": "#microsoft.graph.win32LobAppProductCodeRule", "ruleType": "detection",
                "productCode": "{code}", "productVersionOperator": "notConfigured" }}] }}"##
        )
    };
    let stale = |document: &str| {
        let notes = pack_with_document(document).notes;
        let stale = notes.into_iter().find(|note| note.code.as_deref() == Some("app-stale"));
        stale.map(|note| note.message)
    };
    let message = stale(&document(OLD, "0.0.1")).unwrap();
    for part in [
        PRODUCT_CODE,
        "a detection rule asks for {9999",
        "the uninstall command names {9999",
        "displayVersion is 0.0.1",
    ] {
        assert!(message.contains(part), "{message}");
    }
    // By the former facts `init --update` knows what to renew, so that packing first takes nothing from it.
    let place = PackFolder::new();
    place.write("Contoso.msi", &Sample::default().bytes());
    fs::write(place.0.path().join("app.json"), document(OLD, "0.0.1")).unwrap();
    let source = PackSource::find(place.0.path().into(), None).unwrap().unwrap();
    pack(&PackRequest { source, ..place.request() }, &silent()).unwrap();
    let packed = fs::read_to_string(place.0.path().join("app.json")).unwrap();
    let packed: serde_json::Value = serde_json::from_str(&packed).unwrap();
    assert_eq!(packed["msiInformation"]["productCode"], OLD);
    let version =
        crate::msi::MsiFacts::from_reader(std::io::Cursor::new(Sample::default().bytes())).unwrap().version;
    assert_eq!(stale(&document(&PRODUCT_CODE.to_lowercase(), &version.unwrap())), None);
}

#[test]
fn a_document_that_init_wrote_is_filled_in_and_another_programs_is_not_touched() {
    let place = PackFolder::new();
    let document = place.0.path().join("app.json");
    let content = |text: &str| {
        fs::write(&document, text).unwrap();
        pack(&place.request(), &silent()).unwrap();
        fs::read_to_string(&document).unwrap()
    };
    let foreign = r#"{ "port": 8080 }"#;
    assert_eq!(content(foreign), foreign);
    assert_eq!(content("not json"), "not json");
    let other = r##"{ "@odata.type": "#microsoft.graph.win32LobApp", "setupFilePath": "other.msi" }"##;
    assert_eq!(content(other), other);
    let own = content(r##"{ "@odata.type": "#microsoft.graph.win32LobApp" }"##);
    assert!(own.contains(r#""fileName": "setup.intunewin""#), "{own}");

    let unasked = r##"{ "@odata.type": "#microsoft.graph.win32LobApp", "fileName": "mine" }"##;
    fs::write(&document, unasked).unwrap();
    let mut request = place.request();
    request.options.fill_document = false;
    pack(&request, &silent()).unwrap();
    assert_eq!(fs::read_to_string(&document).unwrap(), unasked);
}

#[test]
fn a_document_among_the_sources_is_an_apps_folder_too() {
    let place = PackFolder::new();
    place.write("Contoso.msi", &Sample::default().bytes());
    place.write("app.json", br#"{ "displayName": "Contoso", "setupFilePath": "Contoso.msi" }"#);
    let source = PackSource::find(place.source(), None).unwrap().unwrap();
    let report = pack(&PackRequest { source, ..place.request() }, &silent()).unwrap();
    assert_eq!((report.entries.files, report.left_out.files), (2, 1));
    assert!(report.app_document.is_some_and(|document| document.ends_with("app.json")));
}
