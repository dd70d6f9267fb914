//! Commands that kill processes and hold a mutex.

use std::io;

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
    use waybill_win32::{process::Process, snapshot};
    let own = std::process::id();
    let running = snapshot::running()?;
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
