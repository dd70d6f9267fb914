//! Serving a folder over HTTP, for a lab and for tests.

use super::{Class, Code};

/// The folder cannot be served.
pub const SERVE_FOLDER: Code = Code {
    id: "serve-folder",
    class: Class::Machine,
    meaning: "the folder that should be served cannot be opened",
    causes: &["a wrong path", "a file where a folder is needed", "no permission on it"],
    hint: "give the folder that `waybill publish --to` wrote into",
};

/// The address cannot be listened on.
pub const SERVE_LISTEN: Code = Code {
    id: "serve-listen",
    class: Class::Machine,
    meaning: "the address cannot be listened on",
    causes: &[
        "another server listens there already",
        "the address is none of this machine's",
        "a port below 1024 without the right to it",
    ],
    hint: "choose another with --listen; `--listen :0` takes a free port and says which",
};

/// The system gave no threads or timers.
pub const SERVE_RUNTIME: Code = Code {
    id: "serve-runtime",
    class: Class::Machine,
    meaning: "the server could not be started or was lost",
    causes: &["threads or file descriptors that the system would not give", "a fault in the program"],
    hint: "raise the limits of the process, or report it",
};

pub(super) const ALL: &[&Code] = &[&SERVE_FOLDER, &SERVE_LISTEN, &SERVE_RUNTIME];
