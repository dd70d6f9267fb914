//! Detection.xml against the golden packages of Microsoft's tool, and against everything that is refused.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use waybill_schemas::codes::Classified;
use waybill_schemas::{
    ApplicationInfo, ContentNameFault, DETECTION_XML_LIMIT, DetectionXmlError as Error,
    DetectionXmlNote as Note, DetectionXmlWriteError, EncryptionInfoSource, MsiExecutionContext,
    encryption_info_from,
};

const GOLDEN: [&str; 6] = ["catalog", "deep", "emptydirs", "multichunk", "tiny", "unicode"];

fn golden_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join("tests").join("fixtures").join("golden")
}

/// Detection.xml is the last of two stored entries, so its bytes stand in the package as they are.
fn golden(name: &str) -> Vec<u8> {
    let package = fs::read(golden_folder().join(format!("{name}.intunewin"))).unwrap();
    let find = |needle: &[u8]| package.windows(needle.len()).rposition(|window| window == needle).unwrap();
    let end = b"</ApplicationInfo>";
    package[find(b"<ApplicationInfo ")..find(end) + end.len()].to_vec()
}

fn crlf(bytes: &[u8]) -> Vec<u8> {
    String::from_utf8(bytes.to_vec()).unwrap().replace('\n', "\r\n").into_bytes()
}

/// The smallest golden document as Windows would have it, for changes.
fn tiny() -> String {
    String::from_utf8(crlf(&golden("tiny"))).unwrap()
}

fn read_tiny(from: &str, to: &str) -> Result<(ApplicationInfo, Vec<Note>), Error> {
    let text = tiny();
    assert!(text.contains(from), "{from}");
    ApplicationInfo::read(text.replacen(from, to, 1).as_bytes()).map(|read| (read.info, read.notes))
}

/// Replaces the text of one element.
fn with_value(element: &str, value: &str) -> Result<(ApplicationInfo, Vec<Note>), Error> {
    let mut text = tiny();
    let begin = text.find(&format!("<{element}>")).unwrap() + element.len() + 2;
    let end = text.find(&format!("</{element}>")).unwrap();
    text.replace_range(begin..end, value);
    ApplicationInfo::read(text.as_bytes()).map(|read| (read.info, read.notes))
}

#[test]
fn golden_documents_are_written_again_byte_for_byte() {
    for name in GOLDEN {
        let bytes = golden(name);
        let read = ApplicationInfo::read(&bytes).unwrap();
        assert_eq!(read.notes, [Note::LineFeeds], "{name}");
        assert_eq!(read.info.tool_version, waybill_schemas::TOOL_VERSION);
        assert_eq!(read.info.file_name, waybill_schemas::CONTENT_FILE_NAME);
        let written = read.info.write().unwrap();
        assert_eq!(String::from_utf8_lossy(&written), String::from_utf8_lossy(&crlf(&bytes)), "{name}");
        assert_eq!(ApplicationInfo::read(&written).unwrap().notes, []);
    }
}

#[test]
fn golden_documents_give_encryption_info() {
    let given = encryption_info_from(&golden("multichunk")).unwrap();
    assert_eq!((given.payload_size, given.source), (Some(2_184_359), EncryptionInfoSource::DetectionXml));
    assert_eq!(given.setup_file.as_deref(), Some("install.cmd"));
}

const MSI: &str = "\r\n  <MsiInfo>\r\n    <MsiProductCode>{23170F69-40C1-2702-2301-000001000000}</MsiProductCode>\
    \r\n    <MsiProductVersion>23.01.00.0</MsiProductVersion>\r\n    <MsiPackageCode>{P}</MsiPackageCode>\
    \r\n    <MsiUpgradeCode>{U}</MsiUpgradeCode>\r\n    <MsiExecutionContext>System</MsiExecutionContext>\
    \r\n    <MsiRequiresLogon>false</MsiRequiresLogon>\r\n    <MsiRequiresReboot>false</MsiRequiresReboot>\
    \r\n    <MsiIsMachineInstall>true</MsiIsMachineInstall>\r\n    <MsiIsUserInstall>false</MsiIsUserInstall>\
    \r\n    <MsiIncludesServices>false</MsiIncludesServices>\
    \r\n    <MsiIncludesODBCDataSource>false</MsiIncludesODBCDataSource>\
    \r\n    <MsiContainsSystemRegistryKeys>false</MsiContainsSystemRegistryKeys>\
    \r\n    <MsiContainsSystemFolders>false</MsiContainsSystemFolders>\
    \r\n    <MsiPublisher>Igor &amp; \"Pavlov\"'s</MsiPublisher>\r\n  </MsiInfo>";

