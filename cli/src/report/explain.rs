//! A page of `explain`.

use super::fields::Fields;
use super::style::{FAINT, STRONG};
use std::borrow::Cow;
use std::io::{self, Write};
use waybill_schemas::codes::Entry;
use waybill_schemas::report::explain::ExplainReport;

/// Every meaning, one below the other.
pub(crate) fn write_explanation(report: &ExplainReport, out: &mut dyn Write) -> io::Result<()> {
    for (index, entry) in report.meanings.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        write_entry(entry, out)?;
    }
    Ok(())
}

fn write_entry(entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{STRONG}{}{STRONG:#}", entry.code)?;
    if let Some(name) = entry.name {
        write!(out, "  {name}")?;
    }
    writeln!(out, "  {FAINT}({}){FAINT:#}", entry.table.title())?;
    writeln!(out, "  {}", sentence(&entry.meaning))?;
    if !entry.causes.is_empty() {
        writeln!(out, "\n  Usual causes:")?;
        entry.causes.iter().try_for_each(|cause| writeln!(out, "    - {cause}"))?;
    }
    writeln!(out, "\n  {STRONG}What to do:{STRONG:#} {}", sentence(entry.hint))?;
    if let Some(example) = entry.example {
        let mut fields = Fields::default();
        fields.add("found", example.before);
        fields.add("mended", example.after);
        writeln!(out)?;
        fields.write(2, out)?;
    }
    match entry.exit {
        Some(exit) => writeln!(out, "  waybill exits with {exit}."),
        None => Ok(()),
    }
}

/// Begins with a capital and ends with a full stop.
fn sentence(text: &str) -> Cow<'_, str> {
    let mut characters = text.chars();
    let Some(first) = characters.next() else { return Cow::Borrowed(text) };
    let first_word_is_name = text.split(' ').next().is_some_and(|word| word.contains(['.', '_', '`', '-']));
    let closed = text.ends_with(['.', '?', '!', ':']);
    if closed && (first.is_uppercase() || first_word_is_name) {
        return Cow::Borrowed(text);
    }
    let capital: String = if first_word_is_name { first.to_string() } else { first.to_uppercase().collect() };
    let stop = if closed { "" } else { "." };
    Cow::Owned(format!("{capital}{}{stop}", characters.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meanings_read_as_sentences() {
        assert_eq!(
            sentence("the content is not what its maker sealed"),
            "The content is not what its maker sealed."
        );
        assert_eq!(sentence("msi.dll is missing"), "msi.dll is missing.");
        assert!(matches!(sentence("Already one."), Cow::Borrowed(_)));
        assert_eq!(sentence(""), "");
    }
}
