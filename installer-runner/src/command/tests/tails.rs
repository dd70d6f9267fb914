use super::random_tails::RandomTails;
use super::*;
use proptest::prelude::*;
use std::sync::LazyLock;

static MACHINE: LazyLock<FakeSystem> = LazyLock::new(|| machine(&["setup.exe", "install.cmd"]));

#[test]
fn twenty_thousand_tails_go_through_character_for_character() {
    let cmd = r"C:\Windows\SysWOW64\cmd.exe";
    let mut tails = 0;
    for tail in RandomTails::new(4).take(10_000) {
        let (quoted, bare) = (tail.trim_end(), format!(" {tail}"));
        let started = resolved(&format!("\"setup.exe\"{quoted}"), &reference(), &MACHINE);
        assert_eq!(started.line, format!("\"{CONTENT}\\setup.exe\"{quoted}"));
        let batch = resolved(&format!(r".\install.cmd{bare}"), &reference(), &MACHINE);
        assert_eq!(
            batch.line,
            format!("\"{cmd}\" /d /s /c \"\"{CONTENT}\\install.cmd\"{}\"", bare.trim_end())
        );
        tails += 2;
    }
    // Written to stderr directly, because the test harness captures `println!` and CI is to show this count.
    let count = format!("\ncommand lines: {tails} random tails go through character for character\n");
    std::io::Write::write_all(&mut std::io::stderr(), count.as_bytes()).unwrap();
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

/// For lines of blanks, quotes and backslashes in every order the first candidate is `argv[0]`. Lines that begin with a
/// blank are left out: for them CommandLineToArgvW returns this program's own name.
#[cfg(windows)]
#[test]
fn the_first_token_is_that_of_command_line_to_argv() {
    const SIGNS: [char; 8] = ['"', '\\', ' ', '\t', 'a', '.', '/', 'é'];
    let mut seed = 4_u64;
    let mut compared = 0;
    while compared < 20_000 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let length = 1 + (seed >> 60) as usize;
        let line: String =
            (0..length).map(|at| SIGNS[(seed >> (8 + 3 * at)) as usize % SIGNS.len()]).collect();
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let words = waybill_win32::command_line::words(line).unwrap();
        assert_eq!(
            words.first().map(String::as_str),
            waybill_intune::command_line::candidates(line).first().map(|one| one.name),
            "{line}"
        );
        compared += 1;
    }
}
