//! The installer's run: its code, what it printed, what still runs.

use crate::report::bytes::{Bytes, lasted};
use crate::report::fields::Fields;
use crate::report::printable::printable;
use crate::report::style::{FAINT, STRONG, WARNING};
use crate::report::wrap::write_wrapped;
use std::io::{self, Write};
use waybill_schemas::report::install::{ExitCodeReport, InstallReport, OutputReport, RunReport};

/// Lines of output that a page shows.
const MOST_LINES: usize = 24;

/// Exit code, time, output, survivors.
pub(super) fn write_run(run: &RunReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{STRONG}Run{STRONG:#}")?;
    let mut fields = Fields::default();
    match &run.exit_code {
        Some(code) => {
            fields.add("exit code", number(code));
            fields.add_some("meaning", code.meaning.as_deref());
            fields.add("stands for", stands_for(code));
        }
        None if run.timed_out => fields.add("exit code", "none: it still ran at its time limit"),
        None => fields.add("exit code", "none: nobody saw it end"),
    }
    fields.add("took", took(run));
    fields.write(2, out)?;
    for survivor in &run.survivors {
        let name = printable(&survivor.name);
        writeln!(out, "  {WARNING}still runs:{WARNING:#} {name} (process {})", survivor.pid)?;
    }
    write_output(&run.output, out)
}

/// After a success: a line or two.
pub(super) fn write_briefly(report: &InstallReport, out: &mut dyn Write) -> io::Result<()> {
    let Some(run) = &report.run else { return Ok(()) };
    let mut fields = Fields::default();
    fields.add_some("command", report.command.as_ref().map(|command| command.line.as_str()));
    fields.add_some(
        "exit code",
        run.exit_code.as_ref().map(|code| format!("{}, {}", number(code), stands_for(code))),
    );
    fields.add("took", took(run));
    fields.add("context", &report.context.used);
    fields.write(2, out)
}

/// By every number that people search for, and by name.
fn number(code: &ExitCodeReport) -> String {
    let mut text = code.unsigned.to_string();
    if code.signed < 0 {
        text += &format!(", {}", code.signed);
    }
    if code.unsigned > 9 {
        text += &format!(", {}", code.hex);
    }
    match &code.name {
        Some(name) => format!("{text}, {name}"),
        None => text,
    }
}

fn stands_for(code: &ExitCodeReport) -> String {
    match code.said_by.as_str() {
        "app.json" => format!("{} (app.json says so)", code.stands_for),
        "default" => format!("{} (as for every app)", code.stands_for),
        _ => "failed: returnCodes of app.json do not name it".to_owned(),
    }
}

fn took(run: &RunReport) -> String {
    format!("{} of at most {} min", lasted(run.seconds), run.limit_minutes)
}

/// The end of what it printed.
fn write_output(output: &OutputReport, out: &mut dyn Write) -> io::Result<()> {
    if output.bytes == 0 {
        return writeln!(out, "  {FAINT}it printed nothing{FAINT:#}");
    }
    let lines: Vec<&str> = output.excerpt.lines().collect();
    let shown = lines.len().saturating_sub(MOST_LINES);
    let file = output.file.as_deref().map(|file| format!(", whole in {}", printable(file)));
    let file = if output.shortened { file.map(|file| file.replace("whole", "head and tail")) } else { file };
    writeln!(
        out,
        "\n{STRONG}Output{STRONG:#}  {FAINT}the end of {}{}{FAINT:#}",
        Bytes(output.bytes),
        file.unwrap_or_default()
    )?;
    lines[shown..].iter().try_for_each(|line| write_wrapped("  | ", 4, line, out))
}
