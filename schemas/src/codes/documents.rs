//! Detection.xml, app.json, content.json.

use super::{Class, Code};

pub(super) const ALL: &[&Code] = &[
    &DETECTION_XML_UNREADABLE,
    &DETECTION_XML_FORBIDDEN,
    &DETECTION_XML_SHAPE,
    &DETECTION_XML_VALUE,
    &DETECTION_XML_UNWRITABLE,
    &DOCUMENT_TOO_LARGE,
    &DOCUMENT_NOT_JSON,
    &DOCUMENT_FIELD,
    &ENCRYPTION_INFO_UNRECOGNISED,
];

/// Detection.xml is not a text that XML readers accept.
pub const DETECTION_XML_UNREADABLE: Code = Code {
    id: "detection-xml-unreadable",
    class: Class::Refused,
    meaning: "Detection.xml is not well-formed XML 1.0 in UTF-8, or larger than 1 MiB.",
    causes: &["the package was cut off or damaged", "another tool wrote it, in UTF-16 or by joining strings"],
    hint: "Make the package again from its source folder.",
};

/// Detection.xml uses parts of XML that no package needs.
pub const DETECTION_XML_FORBIDDEN: Code = Code {
    id: "detection-xml-forbidden",
    class: Class::Refused,
    meaning: "Detection.xml holds a DOCTYPE, entities of its own, or more elements or deeper nesting than any package has.",
    causes: &[
        "the file is a web page, not a Detection.xml",
        "somebody made the package to harm whoever reads it",
    ],
    hint: "Do not use this package; ask whoever made it.",
};

/// Detection.xml lacks elements, or has them twice or in the wrong place.
pub const DETECTION_XML_SHAPE: Code = Code {
    id: "detection-xml-shape",
    class: Class::Refused,
    meaning: "Detection.xml has another root than ApplicationInfo, or a required element is missing, doubled or misplaced.",
    causes: &["another tool wrote it, or it was edited by hand", "the file is some other XML document"],
    hint: "Make the package again from its source folder.",
};

/// A value in Detection.xml is not one that it can have.
pub const DETECTION_XML_VALUE: Code = Code {
    id: "detection-xml-value",
    class: Class::Refused,
    meaning: "A key, IV, MAC, digest, size, profile, algorithm or file name in Detection.xml is not one that the format allows.",
    causes: &["another tool wrote it, or it was edited by hand", "FileName holds a path instead of a name"],
    hint: "Make the package again from its source folder.",
};

/// A Detection.xml cannot be written.
pub const DETECTION_XML_UNWRITABLE: Code = Code {
    id: "detection-xml-unwritable",
    class: Class::Refused,
    meaning: "A name or size cannot stand in Detection.xml.",
    causes: &["the setup file's name or the MSI's product name holds a control character"],
    hint: "Rename the setup file, or mend the MSI's properties.",
};

/// A JSON document is larger than what is read.
pub const DOCUMENT_TOO_LARGE: Code = Code {
    id: "document-too-large",
    class: Class::Refused,
    meaning: "A JSON document is larger than 16 MiB.",
    causes: &["the path or URL leads to something else, such as a package"],
    hint: "Check the path or URL of the document.",
};

/// A document is not JSON.
pub const DOCUMENT_NOT_JSON: Code = Code {
    id: "document-not-json",
    class: Class::Refused,
    meaning: "A document is not JSON in UTF-8.",
    causes: &["it was edited by hand", "a web server answered with a page instead of the document"],
    hint: "Open the document at the line that is named.",
};

/// A field of a JSON document is missing or wrong.
pub const DOCUMENT_FIELD: Code = Code {
    id: "document-field",
    class: Class::Refused,
    meaning: "A field of a JSON document is missing, or holds a value that it cannot have.",
    causes: &["it was edited by hand", "it is another kind of document"],
    hint: "Compare it with its JSON Schema: `waybill schema <NAME>`.",
};

/// A file with keys is none of the kinds that are known.
pub const ENCRYPTION_INFO_UNRECOGNISED: Code = Code {
    id: "encryption-info-unrecognised",
    class: Class::Refused,
    meaning: "The file given as encryption info is neither a Detection.xml nor JSON with a fileEncryptionInfo.",
    causes: &["the path leads to the package itself, or to the content"],
    hint: "Give the Detection.xml out of the package, a content.json, or Graph's fileEncryptionInfo.",
};
