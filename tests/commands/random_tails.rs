//! Random tails of command lines, made of pieces that people write and of odd ones. They are the same in every run.

use waybill_support::noise::PseudoRandom;

/// The pieces of which tails are made.
const PIECES: [&str; 48] = [
    "INSTALLDIR=\"C:\\a b\\\"",
    "/v\"/qn PROP=\\\"x y\\\"\"",
    "C:\\dir\\",
    "^",
    "&",
    "&&",
    "%",
    "%%",
    "!",
    "\"",
    "\"\"",
    "\\\"",
    "\\\\\"",
    "'",
    "|",
    ">",
    "<",
    "(",
    ")",
    "/S",
    "%NotThere%",
    "\\",
    "\\\\server\\share\\",
    "é",
    "漢字",
    "🦀",
    "*.*",
    "~",
    ";",
    ",",
    "=",
    "@",
    "#",
    "$x",
    "`",
    "{GUID}",
    " ",
    "  ",
    "\t",
    " /x:y ",
    "%1",
    "%~dp0",
    "^%",
    "^^",
    "a",
    "-b",
    "[c]",
    "\u{a0}",
];

/// An endless iterator of tails.
pub(crate) struct RandomTails(PseudoRandom);

impl RandomTails {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(PseudoRandom::new(seed))
    }
}

impl Iterator for RandomTails {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let count = self.0.below(14);
        Some((0..count).map(|_| PIECES[self.0.below(PIECES.len())]).collect())
    }
}
