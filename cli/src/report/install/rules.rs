//! Rules, one by one: what each wants and what is there.

use crate::report::printable::printable;
use crate::report::style::{ERROR, FAINT, GOOD, STRONG, WARNING};
use crate::report::wrap::write_wrapped;
use anstyle::Style;
use std::io::{self, Write};
use waybill_schemas::report::install::{Answer, DetectionReport, Occasion, RuleReport};

/// One look for the app.
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

/// Looking again is better than the reference, so it is told.
fn looks(look: &DetectionReport) -> String {
    match look.after_milliseconds {
        Some(after) if look.looks > 1 => {
            format!(", {} looks, the last one {:.1} s after its end", look.looks, after as f64 / 1000.0)
        }
        _ => String::new(),
    }
}

/// One rule; `answers` are the words for yes and no.
pub(super) fn write_rule(rule: &RuleReport, answers: [&str; 2], out: &mut dyn Write) -> io::Result<()> {
    let (style, answer): (Style, &str) = match rule.answer {
        Answer::Detected => (GOOD, answers[0]),
        Answer::NotDetected => (WARNING, answers[1]),
        Answer::CannotTell if rule.invalid => (ERROR, "is invalid"),
        Answer::CannotTell => (ERROR, "cannot tell"),
    };
    let (pointer, view) = (printable(&rule.pointer), printable(&rule.view));
    writeln!(
        out,
        "  {pointer}  {style}{answer}{style:#}  {}  {FAINT}({}, {view} view){FAINT:#}",
        printable(&rule.subject),
        printable(&rule.kind)
    )?;
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
