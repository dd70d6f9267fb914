//! Figures and facts as text, the same in tables, Markdown and charts.

use waybill_schemas::counted;
pub(crate) use waybill_schemas::grouped;
use waybill_schemas::report::benchmark::{MachineKind, PayloadFacts};

/// The payload in a few words.
pub(crate) fn payload(facts: &PayloadFacts) -> String {
    if facts.data == "url" {
        return format!("{} of content from a server", size(facts.content));
    }
    let files = counted(facts.files, "file");
    format!("{} of {} data in {files}", size(facts.source), facts.data)
}

/// The machine in a few words.
pub(crate) fn machine(kind: &MachineKind) -> String {
    let processor = match kind.processor.trim() {
        "" => "unknown processor".into(),
        name => shortened(name, 72),
    };
    let threads = counted(kind.threads as u64, "thread");
    format!("{} {}, {processor}, {threads}", kind.system, kind.architecture)
}

/// A rate in bytes a second as MB/s (10⁶ bytes).
pub fn megabytes(rate: f64) -> String {
    figure(rate / 1e6)
}

/// A number of bytes as MiB (2²⁰ bytes).
pub fn mebibytes(bytes: f64) -> String {
    figure(bytes / f64::from(1 << 20))
}

/// A share as a percentage: `78 %`, or `4.2 %` if it is small.
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    if value != 0.0 && value.abs() < 9.95 { format!("{value:.1} %") } else { format!("{value:.0} %") }
}

/// A relative change as a percentage with its sign: `+3.0 %`, `−18.2 %`.
pub fn change(change: f64) -> String {
    let value = change * 100.0;
    let sign = if value > -0.05 { "+" } else { "−" };
    format!("{sign}{:.1} %", value.abs())
}

/// A figure with at least three digits: `1,240`, `95.3`, `6.20`.
pub fn figure(value: f64) -> String {
    match value.abs() {
        ..0.0995 => format!("{value:.3}"),
        ..9.995 => format!("{value:.2}"),
        ..99.95 => format!("{value:.1}"),
        _ if value.is_finite() => grouped(value.round() as u64),
        _ => "–".into(),
    }
}

/// A number of bytes in the largest binary unit that gives at least 1.
pub fn size(bytes: u64) -> String {
    let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
    match units.into_iter().find(|(power, _)| bytes >> power > 0) {
        Some((power, unit)) => {
            let text = format!("{:.1}", bytes as f64 / (1_u64 << power) as f64);
            format!("{} {unit}", text.trim_end_matches(".0"))
        }
        None => counted(bytes, "byte"),
    }
}

/// `text`, cut to at most `most` characters.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.into();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// Whether a character controls a terminal, shows nothing, or is none that XML allows.
pub(crate) fn is_unseen(character: char) -> bool {
    waybill_schemas::controls_terminal(character) || matches!(character, '\u{fffe}' | '\u{ffff}')
}

/// Sample reports for tests.
#[cfg(test)]
pub(crate) mod sample {
    use super::{MachineKind, PayloadFacts};
    use waybill_schemas::report::benchmark::{
        BenchmarkReport, Comparison, LimitReport, Spread, StageComparison, StageReport,
    };

    pub(crate) fn spread(median: f64) -> Spread {
        Spread { median, min: median * 0.95, max: median * 1.04 }
    }

    pub(crate) fn stage(name: &str, share: Option<f64>) -> StageReport {
        StageReport {
            name: name.into(),
            what: format!("did {name}"),
            of: "payload".into(),
            bytes: 64 << 20,
            seconds: spread(0.05),
            rate: spread(1_240e6),
            cpu: spread(0.05),
            memory: spread(12.0 * 1_048_576.0),
            share: share.map(spread),
            bound_by: share.map(|_| "file-write".into()),
        }
    }

    pub(crate) fn payload() -> PayloadFacts {
        PayloadFacts {
            data: "mixed".into(),
            seed: 7,
            files: 2000,
            source: 64 << 20,
            payload: 40 << 20,
            content: 40 << 20,
        }
    }

    pub(crate) fn machine() -> MachineKind {
        MachineKind {
            system: "linux".into(),
            architecture: "x86_64".into(),
            processor: "A | <b>@team</b> CPU @ 2.20GHz".into(),
            threads: 2,
        }
    }

    /// A report without a comparison: `sha-256` and `unpack` have shares, `serve` has none.
    pub(crate) fn report() -> BenchmarkReport {
        let what = "hashed 64 MiB | in memory".into();
        BenchmarkReport {
            version: "0.2.0".into(),
            measured: "2026-11-29T15:00:00Z".into(),
            machine: machine(),
            payload: payload(),
            runs: 5,
            threads: 2,
            limits: vec![LimitReport {
                name: "sha-256".into(),
                what,
                bytes: 64 << 20,
                rate: spread(1_900e6),
            }],
            stages: vec![stage("sha-256", Some(1.25)), stage("unpack", Some(0.041)), stage("serve", None)],
            comparison: None,
        }
    }

    /// A report with a comparison in which `unpack` regressed and `sha-256` gained.
    pub(crate) fn compared() -> BenchmarkReport {
        let stage = |name: &str, before: f64, now: f64, regressed| StageComparison {
            name: name.into(),
            before,
            now: spread(now),
            change: now / before - 1.0,
            regressed,
        };
        let comparison = Comparison {
            version: "0.1.0|<i>".into(),
            measured: "2026-11-01T08:00:00Z".into(),
            same_machine: true,
            allowed: 0.1,
            stages: vec![stage("sha-256", 1.0, 1.25, false), stage("unpack", 0.05, 0.041, true)],
        };
        BenchmarkReport { comparison: Some(comparison), ..report() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_the_digits_that_matter() {
        let texts = [0.0123, 6.2, 95.25, 999.6, 1_234_567.0].map(figure);
        assert_eq!(texts, ["0.012", "6.20", "95.2", "1,000", "1,234,567"]);
        assert_eq!([f64::NAN, f64::INFINITY].map(figure), ["–", "–"]);
        assert_eq!([0.0, -0.0001, -0.182, 0.03].map(change), ["+0.0 %", "+0.0 %", "−18.2 %", "+3.0 %"]);
        assert_eq!([0, 1536, 3 << 30].map(size), ["0 bytes", "1.5 KiB", "3 GiB"]);
    }
}
