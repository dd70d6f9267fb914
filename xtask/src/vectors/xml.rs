//! Detection.xml by itself: 40 documents to be read or refused.

use super::document::{Document, MSI_FIELDS, edited, with_msi_info};
use super::vector::{Expect, Vector};

/// All of them.
pub(super) fn all() -> Vec<Vector> {
    let vectors: Vec<Vector> = all_accepted().into_iter().chain(all_refused()).collect();
    // Counted, so that a vector that gets lost in an edit is noticed.
    assert_eq!(40, vectors.len(), "xml vectors");
    vectors
}

/// A document that is read. The values that the reader must find are in the header.
fn read(name: &str, comment: &str, text: impl Into<Vec<u8>>) -> Vector {
    read_as(name, comment, text, &Document::default())
}

fn read_as(name: &str, comment: &str, text: impl Into<Vec<u8>>, values: &Document) -> Vector {
    Vector::new(name, Expect::Success, comment, text.into())
        .with("file-name", &values.file_name)
        .with("setup-file", &values.setup_file)
        .with("size", &values.size)
        .with("encryption-info", values.encryption_info_json())
}

/// A document that is refused.
fn refused(name: &str, comment: &str, text: impl Into<Vec<u8>>) -> Vector {
    Vector::new(format!("refused-{name}"), Expect::Metadata, comment, text.into())
}

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n";

fn all_accepted() -> Vec<Vector> {
    let mut vectors = encodings();
    vectors.extend(elements());
    vectors.extend(msi());
    vectors.extend(accepted_values());
    vectors
}

fn encodings() -> Vec<Vector> {
    let text = Document::default().text();
    vec![
        read("canonical", "exactly as Microsoft's tool writes it", text.clone()),
        read("row-07-lf", "LF line ends", text.replace("\r\n", "\n")),
        read("row-07-bom", "a UTF-8 byte order mark", format!("\u{feff}{text}")),
        read("row-07-declaration", "an XML declaration", format!("{DECLARATION}{text}")),
        read(
            "row-07-bom-declaration",
            "both, and a final newline",
            format!("\u{feff}{DECLARATION}{text}\r\n"),
        ),
        read(
            "row-07-one-line",
            "no white space between elements",
            text.replace("\r\n", "").replace("  ", ""),
        ),
    ]
}

fn elements() -> Vec<Vector> {
    let text = Document::default().text();
    let namespaces = "xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
    let swapped = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"";
    let unknown =
        "<SetupFile>install.cmd</SetupFile>\r\n  <Colour shade=\"dark\"><Red>1</Red><Mac>no</Mac></Colour>";
    vec![
        read("row-07-xsi-first", "the namespaces in the other order", edited(&text, namespaces, swapped)),
        read(
            "row-07-description",
            "a Description element",
            edited(
                &text,
                "  <UnencryptedContentSize>",
                "  <Description>Two &lt;words&gt;</Description>\r\n  <UnencryptedContentSize>",
            ),
        ),
        read(
            "row-07-description-empty",
            "an empty Description element",
            edited(&text, "  <FileName>", "  <Description />\r\n  <FileName>"),
        ),
        read(
            "row-07-unknown-element",
            "an unknown element with a child named Mac",
            edited(&text, "<SetupFile>install.cmd</SetupFile>", unknown),
        ),
        read(
            "row-07-comment",
            "a comment",
            edited(&text, "  <EncryptionInfo>", "  <!-- keys follow -->\r\n  <EncryptionInfo>"),
        ),
    ]
}

fn msi() -> Vec<Vector> {
    let text = Document::default().text();
    let reversed: Vec<_> = MSI_FIELDS.into_iter().rev().collect();
    let few: Vec<_> = MSI_FIELDS.into_iter().take(2).collect();
    let empty = MSI_FIELDS.map(|(name, _)| (name, ""));
    vec![
        read("msi", "MsiInfo as Microsoft's tool writes it", with_msi_info(&text, &MSI_FIELDS)),
        read("row-07-msi-order", "MsiInfo in the opposite order", with_msi_info(&text, &reversed)),
        read("row-07-msi-missing", "MsiInfo with two fields only", with_msi_info(&text, &few)),
        read("row-07-msi-empty", "MsiInfo with empty fields", with_msi_info(&text, &empty)),
    ]
}

