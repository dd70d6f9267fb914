//! What a device reports of an app: applicability and the small enumerations beside it.

use super::number::{NumberCode, number};

const NOT_FOR_THIS_DEVICE: &str =
    "The app is not for this device as it is: change the requirement, or leave it.";

/// Whether the app may be installed here.
pub const APPLICABILITY: &[NumberCode] = &[
    number(0, "applicable", "Every requirement holds.", &[], "Nothing is to be done."),
    number(
        1000,
        "architecture",
        "The device's processor architecture is not among the app's.",
        &[
            "`applicableArchitectures` or `allowedArchitectures` leaves this architecture out",
            "an ARM device and an app that says x64 alone",
            "a 32-bit Windows",
        ],
        NOT_FOR_THIS_DEVICE,
    ),
    number(
        1001,
        "disk space",
        "There is less free disk space than the app requires.",
        &[
            "a full system drive",
            "`minimumFreeDiskSpaceInMB` set too high",
            "downloads and restore points that fill the drive",
        ],
        "Free space on the system drive.",
    ),
    number(
        1002,
        "Windows release",
        "Windows is older than the app requires.",
        &[
            "`minimumSupportedWindowsRelease` names a newer release",
            "a device that gets no feature updates",
            "a release name that stands for a later build than was meant",
        ],
        "Update Windows, or lower the requirement.",
    ),
    number(
        1003,
        "memory",
        "There is less memory than the app requires.",
        &[
            "`minimumMemoryInMB` set too high",
            "a virtual machine with little memory",
            "memory that the firmware keeps for graphics",
        ],
        NOT_FOR_THIS_DEVICE,
    ),
    number(
        1004,
        "processors",
        "There are fewer processors than the app requires.",
        &[
            "`minimumNumberOfProcessors` set too high",
            "a virtual machine with one processor",
            "processors switched off in the firmware",
        ],
        NOT_FOR_THIS_DEVICE,
    ),
    number(
        1005,
        "CPU speed",
        "The processor is slower than the app requires.",
        &[
            "`minimumCpuSpeedInMHz` set too high",
            "a processor that tells its base rate alone",
            "a virtual machine that tells another rate",
        ],
        NOT_FOR_THIS_DEVICE,
    ),
    number(
        1006,
        "file rule",
        "A file requirement rule does not hold.",
        &[
            "the file is not there or has another version",
            "the rule looks into the 32-bit view",
            "a variable such as %LOCALAPPDATA% that is another folder for SYSTEM",
        ],
        "Evaluate the rule by hand on the device, in the view that `check32BitOn64System` names.",
    ),
    number(
        1007,
        "registry rule",
        "A registry requirement rule does not hold.",
        &[
            "the value is not there or is another one",
            "the rule looks into the 32-bit view",
            "a key below HKEY_CURRENT_USER, which is SYSTEM's own there",
        ],
        "Evaluate the rule by hand on the device, in the view that `check32BitOn64System` names.",
    ),
    number(
        1008,
        "script rule",
        "A requirement script's output is not what the rule wants.",
        &[
            "the script wrote to stderr or printed nothing",
            "it printed more than the value",
            "it ran in another view or account",
        ],
        "Run the script as the rule says and compare its whole output.",
    ),
    number(
        1009,
        "superseding apps not applicable",
        "The apps that supersede this one are not for this device.",
        &["a superseding app with stricter requirements"],
        "Look at the superseding app's applicability on this device.",
    ),
    number(
        1010,
        "filter",
        "An assignment filter leaves this device out.",
        &["a filter that excludes the device, or does not include it"],
        "Evaluate the filter for this device in the portal.",
    ),
    number(
        1011,
        "user-context app without a user",
        "The app installs for a user, but the check-in has none.",
        &["a device that nobody is signed in to, or a kiosk"],
        "Assign it to users, or let it install for the system.",
    ),
    number(
        1012,
        "not applicable",
        "The app is not applicable for a reason that the device does not tell.",
        &["a state between two policies"],
        "Sync again; if it stays, look into AppActionProcessor.log.",
    ),
];

/// Whether the app is there.
pub const COMPLIANCE_STATE: &[NumberCode] = &[
    number(1, "Installed", "Detection found the app.", &[], "Nothing is to be done."),
    number(
        2,
        "NotInstalled",
        "Detection did not find the app.",
        &["it was never installed, or removed"],
        "EnforcementState says what was tried.",
    ),
    number(
        4,
        "Error",
        "Detection failed.",
        &["a rule that cannot be evaluated"],
        "Run `waybill lint` on the app, and check its detection rules on a device.",
    ),
    number(
        5,
        "Unknown",
        "Detection did not run yet.",
        &["a check-in that has not come to this app"],
        "Sync again.",
    ),
    number(
        100,
        "Cleanup",
        "What is known of the app is being removed.",
        &["the assignment is gone"],
        "Nothing is to be done.",
    ),
];

/// What is wanted.
pub const DESIRED_STATE: &[NumberCode] = &[
    number(0, "None", "Nothing is wanted.", &[], "Assign the app if something should be."),
    number(1, "NotPresent", "The app is to be removed.", &[], "EnforcementState says how far that is."),
    number(2, "Present", "The app is to be installed.", &[], "EnforcementState says how far that is."),
    number(3, "Unknown", "Not known yet.", &[], "Sync again."),
    number(4, "Available", "A user may install the app.", &[], "Nothing happens until a user asks for it."),
];

/// `InstallContext` in reports.
pub const INSTALL_CONTEXT: &[NumberCode] = &[
    number(1, "user", "The app installs with the user's rights.", &[], "It needs a signed-in user."),
    number(2, "system", "The app installs with the system's rights.", &[], "It needs no signed-in user."),
];

/// `TargetingMethod` in reports.
pub const TARGETING_METHOD: &[NumberCode] = &[
    number(0, "direct", "The app is assigned itself.", &[], "Its own assignment decides."),
    number(
        1,
        "as a dependency",
        "The app comes because another one needs it.",
        &[],
        "The other app's assignment decides.",
    ),
];
