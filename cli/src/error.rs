//! The error that ends a command, from any library: its code, causes and hint, and how they are printed.

use crate::system_words::{in_plain_words, without_system_phrases};
use crate::text::{ERROR, FAINT, NOTE, WARNING, printable, sentence};
use std::error::Error;
use std::io::{self, Write};
use waybill_schemas::codes::{Class, Classified, Code, command};
use waybill_schemas::report::ReportedError;

/// The text before each finding in a message that lists several.
const NEXT_FINDING: &str = "\n    ";

/// An error for the person who ran the command. Its class is the exit code.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    code: &'static Code,
    subject: Option<String>,
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
}

impl<E: Classified> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut failure = Self::new(error.code(), error.to_string());
        failure.add_causes(error.source());
        failure
    }
}

impl Failure {
    /// An error of the command itself.
    pub(crate) fn new(code: &'static Code, message: impl AsRef<str>) -> Self {
        let message = printable_findings(&without_queries(&without_system_phrases(message.as_ref())));
        Self { code, subject: None, message, causes: Vec::new(), hint: None }
    }

    /// Adds the file that the error is about, as it was named. The first one stays.
    pub(crate) fn about(mut self, subject: &str) -> Self {
        self.subject.get_or_insert_with(|| printable(&without_queries(subject)).into_owned());
        self
    }

    /// Adds the error's cause.
    pub(crate) fn caused_by(mut self, cause: &(dyn Error + 'static)) -> Self {
        self.add_causes(Some(cause));
        self
    }

    /// Replaces the table's hint by a more specific one.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(printable(&hint.into()).into_owned());
        self
    }

    /// Adds each cause once, because a library may have its text in its own message.
    fn add_causes(&mut self, first: Option<&(dyn Error + 'static)>) {
        for cause in std::iter::successors(first, |cause| (*cause).source()) {
            let text = without_queries(&in_plain_words(cause));
            let text = printable(&text);
            let above = self.causes.last().unwrap_or(&self.message);
            if !above.ends_with(text.as_ref()) {
                self.causes.push(text.into_owned());
            }
        }
    }

    /// The error's class, which is the exit code.
    pub(crate) fn class(&self) -> Class {
        self.code.class
    }

    /// The error's id, for `waybill explain`.
    pub(crate) fn id(&self) -> &'static str {
        self.code.id
    }

    /// The message, with the file that it is about.
    pub(crate) fn message(&self) -> String {
        match &self.subject {
            Some(subject) if !self.message.contains(subject.as_str()) => {
                format!("{subject}: {}", self.message)
            }
            _ => self.message.clone(),
        }
    }

    /// The causes, outermost first.
    pub(crate) fn causes(&self) -> &[String] {
        &self.causes
    }

    /// What to do next: the specific hint, else the table's.
    pub(crate) fn hint(&self) -> &str {
        self.hint.as_deref().unwrap_or(self.code.hint)
    }

    /// The error as JSON reports hold it.
    pub(crate) fn report(&self) -> ReportedError {
        ReportedError {
            code: self.id().to_owned(),
            exit: self.class().exit_code(),
            message: self.message(),
            causes: self.causes.clone(),
            hint: self.hint().to_owned(),
        }
    }
}

/// The text with the query of everything that looks like a URL left out, with a scheme or without one: somebody who leaves
/// the scheme out gives a path, and its query may be a token all the same.
pub(crate) fn without_queries(text: &str) -> String {
    let text = without_users(text);
    let mut shown = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('?') {
        let (before, query) = rest.split_at(at + 1);
        shown.push_str(before);
        let end = query.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>'));
        // A pair of a name and a value, and not the `\\?\` of a Windows path.
        let end = end.unwrap_or(query.len());
        let is_query = query[..end].contains('=') && !query.starts_with(['\\', '/']);
        rest = if is_query {
            shown.push('…');
            // Punctuation of the sentence that the URL stands in.
            let kept = query[..end].len() - query[..end].trim_end_matches([':', ',', ')']).len();
            &query[end - kept..]
        } else {
            query
        };
    }
    shown + rest
}

/// The text with `***` for who signs in by a URL: `https://user:password@host`, and `user:password@host` without a scheme.
fn without_users(text: &str) -> String {
    let ends_word = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>');
    let mut shown = String::with_capacity(text.len());
    for word in text.split_inclusive(ends_word) {
        let start = word.find("://").map_or(0, |at| at + "://".len());
        let authority = &word[start..word[start..].find(['/', '\\']).map_or(word.len(), |end| start + end)];
        let user = authority.rfind('@').map(|at| &authority[..at]);
        match user.filter(|user| start > 0 || user.contains(':')) {
            Some(user) => {
                shown.push_str(&word[..start]);
                shown.push_str("***");
                shown.push_str(&word[start + user.len()..]);
            }
            None => shown.push_str(word),
        }
    }
    shown
}

