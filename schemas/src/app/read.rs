//! Reading and writing the document; the order of its keys, and its `null`s, are kept while its values change.

use super::rule::{TYPE_KEY, short_type};
use super::{AppDocument, WIN32_APP_TYPES};
use crate::codes::{Classified, Code, app as codes};
use crate::json_document::{self, DOCUMENT_LIMIT};
use crate::json_fault::JsonFault;
use crate::numbers::counted;
use serde::Deserialize;
use serde::de::DeserializeOwned;
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
    /// Neither UTF-8 nor UTF-16.
    #[error("the app document is not UTF-8 text")]
    NotText,
    /// The text is not JSON. The source names line and column.
    #[error("the app document is not JSON")]
    NotJson(#[source] JsonFault),
    /// A field holds a value of another type, or one that it cannot have.
    #[error("the app document's `{path}` does not fit{}: {reason}", on_line(*line, *column))]
    Field {
        /// The field, e.g. `rules[0].operator`; `.` is the document itself.
        path: String,
        /// What is wrong with it, in words that quote no value.
        reason: String,
        /// The line of the fault, from 1; 0 where it is not known.
        line: usize,
        /// The column of the fault, from 1; 0 where it is not known.
        column: usize,
    },
    /// A Graph object of another type than `win32LobApp`.
    #[error("the document is a `{found}`, not a `win32LobApp`")]
    AnotherType {
        /// The type that it names, without its namespace; the beginning of a long one.
        found: String,
    },
    /// A list, as Graph answers, with no app in it or with several.
    #[error("the document is a list of {}{}", counted(*count as u64, "app"), named(names))]
    List {
        /// How many there are.
        count: usize,
        /// The names of the first of them.
        names: Vec<String>,
    },
}

/// ` (line 3, column 7)`; empty where the line is not known.
fn on_line(line: usize, column: usize) -> String {
    if line == 0 { String::new() } else { format!(" (line {line}, column {column})") }
}

fn named(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) }
}

impl Classified for AppError {
    fn code(&self) -> &'static Code {
        match self {
            Self::TooLarge { .. } => &codes::APP_TOO_LARGE,
            Self::NotText | Self::NotJson(_) => &codes::APP_NOT_JSON,
            Self::Field { .. } => &codes::APP_FIELD,
            Self::AnotherType { .. } => &codes::APP_ANOTHER_TYPE,
            Self::List { .. } => &codes::APP_LIST,
        }
    }
}

impl AppError {
    fn field(path: String, cause: &serde_json::Error) -> Self {
        let JsonFault { line, column, reason, .. } = cause.into();
        Self::Field { path, reason, line, column }
    }
}

/// The document inside a list as Graph answers it.
#[derive(Deserialize)]
struct GraphList {
    value: (AppDocument,),
}

impl AppDocument {
    /// Reads the document: UTF-8 or UTF-16, each with or without a byte order mark (Windows PowerShell's `>` writes
    /// UTF-16). A list of one app, `{"value": […]}` or a bare one, is that app.
    ///
    /// # Errors
    /// Over 16 MiB, no text, no JSON, a field of the wrong kind, another type of Graph, or a list of several apps.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, AppError> {
        Self::from_text(&text_of(bytes)?)
    }

    /// Reads the document from its text, as [`AppDocument::from_slice`].
    ///
    /// # Errors
    /// As [`AppDocument::from_slice`], but for size and text.
    pub(super) fn from_text(text: &str) -> Result<Self, AppError> {
        let layout: Value = serde_json::from_str(text)
            .map_err(|error| AppError::NotJson(JsonFault::in_text(&error, text.as_bytes())))?;
        let form = Form::of(&layout);
        let layout = form.app_in(layout)?;
        // Parsed from the text again, not from the value, so that an error knows its line.
        let app = match form {
            Form::Alone => parse::<Self>(text)?,
            Form::Array => parse::<(Self,)>(text)?.0,
            Form::GraphList => parse::<GraphList>(text)?.value.0,
        };
        app.laid_out(Layout { document: Some(layout), pointer: form.pointer() })
    }

    /// Reads the document from JSON that was parsed already.
    ///
    /// # Errors
    /// As [`AppDocument::from_slice`], but for size and text.
    pub fn from_value(value: Value) -> Result<Self, AppError> {
        let form = Form::of(&value);
        let value = form.app_in(value)?;
        let app = Self::deserialize(&value).map_err(|cause| AppError::field(".".into(), &cause))?;
        app.laid_out(Layout { document: Some(value), pointer: form.pointer() })
    }

    fn laid_out(mut self, layout: Layout) -> Result<Self, AppError> {
        self.layout = layout;
        self.check_older_rules()?;
        Ok(self)
    }

    /// The document as JSON. Keys keep the order in which they were read; new ones come last.
    pub fn to_value(&self) -> Value {
        // Strings, numbers and maps with string keys: serialising them cannot fail.
        self.layout.arrange(serde_json::to_value(self).unwrap_or_default())
    }

    /// The document as JSON text, indented by two spaces, with a final newline. One that was read from a list is
    /// written without it.
    pub fn to_json(&self) -> String {
        format!("{:#}\n", self.to_value())
    }
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, AppError> {
    json_document::parse(text.as_bytes()).map_err(|(path, cause)| AppError::field(path, &cause))
}

