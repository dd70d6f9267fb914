//! Where a content lies.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt;

const LENGTH_LIMIT: usize = 4096;

/// Where a content lies: an absolute http(s) URL, or a path below the document that names it.
///
/// `Debug` and `Display` leave out the query: it may be a token.
#[derive(Clone, PartialEq, Eq)]
pub struct ContentUrl(String);

/// Why a text is not the URL of a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentUrlFault {
    /// Nothing there.
    #[error("the URL is empty")]
    Empty,
    /// Longer than 4,096 bytes.
    #[error("the URL is longer than 4096 bytes")]
    TooLong,
    /// A space, a backslash, a fragment, or what has to be percent-encoded.
    #[error("the URL holds a character that has to be percent-encoded")]
    Character,
    /// Another scheme than http and https.
    #[error("the URL has another scheme than http and https")]
    Scheme,
    /// No host, or a user before it.
    #[error("the URL has no host, or a user name before it")]
    Host,
    /// A relative URL that leads out of the document's folder.
    #[error("the URL leads out of the document's folder")]
    Outside,
}

impl ContentUrl {
    /// Checks `text`.
    ///
    /// # Errors
    /// What it is not.
    pub fn new(text: impl Into<String>) -> Result<Self, ContentUrlFault> {
        let text = text.into();
        check(&text).map(|()| Self(text))
    }

    /// As it stands in the document, query and all: for the request alone.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True for a URL with a scheme, false for a path below the document.
    pub fn is_absolute(&self) -> bool {
        rest_of_absolute(&self.0).is_some()
    }

    /// Without its query: for logs.
    pub fn without_query(&self) -> &str {
        path_of(&self.0)
    }
}

fn path_of(text: &str) -> &str {
    text.split('?').next().unwrap_or_default()
}

/// What follows `http://` or `https://`.
fn rest_of_absolute(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    (scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")).then_some(rest)
}

fn check(text: &str) -> Result<(), ContentUrlFault> {
    if text.is_empty() {
        return Err(ContentUrlFault::Empty);
    }
    if text.len() > LENGTH_LIMIT {
        return Err(ContentUrlFault::TooLong);
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"#<>\\^`{|}".contains(&byte)) {
        return Err(ContentUrlFault::Character);
    }
    match rest_of_absolute(text) {
        Some(rest) => check_host(rest),
        None => check_relative(path_of(text)),
    }
}

fn check_host(rest: &str) -> Result<(), ContentUrlFault> {
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    if host.is_empty() || host.starts_with(':') || host.contains('@') {
        return Err(ContentUrlFault::Host);
    }
    Ok(())
}

fn check_relative(path: &str) -> Result<(), ContentUrlFault> {
    let mut segments = path.split('/').map(|segment| segment.to_ascii_lowercase().replace("%2e", "."));
    if path.split('/').next().is_some_and(|first| first.contains(':')) {
        return Err(ContentUrlFault::Scheme);
    }
    let hides_a_separator = path.to_ascii_lowercase();
    if hides_a_separator.contains("%2f") || hides_a_separator.contains("%5c") {
        return Err(ContentUrlFault::Outside);
    }
    if segments.any(|segment| matches!(segment.as_str(), "" | "." | "..")) {
        return Err(ContentUrlFault::Outside);
    }
    Ok(())
}

impl fmt::Display for ContentUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.without_query())
    }
}

impl fmt::Debug for ContentUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.without_query())
    }
}

impl Serialize for ContentUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ContentUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

own_schema!(ContentUrl, inline, {
    "type": "string",
    "format": "uri-reference",
    "minLength": 1,
    "maxLength": LENGTH_LIMIT,
    "description": "an absolute http(s) URL, or a path below the document",
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_paths_below_pass() {
        for (text, absolute) in [
            ("https://cdn.example/00ff/content.bin?sv=1&sig=a%2Fb", true),
            ("HTTP://[::1]:8080/x", true),
            ("00ff/content.bin", false),
            ("a..b/c?x=../y", false),
        ] {
            assert_eq!(ContentUrl::new(text).unwrap().is_absolute(), absolute, "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for (text, fault) in [
            ("", ContentUrlFault::Empty),
            ("a b", ContentUrlFault::Character),
            ("a\\b", ContentUrlFault::Character),
            ("é", ContentUrlFault::Character),
            ("a#b", ContentUrlFault::Character),
            ("ftp://host/x", ContentUrlFault::Scheme),
            ("file:///etc/passwd", ContentUrlFault::Scheme),
            ("C:/x", ContentUrlFault::Scheme),
            ("https:///x", ContentUrlFault::Host),
            ("https://user:pass@host/x", ContentUrlFault::Host),
            ("/x", ContentUrlFault::Outside),
            ("//host/x", ContentUrlFault::Outside),
            ("a/../../x", ContentUrlFault::Outside),
            ("a/%2E./x", ContentUrlFault::Outside),
            ("..%2fx", ContentUrlFault::Outside),
        ] {
            assert_eq!(ContentUrl::new(text), Err(fault), "{text}");
        }
        assert_eq!(ContentUrl::new("a".repeat(4097)), Err(ContentUrlFault::TooLong));
    }

    #[test]
    fn the_query_is_not_printed() {
        let url = ContentUrl::new("https://cdn.example/x?sig=secret").unwrap();
        assert!(!format!("{url} {url:?}").contains("secret"));
    }
}
