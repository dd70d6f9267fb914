//! Detection.xml by itself: 40 documents to be read or refused.

use super::document::{Document, MSI_FIELDS, edited, with_msi_info};
use super::vector::{Expect, Vector};

/// All vectors of Detection.xml: those that are read, then those that are refused.
pub(super) fn all() -> Vec<Vector> {
    let accepted = encodings().into_iter().chain(elements()).chain(msi()).chain(accepted_values());
    let refused = shapes().into_iter().chain(declarations()).chain(fields()).chain(refused_values());
    let vectors: Vec<Vector> = accepted.chain(refused.map(|vector| vector.in_group("refused"))).collect();
    // Counted, so that a vector that gets lost in an edit is noticed.
    assert_eq!(40, vectors.len(), "xml vectors");
    vectors
}

/// A document that is read. The values that the reader must find are in the header.
fn read(name: &str, comment: &str, text: impl Into<Vec<u8>>) -> Vector {
    read_as(name, comment, text, &Document::default())
}

fn read_as(name: &str, comment: &str, text: impl Into<Vec<u8>>, values: &Document) -> Vector {
    Vector::new(name, Expect::Success, comment, text)
        .with("file-name", &values.file_name)
        .with("setup-file", &values.setup_file)
        .with("size", &values.size)
        .with("encryption-info", values.encryption_info_json())
}

/// A document that is refused.
fn refused(name: &str, comment: &str, text: impl Into<Vec<u8>>) -> Vector {
    Vector::new(name, Expect::Metadata, comment, text)
}

fn encodings() -> [Vector; 6] {
    let text = Document::default().text();
    let declared = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n{text}");
    let with_everything = format!("\u{feff}{declared}\r\n");
    let one_line = text.replace("\r\n", "").replace("  ", "");
    [
        read("canonical", "exactly as Microsoft's tool writes it", text.clone()),
        read("row-07-lf", "LF line ends", text.replace("\r\n", "\n")),
        read("row-07-bom", "a UTF-8 byte order mark", format!("\u{feff}{text}")),
        read("row-07-declaration", "an XML declaration", declared),
        read("row-07-bom-declaration", "both, and a final newline", with_everything),
        read("row-07-one-line", "no white space between elements", one_line),
    ]
}

fn elements() -> [Vector; 5] {
    let text = Document::default().text();
    let (xsd, xsi) = (
        "xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"",
        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"",
    );
    let swapped = edited(&text, &format!("{xsd} {xsi}"), &format!("{xsi} {xsd}"));
    let before = |element: &str, line: &str| edited(&text, element, &format!("{line}\r\n  {element}"));
    let described = before("<UnencryptedContentSize>", "<Description>Two &lt;words&gt;</Description>");
    let unknown = before("<EncryptionInfo>", "<Colour shade=\"dark\"><Red>1</Red><Mac>no</Mac></Colour>");
    let commented = before("<EncryptionInfo>", "<!-- keys follow -->");
    [
        read("row-07-xsi-first", "the namespaces in the other order", swapped),
        read("row-07-description", "a Description element", described),
        read(
            "row-07-description-empty",
            "an empty Description element",
            before("<FileName>", "<Description />"),
        ),
        read("row-07-unknown-element", "an unknown element with a child named Mac", unknown),
        read("row-07-comment", "a comment", commented),
    ]
}

fn msi() -> [Vector; 4] {
    let text = Document::default().text();
    let reversed: Vec<_> = MSI_FIELDS.into_iter().rev().collect();
    let empty = MSI_FIELDS.map(|(name, _)| (name, ""));
    let with = |name: &str, comment: &str, fields: &[_]| read(name, comment, with_msi_info(&text, fields));
    [
        with("msi", "MsiInfo as Microsoft's tool writes it", &MSI_FIELDS),
        with("row-07-msi-order", "MsiInfo in the opposite order", &reversed),
        with("row-07-msi-missing", "MsiInfo with two fields only", &MSI_FIELDS[..2]),
        with("row-07-msi-empty", "MsiInfo with empty fields", &empty),
    ]
}

