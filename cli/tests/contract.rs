//! What the command prints and exits with, as data: `cli/tests/cmd/*.trycmd`.
//!
//! The cases run side by side in one folder (see `workbench`), so every file that they write has a name of its own.
//! `TRYCMD=overwrite cargo test -p waybill-cli --test contract` replaces the expected output by the current one; check
//! the difference before committing it. Cases that install something are in `unix`, because a shell script prints what
//! no other system would. `.exe` is written as `[..]` in them: trycmd takes it for the ending of a program, which
//! differs between systems.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod workbench;

#[test]
fn the_command_keeps_its_contract() {
    let bench = workbench::Workbench::new();
    // Made absolute before the current folder changes: under wine they are on another drive.
    let cases = std::path::absolute(workbench::project().join("cli").join("tests").join("cmd")).unwrap();
    let program = std::path::absolute(workbench::program()).unwrap();
    let found = std::fs::read_dir(&cases).unwrap().count();
    assert!(found >= 12, "trycmd passes where it finds no case; {found} here");
    // This is the only test of its program, so no other test is affected.
    std::env::set_current_dir(bench.path()).unwrap();
    let tests = trycmd::TestCases::new();
    tests
        .register_bin("waybill", program)
        .env("SOURCE_DATE_EPOCH", "1700000000")
        .env("COLUMNS", "100")
        .case(cases.join("*.trycmd"));
    if cfg!(unix) {
        tests.case(cases.join("unix").join("*.trycmd"));
    }
    tests.run();
}
