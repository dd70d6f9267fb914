//! What installing, uninstalling and detecting an app can end with, other than well.
//!
//! These are outcomes of a report, not errors that stop it: the report tells the rest, `waybill explain` what it means.

use super::{Class, Code};

/// The app is not there.
pub const APP_NOT_DETECTED: Code = Code {
    id: "app-not-detected",
    class: Class::NotDetected,
    meaning: "at least one detection rule does not hold: the app is not there",
    causes: &[
        "the app is not installed",
        "a rule that looks at another path, version or registry view than the installer writes",
        "an app that installs for a user, looked for as another account",
    ],
    hint: "compare expected and actual value of each rule in the report; `waybill install` would install it",
};

/// The app is not for this device.
pub const APP_NOT_APPLICABLE: Code = Code {
    id: "app-not-applicable",
    class: Class::NotDetected,
    meaning: "a requirement of the app does not hold on this device, so nothing was started",
    causes: &[
        "another processor architecture, or an older Windows",
        "too little free disk space, memory or processor",
        "a requirement rule whose file, registry value or script says otherwise",
    ],
    hint: "the report names the requirement with what the device has; change it in app.json, or leave the app",
};

/// Detection gave no answer.
pub const DETECTION_CANNOT_TELL: Code = Code {
    id: "detection-cannot-tell",
    class: Class::Machine,
    meaning: "whether the app is there cannot be told, so nothing was installed or removed",
    causes: &[
        "a file or key that access rights keep from being read",
        "a rule that needs Windows (registry, MSI), or a script without its host, on this machine",
        "a detection script that ran over its time limit",
    ],
    hint: "the report says for each rule why; run it with the rights that the rule needs, or change the rule",
};

/// The requirements gave no answer.
pub const REQUIREMENTS_CANNOT_TELL: Code = Code {
    id: "requirements-cannot-tell",
    class: Class::Machine,
    meaning: "whether the app is for this device cannot be told, so nothing was installed",
    causes: &[
        "a Windows release that this version does not know, or a device that is no Windows",
        "a requirement rule that access rights keep from being asked, or that is invalid",
        "a requirement script that ran over its time limit, or has no host here",
    ],
    hint: "the report says for each requirement why; mend it in app.json, or ask where it can be answered",
};

/// A detection rule is none.
pub const DETECTION_RULE_INVALID: Code = Code {
    id: "detection-rule-invalid",
    class: Class::Refused,
    meaning: "a detection rule of app.json cannot be evaluated anywhere (0x87D30004)",
    causes: &[
        "no detection rule at all, or a rule of an unknown type or operation",
        "an empty path, key, product code or comparison value",
        "a value that is no version, number or date although the rule compares it as one",
    ],
    hint: "the report names the rule; run `waybill lint` on the app, which says how to mend it",
};

/// The command cannot be started.
pub const COMMAND_REFUSED: Code = Code {
    id: "command-refused",
    class: Class::InstallFailed,
    meaning: "the command of app.json starts nothing on this machine, so nothing was started",
    causes: &[
        "a .ps1, .msi, .vbs or .reg given directly, without the program that runs it (0x800700C1)",
        "a program that is neither in the package nor in the folders that are searched (0x80070002)",
        "a program that only 64-bit programs see: the 32-bit view has none under System32",
    ],
    hint: "the report holds the line that would do and the places that were searched",
};

/// The installer failed.
pub const INSTALL_FAILED: Code = Code {
    id: "install-failed",
    class: Class::InstallFailed,
    meaning: "the installer ended with a code that stands for failure, and detection does not find the app",
    causes: &[
        "a failure of the installer itself: its code says which",
        "a code that means success for this installer, and is mapped to nothing in app.json",
        "switches that this installer does not take, or a dialog that nobody sees",
    ],
    hint: "`waybill explain <the code>` tells what installers mean by it; the report holds the end of its output",
};

/// The uninstaller failed.
pub const UNINSTALL_FAILED: Code = Code {
    id: "uninstall-failed",
    class: Class::InstallFailed,
    meaning: "the uninstaller ended with a code that stands for failure, and detection still finds the app",
    causes: &[
        "the app is in use",
        "an uninstall command for another version or product code",
        "a code that means success for this uninstaller, and is mapped to nothing in app.json",
    ],
    hint: "`waybill explain <the code>` tells what installers mean by it; the report holds the end of its output",
};

/// Success that detection does not see.
pub const INSTALL_NOT_BORNE_OUT: Code = Code {
    id: "install-not-borne-out",
    class: Class::InstallFailed,
    meaning: "the installer said success, and detection does not find the app (0x87D1041C)",
    causes: &[
        "a detection rule that looks at another path, version or registry view than the installer writes",
        "a command that ran as a 32-bit program: its files are in Program Files (x86), its keys in WOW6432Node",
        "an installer that returned before it was done, or refused quietly",
    ],
    hint: "compare expected and actual value of each rule in the report with what the installer wrote",
};

/// A removal that detection does not see.
pub const UNINSTALL_NOT_BORNE_OUT: Code = Code {
    id: "uninstall-not-borne-out",
    class: Class::InstallFailed,
    meaning: "the uninstaller said success, and detection still finds the app (0x87D1041D)",
    causes: &[
        "a rule that looks at a folder or key which the uninstaller leaves behind",
        "an uninstaller that goes on in a copy of itself and returns early (NSIS without `_?=`)",
        "another version, or another user's copy, that satisfies the rule too",
    ],
    hint: "let the rule look at the program file or the product code, and let the uninstaller be waited for",
};

