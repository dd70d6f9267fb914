//! Tails of command lines: as people write them, and as nobody should. The same ones on every run.

/// What tails are made of.
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

/// An endless row of tails (xorshift64*).
pub(crate) struct RandomTails(u64);

impl RandomTails {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % end
    }
}

impl Iterator for RandomTails {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let count = self.below(14);
        Some((0..count).map(|_| PIECES[self.below(PIECES.len())]).collect())
    }
}
