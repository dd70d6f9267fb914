//! The page of a benchmark: stages and limits, the verdict against an earlier run, and both as work grows.

use crate::text::{
    Bytes, ERROR, FAINT, GOOD, STRONG, WARNING, counted, grouped, printable, write_list, write_wrapped,
};
use anstyle::Style;
use std::io::{self, Write};
use std::ops::Range;
use waybill_benchmark::figures::percent;
use waybill_benchmark::table::{
    ComparedRow, Figure, ShareChange, SweepTable, compared_rows, limit_rate, regressed, stage_rows,
    sweep_tables,
};
use waybill_schemas::report::benchmark::{
    BenchmarkReport, Comparison, LimitReport, MachineKind, PayloadFacts, SweepReport,
};

/// The width of a name, in characters.
const NAME: usize = 14;
/// How many stages are side by side in the table of a sweep.
const BESIDE: usize = 5;

/// Writes a benchmark: the stages, the limits below them, and last the comparison with its baseline.
pub(crate) fn write_benchmark(report: &BenchmarkReport, out: &mut dyn Write) -> io::Result<()> {
    let facts = format!("waybill {}, {}", report.version, counted(u64::from(report.runs), "run"));
    write_heading(&payload(&report.payload), &facts, &report.machine, out)?;
    write_stages(report, out)?;
    write_limits(&report.limits, out)?;
    report.comparison.as_ref().map_or(Ok(()), |comparison| {
        write_comparison(comparison, out)?;
        write_verdict(comparison, out)
    })
}

/// Writes a sweep: a table for growing sizes, one for growing numbers of files, and where the curves bend.
pub(crate) fn write_sweep(report: &SweepReport, out: &mut dyn Write) -> io::Result<()> {
    let each = counted(u64::from(report.runs), "run");
    let facts = format!("waybill {}, {each} of each point", report.version);
    write_heading(&format!("{} data", report.data), &facts, &report.machine, out)?;
    for table in sweep_tables(report) {
        writeln!(out, "\n{STRONG}{}{STRONG:#}", table.title)?;
        write_points(&table, out)?;
    }
    write_list("Where it bends", WARNING, "!", &report.bends, out)
}

fn write_heading(of: &str, facts: &str, machine: &MachineKind, out: &mut dyn Write) -> io::Result<()> {
    let MachineKind { system, architecture, processor, .. } = machine;
    let processor = if processor.trim().is_empty() { "unknown processor" } else { processor.trim() };
    let threads = counted(u64::from(machine.threads), "thread");
    writeln!(out, "{STRONG}{}{STRONG:#}  {FAINT}{}{FAINT:#}", printable(of), printable(facts))?;
    write_wrapped("", 0, &format!("{system} {architecture}, {processor}, {threads}"), out)
}

fn payload(facts: &PayloadFacts) -> String {
    match facts.data.as_str() {
        "url" => format!("{} of content from a server", Bytes(facts.content)),
        data => format!("{} of {data} data in {}", Bytes(facts.source), counted(facts.files, "file")),
    }
}

