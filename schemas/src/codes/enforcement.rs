//! `EnforcementState` in reports: how far installing or removing an app has come.

use super::number::{NumberCode, number};

const NOTHING: &str = "Nothing is to be done.";
const WAIT: &str = "Wait for the next check-in; nothing is wrong.";
const RESTART: &str = "Restart the device.";
const OTHER_APP: &str = "Look at the other app first: this one follows.";

/// Every state.
pub const ALL: &[NumberCode] = &[
    number(1000, "Success", "Done.", &[], NOTHING),
    number(1003, "SuccessFastNotify", "Done, and reported at once.", &[], NOTHING),
    number(
        1004,
        "SuccessButDependencyFailedToInstall",
        "The app is there, but an app it needs failed.",
        &[
            "the dependency's installer failed",
            "the dependency's detection rule does not find it",
            "the dependency waits for its next try",
        ],
        OTHER_APP,
    ),
    number(
        1005,
        "SuccessButDependencyWithRequirementsNotMet",
        "The app is there, but an app it needs is not for this device.",
        &[
            "the dependency's architecture or Windows release",
            "the dependency's disk, memory or processor requirement",
            "a requirement rule of the dependency",
        ],
        OTHER_APP,
    ),
    number(
        1006,
        "SuccessButDependencyPendingReboot",
        "The app is there; an app it needs waits for a restart.",
        &["the dependency returned a reboot code"],
        RESTART,
    ),
    number(
        1007,
        "SuccessButDependencyWithAutoInstallOff",
        "The app is there; an app it needs is missing and only detected, not installed.",
        &["`dependencyType` is `detect`"],
        OTHER_APP,
    ),
    number(
        1011,
        "SuccessUninstallPendingReboot",
        "Removed; a restart ends it.",
        &["the uninstaller returned a reboot code"],
        RESTART,
    ),
    number(
        1012,
        "SuccessSupersededAppUninstallFailed",
        "The app is there, but the one it replaces could not be removed.",
        &[
            "the older app's uninstall command",
            "the older app's detection still finds it",
            "the older app is in use",
        ],
        OTHER_APP,
    ),
    number(
        1013,
        "SuccessSupersededAppUninstallPendingReboot",
        "The app is there; the one it replaces waits for a restart.",
        &["the older app's uninstaller returned a reboot code"],
        RESTART,
    ),
    number(
        1014,
        "SuccessSupersedingAppsDetected",
        "A newer app that supersedes this one is there.",
        &[],
        NOTHING,
    ),
    number(
        1015,
        "SuccessSupersededAppsDetected",
        "The app is there, and so is one that it supersedes.",
        &["an update that leaves the older app"],
        NOTHING,
    ),
    number(
        1016,
        "SuccessAppRemovedBySupersedence",
        "The app was removed because a newer one replaces it.",
        &[],
        NOTHING,
    ),
    number(
        1018,
        "SuccessUninstallingSupersededApps",
        "The apps that this one replaces are being removed.",
        &[],
        WAIT,
    ),
    number(2000, "InProgress", "Under way.", &[], WAIT),
    number(2007, "InProgressDependencyInstalling", "An app it needs is being installed.", &[], WAIT),
    number(
        2008,
        "InProgressPendingReboot",
        "Waits for a restart.",
        &["a hard reboot code, of this app or an earlier one"],
        RESTART,
    ),
    number(
        2009,
        "InProgressDownloadCompleted",
        "The content is there; the install comes at its time.",
        &["a deadline that has not come"],
        WAIT,
    ),
    number(
        2010,
        "InProgressPendingUninstallOfSupersededApps",
        "Waits until the apps that it replaces are removed.",
        &[],
        WAIT,
    ),
    number(
        2011,
        "InProgressUninstallPendingReboot",
        "Its removal waits for a restart.",
        &["the uninstaller returned a reboot code"],
        RESTART,
    ),
    number(
        2013,
        "InProgressWaitingUserLogon",
        "Waits until a user signs in.",
        &["a user-context app and nobody signed in"],
        "Sign in, or let the app install for the system.",
    ),
    number(
        3000,
        "RequirementsNotMet",
        "Not for this device.",
        &[
            "architecture or Windows release",
            "free disk, memory or processors",
            "a requirement rule: the Applicability code says which",
        ],
        "Look at the Applicability code: `waybill explain applicability 1002`.",
    ),
    number(4000, "Unknown", "Not known yet.", &["a check-in that has not come to this app"], WAIT),
    number(
        5000,
        "Error",
        "Failed.",
        &[
            "the installer's exit code is a failure or mapped to nothing",
            "detection does not bear out a success",
            "the command could not be started: ErrorCode says how",
        ],
        "Look at ErrorCode: `waybill explain` knows it.",
    ),
    number(
        5003,
        "ErrorDownloadingContent",
        "The content could not be downloaded.",
        &["network or proxy", "a full disk", "Delivery Optimization limits"],
        "Look at ErrorCode, then sync again.",
    ),
    number(
        5006,
        "ErrorConflictsPreventInstallation",
        "Two assignments want the opposite.",
        &[
            "one group requires the app, another one removes it",
            "a user's assignment against a device's",
            "a supersedence against an assignment",
        ],
        "Look at the app's assignments for this device and user.",
    ),
    number(
        5999,
        "ErrorWithImmediateRetry",
        "Failed, and tried again at once.",
        &[
            "a passing fault while the app was run",
            "a service that was restarted meanwhile",
            "ErrorCode in the same report says how",
        ],
        WAIT,
    ),
    number(
        6000,
        "NotAttempted",
        "Not tried.",
        &[
            "another app before it in the same graph failed",
            "a restart that is waited for",
            "its start time has not come",
        ],
        OTHER_APP,
    ),
    number(
        6001,
        "NotAttemptedDependencyWithFailure",
        "Not tried: an app it needs failed.",
        &[
            "the dependency's installer failed",
            "the dependency's detection rule does not find it",
            "the dependency waits 24 hours for its next try",
        ],
        OTHER_APP,
    ),
    number(
        6002,
        "NotAttemptedPendingReboot",
        "Not tried: a restart is pending.",
        &[
            "a hard reboot code of an earlier app",
            "an installer that has begun a restart that somebody put off",
            "a dependency that waits for its restart",
        ],
        RESTART,
    ),
    number(
        6003,
        "NotAttemptedDependencyWithRequirementsNotMet",
        "Not tried: an app it needs is not for this device.",
        &[
            "the dependency's architecture or Windows release",
            "the dependency's disk, memory or processor requirement",
            "a requirement rule of the dependency",
        ],
        OTHER_APP,
    ),
    number(
        6004,
        "NotAttemptedAutoInstallOff",
        "Not tried: it is only detected, not installed.",
        &[
            "`dependencyType` is `detect`",
            "the app is assigned to nobody itself",
            "the app that needs it was assigned alone",
        ],
        "Assign it itself, or set `autoInstall`.",
    ),
    number(
        6005,
        "NotAttemptedDependencyWithAutoInstallOff",
        "Not tried: an app it needs is missing and only detected, not installed.",
        &[
            "`dependencyType` is `detect`",
            "the other app is assigned to nobody itself",
            "the other app's detection rule does not find it",
        ],
        "Install the other app, or set `autoInstall`.",
    ),
    number(
        6009,
        "NotAttemptedSupersededAppUninstallFailed",
        "Not tried: the app that it replaces could not be removed.",
        &[
            "the older app's uninstall command",
            "the older app's detection still finds it",
            "the older app is in use",
        ],
        OTHER_APP,
    ),
    number(
        6010,
        "NotAttemptedSupersededAppUninstallPendingReboot",
        "Not tried: the removal of the app that it replaces waits for a restart.",
        &[
            "the older app's uninstaller returned a reboot code",
            "a restart that somebody put off",
            "files of the older app in use",
        ],
        RESTART,
    ),
    number(
        6011,
        "NotAttemptedUntargetedSupersedingAppsDetected",
        "Not tried: a newer app that supersedes it is there, without an assignment.",
        &[
            "the newer app came another way",
            "the newer app's assignment was taken away",
            "the newer app's detection rule also finds the older one",
        ],
        "Assign the newer app, or leave it.",
    ),
];
