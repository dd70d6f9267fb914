//! Other programs that read or check our files ("witnesses"). If one is absent, the test prints that and is skipped, or
//! fails if witnesses are required.

use std::process::Command;

/// Whether `program` can be run. With `WAYBILL_WITNESSES=required`, as in the gate, an absent program is a failure.
///
/// # Panics
/// The program is required and absent. On Windows none is required.
pub fn present(program: &str, arguments: &[&str]) -> bool {
    let outcome = Command::new(program).args(arguments).output();
    let why = match outcome {
        Ok(output) if output.status.success() => return true,
        Ok(output) => format!("{program} {arguments:?} ended with {}", output.status),
        Err(error) => format!("{program}: {error}"),
    };
    let required =
        cfg!(unix) && std::env::var_os("WAYBILL_WITNESSES").is_some_and(|value| value == "required");
    assert!(!required, "a witness is required and absent: {why}");
    #[expect(clippy::print_stderr, reason = "whoever runs the tests should know what was not asked")]
    {
        eprintln!("not asked, for it is absent: {why}");
    }
    false
}
