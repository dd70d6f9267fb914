//! The numbers with which a device reports how far an app has come: applicability, EnforcementState and the smaller
//! enumerations beside them.

use super::number::NumberCode;

const NOT_FOR_THIS_DEVICE: &str =
    "The app is not for this device as it is: change the requirement, or leave it.";
const NOTHING: &str = "Nothing is to be done.";
const WAIT: &str = "Wait for the next check-in; nothing is wrong.";
const RESTART: &str = "Restart the device.";
const OTHER_APP: &str = "Look at the other app first: this one follows.";

/// Whether the app may be installed here.
pub const APPLICABILITY: &[NumberCode] = numbers! {
    0, "applicable", "Every requirement holds.", [], "Nothing is to be done.";
    1000, "architecture", "The device's processor architecture is not among the app's.",
        ["`applicableArchitectures` or `allowedArchitectures` leaves this architecture out",
         "an ARM device and an app that says x64 alone",
         "a 32-bit Windows"],
        NOT_FOR_THIS_DEVICE;
    1001, "disk space", "There is less free disk space than the app requires.",
        ["a full system drive",
         "`minimumFreeDiskSpaceInMB` set too high",
         "downloads and restore points that fill the drive"],
        "Free space on the system drive.";
    1002, "Windows release", "Windows is older than the app requires.",
        ["`minimumSupportedWindowsRelease` names a newer release",
         "a device that gets no feature updates",
         "a release name that stands for a later build than was meant"],
        "Update Windows, or lower the requirement.";
    1003, "memory", "There is less memory than the app requires.",
        ["`minimumMemoryInMB` set too high",
         "a virtual machine with little memory",
         "memory that the firmware keeps for graphics"],
        NOT_FOR_THIS_DEVICE;
    1004, "processors", "There are fewer processors than the app requires.",
        ["`minimumNumberOfProcessors` set too high",
         "a virtual machine with one processor",
         "processors switched off in the firmware"],
        NOT_FOR_THIS_DEVICE;
    1005, "CPU speed", "The processor is slower than the app requires.",
        ["`minimumCpuSpeedInMHz` set too high",
         "a processor that reports only its base rate",
         "a virtual machine that reports another rate"],
        NOT_FOR_THIS_DEVICE;
    1006, "file rule", "A file requirement rule does not hold.",
        ["the file is not there or has another version",
         "the rule looks into the 32-bit view",
         "a variable such as %LOCALAPPDATA% that is another folder for SYSTEM"],
        "Evaluate the rule by hand on the device, in the view that `check32BitOn64System` names.";
    1007, "registry rule", "A registry requirement rule does not hold.",
        ["the value is not there or is another one",
         "the rule looks into the 32-bit view",
         "a key below HKEY_CURRENT_USER, which is SYSTEM's own there"],
        "Evaluate the rule by hand on the device, in the view that `check32BitOn64System` names.";
    1008, "script rule", "A requirement script's output is not what the rule wants.",
        ["the script wrote to stderr or printed nothing",
         "it printed more than the value",
         "it ran in another view or account"],
        "Run the script as the rule says and compare its whole output.";
    1009, "superseding apps not applicable", "The apps that supersede this one are not for this device.",
        ["a superseding app with stricter requirements"],
        "Look at the superseding app's applicability on this device.";
    1010, "filter", "An assignment filter leaves this device out.",
        ["a filter that excludes the device, or does not include it"],
        "Evaluate the filter for this device in the portal.";
    1011, "user-context app without a user", "The app installs for a user, but the check-in has none.",
        ["a device that nobody is signed in to, or a kiosk"], "Assign it to users, or let it install for the system.";
    1012, "not applicable", "The app is not applicable for a reason that the device does not report.",
        ["a state between two policies"], "Sync again; if it stays, look into AppActionProcessor.log.";
};

