//! Code that the tests across crates share; the tests themselves are the modules of `main.rs`.

pub mod fault_server;
pub mod packed_folder;
pub mod published_content;
pub mod read_package;
pub mod sealed_package;
pub mod witness;

use std::io::{self, Write as _};

/// Prints how many cases a test ran, as `what: …`. It is written to stderr directly, because the test harness captures
/// the output of passing tests, and `.ci/run` looks for lines such as `rule table: …` in the log of every run.
pub fn counted(line: &str) {
    // The line end in front is for the harness, which may have begun a line.
    let _ = io::stderr().write_all(format!("\n{line}\n").as_bytes());
}
