//! The pages of an attempt to install or uninstall, and of a detection: what was decided, why, what is left, and what
//! to do next.

use crate::commands::install_evidence::{
    write_command, write_look, write_requirements, write_run, write_run_briefly,
};
use crate::text::{ERROR, FAINT, Fields, GOOD, NOTE, STRONG, WARNING, printable, sentence, write_wrapped};
use anstyle::Style;
use std::io::{self, Write};
use waybill_schemas::codes::{Code, CodeMeaning, Table, find};
use waybill_schemas::report::install::{
    Advice, Answer, AppIdentity, AttemptOutcome, ContextReport, DecisionWords, DetectReport, InstallReport,
    Intent, RestartNeed, RestartReport, StateCode, Step, StepReport,
};

/// Writes a decision when it is made.
pub(crate) fn write_step(step: &StepReport, out: &mut dyn Write) -> io::Result<()> {
    let first = format!("{FAINT}{:14}{FAINT:#}", step_title(step.step));
    let DecisionWords { decided, why } = step.decision.words();
    write_wrapped(&first, 14, &format!("{decided}: {why}"), out)
}

/// The advice of the library in the words of this command, which name an option where one helps.
pub(crate) fn in_words_of_the_command(advice: &[Advice]) -> Vec<String> {
    let words = |advice: &Advice| match advice {
        Advice::TryAgain => {
            "Run the same command again in a while; `--wait` follows the schedule by itself.".to_owned()
        }
        Advice::LetOtherInstallationEnd => {
            "Let the other installation end, then run the same command again; `--wait` does so by itself."
                .to_owned()
        }
        Advice::AskByHand => {
            "`waybill install` by hand does not wait, and begins the schedule anew.".to_owned()
        }
        Advice::AskWindows { .. } => format!(
            "{advice} `waybill install` with `--dry-run --as-windows` shows on any system what the command comes to."
        ),
        Advice::LookUpCode { code } => format!("Look at what the system says: `waybill explain {code}`."),
        other => other.to_string(),
    };
    advice.iter().map(words).collect()
}

/// Writes the outcome of an attempt: with `whole` all of it, otherwise only what went wrong and what to do.
pub(crate) fn write_attempt(report: &InstallReport, whole: bool, out: &mut dyn Write) -> io::Result<()> {
    let is_well = report.is_done();
    if is_well && !whole {
        return Ok(());
    }
    let (style, verdict) = verdict(report);
    if whole {
        writeln!(out)?;
    }
    write_headline(&report.app, style, verdict, &report.summary, out)?;
    if whole {
        if !is_well || report.outcome == AttemptOutcome::WouldRun {
            write_evidence(report, out)?;
        } else {
            write_run_briefly(report, out)?;
        }
        write_aftermath(report, out)?;
    }
    write_next(&report.next, report.code(), exit_code(report).as_deref(), out)
}

/// Writes a detection: with `whole` all of it, otherwise only where there is no answer.
pub(crate) fn write_detected(report: &DetectReport, whole: bool, out: &mut dyn Write) -> io::Result<()> {
    let (style, verdict) = match report.detection.answer {
        Answer::Detected => (GOOD, "detected"),
        Answer::NotDetected => (WARNING, "not detected"),
        Answer::CannotTell => (ERROR, "CANNOT TELL"),
    };
    if !whole && report.detection.answer != Answer::CannotTell {
        return Ok(());
    }
    write_headline(&report.app, style, verdict, &report.summary, out)?;
    write_look(&report.detection, out)?;
    write_context(&report.context, out)?;
    write_next(&report.next, report.code(), None, out)
}

fn write_headline(
    app: &AppIdentity,
    style: Style,
    verdict: &str,
    summary: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = printable(&app.name);
    let version = app.version.as_deref().map(|version| format!(" {}", printable(version)));
    writeln!(out, "{STRONG}{name}{}{STRONG:#}  {style}{verdict}{style:#}", version.unwrap_or_default())?;
    write_wrapped("  ", 2, &sentence(summary), out)
}

