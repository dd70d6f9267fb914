//! Errors of app.json, of an attempt to install an app, and of what drives one: the agent and `waybill try`.

use super::{Class, Code};

errors! {
    /// Why a document is no app.json.
    app:
    APP_TOO_LARGE = "app-too-large", Refused,
        "The app document is larger than 16 MiB.",
        ["an icon of many megabytes in `largeIcon`", "another file under the name app.json"],
        "Make the icon smaller (Intune shows 512 by 512 pixels at most), or give the right file.";
    APP_NOT_JSON = "app-not-json", Refused,
        "The app document is not JSON text in UTF-8 (or in UTF-16 with a byte order mark).",
        ["a single `\\` in a path, where JSON wants `\\\\`",
         "a comma too many or too few, or a comment",
         "a file saved in an ANSI code page"],
        "Fix the line that the message names; an editor that knows JSON shows the place.";
    APP_FIELD = "app-field", Refused,
        "A field of the app document holds another kind of value than its name says.",
        ["a number or a boolean in quotes",
         "an export made with ConvertTo-Json without `-Depth 10`: inner objects became text like `@{returnCode=0}`",
         "a key that stands twice, or `lint.allow` without a reason"],
        "Fix the field that the message names; `waybill schema app` prints what each one takes.";
    APP_ANOTHER_TYPE = "app-another-type", Refused,
        "The document is an object of Microsoft Graph, but no Win32 app.",
        ["an app exported that is a store, web or MSI line-of-business app", "an export of another object", "a content.json of `waybill publish`, which describes a download"],
        "Give a `#microsoft.graph.win32LobApp` or one that derives from it (win32CatalogApp), or let `waybill init` write one.";
    APP_LIST = "app-list", Refused,
        "The document is a list, and not of one app.",
        ["an answer of Graph for all apps: `{\"value\": [ … ]}`", "an export of several apps in one file"],
        "Put the app that you mean into a file of its own, or leave it alone in the list.";
}

errors! {
    /// What installing, uninstalling and detecting an app can end with, other than well.
    ///
    /// These are outcomes in a report, not errors that stop it: the report has the rest, and `waybill explain` says
    /// what each one means.
    runner:
    APP_NOT_DETECTED = "app-not-detected", NotDetected,
        "at least one detection rule does not hold: the app is not there",
        ["the app is not installed",
         "a rule that looks at another path, version or registry view than the installer writes",
         "an app that installs for a user, looked for as another account"],
        "compare expected and actual value of each rule in the report; `waybill install` would install it";
    APP_NOT_APPLICABLE = "app-not-applicable", NotDetected,
        "a requirement of the app does not hold on this device, so nothing was started",
        ["another processor architecture, or an older Windows",
         "too little free disk space, memory or processor",
         "a requirement rule whose file, registry value or script says otherwise"],
        "the report names the requirement with what the device has; change it in app.json, or leave the app";
    DETECTION_CANNOT_TELL = "detection-cannot-tell", Machine,
        "whether the app is there cannot be told, so nothing was installed or removed",
        ["a file or key that access rights keep from being read",
         "a rule that needs Windows (registry, MSI), or a script without its host, on this machine",
         "a detection script that ran over its time limit"],
        "the report says for each rule why; run it with the rights that the rule needs, or change the rule";
    REQUIREMENTS_CANNOT_TELL = "requirements-cannot-tell", Machine,
        "whether the app is for this device cannot be told, so nothing was installed",
        ["a Windows release that this version does not know, or a device that is no Windows",
         "a requirement rule that access rights keep from being asked, or that is invalid",
         "a requirement script that ran over its time limit, or has no host here"],
        "the report says for each requirement why; fix it in app.json, or run this where the question can be answered";
    DETECTION_RULE_INVALID = "detection-rule-invalid", Refused,
        "a detection rule of app.json cannot be evaluated anywhere (0x87D30004)",
        ["no detection rule at all, or a rule of an unknown type or operation",
         "an empty path, key, product code or comparison value",
         "a value that is no version, number or date although the rule compares it as one"],
        "the report names the rule; run `waybill lint` on the app, which says how to fix it";
    COMMAND_REFUSED = "command-refused", InstallFailed,
        "the command of app.json starts nothing on this machine, so nothing was started",
        ["a .ps1, .msi, .vbs or .reg given directly, without the program that runs it (0x800700C1)",
         "a program that is neither in the package nor in the folders that are searched (0x80070002)",
         "a program that only 64-bit programs see: the 32-bit view has none under System32"],
        "the report holds the line that would do and the places that were searched";
    INSTALL_FAILED = "install-failed", InstallFailed,
        "the installer ended with a code that stands for failure, and detection does not find the app",
        ["a failure of the installer itself: its code says which",
         "a code that means success for this installer, and is mapped to nothing in app.json",
         "switches that this installer does not take, or a dialog that nobody sees"],
        "`waybill explain <the code>` says what installers mean by it; the report holds the end of its output";
    UNINSTALL_FAILED = "uninstall-failed", InstallFailed,
        "the uninstaller ended with a code that stands for failure, and detection still finds the app",
        ["the app is in use",
         "an uninstall command for another version or product code",
         "a code that means success for this uninstaller, and is mapped to nothing in app.json"],
        "`waybill explain <the code>` says what installers mean by it; the report holds the end of its output";
    INSTALL_NOT_BORNE_OUT = "install-not-borne-out", InstallFailed,
        "the installer said success, and detection does not find the app (0x87D1041C)",
        ["a detection rule that looks at another path, version or registry view than the installer writes",
         "a command that ran as a 32-bit program: its files are in Program Files (x86), its keys in WOW6432Node",
         "an installer that returned before it was done, or refused quietly"],
        "compare expected and actual value of each rule in the report with what the installer wrote";
    UNINSTALL_NOT_BORNE_OUT = "uninstall-not-borne-out", InstallFailed,
        "the uninstaller said success, and detection still finds the app (0x87D1041D)",
        ["a rule that looks at a folder or key which the uninstaller leaves behind",
         "an uninstaller that goes on in a copy of itself and returns early (NSIS without `_?=`)",
         "another version, or another user's copy, that satisfies the rule too"],
        "let the rule look at the program file or the product code, and let the uninstaller be waited for";
    DONE_DESPITE_CODE = "done-despite-code", InstallFailed,
        "the installer's code stands for failure, and yet detection says that it is done",
        ["a code that means success for this installer, and is mapped to nothing in app.json",
         "an installer that did its work and failed in a later step",
         "a detection rule that holds too early"],
        "map the code in `returnCodes`, or fix the installer's last step";
    INSTALL_TIMED_OUT = "install-timed-out", InstallFailed,
        "the installer ran longer than `maxRunTimeInMinutes` (0x87D300C9); it was not ended, only no longer waited \
         for",
        ["a dialog that nobody can see, because the command is not silent",
         "another installation that does not end, for which the installer waits",
         "an installer that really needs longer"],
        "make the command silent first, then raise the limit; the processes that still run are in the report";
    RETRY_LATER = "retry-later", RetryLater,
        "the installer ended with a code that stands for another try, or another installation is running",
        ["Windows Update, another app or a user installs at the same time (1618)",
         "a user who put it off, with a code that app.json maps to `retry`",
         "an installation that hangs and holds the installer's mutex"],
        "run the same command again later, or give --wait; the report says when the next try would come";
    RESTART_PENDING = "restart-pending", RetryLater,
        "an earlier installation asked for a restart before anything else is installed",
        ["a hard reboot code (1641) of this app or of another one in the same boot",
         "an installer that has begun a restart which somebody put off",
         "a restart that the device has not had since"],
        "restart the device, then run the same command again";
    WAITING_FOR_USER = "waiting-for-user", RetryLater,
        "the app installs for a user, and nobody is signed in",
        ["a device that nobody uses at the moment",
         "a session that is remote and disconnected",
         "an app that could install for the system"],
        "sign in and run it again, or set `runAsAccount` to `system` where the installer can do without a user";
    INSTALLER_STILL_RUNS = "installer-still-runs", RetryLater,
        "an installer that an earlier attempt started still runs, so no second one was started",
        ["an installer that went over its time limit",
         "a run of waybill that was ended while its installer went on",
         "a dialog that waits for somebody who cannot see it"],
        "wait until the process that the report names has ended, or end it, then run the same command again";
    ELEVATION_NEEDED = "elevation-needed", Machine,
        "the app installs for the system, and this process may start nothing as the system",
        ["a prompt that was not started as administrator",
         "an account that is no administrator",
         "a service account without the right"],
        "start it from an elevated prompt, or give --as current to run it with your own rights, which Intune would \
         not do";
    AS_SYSTEM_FAILED = "as-system-failed", Machine,
        "this command could not be run again as the system through a scheduled task",
        ["a policy that forbids scheduled tasks, or a scheduler that is switched off",
         "a program file that SYSTEM cannot read, such as one on a mapped drive",
         "a root that is not the administrators' alone"],
        "copy waybill to a local drive, or run it as SYSTEM yourself; --as current runs it with your own rights";
    NO_CONTENT = "no-content", Usage,
        "nothing says where the app's files are",
        ["an app.json from stdin or alone in its folder, without --content",
         "an app's folder whose `source` is missing",
         "a --content that is no folder, package, content.json or URL"],
        "name them with --content: a folder, a package, a content.json, or a URL of one of these";
}

