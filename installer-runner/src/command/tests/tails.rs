use super::*;
use proptest::prelude::*;
use std::sync::LazyLock;

static MACHINE: LazyLock<FakeSystem> = LazyLock::new(|| machine(&["setup.exe", "install.cmd"]));

/// What tails are made of: as people write them, and as nobody should.
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

/// The same tails on every run: xorshift64*.
struct Tails(u64);

impl Tails {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % end
    }

    fn next(&mut self) -> String {
        let count = self.below(14);
        (0..count).map(|_| PIECES[self.below(PIECES.len())]).collect()
    }
}

#[test]
fn twenty_thousand_tails_go_through_character_for_character() {
    let cmd = r"C:\Windows\SysWOW64\cmd.exe";
    let mut tails = Tails(4);
    for _ in 0..10_000 {
        let tail = tails.next();
        let (quoted, bare) = (tail.trim_end(), format!(" {tail}"));
        let started = resolved(&format!("\"setup.exe\"{quoted}"), &reference(), &MACHINE);
        assert_eq!(started.line, format!("\"{CONTENT}\\setup.exe\"{quoted}"));
        let batch = resolved(&format!(r".\install.cmd{bare}"), &reference(), &MACHINE);
        assert_eq!(
            batch.line,
            format!("\"{cmd}\" /d /s /c \"\"{CONTENT}\\install.cmd\"{}\"", bare.trim_end())
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_line_is_judged_without_trouble(line in "\\PC{0,80}") {
        match resolve(&line, CONTENT, &reference(), &*MACHINE) {
            Ok(started) => prop_assert!(started.line.starts_with('"')),
            Err(refused) => prop_assert!(refused.report.refused.is_some()),
        }
    }
}
