//! Reading and writing the document.

use super::rule::short_type;
use super::{AppDocument, layout::Layout};
use crate::codes::{Classified, Code, app as codes};
use crate::json_document::DOCUMENT_LIMIT;
use serde::Deserialize as _;
use serde_json::Value;
use std::borrow::Cow;

/// Why a document is no app.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// Larger than [`DOCUMENT_LIMIT`].
    #[error("the app document has {size} bytes; {DOCUMENT_LIMIT} are the most that is read")]
    TooLarge {
        /// Its size in bytes.
        size: usize,
    },
    /// Neither UTF-8 nor UTF-16 with a byte order mark.
    #[error("the app document is not UTF-8 text")]
    NotText,
    /// Not JSON.
    #[error("the app document is not JSON")]
    NotJson(#[source] serde_json::Error),
    /// JSON, but a field does not fit.
    #[error("the app document's `{path}` does not fit")]
    Field {
        /// Where, e.g. `rules[0].operator`; `.` is the document itself.
        path: String,
        /// What does not fit.
        #[source]
        cause: serde_json::Error,
    },
    /// An object of Graph, but no Win32 app.
    #[error("the document is a `{found}`, not a `win32LobApp`")]
    AnotherType {
        /// The type it names.
        found: String,
    },
}

impl Classified for AppError {
    fn code(&self) -> &'static Code {
        match self {
            Self::TooLarge { .. } => &codes::APP_TOO_LARGE,
            Self::NotText | Self::NotJson(_) => &codes::APP_NOT_JSON,
            Self::Field { .. } => &codes::APP_FIELD,
            Self::AnotherType { .. } => &codes::APP_ANOTHER_TYPE,
        }
    }
}

impl AppDocument {
    /// Reads the document. UTF-8 with or without a byte order mark; UTF-16 with one, as Windows PowerShell's
    /// `>` writes it.
    ///
    /// # Errors
    /// Over 16 MiB, no text, no JSON, a field of the wrong kind, or another type of Graph.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, AppError> {
        let size = bytes.len();
        if size > DOCUMENT_LIMIT {
            return Err(AppError::TooLarge { size });
        }
        let text = text_of(bytes).ok_or(AppError::NotText)?;
        let layout: Value = serde_json::from_str(&text).map_err(AppError::NotJson)?;
        if let Some(found) = another_type(&layout) {
            return Err(AppError::AnotherType { found });
        }
        // From the text again, not from the value: so that an error knows its line.
        let mut deserializer = serde_json::Deserializer::from_str(&text);
        let mut app: Self = serde_path_to_error::deserialize(&mut deserializer)
            .map_err(|error| AppError::Field { path: error.path().to_string(), cause: error.into_inner() })?;
        app.layout = Layout::of(layout);
        Ok(app)
    }

    /// The same from JSON that is read already.
    ///
    /// # Errors
    /// As [`AppDocument::from_slice`], but for size and text.
    pub fn from_value(value: Value) -> Result<Self, AppError> {
        if let Some(found) = another_type(&value) {
            return Err(AppError::AnotherType { found });
        }
        let mut app =
            Self::deserialize(&value).map_err(|cause| AppError::Field { path: ".".into(), cause })?;
        app.layout = Layout::of(value);
        Ok(app)
    }

    /// As JSON, keys in the order in which the document was read; new ones come last.
    pub fn to_value(&self) -> Value {
        // Strings, numbers and maps with string keys: serialising them cannot fail.
        self.layout.arrange(serde_json::to_value(self).unwrap_or_default())
    }

    /// As text, two spaces deep, with a final newline.
    pub fn to_json(&self) -> String {
        format!("{:#}\n", self.to_value())
    }
}

fn another_type(document: &Value) -> Option<String> {
    let short = short_type(document.get("@odata.type")?.as_str()?);
    (short != "win32LobApp").then(|| short.to_owned())
}

fn text_of(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let utf16 = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        rest.len().is_multiple_of(2).then(|| String::from_utf16(&units).ok()).flatten().map(Cow::Owned)
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => std::str::from_utf8(rest).ok().map(Cow::Borrowed),
        _ => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
    }
}