fn accepted_values() -> Vec<Vector> {
    let plain = Document::default();
    let old = Document {
        name: "setup.intunewin".into(),
        file_name: "setup.intunewin".into(),
        ..Document::default()
    };
    let escaped = Document { setup_file: "Tom & Jerry 'é'.exe".into(), ..Document::default() };
    let text = escaped.text().replace("Tom & Jerry 'é'", "Tom &amp; Jerry &apos;&#xE9;&apos;");
    vec![
        read_as("row-03-old-tool", "FileName and Name of tools before 1.7", old.text(), &old),
        read_as("escaped", "predefined entities and a character reference", text, &escaped),
        read(
            "row-09-unpadded",
            "base64 without padding",
            plain.text().replace("=</", "</").replace("=</", "</"),
        ),
    ]
}

fn all_refused() -> Vec<Vector> {
    [shape(), declarations(), fields(), refused_values()].into_iter().flatten().collect()
}

fn shape() -> Vec<Vector> {
    let text = Document::default().text();
    let deep = format!("{}{}", "<a>".repeat(600), "</a>".repeat(600));
    vec![
        refused("empty", "no bytes", ""),
        refused("cut", "cut in the middle", &text[..text.len() / 2]),
        refused(
            "row-14-wrong-root",
            "another root element",
            text.replace("ApplicationInfo", "ApplicationData"),
        ),
        refused("row-14-junk", "text after the root", format!("{text}junk")),
        refused("two-roots", "two roots", format!("{text}{text}")),
        refused(
            "deep",
            "600 levels of elements",
            edited(&text, "  <EncryptionInfo>", &format!("{deep}<EncryptionInfo>")),
        ),
        refused("not-utf8", "a byte that is not UTF-8", bytes_with(&text, b'\xe9')),
    ]
}

/// The name's first letter replaced by any byte.
fn bytes_with(text: &str, byte: u8) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    if let Some(position) = text.find("install.cmd") {
        bytes[position] = byte;
    }
    bytes
}

fn declarations() -> Vec<Vector> {
    let text = Document::default().text();
    let named = |value: &str| edited(&text, "<Name>install.cmd<", &format!("<Name>{value}<"));
    let laughs = "<!DOCTYPE ApplicationInfo [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\
                  <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]>";
    let external = "<!DOCTYPE ApplicationInfo [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>";
    vec![
        refused("doctype", "a DOCTYPE that declares nothing", format!("<!DOCTYPE ApplicationInfo>{text}")),
        refused("entities", "entities that grow", format!("{laughs}{}", named("&c;"))),
        refused("external", "an entity that reads a file", format!("{external}{}", named("&x;"))),
        refused("undeclared", "an entity that nobody declares", named("&x;")),
    ]
}

fn fields() -> Vec<Vector> {
    let document = Document::default();
    let text = document.text();
    let twice = |line: &str| edited(&text, line, &format!("{line}{line}"));
    vec![
        refused(
            "mac-twice",
            "two Mac elements",
            twice("    <Mac>REREREREREREREREREREREREREREREREREREREREREQ=</Mac>\r\n"),
        ),
        refused(
            "file-name-twice",
            "two FileName elements",
            twice("  <FileName>IntunePackage.intunewin</FileName>\r\n"),
        ),
        refused("key-missing", "no EncryptionKey", document.text_with("EncryptionKey", "")),
        refused(
            "size-missing",
            "no UnencryptedContentSize",
            document.text_with("UnencryptedContentSize", ""),
        ),
        refused("setup-missing", "no SetupFile", document.text_with("SetupFile", "")),
    ]
}

fn refused_values() -> Vec<Vector> {
    let document = Document::default();
    let text = document.text();
    let sized = |size: &str| Document { size: size.into(), ..document.clone() }.text();
    let stored = |file_name: &str| Document { file_name: file_name.into(), ..document.clone() }.text();
    vec![
        refused(
            "key-short",
            "a key of 31 bytes",
            Document { encryption_key: vec![1; 31], ..document.clone() }.text(),
        ),
        refused("row-12-absolute", "FileName is an absolute path", stored("C:\\Windows\\evil.exe")),
        refused("row-12-parent", "FileName climbs out", stored("../../evil.exe")),
        refused("size-negative", "a negative size", sized("-1")),
        refused("size-absurd", "a size of 2^64", sized("18446744073709551616")),
        refused("algorithm", "another digest algorithm", text.replace("SHA256", "SHA1")),
    ]
}
