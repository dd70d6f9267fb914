//! The program of `waybill_puppet`; its commands are in that crate's documentation.

mod files;
mod print;
mod processes;
mod script;

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

/// The longest time that the program runs.
const FOREVER: Duration = Duration::from_secs(600);
/// The pause between two checks of what another process does.
const PAUSE: Duration = Duration::from_millis(5);

fn main() {
    let code = perform_all().unwrap_or_else(|error| {
        let _ = writeln!(io::stderr(), "waybill-puppet: {error}");
        waybill_puppet::CANNOT
    });
    std::process::exit(code);
}

fn perform_all() -> io::Result<i32> {
    if print::is_called_print_line() {
        return print::line().map(|()| 0);
    }
    let words: Vec<String> =
        std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    if script::is_called(&words) {
        return script::perform(&words);
    }
    let mut rest: &[String] = &words;
    while !rest.is_empty() {
        if let Some(code) = takes_all_words(rest)? {
            return Ok(code);
        }
        let end = rest.iter().position(|word| word == "then").unwrap_or(rest.len());
        let command: Vec<&str> = rest[..end].iter().map(String::as_str).collect();
        if let Some(code) = perform(&command)? {
            return Ok(code);
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    Ok(0)
}

/// Performs commands that take all following words, including `then`. `None` if the command is another one.
fn takes_all_words(words: &[String]) -> io::Result<Option<i32>> {
    match words[0].as_str() {
        "print-line" => print::line()?,
        "spawn-and-end" => processes::spawn(&words[1..])?,
        _ => return Ok(None),
    }
    Ok(Some(0))
}

/// Performs one command. Returns the code to end with, or `None` to go on.
fn perform(command: &[&str]) -> io::Result<Option<i32>> {
    match command {
        ["exit", code] => return exit_code(code).map(Some),
        ["print", text] => print::text(&mut io::stdout(), text)?,
        ["complain", text] => print::text(&mut io::stderr(), text)?,
        ["print-environment"] => print::environment()?,
        ["print-folder"] => print::folder()?,
        ["print-input"] => print::input()?,
        ["flood", bytes] => print::flood(bytes.parse().map_err(io::Error::other)?)?,
        ["append", file, text] => files::append(file, text)?,
        ["pid", file] => files::write_id(file)?,
        ["wait-for", file] => files::wait_for(file)?,
        ["sleep-forever"] => std::thread::sleep(FOREVER),
        ["write-forever"] => print::forever()?,
        ["install", file] => return files::install(file),
        ["uninstall", file] => return files::uninstall(file),
        ["retry-until", file, count] => return files::retry_until(file, count),
        ["new-session"] => processes::new_session()?,
        ["end-while-child-writes", file] => processes::end_while_one_writes(file)?,
        ["kill-parent"] => processes::kill_parent()?,
        ["end-by-child", file] => processes::end_by_one(file)?,
        ["delete-own-folder"] => files::delete_own_folder()?,
        ["hold-mutex", name, file] => processes::hold_mutex(name, file)?,
        _ => return Err(io::Error::other(format!("no such command: {}", command.join(" ")))),
    }
    Ok(None)
}

/// Reads an exit code of 32 bits, signed or unsigned.
fn exit_code(text: &str) -> io::Result<i32> {
    let number: i64 = text.parse().map_err(io::Error::other)?;
    let unsigned = || u32::try_from(number).map(u32::cast_signed);
    i32::try_from(number).or_else(|_| unsigned()).map_err(io::Error::other)
}

/// Waits until `is_so` returns `true`.
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) -> io::Result<()> {
    let started = Instant::now();
    while !is_so() {
        if started.elapsed() > FOREVER {
            return Err(io::Error::other(format!("waited in vain: {what}")));
        }
        std::thread::sleep(PAUSE);
    }
    Ok(())
}
