//! Reading and writing the document; the order of its keys, and its `null`s, are kept while its values change.

use super::AppDocument;
use super::rule::{TYPE_KEY, short_type};
use crate::codes::{Classified, Code, app as codes};
use crate::json_document::{self, DOCUMENT_LIMIT};
use serde::Deserialize as _;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Why a document is no app.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// The document is larger than [`DOCUMENT_LIMIT`].
    #[error("the app document has {size} bytes; {DOCUMENT_LIMIT} are the most that is read")]
    TooLarge {
        /// Its size in bytes.
        size: usize,
    },
    /// Neither UTF-8 nor UTF-16 with a byte order mark.
    #[error("the app document is not UTF-8 text")]
    NotText,
    /// The text is not JSON. The source names line and column.
    #[error("the app document is not JSON")]
    NotJson(#[source] serde_json::Error),
    /// A field holds a value of another type, or one that it cannot have.
    #[error("the app document's `{path}` does not fit")]
    Field {
        /// The field, e.g. `rules[0].operator`; `.` is the document itself.
        path: String,
        /// The parser's error, with line and column where they are known.
        #[source]
        cause: serde_json::Error,
    },
    /// A Graph object of another type than `win32LobApp`.
    #[error("the document is a `{found}`, not a `win32LobApp`")]
    AnotherType {
        /// The type that it names, without its namespace.
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
    /// Reads the document: UTF-8 with or without a byte order mark, or UTF-16 with one, as Windows PowerShell's `>`
    /// writes it.
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
        // Before the fields are read: an export of another kind of app is to be reported by its type, not by the first
        // of its fields that does not fit.
        if let Some(found) = another_type(&layout) {
            return Err(AppError::AnotherType { found });
        }
        // Parsed from the text again, not from the value, so that an error knows its line.
        let mut app: Self =
            json_document::parse(text.as_bytes()).map_err(|(path, cause)| AppError::Field { path, cause })?;
        app.layout = Layout::new(layout);
        Ok(app)
    }

    /// Reads the document from JSON that was parsed already.
    ///
    /// # Errors
    /// As [`AppDocument::from_slice`], but for size and text.
    pub fn from_value(value: Value) -> Result<Self, AppError> {
        if let Some(found) = another_type(&value) {
            return Err(AppError::AnotherType { found });
        }
        let mut app =
            Self::deserialize(&value).map_err(|cause| AppError::Field { path: ".".into(), cause })?;
        app.layout = Layout::new(value);
        Ok(app)
    }

    /// The document as JSON. Keys keep the order in which they were read; new ones come last.
    pub fn to_value(&self) -> Value {
        // Strings, numbers and maps with string keys: serialising them cannot fail.
        self.layout.arrange(serde_json::to_value(self).unwrap_or_default())
    }

    /// The document as JSON text, indented by two spaces, with a final newline.
    pub fn to_json(&self) -> String {
        format!("{:#}\n", self.to_value())
    }
}

fn another_type(document: &Value) -> Option<String> {
    let short = short_type(document.get("@odata.type")?.as_str()?);
    (short != "win32LobApp").then(|| short.to_owned())
}

fn text_of(bytes: &[u8]) -> Option<Cow<'_, str>> {
    // Windows PowerShell's `>` writes UTF-16 with a byte order mark, and that is how exports from Graph are often kept.
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

/// A document as it was read. Equal to every other: how a document is laid out is not what it says.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout(Option<Value>);

impl PartialEq for Layout {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Layout {
    pub(super) fn new(document: Value) -> Self {
        Self(Some(document))
    }

    /// `fresh` with its keys in the order they had; new keys come last.
    pub(super) fn arrange(&self, fresh: Value) -> Value {
        match &self.0 {
            Some(old) => arrange(fresh, old),
            None => fresh,
        }
    }
}

fn arrange(fresh: Value, old: &Value) -> Value {
    match (fresh, old) {
        (Value::Object(fresh), Value::Object(old)) => Value::Object(arrange_object(fresh, old)),
        // Elements have no names, so in a list of another length it is not known which of them was which.
        (Value::Array(fresh), Value::Array(old)) if fresh.len() == old.len() => {
            Value::Array(fresh.into_iter().zip(old).map(|(one, was)| arrange(one, was)).collect())
        }
        (fresh, _) => fresh,
    }
}

fn arrange_object(mut fresh: Map<String, Value>, old: &Map<String, Value>) -> Map<String, Value> {
    let type_of =
        |object: &Map<String, Value>| object.get(TYPE_KEY)?.as_str().map(|tag| short_type(tag).to_owned());
    if type_of(&fresh).is_some() && type_of(old).is_some_and(|was| type_of(&fresh) != Some(was)) {
        return fresh; // another rule has taken this one's place
    }
    let mut arranged = Map::with_capacity(fresh.len());
    for (key, was) in old {
        match fresh.shift_remove(key) {
            Some(value) => drop(arranged.insert(key.clone(), arrange(value, was))),
            // Graph's exports spell out every field that has no value: dropping those would change half of the lines.
            None if says_nothing(was) => drop(arranged.insert(key.clone(), was.clone())),
            None => {}
        }
    }
    arranged.extend(fresh);
    arranged
}

/// What the types leave out when they are written, though the document spelt it out.
fn says_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(fresh: Value, old: Value) -> String {
        Layout::new(old).arrange(fresh).to_string()
    }

    #[test]
    fn keys_keep_their_order_and_nulls_stay() {
        let arranged =
            text(json!({ "a": 1, "c": 3, "new": 4 }), json!({ "c": 0, "b": null, "e": [], "a": 0 }));
        assert_eq!(arranged, r#"{"c":3,"b":null,"e":[],"a":1,"new":4}"#);
    }

    #[test]
    fn what_was_taken_out_stays_out() {
        assert_eq!(text(json!({ "a": 1 }), json!({ "gone": "x", "a": 1 })), r#"{"a":1}"#);
    }

    #[test]
    fn a_rule_of_another_type_is_not_laid_out_like_its_predecessor() {
        let fresh = json!([{ "@odata.type": "#n", "z": 1, "a": 2 }]);
        let old = json!([{ "@odata.type": "#o", "a": 2, "valueName": null, "z": 1 }]);
        assert_eq!(text(fresh.clone(), old), fresh.to_string());
    }
}
