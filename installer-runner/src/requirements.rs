//! Whether the app is for this device: the requirements that app.json states without a rule (architecture, disk,
//! Windows release, memory, processors, CPU speed), then requirement rules.

use crate::rule::{RuleMachine, evaluate};
use crate::{RunAs, Settings, state};
use waybill_context::Context;
use waybill_intune::{RulePurpose, build_of_release, release_of_build};
use waybill_schemas::app::{AppDocument, Architectures};
use waybill_schemas::codes::Table;
use waybill_schemas::report::install::{
    Answer, RequirementReport, RequirementsReport, RuleReport, StateCode,
};
use waybill_system::{Architecture, Device, System, Unanswered};

/// Checks every requirement. If one fails, the app is not for this device, whatever the others say; of several, the
/// first in the order of Intune's agent is reported. Where none fails but one cannot be evaluated, there is no
/// applicability state and nothing is installed.
pub fn check_requirements(
    app: &AppDocument,
    run_as: &RunAs,
    system: &dyn System,
    settings: &Settings,
    context: &Context<'_>,
) -> RequirementsReport {
    let machine = RuleMachine { run_as, system, settings, context };
    let built_in = built_in(app, system.device());
    let placed = app.requirement_rules();
    let rules: Vec<RuleReport> =
        placed.iter().map(|rule| evaluate(rule, RulePurpose::Requirement, machine)).collect();
    RequirementsReport { applicability: applicability(&built_in, &rules), built_in, rules }
}

fn applicability(built_in: &[RequirementReport], rules: &[RuleReport]) -> Option<StateCode> {
    let failed = built_in.iter().find(|one| one.holds == Some(false)).map(|one| one.code.clone());
    let broken = rules.iter().find(|rule| rule.answer == Answer::NotDetected);
    let broken = broken.map(|rule| rule.code.clone().unwrap_or_else(|| of_rule(&rule.kind)));
    // Only relevant where no requirement fails: one that fails decides, whatever the others say.
    let is_open = built_in.iter().any(|one| one.holds.is_none())
        || rules.iter().any(|rule| rule.answer == Answer::CannotTell);
    failed.or(broken).or_else(|| (!is_open).then(|| code(0)))
}

/// The code of a failed rule that has none of its own: 1006 file, 1007 registry, 1008 script (docs/detection.md).
fn of_rule(kind: &str) -> StateCode {
    code(match kind {
        "file" => 1006,
        "registry" => 1007,
        _ => 1008,
    })
}

fn code(number: i64) -> StateCode {
    state(Table::Applicability, number)
}

const MIB: u64 = 1 << 20;

/// The requirements that app.json states without a rule, in the order of their codes.
fn built_in(app: &AppDocument, device: &dyn Device) -> Vec<RequirementReport> {
    let architecture = app.architectures().map(|allowed| architecture(allowed, device.architecture()));
    let disk = || mebibytes("free disk", 1001, app.minimum_free_disk_space_in_mb, || device.free_disk());
    let release = wanted_release(app).map(|wanted| release(&wanted, device));
    let memory = || mebibytes("memory", 1003, app.minimum_memory_in_mb, || device.memory());
    let count = |what, number, unit, minimum, ask: &dyn Fn() -> Result<u32, Unanswered>| {
        at_least(what, number, unit, minimum, || ask().map(u64::from))
    };
    let processors = count("processors", 1004, "", app.minimum_number_of_processors, &|| device.processors());
    let speed = count("CPU speed", 1005, " MHz", app.minimum_cpu_speed_in_mhz, &|| device.processor_mhz());
    [architecture, disk(), release, memory(), processors, speed].into_iter().flatten().collect()
}

fn architecture(allowed: &Architectures, actual: Result<Architecture, Unanswered>) -> RequirementReport {
    // The device must have one of the named architectures: an app for x86 alone is not for x64. `neutral` is any.
    let unknown = allowed.unknown_names().next();
    let (holds, shown) = match (actual, unknown) {
        (Ok(actual), _) if allowed.contains(actual.name()) || allowed.contains("neutral") => {
            (Some(true), actual.name().to_owned())
        }
        (Ok(actual), Some(name)) => {
            (None, format!("{}; this version does not know the architecture {name}", actual.name()))
        }
        (Ok(actual), None) => (Some(false), actual.name().to_owned()),
        (Err(unanswered), _) => (None, not_told(&unanswered)),
    };
    RequirementReport {
        what: "architecture".into(),
        holds,
        expected: format!("one of {}", allowed.names().collect::<Vec<_>>().join(", ")),
        actual: shown,
        code: code(1000),
    }
}

/// A requirement in MiB; the device's bytes are rounded down to whole MiB.
fn mebibytes(
    what: &str,
    number: i64,
    minimum: Option<u32>,
    ask: impl FnOnce() -> Result<u64, Unanswered>,
) -> Option<RequirementReport> {
    at_least(what, number, " MiB", minimum, || ask().map(|bytes| bytes / MIB))
}

/// A requirement of a least number; `None` where the app asks for none, or for 0.
fn at_least(
    what: &str,
    number: i64,
    unit: &str,
    minimum: Option<u32>,
    ask: impl FnOnce() -> Result<u64, Unanswered>,
) -> Option<RequirementReport> {
    let minimum = minimum.filter(|minimum| *minimum > 0)?;
    let (holds, actual) = match ask() {
        Ok(actual) => (Some(actual >= u64::from(minimum)), format!("{actual}{unit}")),
        Err(unanswered) => (None, not_told(&unanswered)),
    };
    let expected = format!("at least {minimum}{unit}");
    Some(RequirementReport { what: what.into(), holds, expected, actual, code: code(number) })
}

fn release(wanted: &str, device: &dyn Device) -> RequirementReport {
    let (holds, actual) = match (build_of_release(wanted), device.windows_build()) {
        (Some(minimum), Ok(build)) => (Some(build >= minimum), shown(build)),
        (None, Ok(build)) => {
            (None, format!("{}; this version does not know the release {wanted}", shown(build)))
        }
        (_, Err(unanswered)) => (None, not_told(&unanswered)),
    };
    let expected = match build_of_release(wanted) {
        Some(minimum) => format!("at least {wanted} (build {minimum})"),
        None => format!("at least {wanted}"),
    };
    RequirementReport { what: "Windows release".into(), holds, expected, actual, code: code(1002) }
}

fn shown(build: u32) -> String {
    match release_of_build(build) {
        Some(name) => format!("build {build} ({name})"),
        None => format!("build {build}"),
    }
}

fn wanted_release(app: &AppDocument) -> Option<String> {
    // `minimumSupportedWindowsRelease`, else the flag that is true in the older `minimumSupportedOperatingSystem`, e.g.
    // `v10_1809`.
    let newer = app.minimum_supported_windows_release.as_deref().map(str::trim);
    if let Some(name) = newer.filter(|name| !name.is_empty()) {
        return Some(name.to_owned());
    }
    let flags = app.other.get("minimumSupportedOperatingSystem")?.as_object()?;
    let set = flags.iter().filter(|(_, set)| set.as_bool() == Some(true)).map(|(name, _)| name);
    // Every Windows that Intune manages satisfies these flags.
    let named = set.filter(|name| !matches!(name.as_str(), "v8_0" | "v8_1" | "v10_0"));
    // An unknown release counts as the newest, because it may ask for more than the known ones.
    named.max_by_key(|name| build_of_release(name).unwrap_or(u32::MAX)).cloned()
}

fn not_told(unanswered: &Unanswered) -> String {
    format!("cannot be told: {unanswered}")
}
