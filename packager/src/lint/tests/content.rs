//! WB401 to WB405, the rules for what is packed, and the setup file's place.

use super::*;
use crate::recognise::InstallerKind;

const GIB: u64 = 1 << 30;

fn entry(name: &str, size: u64) -> FileEntry {
    FileEntry { name: name.into(), size, is_folder: false }
}

fn findings_of(entries: Vec<FileEntry>) -> Vec<String> {
    let mut subject = msi_subject(&msi_app());
    subject.entries = Some(entries);
    found(subject)
}

fn beside_msi(name: &str, size: u64) -> Vec<String> {
    findings_of(vec![entry("contoso.msi", 300_000), entry(name, size)])
}

#[test]
fn wb401_what_nobody_meant_to_pack() {
    assert_eq!(beside_msi(".git/config", 1), ["W401"]);
    assert_eq!(beside_msi("sub/.git/config", 1), ["W401"]);
    assert_eq!(beside_msi(".gitignore", 1), [""; 0]);
    assert_eq!(beside_msi("old/contoso.intunewin", 1), ["W401"]);
    assert_eq!(beside_msi("holiday.mp4", GIB + 1), ["W401"]);
    assert_eq!(beside_msi("holiday.mp4", GIB - 1), [""; 0]);
    assert_eq!(beside_msi("data1.cab", 2 * GIB), [""; 0], "a part of the installer");
    assert_eq!(beside_msi("Data/holiday.mp4", 2 * GIB), [""; 0], "a layout");
    assert_eq!(findings_of(vec![entry("contoso.msi", 2 << 20), entry("holiday.mp4", 2 * GIB)]), [""; 0]);

    let script = with(
        with(msi_app(), "/setupFilePath", "install.cmd".into()),
        "/installCommandLine",
        "install.cmd".into(),
    );
    let mut subject = subject(&script, &[]);
    subject.entries = Some(vec![entry("install.cmd", 100), entry("image.iso", 4 * GIB)]);
    subject.setup.kind = Some(InstallerKind::Batch);
    assert_eq!(found(subject), [""; 0], "a script may need anything");
}

#[test]
fn wb402_names() {
    let long = |length: usize| format!("a/{}/b.txt", "x".repeat(length));
    assert_eq!(beside_msi(&long(192), 1), [""; 0]);
    assert_eq!(beside_msi(&long(193), 1), ["W402"]);
    assert_eq!(beside_msi("dir/con.txt", 1), ["E402"]);
    assert_eq!(beside_msi("a:b", 1), ["E402"]);
    assert_eq!(beside_msi("CONTOSO.MSI", 1), ["E402"], "one file on Windows");
    assert_eq!(beside_msi("console.txt", 1), [""; 0]);
    let spelled = with(msi_app(), "/setupFilePath", "Contoso.MSI".into());
    assert_eq!(found(msi_subject(&spelled)), ["W402"]);
    let absent = with(msi_app(), "/setupFilePath", "setup.msi".into());
    assert_eq!(found(msi_subject(&absent)), ["E102"]);
    let mut unmarked = msi_subject(&msi_app());
    unmarked.package = Some(PackageFacts { unmarked_names: 2, ..PackageFacts::default() });
    assert_eq!(found(unmarked), ["W402"]);
}

#[test]
fn wb402_names_both_of_two_names_for_one_file() {
    let mut subject = msi_subject(&msi_app());
    subject.entries = Some(vec![entry("contoso.msi", 1), entry("Data/A.txt", 1), entry("data/a.TXT", 1)]);
    let report = lint(subject, &[]);
    let message = &report.findings[0].message;
    assert!(message.contains("Data/A.txt") && message.contains("data/a.TXT"), "{message}");
}

