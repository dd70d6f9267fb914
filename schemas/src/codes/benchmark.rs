//! Measuring: `waybill bench`.

use super::{Class, Code};

/// A stage lost more than is allowed.
pub const REGRESSION: Code = Code {
    id: "regression",
    class: Class::Regression,
    meaning: "a stage reaches a smaller share of this machine's limit than in the baseline, in every single run",
    causes: &["a change since the baseline", "a machine that is busy in another way than the baseline's was"],
    hint: "look at what changed in that stage since the baseline; if it is meant to be so, keep this run as the new baseline",
};

/// The baseline measured something else.
pub const BASELINE_UNLIKE: Code = Code {
    id: "baseline-unlike",
    class: Class::Refused,
    meaning: "the baseline was measured with another payload, or on another kind of machine",
    causes: &[
        "--size, --data, --files or --seed differ",
        "another runner of the CI service than before",
        "a processor that the system does not name",
    ],
    hint: "run with the baseline's options, or keep a baseline for each kind of machine; --force compares all the same",
};

/// Too few rounds.
pub const TOO_FEW_ROUNDS: Code = Code {
    id: "bench-too-few-rounds",
    class: Class::Refused,
    meaning: "one of the two runs has fewer than 7 rounds, and their spread says too little",
    causes: &["a baseline or a run with --runs"],
    hint: "measure with --runs 7 or more, the baseline too",
};

/// No baseline.
pub const BASELINE_UNREADABLE: Code = Code {
    id: "baseline-unreadable",
    class: Class::Refused,
    meaning: "the file is no benchmark that `waybill bench --save` or `--json` wrote",
    causes: &["another file", "one of another version"],
    hint: "make one: waybill bench --save baseline.json",
};

/// No room.
pub const NO_ROOM: Code = Code {
    id: "bench-no-room",
    class: Class::Machine,
    meaning: "the folder has no room for payload, package, published content and unpacked files",
    causes: &["a --size that is too large for this disk"],
    hint: "give a smaller --size, or another disk with --folder",
};

/// A stage's process failed.
pub const STAGE_FAILED: Code = Code {
    id: "bench-stage-failed",
    class: Class::Machine,
    meaning: "a stage that was to be measured ended with an error",
    causes: &["a full disk", "a server that is not there", "a content that is not what its document says"],
    hint: "the message says what the stage met; run the same with `waybill pack` or `waybill fetch`",
};

pub(super) const ALL: &[&Code] =
    &[&REGRESSION, &TOO_FEW_ROUNDS, &BASELINE_UNLIKE, &BASELINE_UNREADABLE, &NO_ROOM, &STAGE_FAILED];
