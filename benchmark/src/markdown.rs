//! A benchmark or a sweep as Markdown, for a comment on a pull request.

use crate::figures::{grouped, is_unseen, machine, payload, percent, shortened, size};
use crate::table::{
    ComparedRow, Figure, ShareChange, StageRow, SweepRow, SweepTable, compared_rows, limit_rate, regressed,
    stage_rows, sweep_tables,
};
use waybill_schemas::report::benchmark::{
    BenchmarkReport, Comparison, LimitReport, MachineKind, SweepReport,
};

/// The most characters that are shown of a text from a report.
const LONGEST: usize = 300;

/// A benchmark in GitHub's Markdown: what was measured, the verdict if it was compared, the stages, and the limits
/// folded away. Texts of the report are escaped, so that they are shown literally whatever they contain.
pub fn markdown(report: &BenchmarkReport) -> String {
    let mut page = heading("waybill bench", &payload(&report.payload));
    page += &circumstances(report.runs, &report.version, &report.measured, &report.machine);
    if let Some(comparison) = &report.comparison {
        page += &format!("\n{}\n", verdict(comparison));
        page += &compared_table(comparison);
    }
    page += &stage_table(report);
    page += &limit_table(&report.limits);
    page
}

/// A sweep in GitHub's Markdown: a table for growing sizes, one for growing numbers of files, and the points at which
/// throughput falls or memory rises.
pub fn sweep_markdown(report: &SweepReport) -> String {
    let mut page = heading("waybill bench --sweep", &format!("{} data", report.data));
    page += &circumstances(report.runs, &report.version, &report.measured, &report.machine);
    page.extend(sweep_tables(report).map(|table| sweep_table(&table)));
    if !report.bends.is_empty() {
        page += "\n#### Where it bends\n\n";
        page.extend(report.bends.iter().map(|bend| format!("- {}\n", escaped(bend))));
    }
    page
}

fn heading(command: &str, of: &str) -> String {
    format!("### {command}: {}\n\n", escaped(of))
}

fn circumstances(runs: u32, version: &str, measured: &str, kind: &MachineKind) -> String {
    let rounds = if runs == 1 { "1 run".into() } else { format!("{runs} runs") };
    let (version, measured) = (escaped(version), escaped(measured));
    format!("{rounds} · waybill {version} · {} · {measured}\n", escaped(&machine(kind)))
}

/// The verdict of a comparison in a sentence: which stages regressed, if any.
fn verdict(comparison: &Comparison) -> String {
    let lost = regressed(comparison).into_iter();
    let lost: Vec<_> = lost.map(|row| format!("{} {}", escaped(row.name), row.change)).collect();
    let allowed = percent(comparison.allowed);
    let against = format!("waybill {} of {}", escaped(&comparison.version), escaped(&comparison.measured));
    let mut sentence = match (lost.as_slice(), comparison.stages.as_slice()) {
        (_, []) => format!("**Nothing was compared** with {against}: no stage with a share is in both runs."),
        ([], _) => format!("**No stage lost** more than {allowed} of its share against {against}."),
        (lost, _) => {
            let lost = lost.join(", ");
            format!("**Regressed: {lost}** of the share in {against}; {allowed} may be lost.")
        }
    };
    if !comparison.same_machine {
        sentence += " The baseline is of another kind of machine, so this says little.";
    }
    sentence
}

fn compared_table(comparison: &Comparison) -> String {
    let row = |row: ComparedRow<'_>| {
        let meaning = match row.meaning {
            ShareChange::Regressed => "**regressed**",
            ShareChange::NotInEveryRun => "lost, but not in every run",
            ShareChange::Gained => "gained",
            ShareChange::AsBefore => "as before",
        };
        vec![escaped(row.name), row.before, in_full(&row.now), row.change, meaning.into()]
    };
    table(
        &[":stage", "before", "now, of the limit", "change", ":verdict"],
        &compared_rows(comparison).map(row).collect::<Vec<_>>(),
    )
}

fn stage_table(report: &BenchmarkReport) -> String {
    let row = |row: StageRow<'_>| {
        let share = row.share.map_or_else(nothing, |share| share.median);
        let bound_by = row.bound_by.map_or_else(nothing, escaped);
        vec![escaped(row.name), in_full(&row.rate), in_full(&row.cpu), in_full(&row.memory), share, bound_by]
    };
    table(
        &[":stage", "MB/s", "CPU s", "peak MiB", "of the limit", ":bound by"],
        &stage_rows(report).map(row).collect::<Vec<_>>(),
    )
}

fn limit_table(limits: &[LimitReport]) -> String {
    if limits.is_empty() {
        return String::new();
    }
    let row =
        |limit: &LimitReport| vec![escaped(&limit.name), in_full(&limit_rate(limit)), escaped(&limit.what)];
    let table = table(&[":limit", "MB/s", ":what was done"], &limits.iter().map(row).collect::<Vec<_>>());
    format!("\n<details>\n<summary>The limits: what this machine can do</summary>\n{table}\n</details>\n")
}

/// A row for each point; each stage has a column with its rate and its memory.
fn sweep_table(sweep: &SweepTable<'_>) -> String {
    let row = |row: &SweepRow| {
        let cells = row.cells.iter().map(|cell| match cell {
            Some((rate, memory)) => format!("{rate} · {memory}"),
            None => nothing(),
        });
        [size(row.size), grouped(row.files)].into_iter().chain(cells).collect()
    };
    let names = sweep.stages.iter().map(|name| escaped(name));
    let head: Vec<String> = ["size".into(), "files".into()].into_iter().chain(names).collect();
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let table = table(&head, &sweep.rows.iter().map(row).collect::<Vec<_>>());
    format!("\n#### {}\n\nMB/s · peak MiB of each stage\n{table}", sweep.title)
}