fn accepted_values() -> [Vector; 3] {
    let plain = Document::default();
    let name = "setup.intunewin";
    let old = Document { name: name.into(), file_name: name.into(), ..plain.clone() };
    let escaped = Document { setup_file: "Tom & Jerry 'é'.exe".into(), ..plain.clone() };
    let text = escaped.text().replace("Tom & Jerry 'é'", "Tom &amp; Jerry &apos;&#xE9;&apos;");
    let unpadded = plain.text().replace("=</", "</").replace("=</", "</");
    [
        read_as("row-03-old-tool", "FileName and Name of tools before 1.7", old.text(), &old),
        read_as("escaped", "predefined entities and a character reference", text, &escaped),
        read("row-09-unpadded", "base64 without padding", unpadded),
    ]
}

fn shapes() -> [Vector; 7] {
    let text = Document::default().text();
    let renamed = text.replace("ApplicationInfo", "ApplicationData");
    let nested = format!("{}{}<EncryptionInfo>", "<a>".repeat(600), "</a>".repeat(600));
    let deep = edited(&text, "  <EncryptionInfo>", &nested);
    let mut latin1 = text.clone().into_bytes();
    text.find("install.cmd").into_iter().for_each(|position| latin1[position] = b'\xe9');
    [
        refused("empty", "no bytes", ""),
        refused("cut", "cut in the middle", &text[..text.len() / 2]),
        refused("row-14-wrong-root", "another root element", renamed),
        refused("row-14-junk", "text after the root", format!("{text}junk")),
        refused("two-roots", "two roots", text.repeat(2)),
        refused("deep", "600 levels of elements", deep),
        refused("not-utf8", "a byte that is not UTF-8", latin1),
    ]
}

fn declarations() -> [Vector; 4] {
    let text = Document::default().text();
    let named = |value: &str| edited(&text, "<Name>install.cmd<", &format!("<Name>{value}<"));
    let laughs = "<!DOCTYPE ApplicationInfo [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\
                  <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]>";
    let external = "<!DOCTYPE ApplicationInfo [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>";
    [
        refused("doctype", "a DOCTYPE that declares nothing", format!("<!DOCTYPE ApplicationInfo>{text}")),
        refused("entities", "entities that grow", format!("{laughs}{}", named("&c;"))),
        refused("external", "an entity that reads a file", format!("{external}{}", named("&x;"))),
        refused("undeclared", "an entity that nobody declares", named("&x;")),
    ]
}

fn fields() -> [Vector; 5] {
    let document = Document::default();
    let text = document.text();
    let twice = |line: &str| edited(&text, line, &line.repeat(2));
    let mac = "    <Mac>REREREREREREREREREREREREREREREREREREREREREQ=</Mac>\r\n";
    let file_name = "  <FileName>IntunePackage.intunewin</FileName>\r\n";
    let without = |element: &str| document.text_with(element, "");
    [
        refused("mac-twice", "two Mac elements", twice(mac)),
        refused("file-name-twice", "two FileName elements", twice(file_name)),
        refused("key-missing", "no EncryptionKey", without("EncryptionKey")),
        refused("size-missing", "no UnencryptedContentSize", without("UnencryptedContentSize")),
        refused("setup-missing", "no SetupFile", without("SetupFile")),
    ]
}

fn refused_values() -> [Vector; 6] {
    let document = Document::default();
    let sized = |size: &str| Document { size: size.into(), ..document.clone() }.text();
    let stored = |file_name: &str| Document { file_name: file_name.into(), ..document.clone() }.text();
    let short = Document { encryption_key: vec![1; 31], ..document.clone() }.text();
    [
        refused("key-short", "a key of 31 bytes", short),
        refused("row-12-absolute", "FileName is an absolute path", stored("C:\\Windows\\evil.exe")),
        refused("row-12-parent", "FileName climbs out", stored("../../evil.exe")),
        refused("size-negative", "a negative size", sized("-1")),
        refused("size-absurd", "a size of 2^64", sized("18446744073709551616")),
        refused("algorithm", "another digest algorithm", document.text().replace("SHA256", "SHA1")),
    ]
}
