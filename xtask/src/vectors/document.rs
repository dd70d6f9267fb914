//! Detection.xml as text, with every value free to be set.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The values of a Detection.xml. [`Document::text`] has exactly the shape that Microsoft's tool writes.
#[derive(Clone)]
pub(super) struct Document {
    pub(super) name: String,
    pub(super) size: String,
    pub(super) file_name: String,
    pub(super) setup_file: String,
    pub(super) encryption_key: Vec<u8>,
    pub(super) mac_key: Vec<u8>,
    pub(super) iv: Vec<u8>,
    pub(super) mac: Vec<u8>,
    pub(super) digest: Vec<u8>,
}

impl Default for Document {
    fn default() -> Self {
        Self {
            name: "install.cmd".into(),
            size: "142".into(),
            file_name: "IntunePackage.intunewin".into(),
            setup_file: "install.cmd".into(),
            encryption_key: vec![0x11; 32],
            mac_key: vec![0x22; 32],
            iv: vec![0x33; 16],
            mac: vec![0x44; 32],
            digest: vec![0x55; 32],
        }
    }
}

impl Document {
    /// The document as text: CRLF, two spaces, no declaration, no final newline.
    pub(super) fn text(&self) -> String {
        let mut lines = vec![
            "<ApplicationInfo xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" ToolVersion=\"1.8.7.0\">"
                .to_owned(),
            element(1, "Name", &self.name),
            element(1, "UnencryptedContentSize", &self.size),
            element(1, "FileName", &self.file_name),
            element(1, "SetupFile", &self.setup_file),
            "  <EncryptionInfo>".to_owned(),
        ];
        lines.extend(self.encryption_info().iter().map(|(name, value)| element(2, name, value)));
        lines.push("  </EncryptionInfo>\r\n</ApplicationInfo>".to_owned());
        lines.join("\r\n")
    }

    /// The children of EncryptionInfo, in Microsoft's order.
    fn encryption_info(&self) -> [(&'static str, String); 7] {
        let base64 = |bytes: &[u8]| STANDARD.encode(bytes);
        [
            ("EncryptionKey", base64(&self.encryption_key)),
            ("MacKey", base64(&self.mac_key)),
            ("InitializationVector", base64(&self.iv)),
            ("Mac", base64(&self.mac)),
            ("ProfileIdentifier", "ProfileVersion1".to_owned()),
            ("FileDigest", base64(&self.digest)),
            ("FileDigestAlgorithm", "SHA256".to_owned()),
        ]
    }

    /// The document with `element` and its text replaced by anything; `element` must be there once.
    pub(super) fn text_with(&self, element: &str, replacement: &str) -> String {
        let text = self.text();
        let (open, close) = (format!("<{element}>"), format!("</{element}>"));
        let (Some(start), Some(end)) = (text.find(&open), text.find(&close)) else {
            unreachable!("{element} is in every document")
        };
        format!("{}{replacement}{}", &text[..start], &text[end + close.len()..])
    }

    /// Graph's `fileEncryptionInfo`: what a bare content file is read with. It has the names of the elements, but for
    /// their first letter.
    pub(super) fn encryption_info_json(&self) -> String {
        let member = |(name, value): &(&str, String)| {
            format!("\"{}{}\":\"{value}\"", name[..1].to_lowercase(), &name[1..])
        };
        format!("{{{}}}", self.encryption_info().each_ref().map(member).join(","))
    }
}

/// One element on a line of its own.
pub(super) fn element(depth: usize, name: &str, value: &str) -> String {
    format!("{}<{name}>{value}</{name}>", "  ".repeat(depth))
}

/// `text` with `from`, which must be there, replaced once.
pub(super) fn edited(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from:?} is not in the document");
    text.replacen(from, to, 1)
}

/// The children of MsiInfo with their values, in Microsoft's order.
pub(super) const MSI_FIELDS: [(&str, &str); 14] = [
    ("MsiProductCode", "{7D1E3C5A-0B2F-4E6D-9A8C-1F2E3D4C5B6A}"),
    ("MsiProductVersion", "1.2.3"),
    ("MsiPackageCode", "{0F1E2D3C-4B5A-4968-8776-655443322110}"),
    ("MsiUpgradeCode", "{A1B2C3D4-E5F6-4789-8ABC-DEF012345678}"),
    ("MsiExecutionContext", "System"),
    ("MsiRequiresLogon", "false"),
    ("MsiRequiresReboot", "false"),
    ("MsiIsMachineInstall", "true"),
    ("MsiIsUserInstall", "false"),
    ("MsiIncludesServices", "false"),
    ("MsiIncludesODBCDataSource", "false"),
    ("MsiContainsSystemRegistryKeys", "false"),
    ("MsiContainsSystemFolders", "false"),
    ("MsiPublisher", "Contoso"),
];

/// `text` with this MsiInfo before the end.
pub(super) fn with_msi_info(text: &str, fields: &[(&str, &str)]) -> String {
    let mut lines = vec!["  <MsiInfo>".to_owned()];
    lines.extend(fields.iter().map(|(name, value)| element(2, name, value)));
    lines.push("  </MsiInfo>\r\n</ApplicationInfo>".to_owned());
    edited(text, "</ApplicationInfo>", &lines.join("\r\n"))
}
