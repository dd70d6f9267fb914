//! Writing Detection.xml exactly as Microsoft's tool does, without leaving a copy of the keys behind.

use super::element::is_xml_character;
use super::error::{DetectionXmlWriteError, check_content_name, shown};
use super::{ApplicationInfo, DETECTION_XML_LIMIT, MsiInfo};
use crate::content::CONTENT_LIMIT;
use crate::keys::{EncryptionInfo, FILE_DIGEST_ALGORITHM, PROFILE_IDENTIFIER};
use zeroize::Zeroizing;

pub(super) const ROOT: &str = "ApplicationInfo";
pub(super) const XSD: (&str, &str) = ("xmlns:xsd", "http://www.w3.org/2001/XMLSchema");
pub(super) const XSI: (&str, &str) = ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance");
pub(super) const TOOL_VERSION_ATTRIBUTE: &str = "ToolVersion";

/// All that is not a value, keys and digests included, fits in this many bytes.
const FRAME: usize = 4096;
/// The longest escape, `&quot;`, for a character of one byte.
const LONGEST_ESCAPE: usize = 6;

impl ApplicationInfo {
    /// Writes exactly the shape of Microsoft's tool: UTF-8, no BOM, no declaration, CRLF, two spaces, no final newline.
    ///
    /// What it wrote, [`Self::read`] gives back unchanged and without notes. In one thing it is stricter than
    /// Microsoft's tool: line breaks inside a value are written as `&#xD;` and `&#xA;`, so that they survive.
    ///
    /// # Errors
    /// A character that XML cannot hold, or a value that [`Self::read`] would refuse.
    pub fn write(&self) -> Result<Zeroizing<Vec<u8>>, DetectionXmlWriteError> {
        // What cannot be read again must not be written: the package would be refused by every device.
        check(self)?;
        let mut writer = Writer::with_capacity(capacity(self));
        writer.root(&self.tool_version)?;
        writer.field("Name", &self.name)?;
        writer.optional("Description", self.description.as_deref())?;
        writer.field("UnencryptedContentSize", &self.unencrypted_content_size.to_string())?;
        writer.field("FileName", &self.file_name)?;
        writer.field("SetupFile", &self.setup_file)?;
        encryption_info(&mut writer, &self.encryption_info)?;
        if let Some(msi_info) = &self.msi_info {
            msi_info.write(&mut writer)?;
        }
        writer.close(ROOT);
        writer.finish()
    }
}

/// What `read` would refuse is not written.
fn check(info: &ApplicationInfo) -> Result<(), DetectionXmlWriteError> {
    check_content_name(&info.file_name)
        .map_err(|source| DetectionXmlWriteError::FileName { found: shown(&info.file_name), source })?;
    if info.setup_file.is_empty() {
        return Err(DetectionXmlWriteError::NoSetupFile);
    }
    match info.unencrypted_content_size {
        0..=CONTENT_LIMIT => Ok(()),
        actual => Err(DetectionXmlWriteError::Size { actual, limit: CONTENT_LIMIT }),
    }
}

/// Enough that the buffer never grows: growing would leave keys behind in the old one.
fn capacity(info: &ApplicationInfo) -> usize {
    let texts = [&info.tool_version, &info.name, &info.file_name, &info.setup_file];
    let own: usize = texts.iter().map(|text| text.len()).sum();
    let description = info.description.as_deref().map_or(0, str::len);
    let msi: usize = info.msi_info.iter().flat_map(MsiInfo::values).flatten().map(str::len).sum();
    FRAME + LONGEST_ESCAPE * (own + description + msi)
}

fn encryption_info(writer: &mut Writer, info: &EncryptionInfo) -> Result<(), DetectionXmlWriteError> {
    writer.open("EncryptionInfo");
    writer.field("EncryptionKey", &Zeroizing::new(info.encryption_key.to_base64()))?;
    writer.field("MacKey", &Zeroizing::new(info.mac_key.to_base64()))?;
    writer.field("InitializationVector", &info.initialization_vector.to_base64())?;
    writer.field("Mac", &info.mac.to_base64())?;
    writer.field("ProfileIdentifier", PROFILE_IDENTIFIER)?;
    writer.field("FileDigest", &info.file_digest.to_base64())?;
    writer.field("FileDigestAlgorithm", FILE_DIGEST_ALGORITHM)?;
    writer.close("EncryptionInfo");
    Ok(())
}