/// How a document holds its app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The document is the app.
    Alone,
    /// A bare list, as `ConvertTo-Json` writes several objects.
    Array,
    /// What Graph answers for a collection: `{"@odata.context": …, "value": […]}`.
    GraphList,
}

impl Form {
    fn of(document: &Value) -> Self {
        match document {
            Value::Array(_) => Self::Array,
            // An app has no field `value`; one with a type of its own is no list, whatever it holds.
            Value::Object(fields)
                if !fields.contains_key(TYPE_KEY) && fields.get("value").is_some_and(Value::is_array) =>
            {
                Self::GraphList
            }
            _ => Self::Alone,
        }
    }

    fn pointer(self) -> &'static str {
        match self {
            Self::Alone => "",
            Self::Array => "/0",
            Self::GraphList => "/value/0",
        }
    }

    /// The app in the document. Judged before the fields are read: an export of another kind of app is to be reported
    /// by its type, not by the first of its fields that does not fit.
    fn app_in(self, document: Value) -> Result<Value, AppError> {
        let mut apps = match (self, document) {
            (Self::Array, Value::Array(apps)) => apps,
            (Self::GraphList, Value::Object(mut fields)) => match fields.remove("value") {
                Some(Value::Array(apps)) => apps,
                _ => Vec::new(),
            },
            (_, document) => vec![document],
        };
        let app = match apps.len() {
            1 => apps.remove(0),
            count => {
                return Err(AppError::List {
                    count,
                    names: apps.iter().take(MOST_NAMES).map(name).collect(),
                });
            }
        };
        if is_content_document(&app) {
            return Err(AppError::AnotherType { found: "content.json".to_owned() });
        }
        let tag = app.get(TYPE_KEY).and_then(Value::as_str).map(short_type);
        match tag.filter(|tag| !WIN32_APP_TYPES.contains(tag)) {
            Some(found) => Err(AppError::AnotherType { found: beginning(found) }),
            None => Ok(app),
        }
    }
}

/// Whether this is the document of a content, which describes a download and no app. Both lie beside each other after
/// publishing.
fn is_content_document(document: &Value) -> bool {
    let has = |key| document.get(key).is_some();
    has("fileEncryptionInfo") && has("sizeEncrypted") && !has(TYPE_KEY) && !has("displayName")
}

/// The most apps of a list that an error names.
const MOST_NAMES: usize = 10;

fn name(app: &Value) -> String {
    let text = |key| app.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    text("displayName").or_else(|| text("id")).map_or_else(|| "one without a name".to_owned(), beginning)
}

/// At most 80 letters of a text, for an error.
pub(super) fn beginning(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The text of a document: UTF-8 or UTF-16, each with or without a byte order mark, which is left out.
pub(super) fn text_of(bytes: &[u8]) -> Result<Cow<'_, str>, AppError> {
    let size = bytes.len();
    if size > DOCUMENT_LIMIT {
        return Err(AppError::TooLarge { size });
    }
    let utf16 = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        rest.len().is_multiple_of(2).then(|| String::from_utf16(&units).ok()).flatten().map(Cow::Owned)
    };
    let text = match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => std::str::from_utf8(rest).ok().map(Cow::Borrowed),
        // JSON begins with a character of ASCII and has no NUL, so a NUL beside it is half of a unit of UTF-16.
        [first, 0, ..] if *first != 0 => utf16(bytes, u16::from_le_bytes),
        [0, first, ..] if *first != 0 => utf16(bytes, u16::from_be_bytes),
        _ => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
    };
    text.ok_or(AppError::NotText)
}

/// The types that are read, with and without the number sign that some clients leave out.
#[cfg(feature = "json-schema")]
pub(super) fn type_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let names = |sign: &str| WIN32_APP_TYPES.map(|name| format!("{sign}microsoft.graph.{name}"));
    let mut known: Vec<Value> = [names("#"), names("")].concat().into_iter().map(Value::from).collect();
    known.push(Value::Null);
    schemars::json_schema!({ "enum": known })
}

/// A document as it was read. Equal to every other: how a document is laid out is not what it says.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    document: Option<Value>,
    /// Where the app stood in the document: empty, or its place in a list.
    pub(super) pointer: &'static str,
}

impl PartialEq for Layout {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Layout {
    /// `fresh` with its keys in the order they had; new keys come last.
    pub(super) fn arrange(&self, fresh: Value) -> Value {
        match &self.document {
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
        Layout { document: Some(old), pointer: "" }.arrange(fresh).to_string()
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
