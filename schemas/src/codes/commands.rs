//! Errors of the command itself and of its benchmark, and the exit codes that all errors lead to.

use super::{Class, Code, NumberCode};

errors! {
    /// The command itself: its arguments, its output, what it is asked to read besides packages.
    command:
    USAGE = "usage", Usage,
        "the command line is wrong",
        ["an unknown option or a missing argument", "two options that exclude each other"],
        "run the command with `--help`; every page ends with an example";
    NO_TERMINAL = "no-terminal", Usage,
        "something would have to be asked, and there is no terminal to ask on",
        ["a script or a CI job that leaves out an argument"],
        "give every argument on the command line; `-q` replaces an existing package";
    UNKNOWN_CODE = "unknown-code", Usage,
        "no table knows this code",
        ["a typing error", "an exit code of an installer that only its vendor knows"],
        "give an id such as `mac-mismatch`, a lint code, an HRESULT, an exit code or a state";
    OUTPUT_FAILED = "output-failed", Machine,
        "the command's own output could not be written",
        ["the disk that stdout or the report file lies on is full", "no permission on the folder"],
        "make room or choose another place, then run the same command again";
    REPORT_EXISTS = "report-exists", Usage,
        "the report that would be written exists already",
        ["an earlier run wrote it"], "give another name, or --force to replace it";
    INPUT_UNREADABLE = "input-unreadable", Machine,
        "a file that was given to the command could not be read",
        ["a wrong path", "no permission on the file"], "check the path; relative ones start at the current folder";
    KEYS_NOT_NEEDED = "keys-not-needed", Usage,
        "encryption info was given for a whole package, which carries its own",
        ["`--encryption-info` is for a bare content file, taken out of a package or from Intune's storage"],
        "leave --encryption-info out";
}

errors! {
    /// Measuring: `waybill bench`.
    benchmark:
    REGRESSION = "regression", Regression,
        "a stage reaches a smaller share of this machine's limit than in the baseline, in every single run",
        ["a change since the baseline", "a machine that is busy in another way than the baseline's was"],
        "look at what changed in that stage since the baseline; if it is meant to be so, keep this run as the new \
         baseline";
    BASELINE_UNLIKE = "baseline-unlike", Refused,
        "the baseline was measured with another payload, or on another kind of machine",
        ["--size, --data, --files or --seed differ",
         "another runner of the CI service than before",
         "a processor that the system does not name"],
        "run with the baseline's options, or keep a baseline for each kind of machine; --force compares all the same";
    TOO_FEW_ROUNDS = "bench-too-few-rounds", Refused,
        "one of the two runs has fewer than 7 rounds, and their spread says too little",
        ["a baseline or a run with --runs"], "measure with --runs 7 or more, the baseline too";
    BASELINE_UNREADABLE = "baseline-unreadable", Refused,
        "the file is no benchmark that `waybill bench --save` or `--json` wrote",
        ["another file", "one of another version"], "make one: waybill bench --save baseline.json";
    NO_ROOM = "bench-no-room", Machine,
        "the folder has no room for payload, package, published content and unpacked files",
        ["a --size that is too large for this disk"], "give a smaller --size, or another disk with --folder";
    STAGE_FAILED = "bench-stage-failed", Machine,
        "a stage that was to be measured ended with an error",
        ["a full disk", "a server that is not there", "a content that is not what its document says"],
        "the message says what the stage met; run the same with `waybill pack` or `waybill fetch`";
}

/// Every exit code of the command: success, and the classes of the table of errors.
pub const EXITS: &[NumberCode] = numbers! {
    0, "done", "Done; an app is installed or detected.", [], "Nothing is to be done.";
    Class::Machine as i64, "machine",
        "The machine or Waybill itself failed: input or output, a full disk, an unreadable source; or detection \
         cannot tell, so that nothing was installed or removed.",
        ["a file that cannot be read or written",
         "a disk without space",
         "a rule that access rights keep from being evaluated"],
        "Read the error's chain: the last line names the file and what the system said.";
    Class::Usage as i64, "usage", "The command line is wrong.",
        ["an unknown option or a missing argument", "two options that exclude each other"],
        "Run the command with `--help`; every page ends with an example.";
    Class::Refused as i64, "input refused",
        "What was given is refused: a package, document, policy, rule or source; `lint` found an error.",
        ["a package that is damaged or of another shape",
         "a document with a wrong field",
         "a lint error that is not allowed"],
        "The error's own code has a page: `waybill explain CODE`.";
    Class::Integrity as i64, "integrity refused",
        "What was received is not what was sealed: MAC, digest or piece differ, or it is another content.",
        ["a truncated or damaged file", "keys of another package", "a proxy that answered with a page of its own"],
        "Fetch or copy the content again; compare its size first.";
    Class::Network as i64, "network", "The network failed for longer than the retries.",
        ["a server that cannot be reached", "a proxy or TLS inspection", "a URL that ended"],
        "Run the command again: it goes on where it stopped.";
    Class::Locked as i64, "locked", "Another waybill works on the same content, folder or root.",
        ["an agent that runs", "a second command on the same destination"],
        "Wait for the process that the message names, or give `--wait-lock`.";
    Class::NotDetected as i64, "not detected", "`detect`: the app is not there; `install`: the app is not for this device.",
        ["the app is not installed",
         "a requirement that does not hold",
         "a rule that looks at another path, version or registry view"],
        "Nothing is wrong unless you expected it there: the report says which rule did not hold.";
    Class::InstallFailed as i64, "installer failed",
        "The installer failed, could not be started, ran over its time limit, or said success and detection does not \
         find the app.",
        ["a return code that is mapped to `failed` or not mapped at all",
         "a detection rule that looks elsewhere",
         "a command that is not silent, or starts no program"],
        "The report holds the installer's own code: `waybill explain` knows it.";
    Class::RetryLater as i64, "retry later",
        "Not now: another installation runs, nobody is signed in, or the installer asked for another try.",
        ["return code 1618 or another one mapped to `retry`",
         "a user-context app without a signed-in user",
         "a restart, or an installer of an earlier run, that is waited for"],
        "Run it again later, or give `--wait`: the report says when the next try would come.";
    Class::SoftRestart as i64, "soft restart", "Success; a restart is needed some time. `install` never restarts.",
        [], "Restart when it suits.";
    Class::HardRestart as i64, "hard restart", "Success; a restart is needed before anything else is installed. `install` never restarts.",
        [], "Restart before the next app: until then every install ends with 9.";
    Class::Regression as i64, "regression", "`bench` is slower than its baseline by more than is allowed.",
        ["a slower build, or a busy machine"],
        "Run it again on a quiet machine; then look at what changed since the baseline.";
    Class::Interrupted as i64, "interrupted", "Stopped by Ctrl-C; nothing half-done stays behind that a next run cannot take up.",
        ["somebody pressed Ctrl-C, or the session ended"], "Run the same command again: it goes on where it can.";
};
