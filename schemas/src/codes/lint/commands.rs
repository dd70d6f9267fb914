//! WB101 to WB109: install and uninstall commands.

use super::LintPage;
use crate::report::lint::Severity::{Error, Warning};

/// The pages.
pub const ALL: &[LintPage] = &[
    LintPage {
        code: "WB101",
        severity: Error,
        title: "the command starts a script, an MSI or a registry file directly",
        harm: "Intune starts programs with CreateProcess, not with a shell: a .ps1, .msi, .vbs or .reg is no \
               program, and the install ends with 0x800700C1 before anything has run.",
        mend: "Name the program that runs it: `msiexec /i` for .msi, powershell.exe -File for .ps1, \
               `cscript //B` for .vbs, `reg import` for .reg.",
        before: "install.ps1",
        after: "%SystemRoot%\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe -NoProfile -ExecutionPolicy Bypass -File install.ps1",
    },
    LintPage {
        code: "WB102",
        severity: Error,
        title: "the command names a file that is not in the package",
        harm: "On the device the working directory is the unpacked package and nothing else of the packager's \
               machine is there: the install ends with 0x80070002, or msiexec with 1619. A bare name gets only \
               `.exe` added, so `install` never finds install.cmd.",
        mend: "Name files relative to the source folder, with their extension, and put them there before packing.",
        before: "msiexec /i \"D:\\Packages\\Contoso\\contoso.msi\" /qn /norestart",
        after: "msiexec /i \"contoso.msi\" /qn /norestart",
    },
    LintPage {
        code: "WB103",
        severity: Error,
        title: "the command uses shell syntax without a shell",
        harm: "There is no shell around the command: `&&`, `|` and `>` reach the program as arguments, `$env:` and \
               `%~dp0` stay as they are, and `copy` or `del` are no programs.",
        mend: "Put the steps into a .cmd or .ps1 of the package, or start `cmd.exe /c \"…\"`.",
        before: "setup.exe /S && reg import settings.reg",
        after: "cmd.exe /c \"setup.exe /S && reg import settings.reg\"",
    },
    LintPage {
        code: "WB104",
        severity: Error,
        title: "a path with spaces stands without quotes",
        harm: "CreateProcess tries each prefix in turn (`C:\\Program.exe` first, which anybody might have put there), \
               and msiexec or PowerShell take only the first word: 1639, 1619, or the wrong program as SYSTEM.",
        mend: "Put the path in quotes.",
        before: "C:\\Program Files\\Contoso\\uninstall.exe /S",
        after: "\"C:\\Program Files\\Contoso\\uninstall.exe\" /S",
    },
    LintPage {
        code: "WB105",
        severity: Warning,
        title: "msiexec without /norestart, or without /qn",
        harm: "Without `/norestart` an MSI may restart the device in the middle of a user's work (1641). Without \
               `/qn` (an error) it waits for a click that nobody can give: the dialog is in session 0, and the \
               install ends at the time limit. `/qb` and `/passive` show their errors there too (a warning).",
        mend: "Add `/qn /norestart`. `/norestart` may stay away where `deviceRestartBehavior` is `allow`.",
        before: "msiexec /i contoso.msi",
        after: "msiexec /i contoso.msi /qn /norestart",
    },
    LintPage {
        code: "WB106",
        severity: Warning,
        title: "a 32-bit PowerShell touches 64-bit places",
        harm: "Intune's agent is a 32-bit program, so `powershell.exe` is the 32-bit one: HKLM:\\SOFTWARE is \
               WOW6432Node there, $env:ProgramFiles is Program Files (x86), System32 is SysWOW64. The script works \
               by hand and does something else under Intune.",
        mend: "Start the 64-bit PowerShell through Sysnative, or allow the finding where the 32-bit places are meant.",
        before: "powershell.exe -ExecutionPolicy Bypass -File install.ps1",
        after: "%SystemRoot%\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe -ExecutionPolicy Bypass -File install.ps1",
    },
    LintPage {
        code: "WB107",
        severity: Warning,
        title: "%ProgramFiles% in a command means Program Files (x86)",
        harm: "Intune's agent is a 32-bit program and expands the variable before the command runs, so a 64-bit \
               app is looked for in the wrong folder.",
        mend: "Write `%ProgramW6432%` for 64-bit apps, `%ProgramFiles(x86)%` where the 32-bit folder is meant.",
        before: "\"%ProgramFiles%\\Contoso\\uninstall.exe\" /S",
        after: "\"%ProgramW6432%\\Contoso\\uninstall.exe\" /S",
    },
    LintPage {
        code: "WB108",
        severity: Warning,
        title: "a known installer without its silent switch",
        harm: "The installer opens a window that nobody sees and waits until the time limit. An NSIS uninstaller \
               without `_?=` copies itself away and returns at once: detection still finds the app (0x87D1041D).",
        mend: "NSIS `/S` (a capital S), Inno Setup `/VERYSILENT`, Burn `/quiet`, InstallShield `/s`, Squirrel \
               `--silent`; an NSIS uninstaller also `_?=` and its folder, last and without quotes.",
        before: "npp-installer.exe /s",
        after: "npp-installer.exe /S",
    },
    LintPage {
        code: "WB109",
        severity: Warning,
        title: "msiexec logs into a folder that may not exist",
        harm: "msiexec makes no folders: where the log's folder is missing it ends with 1622 and installs nothing.",
        mend: "Log into a folder that every device has, e.g. `%TEMP%` or `C:\\Windows\\Temp`, or make the folder first.",
        before: "msiexec /i contoso.msi /qn /norestart /l*v C:\\Logs\\contoso.log",
        after: "msiexec /i contoso.msi /qn /norestart /l*v C:\\Windows\\Temp\\contoso.log",
    },
];
