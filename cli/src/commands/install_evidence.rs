//! The evidence for an attempt's outcome: the run, each rule with what it wants and what it found, the requirements,
//! and the command line as it runs on this machine.

use crate::text::{
    Bytes, ERROR, FAINT, Fields, GOOD, STRONG, WARNING, counted, lasted, printable, write_wrapped,
};
use anstyle::Style;
use std::io::{self, Write};
use waybill_schemas::report::install::{
    Answer, CommandReport, DetectionReport, EnvironmentDifference, ExitCodeReport, InstallReport, Intent,
    Occasion, OutputReport, PreparedMsiLine, RequirementsReport, RuleReport, RunReport,
};

/// How many lines of output a page shows.
const MOST_LINES: usize = 24;

/// Writes exit code, duration, output and processes that stayed.
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

/// Writes a run that succeeded, in a line or two.
pub(super) fn write_run_briefly(report: &InstallReport, out: &mut dyn Write) -> io::Result<()> {
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

/// The exit code in every notation that people search for, and its name, unless it only says what the code stands for.
fn number(code: &ExitCodeReport) -> String {
    let mut text = code.unsigned.to_string();
    if code.signed < 0 {
        text += &format!(", {}", code.signed);
    }
    if code.unsigned > 9 {
        text += &format!(", {}", code.hex);
    }
    match &code.name {
        Some(name) if *name != code.stands_for => format!("{text}, {name}"),
        _ => text,
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

/// Writes the end of the output.
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

/// Writes one detection.
pub(super) fn write_look(look: &DetectionReport, out: &mut dyn Write) -> io::Result<()> {
    let when = match look.occasion {
        Occasion::Before => " before anything was done",
        Occasion::AfterDownload => " after the content came",
        Occasion::After => " after the installer",
        Occasion::Asked => "",
    };
    let (style, answer) = match look.answer {
        Answer::Detected => (GOOD, "detected"),
        Answer::NotDetected => (WARNING, "not detected"),
        Answer::CannotTell => (ERROR, "cannot tell"),
    };
    writeln!(out, "\n{STRONG}Detection{when}{STRONG:#}  {style}{answer}{style:#}{}", looks(look))?;
    look.rules.iter().try_for_each(|rule| write_rule(rule, ["holds", "does not hold"], out))
}

/// How often detection looked. Intune's agent looks once, so more looks are worth a note.
fn looks(look: &DetectionReport) -> String {
    match look.after_milliseconds {
        Some(after) if look.looks > 1 => {
            format!(", {} looks, the last one {:.1} s after its end", look.looks, after as f64 / 1000.0)
        }
        _ => String::new(),
    }
}

/// Writes one rule; `answers` are the words for yes and no.
pub(super) fn write_rule(rule: &RuleReport, answers: [&str; 2], out: &mut dyn Write) -> io::Result<()> {
    let (style, answer): (Style, &str) = match rule.answer {
        Answer::Detected => (GOOD, answers[0]),
        Answer::NotDetected => (WARNING, answers[1]),
        Answer::CannotTell if rule.invalid => (ERROR, "is invalid"),
        Answer::CannotTell => (ERROR, "cannot tell"),
    };
    let (pointer, subject) = (printable(&rule.pointer), printable(&rule.subject));
    write!(out, "  {pointer}  {style}{answer}{style:#}  {subject}")?;
    match (rule.kind.as_str(), rule.view.as_str()) {
        // Where there is no rule that could be asked, there is nothing to say of how.
        ("unknown", _) => writeln!(out)?,
        (kind, "none") => writeln!(out, "  {FAINT}({}){FAINT:#}", printable(kind))?,
        (kind, view) => {
            writeln!(out, "  {FAINT}({}, {} view){FAINT:#}", printable(kind), printable(view))?;
        }
    }
    let label = |label: &str| format!("    {FAINT}{label:7}{FAINT:#} ");
    write_wrapped(&label("wanted"), 12, &rule.expected, out)?;
    write_wrapped(&label("found"), 12, &rule.actual, out)?;
    if rule.answer == Answer::Detected {
        return Ok(());
    }
    write_wrapped(&label("why"), 12, &rule.why, out)?;
    match &rule.code {
        Some(code) => write_wrapped(&label("code"), 12, &format!("{} {}", code.text, code.name), out),
        None => Ok(()),
    }
}

/// Writes requirements that do not hold or cannot be decided; with `every` also those that hold.
pub(super) fn write_requirements(
    requirements: &RequirementsReport,
    every: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let built_in = requirements.built_in.iter().filter(|one| every || one.holds != Some(true));
    let rules = requirements.rules.iter().filter(|rule| every || rule.answer != Answer::Detected);
    if built_in.clone().next().is_none() && rules.clone().next().is_none() {
        return Ok(());
    }
    let code = requirements.applicability.as_ref().map(|code| format!("  {} {}", code.text, code.name));
    writeln!(out, "\n{STRONG}Requirements{STRONG:#}{FAINT}{}{FAINT:#}", code.unwrap_or_default())?;
    for one in built_in {
        let (style, answer) = match one.holds {
            Some(true) => (GOOD, "holds"),
            Some(false) => (WARNING, "does not hold"),
            None => (ERROR, "cannot tell"),
        };
        let [what, expected, actual] = [&one.what, &one.expected, &one.actual].map(|text| printable(text));
        writeln!(
            out,
            "  {what}  {style}{answer}{style:#}  {FAINT}wanted{FAINT:#} {expected}, {FAINT}found{FAINT:#} {actual}"
        )?;
    }
    rules.into_iter().try_for_each(|rule| write_rule(rule, ["holds", "does not hold"], out))
}

/// How many differences a page shows. The others are in the JSON report.
const MOST_VARIABLES: usize = 12;

/// Writes the command line, the program that it starts, the working folder and the variables.
pub(super) fn write_command(
    command: &CommandReport,
    report: &InstallReport,
    out: &mut dyn Write,
) -> io::Result<()> {
    let which = match report.intent {
        Intent::Install => "Install command",
        Intent::Uninstall => "Uninstall command",
    };
    writeln!(out, "\n{STRONG}{which}{STRONG:#}")?;
    let mut fields = Fields::default();
    fields.add("line", &command.line);
    fields.add_some("program", command.program.as_deref().map(|program| found(program, command)));
    fields.add_some("started as", command.command_line.as_deref().filter(|line| *line != command.line));
    fields.add_some("msiexec", command.prepared.as_ref().map(prepared));
    fields.add("folder", &command.folder);
    fields.add("view", view(command));
    fields.write(2, out)?;
    if let Some(refused) = &command.refused {
        let first = format!("  {ERROR}refused[{}]{ERROR:#} ", printable(&refused.code));
        write_wrapped(&first, 4, &refused.why, out)?;
        for place in &refused.searched {
            writeln!(out, "    {FAINT}searched:{FAINT:#} {}", printable(place))?;
        }
        // Not wrapped, because it often is a command to be copied.
        writeln!(out, "    {FAINT}fix:{FAINT:#} {}", printable(&refused.fix))?;
    }
    write_environment(&command.environment, report.context.model.is_some(), out)
}

/// The view of the line, and that of the program where it is another: the program's variables are those of its own.
fn view(command: &CommandReport) -> String {
    match command.program_view.as_ref().filter(|program| **program != command.view) {
        Some(program) => {
            format!("{}; the program is a {program} one, with the variables of such", command.view)
        }
        None => command.view.clone(),
    }
}

fn prepared(line: &PreparedMsiLine) -> String {
    let other = if line.used { "as-written" } else { "prepared" };
    format!("Intune's agent may add {}, sources disagree; --msi-line {other} tries the other", line.added)
}

fn found(program: &str, command: &CommandReport) -> String {
    match &command.found_in {
        Some(place) => format!("{program} (from: {place})"),
        None => program.to_owned(),
    }
}

/// Writes where its variables differ from the caller's, which often explains what works in a console and not under
/// Intune.
fn write_environment(
    differences: &[EnvironmentDifference],
    on_model: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (left_out, set): (Vec<_>, Vec<_>) = differences.iter().partition(|one| one.left_out);
    for one in set.iter().take(MOST_VARIABLES) {
        let value = one.value.as_deref().unwrap_or("***");
        writeln!(out, "  {FAINT}variable{FAINT:#} {}={}", printable(&one.name), printable(value))?;
    }
    if set.len() > MOST_VARIABLES {
        let more = set.len() - MOST_VARIABLES;
        writeln!(out, "  {FAINT}variable{FAINT:#} and {more} more")?;
    }
    if left_out.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = left_out.iter().map(|one| one.name.as_str()).take(MOST_VARIABLES).collect();
    let count = counted(left_out.len() as u64, "variable");
    if on_model {
        return writeln!(out, "  {FAINT}without{FAINT:#}  {}", names.join(", "));
    }
    let dots = if left_out.len() > MOST_VARIABLES { ", …" } else { "" };
    write_wrapped(
        &format!("  {FAINT}without{FAINT:#}  "),
        11,
        &format!("{count} of yours: {}{dots}", names.join(", ")),
        out,
    )
}