fn write_stages(report: &BenchmarkReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "\n{STRONG}{:NAME$}{STRONG:#}  {FAINT}{:>8}  {:>17}  {:>8}  {:>8}  {:>8}  bound by{FAINT:#}",
        "Stages", "MB/s", "least–most", "CPU s", "peak MiB", "of limit"
    )?;
    for row in stage_rows(report) {
        let share = row.share.map_or_else(|| "–".into(), |share| share.median);
        let (cpu, memory) = (row.cpu.median, row.memory.median);
        let bound = named(row.bound_by.unwrap_or_default());
        write_rate(row.name, &row.rate, out)?;
        let line = format!("  {cpu:>8}  {memory:>8}  {STRONG}{share:>8}{STRONG:#}  {bound}");
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn write_limits(limits: &[LimitReport], out: &mut dyn Write) -> io::Result<()> {
    if !limits.is_empty() {
        writeln!(out, "\n{STRONG}Limits{STRONG:#}")?;
    }
    for limit in limits {
        write_rate(&limit.name, &limit_rate(limit), out)?;
        write_wrapped("  ", NAME + 31, &limit.what, out)?;
    }
    Ok(())
}

/// Writes the columns that stages and limits share.
fn write_rate(name: &str, rate: &Figure, out: &mut dyn Write) -> io::Result<()> {
    let spread = format!("{}–{}", rate.least, rate.most);
    let (name, rate, indented) = (named(name), &rate.median, NAME - 2);
    write!(out, "  {name:indented$}  {rate:>8}  {FAINT}{spread:>17}{FAINT:#}")
}

fn write_comparison(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    if comparison.stages.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\n{STRONG}{:NAME$}{STRONG:#}  {FAINT}{:>8}  {:>8}  {:>17}  {:>8}{FAINT:#}",
        "Of the limit", "before", "now", "least–most", "change"
    )?;
    compared_rows(comparison).try_for_each(|row| write_compared(&row, out))
}

fn write_compared(row: &ComparedRow<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (style, word) = match row.meaning {
        ShareChange::Regressed => (ERROR, "REGRESSED"),
        ShareChange::NotInEveryRun => (WARNING, "not in every run"),
        ShareChange::Gained => (GOOD, "gained"),
        ShareChange::AsBefore => (Style::new(), ""),
    };
    let ComparedRow { before, now, change, .. } = row;
    let spread = format!("{}–{}", now.least, now.most);
    let (name, now, indented) = (named(row.name), &now.median, NAME - 2);
    write!(out, "  {name:indented$}  {before:>8}  {now:>8}  {FAINT}{spread:>17}{FAINT:#}  {change:>8}")?;
    if word.is_empty() { writeln!(out) } else { writeln!(out, "  {style}{word}{style:#}") }
}

fn write_verdict(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let against = format!("waybill {} of {}", comparison.version, comparison.measured);
    let lost = regressed(comparison).into_iter();
    let lost: Vec<_> = lost.map(|row| format!("{} {}", named(row.name), row.change)).collect();
    let allowed = percent(comparison.allowed);
    let (style, sentence) = if comparison.stages.is_empty() {
        (WARNING, format!("Nothing was compared with {against}: no stage with a share is in both runs."))
    } else if lost.is_empty() {
        (GOOD, format!("No stage lost more than {allowed} of its share against {against}."))
    } else {
        (ERROR, format!("Regressed: {} against {against}; {allowed} may be lost.", lost.join(", ")))
    };
    let other = "The baseline is of another kind of machine, so this says little.";
    writeln!(out)?;
    if !comparison.same_machine {
        writeln!(out, "{WARNING}{other}{WARNING:#}")?;
    }
    write!(out, "{style}")?;
    write_wrapped("", 0, &sentence, out)?;
    write!(out, "{style:#}")
}

/// Writes as many stages side by side as a terminal has space for, then the others below.
fn write_points(table: &SweepTable<'_>, out: &mut dyn Write) -> io::Result<()> {
    for first in (0..table.stages.len()).step_by(BESIDE) {
        if first > 0 {
            writeln!(out)?;
        }
        write_block(table, first..(first + BESIDE).min(table.stages.len()), out)?;
    }
    Ok(())
}

fn write_block(table: &SweepTable<'_>, columns: Range<usize>, out: &mut dyn Write) -> io::Result<()> {
    let names = &table.stages[columns.clone()];
    write!(out, "  {:11}", "")?;
    names.iter().try_for_each(|name| write!(out, "  {:>14}", named(name)))?;
    write!(out, "\n  {FAINT}{:11}", "")?;
    names.iter().try_for_each(|_| write!(out, "  {:>7} {:>6}", "MB/s", "MiB"))?;
    writeln!(out, "{FAINT:#}")?;
    for row in &table.rows {
        let grown = if table.grows_in_files { grouped(row.files) } else { Bytes(row.size).to_string() };
        write!(out, "  {grown:>11}")?;
        for cell in &row.cells[columns.clone()] {
            let (rate, memory) = cell.as_ref().map_or(("–", "–"), |(rate, memory)| (rate, memory));
            write!(out, "  {rate:>7} {FAINT}{memory:>6}{FAINT:#}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// A name, cut to the width of its column.
fn named(name: &str) -> String {
    let name = printable(name);
    if name.chars().count() < NAME - 1 {
        return name.into_owned();
    }
    name.chars().take(NAME - 3).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use waybill_schemas::report::benchmark::{Spread, StageComparison, StageReport, SweepPoint};

    fn spread(median: f64) -> Spread {
        Spread { median, min: median * 0.95, max: median * 1.04 }
    }

    fn stage(name: &str, share: Option<f64>) -> StageReport {
        StageReport {
            name: name.into(),
            what: "did it".into(),
            of: "payload".into(),
            bytes: 64 << 20,
            seconds: spread(0.05),
            rate: spread(11_240e6),
            cpu: spread(0.05),
            memory: spread(1_300.0 * 1_048_576.0),
            share: share.map(spread),
            bound_by: share.map(|_| "memory-copy".into()),
        }
    }

    fn payload() -> PayloadFacts {
        let (source, content) = (64 << 20, 40 << 20);
        PayloadFacts { data: "mixed".into(), seed: 7, files: 200_000, source, payload: content, content }
    }

    fn machine() -> MachineKind {
        MachineKind {
            system: "linux".into(),
            architecture: "x86_64".into(),
            processor: "A long name of a processor \u{1b}[31m ".repeat(6),
            threads: 2,
        }
    }

    fn report() -> BenchmarkReport {
        let what = "copied 64 MiB in memory ".repeat(6);
        let rate = spread(9_800e6);
        BenchmarkReport {
            version: "0.2.0".into(),
            measured: "2026-11-29T15:00:00Z".into(),
            machine: machine(),
            payload: payload(),
            runs: 5,
            threads: 2,
            limits: vec![LimitReport { name: "memory-copy".into(), what, bytes: 64 << 20, rate }],
            stages: vec![
                stage("authenticate", Some(1.25)),
                stage("unpack", Some(0.04)),
                stage("serve", None),
            ],
            comparison: None,
        }
    }

    fn comparison() -> Comparison {
        let stage = |name: &str, change, regressed| StageComparison {
            name: name.into(),
            before: 1.0,
            now: spread(1.0 + change),
            change,
            regressed,
        };
        Comparison {
            version: "0.1.0".into(),
            measured: "2026-11-01T08:00:00Z".into(),
            same_machine: true,
            allowed: 0.1,
            stages: vec![stage("authenticate", 0.25, false), stage("unpack", -0.182, true)],
        }
    }

    /// The page on a terminal without colours: no line is too long, and no text from outside controls the terminal.
    fn page(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> String {
        let mut out = anstream::StripStream::new(Vec::new());
        write(&mut out).unwrap();
        let page = String::from_utf8(out.into_inner()).unwrap();
        assert!(page.lines().all(|line| line.chars().count() <= 100), "{page}");
        assert!(page.contains("\\u{1b}[31m"), "{page}");
        page
    }

    #[test]
    fn stages_stand_above_limits_and_without_a_baseline_there_is_no_verdict() {
        let page = page(|out| write_benchmark(&report(), out));
        assert!(
            page.starts_with("64.0 MiB of mixed data in 200,000 files  waybill 0.2.0, 5 runs\n"),
            "{page}"
        );
        let row = "  authenticate    11,240      10,678–11,690     0.050     1,300     125 %  memory-copy\n";
        assert!(page.contains(row), "{page}");
        assert!(page.find("\nStages").unwrap() < page.find("\nLimits").unwrap());
        assert!(page.contains("4.0 %") && page.contains("1,300         –\n"), "{page}");
        assert!(!page.contains("before"), "{page}");
    }

    #[test]
    fn the_verdict_comes_last_and_names_what_regressed() {
        let mut report = report();
        report.comparison = Some(comparison());
        let regressed = page(|out| write_benchmark(&report, out));
        let last = "\n\nRegressed: unpack −18.2 % against waybill 0.1.0 of 2026-11-01T08:00:00Z; 10 % may be lost.\n";
        assert!(regressed.ends_with(last), "{regressed}");
        assert!(
            regressed.contains("−18.2 %  REGRESSED\n") && regressed.contains("+25.0 %  gained\n"),
            "{regressed}"
        );
        let comparison = report.comparison.as_mut().unwrap();
        (comparison.stages[1].regressed, comparison.same_machine) = (false, false);
        let unsure = page(|out| write_benchmark(&report, out));
        assert!(unsure.contains("−18.2 %  not in every run\n"), "{unsure}");
        assert!(unsure.contains("another kind of machine") && unsure.contains("\nNo stage lost"), "{unsure}");
        report.comparison.as_mut().unwrap().stages.clear();
        assert!(page(|out| write_benchmark(&report, out)).contains("\nNothing was compared"));
    }

    #[test]
    fn a_sweep_breaks_its_stages_where_a_terminal_ends() {
        let names = ["sha-256", "aes", "hmac", "seal", "deflate", "authenticate"];
        let stages: Vec<_> = names.map(|name| stage(name, None)).into();
        let point = |grows: &str, stages| SweepPoint { grows: grows.into(), payload: payload(), stages };
        let sweep = SweepReport {
            version: "0.2.0".into(),
            measured: "2026-11-29T15:00:00Z".into(),
            machine: machine(),
            data: "mixed".into(),
            seed: 7,
            runs: 3,
            points: vec![point("size", stages), point("files", vec![stage("unpack", None)])],
            bends: vec!["unpack falls beyond 10,000 files.".into()],
        };
        let page = page(|out| write_sweep(&sweep, out));
        assert_eq!(page.matches("\n     64.0 MiB   11,240  1,300").count(), 2, "{page}");
        assert!(page.contains("\n      200,000   11,240  1,300\n"), "{page}");
        assert!(page.ends_with("\nWhere it bends\n  ! unpack falls beyond 10,000 files.\n"), "{page}");
    }
}
