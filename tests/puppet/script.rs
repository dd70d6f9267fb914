//! Standing in for PowerShell: the program is called with PowerShell's arguments, and performs the lines of the script
//! as its own commands.

use std::fs;
use std::io;

/// Whether the program was called like PowerShell.
pub(crate) fn is_called(words: &[String]) -> bool {
    words.first().is_some_and(|word| word == "-NoProfile")
}

/// Performs the lines of the script in `-NoProfile -ExecutionPolicy POLICY -File SCRIPT`. The policy `AllSigned`
/// refuses an unsigned script.
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

/// Splits a line into the words of a command. `print` and `complain` take the rest of the line as one word.
fn command(line: &str) -> Vec<&str> {
    match line.split_once(' ') {
        Some((name @ ("print" | "complain"), text)) => vec![name, text],
        _ => line.split_whitespace().collect(),
    }
}

/// Decodes a script as Windows PowerShell 5.1 does: by its byte order mark, else in the code page of western Europe.
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
