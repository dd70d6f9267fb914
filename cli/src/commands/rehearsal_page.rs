//! The page of a rehearsal, phase by phase, and what was learned about the app.

use crate::text::{
    ERROR, FAINT, GOOD, NOTE, STRONG, WARNING, lasted, printable, sentence, write_list, write_wrapped,
};
use anstyle::Style;
use std::io::{self, Write};
use waybill_schemas::report::rehearsal::{
    AppearedItem, AppearedKind, MsiLog, Phase, PhaseDetails, PhaseStatus, ProposedRule, RehearsalPhase,
    RehearsalReport,
};
use waybill_schemas::write_json;

/// How many things of each kind are named.
const MOST: usize = 8;
/// How many lines of an installer's output are shown.
const LINES: usize = 10;

/// Writes a rehearsal: with `whole` all of it, otherwise only the phase that failed and what to do.
pub(crate) fn write_rehearsal(report: &RehearsalReport, whole: bool, out: &mut dyn Write) -> io::Result<()> {
    if whole {
        let version = report.app.version.as_deref().map(|version| format!(" {}", printable(version)));
        let (name, version) = (printable(&report.app.name), version.unwrap_or_default());
        writeln!(out, "{STRONG}{name}{version}{STRONG:#}  {FAINT}{}{FAINT:#}", printable(&report.document))?;
    }
    write_phases(&report.phases, whole, out)?;
    write_findings(&report.phases, whole, out)?;
    if whole {
        write_appeared(&report.appeared, out)?;
        list("Worth knowing", WARNING, "!", &report.warnings, out)?;
        list("Other than under Intune", NOTE, "·", &report.deviations, out)?;
    }
    if report.exit != 0 {
        write_output(&report.phases, out)?;
        report.msi_logs.iter().try_for_each(|log| write_log(log, out))?;
        list("Next", NOTE, "→", &report.next, out)?;
    }
    if let Some(proposed) = report.proposed_rule.as_ref().filter(|_| whole && needs_rule(report)) {
        write_rule(proposed, out)?;
    }
    if report.root_kept && whole {
        writeln!(out, "\n{FAINT}kept: {}{FAINT:#}", printable(&report.root))?;
    }
    if whole || report.exit != 0 {
        let style = if report.exit == 0 { GOOD } else { ERROR };
        writeln!(out, "\n{style}{}{style:#}", printable(&report.summary))?;
    }
    Ok(())
}

/// Writes the phases. Those that were not reached share one line.
fn write_phases(phases: &[RehearsalPhase], whole: bool, out: &mut dyn Write) -> io::Result<()> {
    let is_unreached = |phase: &&RehearsalPhase| {
        phase.status == PhaseStatus::Skipped && phase.summary.starts_with("not reached")
    };
    let told = |phase: &&RehearsalPhase| whole || phase.status == PhaseStatus::Failed;
    for phase in phases.iter().filter(told).filter(|phase| !is_unreached(phase)) {
        write_phase(phase, out)?;
    }
    let unreached: Vec<&str> = phases.iter().filter(is_unreached).map(|phase| phase.phase.name()).collect();
    if unreached.is_empty() || !whole {
        return Ok(());
    }
    write_wrapped(&format!("  {FAINT}-{FAINT:#}       not reached:   "), 25, &unreached.join(", "), out)
}

/// Writes everything that lint found and nobody allowed; without `whole` only where it is what failed.
fn write_findings(phases: &[RehearsalPhase], whole: bool, out: &mut dyn Write) -> io::Result<()> {
    let linted = phases.iter().filter(|phase| whole || phase.status == PhaseStatus::Failed);
    let reports = linted.filter_map(|phase| match &phase.details {
        Some(PhaseDetails::Lint(report)) => Some(report),
        _ => None,
    });
    for report in reports {
        let standing = report.findings.iter().filter(|finding| finding.allowed.is_none());
        let told: Vec<String> = standing
            .map(|finding| {
                format!("{}[{}] {}: {}", finding.severity, finding.code, finding.place, finding.message)
            })
            .collect();
        list("What lint found", WARNING, "!", &told, out)?;
    }
    Ok(())
}