const END: &str = "\r\n</ApplicationInfo>";

#[test]
fn msi_info_is_written_again_byte_for_byte() {
    let text = tiny().replace(END, &format!("{MSI}{END}"));
    let read = ApplicationInfo::read(text.as_bytes()).unwrap();
    let msi_info = read.info.msi_info.as_ref().unwrap();
    assert_eq!(msi_info.publisher.as_deref(), Some("Igor & \"Pavlov\"'s"));
    assert_eq!(msi_info.execution_context, Some(MsiExecutionContext::System));
    assert_eq!((msi_info.is_machine_install, msi_info.is_user_install), (Some(true), Some(false)));
    assert_eq!(read.notes, []);
    assert_eq!(String::from_utf8_lossy(&read.info.write().unwrap()), text);
}

#[test]
fn msi_info_is_read_in_any_order_with_fields_missing_empty_or_odd() {
    let msi = "<MsiInfo><MsiPublisher /><MsiRequiresLogon>True</MsiRequiresLogon><MsiExecutionContext></MsiExecutionContext>\
        <MsiProductCode>{A}</MsiProductCode><MsiRequiresReboot>perhaps</MsiRequiresReboot><MsiNew>1</MsiNew></MsiInfo>";
    let (info, notes) = read_tiny(END, &format!("{msi}{END}")).unwrap();
    let msi_info = info.msi_info.unwrap();
    assert_eq!(msi_info.publisher.as_deref(), Some(""));
    assert_eq!(msi_info.product_code.as_deref(), Some("{A}"));
    assert_eq!((msi_info.requires_logon, msi_info.requires_reboot), (Some(true), None));
    assert_eq!((msi_info.execution_context, msi_info.upgrade_code), (None, None));
    let unknown = Note::UnknownElement { parent: "MsiInfo", name: "MsiNew".to_owned() };
    let order = Note::ElementOrder { parent: "MsiInfo" };
    assert_eq!(notes, [unknown, order, Note::UnreadableValue { field: "MsiRequiresReboot" }]);
}

#[test]
fn variations_from_the_wild_are_read_and_noted() {
    let xsd = "xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"";
    let xsi = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
    let other = |parent: &'static str, name: &str| Note::UnknownElement { parent, name: name.to_owned() };
    for (from, to, expected) in [
        ("<App", "\u{FEFF}<App", vec![Note::ByteOrderMark]),
        ("<App", "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<App", vec![Note::Declaration]),
        ("<App", "\u{FEFF}<?xml version='1.0'?><App", vec![Note::ByteOrderMark, Note::Declaration]),
        (&format!("{xsd} {xsi}"), &format!("{xsi} {xsd}"), vec![Note::RootAttributes]),
        (&format!("{xsd} {xsi} "), "", vec![Note::RootAttributes]),
        (xsd, "xmlns=\"urn:other\"", vec![Note::RootAttributes]),
        (" ToolVersion=\"1.8.7.0\"", "", vec![Note::MissingToolVersion]),
        (
            "  <FileName>",
            "  <Description>A &lt;thing&gt;</Description>\r\n  <FileName>",
            vec![Note::ElementOrder { parent: "ApplicationInfo" }],
        ),
        ("  <FileName>", "  <Icon size='1'><Big/></Icon><FileName>", vec![other("ApplicationInfo", "Icon")]),
        ("  <Mac>", "  <KeyId>1</KeyId><Mac>", vec![other("EncryptionInfo", "KeyId")]),
        ("Mk=</Mac>", "Mk</Mac>", vec![Note::UnpaddedBase64 { field: "Mac" }]),
        ("  <Name>", " <!-- note --><?pi x?> <Name>", vec![Note::Layout]),
        ("<Mac>", "<Mac>\r\n   ", vec![Note::Layout]),
        ("install.cmd</Setup", "<![CDATA[install.cmd]]></Setup", vec![Note::Layout]),
        ("install.cmd</Setup", "inst&#x61;ll&#46;cmd</Setup", vec![Note::Layout]),
        (END, &format!("{END}\r\n<!-- end -->\r\n"), vec![Note::Layout]),
        ("ToolVersion=\"1.8.7.0\"", "ToolVersion='1.8.7.0'", vec![Note::Layout]),
    ] {
        let (info, notes) = read_tiny(from, to).unwrap_or_else(|error| panic!("{to}: {error}"));
        assert_eq!(notes, expected, "{to}");
        assert_eq!((info.setup_file.as_str(), info.unencrypted_content_size), ("install.cmd", 142));
    }
}