/// How far installing or removing an app has come.
pub const ENFORCEMENT_STATE: &[NumberCode] = numbers! {
    1000, "Success", "Done.", [], NOTHING;
    1003, "SuccessFastNotify", "Done, and reported at once.", [], NOTHING;
    1004, "SuccessButDependencyFailedToInstall", "The app is there, but an app it needs failed.",
        ["the dependency's installer failed",
         "the dependency's detection rule does not find it",
         "the dependency waits for its next try"],
        OTHER_APP;
    1005, "SuccessButDependencyWithRequirementsNotMet",
        "The app is there, but an app it needs is not for this device.",
        ["the dependency's architecture or Windows release",
         "the dependency's disk, memory or processor requirement",
         "a requirement rule of the dependency"],
        OTHER_APP;
    1006, "SuccessButDependencyPendingReboot", "The app is there; an app it needs waits for a restart.",
        ["the dependency returned a reboot code"], RESTART;
    1007, "SuccessButDependencyWithAutoInstallOff",
        "The app is there; an app it needs is missing and only detected, not installed.",
        ["`dependencyType` is `detect`"], OTHER_APP;
    1011, "SuccessUninstallPendingReboot", "Removed; a restart ends it.",
        ["the uninstaller returned a reboot code"], RESTART;
    1012, "SuccessSupersededAppUninstallFailed", "The app is there, but the one it replaces could not be removed.",
        ["the older app's uninstall command", "the older app's detection still finds it", "the older app is in use"],
        OTHER_APP;
    1013, "SuccessSupersededAppUninstallPendingReboot", "The app is there; the one it replaces waits for a restart.",
        ["the older app's uninstaller returned a reboot code"], RESTART;
    1014, "SuccessSupersedingAppsDetected", "A newer app that supersedes this one is there.", [], NOTHING;
    1015, "SuccessSupersededAppsDetected", "The app is there, and so is one that it supersedes.",
        ["an update that leaves the older app"], NOTHING;
    1016, "SuccessAppRemovedBySupersedence", "The app was removed because a newer one replaces it.", [], NOTHING;
    1018, "SuccessUninstallingSupersededApps", "The apps that this one replaces are being removed.", [], WAIT;
    2000, "InProgress", "Under way.", [], WAIT;
    2007, "InProgressDependencyInstalling", "An app it needs is being installed.", [], WAIT;
    2008, "InProgressPendingReboot", "Waits for a restart.",
        ["a hard reboot code, of this app or an earlier one"], RESTART;
    2009, "InProgressDownloadCompleted", "The content is there; the install comes at its time.",
        ["a deadline that has not come"], WAIT;
    2010, "InProgressPendingUninstallOfSupersededApps", "Waits until the apps that it replaces are removed.",
        [], WAIT;
    2011, "InProgressUninstallPendingReboot", "Its removal waits for a restart.",
        ["the uninstaller returned a reboot code"], RESTART;
    2013, "InProgressWaitingUserLogon", "Waits until a user signs in.",
        ["a user-context app and nobody signed in"], "Sign in, or let the app install for the system.";
    3000, "RequirementsNotMet", "Not for this device.",
        ["architecture or Windows release",
         "free disk, memory or processors",
         "a requirement rule: the Applicability code says which"],
        "Look at the Applicability code: `waybill explain applicability 1002`.";
    4000, "Unknown", "Not known yet.", ["a check-in that has not come to this app"], WAIT;
    5000, "Error", "Failed.",
        ["the installer's exit code is a failure or mapped to nothing",
         "detection does not bear out a success",
         "the command could not be started: ErrorCode says how"],
        "Look at ErrorCode: `waybill explain` knows it.";
    5003, "ErrorDownloadingContent", "The content could not be downloaded.",
        ["network or proxy", "a full disk", "Delivery Optimization limits"], "Look at ErrorCode, then sync again.";
    5006, "ErrorConflictsPreventInstallation", "Two assignments want the opposite.",
        ["one group requires the app, another one removes it",
         "a user's assignment against a device's",
         "a supersedence against an assignment"],
        "Look at the app's assignments for this device and user.";
    5999, "ErrorWithImmediateRetry", "Failed, and tried again at once.",
        ["a passing fault while the app was run",
         "a service that was restarted meanwhile",
         "ErrorCode in the same report says how"],
        WAIT;
    6000, "NotAttempted", "Not tried.",
        ["another app before it in the same graph failed",
         "a restart that is waited for",
         "its start time has not come"],
        OTHER_APP;
    6001, "NotAttemptedDependencyWithFailure", "Not tried: an app it needs failed.",
        ["the dependency's installer failed",
         "the dependency's detection rule does not find it",
         "the dependency waits 24 hours for its next try"],
        OTHER_APP;
    6002, "NotAttemptedPendingReboot", "Not tried: a restart is pending.",
        ["a hard reboot code of an earlier app",
         "an installer that has begun a restart that somebody put off",
         "a dependency that waits for its restart"],
        RESTART;
    6003, "NotAttemptedDependencyWithRequirementsNotMet", "Not tried: an app it needs is not for this device.",
        ["the dependency's architecture or Windows release",
         "the dependency's disk, memory or processor requirement",
         "a requirement rule of the dependency"],
        OTHER_APP;
    6004, "NotAttemptedAutoInstallOff", "Not tried: it is only detected, not installed.",
        ["`dependencyType` is `detect`",
         "the app is assigned to nobody itself",
         "the app that needs it was assigned alone"],
        "Assign it itself, or set `autoInstall`.";
    6005, "NotAttemptedDependencyWithAutoInstallOff",
        "Not tried: an app it needs is missing and only detected, not installed.",
        ["`dependencyType` is `detect`",
         "the other app is assigned to nobody itself",
         "the other app's detection rule does not find it"],
        "Install the other app, or set `autoInstall`.";
    6009, "NotAttemptedSupersededAppUninstallFailed", "Not tried: the app that it replaces could not be removed.",
        ["the older app's uninstall command", "the older app's detection still finds it", "the older app is in use"],
        OTHER_APP;
    6010, "NotAttemptedSupersededAppUninstallPendingReboot",
        "Not tried: the removal of the app that it replaces waits for a restart.",
        ["the older app's uninstaller returned a reboot code",
         "a restart that somebody put off",
         "files of the older app in use"],
        RESTART;
    6011, "NotAttemptedUntargetedSupersedingAppsDetected",
        "Not tried: a newer app that supersedes it is there, without an assignment.",
        ["the newer app came another way",
         "the newer app's assignment was taken away",
         "the newer app's detection rule also finds the older one"],
        "Assign the newer app, or leave it.";
};

