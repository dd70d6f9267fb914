//! Commands that write to stdout and stderr.

use crate::{FOREVER, PAUSE};
use std::io::{self, Read as _, Write};
use std::time::Instant;

const FLOOD_BEGINS: &[u8] = b"flood begins\n";
const FLOOD_ENDS: &[u8] = b"flood ends\n";

pub(crate) fn text(to: &mut impl Write, text: &str) -> io::Result<()> {
    to.write_all(format!("{text}\n").as_bytes())?;
    to.flush()
}

pub(crate) fn is_called_print_line() -> bool {
    let own = std::env::current_exe().unwrap_or_default();
    own.file_stem().is_some_and(|name| name.eq_ignore_ascii_case("print-line"))
}

#[cfg(windows)]
pub(crate) fn line() -> io::Result<()> {
    let line = waybill_win32::process::own_command_line();
    let bytes: Vec<u8> = line.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    io::stdout().write_all(&bytes)?;
    io::stdout().flush()
}

#[cfg(unix)]
pub(crate) fn line() -> io::Result<()> {
    use std::os::unix::ffi::OsStrExt as _;
    let mut bytes = Vec::new();
    for word in std::env::args_os().skip(1) {
        bytes.extend_from_slice(word.as_bytes());
        bytes.push(0);
    }
    io::stdout().write_all(&bytes)?;
    io::stdout().flush()
}

pub(crate) fn environment() -> io::Result<()> {
    for (name, value) in std::env::vars_os() {
        text(&mut io::stdout(), &format!("{}={}", name.to_string_lossy(), value.to_string_lossy()))?;
    }
    Ok(())
}

pub(crate) fn folder() -> io::Result<()> {
    text(&mut io::stdout(), &std::env::current_dir()?.to_string_lossy())
}

pub(crate) fn input() -> io::Result<()> {
    let mut read = Vec::new();
    io::stdin().read_to_end(&mut read)?;
    text(&mut io::stdout(), &read.len().to_string())
}

/// Writes `bytes` bytes, including the lines that mark beginning and end.
pub(crate) fn flood(bytes: usize) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    let marks = FLOOD_BEGINS.len() + FLOOD_ENDS.len();
    let mut left =
        bytes.checked_sub(marks).ok_or_else(|| io::Error::other(format!("{bytes} bytes are too few")))?;
    let lines =
        [b"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde\n".as_slice(); 1024].concat();
    stdout.write_all(FLOOD_BEGINS)?;
    while left > 0 {
        let part = left.min(lines.len());
        stdout.write_all(&lines[..part])?;
        left -= part;
    }
    stdout.write_all(FLOOD_ENDS)?;
    stdout.flush()
}

pub(crate) fn forever() -> io::Result<()> {
    let started = Instant::now();
    while started.elapsed() < FOREVER {
        text(&mut io::stdout(), "still writing")?;
        std::thread::sleep(PAUSE);
    }
    Ok(())
}
