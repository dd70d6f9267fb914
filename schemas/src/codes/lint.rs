//! A page for each thing that `waybill lint` finds: what it is, why it hurts, how to fix it, an example.
//!
//! The rules are Waybill's own (`docs/lint.md`); Intune knows none of these codes. A new rule is one file in the
//! packager's `lint` and one page here.

use crate::report::lint::Severity::{self, Error, Warning};

/// The page of one lint code.
#[derive(Debug, PartialEq, Eq)]
pub struct LintPage {
    /// The code, e.g. `WB105`.
    pub code: &'static str,
    /// How bad it is as a rule; where a rule knows both, the page says when.
    pub severity: Severity,
    /// What is found, one line.
    pub title: &'static str,
    /// Why it hurts.
    pub harm: &'static str,
    /// How to fix it.
    pub mend: &'static str,
    /// An example that is found.
    pub before: &'static str,
    /// The same, fixed.
    pub after: &'static str,
}

/// Every page, in the order of the codes.
pub fn pages() -> impl Iterator<Item = &'static LintPage> {
    [COMMANDS, APP_RULES, OUTCOME, CONTENT].into_iter().flatten()
}

/// The page of a code, whatever its case.
pub fn page(code: &str) -> Option<&'static LintPage> {
    pages().find(|page| page.code.eq_ignore_ascii_case(code))
}

/// Code, severity, title; why it hurts; how to fix it; what is found => the same, fixed.
macro_rules! lint_pages {
    ($($code:literal, $severity:ident, $title:literal, $harm:literal, $mend:literal, $before:literal => $after:literal;)+) => {
        &[$(LintPage {
            code: $code,
            severity: $severity,
            title: $title,
            harm: $harm,
            mend: $mend,
            before: $before,
            after: $after,
        }),+]
    };
}

