//! What Microsoft's tool asks; here only on a terminal.

use super::flags::{Flags, Loudness};
use crate::error::Failure;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use waybill_schemas::codes::command;

/// Asks for everything, step by step.
pub(super) fn ask() -> Result<Flags, Failure> {
    on_terminal("the source folder, the setup file and the output folder would have to be asked for")?;
    let source = path("Please specify the source folder: ")?;
    let setup_file = path("Please specify the setup file: ")?;
    let output = path("Please specify the output folder: ")?;
    let with_catalog = yes("Do you want to specify catalog folder (Y/N)? ")?;
    let catalog = if with_catalog { Some(path("Please specify the catalog folder: ")?) } else { None };
    Ok(Flags { source, setup_file, output, catalog, loudness: Loudness::Asking })
}

/// Asks whether what is there may be replaced.
pub(super) fn may_replace(exists: &Failure) -> Result<(), Failure> {
    let refused = || exists.clone().with_hint("-q replaces it without asking");
    on_terminal("").map_err(|_| refused())?;
    if yes(&format!("{}, overwrite it (Y/N)? ", exists.message()))? { Ok(()) } else { Err(refused()) }
}

fn on_terminal(what: &str) -> Result<(), Failure> {
    let there_is_one = io::stdin().is_terminal() && io::stderr().is_terminal();
    if there_is_one { Ok(()) } else { Err(Failure::new(&command::NO_TERMINAL, what)) }
}

fn yes(question: &str) -> Result<bool, Failure> {
    loop {
        match answer(question)?.to_ascii_lowercase().as_str() {
            "y" | "yes" => return Ok(true),
            "n" | "no" => return Ok(false),
            _ => {}
        }
    }
}

fn path(question: &str) -> Result<PathBuf, Failure> {
    loop {
        let answer = answer(question)?;
        let unquoted = answer.trim_matches('"');
        if !unquoted.is_empty() {
            return Ok(PathBuf::from(unquoted));
        }
    }
}

fn answer(question: &str) -> Result<String, Failure> {
    let mut line = String::new();
    let asked = write!(io::stderr(), "{question}").and_then(|()| io::stderr().flush());
    match asked.and_then(|()| io::stdin().read_line(&mut line)) {
        Ok(0) => Err(Failure::new(&command::NO_TERMINAL, "the answers ended before the questions did")),
        Ok(_) => Ok(line.trim().to_owned()),
        Err(error) => {
            Err(Failure::new(&command::INPUT_UNREADABLE, "no answer can be read").caused_by(&error))
        }
    }
}
