//! A program that tests start in place of an installer, on Windows and on Unix; it does what its arguments say.
//!
//! [`program`] is its path. Its arguments are commands with the word `then` between them. It ends with 0 after the
//! last:
//!
//! ```text
//! waybill-puppet append runs.txt once then install app.txt then exit 3010
//! ```
//!
//! | command | what it does |
//! |---|---|
//! | `exit N` | ends with N: signed or unsigned 32 bits on Windows (`-1`, `4294967295`), the low 8 bits on Unix |
//! | `print TEXT`, `complain TEXT` | writes a line to stdout, to stderr |
//! | `print-line` | Windows: the command line exactly as it was given, as UTF-16LE without a line end, then ends. Unix: each word after the program's name, and a NUL after each. A copy of the program that is called `print-line` does so whatever it is given |
//! | `print-environment` | a line `NAME=VALUE` for each variable, in the order in which they are given |
//! | `print-folder` | a line with the working directory |
//! | `print-input` | reads stdin to its end, and writes a line with the number of bytes |
//! | `flood BYTES` | writes so many bytes to stdout: first the line `flood begins`, last the line `flood ends` |
//! | `append FILE TEXT` | appends a line to a file: the trace that it ran, and how often |
//! | `pid FILE` | writes its process id into a file, in one step |
//! | `wait-for FILE` | goes on when the file is there |
//! | `sleep-forever` | runs until it is killed |
//! | `write-forever` | the same, and writes lines to stdout meanwhile |
//! | `install FILE` | makes a file; where it is there already ends with 1638 (another version is installed) |
//! | `uninstall FILE` | removes a file; where it is not there ends with 1605 (not installed) |
//! | `retry-until FILE N` | counts its runs in a file; ends with 1618 (another installation runs) before the Nth, with 0 from then on |
//! | `spawn-and-end [breakaway] COMMANDS…` | starts itself with all the commands that follow, and ends with 0 while they run. `breakaway` leaves the job (Windows) or the process group (Unix) |
//! | `new-session` | Unix: makes a session of its own, as a daemon does; Windows: nothing |
//! | `end-while-child-writes FILE` | the child writes its id into the file and then writes forever; ends with 0 once it writes |
//! | `kill-parent` | kills the process that started it |
//! | `end-by-child FILE` | a child writes its id into the file, kills it and lives on |
//! | `delete-own-folder` | deletes the working directory, as far as the system lets it |
//! | `hold-mutex NAME FILE` | Windows: creates the mutex, writes its id into the file and runs until it is killed |
//!
//! Called as PowerShell is (`-NoProfile -ExecutionPolicy POLICY -File SCRIPT`) it stands in for it: each line of the
//! script is a command (`print` and `complain` take the rest of the line, `#` begins a comment), its encoding is read
//! as Windows PowerShell 5.1 reads it, and what is not signed is refused under `AllSigned`.
//!
//! "Forever" is ten minutes: a test that was killed leaves nothing behind for longer. What it cannot do it says on
//! stderr, and ends with 250.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The exit code of the program if it cannot do what its arguments say.
pub const CANNOT: i32 = 250;

/// The path of the puppet. `cargo test --workspace` builds it; if only another package's tests are built, it is built
/// here. Under wine that is not possible, so build it first there (`cargo build -p waybill-puppet`).
///
/// # Panics
/// The program does not exist and cannot be built.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let (profile, path) = beside_this_test();
        if !path.is_file() {
            build(&profile);
        }
        assert!(path.is_file(), "{}: not there; cargo build -p waybill-puppet makes it", path.display());
        path
    })
}

/// The folder of the profile that this test was built with (`target/debug`), and the program in it.
fn beside_this_test() -> (PathBuf, PathBuf) {
    #[expect(clippy::expect_used, reason = "for tests only")]
    let test = std::env::current_exe().expect("a test knows its own path");
    let is_profile = |folder: &&Path| folder.join("deps").is_dir();
    let profile = test.ancestors().skip(1).find(is_profile).unwrap_or(&test).to_owned();
    let path = profile.join(format!("waybill-puppet{}", std::env::consts::EXE_SUFFIX));
    (profile, path)
}

fn build(profile: &Path) {
    let name = profile.file_name().and_then(|name| name.to_str()).unwrap_or("debug");
    let profile_name = if name == "debug" { "dev" } else { name };
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--package", "waybill-puppet", "--profile", profile_name]);
    if let Some(target) = profile.parent() {
        cargo.arg("--target-dir").arg(target);
    }
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    // The result is ignored: the caller checks whether the program exists.
    let _ = cargo.status();
}
