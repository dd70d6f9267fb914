//! WB301 to WB304: return codes, context, limits, secrets.

use super::LintPage;
use crate::report::lint::Severity::{Error, Warning};

/// The pages.
pub const ALL: &[LintPage] = &[
    LintPage {
        code: "WB301",
        severity: Warning,
        title: "return codes lack 3010, 1641 or 1618, or call a failure a success",
        harm: "A code that is not mapped is a failure and costs 24 hours: an install that needs a restart (3010, \
               1641) or met another one (1618) is reported as failed. 1603 or 1602 mapped to success (an error) \
               hides real failures until detection says 0x87D1041C.",
        mend: "Keep the five defaults: 0 and 1707 success, 3010 softReboot, 1641 hardReboot, 1618 retry.",
        before: "\"returnCodes\": [{ \"returnCode\": 0, \"type\": \"success\" }]",
        after: "\"returnCodes\": [{ \"returnCode\": 0, \"type\": \"success\" }, { \"returnCode\": 1707, \"type\": \"success\" }, { \"returnCode\": 3010, \"type\": \"softReboot\" }, { \"returnCode\": 1641, \"type\": \"hardReboot\" }, { \"returnCode\": 1618, \"type\": \"retry\" }]",
    },
    LintPage {
        code: "WB302",
        severity: Warning,
        title: "the MSI installs for somebody else than the app says",
        harm: "A per-user MSI (no ALLUSERS) run as SYSTEM installs into SYSTEM's profile, where nobody sees it. A \
               per-machine MSI run as the user fails for want of rights.",
        mend: "Set `runAsAccount` to what the MSI is made for, or pass `ALLUSERS=1` where the MSI supports it.",
        before: "msiexec /i peruser.msi /qn /norestart   (runAsAccount: system)",
        after: "msiexec /i peruser.msi ALLUSERS=1 /qn /norestart   (runAsAccount: system)",
    },
    LintPage {
        code: "WB303",
        severity: Warning,
        title: "a 64-bit installer for 32-bit devices, or too little time",
        harm: "A 64-bit setup file on a device that is 32-bit ends with 1633 or 0x800700C1. Over 1 GB is hardly \
               unpacked and installed in under five minutes: 0x87D300C9 while the installer is still at work.",
        mend: "Leave x86 out of `applicableArchitectures`; raise `maxRunTimeInMinutes` (60 is the default).",
        before: "\"applicableArchitectures\": \"x86,x64\"",
        after: "\"applicableArchitectures\": \"x64\"",
    },
    LintPage {
        code: "WB304",
        severity: Error,
        title: "a secret in a command or in the package",
        harm: "Commands are logged on every device and shown in the portal, and a package's keys lie beside its \
               content: whoever gets either has the password, token or private key too. A licence key is a warning.",
        mend: "Let the installer enrol with a short-lived or per-device secret, or fetch it at run time from where \
               the device authenticates. Change what has been packed already. Allow the finding, with the reason, \
               where the value is no secret.",
        before: "agent.exe /S /TOKEN=2f1c…",
        after: "agent.exe /S /ENROL=device-certificate",
    },
];