errors! {
    /// What the agent remembers, and what keeps it from acting.
    agent:
    STATE_DAMAGED = "state-damaged", Machine,
        "state.db, the memory of attempts and pending restarts, is damaged and is not used",
        ["a failing disk, or one that loses what it said was written",
         "a program that wrote into it or restored a part of it, such as a backup or a cleaner",
         "the file was copied while it was in use, without state.db-wal",
         "state.db alone was removed, and its state.db-wal was left"],
        "move state.db and its -wal and -shm files out of the root: a new one is made, which knows of no earlier \
         attempt, waiting time or pending restart; see first that no installer of an earlier run still runs";
    STATE_UNKNOWN = "state-unknown", Machine,
        "state.db was written by a newer version of waybill, or by another program, and is left as it is",
        ["a newer waybill ran on this device before",
         "two versions of waybill share one root",
         "another program's database lies at that place"],
        "run the newer version, or give another --root <DIR>";
    CONTENT_NOT_SHARED = "content-not-shared", Machine,
        "the content folder of a user-context app could not be opened to its user, so nothing was started",
        ["the root lies on a volume without access lists, such as exFAT",
         "the folder's access list was changed by somebody else",
         "a policy forbids icacls.exe"],
        "give a root on an NTFS volume with --root, or run icacls on the content folder by hand and read what it \
         says";
}

errors! {
    /// Rehearsing an app with `waybill try`.
    rehearsal:
    APP_IS_HERE = "app-is-here", Refused,
        "the app that `try` should install is on this machine already, and its uninstall would take that copy away",
        ["an earlier install, by Intune or by hand",
         "a rehearsal that was broken off before its uninstall",
         "a detection rule that holds on every machine"],
        "try it on another machine or in Windows Sandbox (`--sandbox`); `--force` uninstalls the copy that is here \
         first";
    REHEARSAL_FOLDER = "rehearsal-folder", Machine,
        "the folder that the rehearsal writes into cannot be made",
        ["no permission on the folder above it", "a full disk"], "give another one with --root";
}
