//! HRESULTs that Intune shows for an app, and what is behind them.

use super::number::NumberCode;

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