/// Writes the last lines that the installer of the failed phase printed.
fn write_output(phases: &[RehearsalPhase], out: &mut dyn Write) -> io::Result<()> {
    let failed = phases.iter().find(|phase| phase.status == PhaseStatus::Failed);
    let Some(PhaseDetails::Install(report)) = failed.and_then(|phase| phase.details.as_ref()) else {
        return Ok(());
    };
    let printed = report.run.as_ref().map_or("", |run| run.output.excerpt.trim_end());
    let lines: Vec<&str> = printed.lines().collect();
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{STRONG}What it printed{STRONG:#}")?;
    lines[lines.len().saturating_sub(LINES)..]
        .iter()
        .try_for_each(|line| writeln!(out, "  {}", printable(line)))
}

fn write_phase(phase: &RehearsalPhase, out: &mut dyn Write) -> io::Result<()> {
    let (style, word) = match phase.status {
        PhaseStatus::Passed => (GOOD, "ok"),
        PhaseStatus::Failed => (ERROR, "FAILED"),
        PhaseStatus::Skipped => (FAINT, "-"),
    };
    let took = if phase.status == PhaseStatus::Skipped { String::new() } else { lasted(phase.seconds) };
    let first = format!("  {style}{word:6}{style:#}  {:13}  {FAINT}{took:>8}{FAINT:#}  ", phase.phase.name());
    write_wrapped(&first, 35, &phase.summary, out)
}

/// Whether to show the proposed detection rule: one of the app's own rules did not hold.
fn needs_rule(report: &RehearsalReport) -> bool {
    let failed = report.phases.iter().find(|phase| phase.status == PhaseStatus::Failed);
    failed.is_some_and(|phase| matches!(phase.phase, Phase::Install | Phase::Detect))
}

fn write_appeared(items: &[AppearedItem], out: &mut dyn Write) -> io::Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{STRONG}What appeared{STRONG:#}")?;
    let kinds = [
        (AppearedKind::UninstallEntry, "uninstall entry"),
        (AppearedKind::Service, "service"),
        (AppearedKind::Task, "task"),
        (AppearedKind::Files, "files"),
    ];
    for (kind, word) in kinds {
        let of_kind: Vec<_> = items.iter().filter(|item| item.kind == kind).collect();
        for item in of_kind.iter().take(MOST) {
            let says = item.says.as_deref().map(|says| format!("  {says}")).unwrap_or_default();
            let left = if item.left_behind { "  (left behind)" } else { "" };
            writeln!(
                out,
                "  {FAINT}{word:15}{FAINT:#}  {}{}{left}",
                printable(&item.name),
                printable(&says)
            )?;
        }
        if of_kind.len() > MOST {
            writeln!(out, "  {FAINT}{word:15}{FAINT:#}  and {} more", of_kind.len() - MOST)?;
        }
    }
    Ok(())
}

fn list(title: &str, style: Style, mark: &str, lines: &[String], out: &mut dyn Write) -> io::Result<()> {
    let sentences: Vec<_> = lines.iter().map(|line| sentence(line)).collect();
    write_list(title, style, mark, &sentences, out)
}

fn write_log(log: &MsiLog, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{STRONG}Windows Installer's log{STRONG:#}  {FAINT}{}{FAINT:#}", printable(&log.file))?;
    log.excerpt.iter().try_for_each(|line| writeln!(out, "  {}", printable(line)))
}

fn write_rule(proposed: &ProposedRule, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "\n{STRONG}A rule that would hold{STRONG:#}  {FAINT}{}{FAINT:#}",
        printable(&proposed.why)
    )?;
    let mut rule = Vec::new();
    write_json(&mut rule, &proposed.rule, true).map_err(io::Error::from)?;
    String::from_utf8_lossy(&rule).lines().try_for_each(|line| writeln!(out, "  {line}"))
}
