//! Hostile texts take a time that is linear in their length.

use super::super::{mask, names_password, parameters, steps};

/// Pieces that, repeated, make texts which are hard to read.
const PIECES: [&str; 80] = [
    ";pwd=",
    "curl ",
    "schtasks ",
    "key=",
    "key ",
    "&key",
    "<key",
    "key='",
    "key=\"",
    "key=\\\"",
    "key=(",
    "key /d ",
    "key\" ",
    "key property '",
    "PASSWORD ",
    "PASSWORD[",
    "password is ",
    "password%20",
    "password(",
    "net use \\\\a ",
    "psexec ",
    "<key\n",
    "key:\n",
    "key\n--\n",
    "-----BEGIN PRIVATE KEY-----\n",
    "PASSWORD > ",
    "password for a",
    "name=password ",
    "\"name\":\"key",
    "<Password>",
    "password(\"",
    "net use \"a",
    "7z -p\"",
    "https://a:b/",
    "?code=x&",
    "-e AAAAAAAAAAAA ",
    "\u{1b}]",
    "\u{1b}[",
    "a=|securestring",
    "Value : x\nName : Key\n",
    "password: [\n",
    "ghp_",
    "eyJ.",
    "x?a%26",
    "?a%23%26",
    "\\",
    "'\\",
    "key=\\",
    "[key]",
    "key[",
    "/key/",
    "key/",
    "a=key=",
    "=key",
    "key:",
    "key'",
    "key=''",
    "key='''",
    "key=\"\"",
    "key\\\"",
    "<key>x</a>",
    "<key>x",
    "key property",
    "password()",
    "\\ /d:name=key",
    "name=key /d \"",
    "key%20",
    "a;key=",
    "&key=",
    "access code ",
    "access code is ",
    "--BEGIN ",
    "BEGIN --",
    "--END PRIVATE KEY",
    "\"psexec\", ",
    "[\"net\",\"user\",",
    ",  ",
    "net user a ^\n",
    "curl -u\\",
    "bearer ^ ",
];

/// The most bytes that the scans may look at for each byte of a text.
const MOST_STEPS: usize = 150;

/// Fails where the text takes more steps than its length allows.
fn check(text: &str, from: &str) {
    let limit = MOST_STEPS * (text.len() + (4 << 10));
    let steps = steps::counted(|| assert!(mask(text).len() <= 4 * text.len() + 16));
    assert!(steps <= limit, "mask: {steps} steps for {} bytes of {from:?}", text.len());
    let steps = steps::counted(|| assert!(parameters(text, names_password).len() <= text.len()));
    assert!(steps <= limit, "parameters: {steps} steps for {} bytes of {from:?}", text.len());
}

#[test]
fn a_hostile_text_takes_linear_time() {
    const LENGTH: usize = 6 << 10;
    for piece in PIECES {
        let repeated = piece.repeat(LENGTH / piece.len());
        check(&repeated, piece);
        for (before, behind) in [("password=", ""), ("x?", ")"), ("\"", "\"")] {
            check(&format!("{before}{repeated}{behind}"), piece);
        }
        // Half of the line is what each piece may search.
        let half = &repeated[..LENGTH / 2 / piece.len() * piece.len()];
        for filling in [" ", "x", "\\", "' "] {
            check(&format!("{half}{}", filling.repeat(LENGTH / 2 / filling.len())), piece);
        }
        let lines = format!("{}\n", piece.repeat(2_000 / piece.len())).repeat(2);
        check(&lines, piece);
    }
}

#[test]
fn a_word_of_escaped_signs_is_read_once() {
    for piece in ["a%26", "token%3Dx%23", "a&", "a%"] {
        let text = format!("x?{}", piece.repeat(60_000));
        let steps = steps::counted(|| drop(mask(&text)));
        assert!(steps <= 16 * text.len(), "{steps} steps for {} bytes of {piece}", text.len());
    }
}

#[test]
fn a_run_of_backslashes_is_read_once() {
    for text in ["password=", "--password ", "password=\"", "password='"] {
        let text = format!("{text}{}", "\\".repeat(60_000));
        let steps = steps::counted(|| drop(mask(&text)));
        assert!(steps <= 100 * text.len(), "{steps} steps for {} bytes", text.len());
    }
}
