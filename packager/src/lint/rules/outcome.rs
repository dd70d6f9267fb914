//! WB301 to WB303: return codes, for whom the MSI installs, architectures and time.

use super::{Examined, Findings, LintPage, LintRule, Severity::Warning};
use waybill_pe::Machine;
use waybill_schemas::MsiExecutionContext;
use waybill_schemas::app::{MsiPackageType, ReturnCode, ReturnCodeType};

const GIB: u64 = 1 << 30;

pub(super) static RULES: &[LintRule] = &[
    LintRule {
        page: LintPage {
            code: "WB301",
            severity: Warning,
            title: "return codes lack 3010, 1641 or 1618, or call a failure a success",
            harm: "A code that is not mapped is a failure and costs 24 hours: an install that needs a restart (3010, \
               1641) or met another one (1618) is reported as failed. 1603 or 1602 mapped to success (an error) \
               hides real failures until detection says 0x87D1041C.",
            fix: "Keep the five defaults: 0 and 1707 success, 3010 softReboot, 1641 hardReboot, 1618 retry.",
            before: "\"returnCodes\": [{ \"returnCode\": 0, \"type\": \"success\" }]",
            after: "\"returnCodes\": [{ \"returnCode\": 0, \"type\": \"success\" }, { \"returnCode\": 1707, \"type\": \"success\" }, { \"returnCode\": 3010, \"type\": \"softReboot\" }, { \"returnCode\": 1641, \"type\": \"hardReboot\" }, { \"returnCode\": 1618, \"type\": \"retry\" }]",
        },
        checks: &[return_codes],
    },
    LintRule {
        page: LintPage {
            code: "WB302",
            severity: Warning,
            title: "the MSI installs for somebody else than the app says",
            harm: "A per-user MSI (no ALLUSERS) run as SYSTEM installs into SYSTEM's profile, where nobody sees it. A \
               per-machine MSI run as the user fails for want of rights.",
            fix: "Set `runAsAccount` to what the MSI is made for, or pass `ALLUSERS=1` where the MSI supports it.",
            before: "msiexec /i peruser.msi /qn /norestart   (runAsAccount: system)",
            after: "msiexec /i peruser.msi ALLUSERS=1 /qn /norestart   (runAsAccount: system)",
        },
        checks: &[context],
    },
    LintRule {
        page: LintPage {
            code: "WB303",
            severity: Warning,
            title: "a 64-bit installer for 32-bit devices, or too little time",
            harm: "A 64-bit setup file on a device that is 32-bit ends with 1633 or 0x800700C1. Over 1 GB is hardly \
               unpacked and installed in under five minutes: 0x87D300C9 while the installer is still at work.",
            fix: "Leave x86 out of `applicableArchitectures`; raise `maxRunTimeInMinutes` (60 is the default).",
            before: "\"applicableArchitectures\": \"x86,x64\"",
            after: "\"applicableArchitectures\": \"x64\"",
        },
        checks: &[architecture, time],
    },
];

fn return_codes(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    let Some(app) = subject.app() else { return };
    // The portal adds the five defaults when an app is made by hand; an app.json may leave some of them out.
    let is_listed = |default: &ReturnCode| {
        let code = u32::try_from(default.return_code).unwrap_or_default();
        app.return_codes.iter().any(|one| one.matches(code))
    };
    let lacking: Vec<String> = ReturnCode::defaults()
        .iter()
        .filter(|default| default.kind != ReturnCodeType::Success && !is_listed(default))
        .map(|default| default.return_code.to_string())
        .collect();
    if !lacking.is_empty() {
        let codes = lacking.join(", ");
        let message = format!(
            "The return codes lack {codes}: an install that ends so counts as failed and waits for a day."
        );
        let fix = "Keep the five defaults: 0 and 1707 success, 3010 softReboot, 1641 hardReboot, 1618 retry.";
        findings.warning(subject.app_place("/returnCodes"), message, fix);
    }
    for (index, code) in app.return_codes.iter().enumerate() {
        let is_success = matches!(
            code.kind,
            ReturnCodeType::Success | ReturnCodeType::SoftReboot | ReturnCodeType::HardReboot
        );
        if is_success && (code.matches(1603) || code.matches(1602)) {
            let message =
                format!("Return code {} is a failure and is mapped to {}.", code.return_code, code.kind);
            let place = subject.app_place(&format!("/returnCodes/{index}/type"));
            findings.error(place, message, "Map it to `failed`, or 1602 to `retry`.");
        }
    }
}