#[test]
fn names_of_older_tools_and_empty_names_are_read() {
    let (info, notes) = with_value("FileName", "7z 1900-x64.intunewin").unwrap();
    assert_eq!((info.file_name.as_str(), notes), ("7z 1900-x64.intunewin", vec![]));
    let (info, _) = with_value("Name", "").unwrap();
    assert_eq!(info.name, "");
    assert!(String::from_utf8_lossy(&info.write().unwrap()).contains("<Name />"));
    let (info, _) = with_value("SetupFile", "sub\\setup.EXE").unwrap();
    assert_eq!(info.setup_file, "sub\\setup.EXE");
}

#[test]
fn what_is_not_text_is_refused() {
    let utf16: Vec<u8> = tiny().encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(ApplicationInfo::read(&utf16), Err(Error::Utf16));
    assert_eq!(ApplicationInfo::read(&[&[0xFF, 0xFE], &utf16[..]].concat()), Err(Error::Utf16));
    let mut bytes = tiny().into_bytes();
    bytes[200] = 0xFF;
    assert_eq!(ApplicationInfo::read(&bytes), Err(Error::NotUtf8 { offset: 200 }));
    let long = vec![b' '; DETECTION_XML_LIMIT + 1];
    let expected = Error::TooLarge { actual: DETECTION_XML_LIMIT + 1, limit: DETECTION_XML_LIMIT };
    assert_eq!(ApplicationInfo::read(&long), Err(expected));
    assert_eq!(ApplicationInfo::read(b""), Err(Error::NoRoot));
    assert_eq!(ApplicationInfo::read(b"PK\x03\x04"), Err(Error::Character { code: 3 }));
    assert_eq!(ApplicationInfo::read(b"hello"), Err(Error::TextOutsideRoot { offset: 0 }));
}

#[test]
fn what_is_not_well_formed_is_refused() {
    for (from, to) in [
        ("</ApplicationInfo>", ""),
        ("</ApplicationInfo>", "</ApplicationInfo"),
        ("</Name>", "</name>"),
        ("</Name>", ""),
        ("<Name>", "<1Name>"),
        ("<Name>", "< Name>"),
        ("<Name>", "<Name <b>"),
        ("<Name>", "<Name a=1>"),
        ("<Name>", "<Name a='1' a='2'>"),
        ("<Name>", "<Name a='<'>"),
        ("<Name>", "<Name>a & b "),
        ("<Name>", "<Name>&#xZZ;"),
        ("<Name>", "<Name>]]>"),
        ("<Name>", "<!-- <Name>"),
        ("<Name>", "<![CDATA[<Name>"),
        ("<Name>", "<?xml version=\"1.0\"?><Name>"),
        ("<App", " <?xml version=\"1.0\"?><App"),
        ("</ApplicationInfo>", "</ApplicationInfo></ApplicationInfo>"),
    ] {
        let error = read_tiny(from, to).unwrap_err();
        assert!(matches!(error, Error::NotWellFormed { .. }), "{to}: {error}");
    }
}

#[test]
fn declarations_of_other_encodings_and_versions_are_refused() {
    let declared = |attributes: &str| read_tiny("<App", &format!("<?xml {attributes}?><App")).unwrap_err();
    assert_eq!(declared("version='1.0' encoding='utf-16'"), Error::Encoding);
    assert_eq!(declared("version='1.0' encoding='iso-8859-1'"), Error::Encoding);
    assert_eq!(declared("version='1.1'"), Error::Version);
    assert_eq!(declared("encoding='utf-8'"), Error::Version);
}

#[test]
fn what_only_an_attacker_needs_is_refused() {
    let refused = |from, to: &str| read_tiny(from, to).unwrap_err();
    assert_eq!(refused("<App", "<!DOCTYPE ApplicationInfo [<!ENTITY a \"b\">]><App"), Error::Doctype);
    assert_eq!(refused("<App", "<!doctype x SYSTEM 'http://host/x.dtd'><App"), Error::Doctype);
    assert_eq!(refused("<Name>", "<Name><!DOCTYPE x>"), Error::Doctype);
    assert!(matches!(refused("<Name>", "<Name>&own;"), Error::Entity { .. }));
    assert!(matches!(refused("<Name>", "<Name a='&own;'>"), Error::Entity { .. }));
    assert!(matches!(refused("<Name>", "<Name>&#0;"), Error::NotWellFormed { .. }));
    assert_eq!(refused("<Name>", "<Name>&#1;"), Error::Character { code: 1 });
    assert_eq!(refused("<Name>", "<Name>&#xFFFE;"), Error::Character { code: 0xFFFE });
    assert_eq!(refused("<Name>", "<Name a='&#8;'>"), Error::Character { code: 8 });
    assert_eq!(refused("<Name>", "<Name>\u{1B}"), Error::Character { code: 0x1B });
}

