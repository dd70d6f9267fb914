//! What to do next, for somebody who knows Intune and has no log file at hand.

use super::conclusion::Conclusion;
use super::flow::Attempt;
use crate::detect;
use crate::run::Ran;
use crate::state_code::entry;
use waybill_schemas::app::{AppDocument, Rule};
use waybill_schemas::codes::{Table, device};
use waybill_schemas::report::install::{Answer, Intent, Occasion, Outcome, RuleReport};
use waybill_system::SystemKind;

/// After a run, the likeliest first.
pub(super) fn after_run(attempt: &Attempt<'_>, ran: &Ran, conclusion: &Conclusion) -> Vec<String> {
    let mut next = match conclusion.outcome {
        Outcome::Failed | Outcome::DoneDespiteCode | Outcome::RetryLater => of_exit_code(attempt),
        Outcome::NotBorneOut => of_detection(attempt),
        Outcome::TimedOut => of_time_limit(ran),
        _ => Vec::new(),
    };
    if conclusion.outcome != Outcome::TimedOut && !ran.survivors.is_empty() {
        next.push(survivors(ran));
    }
    if let Some(file) = ran.output.report.file.as_ref().filter(|_| conclusion.exit == 8) {
        next.push(format!("What the installer printed is in {file}."));
    }
    next
}

/// A program that the system refused to start.
pub(super) fn not_started(code: u32) -> String {
    let known = entry(Table::Device, |one| one.bits() == code);
    known.map_or_else(
        || format!("Look at what the system says: `waybill explain 0x{code:08X}`."),
        |one| one.hint.to_owned(),
    )
}

fn survivors(ran: &Ran) -> String {
    let names: Vec<&str> = ran.survivors.iter().map(|one| one.name.as_str()).collect();
    let (count, still) =
        (names.len(), if names.len() == 1 { "child still runs" } else { "children still run" });
    format!(
        "{count} {still} ({}); Intune would judge now. Let the command wait for what it starts.",
        names.join(", ")
    )
}

fn of_exit_code(attempt: &Attempt<'_>) -> Vec<String> {
    let Some(code) = attempt.notes.run.as_ref().and_then(|run| run.exit_code.as_ref()) else {
        return Vec::new();
    };
    let bits = code.unsigned;
    let win32 = if bits >> 16 == 0x8007 { bits & 0xFFFF } else { bits };
    let known = entry(Table::Installer, |one| one.bits() == win32)
        .or_else(|| entry(Table::Device, |one| one.bits() == bits));
    match known {
        Some(one) => {
            let page = format!("{} ({}): {} {}", code.signed, one.name, one.meaning, one.hint);
            let causes = format!("Usual causes: {}.", one.causes.join("; "));
            std::iter::once(page).chain((!one.causes.is_empty()).then_some(causes)).collect()
        }
        None if code.stands_for == "retry" => {
            vec!["Run the same command again in a while; `--wait` follows the schedule by itself.".to_owned()]
        }
        None => vec![format!(
            "No table knows {}: look the code up with the installer's maker, and map it in returnCodes once it is known.",
            code.signed
        )],
    }
}

fn of_time_limit(ran: &Ran) -> Vec<String> {
    let (name, pid) = (&ran.process.name, ran.process.pid);
    let what_now = match ran.killed {
        true => format!("{name} was ended half-way: look at what it left behind."),
        false => format!("{name} (process {pid}) still runs, and no other app starts until it has ended."),
    };
    vec![
        what_now,
        "Make the command silent: a dialog that nobody can see is the usual reason. Only then raise \
         installExperience.maxRunTimeInMinutes."
            .to_owned(),
    ]
}

/// Success that detection does not bear out: which rule, what it wants, what is there, and whether the other view has it.
fn of_detection(attempt: &Attempt<'_>) -> Vec<String> {
    let wrong = match attempt.request.intent {
        Intent::Install => Answer::NotDetected,
        Intent::Uninstall => Answer::Detected,
    };
    let rules = attempt.notes.detections.last().map(|one| one.rules.clone()).unwrap_or_default();
    let mut next: Vec<String> =
        rules.iter().filter(|rule| rule.answer == wrong).map(|rule| sentence(rule, wrong)).collect();
    if attempt.request.intent == Intent::Install {
        next.extend(
            rules.iter().filter(|rule| rule.answer == wrong).filter_map(|rule| other_view(attempt, rule)),
        );
    }
    let code = match attempt.request.intent {
        Intent::Install => device::NOT_DETECTED_AFTER_INSTALL,
        Intent::Uninstall => device::DETECTED_AFTER_UNINSTALL,
    };
    if let Some(page) = entry(Table::Device, |one| one.bits() == code) {
        next.push(format!("Usual causes: {}.", page.causes.join("; ")));
    }
    next
}

fn sentence(rule: &RuleReport, wrong: Answer) -> String {
    let RuleReport { pointer, subject, expected, actual, view, .. } = rule;
    match wrong {
        Answer::Detected => format!(
            "{pointer} still holds: {subject}, found {actual} ({view} view). Let the uninstaller remove it."
        ),
        _ => format!("{pointer} does not hold: {subject}, wanted {expected}, found {actual} ({view} view)."),
    }
}

/// The same rule asked through the other view: the commonest mistake of all.
fn other_view(attempt: &Attempt<'_>, rule: &RuleReport) -> Option<String> {
    if attempt.run_as.kind != SystemKind::Windows {
        return None;
    }
    let index: usize = rule.pointer.strip_prefix("/rules/")?.parse().ok()?;
    let mut turned = attempt.request.app.rules.get(index)?.clone();
    let flag = match &mut turned {
        Rule::FileSystem(rule) => &mut rule.check_32_bit_on_64_system,
        Rule::Registry(rule) => &mut rule.check_32_bit_on_64_system,
        _ => return None,
    };
    let is_32_bit = !flag.unwrap_or(false);
    *flag = Some(is_32_bit);
    let mut app: AppDocument = attempt.request.app.clone();
    app.rules = vec![turned];
    let runner = attempt.runner;
    let found =
        detect(&app, &attempt.run_as, Occasion::Asked, runner.system, runner.settings, &runner.context);
    let there = found.rules.first().filter(|_| found.answer == Answer::Detected)?;
    Some(format!(
        "In the {} view the same rule holds ({}, found {}): set check32BitOn64System of {} to {is_32_bit}, or install into the other view.",
        there.view, there.subject, there.actual, rule.pointer
    ))
}
