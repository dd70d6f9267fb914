//! A report as JUnit XML, which every CI shows: one test case a phase.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use std::io;
use waybill_schemas::report::rehearsal::{PhaseStatus, RehearsalPhase, RehearsalReport};

/// The report as a JUnit document: a suite named after the app, with one case for each phase. A failed phase is a
/// failure with what to do next; a phase that was not reached is skipped.
pub fn junit(report: &RehearsalReport) -> Vec<u8> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Writing to memory does not fail.
    let _ = document(report, &mut writer);
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    bytes
}

type Xml = Writer<Vec<u8>>;

fn document(report: &RehearsalReport, xml: &mut Xml) -> io::Result<()> {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let counts = counts(report);
    let mut all = BytesStart::new("testsuites");
    all.push_attribute(("name", "waybill try"));
    counts.write(&mut all);
    xml.write_event(Event::Start(all))?;
    let mut suite = BytesStart::new("testsuite");
    suite.push_attribute(("name", clean(&report.app.name).as_str()));
    counts.write(&mut suite);
    suite.push_attribute(("timestamp", report.started.as_str()));
    xml.write_event(Event::Start(suite))?;
    for phase in &report.phases {
        case(phase, report, xml)?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuite")))?;
    xml.write_event(Event::End(BytesEnd::new("testsuites")))
}

struct Counts {
    tests: usize,
    failures: usize,
    skipped: usize,
    seconds: f64,
}

fn counts(report: &RehearsalReport) -> Counts {
    let with = |status| report.phases.iter().filter(|phase| phase.status == status).count();
    Counts {
        tests: report.phases.len(),
        failures: with(PhaseStatus::Failed),
        skipped: with(PhaseStatus::Skipped),
        seconds: report.phases.iter().map(|phase| phase.seconds).sum(),
    }
}

impl Counts {
    fn write(&self, element: &mut BytesStart<'_>) {
        element.push_attribute(("tests", self.tests.to_string().as_str()));
        element.push_attribute(("failures", self.failures.to_string().as_str()));
        element.push_attribute(("errors", "0"));
        element.push_attribute(("skipped", self.skipped.to_string().as_str()));
        element.push_attribute(("time", format!("{:.3}", self.seconds).as_str()));
    }
}

fn case(phase: &RehearsalPhase, report: &RehearsalReport, xml: &mut Xml) -> io::Result<()> {
    let mut case = BytesStart::new("testcase");
    case.push_attribute(("classname", format!("waybill.try.{}", clean(&report.app.name)).as_str()));
    case.push_attribute(("name", phase.phase.name()));
    case.push_attribute(("time", format!("{:.3}", phase.seconds).as_str()));
    match phase.status {
        PhaseStatus::Passed => xml.write_event(Event::Empty(case)),
        PhaseStatus::Failed => {
            let mut failure = BytesStart::new("failure");
            failure.push_attribute(("message", clean(&phase.summary).as_str()));
            failure.push_attribute(("type", phase.code.as_deref().unwrap_or("failed")));
            let text = clean(&failure_text(phase, report));
            within(case, failure, &text, xml)
        }
        PhaseStatus::Skipped => {
            let mut skipped = BytesStart::new("skipped");
            skipped.push_attribute(("message", clean(&phase.summary).as_str()));
            within(case, skipped, "", xml)
        }
    }
}

/// Only the phase that decided says what to do next: the other failures follow from it.
fn failure_text(phase: &RehearsalPhase, report: &RehearsalReport) -> String {
    let deciding = report.phases.iter().find(|phase| phase.status == PhaseStatus::Failed);
    let next: &[String] = if deciding == Some(phase) { &report.next } else { &[] };
    std::iter::once(&phase.summary).chain(next).map(String::as_str).collect::<Vec<_>>().join("\n")
}

fn within(case: BytesStart<'_>, element: BytesStart<'_>, text: &str, xml: &mut Xml) -> io::Result<()> {
    let (outer, inner) = (case.to_end().into_owned(), element.to_end().into_owned());
    xml.write_event(Event::Start(case))?;
    if text.is_empty() {
        xml.write_event(Event::Empty(element))?;
    } else {
        xml.write_event(Event::Start(element))?;
        xml.write_event(Event::Text(BytesText::new(text)))?;
        xml.write_event(Event::End(inner))?;
    }
    xml.write_event(Event::End(outer))
}

/// XML 1.0 has no room for control characters, not even escaped (2.2).
fn clean(text: &str) -> String {
    let allowed =
        |c: char| matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{FFFE}' | '\u{FFFF}'));
    text.chars().map(|c| if allowed(c) { c } else { '\u{FFFD}' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::sample;
    use quick_xml::Reader;

    #[test]
    fn a_case_a_phase_with_what_to_do_next_where_it_failed_first() {
        let mut report = sample::report();
        report.app.name = "A <b> & \"c\"\u{1}".into();
        report.next = vec!["map 5 or mend it".into()];
        let text = String::from_utf8(junit(&report)).unwrap();
        assert!(text.contains(r#"tests="10" failures="2" errors="0" skipped="4""#), "{text}");
        assert!(text.contains("A &lt;b&gt; &amp; &quot;c&quot;\u{FFFD}"), "{text}");
        assert_eq!(text.matches("map 5 or mend it").count(), 1, "{text}");
        let mut reader = Reader::from_str(&text);
        let mut cases = 0;
        loop {
            match reader.read_event().unwrap() {
                Event::Start(element) | Event::Empty(element) if element.name().as_ref() == "testcase" => {
                    cases += 1;
                }
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(cases, 10);
    }
}