/// Whether the app is there.
pub const COMPLIANCE_STATE: &[NumberCode] = numbers! {
    1, "Installed", "Detection found the app.", [], "Nothing is to be done.";
    2, "NotInstalled", "Detection did not find the app.",
        ["it was never installed, or removed"], "EnforcementState says what was tried.";
    4, "Error", "Detection failed.",
        ["a rule that cannot be evaluated"],
        "Run `waybill lint` on the app, and check its detection rules on a device.";
    5, "Unknown", "Detection did not run yet.", ["a check-in that has not come to this app"], "Sync again.";
    100, "Cleanup", "What is known of the app is being removed.",
        ["the assignment is gone"], "Nothing is to be done.";
};

/// What is wanted.
pub const DESIRED_STATE: &[NumberCode] = numbers! {
    0, "None", "Nothing is wanted.", [], "Assign the app if something should be.";
    1, "NotPresent", "The app is to be removed.", [], "EnforcementState says how far that is.";
    2, "Present", "The app is to be installed.", [], "EnforcementState says how far that is.";
    3, "Unknown", "Not known yet.", [], "Sync again.";
    4, "Available", "A user may install the app.", [], "Nothing happens until a user asks for it.";
};

/// `InstallContext` in reports.
pub const INSTALL_CONTEXT: &[NumberCode] = numbers! {
    1, "user", "The app installs with the user's rights.", [], "It needs a signed-in user.";
    2, "system", "The app installs with the system's rights.", [], "It needs no signed-in user.";
};

/// `TargetingMethod` in reports.
pub const TARGETING_METHOD: &[NumberCode] = numbers! {
    0, "direct", "The app is assigned itself.", [], "Its own assignment decides.";
    1, "as a dependency", "The app comes because another one needs it.", [], "The other app's assignment decides.";
};
