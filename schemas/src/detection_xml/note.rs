use std::fmt;

/// A harmless deviation from the shape that Microsoft's tool writes: read, and worth a lint (WB403).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// The document begins with a UTF-8 byte order mark.
    ByteOrderMark,
    /// The document begins with an XML declaration.
    Declaration,
    /// Lines end in LF; Microsoft's tool writes CRLF on Windows, LF elsewhere.
    LineFeeds,
    /// The root's namespaces or attributes differ, or stand in another order.
    RootAttributes,
    /// `ToolVersion` is missing or empty.
    MissingToolVersion,
    /// The known children of `parent` stand in another order.
    ElementOrder {
        /// The element whose children they are.
        parent: &'static str,
    },
    /// An element that the format does not know; its content is ignored.
    UnknownElement {
        /// The element it stands in.
        parent: &'static str,
        /// Its name.
        name: String,
    },
    /// The base64 of a field lacks its padding.
    UnpaddedBase64 {
        /// The field's element.
        field: &'static str,
    },
    /// A field of `MsiInfo` holds no boolean or context: taken as missing.
    UnreadableValue {
        /// The field's element.
        field: &'static str,
    },
    /// Space, comments or spellings that no other note names.
    Layout,
}

impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByteOrderMark => formatter.write_str("Detection.xml begins with a byte order mark"),
            Self::Declaration => formatter.write_str("Detection.xml begins with an XML declaration"),
            Self::LineFeeds => formatter.write_str("the lines of Detection.xml end in LF, not CRLF"),
            Self::RootAttributes => formatter.write_str(
                "the namespaces of ApplicationInfo differ from Microsoft's or stand in another order",
            ),
            Self::MissingToolVersion => formatter.write_str("ApplicationInfo has no ToolVersion"),
            Self::ElementOrder { parent } => {
                write!(formatter, "the elements of {parent} stand in another order")
            }
            Self::UnknownElement { parent, name } => {
                write!(formatter, "{parent} holds an unknown element {name}")
            }
            Self::UnpaddedBase64 { field } => write!(formatter, "the base64 of {field} lacks its padding"),
            Self::UnreadableValue { field } => {
                write!(formatter, "the value of {field} is not one that it can have")
            }
            Self::Layout => formatter.write_str("Detection.xml is laid out in another way than Microsoft's"),
        }
    }
}
