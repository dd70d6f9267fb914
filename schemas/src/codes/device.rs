//! What Intune shows for an app on a device: HRESULTs, and the numbers that say how far it has come.

use super::NumberCode;

/// A successful install that detection does not bear out.
pub const NOT_DETECTED_AFTER_INSTALL: u32 = 0x87D1_041C;
/// A successful uninstall that detection does not bear out.
pub const DETECTED_AFTER_UNINSTALL: u32 = 0x87D1_041D;
/// The installer ran longer than `maxRunTimeInMinutes`.
pub const TIME_LIMIT: u32 = 0x87D3_00C9;
/// A detection rule that cannot be evaluated.
pub const DETECTION_RULE_INVALID: u32 = 0x87D3_0004;
/// The content could not be downloaded.
pub const DOWNLOAD_FAILED: u32 = 0x87D3_0068;
/// The system's "access denied".
pub const ACCESS_DENIED: u32 = 0x8007_0005;
/// The system's "file not found".
pub const FILE_NOT_FOUND: u32 = 0x8007_0002;
/// The system's "not a valid Win32 application".
pub const NOT_A_PROGRAM: u32 = 0x8007_00C1;

/// Every HRESULT with a page of its own.
pub const ALL: &[NumberCode] = numbers! {
    NOT_DETECTED_AFTER_INSTALL as i64, "not detected after install",
        "The installer said success, but detection did not find the app afterwards.",
        ["the detection rule looks at another path, version or registry view than the installer writes",
         "the command ran as a 32-bit program: its files went to Program Files (x86), its keys to WOW6432Node",
         "the installer returned before it was done (a bootstrapper or a wrapper that does not wait)"],
        "Run `waybill lint` on the app, then check its detection rules on a device where it is installed by hand.";
    DETECTED_AFTER_UNINSTALL as i64, "detected after uninstall",
        "The uninstaller said success, but detection still finds the app.",
        ["the detection rule looks at a folder or key that the uninstaller leaves behind",
         "an NSIS uninstaller without `_?=` goes on in a copy of itself and returns early",
         "another version or another user's copy still satisfies the rule"],
        "Let the rule look at the program file or the product code, and let the uninstaller be waited for.";
    TIME_LIMIT as i64, "time limit",
        "The installer ran longer than the app's time limit (60 minutes unless the app says otherwise).",
        ["a dialog that nobody can see, because the command is not silent",
         "another installation that does not end, for which the installer waits",
         "an installer that really needs longer"],
        "Make the command silent first; then raise `installExperience.maxRunTimeInMinutes`.";
    DETECTION_RULE_INVALID as i64, "detection rule invalid", "A detection rule cannot be evaluated.",
        ["\"does not exist\" used for detection",
         "an empty path, key or comparison value",
         "a value that is no version, number or date although the rule compares it as one"],
        "Run `waybill lint` on the app: WB201 and WB207 name the rule.";
    0x87D3_0065, "no content information", "The service did not hand out where the app's content lies.",
        ["the app's content was never committed, or a newer version is being uploaded",
         "the app was removed or its assignment changed during the check-in",
         "a proxy or firewall answers in the service's place"],
        "Look whether the app is published; then sync again.";
    0x87D3_0067, "unpack failed", "The content was downloaded, but could not be unpacked.",
        ["not enough free disk space for the content and its files at once",
         "a virus scanner that holds or removes a file of the package",
         "paths that become too long below the content folder"],
        "Free disk space, look into the scanner's log, and run `waybill lint` and `waybill verify --deep` on the \
         package.";
    DOWNLOAD_FAILED as i64, "download failed", "The content could not be downloaded.",
        ["a proxy, firewall or TLS inspection between device and content server",
         "the network was gone for longer than the retries",
         "Delivery Optimization is switched off or limited by policy"],
        "Fetch the content URL's host from the device as SYSTEM; then sync again.";
    0x87D3_006A, "download timed out", "The download took longer than it may.",
        ["a slow or throttled connection for the package's size",
         "a bandwidth limit in the Delivery Optimization policy",
         "a package with files in it that nobody meant to pack"],
        "Make the package smaller (`waybill lint` says WB401 for neighbours that were packed by accident), then sync \
         again.";
    0x87D0_0324, "not detected after install (Configuration Manager)",
        "The app was not detected after its installation was reported complete; the older number for 0x87D1041C.",
        ["the detection rule looks at another path, version or registry view than the installer writes",
         "the installer returned before it was done",
         "the installer refused quietly and still returned 0"],
        "As for 0x87D1041C: `waybill explain 0x87D1041C`.";
    ACCESS_DENIED as i64, "E_ACCESSDENIED", "Access was denied.",
        ["an app that runs as the user writes to a place for administrators",
         "a file in use, or held by a virus scanner",
         "application control (AppLocker, WDAC) forbids the installer"],
        "Set `runAsAccount` to `system`, or look into the CodeIntegrity and AppLocker event logs.";
    FILE_NOT_FOUND as i64, "ERROR_FILE_NOT_FOUND", "A file that the command names is not there.",
        ["the command names a file that is not in the package, or by another path",
         "a path with spaces without quotes",
         "a program of System32 that the 32-bit view (SysWOW64) does not have: say Sysnative"],
        "Run `waybill lint` on the app: WB102 and WB104 name the file.";
    NOT_A_PROGRAM as i64, "ERROR_BAD_EXE_FORMAT", "The command starts something that is no program.",
        ["a .ps1, .msi, .vbs or .reg given directly, without the program that runs it",
         "a program for another architecture",
         "a damaged or truncated .exe"],
        "Put the right program in front, e.g. `msiexec /i`; WB101 says which.";
    0x8007_0643, "ERROR_INSTALL_FAILURE", "Windows Installer ended with 1603: a fatal error during installation.",
        ["a launch condition or custom action that failed",
         "a version that is newer, or another edition, installed already",
         "files in use, or no right to write to the target"],
        "Add `/l*v` with a log file in a folder that exists, and look for `Return value 3` in it.";
    0x8007_0652, "ERROR_INSTALL_ALREADY_RUNNING",
        "Windows Installer ended with 1618: another installation is running.",
        ["Windows Update, another app or a user installs at the same time",
         "an installation that hangs and holds the installer's mutex",
         "an installer that starts a second one and does not wait for it"],
        "Map 1618 to `retry`, so that it is tried again within minutes.";
};

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
