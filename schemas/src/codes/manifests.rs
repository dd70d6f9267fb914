//! Errors of making an app from a manifest of winget.

use super::{Class, Code};

errors! {
    /// Reading manifests of winget, choosing an installer, fetching it.
    winget:
    WINGET_UNREADABLE = "winget-manifest-unreadable", Machine,
        "a manifest of winget could not be read",
        ["no permission", "a network share that went away"], "make it readable, and try again";
    WINGET_REFUSED = "winget-manifest-refused", Refused,
        "the files are not one manifest of winget of schema 1.x",
        ["YAML that does not parse, or holds aliases", "files of several versions in one folder",
         "a folder above those of the versions"],
        "check them with `winget validate`, and give the folder of one version";
    WINGET_NO_INSTALLER = "winget-no-installer", Refused,
        "none of the manifest's installers can be taken",
        ["--architecture, --scope, --locale or --type that none of them has",
         "installers that cannot be silent, or whose download asks for a sign-in"],
        "ask with --architecture, --scope, --locale or --type for what an installer of the list has; where a download asks \
         for a sign-in, give the file with --installer";
    WINGET_AMBIGUOUS = "winget-ambiguous", Refused,
        "several installers of the manifest are equally fit",
        ["installers in several languages, none of which is en-US", "two files for the same architecture, type and scope"],
        "choose one with --architecture, --scope, --locale or --type; where these are the same, download the file that you \
         want and give it with --installer FILE, or take the other out of a copy of the manifest";
    WINGET_FOREIGN_TYPE = "winget-foreign-type", Refused,
        "installers of this type do not become Win32 apps",
        ["a font, a progressive web app, or an app of Microsoft's store"],
        "for an app of the store add Intune's Store app (winGetApp); for a font write a script that copies it";
    WINGET_NO_DOWNLOAD = "winget-download-prohibited", Refused,
        "the manifest does not allow a download, or it asks for a sign-in",
        ["a vendor that gives its installer to customers alone"],
        "get the installer from the vendor, and give it with --installer FILE";
    WINGET_HASH = "winget-hash-mismatch", Integrity,
        "the installer is not the one that the manifest was written for: its SHA-256 differs",
        ["the vendor replaced the file under the same URL", "a file that was altered on the way",
         "another file given with --installer"],
        "the vendor replaced the file; take a newer manifest";
    WINGET_SWITCHES = "winget-switches", Refused,
        "no silent command can be made of the manifest's switches",
        ["an installer of type exe without Silent", "a placeholder that nothing fills"],
        "give the installer's own switches with --silent";
    WINGET_LOCATION = "winget-install-location", Refused,
        "the installer needs to be told where to install",
        ["InstallLocationRequired in the manifest"], "give a folder with --install-location";
    WINGET_ELEVATION = "winget-elevation", Refused,
        "the installer must not run with an administrator's rights, and the app would run as the system",
        ["elevationProhibited in the manifest"], "choose --scope user";
    WINGET_NESTED = "winget-nested-installer", Refused,
        "the zip does not hold the nested installer that the manifest names",
        ["a path that leads out of the zip", "a zip of another version"], "take a newer manifest";
    WINGET_RECORD = "winget-record", Refused,
        "the app was not made from this package's manifest, so there is nothing to update",
        ["app.winget.json was removed", "a manifest of another package"],
        "run init --winget without --update, into a new folder";
    WINGET_IO = "winget-io", Machine,
        "a file of the app could not be written",
        ["no permission", "a full disk", "a link where a folder is expected"], "check the folder, and try again";
}