#[test]
fn depth_and_counts_are_bounded() {
    let nested = |depth: usize| format!("{}{}{END}", "<a>".repeat(depth), "</a>".repeat(depth));
    assert!(read_tiny(END, &nested(7)).is_ok());
    assert_eq!(read_tiny(END, &nested(8)).unwrap_err(), Error::TooDeep { limit: 8 });
    assert_eq!(read_tiny(END, &nested(100_000)).unwrap_err(), Error::TooDeep { limit: 8 });
    let many = format!("{}{END}", "<a/>".repeat(2_000));
    assert_eq!(read_tiny(END, &many).unwrap_err(), Error::TooMany { what: "elements", limit: 1_024 });
    let attributes: String = (0..100_000).map(|index| format!(" a{index}=''")).collect();
    let error = read_tiny("<Name>", &format!("<Name{attributes}>")).unwrap_err();
    assert_eq!(error, Error::TooMany { what: "attributes of one element", limit: 32 });
    let references = "&amp;".repeat(200_000);
    assert_eq!(with_value("Name", &references).unwrap().0.name.len(), 200_000);
}

#[test]
fn other_roots_and_what_surrounds_the_root_are_refused() {
    let text = tiny();
    let error = ApplicationInfo::read(text.replace("ApplicationInfo", "PackageInfo").as_bytes()).unwrap_err();
    assert_eq!(error, Error::WrongRoot { name: "PackageInfo".to_owned() });
    let error = ApplicationInfo::read(format!("{text}{text}").as_bytes()).unwrap_err();
    assert_eq!(error, Error::SecondRoot { name: "ApplicationInfo".to_owned() });
    for (from, to) in [("<App", "x<App"), (END, &format!("{END}x")), (END, &format!("{END}&#32;"))] {
        let error = read_tiny(from, to).unwrap_err();
        assert!(matches!(error, Error::TextOutsideRoot { .. }), "{to}: {error}");
    }
}

#[test]
fn every_required_field_is_missed_when_missing_and_refused_when_double() {
    for (parent, field) in [
        ("ApplicationInfo", "Name"),
        ("ApplicationInfo", "UnencryptedContentSize"),
        ("ApplicationInfo", "FileName"),
        ("ApplicationInfo", "SetupFile"),
        ("ApplicationInfo", "EncryptionInfo"),
        ("EncryptionInfo", "EncryptionKey"),
        ("EncryptionInfo", "MacKey"),
        ("EncryptionInfo", "InitializationVector"),
        ("EncryptionInfo", "Mac"),
        ("EncryptionInfo", "ProfileIdentifier"),
        ("EncryptionInfo", "FileDigest"),
        ("EncryptionInfo", "FileDigestAlgorithm"),
    ] {
        let text = tiny();
        let begin = text.find(&format!("<{field}>")).unwrap();
        let closing = format!("</{field}>");
        let element = &text[begin..text.find(&closing).unwrap() + closing.len()];
        assert_eq!(read_tiny(element, "").unwrap_err(), Error::Missing { parent, field });
        let error = read_tiny(element, &element.repeat(2)).unwrap_err();
        assert_eq!(error, Error::Duplicate { parent, field });
        if !matches!(field, "Name" | "FileName" | "EncryptionInfo") {
            assert_eq!(with_value(field, "").unwrap_err(), Error::Missing { parent, field });
        }
    }
    let twice = format!("<MsiInfo/><MsiInfo/>{END}");
    let error = read_tiny(END, &twice).unwrap_err();
    assert_eq!(error, Error::Duplicate { parent: "ApplicationInfo", field: "MsiInfo" });
}

#[test]
fn text_and_elements_stay_in_their_places() {
    assert_eq!(
        read_tiny("<Name>", "x<Name>").unwrap_err(),
        Error::MisplacedText { element: "ApplicationInfo" }
    );
    assert_eq!(read_tiny("<Mac>", "x<Mac>").unwrap_err(), Error::MisplacedText { element: "EncryptionInfo" });
    assert_eq!(with_value("Name", "a<b/>").unwrap_err(), Error::NestedElements { field: "Name" });
    assert_eq!(with_value("Mac", "<b/>").unwrap_err(), Error::NestedElements { field: "Mac" });
}