/// WB101 to WB109: install and uninstall commands.
const COMMANDS: &[LintPage] = lint_pages! {
    "WB101", Error, "the command starts a script, an MSI or a registry file directly",
        "Intune starts programs with CreateProcess, not with a shell: a .ps1, .msi, .vbs or .reg is no program, and \
         the install ends with 0x800700C1 before anything has run.",
        "Name the program that runs it: `msiexec /i` for .msi, powershell.exe -File for .ps1, `cscript //B` for \
         .vbs, `reg import` for .reg.",
        "install.ps1"
        => "%SystemRoot%\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe -NoProfile -ExecutionPolicy Bypass \
            -File install.ps1";
    "WB102", Error, "the command names a file that is not in the package",
        "On the device the working directory is the unpacked package and nothing else of the packager's machine is \
         there: the install ends with 0x80070002, or msiexec with 1619. A bare name gets only `.exe` added, so \
         `install` never finds install.cmd.",
        "Name files relative to the source folder, with their extension, and put them there before packing.",
        "msiexec /i \"D:\\Packages\\Contoso\\contoso.msi\" /qn /norestart"
        => "msiexec /i \"contoso.msi\" /qn /norestart";
    "WB103", Error, "the command uses shell syntax without a shell",
        "There is no shell around the command: `&&`, `|` and `>` reach the program as arguments, `$env:` and `%~dp0` \
         stay as they are, and `copy` or `del` are no programs.",
        "Put the steps into a .cmd or .ps1 of the package, or start `cmd.exe /c \"…\"`.",
        "setup.exe /S && reg import settings.reg" => "cmd.exe /c \"setup.exe /S && reg import settings.reg\"";
    "WB104", Error, "a path with spaces stands without quotes",
        "CreateProcess tries each prefix in turn (`C:\\Program.exe` first, which anybody might have put there), and \
         msiexec or PowerShell take only the first word: 1639, 1619, or the wrong program as SYSTEM.",
        "Put the path in quotes.",
        "C:\\Program Files\\Contoso\\uninstall.exe /S" => "\"C:\\Program Files\\Contoso\\uninstall.exe\" /S";
    "WB105", Warning, "msiexec without /norestart, or without /qn",
        "Without `/norestart` an MSI may restart the device in the middle of a user's work (1641). Without `/qn` (an \
         error) it waits for a click that nobody can give: the dialog is in session 0, and the install ends at the \
         time limit. `/qb` and `/passive` show their errors there too (a warning).",
        "Add `/qn /norestart`. `/norestart` may stay away where `deviceRestartBehavior` is `allow`.",
        "msiexec /i contoso.msi" => "msiexec /i contoso.msi /qn /norestart";
    "WB106", Warning, "a 32-bit PowerShell touches 64-bit places",
        "Intune's agent is a 32-bit program, so `powershell.exe` is the 32-bit one: HKLM:\\SOFTWARE is WOW6432Node \
         there, $env:ProgramFiles is Program Files (x86), System32 is SysWOW64. The script works by hand and does \
         something else under Intune.",
        "Start the 64-bit PowerShell through Sysnative, or allow the finding where the 32-bit places are meant.",
        "powershell.exe -ExecutionPolicy Bypass -File install.ps1"
        => "%SystemRoot%\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe -ExecutionPolicy Bypass -File \
            install.ps1";
    "WB107", Warning, "%ProgramFiles% in a command means Program Files (x86)",
        "Intune's agent is a 32-bit program and expands the variable before the command runs, so a 64-bit app is \
         looked for in the wrong folder.",
        "Write `%ProgramW6432%` for 64-bit apps, `%ProgramFiles(x86)%` where the 32-bit folder is meant.",
        "\"%ProgramFiles%\\Contoso\\uninstall.exe\" /S" => "\"%ProgramW6432%\\Contoso\\uninstall.exe\" /S";
    "WB108", Warning, "a known installer without its silent switch",
        "The installer opens a window that nobody sees and waits until the time limit. An NSIS uninstaller without \
         `_?=` copies itself away and returns at once: detection still finds the app (0x87D1041D).",
        "NSIS `/S` (a capital S), Inno Setup `/VERYSILENT`, Burn `/quiet`, InstallShield `/s`, Squirrel `--silent`; \
         an NSIS uninstaller also `_?=` and its folder, last and without quotes.",
        "npp-installer.exe /s" => "npp-installer.exe /S";
    "WB109", Warning, "msiexec logs into a folder that may not exist",
        "msiexec makes no folders: where the log's folder is missing it ends with 1622 and installs nothing.",
        "Log into a folder that every device has, e.g. `%TEMP%` or `C:\\Windows\\Temp`, or make the folder first.",
        "msiexec /i contoso.msi /qn /norestart /l*v C:\\Logs\\contoso.log"
        => "msiexec /i contoso.msi /qn /norestart /l*v C:\\Windows\\Temp\\contoso.log";
};

