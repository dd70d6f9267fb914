//! Counts that CI prints.

use std::io::{self, Write as _};

/// Tells how many cases a test ran, as `what: …`: past the capture of a passing test's output, so that it stands in the log of
/// every run, where `.ci/run` looks for `rule table: …` and its like.
pub fn counted(line: &str) {
    // With a line end of its own in front: the harness may have begun a line.
    let _ = io::stderr().write_all(format!("\n{line}\n").as_bytes());
}
