//! Detection.xml, the metadata of a package: read as leniently as the wild demands, written exactly as Microsoft does.
//!
//! ```
//! use waybill_schemas::{ApplicationInfo, DetectionXmlError};
//!
//! let page = b"<!DOCTYPE html><html><body>Please sign in</body></html>";
//! assert!(matches!(ApplicationInfo::read(page), Err(DetectionXmlError::Doctype)));
//! ```

mod element;
mod error;
mod msi_info;
mod write;

pub use error::{ContentNameFault, DetectionXmlError, DetectionXmlNote, DetectionXmlWriteError};
pub use msi_info::{MsiExecutionContext, MsiInfo};

use crate::content::CONTENT_LIMIT;
use crate::keys::{BytesError, EncryptionKey, FileDigest, InitializationVector, Mac, MacKey, lacks_padding};
use crate::keys::{DigestAlgorithm, EncryptionInfo, FILE_DIGEST_ALGORITHM, PROFILE_IDENTIFIER, Profile};
use element::{Element, is_space};
use error::{check_content_name, shown};
use write::{ROOT, TOOL_VERSION_ATTRIBUTE, XSD, XSI};

/// The largest Detection.xml that is read, in bytes; real ones stay under 4 KiB.
pub const DETECTION_XML_LIMIT: usize = 1024 * 1024;

/// The version of Microsoft's tool whose shape is written.
pub const TOOL_VERSION: &str = "1.8.7.0";

/// The name of a content in a package, and what its `FileName` says.
pub const CONTENT_FILE_NAME: &str = "IntunePackage.intunewin";

/// What Detection.xml says of a package. Holds the keys: `Debug` redacts them, dropping wipes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationInfo {
    /// `ToolVersion`, e.g. [`TOOL_VERSION`]; empty where the attribute is missing, which then stays so.
    pub tool_version: String,
    /// The MSI's product name, else the setup file's name.
    pub name: String,
    /// A description, which only other tools write.
    pub description: Option<String>,
    /// Length of the payload (the inner zip) in bytes; never the sum of its files.
    pub unencrypted_content_size: u64,
    /// The content's name below `IntuneWinPackage/Contents`: one file name, never a path.
    pub file_name: String,
    /// The setup file, as the packager named it; may differ from its entry in case.
    pub setup_file: String,
    /// Keys, IV, MAC and digest of the content.
    pub encryption_info: EncryptionInfo,
    /// What the setup file is, where it is an MSI.
    pub msi_info: Option<MsiInfo>,
}

/// A Detection.xml that was read: what it says, and what is unusual about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DetectionXml {
    /// What the document says of its package.
    pub info: ApplicationInfo,
    /// Harmless deviations from Microsoft's shape, in the order they were met; empty for what
    /// [`ApplicationInfo::write`] made.
    pub notes: Vec<DetectionXmlNote>,
}

impl ApplicationInfo {
    /// Reads a Detection.xml: every variation known from the wild, nothing hostile.
    ///
    /// # Errors
    /// The first fault that was found; no message holds key material.
    pub fn read(bytes: &[u8]) -> Result<DetectionXml, DetectionXmlError> {
        let text = text_of(bytes)?;
        let document = element::parse(text, ROOT)?;
        let mut notes = prolog_notes(text, document.has_declaration);
        let info = application_info(&document.root, &mut notes)?;
        // Whatever differs and has no note of its own shows when the document is written again.
        if notes.is_empty() && !info.write().is_ok_and(|written| written.as_slice() == bytes) {
            notes.push(DetectionXmlNote::Layout);
        }
        Ok(DetectionXml { info, notes })
    }
}

const FIELDS: [&str; 7] =
    ["Name", "Description", "UnencryptedContentSize", "FileName", "SetupFile", "EncryptionInfo", "MsiInfo"];
const ENCRYPTION_FIELDS: [&str; 7] = [
    "EncryptionKey",
    "MacKey",
    "InitializationVector",
    "Mac",
    "ProfileIdentifier",
    "FileDigest",
    "FileDigestAlgorithm",
];
const BYTE_ORDER_MARK: char = '\u{FEFF}';