/// Makes a message safe to print, and keeps the lines of those that list several findings.
pub(crate) fn printable_findings(message: &str) -> String {
    message.split(NEXT_FINDING).map(printable).collect::<Vec<_>>().join(NEXT_FINDING)
}

/// The failure that decides the exit code of several.
pub(crate) fn deciding<'a>(failures: impl IntoIterator<Item = &'a Failure>) -> Option<&'a Failure> {
    let failures: Vec<_> = failures.into_iter().collect();
    let index = intunewin::deciding(failures.iter().map(|failure| failure.class()))?;
    failures.get(index).copied()
}

/// Writes the error, each cause once, the hint, and the id for `waybill explain`.
pub(crate) fn write_failure(failure: &Failure, out: &mut dyn Write) -> io::Result<()> {
    if failure.class() == Class::Interrupted {
        return writeln!(out, "{WARNING}interrupted:{WARNING:#} {}", sentence(failure.hint()));
    }
    writeln!(out, "{ERROR}error[{}]:{ERROR:#} {}", failure.id(), failure.message())?;
    for cause in failure.causes() {
        writeln!(out, "  {FAINT}because:{FAINT:#} {cause}")?;
    }
    writeln!(out, "  {NOTE}hint:{NOTE:#} {}", sentence(failure.hint()))?;
    if failure.id() == command::USAGE.id {
        // Its page says no more than the help that the hint names.
        return Ok(());
    }
    writeln!(out, "  {FAINT}more: waybill explain {}{FAINT:#}", failure.id())
}

#[cfg(test)]
mod tests {
    use super::*;
    use waybill_schemas::codes::{command, documents, package};

    #[derive(Debug)]
    struct Outer(std::io::Error);

    impl std::fmt::Display for Outer {
        fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(formatter, "outer: {}", self.0)
        }
    }

    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    impl Classified for Outer {
        fn code(&self) -> &'static Code {
            &package::PACKAGE_UNREADABLE
        }
    }

    #[test]
    fn a_cause_that_was_told_already_is_not_told_again() {
        let failure = Failure::from(Outer(std::io::Error::other("disk \u{1b}[31mgone")));
        assert!(failure.causes().is_empty(), "{failure:?}");
        assert_eq!(failure.message(), "outer: disk \\u{1b}[31mgone");
        assert_eq!(failure.about("a.intunewin").message(), "a.intunewin: outer: disk \\u{1b}[31mgone");
    }

    #[test]
    fn no_query_of_a_url_is_printed_with_a_scheme_or_without() {
        for (text, expected) in [
            ("cannot read cdn.example/a.json?sv=1&sig=abc", "cannot read cdn.example/a.json?…"),
            ("a.json?sig=abc: no such file", "a.json?…: no such file"),
            ("failed to open `host/a?sig=abc` and b?c=d", "failed to open `host/a?…` and b?…"),
            ("https://a.example/?sig=x%2B/=", "https://a.example/?…"),
            (r"\\?\C:\a=b", r"\\?\C:\a=b"),
            ("is it here? a=b", "is it here? a=b"),
            ("what?", "what?"),
        ] {
            assert_eq!(without_queries(text), expected, "{text}");
            let failure = Failure::new(&command::INPUT_UNREADABLE, text)
                .about(text)
                .caused_by(&std::io::Error::other(text));
            assert!(!format!("{failure:?}").contains("sig="), "{failure:?}");
        }
    }

    #[test]
    fn integrity_decides_over_refusal_over_the_machine() {
        let [machine, refused, integrity] =
            [&command::INPUT_UNREADABLE, &documents::DOCUMENT_NOT_JSON, &package::MAC_MISMATCH]
                .map(|code| Failure::new(code, "x"));
        let exit = |failures: &[&Failure]| {
            deciding(failures.iter().copied()).map(|failure| failure.class().exit_code())
        };
        assert_eq!(exit(&[&machine, &refused, &integrity]), Some(4));
        assert_eq!(exit(&[&machine, &refused]), Some(3));
        assert_eq!(exit(&[&machine]), Some(1));
        assert_eq!(exit(&[]), None);
    }
}
