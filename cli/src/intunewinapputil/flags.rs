//! The flags of Microsoft's tool.

use crate::error::Failure;
use std::ffi::OsString;
use std::path::PathBuf;
use waybill_schemas::codes::command;

/// What the flags ask for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// `-h`
    Help,
    /// `-v`
    Version,
    /// Nothing: the tool asks.
    Questions,
    /// To pack.
    Pack(Flags),
}

/// What to pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flags {
    /// `-c`
    pub(super) source: PathBuf,
    /// `-s`
    pub(super) setup_file: PathBuf,
    /// `-o`
    pub(super) output: PathBuf,
    /// `-a`
    pub(super) catalog: Option<PathBuf>,
    /// `-q` or `-qq`
    pub(super) loudness: Loudness,
}

/// How much is told and asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Loudness {
    /// Asks before it replaces.
    #[default]
    Asking,
    /// `-q`: replaces without asking.
    Quiet,
    /// `-qq`: prints nothing either.
    Silent,
}

/// Reads the flags, `/c` for `-c` too, in any case.
pub(super) fn parse(arguments: Vec<OsString>) -> Result<Wanted, Failure> {
    if arguments.is_empty() {
        return Ok(Wanted::Questions);
    }
    let (mut source, mut setup_file, mut output, mut catalog) = (None, None, None, None);
    let mut loudness = Loudness::Asking;
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let mut flag = argument.to_string_lossy().to_ascii_lowercase();
        if flag.starts_with('/') {
            flag.replace_range(..1, "-");
        }
        let place = match flag.as_str() {
            "-h" | "-?" | "--help" => return Ok(Wanted::Help),
            "-v" | "--version" => return Ok(Wanted::Version),
            "-q" => {
                loudness = Loudness::Quiet;
                continue;
            }
            "-qq" => {
                loudness = Loudness::Silent;
                continue;
            }
            "-c" => &mut source,
            "-s" => &mut setup_file,
            "-o" => &mut output,
            "-a" => &mut catalog,
            _ => return Err(wrong(format!("there is no flag {:?}", argument.to_string_lossy()))),
        };
        let value = arguments.next().ok_or_else(|| wrong(format!("{flag} lacks its value")))?;
        if place.replace(PathBuf::from(value)).is_some() {
            return Err(wrong(format!("{flag} is there twice")));
        }
    }
    let needed =
        |value: Option<PathBuf>, flag: &str| value.ok_or_else(|| wrong(format!("{flag} is missing")));
    Ok(Wanted::Pack(Flags {
        source: needed(source, "-c <source folder>")?,
        setup_file: needed(setup_file, "-s <setup file>")?,
        output: needed(output, "-o <output folder>")?,
        catalog,
        loudness,
    }))
}

fn wrong(message: String) -> Failure {
    Failure::new(&command::USAGE, message)
        .with_hint("IntuneWinAppUtil -c <source folder> -s <setup file> -o <output folder> [-a <catalog folder>] [-q|-qq]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Wanted, String> {
        let words = line.split(' ').filter(|word| !word.is_empty());
        parse(words.map(OsString::from).collect()).map_err(|failure| failure.message())
    }

    #[test]
    fn the_flags_are_that_tools() {
        let Ok(Wanted::Pack(flags)) = parsed("-c src -s setup.exe -o out -a cat -qq") else { panic!() };
        assert_eq!(
            &flags,
            &Flags {
                source: "src".into(),
                setup_file: "setup.exe".into(),
                output: "out".into(),
                catalog: Some("cat".into()),
                loudness: Loudness::Silent,
            }
        );
        let other = parsed("/C src /s setup.exe -O out /A cat /QQ");
        assert_eq!(other, Ok(Wanted::Pack(flags)));
        assert_eq!((parsed("/?"), parsed("/V")), (Ok(Wanted::Help), Ok(Wanted::Version)));
        assert_eq!(parsed(""), Ok(Wanted::Questions));
        assert_eq!((parsed("-v"), parsed("-C x -h")), (Ok(Wanted::Version), Ok(Wanted::Help)));
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(parsed("-c src -o out").unwrap_err(), "-s <setup file> is missing");
        assert_eq!(parsed("-c").unwrap_err(), "-c lacks its value");
        assert_eq!(parsed("-c a -c b").unwrap_err(), "-c is there twice");
        assert_eq!(parsed("-c a -x").unwrap_err(), "there is no flag \"-x\"");
        assert_eq!(parsed("-c a /usr/bin").unwrap_err(), "there is no flag \"/usr/bin\"");
    }
}
