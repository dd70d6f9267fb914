//! WB201 to WB207: detection and requirement rules.

use super::LintPage;
use crate::report::lint::Severity::{Error, Warning};

/// The pages.
pub const ALL: &[LintPage] = &[
    LintPage {
        code: "WB201",
        severity: Error,
        title: "no detection rule, or a rule that can never hold",
        harm: "Without a rule that holds after the install, every install ends with 0x87D1041C and is tried again, \
               every day, on every device.",
        mend: "Give one rule that is true exactly while the app is there: the product code of an MSI, else the \
               version of its main program.",
        before: "\"keyPath\": \"HKLM:\\\\SOFTWARE\\\\Contoso\"",
        after: "\"keyPath\": \"HKEY_LOCAL_MACHINE\\\\SOFTWARE\\\\Contoso\"",
    },
    LintPage {
        code: "WB202",
        severity: Error,
        title: "a user's place in an app that runs as the system",
        harm: "HKCU, %APPDATA%, %LOCALAPPDATA% and %USERPROFILE% are those of the SYSTEM account there, not those of \
               the person in front of the device.",
        mend: "Look for what the app leaves machine-wide, or set `runAsAccount` to `user`.",
        before: "\"path\": \"%LOCALAPPDATA%\\\\Contoso\", \"fileOrFolderName\": \"app.exe\"",
        after: "\"path\": \"%ProgramW6432%\\\\Contoso\", \"fileOrFolderName\": \"app.exe\"",
    },
    LintPage {
        code: "WB203",
        severity: Warning,
        title: "detection asks for exactly one version",
        harm: "Once the app updates itself, the rule does not hold any more, and Intune installs the old version \
               over the new one, again and again.",
        mend: "Compare with `greaterThanOrEqual`.",
        before: "\"operationType\": \"version\", \"operator\": \"equal\", \"comparisonValue\": \"1.2.0.0\"",
        after: "\"operationType\": \"version\", \"operator\": \"greaterThanOrEqual\", \"comparisonValue\": \"1.2.0.0\"",
    },
    LintPage {
        code: "WB204",
        severity: Warning,
        title: "versions of different lengths, or a rule that does not fit the packed MSI",
        harm: "An absent part is older than a zero: 1.2 is less than 1.2.0, so a rule that looks right never holds. \
               A product code or version that the packed MSI does not have (an error) is what is left when only the \
               MSI was exchanged.",
        mend: "Write versions with as many parts as the app does (four for files), and take product code and \
               version from the MSI: `waybill inspect` shows them.",
        before: "\"operator\": \"equal\", \"comparisonValue\": \"1.2\"",
        after: "\"operator\": \"greaterThanOrEqual\", \"comparisonValue\": \"1.2.0.0\"",
    },
    LintPage {
        code: "WB205",
        severity: Error,
        title: "a detection script that cannot say no, or cannot say yes",
        harm: "Detected means exit code 0 and something on stdout and nothing on stderr. A script that always prints \
               is always detected and the app is never installed; one that exits 0 without printing, or that writes \
               to stderr, is never detected.",
        mend: "Print one line and exit 0 where the app is there; print nothing and exit 1 where it is not.",
        before: "if (Test-Path $exe) { exit 0 } else { exit 1 }",
        after: "if (Test-Path $exe) { Write-Output 'found'; exit 0 } else { exit 1 }",
    },
    LintPage {
        code: "WB206",
        severity: Warning,
        title: "a script without a byte order mark, or unsigned where signatures are enforced",
        harm: "Windows PowerShell 5.1 reads a file without a byte order mark as ANSI: umlauts in paths and texts \
               become other letters. With `enforceSignatureCheck` an unsigned script (an error) does not run at all.",
        mend: "Save the script as UTF-8 with BOM; sign it, or take `enforceSignatureCheck` out.",
        before: "Test-Path 'C:\\Program Files\\Größe\\app.exe'   (UTF-8 without BOM)",
        after: "Test-Path 'C:\\Program Files\\Größe\\app.exe'   (UTF-8 with BOM)",
    },
    LintPage {
        code: "WB207",
        severity: Warning,
        title: "detection by a trace that the uninstall may leave",
        harm: "A folder often stays behind with a log or a setting in it, and an uninstall key says nothing of the \
               version: the app counts as installed after it is gone, or before it is updated. \"Does not exist\" \
               is refused by the reference agent as a detection rule (0x87D30004).",
        mend: "Look at the main program and its version, at `DisplayVersion` in the uninstall key, or at the product code.",
        before: "\"path\": \"C:\\\\Program Files\", \"fileOrFolderName\": \"Contoso\", \"operationType\": \"exists\"",
        after: "\"path\": \"C:\\\\Program Files\\\\Contoso\", \"fileOrFolderName\": \"app.exe\", \"operationType\": \"version\", …",
    },
];
