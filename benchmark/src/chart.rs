//! A benchmark as an SVG chart: the share of its limit that each stage reaches.

use crate::figures::{is_unseen, machine, payload, percent, shortened};
use crate::table::{ComparedRow, Figure, ShareChange, StageRow, compared_rows, stage_rows};
use waybill_schemas::report::benchmark::{BenchmarkReport, Spread};

const WIDTH: f64 = 900.0;
/// Left edge and top of the rows, and their heights, in pixels.
const LEFT: f64 = 124.0;
const TOP: f64 = 122.0;
const ROW: f64 = 26.0;
const BAR: f64 = 14.0;
/// The right edges of the columns of numbers, and the left edge of the last column, in pixels.
const SHARES: f64 = 630.0;
const CHANGES: f64 = 702.0;
const RATES: f64 = 772.0;
const BOUNDS: f64 = 788.0;
/// Greater shares are cut off: they show a wrong limit, not a fast stage.
const LARGEST: f64 = 4.0;
/// Styles for light and dark pages. The colours also differ in lightness, for readers who do not see all colours.
const STYLE: &str = "\
.waybill-bench text{font:13px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;\
font-variant-numeric:tabular-nums}
.waybill-bench .title{font-size:19px;font-weight:600}
.waybill-bench .strong,.waybill-bench .alarm{font-weight:600}
.waybill-bench .paper{fill:#fff;stroke:#d1d9e0}
.waybill-bench .ink{fill:#1f2328}
.waybill-bench .soft{fill:#59636e}
.waybill-bench .bar{fill:#79b0f2}
.waybill-bench .lost{fill:#e0603f}
.waybill-bench .alarm{fill:#b3341a}
.waybill-bench .cut{fill:#1f2328}
.waybill-bench .grid{stroke:#d1d9e0}
.waybill-bench .limit{stroke:#1f2328;stroke-width:2}
.waybill-bench .before{stroke:#7a3fb8;stroke-width:3}
.waybill-bench .whisker{fill:none;stroke:#1f2328;stroke-width:1.5}
@media (prefers-color-scheme:dark){
.waybill-bench .paper{fill:#0d1117;stroke:#3d444d}
.waybill-bench .ink,.waybill-bench .cut{fill:#f0f6fc}
.waybill-bench .soft{fill:#9198a1}
.waybill-bench .bar{fill:#2f6cb8}
.waybill-bench .lost{fill:#c2482a}
.waybill-bench .alarm{fill:#ff8b6b}
.waybill-bench .grid{stroke:#3d444d}
.waybill-bench .limit,.waybill-bench .whisker{stroke:#f0f6fc}
.waybill-bench .before{stroke:#d2a8ff}
}
";

/// A benchmark as one self-contained SVG: a bar for each stage that has a share of its limit, with the least and the
/// greatest of all rounds. A compared benchmark also shows the baseline's shares, and regressed stages in another
/// colour.
pub fn chart(report: &BenchmarkReport) -> String {
    let rows = rows(report);
    let plot = Plot::new(&rows, report.comparison.is_some());
    let height = plot.bottom + if report.comparison.is_some() { 82.0 } else { 60.0 };
    let mut svg = opening(height, &rows);
    svg += &format!("<rect class=\"paper\" width=\"{WIDTH}\" height=\"{height}\" rx=\"8\"/>\n");
    svg += &titles(report);
    if rows.is_empty() {
        return svg + &text("ink", 20.0, TOP, "start", "No stage was measured against a limit.") + "</svg>\n";
    }
    svg += &plot.columns();
    svg += &plot.grid();
    svg.extend(rows.iter().enumerate().map(|(index, row)| plot.row(row, TOP + ROW * index as f64)));
    svg += &plot.limit();
    svg += &plot.legend(report);
    svg + "</svg>\n"
}

/// The bar of a stage that has a share.
struct Row<'a> {
    stage: StageRow<'a>,
    share: Spread,
    share_text: Figure,
    /// The comparison of the stage with the baseline, and the baseline's share.
    compared: Option<(ComparedRow<'a>, f64)>,
}

fn rows(report: &BenchmarkReport) -> Vec<Row<'_>> {
    let shares = report.stages.iter().map(|stage| stage.share);
    let mut rows = Vec::new();
    for (mut stage, share) in stage_rows(report).zip(shares) {
        if let (Some(share), Some(share_text)) = (share, stage.share.take()) {
            rows.push(Row { compared: compared(report, stage.name), share, share_text, stage });
        }
    }
    rows
}

fn compared<'a>(report: &'a BenchmarkReport, name: &str) -> Option<(ComparedRow<'a>, f64)> {
    let comparison = report.comparison.as_ref()?;
    let before = comparison.stages.iter().find(|stage| stage.name == name)?.before;
    compared_rows(comparison).find(|row| row.name == name).map(|row| (row, before))
}

impl Row<'_> {
    fn is_regressed(&self) -> bool {
        self.compared.as_ref().is_some_and(|(compared, _)| compared.meaning == ShareChange::Regressed)
    }

    /// The row as a sentence, for screen readers and as the tooltip.
    fn sentence(&self) -> String {
        let Figure { median, least, most } = &self.share_text;
        let bound = self.stage.bound_by.map(|limit| format!(", bound by {limit}"));
        let compared = self.compared.as_ref().map(|(compared, _)| {
            let regressed = if self.is_regressed() { ", regressed" } else { "" };
            format!("; before {} ({}{regressed})", compared.before, compared.change)
        });
        let (bound, compared) = (bound.unwrap_or_default(), compared.unwrap_or_default());
        let (name, rate) = (self.stage.name, &self.stage.rate.median);
        format!("{name}: {median} of the limit ({least} to {most}), {rate} MB/s{bound}{compared}")
    }
}

/// The area of the bars.
struct Plot {
    right: f64,
    bottom: f64,
    /// The share at the right edge.
    most: f64,
    compares: bool,
}

impl Plot {
    fn new(rows: &[Row<'_>], compares: bool) -> Self {
        let shares = rows.iter().flat_map(|row| {
            let before = row.compared.as_ref().map_or(0.0, |(_, before)| *before);
            [row.share.median, row.share.max, before]
        });
        let most = shares.filter(|share| share.is_finite()).fold(1.0, f64::max).min(LARGEST);
        let right = if compares { SHARES - 64.0 } else { CHANGES - 64.0 };
        let bottom = TOP + ROW * rows.len().max(1) as f64;
        Self { right, bottom, most: (most * 4.0 - 0.01).ceil() / 4.0, compares }
    }

    fn x(&self, share: f64) -> f64 {
        let inside = if share.is_finite() { share.clamp(0.0, self.most) } else { 0.0 };
        LEFT + (self.right - LEFT) * inside / self.most
    }

    fn columns(&self) -> String {
        let shares = if self.compares { SHARES } else { CHANGES };
        let mut titles = vec![(LEFT - 12.0, "end", "stage"), (shares, "end", "of limit")];
        titles.extend([(RATES, "end", "MB/s"), (BOUNDS, "start", "bound by")]);
        if self.compares {
            titles.push((CHANGES, "end", "change"));
        }
        titles.into_iter().map(|(x, side, title)| text("soft", x, TOP - 10.0, side, title)).collect()
    }

    /// Lines and labels at every quarter, or at every half if there would be many.
    fn grid(&self) -> String {
        let step = if self.most > 2.0 { 0.5 } else { 0.25 };
        let ticks = (0..).map(|index| f64::from(index) * step).take_while(|share| *share <= self.most);
        let tick = |share: f64| {
            let class = if share == 1.0 { "ink strong" } else { "soft" };
            let label = format!("{:.0} %", share * 100.0);
            let (x, y) = (self.x(share), self.bottom + 20.0);
            line("grid", x, TOP - 2.0, x, self.bottom + 4.0) + &text(class, x, y, "middle", &label)
        };
        ticks.map(tick).collect()
    }

    fn row(&self, row: &Row<'_>, top: f64) -> String {
        let (base, middle) = (top + ROW / 2.0 + 4.5, top + ROW / 2.0);
        let shares = if self.compares { SHARES } else { CHANGES };
        let class = if row.is_regressed() { "lost" } else { "bar" };
        let name = shortened(row.stage.name, 14);
        let mut svg = format!("<g><title>{}</title>\n", escaped(&row.sentence()));
        svg += &text("ink", LEFT - 12.0, base, "end", &name);
        svg += &bar(class, LEFT, middle, self.x(row.share.median) - LEFT);
        svg += &self.whisker(&row.share, middle);
        if row.share.median > self.most {
            svg += &text("cut", self.right - 3.0, base, "end", "»");
        }
        svg += &text("ink strong", shares, base, "end", &row.share_text.median);
        svg += &text("ink", RATES, base, "end", &row.stage.rate.median);
        let bound = row.stage.bound_by.unwrap_or("–");
        svg += &text("ink", BOUNDS, base, "start", &shortened(bound, 13));
        if let Some((compared, before)) = &row.compared {
            let class = if row.is_regressed() { "alarm" } else { "ink" };
            let x = self.x(*before);
            svg += &line("before", x, middle - 10.0, x, middle + 10.0);
            svg += &text(class, CHANGES, base, "end", &compared.change);
        }
        svg + "</g>\n"
    }

    fn whisker(&self, share: &Spread, middle: f64) -> String {
        whisker(self.x(share.min), self.x(share.max), middle)
    }

    /// The line at a share of 1, drawn over the bars.
    fn limit(&self) -> String {
        line("limit", self.x(1.0), TOP - 4.0, self.x(1.0), self.bottom + 6.0)
    }

    fn legend(&self, report: &BenchmarkReport) -> String {
        let y = self.bottom + 40.0;
        let runs = if report.runs == 1 { "1 run".into() } else { format!("{} runs", report.runs) };
        let mut svg = bar("bar", LEFT, y, 22.0);
        svg += &text("soft", LEFT + 30.0, y + 4.5, "start", &format!("median of {runs}"));
        svg += &whisker(LEFT + 170.0, LEFT + 192.0, y);
        svg += &text("soft", LEFT + 200.0, y + 4.5, "start", "least to most");
        svg += &line("limit", LEFT + 320.0, y - 8.0, LEFT + 320.0, y + 8.0);
        svg += &text("soft", LEFT + 330.0, y + 4.5, "start", "all that this machine can do");
        let Some(comparison) = &report.comparison else { return svg };
        let y = y + 22.0;
        let lost = format!("lost more than {}", percent(comparison.allowed));
        let measured = comparison.measured.split('T').next().unwrap_or_default();
        let version = shortened(&comparison.version, 24);
        let other = if comparison.same_machine { "" } else { ", another machine" };
        svg += &bar("lost", LEFT, y, 22.0);
        svg += &text("soft", LEFT + 30.0, y + 4.5, "start", &lost);
        svg += &line("before", LEFT + 181.0, y - 8.0, LEFT + 181.0, y + 8.0);
        let baseline = format!("baseline: waybill {version}, {}{other}", shortened(measured, 24));
        svg + &text("soft", LEFT + 200.0, y + 4.5, "start", &baseline)
    }
}

fn opening(height: f64, rows: &[Row<'_>]) -> String {
    let sentences: Vec<String> = rows.iter().map(Row::sentence).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"waybill-bench\" role=\"img\" \
         aria-labelledby=\"waybill-bench-title waybill-bench-desc\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\">\n<title id=\"waybill-bench-title\">{TITLE}</title>\n\
         <desc id=\"waybill-bench-desc\">{}</desc>\n<style>\n{STYLE}</style>\n",
        escaped(&sentences.join(". "))
    )
}

const TITLE: &str = "What waybill reaches of this machine's limits";

fn titles(report: &BenchmarkReport) -> String {
    let day = report.measured.split('T').next().unwrap_or_default();
    let version = shortened(&report.version, 24);
    let measured = format!("{}, waybill {version}, {}", payload(&report.payload), shortened(day, 24));
    text("ink title", 20.0, 36.0, "start", TITLE)
        + &text("soft", 20.0, 60.0, "start", &measured)
        + &text("soft", 20.0, 80.0, "start", &machine(&report.machine))
}

fn text(class: &str, x: f64, y: f64, side: &str, text: &str) -> String {
    let text = escaped(text);
    format!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{side}\">{text}</text>\n")
}

fn line(class: &str, x1: f64, y1: f64, x2: f64, y2: f64) -> String {
    format!("<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>\n")
}

/// A bar whose vertical middle is `middle`.
fn bar(class: &str, x: f64, middle: f64, width: f64) -> String {
    let y = middle - BAR / 2.0;
    format!("<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{BAR}\"/>\n")
}

/// A horizontal line with end marks, from the least to the greatest share.
fn whisker(from: f64, to: f64, y: f64) -> String {
    let ends = [from, to].map(|x| format!("M{x:.1} {:.1}V{:.1}", y - 4.0, y + 4.0)).concat();
    format!("<path class=\"whisker\" d=\"M{from:.1} {y:.1}H{to:.1}{ends}\"/>\n")
}

/// A text escaped for XML, without control characters, which XML does not allow even when escaped (2.2).
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            _ if is_unseen(character) => safe.push('\u{fffd}'),
            _ => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::sample;
    use quick_xml::Reader;
    use quick_xml::events::Event;

    /// The number of elements with this class. Reads the whole document, so that one that is not well formed fails.
    fn count(svg: &str, class: &str) -> usize {
        let mut reader = Reader::from_str(svg);
        let mut found = 0;
        loop {
            match reader.read_event().unwrap() {
                Event::Start(element) | Event::Empty(element) => {
                    let mut attributes = element.attributes().map(Result::unwrap);
                    found += usize::from(attributes.any(|attribute| attribute.value.as_ref() == class));
                }
                Event::Eof => return found,
                _ => {}
            }
        }
    }

    #[test]
    fn a_bar_for_each_stage_with_a_share_and_none_for_others() {
        let svg = chart(&sample::report());
        assert_eq!((count(&svg, "bar"), count(&svg, "lost"), count(&svg, "before")), (3, 0, 0), "{svg}");
        assert!(svg.contains("125 %") && svg.contains("4.1 %") && !svg.contains(">serve<"), "{svg}");
        assert!(svg.contains("unpack: 4.1 % of the limit (3.9 % to 4.3 %), 1,240 MB/s, bound by file-write"));
    }

    #[test]
    fn what_regressed_has_another_colour_and_the_baseline_a_mark() {
        let svg = chart(&sample::compared());
        // Each class occurs once more in the legend.
        assert_eq!((count(&svg, "bar"), count(&svg, "lost"), count(&svg, "before")), (2, 2, 3), "{svg}");
        assert!(svg.contains("<text class=\"alarm\"") && svg.contains("(−18.0 %, regressed)"), "{svg}");
    }

    #[test]
    fn no_text_leaves_its_element_and_no_figure_the_picture() {
        let mut report = sample::compared();
        report.machine.processor = "<script>\"&\u{1}".repeat(40);
        report.stages[0].name = "<b>".into();
        report.stages[0].share = Some(Spread { median: 1e300, min: f64::NAN, max: f64::INFINITY });
        let svg = chart(&report);
        assert_eq!(count(&svg, "cut"), 1, "{svg}");
        assert!(!svg.contains("<script") && !svg.contains('\u{1}') && !svg.contains("<b>"), "{svg}");
        assert!(!svg.contains("=\"NaN") && !svg.contains("=\"inf"), "{svg}");
        report.stages.clear();
        assert!(chart(&report).contains("No stage was measured"));
    }
}
