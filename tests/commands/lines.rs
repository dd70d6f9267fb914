//! A Windows program receives its command line character for character.

use crate::content::Content;
use crate::random_tails::RandomTails;
use std::time::Instant;

/// How many random lines are really started, unless `WAYBILL_COMMAND_LINES` sets another number.
const RANDOM_LINES: usize = 200;

/// How many programs run at once; each spends most of its time waiting.
const WORKERS: usize = 4;

/// Starts the line, and returns the line that the program received and the one that was to be passed.
fn given(content: &Content, line: &str) -> (String, String) {
    let resolved = content.resolve(line).unwrap_or_else(|refused| panic!("{line}: {refused:?}"));
    let (code, output) = content.start(&resolved);
    assert_eq!(code, 0, "{line}");
    let units: Vec<u16> = output.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    (String::from_utf16(&units).unwrap(), resolved.line)
}

/// Asserts that the tail arrives unchanged. It must not contain names of existing variables.
#[track_caller]
fn assert_arrives(content: &Content, program: &str, tail: &str) {
    let path = content.folder.join("print-line.exe");
    let (given, resolved) = given(content, &format!("{program}{tail}"));
    let expected = format!("\"{}\"{}", path.display(), tail.trim_end());
    assert_eq!(given, expected, "{program}{tail}");
    assert_eq!(resolved, expected);
}

#[test]
fn what_people_write_arrives() {
    let content = Content::new().with_puppet("print-line");
    for tail in [
        "",
        " /i \"a b.msi\" /qn",
        r#" INSTALLDIR="C:\a b\""#,
        r#" /v"/qn PROP=\"x y\"""#,
        r#" /s /v"/qn INSTALLDIR=\"C:\a b\\\"""#,
        r" C:\dir\",
        r#" "C:\dir\\""#,
        " ^ & % ! && | > out.txt 2>&1",
        " %NotThere% 100% %%",
        "  two  blanks\tand a tab",
        " é 漢字 🦀 \u{a0}x",
        " \"never closed",
        " -Command \"& '.\\a.ps1' -x \\\"y z\\\"\"",
    ] {
        for program in ["print-line", "print-line.exe", r".\print-line.exe", "\"print-line.exe\""] {
            assert_arrives(&content, program, tail);
        }
    }
    // The tail follows the quote without a blank.
    assert_arrives(&content, "\"print-line.exe\"", "/S");
}

#[test]
fn random_tails_arrive() {
    let named = std::env::var("WAYBILL_COMMAND_LINES").ok().and_then(|count| count.parse().ok());
    let count = named.unwrap_or(RANDOM_LINES);
    let started = Instant::now();
    std::thread::scope(|scope| {
        for worker in 0..WORKERS {
            let share = RandomTails::new(4).take(count).enumerate().skip(worker).step_by(WORKERS);
            scope.spawn(move || {
                let content = Content::new().with_puppet("print-line");
                share.for_each(|(at, tail)| match at % 3 {
                    0 => assert_arrives(&content, "\"print-line.exe\"", &tail),
                    _ => assert_arrives(&content, "print-line.exe", &format!(" {tail}")),
                });
            });
        }
    });
    let seconds = started.elapsed().as_secs();
    // Written to stderr directly, because the test harness captures `println!` and CI is to show this count.
    let told = format!(
        "\ncommand lines: {count} random lines started, each arrived character for character, {seconds} s\n"
    );
    std::io::Write::write_all(&mut std::io::stderr(), told.as_bytes()).unwrap();
}
