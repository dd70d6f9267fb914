//! The command itself: its arguments, its output, what it is asked to read besides packages.

use super::{Class, Code};

/// The command line is not one that `waybill` understands.
pub const USAGE: Code = Code {
    id: "usage",
    class: Class::Usage,
    meaning: "the command line is wrong",
    causes: &["an unknown option or a missing argument", "two options that exclude each other"],
    hint: "run the command with `--help`; every page ends with an example",
};

/// A question that only a person can answer, and nobody is there.
pub const NO_TERMINAL: Code = Code {
    id: "no-terminal",
    class: Class::Usage,
    meaning: "something would have to be asked, and there is no terminal to ask on",
    causes: &["a script or a CI job that leaves out an argument"],
    hint: "give every argument on the command line; `-q` replaces an existing package",
};

/// Nothing of that name is known.
pub const UNKNOWN_CODE: Code = Code {
    id: "unknown-code",
    class: Class::Usage,
    meaning: "no table knows this code",
    causes: &["a typing error", "an exit code of an installer that only its vendor knows"],
    hint: "give an id such as `mac-mismatch`, a lint code, an HRESULT, an exit code or a state",
};

/// The report could not be written.
pub const OUTPUT_FAILED: Code = Code {
    id: "output-failed",
    class: Class::Machine,
    meaning: "the command's own output could not be written",
    causes: &["the disk that stdout or the report file lies on is full", "no permission on the folder"],
    hint: "make room or choose another place, then run the same command again",
};

/// A report would replace a file.
pub const REPORT_EXISTS: Code = Code {
    id: "report-exists",
    class: Class::Usage,
    meaning: "the report that would be written exists already",
    causes: &["an earlier run wrote it"],
    hint: "give another name, or --force to replace it",
};

/// A file that the command was given cannot be read.
pub const INPUT_UNREADABLE: Code = Code {
    id: "input-unreadable",
    class: Class::Machine,
    meaning: "a file that was given to the command could not be read",
    causes: &["a wrong path", "no permission on the file"],
    hint: "check the path; relative ones start at the current folder",
};

/// Keys were given for a file that carries its own.
pub const KEYS_NOT_NEEDED: Code = Code {
    id: "keys-not-needed",
    class: Class::Usage,
    meaning: "encryption info was given for a whole package, which carries its own",
    causes: &[
        "`--encryption-info` is for a bare content file, taken out of a package or from Intune's storage",
    ],
    hint: "leave --encryption-info out",
};

pub(super) const ALL: &[&Code] = &[
    &USAGE,
    &NO_TERMINAL,
    &UNKNOWN_CODE,
    &OUTPUT_FAILED,
    &REPORT_EXISTS,
    &INPUT_UNREADABLE,
    &KEYS_NOT_NEEDED,
];