/// Writes elements as .NET's `XmlWriter` does: indented by two spaces, empty ones as `<Name />`.
pub(super) struct Writer {
    out: Zeroizing<Vec<u8>>,
    depth: usize,
}

impl Writer {
    fn with_capacity(capacity: usize) -> Self {
        Self { out: Zeroizing::new(Vec::with_capacity(capacity)), depth: 0 }
    }

    fn root(&mut self, tool_version: &str) -> Result<(), DetectionXmlWriteError> {
        self.put(&["<", ROOT]);
        // In this order: since August 2025 Intune's portal refuses packages that have it the other way round.
        for (name, value) in [XSD, XSI] {
            self.put(&[" ", name, "=\"", value, "\""]);
        }
        if !tool_version.is_empty() {
            self.put(&[" ", TOOL_VERSION_ATTRIBUTE, "=\""]);
            self.escape(TOOL_VERSION_ATTRIBUTE, tool_version, attribute_escape)?;
            self.put(&["\""]);
        }
        self.put(&[">"]);
        self.depth += 1;
        Ok(())
    }

    pub(super) fn open(&mut self, name: &str) {
        self.line();
        self.put(&["<", name, ">"]);
        self.depth += 1;
    }

    pub(super) fn close(&mut self, name: &str) {
        self.depth -= 1;
        self.line();
        self.put(&["</", name, ">"]);
    }

    fn field(&mut self, name: &'static str, value: &str) -> Result<(), DetectionXmlWriteError> {
        self.line();
        // As .NET's writer does, with the space: the document has to be equal byte for byte.
        if value.is_empty() {
            self.put(&["<", name, " />"]);
            return Ok(());
        }
        self.put(&["<", name, ">"]);
        self.escape(name, value, text_escape)?;
        self.put(&["</", name, ">"]);
        Ok(())
    }

    /// An element for a value that is there, none for one that is not.
    pub(super) fn optional(
        &mut self,
        name: &'static str,
        value: Option<&str>,
    ) -> Result<(), DetectionXmlWriteError> {
        value.map_or(Ok(()), |value| self.field(name, value))
    }

    fn line(&mut self) {
        self.put(&["\r\n"]);
        for _ in 0..self.depth {
            self.put(&["  "]);
        }
    }

    fn escape(
        &mut self,
        field: &'static str,
        value: &str,
        escape: fn(char) -> Option<&'static str>,
    ) -> Result<(), DetectionXmlWriteError> {
        for character in value.chars() {
            if !is_xml_character(character) {
                return Err(DetectionXmlWriteError::Character { field, code: character.into() });
            }
            match escape(character) {
                Some(escaped) => self.put(&[escaped]),
                None => self.put(&[character.encode_utf8(&mut [0; 4])]),
            }
        }
        Ok(())
    }

    fn put(&mut self, parts: &[&str]) {
        parts.iter().for_each(|part| self.out.extend_from_slice(part.as_bytes()));
    }

    fn finish(self) -> Result<Zeroizing<Vec<u8>>, DetectionXmlWriteError> {
        match self.out.len() {
            0..=DETECTION_XML_LIMIT => Ok(self.out),
            actual => Err(DetectionXmlWriteError::TooLarge { actual, limit: DETECTION_XML_LIMIT }),
        }
    }
}

/// As `XmlWriter` escapes text, and line breaks besides: readers would turn a raw CR into LF.
const fn text_escape(character: char) -> Option<&'static str> {
    match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '\r' => Some("&#xD;"),
        '\n' => Some("&#xA;"),
        _ => None,
    }
}

/// As `XmlWriter` escapes attributes in double quotes.
const fn attribute_escape(character: char) -> Option<&'static str> {
    match character {
        '"' => Some("&quot;"),
        '\t' => Some("&#x9;"),
        _ => text_escape(character),
    }
}
