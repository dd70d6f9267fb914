//! Whether programs that this process starts have a console as their input.
//!
//! CreateProcess succeeds where Windows can make no console (a desktop heap that is full, a policy, a service in a
//! session that has none), and that a program opens its console for a standard handle that is null is documented
//! nowhere. So a program is asked: `timeout /t 0` ends with 0 at once where its input is a console, and with an error
//! ("Input redirection is not supported") where it is anything else or where there is none.

use super::created::Created;
use crate::{Account, Arguments, Environment, Output, Start, StartedProcess as _, SystemKind, Wait};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;
use waybill_win32::device::windows_folder;

/// How long the program that is asked may take: a virus scanner may look at it first.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether a program of this process's account has a console as input. It is asked once.
///
/// Where no program can be asked (wine has no `timeout`, a policy forbids it), that counts as a console: the call that
/// makes it did not fail.
pub(super) fn is_given() -> bool {
    static IS_GIVEN: OnceLock<bool> = OnceLock::new();
    *IS_GIVEN.get_or_init(|| is_console(ask()))
}

/// What the end of the program says.
fn is_console(ended: Option<u32>) -> bool {
    ended.is_none_or(|code| code == 0)
}

/// The exit code of `timeout /t 0`; `None` where it cannot be started or does not end.
fn ask() -> Option<u32> {
    let folder = format!(r"{}\System32", windows_folder().ok()?);
    let program = format!(r"{folder}\timeout.exe");
    let mut environment = Environment::new(SystemKind::Windows);
    environment.set("SystemRoot", windows_folder().ok()?);
    let start = Start {
        program: &program,
        arguments: Arguments::Line("timeout /t 0"),
        folder: &folder,
        environment: &environment,
        account: Account::Current,
        output: Output::File(Path::new("NUL")),
    };
    let mut running = Box::new(Created::create(&start).ok()?).run().ok()?;
    match running.wait(PATIENCE) {
        Ok(Wait::Ended(code)) => Some(code),
        _ => {
            let _ = running.kill_tree(); // nothing is lost where it does not end: it does nothing
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_ends_otherwise_than_with_0_has_no_console() {
        assert_eq!([Some(0), None, Some(1), Some(0xC000_0142)].map(is_console), [true, true, false, false]);
    }
}
