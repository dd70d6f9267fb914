//! An error: what happened, what it came from, what to do.

use super::sentence::sentence;
use super::style::{ERROR, FAINT, NOTE, WARNING};
use crate::error::Failure;
use std::io::{self, Write};
use waybill_schemas::codes::{Class, command};

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
        return Ok(()); // its page says no more than the help that the hint names
    }
    writeln!(out, "  {FAINT}more: waybill explain {}{FAINT:#}", failure.id())
}
