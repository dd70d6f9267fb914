//! Labels and values in two columns.

use super::printable::printable;
use super::style::FAINT;
use std::io::{self, Write};

/// Rows of a label and a value, the values below one another.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    rows: Vec<(String, String)>,
}

impl Fields {
    /// Adds a row; the value is made safe to print.
    pub(crate) fn add(&mut self, label: &str, value: impl AsRef<str>) {
        self.rows.push((label.to_owned(), printable(value.as_ref()).into_owned()));
    }

    /// Adds a row where there is a value.
    pub(crate) fn add_some(&mut self, label: &str, value: Option<impl AsRef<str>>) {
        if let Some(value) = value {
            self.add(label, value);
        }
    }

    /// Writes the rows, `indent` spaces in.
    pub(crate) fn write(&self, indent: usize, out: &mut dyn Write) -> io::Result<()> {
        let width = self.rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
        for (label, value) in &self.rows {
            writeln!(out, "{:indent$}{FAINT}{label:width$}{FAINT:#}  {value}", "")?;
        }
        Ok(())
    }
}
