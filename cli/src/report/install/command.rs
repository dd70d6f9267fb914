//! What a command line comes to on this machine.

use crate::report::bytes::counted;
use crate::report::fields::Fields;
use crate::report::printable::printable;
use crate::report::style::{ERROR, FAINT, STRONG};
use crate::report::wrap::write_wrapped;
use std::io::{self, Write};
use waybill_schemas::report::install::{CommandReport, EnvironmentDifference, Intent};

/// Differences beyond these are for the JSON report.
const MOST_VARIABLES: usize = 12;

/// The line, the program behind it, the folder and the variables.
pub(super) fn write(command: &CommandReport, intent: Intent, out: &mut dyn Write) -> io::Result<()> {
    let which = match intent {
        Intent::Install => "Install command",
        Intent::Uninstall => "Uninstall command",
    };
    writeln!(out, "\n{STRONG}{which}{STRONG:#}")?;
    let mut fields = Fields::default();
    fields.add("line", &command.line);
    fields.add_some("program", command.program.as_deref().map(|program| found(program, command)));
    fields.add_some("started as", command.command_line.as_deref().filter(|line| *line != command.line));
    fields.add("folder", &command.folder);
    fields.add("view", &command.view);
    fields.write(2, out)?;
    if let Some(refused) = &command.refused {
        let first = format!("  {ERROR}refused[{}]{ERROR:#} ", printable(&refused.code));
        write_wrapped(&first, 4, &refused.why, out)?;
        for place in &refused.searched {
            writeln!(out, "    {FAINT}searched:{FAINT:#} {}", printable(place))?;
        }
        // One line, however long: it often is a command to be copied.
        writeln!(out, "    {FAINT}mend:{FAINT:#} {}", printable(&refused.mend))?;
    }
    write_environment(&command.environment, out)
}

fn found(program: &str, command: &CommandReport) -> String {
    match &command.found_in {
        Some(place) => format!("{program} (from: {place})"),
        None => program.to_owned(),
    }
}

/// Where its variables are not the caller's: what works in a console and not under Intune is often there.
fn write_environment(differences: &[EnvironmentDifference], out: &mut dyn Write) -> io::Result<()> {
    let (left_out, set): (Vec<_>, Vec<_>) = differences.iter().partition(|one| one.left_out);
    for one in set.iter().take(MOST_VARIABLES) {
        let value = one.value.as_deref().unwrap_or("***");
        writeln!(out, "  {FAINT}variable{FAINT:#} {}={}", printable(&one.name), printable(value))?;
    }
    if set.len() > MOST_VARIABLES {
        let more = (set.len() - MOST_VARIABLES) as u64;
        writeln!(out, "  {FAINT}variable{FAINT:#} and {}", counted(more, "more"))?;
    }
    if left_out.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = left_out.iter().map(|one| one.name.as_str()).take(MOST_VARIABLES).collect();
    let count = counted(left_out.len() as u64, "variable");
    let dots = if left_out.len() > MOST_VARIABLES { ", …" } else { "" };
    write_wrapped(
        &format!("  {FAINT}without{FAINT:#}  "),
        11,
        &format!("{count} of yours: {}{dots}", names.join(", ")),
        out,
    )
}
