//! What the command prints and exits with, as data: `cli/tests/cmd/*.trycmd`.
//!
//! The cases run side by side in one folder (see `workbench`); what they write has a name of its own.
//! `TRYCMD=overwrite cargo test -p waybill-cli --test contract` writes what is printed now; read the difference.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod workbench;

#[test]
fn the_command_keeps_its_contract() {
    let bench = workbench::Workbench::new();
    // The one test of its program: nobody else is moved along.
    std::env::set_current_dir(bench.path()).unwrap();
    let cases = workbench::project().join("cli").join("tests").join("cmd").join("*.trycmd");
    trycmd::TestCases::new()
        .register_bin("waybill", workbench::program())
        .env("SOURCE_DATE_EPOCH", "1700000000")
        .env("COLUMNS", "100")
        .case(cases)
        .run();
}
