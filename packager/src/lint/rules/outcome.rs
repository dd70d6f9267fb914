//! WB301 to WB303 and WB305: return codes, for whom the MSI installs, architectures and time.

use super::Severity::{Error, Warning};
use super::{Examined, Findings, LintPage, LintRule};
use std::collections::HashMap;
use waybill_pe::Machine;
use waybill_schemas::app::{MsiPackageType, ReturnCode, ReturnCodeType};
use waybill_schemas::{Bytes, counted};

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
            harm: "A per-user MSI (no ALLUSERS, or ALLUSERS=2 with MSIINSTALLPERUSER=1) run as SYSTEM installs into SYSTEM's profile, where nobody sees it. A \
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
    LintRule {
        page: LintPage {
            code: "WB305",
            severity: Error,
            title: "an exit code that stands twice, or none for 0",
            harm: "Of two entries for one code, signed or unsigned, the first counts, and Intune's portal takes none of them \
               (\"Return code is already used\"). A table that is not empty counts alone: without 0 in it, an installer that \
               succeeds counts as failed.",
            fix: "Keep one entry for each code, and one for 0.",
            before: "\"returnCodes\": [{ \"returnCode\": 3010, \"type\": \"softReboot\" }]",
            after: "\"returnCodes\": [{ \"returnCode\": 0, \"type\": \"success\" }, { \"returnCode\": 3010, \"type\": \"softReboot\" }]",
        },
        checks: &[codes_twice, no_zero],
    },
];

fn return_codes(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    // Where a table is missing or empty, the five defaults hold (docs/intune-agent.md, "Return codes").
    let Some(app) = subject.app().filter(|app| !app.return_codes.is_empty()) else { return };
    // A table that is not empty counts alone.
    let is_listed = |default: &ReturnCode| {
        let code = u32::try_from(default.return_code).unwrap_or_default();
        app.return_codes.iter().any(|one| one.matches(code))
    };
    let lacking: Vec<String> = ReturnCode::defaults()
        .iter()
        .filter(|default| default.meaning() != Some(ReturnCodeType::Success) && !is_listed(default))
        .map(|default| default.return_code.to_string())
        .collect();
    if !lacking.is_empty() {
        let codes = lacking.join(", ");
        let message = format!(
            "The table of return codes lacks {codes}: a table that is not empty counts alone, so an install that ends so counts as failed and is tried again after 24 hours."
        );
        let fix = "Keep the five defaults: 0 and 1707 success, 3010 softReboot, 1641 hardReboot, 1618 retry.";
        findings.warning(subject.app_place("/returnCodes"), message, fix);
    }
    for (index, code) in app.return_codes.iter().enumerate() {
        let success = code.meaning().filter(|kind| {
            matches!(kind, ReturnCodeType::Success | ReturnCodeType::SoftReboot | ReturnCodeType::HardReboot)
        });
        if let Some(kind) = success.filter(|_| code.matches(1603) || code.matches(1602)) {
            let message = format!("Return code {} is a failure and is mapped to {kind}.", code.return_code);
            let place = subject.app_place(&format!("/returnCodes/{index}/type"));
            findings.error(place, message, "Map it to `failed`.");
        }
    }
}

fn codes_twice(examined: &Examined<'_>, findings: &mut Findings) {
    let Some(app) = examined.subject.app() else { return };
    let mut seen = HashMap::new();
    for (index, code) in app.return_codes.iter().enumerate() {
        let first = *seen.entry(code.bits()).or_insert(index);
        if first != index {
            let earlier = &app.return_codes[first];
            let message = match code.return_code == earlier.return_code {
                true => format!("Return code {} stands twice; the first entry counts.", code.return_code),
                false => format!(
                    "Return code {} is the same as {}; the first entry counts.",
                    code.return_code, earlier.return_code
                ),
            };
            let place = examined.subject.app_place(&format!("/returnCodes/{index}"));
            findings.error(place, message, "Take one of the two out.");
        }
    }
}

