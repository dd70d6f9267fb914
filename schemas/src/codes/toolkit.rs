//! Exit codes of the PowerShell App Deployment Toolkit, from its documentation.

use super::number::{NumberCode, number};

/// 60001 to 60013. The toolkit leaves 69000 to 79999 to its users.
pub const ALL: &[NumberCode] = &[
    number(
        60001,
        "script error",
        "The toolkit's deployment script failed.",
        &[
            "an error in the script itself",
            "an exception that the script did not catch",
            "a command in it that is not there on the device",
        ],
        "Read the toolkit's log in `C:\\Windows\\Logs\\Software`.",
    ),
    number(
        60002,
        "process failed",
        "The toolkit could not run a process (Execute-Process, Start-ADTProcess).",
        &[
            "a file that is not in the `Files` folder",
            "a path or argument that is wrong on the device",
            "an installer that ended with a code that the script does not take for success",
        ],
        "Read the toolkit's log; it names the process.",
    ),
    number(
        60003,
        "administrator rights needed",
        "The toolkit needs administrator rights to run something as the user.",
        &[
            "the app runs as the user",
            "a user who is no administrator",
            "a script that asks for administrator rights (`RequireAdmin`)",
        ],
        "Set `runAsAccount` to `system`.",
    ),
    number(
        60004,
        "assemblies not loaded",
        "The toolkit could not load the .NET assemblies of its dialogs.",
        &[
            "a device without the .NET Framework version it needs",
            "constrained language mode",
            "a broken .NET installation",
        ],
        "Run it with `-DeployMode Silent`, or mend .NET on the device.",
    ),
    number(
        60005,
        "dialog failed",
        "The toolkit could not show its \"application blocked\" dialog.",
        &[
            "no user session to show it in",
            "a dialog started from session 0",
            "a user who signed out meanwhile",
        ],
        "Run it with `-DeployMode Silent`, or start it through ServiceUI.",
    ),
    number(
        60006,
        "no interaction allowed",
        "The toolkit may not fall back to SYSTEM without interaction.",
        &[
            "`AllowSystemInteractionFallback` is off in its configuration",
            "nobody is signed in",
            "a dialog in a script that runs silently",
        ],
        "Set that option, or run it with `-DeployMode Silent`.",
    ),
    number(
        60007,
        "main script not loaded",
        "The toolkit's main script was not found or has an error.",
        &[
            "the `AppDeployToolkit` folder was not packed",
            "a file damaged or blocked by a virus scanner",
            "a script of another version of the toolkit",
        ],
        "Pack the whole toolkit folder: `waybill inspect` lists what is in the package.",
    ),
    number(
        60008,
        "toolkit not ready",
        "The toolkit could not load its module or open its session, or found nobody signed in to run something as.",
        &[
            "the `PSAppDeployToolkit` module folder was not packed",
            "a command that needs a signed-in user, without one",
            "a module blocked by execution policy or application control",
        ],
        "Pack the whole toolkit folder; run it with `-DeployMode Silent` where nobody may be signed in.",
    ),
    number(
        60009,
        "PowerShell not started",
        "The toolkit's .exe failed before PowerShell could be started.",
        &[
            "the .ps1 is not beside the .exe",
            "application control forbids it",
            "a virus scanner took the .ps1 away",
        ],
        "Pack .exe and .ps1 together; look into the AppLocker event log.",
    ),
    number(
        60010,
        "PowerShell not started",
        "The toolkit's .exe failed before PowerShell could be started.",
        &[
            "the .ps1 is not beside the .exe",
            "application control forbids it",
            "a virus scanner took the .ps1 away",
        ],
        "Pack .exe and .ps1 together; look into the AppLocker event log.",
    ),
    number(
        60011,
        "PowerShell failed",
        "The toolkit's .exe could not run the PowerShell process.",
        &[
            "application control or a broken PowerShell",
            "a parameter that the script does not take",
            "quotes lost between the .exe and the script",
        ],
        "Start the .ps1 through powershell.exe and read what it prints.",
    ),
    number(
        60012,
        "deferred",
        "The user put the installation off, or a dialog timed out.",
        &[
            "a user who is busy and chose to defer",
            "a dialog that nobody can see",
            "a dialog that nobody answered in its time",
        ],
        "Map 60012 to `retry`: a deferral is no failure.",
    ),
    number(
        60013,
        "exit code out of range",
        "The toolkit ran a process whose exit code does not fit into 32 signed bits.",
        &[
            "an installer that returns an HRESULT as an unsigned number",
            "an installer that crashed (0xC0000005 and its like)",
            "a process ended by somebody else",
        ],
        "Read the toolkit's log for the code that came.",
    ),
];