/// Done, and yet a failure by its code.
pub const DONE_DESPITE_CODE: Code = Code {
    id: "done-despite-code",
    class: Class::InstallFailed,
    meaning: "the installer's code stands for failure, and yet detection says that it is done",
    causes: &[
        "a code that means success for this installer, and is mapped to nothing in app.json",
        "an installer that did its work and failed in a later step",
        "a detection rule that holds too early",
    ],
    hint: "map the code in `returnCodes`, or mend the installer's last step",
};

/// Over the time limit.
pub const INSTALL_TIMED_OUT: Code = Code {
    id: "install-timed-out",
    class: Class::InstallFailed,
    meaning: "the installer ran longer than `maxRunTimeInMinutes` (0x87D300C9); it was not ended, only no longer waited for",
    causes: &[
        "a dialog that nobody can see, because the command is not silent",
        "another installation that does not end, for which the installer waits",
        "an installer that really needs longer",
    ],
    hint: "make the command silent first, then raise the limit; the processes that still run are in the report",
};

/// A code of type retry, or another installation.
pub const RETRY_LATER: Code = Code {
    id: "retry-later",
    class: Class::RetryLater,
    meaning: "the installer ended with a code that stands for another try, or another installation is running",
    causes: &[
        "Windows Update, another app or a user installs at the same time (1618)",
        "a user who put it off, with a code that app.json maps to `retry`",
        "an installation that hangs and holds the installer's mutex",
    ],
    hint: "run the same command again later, or give --wait; the report says when the next try would come",
};

/// A restart comes first.
pub const RESTART_PENDING: Code = Code {
    id: "restart-pending",
    class: Class::RetryLater,
    meaning: "an earlier installation asked for a restart before anything else is installed",
    causes: &[
        "a hard reboot code (1641) of this app or of another one in the same boot",
        "an installer that has begun a restart which somebody put off",
        "a restart that the device has not had since",
    ],
    hint: "restart the device, then run the same command again",
};

/// Nobody is signed in.
pub const WAITING_FOR_USER: Code = Code {
    id: "waiting-for-user",
    class: Class::RetryLater,
    meaning: "the app installs for a user, and nobody is signed in",
    causes: &[
        "a device that nobody uses at the moment",
        "a session that is remote and disconnected",
        "an app that could install for the system",
    ],
    hint: "sign in and run it again, or set `runAsAccount` to `system` where the installer can do without a user",
};

/// An installer of an earlier attempt runs.
pub const INSTALLER_STILL_RUNS: Code = Code {
    id: "installer-still-runs",
    class: Class::RetryLater,
    meaning: "an installer that an earlier attempt started still runs, so no second one was started",
    causes: &[
        "an installer that went over its time limit",
        "a run of waybill that was ended while its installer went on",
        "a dialog that waits for somebody who cannot see it",
    ],
    hint: "wait until the process that the report names has ended, or end it, then run the same command again",
};

/// The rights to install for the system are missing.
pub const ELEVATION_NEEDED: Code = Code {
    id: "elevation-needed",
    class: Class::Machine,
    meaning: "the app installs for the system, and this process may start nothing as the system",
    causes: &[
        "a prompt that was not started as administrator",
        "an account that is no administrator",
        "a service account without the right",
    ],
    hint: "start it from an elevated prompt, or give --as current to run it with your own rights, which Intune would not do",
};

/// The detour through the task scheduler failed.
pub const AS_SYSTEM_FAILED: Code = Code {
    id: "as-system-failed",
    class: Class::Machine,
    meaning: "this command could not be run again as the system through a scheduled task",
    causes: &[
        "a policy that forbids scheduled tasks, or a scheduler that is switched off",
        "a program file that SYSTEM cannot read, such as one on a mapped drive",
        "a root that is not the administrators' alone",
    ],
    hint: "copy waybill to a local drive, or run it as SYSTEM yourself; --as current runs it with your own rights",
};

/// No content was named.
pub const NO_CONTENT: Code = Code {
    id: "no-content",
    class: Class::Usage,
    meaning: "nothing says where the app's files are",
    causes: &[
        "an app.json from stdin or alone in its folder, without --content",
        "an app's folder whose `source` is missing",
        "a --content that is no folder, package, content.json or URL",
    ],
    hint: "name them with --content: a folder, a package, a content.json, or a URL of one of these",
};

/// Every outcome that is not well.
pub(super) const ALL: &[&Code] = &[
    &APP_NOT_DETECTED,
    &APP_NOT_APPLICABLE,
    &DETECTION_CANNOT_TELL,
    &REQUIREMENTS_CANNOT_TELL,
    &DETECTION_RULE_INVALID,
    &COMMAND_REFUSED,
    &INSTALL_FAILED,
    &UNINSTALL_FAILED,
    &INSTALL_NOT_BORNE_OUT,
    &UNINSTALL_NOT_BORNE_OUT,
    &DONE_DESPITE_CODE,
    &INSTALL_TIMED_OUT,
    &RETRY_LATER,
    &RESTART_PENDING,
    &WAITING_FOR_USER,
    &INSTALLER_STILL_RUNS,
    &ELEVATION_NEEDED,
    &AS_SYSTEM_FAILED,
    &NO_CONTENT,
];