/// A table. Columns whose title begins with a colon are texts and aligned left; the others are numbers and aligned
/// right.
fn table(titles: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let names: Vec<String> = titles.iter().map(|title| title.trim_start_matches(':').into()).collect();
    let sides: Vec<String> =
        titles.iter().map(|title| if title.starts_with(':') { ":--".into() } else { "--:".into() }).collect();
    let head = ["\n".into(), line(&names), line(&sides)];
    head.into_iter().chain(rows.iter().map(|row| line(row))).collect()
}

fn in_full(figure: &Figure) -> String {
    format!("{} ({} to {})", figure.median, figure.least, figure.most)
}

fn nothing() -> String {
    "–".into()
}

/// A text escaped so that it cannot leave its table cell, format, link or mention anybody.
fn escaped(text: &str) -> String {
    // Reports are read from files, and the page is posted to GitHub, where a text could mention a user or contain a
    // link.
    let mut safe = String::new();
    for character in shortened(text, LONGEST).chars() {
        match character {
            // GitHub looks for mentions and references after it has resolved entities.
            '@' | '#' => safe += &format!("&#{};\u{200b}", u32::from(character)),
            '|' | '\\' | '<' | '>' | '&' | '$' => safe += &format!("&#{};", u32::from(character)),
            '`' | '*' | '_' | '~' | '[' | ']' => safe.extend(['\\', character]),
            _ if is_unseen(character) => safe.push('\u{fffd}'),
            _ => safe.push(character),
        }
    }
    safe.replace("www.", "www&#46;").replace("://", ":&#47;/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::sample;
    use waybill_schemas::report::benchmark::SweepPoint;

    #[test]
    fn without_a_comparison_there_are_stages_and_limits_and_no_verdict() {
        let page = markdown(&sample::report());
        assert!(page.starts_with("### waybill bench: 64 MiB of mixed data in 2,000 files\n"), "{page}");
        let row = "| unpack | 1,240 (1,178 to 1,290) | 0.050 (0.048 to 0.052) | 12.0 (11.4 to 12.5) | 4.1 % | file-write |\n";
        assert!(page.contains(row) && page.contains("| 125 % |"), "{page}");
        assert!(
            page.contains(
                "| serve | 1,240 (1,178 to 1,290) | 0.050 (0.048 to 0.052) | 12.0 (11.4 to 12.5) | – | – |\n"
            ),
            "{page}"
        );
        assert!(page.contains("<details>") && !page.contains("egressed"), "{page}");
    }

    #[test]
    fn a_verdict_names_what_regressed_or_says_that_nothing_did() {
        let mut report = sample::compared();
        let page = markdown(&report);
        assert!(page.contains("**Regressed: unpack −18.0 %** of the share in waybill 0.1.0"), "{page}");
        assert!(
            page.contains("| unpack | 5.0 % | 4.1 % (3.9 % to 4.3 %) | −18.0 % | **regressed** |"),
            "{page}"
        );
        assert!(page.contains("| +25.0 % | gained |"), "{page}");
        let comparison = report.comparison.as_mut().unwrap();
        comparison.stages[1].regressed = false;
        comparison.same_machine = false;
        let page = markdown(&report);
        assert!(page.contains("**No stage lost** more than 10 %") && page.contains("another kind"), "{page}");
        assert!(page.contains("lost, but not in every run"), "{page}");
        report.comparison.as_mut().unwrap().stages.clear();
        assert!(markdown(&report).contains("**Nothing was compared**"));
    }

    #[test]
    fn texts_from_outside_stay_in_their_cells() {
        let mut report = sample::compared();
        report.machine.processor += "\n\\| [a](http://b) www.b";
        report.stages[0].bound_by = Some("a\\|b\n| `c`".into());
        let page = markdown(&report);
        assert!(!page.contains("<b>") && !page.contains("<i>") && !page.contains("@team"), "{page}");
        assert!(!page.contains(" [a]") && !page.contains("http:/") && !page.contains("www.b"), "{page}");
        let rows = page.lines().filter(|line| line.starts_with("| sha-256 ") && line.contains("&#92;"));
        assert_eq!(rows.map(|row| row.matches('|').count()).collect::<Vec<_>>(), [7]);
    }

    #[test]
    fn a_sweep_has_a_table_for_each_thing_that_grows() {
        let point =
            |grows: &str, stages| SweepPoint { grows: grows.into(), payload: sample::payload(), stages };
        let report = SweepReport {
            version: "0.2.0".into(),
            measured: "2026-11-29T15:00:00Z".into(),
            machine: sample::machine(),
            data: "mixed".into(),
            seed: 7,
            runs: 3,
            points: vec![
                point("size", vec![sample::stage("seal", None)]),
                point("files", vec![sample::stage("pack", None)]),
                point("files", vec![sample::stage("pack", None), sample::stage("unpack", None)]),
            ],
            bends: vec!["unpack slows down beyond 2,000 files.".into()],
        };
        let page = sweep_markdown(&report);
        assert!(page.contains("| size | files | seal |\n| --: | --: | --: |\n"), "{page}");
        assert!(page.contains("| 64 MiB | 2,000 | 1,240 · 12.0 | – |\n"), "{page}");
        assert!(page.contains("- unpack slows down beyond 2,000 files.\n"), "{page}");
    }
}