#[test]
fn wb407_names_with_characters_that_nobody_sees() {
    for name in
        ["gpj\u{202e}.exe", "a\u{200b}b.txt", "\u{feff}a", "d\u{200d}/a.txt", "a\u{ad}b", "a\u{e0041}"]
    {
        assert_eq!(beside_msi(name, 1), ["W407"], "{name:?}");
    }
    assert_eq!(beside_msi("contoso\u{2060}.msi", 1), ["E402", "W407"], "one name to the eye");
    assert_eq!(beside_msi("日本語 Ä ❤\u{fe0f}.txt", 1), [""; 0]);
}

#[test]
fn wb406_setup_files_that_are_not_what_they_are_called() {
    let page = b"\n<!DOCTYPE html><html>Please sign in</html>".as_slice();
    let program = |name: &str, bytes: &[u8]| {
        let app = with(msi_app(), "/setupFilePath", name.into());
        found(subject(&with(app, "/installCommandLine", format!("{name} /S").into()), &[(name, bytes)]))
    };
    assert_eq!(found(subject(&msi_app(), &[("contoso.msi", page)])), ["E406"]);
    assert_eq!(found(subject(&msi_app(), &[("contoso.msi", b"")])), ["E406"]);
    assert_eq!(program("setup.exe", page), ["E406"]);
    assert_eq!(program("setup.exe", b"MZ\x90"), [""; 0]);
    assert_eq!(program("install.cmd", b""), ["E406"]);
    assert_eq!(program("install.txt", b"setup"), ["E101", "W406"]);
    // A file beside the setup file that the command starts.
    let app = with(msi_app(), "/installCommandLine", "cmd /c \"contoso.msi & tool.exe\"".into());
    let files: [(&str, &[u8]); 2] = [("contoso.msi", MSI), ("tool.exe", page)];
    assert!(found(subject(&app, &files)).contains(&"E406".to_owned()));
}

#[test]
fn wb402_many_bad_names_are_cut() {
    let mut subject = msi_subject(&msi_app());
    let bad = (0..500).map(|number| entry(&format!("{number}/nul"), 1));
    subject.entries = Some(bad.chain([entry("contoso.msi", 1)]).collect());
    let report = lint(subject, &[]);
    assert_eq!(report.findings.len(), 100);
    assert!(report.skipped[0].contains("WB402"));
}

fn with_package(facts: PackageFacts) -> Vec<String> {
    let mut subject = msi_subject(&msi_app());
    subject.package = Some(facts);
    found(subject)
}

#[test]
fn wb403_another_shape() {
    let odd = PackageFacts {
        deviations: vec!["an entry is deflated".into()],
        unpadded: vec!["Mac"],
        ..PackageFacts::default()
    };
    assert_eq!(with_package(odd), ["W403", "W403"]);
    assert_eq!(with_package(PackageFacts::default()), [""; 0]);
}

#[test]
fn wb404_msi_facts_out_of_the_ordinary() {
    let mut subject = msi_subject(&msi_app());
    subject.setup.msi.as_mut().unwrap().all_users = Some("0".into());
    assert_eq!(found(subject), ["W302", "W404"]);

    let same = msi_facts().msi_info();
    let with_info = |info: waybill_schemas::MsiInfo| {
        with_package(PackageFacts { msi_info: Some(info), ..PackageFacts::default() })
    };
    assert_eq!(with_info(same.clone()), [""; 0]);
    // Microsoft's tool works out its own flags, and an MSI with two services has this one false.
    let mut other = same.clone();
    other.includes_services = Some(true);
    other.contains_system_registry_keys = Some(true);
    assert_eq!(with_info(other), [""; 0]);
    let mut another = same.clone();
    another.product_version = Some("22.0".into());
    assert_eq!(with_info(another), ["W404"]);
    let mut unsaid = same;
    unsaid.includes_services = None;
    unsaid.product_code = unsaid.product_code.map(|code| code.to_lowercase());
    assert_eq!(with_info(unsaid), [""; 0]);
}

#[test]
fn wb405_other_readers_see_something_else() {
    let facts =
        PackageFacts { other_reader: vec!["it does not see `a.txt`".into()], ..PackageFacts::default() };
    assert_eq!(with_package(facts), ["E405"]);
}
