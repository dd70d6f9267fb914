//! Advice on what to do next, for readers who know Intune but not the log files of the device.

use super::conclusion::Conclusion;
use super::flow::Attempt;
use crate::run::FinishedRun;
use crate::state_code::{entry, exit_code_entry};
use crate::{CodeKind, detect};
use waybill_schemas::app::{AppDocument, Rule};
use waybill_schemas::codes::{Class, NumberCode, Table, device};
use waybill_schemas::report::install::{Advice, Answer, AttemptOutcome, Intent, Occasion, RuleReport};
use waybill_system::SystemKind;

/// Advice after a run, the likeliest cause first.
pub(super) fn after_run(attempt: &Attempt<'_>, ran: &FinishedRun, conclusion: &Conclusion) -> Vec<Advice> {
    let mut next = match conclusion.outcome {
        AttemptOutcome::Failed | AttemptOutcome::DoneDespiteCode | AttemptOutcome::RetryLater => {
            of_exit_code(attempt)
        }
        AttemptOutcome::NotBorneOut => of_detection(attempt),
        AttemptOutcome::TimedOut => of_time_limit(ran),
        _ => Vec::new(),
    };
    if conclusion.outcome != AttemptOutcome::TimedOut && !ran.survivors.is_empty() {
        next.push(survivors(ran));
    }
    if let Some(file) = ran.output.file.as_ref().filter(|_| conclusion.class == Some(Class::InstallFailed)) {
        next.push(Advice::other(format!("What the installer printed is in {file}.")));
    }
    next
}

/// Advice about a program that the system refused to start; `code` is the HRESULT.
pub(super) fn not_started(code: u32) -> Advice {
    let known = entry(Table::Device, |one| one.bits() == code);
    known.map_or_else(|| Advice::LookUpCode { code: format!("0x{code:08X}") }, |one| Advice::other(&one.hint))
}

fn survivors(ran: &FinishedRun) -> Advice {
    let names: Vec<&str> = ran.survivors.iter().map(|one| one.name.as_str()).collect();
    let (count, still) =
        (names.len(), if names.len() == 1 { "child still runs" } else { "children still run" });
    Advice::other(format!(
        "{count} {still} ({}); Intune would judge now. Let the command wait for what it starts.",
        names.join(", ")
    ))
}

fn of_exit_code(attempt: &Attempt<'_>) -> Vec<Advice> {
    let Some(code) = attempt.notes.run.as_ref().and_then(|run| run.exit_code.as_ref()) else {
        return Vec::new();
    };
    let bits = code.unsigned;
    match exit_code_entry(bits) {
        Some(one) => {
            let text = format!("{} {}", one.meaning, one.hint);
            let page = Advice::CodeMeans { code: code.signed, name: one.name.to_owned(), text };
            std::iter::once(page).chain(usual_causes(one)).collect()
        }
        None if code.stands_for == "retry" => vec![Advice::TryAgain],
        None => vec![Advice::MapUnknownCode { code: code.signed }],
    }
}

fn usual_causes(known: &NumberCode) -> Option<Advice> {
    (!known.causes.is_empty()).then(|| Advice::UsualCauses { causes: known.causes.clone() })
}

fn of_time_limit(ran: &FinishedRun) -> Vec<Advice> {
    let (name, pid) = (&ran.process.name, ran.process.pid);
    let what_now = match ran.killed {
        true => format!("{name} was ended half-way: look at what it left behind."),
        false => format!(
            "{name} (process {pid}) still runs, and this app is not started again until it has ended."
        ),
    };
    vec![
        Advice::other(what_now),
        Advice::other(
            "Make the command silent: a dialog that nobody can see is the usual reason. Only then raise \
             installExperience.maxRunTimeInMinutes.",
        ),
    ]
}

/// Advice about a success that detection does not confirm: the rule, what it wants, what was found, and whether the
/// other view has it.
fn of_detection(attempt: &Attempt<'_>) -> Vec<Advice> {
    let wrong = match attempt.request.intent {
        Intent::Install => Answer::NotDetected,
        Intent::Uninstall => Answer::Detected,
    };
    let rules = attempt.notes.detections.last().map_or(&[][..], |detection| &detection.rules);
    let unmet = || rules.iter().filter(|rule| rule.answer == wrong);
    // Where the code asks for a restart, what is still there may go with it: the uninstaller need not be wrong.
    let goes_with_restart = wrong == Answer::Detected && asks_for_restart(attempt);
    let told = |rule| if goes_with_restart { still_there(rule) } else { afterwards(rule, wrong) };
    let mut next: Vec<Advice> = unmet().map(told).collect();
    if goes_with_restart {
        return next;
    }
    if attempt.request.intent == Intent::Install {
        next.extend(unmet().filter_map(|rule| other_view(attempt, rule)));
    }
    let code = match attempt.request.intent {
        Intent::Install => device::NOT_DETECTED_AFTER_INSTALL,
        Intent::Uninstall => device::DETECTED_AFTER_UNINSTALL,
    };
    if let Some(page) = entry(Table::Device, |one| one.bits() == code) {
        next.extend(usual_causes(page));
    }
    next
}

fn asks_for_restart(attempt: &Attempt<'_>) -> bool {
    let code = attempt.notes.run.as_ref().and_then(|run| run.exit_code.as_ref());
    code.is_some_and(|code| code.stands_for == CodeKind::SoftReboot.name())
}

fn still_there(rule: &RuleReport) -> Advice {
    let RuleReport { pointer, subject, actual, view, .. } = rule;
    Advice::other(format!(
        "{pointer} still holds: {subject}, found {actual} ({view} view). It may go with the restart; if it is there afterwards, \
         the uninstaller leaves it."
    ))
}

fn afterwards(rule: &RuleReport, wrong: Answer) -> Advice {
    let RuleReport { pointer, subject, expected, actual: found, view, .. } = rule.clone();
    let wanted = (wrong != Answer::Detected).then_some(expected);
    Advice::RuleAfterwards { pointer, subject, wanted, found, view }
}

fn other_view(attempt: &Attempt<'_>, rule: &RuleReport) -> Option<Advice> {
    // Evaluates the same rule in the other view, because the wrong view is the commonest mistake.
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
    let there = found.rules.into_iter().next().filter(|_| found.answer == Answer::Detected)?;
    Some(Advice::OtherView {
        pointer: rule.pointer.clone(),
        subject: there.subject,
        found: there.actual,
        view: there.view,
        check_32_bit: is_32_bit,
    })
}
