//! Writing packages.

use super::{Class, Code};

/// The output cannot be written.
pub const WRITE_FAILED: Code = Code {
    id: "write-failed",
    class: Class::Machine,
    meaning: "the package could not be written to its folder",
    causes: &["the disk is full", "the output folder is not writable", "a network share went away"],
    hint: "free space or choose another place with --output; nothing was left behind",
};

/// The system has no random bytes.
pub const NO_RANDOM: Code = Code {
    id: "no-random",
    class: Class::Machine,
    meaning: "the system gave no random bytes for the package's keys",
    causes: &["a sandbox that hides the system's random source"],
    hint: "pack outside the sandbox; keys are never taken from anywhere else",
};

/// An entry name is longer than the format can say.
pub const ENTRY_NAME_LENGTH: Code = Code {
    id: "entry-name-length",
    class: Class::Refused,
    meaning: "an entry name is over 65,535 bytes, which no zip can hold",
    causes: &["very deep nesting in the source folder"],
    hint: "shorten the folder names",
};

/// The writer was called in an order that makes no archive.
pub const WRITER_MISUSED: Code = Code {
    id: "writer-misused",
    class: Class::Machine,
    meaning: "the archive writer was given calls or lengths that do not fit together",
    causes: &["a fault in the program that calls it"],
    hint: "report it, with the command that led here",
};

/// The output exists already.
pub const OUTPUT_EXISTS: Code = Code {
    id: "output-exists",
    class: Class::Usage,
    meaning: "the package that would be written exists already",
    causes: &["an earlier run wrote it"],
    hint: "give another --output, or --force to replace it",
};

/// The output's path cannot be used.
pub const OUTPUT_UNUSABLE: Code = Code {
    id: "output-unusable",
    class: Class::Machine,
    meaning: "the output folder cannot be made or written to",
    causes: &["a file lies where the folder should be", "missing permission", "a read-only disk"],
    hint: "choose another place with --output",
};

/// The app's document names no setup file.
pub const APP_WITHOUT_SETUP_FILE: Code = Code {
    id: "app-without-setup-file",
    class: Class::Refused,
    meaning: "app.json does not name the setup file, so an app's folder cannot be packed by itself",
    causes: &["setupFilePath is missing or empty", "the document was written by hand"],
    hint: "add setupFilePath to app.json, write it with waybill init, or pack the source folder with --setup",
};

/// A source file is not the one that was listed.
pub const SOURCE_CHANGED: Code = Code {
    id: "source-changed",
    class: Class::Machine,
    meaning: "a source file changed, grew, shrank or vanished while it was packed",
    causes: &[
        "a build or a download still writes into the source folder",
        "the program to be packed is running",
    ],
    hint: "wait until the folder is quiet and pack again; no package was written",
};

/// The user stopped it.
pub const PACK_CANCELLED: Code = Code {
    id: "pack-cancelled",
    class: Class::Interrupted,
    meaning: "packing was interrupted",
    causes: &["Ctrl-C"],
    hint: "nothing was left behind; run the same command again",
};

/// A fault of the packer itself.
pub const PACK_FAULT: Code = Code {
    id: "pack-fault",
    class: Class::Machine,
    meaning: "the packer itself failed: a block could not be deflated or a thread was lost",
    causes: &["a fault in the program", "memory that the system would not give"],
    hint: "try --level store, and report it",
};

pub(super) const ALL: &[&Code] = &[
    &WRITE_FAILED,
    &NO_RANDOM,
    &ENTRY_NAME_LENGTH,
    &WRITER_MISUSED,
    &OUTPUT_EXISTS,
    &OUTPUT_UNUSABLE,
    &APP_WITHOUT_SETUP_FILE,
    &SOURCE_CHANGED,
    &PACK_CANCELLED,
    &PACK_FAULT,
];
