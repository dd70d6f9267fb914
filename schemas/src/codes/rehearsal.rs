//! A package's dress rehearsal: `waybill try`.

use super::{Class, Code};

/// The app is here already.
pub const APP_IS_HERE: Code = Code {
    id: "app-is-here",
    class: Class::Refused,
    meaning: "the app that `try` should install is on this machine already, and its uninstall would take that copy away",
    causes: &[
        "an earlier install, by Intune or by hand",
        "a rehearsal that was broken off before its uninstall",
        "a detection rule that holds on every machine",
    ],
    hint: "try it on another machine or in Windows Sandbox (`--sandbox`); `--force` uninstalls the copy that is here first",
};

/// The folder of the rehearsal cannot be made.
pub const REHEARSAL_FOLDER: Code = Code {
    id: "rehearsal-folder",
    class: Class::Machine,
    meaning: "the folder that the rehearsal writes into cannot be made",
    causes: &["no permission on the folder above it", "a full disk"],
    hint: "give another one with --root",
};

pub(super) const ALL: &[&Code] = &[&APP_IS_HERE, &REHEARSAL_FOLDER];
