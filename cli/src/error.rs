//! What stopped a command, whatever library it came from: its code, its chain, its hint; and how it is shown.

use crate::text::{ERROR, FAINT, NOTE, WARNING, printable, sentence};
use std::error::Error;
use std::io::{self, Write};
use waybill_schemas::codes::{Class, Classified, Code, command};
use waybill_schemas::report::ReportedError;

/// What stands before each finding in a message that lists several.
const NEXT_FINDING: &str = "\n    ";

/// An error on its way to the person who ran the command. Its class is the exit code.
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
        let message = printable_findings(message.as_ref());
        Self { code, subject: None, message, causes: Vec::new(), hint: None }
    }

    /// The same, about `subject`: the file as it was named. The first subject stays.
    pub(crate) fn about(mut self, subject: &str) -> Self {
        self.subject.get_or_insert_with(|| printable(subject).into_owned());
        self
    }

    /// The same, with its cause.
    pub(crate) fn caused_by(mut self, cause: &(dyn Error + 'static)) -> Self {
        self.add_causes(Some(cause));
        self
    }

    /// The same, with a hint that knows more than the table's.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Each cause once: a library may have it in its own message already.
    fn add_causes(&mut self, first: Option<&(dyn Error + 'static)>) {
        for cause in std::iter::successors(first, |cause| (*cause).source()) {
            let text = cause.to_string();
            let text = printable(&text);
            let above = self.causes.last().unwrap_or(&self.message);
            if !above.ends_with(text.as_ref()) {
                self.causes.push(text.into_owned());
            }
        }
    }

    /// Its class, which is the exit code.
    pub(crate) fn class(&self) -> Class {
        self.code.class
    }

    /// The id that `waybill explain` knows.
    pub(crate) fn id(&self) -> &'static str {
        self.code.id
    }

    /// What happened, and to what.
    pub(crate) fn message(&self) -> String {
        match &self.subject {
            Some(subject) if !self.message.contains(subject.as_str()) => {
                format!("{subject}: {}", self.message)
            }
            _ => self.message.clone(),
        }
    }

    /// What it came from, outermost first.
    pub(crate) fn causes(&self) -> &[String] {
        &self.causes
    }

    /// What to do next.
    pub(crate) fn hint(&self) -> &str {
        self.hint.as_deref().unwrap_or(self.code.hint)
    }

    /// The error as the JSON reports have it.
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

/// A message in which several findings come one a line: everything within a line is made safe.
pub(crate) fn printable_findings(message: &str) -> String {
    message.split(NEXT_FINDING).map(printable).collect::<Vec<_>>().join(NEXT_FINDING)
}

/// The one of several failures that decides the exit code.
pub(crate) fn deciding<'a>(failures: impl IntoIterator<Item = &'a Failure>) -> Option<&'a Failure> {
    let failures: Vec<_> = failures.into_iter().collect();
    let index = intunewin::deciding(failures.iter().map(|failure| failure.class()))?;
    failures.get(index).copied()
}

/// Writes the error, its chain once, its hint, and the id that `waybill explain` knows.
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