fn no_zero(examined: &Examined<'_>, findings: &mut Findings) {
    let Some(app) = examined.subject.app() else { return };
    if app.return_codes.is_empty() {
        return;
    }
    let fix = "Add `{ \"returnCode\": 0, \"type\": \"success\" }`.";
    match app.return_codes.iter().position(|code| code.matches(0)) {
        None => {
            let message = "The return codes lack 0: an installer that succeeds counts as failed.";
            findings.error(examined.subject.app_place("/returnCodes"), message, fix);
        }
        Some(index) if app.return_codes[index].meaning().is_none() => {
            let message =
                "Return code 0 has no type: whether an installer that succeeds did so cannot be told.";
            let place = examined.subject.app_place(&format!("/returnCodes/{index}"));
            findings.error(place, message, "Give it the type `success`.");
        }
        Some(_) => {}
    }
}

fn context(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    let Some(app) = subject.app() else { return };
    let Some(target) = installs_for(examined) else { return };
    let place = subject.app_place("/installExperience/runAsAccount");
    match (target, app.runs_as_user()) {
        (MsiPackageType::PerUser, false) => {
            let message = "The MSI installs for one user as the install command calls it, but the app runs as SYSTEM: it lands in SYSTEM's profile.";
            let fix = "Set `runAsAccount` to `user`, or pass `ALLUSERS=1` where the MSI supports it (`MSIINSTALLPERUSER=\"\"` for a dual-purpose one).";
            findings.warning(place, message, fix);
        }
        (MsiPackageType::PerMachine, true) => {
            let message =
                "The MSI installs for everybody (ALLUSERS=1), but the app runs as the user, who may not.";
            findings.warning(place, message, "Set `runAsAccount` to `system`.");
        }
        _ => {}
    }
}

/// For whom the install command lets the MSI install; `None` where that is not known. What the command says of ALLUSERS
/// and MSIINSTALLPERUSER counts more than the MSI's own properties (Microsoft, "MSIINSTALLPERUSER Property": with
/// ALLUSERS=2 it installs for the user where that is 1, else for the machine).
fn installs_for(examined: &Examined<'_>) -> Option<MsiPackageType> {
    let subject = examined.subject;
    let calls: Vec<_> = examined.msiexec_calls().filter(|(command, _)| command.installs).collect();
    let said = |name: &str| calls.iter().rev().find_map(|(_, call)| call.property(name)).map(str::to_owned);
    // A transform may change either, and is not read.
    if said("TRANSFORMS").is_some() {
        return None;
    }
    let (mut all_users, mut per_user) = (said("ALLUSERS"), said("MSIINSTALLPERUSER"));
    if let Some(msi) = &subject.setup.msi {
        // The packed MSI counts more than `msiInformation`, which may be what an earlier version of it left.
        all_users = all_users.or_else(|| msi.all_users.clone());
        per_user = per_user.or_else(|| msi.installs_per_user.then(|| "1".to_owned()));
    } else {
        let stated = subject
            .app()?
            .msi_information
            .as_ref()
            .and_then(|facts| facts.package_type.as_ref().map(MsiPackageType::meant))?;
        match stated {
            MsiPackageType::PerMachine => all_users = all_users.or(Some("1".to_owned())),
            MsiPackageType::PerUser => {}
            // Which of the two it is without being asked, the document does not say.
            _ if all_users.as_deref() != Some("1") && per_user.is_none() => return None,
            _ => all_users = all_users.or(Some("2".to_owned())),
        }
    }
    Some(match all_users.as_deref() {
        Some("1") => MsiPackageType::PerMachine,
        // Without rights ALLUSERS=2 falls back to the user, so an app that runs as the user may have it.
        Some("2") if per_user.as_deref() == Some("1") => MsiPackageType::PerUser,
        Some("2") => match subject.app()?.runs_as_user() {
            true => MsiPackageType::DualPurpose,
            false => MsiPackageType::PerMachine,
        },
        _ => MsiPackageType::PerUser,
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
        let message =
            format!("The time limit is {} for {}.", counted(u64::from(minutes), "minute"), Bytes(size));
        let place = subject.app_place("/installExperience/maxRunTimeInMinutes");
        findings.warning(place, message, "Raise it; 60 is the default.");
    }
}
