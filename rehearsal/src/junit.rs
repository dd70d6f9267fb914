//! A report as JUnit XML, which every CI shows, with one test case for each phase.

use crate::stage::deciding;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use std::io;
use waybill_schemas::controls_terminal;
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
    xml.write_event(Event::Start(suite("testsuites", "waybill try", report)))?;
    let mut of_app = suite("testsuite", &clean(&report.app.name), report);
    of_app.push_attribute(("timestamp", report.started.as_str()));
    xml.write_event(Event::Start(of_app))?;
    for phase in &report.phases {
        case(phase, report, xml)?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuite")))?;
    xml.write_event(Event::End(BytesEnd::new("testsuites")))
}

/// An element with its name, the number of phases, how many of them failed or were skipped, and their time in seconds.
fn suite(element: &'static str, name: &str, report: &RehearsalReport) -> BytesStart<'static> {
    let count = |status| report.phases.iter().filter(|phase| phase.status == status).count().to_string();
    let seconds: f64 = report.phases.iter().map(|phase| phase.seconds).sum();
    BytesStart::new(element).with_attributes([
        ("name", name),
        ("tests", &report.phases.len().to_string()),
        ("failures", &count(PhaseStatus::Failed)),
        ("errors", "0"),
        ("skipped", &count(PhaseStatus::Skipped)),
        ("time", &format!("{seconds:.3}")),
    ])
}

fn case(phase: &RehearsalPhase, report: &RehearsalReport, xml: &mut Xml) -> io::Result<()> {
    let case = BytesStart::new("testcase").with_attributes([
        ("classname", format!("waybill.try.{}", clean(&report.app.name)).as_str()),
        ("name", phase.phase.name()),
        ("time", &format!("{:.3}", phase.seconds)),
    ]);
    let message = clean(&phase.summary);
    match phase.status {
        PhaseStatus::Passed => xml.write_event(Event::Empty(case)),
        PhaseStatus::Failed => {
            let kind = phase.code.as_deref().unwrap_or("failed");
            let failure = [("message", message.as_str()), ("type", kind)];
            let failure = BytesStart::new("failure").with_attributes(failure);
            within(case, failure, &clean(&failure_text(phase, report)), xml)
        }
        PhaseStatus::Skipped => {
            let skipped = BytesStart::new("skipped").with_attributes([("message", message.as_str())]);
            within(case, skipped, "", xml)
        }
    }
}

/// Only the phase that decided says what to do next: the other failures follow from it.
fn failure_text(phase: &RehearsalPhase, report: &RehearsalReport) -> String {
    let next: &[String] = if deciding(&report.phases) == Some(phase) { &report.next } else { &[] };
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

/// Replaces control characters, which XML 1.0 does not allow even when escaped (2.2), and the others that a terminal
/// obeys.
fn clean(text: &str) -> String {
    let allowed = |c: char| {
        matches!(c, '\t' | '\n' | '\r') || !(controls_terminal(c) || matches!(c, '\u{FFFE}' | '\u{FFFF}'))
    };
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
        report.next = vec!["map 5 or fix it".into()];
        let text = String::from_utf8(junit(&report)).unwrap();
        assert!(text.contains(r#"tests="10" failures="2" errors="0" skipped="4""#), "{text}");
        assert!(text.contains("A &lt;b&gt; &amp; &quot;c&quot;\u{FFFD}"), "{text}");
        assert_eq!(text.matches("map 5 or fix it").count(), 1, "{text}");
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