/// WB201 to WB207: detection and requirement rules.
const APP_RULES: &[LintPage] = lint_pages! {
    "WB201", Error, "no detection rule, or a rule that can never hold",
        "Without a rule that holds after the install, every install ends with 0x87D1041C and is tried again, every \
         day, on every device.",
        "Give one rule that is true exactly while the app is there: the product code of an MSI, else the version of \
         its main program.",
        "\"keyPath\": \"HKLM:\\\\SOFTWARE\\\\Contoso\""
        => "\"keyPath\": \"HKEY_LOCAL_MACHINE\\\\SOFTWARE\\\\Contoso\"";
    "WB202", Error, "a user's place in an app that runs as the system",
        "HKCU, %APPDATA%, %LOCALAPPDATA% and %USERPROFILE% are those of the SYSTEM account there, not those of the \
         person in front of the device.",
        "Look for what the app leaves machine-wide, or set `runAsAccount` to `user`.",
        "\"path\": \"%LOCALAPPDATA%\\\\Contoso\", \"fileOrFolderName\": \"app.exe\""
        => "\"path\": \"%ProgramW6432%\\\\Contoso\", \"fileOrFolderName\": \"app.exe\"";
    "WB203", Warning, "detection asks for exactly one version",
        "Once the app updates itself, the rule does not hold any more, and Intune installs the old version over the \
         new one, again and again.",
        "Compare with `greaterThanOrEqual`.",
        "\"operationType\": \"version\", \"operator\": \"equal\", \"comparisonValue\": \"1.2.0.0\""
        => "\"operationType\": \"version\", \"operator\": \"greaterThanOrEqual\", \"comparisonValue\": \"1.2.0.0\"";
    "WB204", Warning, "versions of different lengths, or a rule that does not fit the packed MSI",
        "An absent part is older than a zero: 1.2 is less than 1.2.0, so a rule that looks right never holds. A \
         product code or version that the packed MSI does not have (an error) is what is left when only the MSI was \
         exchanged.",
        "Write versions with as many parts as the app does (four for files), and take product code and version from \
         the MSI: `waybill inspect` shows them.",
        "\"operator\": \"equal\", \"comparisonValue\": \"1.2\""
        => "\"operator\": \"greaterThanOrEqual\", \"comparisonValue\": \"1.2.0.0\"";
    "WB205", Error, "a detection script that cannot say no, or cannot say yes",
        "Detected means exit code 0 and something on stdout and nothing on stderr. A script that always prints is \
         always detected and the app is never installed; one that exits 0 without printing, or that writes to stderr, \
         is never detected.",
        "Print one line and exit 0 where the app is there; print nothing and exit 1 where it is not.",
        "if (Test-Path $exe) { exit 0 } else { exit 1 }"
        => "if (Test-Path $exe) { Write-Output 'found'; exit 0 } else { exit 1 }";
    "WB206", Warning, "a script without a byte order mark, or unsigned where signatures are enforced",
        "Windows PowerShell 5.1 reads a file without a byte order mark as ANSI: umlauts in paths and texts become \
         other letters. With `enforceSignatureCheck` an unsigned script (an error) does not run at all.",
        "Save the script as UTF-8 with BOM; sign it, or take `enforceSignatureCheck` out.",
        "Test-Path 'C:\\Program Files\\Größe\\app.exe'   (UTF-8 without BOM)"
        => "Test-Path 'C:\\Program Files\\Größe\\app.exe'   (UTF-8 with BOM)";
    "WB207", Warning, "detection by a trace that the uninstall may leave",
        "A folder often stays behind with a log or a setting in it, and an uninstall key says nothing of the \
         version: the app counts as installed after it is gone, or before it is updated. \"Does not exist\" is \
         refused by the reference agent as a detection rule (0x87D30004).",
        "Look at the main program and its version, at `DisplayVersion` in the uninstall key, or at the product code.",
        "\"path\": \"C:\\\\Program Files\", \"fileOrFolderName\": \"Contoso\", \"operationType\": \"exists\""
        => "\"path\": \"C:\\\\Program Files\\\\Contoso\", \"fileOrFolderName\": \"app.exe\", \"operationType\": \
            \"version\", …";
};

