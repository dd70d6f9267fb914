//! Commands that kill processes, hold a mutex, or start this program again.

use std::io;
use std::path::Path;
use std::process::Command;

/// Starts this program with `words` and does not wait for it. The child inherits stdout and stderr.
pub(crate) fn spawn(words: &[String]) -> io::Result<()> {
    let mut command = Command::new(std::env::current_exe()?);
    let words = match words.split_first() {
        Some((first, rest)) if first == "breakaway" => {
            break_away(&mut command);
            rest
        }
        _ => words,
    };
    command.args(words).spawn().map(drop)
}

#[cfg(windows)]
fn break_away(command: &mut Command) {
    use std::os::windows::process::CommandExt as _;
    const CREATE_BREAKAWAY_FROM_JOB: u32 = 0x0100_0000;
    command.creation_flags(CREATE_BREAKAWAY_FROM_JOB);
}

#[cfg(unix)]
fn break_away(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(unix)]
pub(crate) fn new_session() -> io::Result<()> {
    Ok(rustix::process::setsid().map(drop)?)
}

#[cfg(windows)]
pub(crate) fn new_session() -> io::Result<()> {
    Ok(())
}

pub(crate) fn end_while_one_writes(file: &str) -> io::Result<()> {
    spawn(&["print", "child", "then", "pid", file, "then", "write-forever"].map(str::to_owned))?;
    crate::wait_until(file, || Path::new(file).exists())
}

pub(crate) fn end_by_one(file: &str) -> io::Result<()> {
    spawn(&["pid", file, "then", "kill-parent", "then", "sleep-forever"].map(str::to_owned))?;
    std::thread::sleep(crate::FOREVER);
    Ok(())
}

#[cfg(unix)]
pub(crate) fn kill_parent() -> io::Result<()> {
    use rustix::process::{Pid, Signal, kill_process};
    let parent = i32::try_from(std::os::unix::process::parent_id()).ok().and_then(Pid::from_raw);
    let parent = parent.ok_or_else(|| io::Error::other("no parent"))?;
    Ok(kill_process(parent, Signal::KILL)?)
}

#[cfg(unix)]
pub(crate) fn hold_mutex(_: &str, _: &str) -> io::Result<()> {
    Err(io::Error::other("a mutex with a name needs Windows"))
}

#[cfg(windows)]
pub(crate) fn kill_parent() -> io::Result<()> {
    use waybill_win32::process::{Process, running};
    let own = std::process::id();
    let running = running()?;
    let parent = running.iter().find(|process| process.pid == own).map(|process| process.parent);
    Process::open_to_terminate(parent.ok_or_else(|| io::Error::other("no parent"))?)?.terminate(9)
}

#[cfg(windows)]
pub(crate) fn hold_mutex(name: &str, file: &str) -> io::Result<()> {
    let _held = waybill_win32::mutex::hold(name)?;
    crate::files::write_id(file)?;
    std::thread::sleep(crate::FOREVER);
    Ok(())
}
