//! The one place that prints: data on stdout, everything else on stderr.
//!
//! A reader that closes the pipe early (`waybill … | head`) is no error, and the rest is dropped. Any other failure to
//! write is one.

use crate::error::{Failure, write_failure};
use crate::text::printable;
use anstream::AutoStream;
use serde::Serialize;
use std::io::{self, BufWriter, Write};
use waybill_agent::as_system::Stream;
use waybill_schemas::codes::{Class, command};
use waybill_schemas::report::ErrorReport;
use waybill_schemas::{controls_terminal, write_json};

/// How a command prints: JSON or text, all of it or only what was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
    quiet: bool,
}

impl Output {
    /// With `json` one JSON document is printed; with `quiet` no summaries and notes.
    pub(crate) const fn new(json: bool, quiet: bool) -> Self {
        Self { json, quiet }
    }

    /// Whether stdout gets one JSON document and nothing else.
    pub(crate) const fn is_json(self) -> bool {
        self.json
    }

    /// Whether only data that was asked for and errors are printed.
    pub(crate) const fn is_quiet(self) -> bool {
        self.quiet
    }

    /// Prints a report as a document, or as the page that `human` writes.
    pub(crate) fn report<T: Serialize>(
        self,
        report: &T,
        human: impl FnOnce(&T, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        if self.json { self.document(report) } else { self.page(|out| human(report, out)) }
    }

    /// Prints a report about work that was done. With `quiet` no page of it is printed.
    pub(crate) fn summary<T: Serialize>(
        self,
        report: &T,
        human: impl FnOnce(&T, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        if self.quiet && !self.json { Ok(()) } else { self.report(report, human) }
    }

    /// Whether people follow the work on stderr.
    pub(crate) const fn is_followed(self) -> bool {
        !self.json && !self.quiet
    }

    /// Prints one JSON document on stdout.
    pub(crate) fn document<T: Serialize + ?Sized>(self, document: &T) -> Result<(), Failure> {
        write_document(|out| write_json(out, document, true))
    }

    /// Prints one JSON document on one line on stdout, for commands that report as they go.
    pub(crate) fn line<T: Serialize + ?Sized>(self, document: &T) -> Result<(), Failure> {
        write_document(|out| write_json(out, document, false))
    }

    /// Prints text for people on stdout.
    pub(crate) fn page(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
        let stdout = io::stdout().lock();
        let choice = AutoStream::choice(&stdout);
        let mut out = BufWriter::new(UntilClosed::new(AutoStream::new(stdout, choice)));
        let mut out = Shown(&mut out);
        write(&mut out).and_then(|()| out.flush()).map_err(|source| not_written(&source))
    }

    /// Prints text for people on stderr, for commands whose stdout is data.
    pub(crate) fn notice(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        let mut out = Shown(BufWriter::new(anstream::stderr().lock()));
        // If stderr fails there is nowhere to report it; the same holds below.
        let _ = write(&mut out).and_then(|()| out.flush());
    }

    /// Writes bytes to stdout as they are.
    pub(crate) fn raw(self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = UntilClosed::new(io::stdout().lock());
        out.write_all(bytes).and_then(|()| out.flush()).map_err(|source| not_written(&source))
    }

    /// Prints the error that ended the command, and returns its class.
    pub(crate) fn fail(self, failure: &Failure) -> Option<Class> {
        if self.json {
            // If stdout fails, too, stderr may still say which of the two errors happened.
            if let Err(unwritten) = self.document(&ErrorReport { error: failure.report() }) {
                self.tell(&unwritten);
            }
        } else {
            self.tell(failure);
        }
        Some(failure.class())
    }

    /// As [`Output::fail`], where stdout gets lines of JSON: the last line holds the error, and people see it on
    /// stderr, too.
    pub(crate) fn fail_on_one_line(self, failure: &Failure) -> Result<Class, Failure> {
        self.line(&ErrorReport { error: failure.report() })?;
        if !self.json {
            self.tell(failure);
        }
        Ok(failure.class())
    }

    /// Prints an error for people, on stderr.
    pub(crate) fn tell(self, failure: &Failure) {
        let _ = write_failure(failure, &mut Shown(anstream::stderr().lock()));
    }
}

/// Prints one line on stderr.
pub(crate) fn say(line: &str) {
    let _ = writeln!(Shown(anstream::stderr().lock()), "{line}");
}

/// Passes the output of another process on as it is.
pub(crate) fn relay(stream: Stream, bytes: &[u8]) {
    let _ = match stream {
        // Stdout is buffered and stderr is not: without the flush the other process's two streams would come out in
        // another order than it wrote them in.
        Stream::Out => io::stdout().write_all(bytes).and_then(|()| io::stdout().flush()),
        Stream::Err => io::stderr().write_all(bytes),
    };
}

fn write_document(
    write: impl FnOnce(&mut BufWriter<UntilClosed<io::StdoutLock<'static>>>) -> serde_json::Result<()>,
) -> Result<(), Failure> {
    let mut out = BufWriter::new(UntilClosed::new(io::stdout().lock()));
    let written = write(&mut out).map_err(io::Error::from);
    // Flushed here, because dropping the writer would hide an error.
    written
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush())
        .map_err(|source| not_written(&source))
}

fn not_written(source: &io::Error) -> Failure {
    Failure::new(&command::OUTPUT_FAILED, "cannot write the output").caused_by(source)
}

/// A writer of text for people, in which the characters that some terminals obey are written out, wherever the text came
/// from. Escape characters go through, because the colours are made of them; [`crate::text::printable`] takes those out
/// of what comes from outside.
struct Shown<W>(W);

impl<W: Write> Write for Shown<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let obeyed = |c: char| controls_terminal(c) && !c.is_ascii_control();
        match std::str::from_utf8(bytes) {
            Ok(text) if text.contains(obeyed) => {
                let shown = text.chars().map(|c| {
                    if obeyed(c) { printable(c.encode_utf8(&mut [0; 4])).into_owned() } else { c.to_string() }
                });
                self.0.write_all(shown.collect::<String>().as_bytes())?;
            }
            _ => self.0.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A writer that accepts everything, and drops it once the reader has closed the pipe.
struct UntilClosed<W> {
    inner: W,
    closed: bool,
}

impl<W: Write> UntilClosed<W> {
    fn new(inner: W) -> Self {
        Self { inner, closed: false }
    }

    fn unless_closed<T>(&mut self, outcome: io::Result<T>, instead: T) -> io::Result<T> {
        match outcome {
            // The bytes count as written. The work continues to its end, and the exit code says how it ended, not that
            // the reader is gone.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(instead)
            }
            outcome => outcome,
        }
    }
}

impl<W: Write> Write for UntilClosed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.closed {
            return Ok(bytes.len());
        }
        let outcome = self.inner.write(bytes);
        self.unless_closed(outcome, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        let outcome = self.inner.flush();
        self.unless_closed(outcome, ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fails(io::ErrorKind);

    impl Write for Fails {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Err(self.0.into())
        }
    }

    #[test]
    fn a_closed_pipe_swallows_and_a_full_disk_does_not() {
        let mut closed = UntilClosed::new(Fails(io::ErrorKind::BrokenPipe));
        assert_eq!(closed.write(b"abc").unwrap(), 3);
        assert!(closed.closed && closed.write_all(b"more").is_ok() && closed.flush().is_ok());
        let mut full = UntilClosed::new(Fails(io::ErrorKind::StorageFull));
        assert_eq!(full.write(b"abc").unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert!(full.flush().is_err());
    }
}