fn text_of(bytes: &[u8]) -> Result<&str, DetectionXmlError> {
    if bytes.len() > DETECTION_XML_LIMIT {
        return Err(DetectionXmlError::TooLarge { actual: bytes.len(), limit: DETECTION_XML_LIMIT });
    }
    // UTF-16 is reported as such and not as damage, because some tools write it. It is recognised by a byte order mark
    // or by the zero beside `<`.
    if matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [b'<', 0, ..] | [0, b'<', ..]) {
        return Err(DetectionXmlError::Utf16);
    }
    std::str::from_utf8(bytes).map_err(|error| DetectionXmlError::NotUtf8 { offset: error.valid_up_to() })
}

fn prolog_notes(text: &str, has_declaration: bool) -> Vec<DetectionXmlNote> {
    // The last part has no line end of its own: Microsoft's tool writes none after the root.
    let has_bare_line_feed = text.split('\n').rev().skip(1).any(|line| !line.ends_with('\r'));
    [
        (text.starts_with(BYTE_ORDER_MARK), DetectionXmlNote::ByteOrderMark),
        (has_declaration, DetectionXmlNote::Declaration),
        (has_bare_line_feed, DetectionXmlNote::LineFeeds),
    ]
    .into_iter()
    .filter_map(|(holds, note)| holds.then_some(note))
    .collect()
}

fn application_info(
    root: &Element,
    notes: &mut Vec<DetectionXmlNote>,
) -> Result<ApplicationInfo, DetectionXmlError> {
    let tool_version = tool_version(root, notes);
    let fields = Fields::new(root, ROOT, &FIELDS, notes)?;
    let msi_info = fields.element("MsiInfo").map(|element| MsiInfo::read(element, notes)).transpose()?;
    Ok(ApplicationInfo {
        tool_version,
        name: fields.required("Name")?.to_owned(),
        description: fields.text("Description")?.map(str::to_owned),
        unencrypted_content_size: size(fields.value("UnencryptedContentSize")?)?,
        file_name: file_name(&fields)?,
        setup_file: setup_file(&fields)?,
        encryption_info: encryption_info(fields.required_element("EncryptionInfo")?, notes)?,
        msi_info,
    })
}

/// The root's `ToolVersion`; notes where its attributes are not exactly Microsoft's.
fn tool_version(root: &Element, notes: &mut Vec<DetectionXmlNote>) -> String {
    let usual = [XSD, XSI].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let (version, others): (Vec<_>, Vec<_>) =
        root.attributes.iter().cloned().partition(|(name, _)| name == TOOL_VERSION_ATTRIBUTE);
    let comes_last = root.attributes.last().is_some_and(|(name, _)| name == TOOL_VERSION_ATTRIBUTE);
    let version = version.into_iter().next().map(|(_, version)| version).unwrap_or_default();
    if version.is_empty() {
        notes.push(DetectionXmlNote::MissingToolVersion);
    }
    if others != usual || !(comes_last || version.is_empty()) {
        notes.push(DetectionXmlNote::RootAttributes);
    }
    version
}

/// Digits only: no sign, no exponent, no separators.
fn size(value: &str) -> Result<u64, DetectionXmlError> {
    // `str::parse` takes a plus sign; nobody writes one, and readers disagree about it.
    let digits = value.bytes().all(|byte| byte.is_ascii_digit()).then_some(value);
    match digits.and_then(|digits| digits.parse().ok()) {
        Some(size) if size <= CONTENT_LIMIT => Ok(size),
        _ => Err(DetectionXmlError::Size { found: shown(value), limit: CONTENT_LIMIT }),
    }
}

fn file_name(fields: &Fields<'_>) -> Result<String, DetectionXmlError> {
    let name = fields.required("FileName")?;
    check_content_name(name)
        .map(|()| name.to_owned())
        .map_err(|source| DetectionXmlError::FileName { found: shown(name), source })
}

fn setup_file(fields: &Fields<'_>) -> Result<String, DetectionXmlError> {
    match fields.required("SetupFile")? {
        "" => Err(fields.missing("SetupFile")),
        name => Ok(name.to_owned()),
    }
}

