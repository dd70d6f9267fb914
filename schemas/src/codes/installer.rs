//! Exit codes of installers: Windows Installer's, the system's, those of common installer makers.

use super::NumberCode;

/// Every exit code with a page of its own; [`TOOLKIT`] has those of the deployment toolkit.
pub const ALL: &[NumberCode] = numbers! {
    0, "success", "The installer succeeded.", [], "Nothing is to be done; detection has the last word.";
    1, "general failure", "A script or an installer failed without saying more.",
        ["a PowerShell script that ended with an error, or a script that was not found",
         "an NSIS installer that was cancelled, an Inno Setup that could not start",
         "a command inside a .cmd that failed last"],
        "Run the command by hand from a SYSTEM prompt and read what it prints.";
    2, "ERROR_FILE_NOT_FOUND", "A file was not found; for NSIS: the installer stopped itself.",
        ["a path in the command or the script that is wrong on the device",
         "an NSIS script that aborted",
         "a program of System32 that the 32-bit view (SysWOW64) does not have: say Sysnative"],
        "Run `waybill lint` on the app: WB102 names files that are not in the package.";
    3, "ERROR_PATH_NOT_FOUND", "A folder was not found.",
        ["a path of the packager's machine",
         "a 32-bit program that was looking for a 64-bit folder",
         "a drive or share that SYSTEM does not have"],
        "Name files relative to the package, e.g. `Files\\setup.exe`.";
    5, "ERROR_ACCESS_DENIED", "Access was denied.",
        ["an app that runs as the user writes to a place for administrators",
         "a file in use",
         "application control (AppLocker, WDAC) or a virus scanner"],
        "Set `runAsAccount` to `system`, or look into the CodeIntegrity and AppLocker event logs.";
    87, "ERROR_INVALID_PARAMETER", "The command line holds a parameter that the program does not take.",
        ["a switch of another installer type",
         "quotes lost in a nested command line",
         "a dash from a word processor (–) for `-`"],
        "Compare the switches with what the installer prints for `/?`.";
    193, "ERROR_BAD_EXE_FORMAT", "What was started is no program (0x800700C1).",
        ["a .ps1, .msi, .vbs or .reg given directly",
         "a program for another architecture",
         "a damaged or truncated .exe"],
        "Put the right program in front, e.g. `msiexec /i`.";
    740, "ERROR_ELEVATION_REQUIRED", "The installer wants administrator rights that the user does not have.",
        ["an app that runs as the user although its installer is for everybody",
         "an installer that asks for administrator rights by its manifest",
         "a user who is no administrator, where the packager was one"],
        "Set `runAsAccount` to `system`.";
    1223, "ERROR_CANCELLED", "A prompt for administrator rights was refused or could not be shown.",
        ["an installer that elevates itself in user context",
         "a user who said no to the prompt",
         "a prompt that no desktop could show"],
        "Set `runAsAccount` to `system`.";
    1601, "ERROR_INSTALL_SERVICE_FAILURE", "The Windows Installer service could not be reached.",
        ["the service is disabled", "a restart is pending", "an installation that hangs in the service"],
        "Restart the device; see that the service `msiserver` is not disabled.";
    1602, "ERROR_INSTALL_USEREXIT", "The user cancelled the installation.",
        ["a dialog that a user closed, because the command is not silent",
         "a custom action that cancels",
         "a wrapper that lets users put it off"],
        "Make the command silent (`/qn`); where users may put it off, map 1602 to `retry`, never to `success`.";
    1603, "ERROR_INSTALL_FAILURE", "A fatal error during installation.",
        ["a launch condition or custom action that failed",
         "a version that is newer, or another edition, installed already",
         "files in use, no right to write to the target, or a pending restart"],
        "Add `/l*v` with a log file in a folder that exists, and look for `Return value 3` in it.";
    1605, "ERROR_UNKNOWN_PRODUCT", "The product is not installed, or not for this user.",
        ["an uninstall command with the product code of another version",
         "a per-user product that SYSTEM does not see",
         "the product was removed already"],
        "Compare the product code with the packed MSI (`waybill inspect`); WB204 finds the difference.";
    1612, "ERROR_INSTALL_SOURCE_ABSENT", "The MSI that the product was installed from is not there any more.",
        ["an update or removal that needs the original source",
         "the installer cache (C:\\Windows\\Installer) was cleaned",
         "a source folder or share that is gone since the product was installed"],
        "Pack the original MSI with the app and give it to msiexec (`/i old.msi REINSTALL=ALL`, `/x old.msi`).";
    1614, "ERROR_PRODUCT_UNINSTALLED", "The product is uninstalled.",
        ["a command that works on a product which was removed before",
         "an uninstall that ran twice",
         "a product code of an older version"],
        "Let detection decide; nothing is left to remove.";
    1618, "ERROR_INSTALL_ALREADY_RUNNING", "Another installation is running.",
        ["Windows Update, another app or a user installs at the same time",
         "an installation that hangs",
         "an installer that starts a second one and does not wait for it"],
        "Map 1618 to `retry`, as the five default return codes do.";
    1619, "ERROR_INSTALL_PACKAGE_OPEN_FAILED", "The MSI could not be opened.",
        ["the command names an MSI that is not in the package, or by another path",
         "a name with spaces without quotes",
         "a damaged or locked file"],
        "Name the MSI relative to the package and in quotes; WB102 and WB104 find the place.";
    1620, "ERROR_INSTALL_PACKAGE_INVALID", "The file is no valid MSI.",
        ["a truncated download", "an .exe renamed to .msi", "an MSI of a newer schema than the device's installer"],
        "Download the MSI again and compare its digest with the publisher's.";
    1622, "ERROR_INSTALL_LOG_FAILURE", "The log file could not be opened.",
        ["`/l*v` into a folder that does not exist",
         "a log path that the account may not write to",
         "a log file that another process holds"],
        "Log into a folder that exists on every device, e.g. `%TEMP%` or `C:\\Windows\\Temp`.";
    1624, "ERROR_INSTALL_TRANSFORM_FAILURE", "A transform could not be applied.",
        ["`TRANSFORMS=` names a file that is not in the package",
         "a transform made for another version of the MSI",
         "a path with spaces without quotes after `TRANSFORMS=`"],
        "Pack the .mst beside the MSI, and make it anew for this version.";
    1625, "ERROR_INSTALL_PACKAGE_REJECTED", "A policy forbids this installation.",
        ["AppLocker, WDAC or the DisableMSI policy",
         "a per-user MSI of an unsigned publisher",
         "an MSI that only administrators may install, started as the user"],
        "Look into the AppLocker and CodeIntegrity event logs, and set `runAsAccount` to `system`.";
    1633, "ERROR_INSTALL_PLATFORM_UNSUPPORTED", "The MSI is not for this processor type.",
        ["an x64 or arm64 MSI on a device of another architecture",
         "a 32-bit Windows",
         "the wrong file of several in the package named by the command"],
        "Set `applicableArchitectures` to what the MSI is made for; WB303 finds it.";
    1635, "ERROR_PATCH_PACKAGE_OPEN_FAILED", "The patch could not be opened.",
        ["`/p` names an .msp that is not in the package",
         "a name with spaces without quotes",
         "a damaged or locked file"],
        "Name the .msp relative to the package and in quotes.";
    1638, "ERROR_PRODUCT_VERSION", "Another version of this product is installed already.",
        ["a minor update started with `/i` alone",
         "a newer version of the product on the device",
         "an MSI that was built anew under the same product code"],
        "Add `REINSTALL=ALL REINSTALLMODE=vomus`, or uninstall the other version first (supersedence).";
    1639, "ERROR_INVALID_COMMAND_LINE", "msiexec does not understand its command line.",
        ["quotes around a whole `PROPERTY=\"a b\"` instead of around the value",
         "a path with spaces without quotes",
         "a dash from a word processor (–) for `-`, or curly quotes"],
        "Write `PROPERTY=\"value with spaces\"`, and type quotes and dashes again.";
    1641, "ERROR_SUCCESS_REBOOT_INITIATED", "Success; the installer has begun a restart.",
        ["an MSI that asks for a restart, without `/norestart`",
         "files that were in use",
         "a custom action or bootstrapper that restarts by itself"],
        "Add `/norestart`; map 1641 to `hardReboot`.";
    1642, "ERROR_PATCH_TARGET_NOT_FOUND",
        "The product that the patch is for is not installed, or in another version.",
        ["a patch for another version",
         "a per-user product that SYSTEM does not see",
         "the base product was never installed"],
        "Require the base product by a dependency, and check its version by a requirement rule.";
    1707, "installed",
        "Installation completed successfully; Windows Installer's event 1707, which some installers return.",
        [], "Map 1707 to `success`, as the five default return codes do.";
    3010, "ERROR_SUCCESS_REBOOT_REQUIRED", "Success; a restart is needed before everything works.",
        ["files that were in use are replaced at the next start",
         "a driver or service that starts with the system",
         "an earlier installation that waits for its restart"],
        "Map 3010 to `softReboot`, as the five default return codes do.";
    3017, "ERROR_FAIL_REBOOT_REQUIRED", "Failed; a restart is needed before it can be tried again.",
        ["an earlier installation or update waits for its restart",
         "a driver that is replaced at the next start",
         "files in use that the installer insists on"],
        "Restart the device, then try again.";
};