fn context(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    let Some(app) = subject.app() else { return };
    let from_msi = subject.setup.msi.as_ref().map(|msi| match msi.execution_context() {
        MsiExecutionContext::System => MsiPackageType::PerMachine,
        // ALLUSERS=2 with MSIINSTALLPERUSER installs for one user unless the command line says otherwise.
        _ if msi.is_user_install() => MsiPackageType::PerUser,
        MsiExecutionContext::Any | MsiExecutionContext::User => MsiPackageType::DualPurpose,
    });
    let stated = app.msi_information.as_ref().and_then(|information| information.package_type.clone());
    let place = subject.app_place("/installExperience/runAsAccount");
    // The packed MSI counts more: `msiInformation` may be what an earlier version of it left in the document.
    match (from_msi.or(stated), app.runs_as_user()) {
        (Some(MsiPackageType::PerUser), false) if !asks_for_all_users(examined) => {
            let message = "The MSI installs for one user (no ALLUSERS), but the app runs as SYSTEM: it lands in SYSTEM's profile.";
            let fix = "Set `runAsAccount` to `user`, or pass `ALLUSERS=1` where the MSI supports it.";
            findings.warning(place, message, fix);
        }
        (Some(MsiPackageType::PerMachine), true) => {
            let message =
                "The MSI installs for everybody (ALLUSERS=1), but the app runs as the user, who may not.";
            findings.warning(place, message, "Set `runAsAccount` to `system`.");
        }
        _ => {}
    }
}

/// Whether the install command sets ALLUSERS, itself or perhaps by a transform, which is not read.
fn asks_for_all_users(examined: &Examined<'_>) -> bool {
    examined.msiexec_calls().filter(|(command, _)| command.installs).any(|(_, call)| {
        let machine = matches!(call.property("ALLUSERS"), Some("1" | "2"));
        machine || call.property("TRANSFORMS").is_some()
    })
}

fn architecture(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    let Some(app) = subject.app() else { return };
    let platform = subject.setup.msi.as_ref().and_then(|msi| msi.platform.as_deref());
    let of_msi = platform.and_then(|platform| match platform.to_lowercase().as_str() {
        "x64" | "amd64" | "intel64" => Some("x64"),
        "arm64" => Some("arm64"),
        _ => None,
    });
    // The loaders of self-extracting installers are 32-bit whatever they install; a 64-bit one needs 64-bit Windows.
    let of_program = match subject.setup.machine {
        Some(Machine::X64) => Some("x64"),
        Some(Machine::Arm64) => Some("arm64"),
        _ => None,
    };
    let allows_x86 = app.architectures().is_some_and(|list| list.contains("x86"));
    // The MSI's own platform counts more than that of the program around it.
    if let Some(setup) = of_msi.or(of_program).filter(|_| allows_x86) {
        let field = match app.allowed_architectures {
            Some(_) => "/allowedArchitectures",
            None => "/applicableArchitectures",
        };
        let message = format!("The setup file is for {setup}, but the app is offered to x86 devices too.");
        findings.warning(subject.app_place(field), message, "Leave x86 out.");
    }
}

fn time(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    let Some(app) = subject.app() else { return };
    let limit = app.install_experience.as_ref().and_then(|experience| experience.max_run_time_in_minutes);
    let size = subject.total_size();
    if let Some(minutes) = limit.filter(|minutes| *minutes < 5 && size > GIB) {
        let message = format!("The time limit is {minutes} minutes for {} MiB.", size >> 20);
        let place = subject.app_place("/installExperience/maxRunTimeInMinutes");
        findings.warning(place, message, "Raise it; 60 is the default.");
    }
}
