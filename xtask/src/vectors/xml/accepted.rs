//! What a reader meets in the wild and must read (`docs/package-format.md`, cases 3, 7 and 9).

use super::super::document::{Document, MSI_FIELDS, edited, with_msi_info};
use super::super::vector::Vector;
use super::{read, read_as};

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n";

pub(super) fn all() -> Vec<Vector> {
    let mut vectors = encodings();
    vectors.extend(elements());
    vectors.extend(msi());
    vectors.extend(values());
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

fn values() -> Vec<Vector> {
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