/// Exit codes of the PowerShell App Deployment Toolkit, from its documentation: 60001 to 60013. The toolkit leaves
/// 69000 to 79999 to its users.
pub const TOOLKIT: &[NumberCode] = numbers! {
    60001, "script error", "The toolkit's deployment script failed.",
        ["an error in the script itself",
         "an exception that the script did not catch",
         "a command in it that is not there on the device"],
        "Read the toolkit's log in `C:\\Windows\\Logs\\Software`.";
    60002, "process failed", "The toolkit could not run a process (Execute-Process, Start-ADTProcess).",
        ["a file that is not in the `Files` folder",
         "a path or argument that is wrong on the device",
         "an installer that ended with a code that the script does not take for success"],
        "Read the toolkit's log; it names the process.";
    60003, "administrator rights needed", "The toolkit needs administrator rights to run something as the user.",
        ["the app runs as the user",
         "a user who is no administrator",
         "a script that asks for administrator rights (`RequireAdmin`)"],
        "Set `runAsAccount` to `system`.";
    60004, "assemblies not loaded", "The toolkit could not load the .NET assemblies of its dialogs.",
        ["a device without the .NET Framework version it needs",
         "constrained language mode",
         "a broken .NET installation"],
        "Run it with `-DeployMode Silent`, or repair .NET on the device.";
    60005, "dialog failed", "The toolkit could not show its \"application blocked\" dialog.",
        ["no user session to show it in", "a dialog started from session 0", "a user who signed out meanwhile"],
        "Run it with `-DeployMode Silent`, or start it through ServiceUI.";
    60006, "no interaction allowed", "The toolkit may not fall back to SYSTEM without interaction.",
        ["`AllowSystemInteractionFallback` is off in its configuration",
         "nobody is signed in",
         "a dialog in a script that runs silently"],
        "Set that option, or run it with `-DeployMode Silent`.";
    60007, "main script not loaded", "The toolkit's main script was not found or has an error.",
        ["the `AppDeployToolkit` folder was not packed",
         "a file damaged or blocked by a virus scanner",
         "a script of another version of the toolkit"],
        "Pack the whole toolkit folder: `waybill inspect` lists what is in the package.";
    60008, "toolkit not ready",
        "The toolkit could not load its module or open its session, or found nobody signed in to run something as.",
        ["the `PSAppDeployToolkit` module folder was not packed",
         "a command that needs a signed-in user, without one",
         "a module blocked by execution policy or application control"],
        "Pack the whole toolkit folder; run it with `-DeployMode Silent` where nobody may be signed in.";
    60009, "PowerShell not started", "The toolkit's .exe failed before PowerShell could be started.",
        ["the .ps1 is not beside the .exe", "application control forbids it", "a virus scanner took the .ps1 away"],
        "Pack .exe and .ps1 together; look into the AppLocker event log.";
    60010, "PowerShell not started", "The toolkit's .exe failed before PowerShell could be started.",
        ["the .ps1 is not beside the .exe", "application control forbids it", "a virus scanner took the .ps1 away"],
        "Pack .exe and .ps1 together; look into the AppLocker event log.";
    60011, "PowerShell failed", "The toolkit's .exe could not run the PowerShell process.",
        ["application control or a broken PowerShell",
         "a parameter that the script does not take",
         "quotes lost between the .exe and the script"],
        "Start the .ps1 through powershell.exe and read what it prints.";
    60012, "deferred", "The user put the installation off, or a dialog timed out.",
        ["a user who is busy and chose to defer",
         "a dialog that nobody can see",
         "a dialog that nobody answered in its time"],
        "Map 60012 to `retry`: a deferral is no failure.";
    60013, "exit code out of range", "The toolkit ran a process whose exit code does not fit into 32 signed bits.",
        ["an installer that returns an HRESULT as an unsigned number",
         "an installer that crashed (0xC0000005 and its like)",
         "a process ended by somebody else"],
        "Read the toolkit's log for the code that came.";
};