/// Writes everything that led to the outcome.
fn write_evidence(report: &InstallReport, out: &mut dyn Write) -> io::Result<()> {
    if let Some(run) = &report.run {
        write_run(run, out)?;
    }
    if let Some(look) = report.detections.last() {
        write_look(look, out)?;
    }
    if let Some(requirements) = &report.requirements {
        write_requirements(requirements, report.outcome == AttemptOutcome::WouldRun, out)?;
    }
    if let Some(command) = &report.command {
        write_command(command, report, out)?;
    }
    write_context(&report.context, out)?;
    if !report.deviations.is_empty() {
        writeln!(out, "\n{STRONG}Other than under Intune{STRONG:#}")?;
    }
    report.deviations.iter().try_for_each(|deviation| write_wrapped("  ", 2, deviation, out))
}

/// Writes the rights that were used, and those that Intune would use.
fn write_context(context: &ContextReport, out: &mut dyn Write) -> io::Result<()> {
    let ContextReport { wanted, used, view, model, .. } = context;
    let instead =
        if context.substituted { format!("; Intune would run it as {wanted}") } else { String::new() };
    writeln!(out, "\n{STRONG}Context{STRONG:#}")?;
    writeln!(out, "  as {used}, {view} view{instead}")?;
    match model {
        Some(model) => {
            write_wrapped("  ", 2, &format!("on a model of {}; no rule was asked", printable(model)), out)
        }
        None => Ok(()),
    }
}

/// Writes what to do next, numbered, or the table's hint where the report has nothing; and where to read more.
fn write_next(
    next: &[String],
    code: Option<&'static Code>,
    exit_code: Option<&str>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let of_table = code.filter(|_| next.is_empty()).map(|code| sentence(code.hint).into_owned());
    let steps: Vec<&str> = next.iter().map(String::as_str).chain(of_table.as_deref()).collect();
    if !steps.is_empty() {
        writeln!(out, "\n{STRONG}What to do next{STRONG:#}")?;
    }
    for (index, step) in steps.iter().enumerate() {
        write_wrapped(&format!("  {NOTE}{}.{NOTE:#} ", index + 1), 5, step, out)?;
    }
    // Only codes of installers that have a page; a bare number may be one of ours.
    let exit_code = exit_code.and_then(|number| {
        let of_installer = |entry: &CodeMeaning| matches!(entry.table, Table::Installer | Table::Device);
        let found = find(number, &[]);
        let is_plain = found.first().is_some_and(of_installer);
        found
            .iter()
            .any(of_installer)
            .then(|| if is_plain { number.to_owned() } else { format!("installer {number}") })
    });
    let pages: Vec<_> = code.map(|code| code.id.to_owned()).into_iter().chain(exit_code).collect();
    match pages.is_empty() {
        true => Ok(()),
        false => {
            writeln!(out, "  {FAINT}more: waybill explain {}{FAINT:#}", pages.join(", waybill explain "))
        }
    }
}

/// The installer's exit code, where it failed.
fn exit_code(report: &InstallReport) -> Option<String> {
    report.code()?;
    let code = report.run.as_ref()?.exit_code.as_ref()?;
    (code.unsigned != 0).then(|| if code.signed < 0 { code.hex.clone() } else { code.unsigned.to_string() })
}