fn encryption_info(
    element: &Element,
    notes: &mut Vec<DetectionXmlNote>,
) -> Result<EncryptionInfo, DetectionXmlError> {
    let fields = Fields::new(element, "EncryptionInfo", &ENCRYPTION_FIELDS, notes)?;
    Ok(EncryptionInfo {
        encryption_key: bytes(&fields, "EncryptionKey", EncryptionKey::from_base64, notes)?,
        mac_key: bytes(&fields, "MacKey", MacKey::from_base64, notes)?,
        initialization_vector: bytes(
            &fields,
            "InitializationVector",
            InitializationVector::from_base64,
            notes,
        )?,
        mac: bytes(&fields, "Mac", Mac::from_base64, notes)?,
        profile_identifier: match fields.value("ProfileIdentifier")? {
            PROFILE_IDENTIFIER => Profile::Version1,
            other => return Err(DetectionXmlError::Profile { found: shown(other) }),
        },
        file_digest: bytes(&fields, "FileDigest", FileDigest::from_base64, notes)?,
        file_digest_algorithm: match fields.value("FileDigestAlgorithm")? {
            FILE_DIGEST_ALGORITHM => DigestAlgorithm::Sha256,
            other => return Err(DetectionXmlError::DigestAlgorithm { found: shown(other) }),
        },
    })
}

fn bytes<T>(
    fields: &Fields<'_>,
    field: &'static str,
    decode: fn(&str) -> Result<T, BytesError>,
    notes: &mut Vec<DetectionXmlNote>,
) -> Result<T, DetectionXmlError> {
    let value = fields.value(field)?;
    let decoded = decode(value).map_err(|source| DetectionXmlError::Bytes { field, source })?;
    if lacks_padding(value) {
        notes.push(DetectionXmlNote::UnpaddedBase64 { field });
    }
    Ok(decoded)
}

/// The children of one element as fields: each at most once, unknown ones noted.
struct Fields<'a> {
    parent: &'static str,
    children: &'a [Element],
}

impl<'a> Fields<'a> {
    /// The fields of `element`, of which `known` are known, in Microsoft's order.
    fn new(
        element: &'a Element,
        parent: &'static str,
        known: &[&'static str],
        notes: &mut Vec<DetectionXmlNote>,
    ) -> Result<Self, DetectionXmlError> {
        if !element.text.trim_matches(is_space).is_empty() {
            return Err(DetectionXmlError::MisplacedText { element: parent });
        }
        let mut places = Vec::with_capacity(known.len());
        for child in &element.children {
            match known.iter().position(|name| *name == child.name) {
                None => notes.push(DetectionXmlNote::UnknownElement { parent, name: child.name.clone() }),
                // Of two keys one reader takes the first and another the last: what was checked with one
                // would be installed with the other.
                Some(place) if places.contains(&place) => {
                    return Err(DetectionXmlError::Duplicate { parent, field: known[place] });
                }
                Some(place) => places.push(place),
            }
        }
        if !places.is_sorted() {
            notes.push(DetectionXmlNote::ElementOrder { parent });
        }
        Ok(Self { parent, children: &element.children })
    }

    /// The element `field`, where it is.
    fn element(&self, field: &'static str) -> Option<&'a Element> {
        self.children.iter().find(|child| child.name == field)
    }

    /// The element `field`, which must be there.
    fn required_element(&self, field: &'static str) -> Result<&'a Element, DetectionXmlError> {
        self.element(field).ok_or_else(|| self.missing(field))
    }

    /// The text of `field`, exactly as it stands there, where the element is.
    fn text(&self, field: &'static str) -> Result<Option<&'a str>, DetectionXmlError> {
        match self.element(field) {
            Some(element) if !element.children.is_empty() => Err(DetectionXmlError::NestedElements { field }),
            element => Ok(element.map(|element| element.text.as_str())),
        }
    }

    /// The text of `field`, which must be there; it may be empty.
    fn required(&self, field: &'static str) -> Result<&'a str, DetectionXmlError> {
        self.text(field)?.ok_or_else(|| self.missing(field))
    }

    /// The value of `field` without the space around it; it must be there and not empty.
    fn value(&self, field: &'static str) -> Result<&'a str, DetectionXmlError> {
        match self.required(field)?.trim_matches(is_space) {
            "" => Err(self.missing(field)),
            value => Ok(value),
        }
    }

    fn missing(&self, field: &'static str) -> DetectionXmlError {
        DetectionXmlError::Missing { parent: self.parent, field }
    }
}