#[test]
fn wrong_values_are_refused() {
    for field in ["EncryptionKey", "MacKey", "InitializationVector", "Mac", "FileDigest"] {
        for value in ["AAAA", "not base64!", &"A".repeat(44), &"A".repeat(100_000)] {
            let error = with_value(field, value).unwrap_err();
            assert!(matches!(error, Error::Bytes { field: named, .. } if named == field), "{field}: {error}");
        }
    }
    let larger = (waybill_schemas::CONTENT_LIMIT + 1).to_string();
    for value in
        ["-1", "+1", "1.0", "1e3", "0x10", "1 2", "１", "18446744073709551616", &larger, &"9".repeat(10_000)]
    {
        assert!(matches!(with_value("UnencryptedContentSize", value), Err(Error::Size { .. })), "{value}");
    }
    let error = with_value("ProfileIdentifier", "ProfileVersion2").unwrap_err();
    assert_eq!(
        error.to_string(),
        "ProfileIdentifier is \"ProfileVersion2\"; only \"ProfileVersion1\" is known"
    );
    assert!(matches!(with_value("FileDigestAlgorithm", "SHA1"), Err(Error::DigestAlgorithm { .. })));
}

#[test]
fn a_content_outside_its_folder_is_refused() {
    for (name, source) in [
        ("", ContentNameFault::Empty),
        ("..", ContentNameFault::Dots),
        ("../x.intunewin", ContentNameFault::Separator),
        ("..\\x.intunewin", ContentNameFault::Separator),
        ("/etc/passwd", ContentNameFault::Separator),
        ("C:\\x", ContentNameFault::Separator),
        ("C:x", ContentNameFault::Colon),
        ("a/b", ContentNameFault::Separator),
        ("a&#xA;b", ContentNameFault::Control),
    ] {
        let expected = Error::FileName { found: name.replace("&#xA;", "\n"), source };
        assert_eq!(with_value("FileName", name).unwrap_err(), expected);
    }
}

#[test]
fn no_message_shows_a_key() {
    let text = tiny();
    let key = "yY70PzpC7nWwU/qMZUX2PGrIslMI6cbm0RQ9ANPwayg=";
    assert!(text.contains(key));
    let mutations = [
        text.replace("</EncryptionKey>", "x</EncryptionKey>"),
        text.replace("</EncryptionKey>", "</EncryptionKey"),
        text.replace("</EncryptionKey>", "<"),
        text.replace("</EncryptionKey>", "&"),
        text.replace("<EncryptionKey>", "<EncryptionKey"),
        text.replace("<EncryptionKey>", "</"),
        text.replace("<EncryptionKey>", ""),
        text.replace("<EncryptionKey>", "<EncryptionKey>&"),
        text.replace("ProfileVersion1", key),
        text.replace("SHA256", key),
        text.replace("142", key),
        text.replace("IntunePackage.intunewin", key),
    ];
    for mutation in mutations {
        let error = ApplicationInfo::read(mutation.as_bytes()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(&key[..22]), "{error}");
        assert_eq!(error.code().class.exit_code(), 3);
    }
    assert!(!format!("{:?}", ApplicationInfo::read(text.as_bytes())).contains(&key[..22]));
}

#[test]
fn what_could_not_be_read_again_is_not_written() {
    let info = ApplicationInfo::read(tiny().as_bytes()).unwrap().info;
    let refused = |change: fn(&mut ApplicationInfo)| {
        let mut info = info.clone();
        change(&mut info);
        info.write().unwrap_err()
    };
    let character = |field, code| DetectionXmlWriteError::Character { field, code };
    assert_eq!(refused(|info| info.name = "a\0".to_owned()), character("Name", 0));
    assert_eq!(refused(|info| info.setup_file = "\u{FFFF}".to_owned()), character("SetupFile", 0xFFFF));
    assert_eq!(refused(|info| info.tool_version = "\u{8}".to_owned()), character("ToolVersion", 8));
    assert_eq!(refused(|info| info.setup_file.clear()), DetectionXmlWriteError::NoSetupFile);
    let path =
        DetectionXmlWriteError::FileName { found: "../x".to_owned(), source: ContentNameFault::Separator };
    assert_eq!(refused(|info| info.file_name = "../x".to_owned()), path);
    let size = refused(|info| info.unencrypted_content_size = u64::MAX);
    assert!(matches!(size, DetectionXmlWriteError::Size { actual: u64::MAX, .. }));
    let large = refused(|info| info.name = "a".repeat(DETECTION_XML_LIMIT));
    assert!(matches!(large, DetectionXmlWriteError::TooLarge { .. }));
}
