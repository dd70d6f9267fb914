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
