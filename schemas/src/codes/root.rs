//! The folder of state and partial downloads, and what lies in it: locks, journals, manifests, room on the disk.

use super::{Class, Code};

/// Another process holds the lock.
pub const LOCKED: Code = Code {
    id: "locked",
    class: Class::Locked,
    meaning: "another waybill works on this content or this folder",
    causes: &["a fetch of the same content, or into the same folder, that still runs", "the agent"],
    hint: "wait for it, or give --wait-lock <SECONDS>; a lock ends with its process, never remove the file",
};

/// The root cannot be made, or is not ours alone.
pub const ROOT_UNUSABLE: Code = Code {
    id: "root-unusable",
    class: Class::Machine,
    meaning: "the folder of state and partial downloads cannot be used",
    causes: &[
        "no permission to make it",
        "it belongs to another user, or others may write to it",
        "a link, or a file, lies in its place",
    ],
    hint: "give a folder that is yours alone with --root <DIR> or WAYBILL_ROOT (on Unix: chmod 700)",
};

/// Too little room.
pub const DISK_FULL: Code = Code {
    id: "disk-full",
    class: Class::Machine,
    meaning: "there is too little room on the disk",
    causes: &["other files", "contents of earlier runs that were kept with --keep-content", "a quota"],
    hint: "make room and run the same command again: it goes on from what is held",
};

/// A journal, lock or manifest could not be read or written.
pub const STATE_FAILED: Code = Code {
    id: "state-failed",
    class: Class::Machine,
    meaning: "a lock, journal or manifest below the root could not be read or written",
    causes: &["no permission", "a disk or network share that reports errors", "a file system without locks"],
    hint: "check the disk, or choose a --root on a local disk",
};

/// A content folder that was changed.
pub const FOLDER_DAMAGED: Code = Code {
    id: "folder-damaged",
    class: Class::Integrity,
    meaning: "the folder was unpacked from this content, and is no longer what it was then",
    causes: &[
        "an installer or a person changed, added or removed files in it",
        "a loss of power soon after it was written",
        "a failing disk",
    ],
    hint: "give --force to replace it, or another --output",
};

/// A name that no folder in the cache may have.
pub const CACHE_NAME: Code = Code {
    id: "cache-name",
    class: Class::Refused,
    meaning: "an app or revision whose name cannot be a folder's on every host",
    causes: &["characters other than letters, digits, `-`, `.` and `_`", "a reserved name such as CON"],
    hint: "use the app's id and the number of its revision",
};

/// Every error of the root and what lies in it.
pub(super) const ALL: &[&Code] =
    &[&LOCKED, &ROOT_UNUSABLE, &DISK_FULL, &STATE_FAILED, &FOLDER_DAMAGED, &CACHE_NAME];