/// WB301 to WB304: return codes, context, limits, secrets.
const OUTCOME: &[LintPage] = lint_pages! {
    "WB301", Warning, "return codes lack 3010, 1641 or 1618, or call a failure a success",
        "A code that is not mapped is a failure and costs 24 hours: an install that needs a restart (3010, 1641) or \
         met another one (1618) is reported as failed. 1603 or 1602 mapped to success (an error) hides real failures \
         until detection says 0x87D1041C.",
        "Keep the five defaults: 0 and 1707 success, 3010 softReboot, 1641 hardReboot, 1618 retry.",
        "\"returnCodes\": [{ \"returnCode\": 0, \"type\": \"success\" }]"
        => "\"returnCodes\": [{ \"returnCode\": 0, \"type\": \"success\" }, { \"returnCode\": 1707, \"type\": \
            \"success\" }, { \"returnCode\": 3010, \"type\": \"softReboot\" }, { \"returnCode\": 1641, \"type\": \
            \"hardReboot\" }, { \"returnCode\": 1618, \"type\": \"retry\" }]";
    "WB302", Warning, "the MSI installs for somebody else than the app says",
        "A per-user MSI (no ALLUSERS) run as SYSTEM installs into SYSTEM's profile, where nobody sees it. A \
         per-machine MSI run as the user fails for want of rights.",
        "Set `runAsAccount` to what the MSI is made for, or pass `ALLUSERS=1` where the MSI supports it.",
        "msiexec /i peruser.msi /qn /norestart   (runAsAccount: system)"
        => "msiexec /i peruser.msi ALLUSERS=1 /qn /norestart   (runAsAccount: system)";
    "WB303", Warning, "a 64-bit installer for 32-bit devices, or too little time",
        "A 64-bit setup file on a device that is 32-bit ends with 1633 or 0x800700C1. Over 1 GB is hardly unpacked \
         and installed in under five minutes: 0x87D300C9 while the installer is still at work.",
        "Leave x86 out of `applicableArchitectures`; raise `maxRunTimeInMinutes` (60 is the default).",
        "\"applicableArchitectures\": \"x86,x64\"" => "\"applicableArchitectures\": \"x64\"";
    "WB304", Error, "a secret in a command or in the package",
        "Commands are logged on every device and shown in the portal, and a package's keys lie beside its content: \
         whoever gets either has the password, token or private key too. A licence key is a warning.",
        "Let the installer enrol with a short-lived or per-device secret, or fetch it at run time from where the \
         device authenticates. Change what has been packed already. Allow the finding, with the reason, where the \
         value is no secret.",
        "agent.exe /S /TOKEN=2f1c…" => "agent.exe /S /ENROL=device-certificate";
};

/// WB401 to WB405: what is in the package, and its shape.
const CONTENT: &[LintPage] = lint_pages! {
    "WB401", Warning, "files in the package that nobody meant to pack",
        "A `.git` folder carries the whole history, a nested .intunewin the old version, and a folder of downloads \
         gigabytes: every device downloads and unpacks them.",
        "Pack from a folder of its own, or leave files out with `.waybillignore` or `--exclude`.",
        "waybill pack Downloads --setup tool.msi"
        => "waybill pack tool/source --setup tool.msi --exclude \"*.intunewin\"";
    "WB402", Warning, "a name that Windows takes badly",
        "Paths over 200 characters pass 260 below the content folder, where installers stop finding them. A setup \
         file that differs in case works on Windows and nowhere else. Names that Windows refuses (an error: CON, a \
         colon, a final dot) cannot be unpacked at all.",
        "Shorten the path, write the name as it is on disk, rename the file.",
        "\"setupFilePath\": \"Setup.exe\"   (the file is setup.exe)" => "\"setupFilePath\": \"setup.exe\"";
    "WB403", Warning, "a package of another shape than Microsoft's tool makes",
        "Since August 2025 Intune's portal refuses packages whose outer zip or Detection.xml differ from what \
         Microsoft's tool writes: other entries, another order, compression, namespaces, base64 without padding. In a \
         package that we wrote it is an error.",
        "Unpack it and pack it again: `waybill unpack`, then `waybill pack`.",
        "an outer zip with deflated entries" => "the same, packed by `waybill pack`";
    "WB404", Warning, "MSI facts that are out of the ordinary, or that do not fit the MSI",
        "ALLUSERS is empty, 1 or 2; with any other value Windows Installer and Microsoft's tool read it differently, \
         and the tool refuses it. Flags in Detection.xml that differ from the MSI's tables show that the package was \
         made by something that did not read them.",
        "Correct the property in a transform or on the command line; pack the MSI again.",
        "ALLUSERS = 0 in the Property table" => "ALLUSERS absent (per user) or 1 (per machine)";
    "WB405", Error, "other readers see this archive differently",
        "Two readers that find different files in one archive are how a harmless-looking package installs something \
         else: what was scanned or reviewed is not what is unpacked.",
        "Do not deploy the package; unpack it with Waybill, look at what is in it, and pack it again.",
        "an archive with two end-of-central-directory records" => "the same files, packed by `waybill pack`";
};
