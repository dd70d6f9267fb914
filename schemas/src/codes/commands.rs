//! Errors of the command itself and of its benchmark.

use super::{Class, Code};

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
        ["no permission on the file", "a disk or a network share that fails"],
        "give a file that this account may read";
    INPUT_MISSING = "input-missing", Refused,
        "a file or folder that was given to the command is not there",
        ["a typing error in its path", "another current folder than the path was meant for"],
        "check the spelling of the path; relative paths start at the current folder";
    INPUT_OF_ANOTHER_KIND = "input-of-another-kind", Refused,
        "a folder, a pipe or a device was given where a file is needed, or a file where a folder is",
        ["the file's name was left off", "a package where the folder with its sources is meant, or the other way round"],
        "give a file where the help says FILE or PACKAGE, and a folder where it says DIR or SOURCE";
    CERTIFICATES_REFUSED = "certificates-refused", Refused,
        "the file of --ca-file holds no certificates in PEM form",
        ["a certificate in DER form (.cer)", "another file"],
        "give text that begins with -----BEGIN CERTIFICATE-----, not a .cer file in DER form";
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
        "run with the baseline's options, or keep a baseline for each kind of machine; --compare-anyway compares all the same";
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
