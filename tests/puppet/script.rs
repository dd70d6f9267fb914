//! Standing in for PowerShell: a script whose lines are commands of this program, given as PowerShell is given one.

use std::fs;
use std::io;

/// Whether the program was called as a script host is.
pub(crate) fn is_called(words: &[String]) -> bool {
    words.first().is_some_and(|word| word == "-NoProfile")
}

/// `-NoProfile -ExecutionPolicy POLICY -File SCRIPT`: performs its lines. A script that is not signed is refused where the
/// policy says so.
pub(crate) fn perform(words: &[String]) -> io::Result<i32> {
    let [_, option, policy, file, path] = words else {
        return Err(io::Error::other(format!("a script host is not called so: {words:?}")));
    };
    if option != "-ExecutionPolicy" || file != "-File" {
        return Err(io::Error::other(format!("a script host is not called so: {words:?}")));
    }
    let script = decoded(&fs::read(path)?);
    if policy == "AllSigned" && !script.contains("# SIG # Begin signature block") {
        crate::print::text(&mut io::stderr(), &format!("{path} is not digitally signed."))?;
        return Ok(1);
    }
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(code) = crate::perform(&command(line))? {
            return Ok(code);
        }
    }
    Ok(0)
}

/// What is printed is the rest of the line; other commands have words.
fn command(line: &str) -> Vec<&str> {
    match line.split_once(' ') {
        Some((name @ ("print" | "complain"), text)) => vec![name, text],
        _ => line.split_whitespace().collect(),
    }
}

/// As Windows PowerShell 5.1 reads it: by its mark, and without one in the code page of western Europe.
fn decoded(bytes: &[u8]) -> String {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        [0xFF, 0xFE, rest @ ..] => {
            let units: Vec<u16> =
                rest.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        _ => bytes.iter().copied().map(char::from).collect(),
    }
}