fn verdict(report: &InstallReport) -> (Style, &'static str) {
    match report.outcome {
        AttemptOutcome::AlreadyInstalled => (GOOD, "already installed"),
        AttemptOutcome::Installed => (GOOD, "installed and detected"),
        AttemptOutcome::AlreadyAbsent => (GOOD, "not installed"),
        AttemptOutcome::Uninstalled => (GOOD, "uninstalled"),
        AttemptOutcome::NotApplicable => (WARNING, "not for this device"),
        AttemptOutcome::CannotTell => (ERROR, "CANNOT TELL"),
        AttemptOutcome::CommandRefused => (ERROR, "NOT STARTED"),
        AttemptOutcome::Failed => (ERROR, "FAILED"),
        AttemptOutcome::NotBorneOut if report.intent == Intent::Install => (ERROR, "NOT DETECTED AFTERWARDS"),
        AttemptOutcome::NotBorneOut => (ERROR, "STILL DETECTED AFTERWARDS"),
        AttemptOutcome::DoneDespiteCode => (ERROR, "DONE, ALTHOUGH THE CODE SAYS FAILED"),
        AttemptOutcome::TimedOut => (ERROR, "OVER ITS TIME LIMIT"),
        AttemptOutcome::RetryLater => (WARNING, "to be tried again"),
        AttemptOutcome::Waiting => (WARNING, "waiting"),
        AttemptOutcome::WouldRun => (NOTE, "dry run"),
        AttemptOutcome::Interrupted => (WARNING, "interrupted"),
        _ => (WARNING, "ended"),
    }
}

const fn step_title(step: Step) -> &'static str {
    match step {
        Step::EarlierAttempt => "earlier run",
        Step::PendingRestart => "restart",
        Step::Detection => "detection",
        Step::Requirements => "requirements",
        Step::Schedule => "schedule",
        Step::Content => "content",
        Step::Command => "command",
        Step::Run => "run",
        Step::ReturnCode => "return code",
        Step::Judgement => "judgement",
        Step::Restart => "restart",
        _ => "step",
    }
}

/// Writes restart, next attempt and states.
fn write_aftermath(report: &InstallReport, out: &mut dyn Write) -> io::Result<()> {
    if let Some(restart) = &report.restart {
        write_restart(restart, out)?;
    }
    if let Some(next) = &report.next_try {
        writeln!(out, "\n{STRONG}Next try{STRONG:#}  {}", to_the_second(&next.at))?;
        write_wrapped("  ", 2, &next.why, out)?;
    }
    let states = &report.states;
    if states.error.is_none() && report.is_done() {
        return Ok(());
    }
    let mut fields = Fields::default();
    fields.add_some("Applicability", states.applicability.as_ref().map(state));
    fields.add("ComplianceState", state(&states.compliance));
    fields.add_some("EnforcementState", states.enforcement.as_ref().map(state));
    fields.add_some("ErrorCode", states.error.as_ref().map(error));
    writeln!(out, "\n{STRONG}As Intune reports it{STRONG:#}")?;
    fields.write(2, out)
}

fn write_restart(restart: &RestartReport, out: &mut dyn Write) -> io::Result<()> {
    let is_needed = restart.asked != RestartNeed::None || !restart.pending.is_empty();
    if !is_needed && restart.left_pending.is_empty() && restart.waited_before.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{STRONG}Restart{STRONG:#}")?;
    write_wrapped("  ", 2, &restart.action, out)?;
    for pending in &restart.pending {
        let need = match pending.need {
            RestartNeed::Hard => "before anything else is installed",
            RestartNeed::Soft | RestartNeed::None => "some time",
        };
        writeln!(
            out,
            "  {WARNING}pending:{WARNING:#} {need}, for {} since {}",
            printable(&pending.app),
            to_the_second(&pending.since)
        )?;
    }
    for thing in &restart.left_pending {
        writeln!(out, "  {WARNING}waits for it:{WARNING:#} {}", printable(thing))?;
    }
    for thing in &restart.waited_before {
        writeln!(out, "  {WARNING}waited before:{WARNING:#} {}", printable(thing))?;
    }
    Ok(())
}

fn state(code: &StateCode) -> String {
    format!("{} {}", code.text, code.name)
}

/// Both forms of the code: logs have the signed one, the portal the other.
fn error(code: &StateCode) -> String {
    format!("{} ({}) {}", code.text, code.number, code.name)
}

/// A time of a report, without its fraction.
fn to_the_second(time: &str) -> String {
    let safe = printable(time);
    match safe.split_once('.') {
        Some((seconds, _)) if time.ends_with('Z') => format!("{seconds}Z"),
        _ => safe.into_owned(),
    }
}

#[cfg(test)]
mod tests;
