//! Exit codes of `waybill` itself: the classes of the table of errors, and success.

use super::number::{NumberCode, number};

/// Every exit code of the command.
pub const ALL: &[NumberCode] = &[
    number(0, "done", "Done; an app is installed or detected.", &[], "Nothing is to be done."),
    number(
        1,
        "machine",
        "The machine or Waybill itself failed: input or output, a full disk, an unreadable source; or detection cannot tell, so that nothing was installed or removed.",
        &[
            "a file that cannot be read or written",
            "a disk without space",
            "a rule that access rights keep from being evaluated",
        ],
        "Read the error's chain: the last line names the file and what the system said.",
    ),
    number(
        2,
        "usage",
        "The command line is wrong.",
        &["an unknown option or a missing argument", "two options that exclude each other"],
        "Run the command with `--help`; every page ends with an example.",
    ),
    number(
        3,
        "input refused",
        "What was given is refused: a package, document, policy, rule or source; `lint` found an error.",
        &[
            "a package that is damaged or of another shape",
            "a document with a wrong field",
            "a lint error that is not allowed",
        ],
        "The error's own code has a page: `waybill explain CODE`.",
    ),
    number(
        4,
        "integrity refused",
        "What was received is not what was sealed: MAC, digest or piece differ, or it is another content.",
        &[
            "a truncated or damaged file",
            "keys of another package",
            "a proxy that answered with a page of its own",
        ],
        "Fetch or copy the content again; compare its size first.",
    ),
    number(
        5,
        "network",
        "The network failed for longer than the retries.",
        &["a server that cannot be reached", "a proxy or TLS inspection", "a URL that ended"],
        "Run the command again: it goes on where it stopped.",
    ),
    number(
        6,
        "locked",
        "Another waybill works on the same content, folder or root.",
        &["an agent that runs", "a second command on the same destination"],
        "Wait for the process that the message names, or give `--wait-lock`.",
    ),
    number(
        7,
        "not detected",
        "`detect`: the app is not there; `install`: the app is not for this device.",
        &[
            "the app is not installed",
            "a requirement that does not hold",
            "a rule that looks at another path, version or registry view",
        ],
        "Nothing is wrong unless you expected it there: the report says which rule did not hold.",
    ),
    number(
        8,
        "installer failed",
        "The installer failed, could not be started, ran over its time limit, or said success and detection does not find the app.",
        &[
            "a return code that is mapped to `failed` or not mapped at all",
            "a detection rule that looks elsewhere",
            "a command that is not silent, or starts no program",
        ],
        "The report holds the installer's own code: `waybill explain` knows it.",
    ),
    number(
        9,
        "retry later",
        "Not now: another installation runs, nobody is signed in, or the installer asked for another try.",
        &[
            "return code 1618 or another one mapped to `retry`",
            "a user-context app without a signed-in user",
            "a restart, or an installer of an earlier run, that is waited for",
        ],
        "Run it again later, or give `--wait`: the report says when the next try would come.",
    ),
    number(
        10,
        "soft restart",
        "Success; a restart is needed some time. `install` never restarts.",
        &[],
        "Restart when it suits.",
    ),
    number(
        11,
        "hard restart",
        "Success; a restart is needed before anything else is installed. `install` never restarts.",
        &[],
        "Restart before the next app: until then every install ends with 9.",
    ),
    number(
        12,
        "regression",
        "`bench` is slower than its baseline by more than is allowed.",
        &["a slower build, or a busy machine"],
        "Run it again on a quiet machine; then look at what changed since the baseline.",
    ),
    number(
        130,
        "interrupted",
        "Stopped by Ctrl-C; nothing half-done stays behind that a next run cannot take up.",
        &["somebody pressed Ctrl-C, or the session ended"],
        "Run the same command again: it goes on where it can.",
    ),
];
