//! WB301 to WB303: return codes, for whom the MSI installs, architectures and time.

use super::commands::commands_of;
use super::found::Found;
use super::subject::Subject;
use waybill_intune::command_line::Msiexec;
use waybill_pe::Machine;
use waybill_schemas::MsiExecutionContext;
use waybill_schemas::app::{AppDocument, MsiPackageType, ReturnCodeType};

const GIB: u64 = 1 << 30;

pub(super) fn check(subject: &Subject, found: &mut Found) {
    let Some(app) = subject.app() else { return };
    return_codes(app, subject, found);
    context(app, subject, found);
    architecture(app, subject, found);
    time(app, subject, found);
}

fn return_codes(app: &AppDocument, subject: &Subject, found: &mut Found) {
    let has = |code: u32| app.return_codes.iter().any(|one| one.matches(code));
    let lacking: Vec<String> =
        [3010, 1641, 1618].into_iter().filter(|code| !has(*code)).map(|code| code.to_string()).collect();
    if !lacking.is_empty() {
        let message = format!(
            "The return codes lack {}: an install that ends so counts as failed and waits for a day.",
            lacking.join(", ")
        );
        let mend =
            "Keep the five defaults: 0 and 1707 success, 3010 softReboot, 1641 hardReboot, 1618 retry.";
        found.warning("WB301", subject.app_place("/returnCodes"), message, mend);
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
            found.error("WB301", place, message, "Map it to `failed`, or 1602 to `retry`.");
        }
    }
}

fn context(app: &AppDocument, subject: &Subject, found: &mut Found) {
    let from_msi = subject.setup.msi.as_ref().map(|msi| match msi.execution_context() {
        MsiExecutionContext::System => MsiPackageType::PerMachine,
        // ALLUSERS=2 with MSIINSTALLPERUSER installs for one user unless told otherwise.
        _ if msi.is_user_install() => MsiPackageType::PerUser,
        MsiExecutionContext::Any | MsiExecutionContext::User => MsiPackageType::DualPurpose,
    });
    let stated = app.msi_information.as_ref().and_then(|information| information.package_type.clone());
    let place = subject.app_place("/installExperience/runAsAccount");
    match (from_msi.or(stated), app.runs_as_user()) {
        (Some(MsiPackageType::PerUser), false) if !asks_for_all_users(subject) => {
            let message = "The MSI installs for one user (no ALLUSERS), but the app runs as SYSTEM: it lands in SYSTEM's profile.";
            let mend = "Set `runAsAccount` to `user`, or pass `ALLUSERS=1` where the MSI supports it.";
            found.warning("WB302", place, message, mend);
        }
        (Some(MsiPackageType::PerMachine), true) => {
            let message =
                "The MSI installs for everybody (ALLUSERS=1), but the app runs as the user, who may not.";
            found.warning("WB302", place, message, "Set `runAsAccount` to `system`.");
        }
        _ => {}
    }
}

/// The install command sets ALLUSERS, by itself or by a transform that nobody here has read.
fn asks_for_all_users(subject: &Subject) -> bool {
    let commands = commands_of(subject);
    let mut calls = commands
        .iter()
        .filter(|command| command.installs)
        .flat_map(|command| &command.line.steps)
        .filter_map(Msiexec::of);
    calls.any(|call| {
        let machine = matches!(call.property("ALLUSERS"), Some("1" | "2"));
        machine || call.property("TRANSFORMS").is_some()
    })
}

fn architecture(app: &AppDocument, subject: &Subject, found: &mut Found) {
    let platform = subject.setup.msi.as_ref().and_then(|msi| msi.platform.as_deref());
    let of_msi = platform.and_then(|platform| match platform.to_lowercase().as_str() {
        "x64" | "amd64" | "intel64" => Some("x64"),
        "arm64" => Some("arm64"),
        _ => None,
    });
    let of_program = match subject.setup.machine {
        // The loaders of self-extracting installers are 32-bit whatever they carry; a 64-bit one is for 64 bits.
        Some(Machine::X64) => Some("x64"),
        Some(Machine::Arm64) => Some("arm64"),
        _ => None,
    };
    let setup = of_msi.or(of_program);
    let allows_x86 = app.architectures().is_some_and(|list| list.contains("x86"));
    if let Some(setup) = setup.filter(|_| allows_x86) {
        let field = if app.allowed_architectures.is_some() {
            "/allowedArchitectures"
        } else {
            "/applicableArchitectures"
        };
        let message = format!("The setup file is for {setup}, but the app is offered to x86 devices too.");
        found.warning("WB303", subject.app_place(field), message, "Leave x86 out.");
    }
}

fn time(app: &AppDocument, subject: &Subject, found: &mut Found) {
    let limit = app.install_experience.as_ref().and_then(|experience| experience.max_run_time_in_minutes);
    let size = subject.files.as_ref().map_or(0, |files| files.total_size());
    if let Some(minutes) = limit.filter(|minutes| *minutes < 5 && size > GIB) {
        let message = format!("The time limit is {minutes} minutes for {} MiB.", size >> 20);
        let place = subject.app_place("/installExperience/maxRunTimeInMinutes");
        found.warning("WB303", place, message, "Raise it; 60 is the default.");
    }
}
