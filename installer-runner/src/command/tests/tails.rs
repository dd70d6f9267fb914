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
    // Past the harness's capture: CI prints this count.
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
