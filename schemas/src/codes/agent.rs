//! What the agent remembers, and what keeps it from acting.

use super::{Class, Code};

/// The state is not whole.
pub const STATE_DAMAGED: Code = Code {
    id: "state-damaged",
    class: Class::Machine,
    meaning: "state.db, the memory of attempts and pending restarts, is damaged and is not used",
    causes: &[
        "a failing disk, or one that loses what it said was written",
        "a program that wrote into it or restored a part of it, such as a backup or a cleaner",
        "the file was copied while it was in use, without state.db-wal",
    ],
    hint: "move state.db and its -wal and -shm files out of the root: a new one is made, which knows of no earlier attempt, \
           waiting time or pending restart; see first that no installer of an earlier run still runs",
};

/// The state is a newer version's, or no state of ours.
pub const STATE_UNKNOWN: Code = Code {
    id: "state-unknown",
    class: Class::Machine,
    meaning: "state.db was written by a newer version of waybill, or by another program, and is left as it is",
    causes: &[
        "a newer waybill ran on this device before",
        "two versions of waybill share one root",
        "another program's database lies at that place",
    ],
    hint: "run the newer version, or give another --root <DIR>",
};

/// A user's app whose files its user may not read.
pub const CONTENT_NOT_SHARED: Code = Code {
    id: "content-not-shared",
    class: Class::Machine,
    meaning: "the content folder of a user-context app could not be opened to its user, so nothing was started",
    causes: &[
        "the root lies on a volume without access lists, such as exFAT",
        "the folder's access list was changed by somebody else",
        "a policy forbids icacls.exe",
    ],
    hint: "give a root on an NTFS volume with --root, or run icacls on the content folder by hand and read what it says",
};

/// Every error of the agent.
pub(super) const ALL: &[&Code] = &[&STATE_DAMAGED, &STATE_UNKNOWN, &CONTENT_NOT_SHARED];
