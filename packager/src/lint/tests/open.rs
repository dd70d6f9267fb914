use crate::init::{InitRequest, init};
use crate::lint::{Subject, lint};
use crate::msi::sample::Sample as Msi;
use crate::pack::{PackOptions, PackOutput, PackRequest, PackSource, pack};
use crate::walk::WalkOptions;
use std::fs;
use std::path::{Path, PathBuf};
use waybill_context::Context;
use waybill_intune::right_line::quoted;
use waybill_pe::sample::Sample as Program;
use waybill_schemas::codes::Classified as _;
use waybill_schemas::report::lint::LintReport;

fn report(path: &Path) -> LintReport {
    lint(Subject::open(path, &WalkOptions::default(), &Context::silent()).unwrap(), &[])
}

fn codes(report: &LintReport) -> Vec<&str> {
    report.findings.iter().map(|finding| finding.code.as_str()).collect()
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = name.split('/').fold(folder.path().to_owned(), |path, leaf| path.join(leaf));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

#[test]
fn microsofts_own_packages_are_silent() {
    for name in ["catalog", "deep", "emptydirs", "multichunk", "tiny", "unicode"] {
        let path =
            repository().join("tests").join("fixtures").join("golden").join(format!("{name}.intunewin"));
        let report = report(&path);
        assert_eq!(report.findings, [], "{name}");
        assert_eq!(report.skipped.len(), 1, "a package has no commands: {:?}", report.skipped);
    }
}

#[test]
fn the_examples_are_what_they_are_called() {
    let examples = repository().join("examples");
    assert_eq!(report(&examples.join("hello-app")).findings, []);
    let broken = report(&examples.join("broken-app"));
    let expected = [
        "WB101", "WB103", "WB105", "WB105", "WB109", "WB202", "WB203", "WB204", "WB301", "WB301", "WB304",
        "WB402",
    ];
    assert_eq!(codes(&broken), expected);
}

#[test]
fn an_msi_is_looked_into_in_a_folder_and_in_a_package() {
    let app = folder(&[("source/contoso.msi", &Msi::default().bytes())]);
    let request = InitRequest {
        source: app.path().join("source"),
        setup_file: "contoso.msi".into(),
        ..Default::default()
    };
    init(&request, &Context::silent()).unwrap();
    assert_eq!(report(app.path()).findings, []);

    let package = app.path().join("contoso.intunewin");
    let source = PackSource::find(app.path().to_owned(), None).unwrap().unwrap();
    pack(
        &PackRequest { source, output: PackOutput::File(package.clone()), options: PackOptions::default() },
        &Context::silent(),
    )
    .unwrap();
    let silent = report(&package);
    assert_eq!(silent.findings, []);
    assert_eq!(silent.skipped.len(), 1, "a package has no commands: {:?}", silent.skipped);

    // Another MSI under the same name.
    let other =
        Msi::default().with("ProductCode", "{99999999-2222-3333-4444-555555555555}").with("ALLUSERS", "0");
    fs::write(app.path().join("source").join("contoso.msi"), other.bytes()).unwrap();
    let found = report(app.path());
    assert_eq!(codes(&found), ["WB204", "WB204", "WB204", "WB302", "WB404"]);
    assert!(found.findings[0].place.line.is_some());
}

#[test]
fn what_init_drafts_is_silent_but_for_what_it_cannot_know() {
    let section = |bytes: &[u8]| vec![(".text", vec![0x90; 512]), (".wixburn", bytes.to_vec())];
    let nsis = [&[0; 4][..], b"\xEF\xBE\xAD\xDENullsoftInst", &[0; 500]].concat();
    let program = |overlay: &[u8]| Program { overlay: overlay.to_vec(), ..Program::default() }.bytes();
    let burn = Program { sections: section(&0x00F1_4300_u32.to_le_bytes()), ..Program::default() }.bytes();
    let cases: [(&str, Vec<u8>); 7] = [
        ("My Setup (x64).exe", program(&nsis)),
        ("plain.exe", program(b"")),
        ("shield.exe", program(b"InstallShield\0")),
        ("bundle.exe", burn),
        ("install.ps1", b"New-Item 'HKLM:\\SOFTWARE\\Contoso' -Force".to_vec()),
        ("install.cmd", b"@echo off".to_vec()),
        ("settings.reg", b"REGEDIT4\r\n".to_vec()),
    ];
    for (name, bytes) in cases {
        let app = folder(&[
            (&format!("source/{name}"), &bytes),
            ("source/uninstall.ps1", b"exit 0"),
            ("source/uninstall.cmd", b"exit /b 0"),
        ]);
        let request =
            InitRequest { source: app.path().join("source"), setup_file: name.into(), ..Default::default() };
        init(&request, &Context::silent()).unwrap();
        // Nothing in these files names a publisher, or says how the app is detected and removed.
        let unknown: Vec<_> = report(app.path())
            .findings
            .into_iter()
            .filter(|finding| !matches!(finding.code.as_str(), "WB201" | "WB114" | "WB503"))
            .collect();
        assert_eq!(unknown, [], "{name} ({})", quoted(name));
    }
}

#[test]
fn a_document_is_linted_with_what_lies_around_it() {
    let text = r#"{ "setupFilePath": "sub\\a.cmd", "installCommandLine": "absent.cmd" }"#;
    let alone = folder(&[("app.json", text.as_bytes())]);
    let found = report(&alone.path().join("app.json"));
    assert_eq!(codes(&found), ["WB201", "WB503", "WB503"]);
    assert_eq!(found.skipped.len(), 1);
    for files in [
        &[("app.json", text.as_bytes()), ("sub/a.cmd", b"exit")][..],
        &[("app.json", text.as_bytes()), ("source/sub/a.cmd", b"exit")],
    ] {
        let around = folder(files);
        let found = report(&around.path().join("app.json"));
        assert_eq!(codes(&found), ["WB102", "WB201", "WB503", "WB503"]);
        assert_eq!(found.skipped, [""; 0]);
        assert_eq!(codes(&report(around.path())), ["WB102", "WB201", "WB503", "WB503"]);
    }
}

#[test]
fn a_source_folder_without_a_document_is_linted_for_its_files() {
    let source =
        folder(&[("setup.exe", b"MZ"), (".git/config", b""), ("old.intunewin", b""), ("id_rsa", b"x")]);
    assert_eq!(codes(&report(source.path())), ["WB304", "WB401", "WB401"]);
}

#[test]
fn what_was_not_looked_at_is_told() {
    let empty = tempfile::tempdir().unwrap();
    let found = report(empty.path());
    assert_eq!(found.findings, [], "nothing is wrong with a folder that is empty");
    assert!(found.skipped.iter().any(|line| line.contains("nothing to pack")), "{:?}", found.skipped);
    assert!(found.skipped.iter().any(|line| line.contains("no app.json")), "{:?}", found.skipped);
    let app = folder(&[("app.json", br#"{ "setupFilePath": "a.cmd" }"#)]);
    fs::create_dir(app.path().join("source")).unwrap();
    assert_eq!(codes(&report(app.path())), ["WB102", "WB201", "WB503", "WB503", "WB503"]);
    // An empty folder in it was called `leer//`, a name that Windows refuses.
    fs::create_dir_all(app.path().join("source").join("leer")).unwrap();
    assert_eq!(codes(&report(app.path())), ["WB102", "WB201", "WB503", "WB503", "WB503"]);
    let alone = folder(&[("app.json", br#"{ "setupFilePath": "a.cmd" }"#)]);
    let found = report(alone.path());
    assert_eq!(codes(&found), ["WB201", "WB503", "WB503", "WB503"], "what it names may lie elsewhere");
    assert!(found.skipped[0].starts_with("the files"), "{:?}", found.skipped);
}

#[test]
fn what_cannot_be_opened_is_an_error_of_its_class() {
    let files =
        folder(&[("app.json", b"{"), ("a.intunewin", b"no package"), ("b.json", b"[]"), ("c.json", b"7")]);
    let open = |name: &str| {
        let opened = Subject::open(&files.path().join(name), &WalkOptions::default(), &Context::silent());
        opened.err().unwrap().code().id
    };
    assert_eq!(open("app.json"), "app-not-json");
    assert_eq!(open("b.json"), "app-list");
    assert_eq!(open("c.json"), "app-field");
    assert_eq!(open("a.intunewin"), "not-a-package");
    assert_eq!(open("absent.intunewin"), "input-missing");
}

#[test]
fn a_damaged_msi_is_told_and_stops_nothing() {
    let bytes = Msi::default().bytes();
    let text = br#"{ "setupFilePath": "a.msi" }"#;
    let app = folder(&[("app.json", text), ("source/a.msi", &bytes[..bytes.len() / 2])]);
    let found = report(app.path());
    assert_eq!(codes(&found), ["WB201", "WB406", "WB503", "WB503", "WB503"]);
    assert!(found.findings[1].message.contains("no MSI, or a damaged one"), "{:?}", found.findings);
}
