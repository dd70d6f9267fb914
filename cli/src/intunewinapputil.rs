//! Accepts the flags of Microsoft's IntuneWinAppUtil, so that scripts that call it keep working.

use crate::commands::pack::{pack_and_report, source_date_epoch};
use crate::error::Failure;
use crate::output::Output;
use crate::progress::Watch;
use crate::session::{self, Session};
use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use waybill_packager::pack::{PackOutput, PackRequest, PackSource};
use waybill_schemas::Quoted;
use waybill_schemas::codes::{Class, command, pack};

/// The name of the program under which it acts as that tool.
const NAME: &str = "IntuneWinAppUtil";

const HELP: &str = "\
Packs a source folder into an .intunewin package, with the flags of Microsoft's Win32 Content Prep Tool.

Usage: IntuneWinAppUtil -c <source folder> -s <setup file> -o <output folder> [-a <catalog folder>] [-q|-qq]

  -c <folder>  the source folder
  -s <file>    the setup file in it
  -o <folder>  the output folder; made where it is missing
  -a <folder>  catalogue files for Windows 10 S mode
  -q           ask nothing: an existing package is replaced
  -qq          the same, and print nothing
  -v           the version
  -h           this help

Without arguments it asks step by step, on a terminal. The package is <setup file's stem>.intunewin.

Example:
  IntuneWinAppUtil -c C:\\source -s setup.exe -o C:\\packages -q

Exit codes: 0 done, 1 the machine failed, 2 usage, 3 source refused, 130 interrupted.
This is waybill: `waybill pack --help` can do more.
";

/// The flags, where that tool is meant: by the program's name, or because `-c` or `-C` comes first. `/c` might be a
/// path.
pub(crate) fn meant(arguments: &[OsString]) -> Option<Vec<OsString>> {
    let name = Path::new(arguments.first()?).file_stem()?.to_string_lossy();
    let flags = arguments.get(1..).unwrap_or_default();
    let comes_first = flags.first().is_some_and(|first| first.eq_ignore_ascii_case("-c"));
    (name.eq_ignore_ascii_case(NAME) || comes_first).then(|| flags.to_vec())
}

/// Does what that tool does. Returns the class of the failure; `None` for success.
pub(crate) fn run(arguments: Vec<OsString>) -> Option<Class> {
    session::start_logging(0, false);
    session::listen_for_ctrl_c();
    let talk = Output::new(false, false);
    let done = parse(arguments).and_then(|wanted| match wanted {
        Wanted::Help => talk.page(|out| out.write_all(HELP.as_bytes())),
        Wanted::Version => {
            talk.page(|out| writeln!(out, "{NAME} flags, waybill {}", env!("CARGO_PKG_VERSION")))
        }
        Wanted::Questions => ask().and_then(|flags| pack_as_asked(&flags)),
        Wanted::Pack(flags) => pack_as_asked(&flags),
    });
    done.err().and_then(|failure| talk.fail(&failure))
}

/// Packs. `-qq` prints nothing on stdout and no progress; an error still goes to stderr, so that it can be fixed.
fn pack_as_asked(flags: &Flags) -> Result<(), Failure> {
    let mut request = request(flags)?;
    let is_silent = flags.loudness == Loudness::Silent;
    let (output, watch) = (Output::new(false, is_silent), Watch::new(is_silent, false));
    let session = Session { output, watch };
    match pack_and_report(&request, &session) {
        Err(failure) if failure.id() == pack::OUTPUT_EXISTS.id && flags.loudness == Loudness::Asking => {
            may_replace(&failure)?;
            request.options.force = true;
            pack_and_report(&request, &session)
        }
        outcome => outcome,
    }
}

fn request(flags: &Flags) -> Result<PackRequest, Failure> {
    let source = PackSource::Folder { folder: flags.source.clone(), setup_file: flags.setup_file.clone() };
    let mut request = PackRequest::new(source, PackOutput::Folder(flags.output.clone()));
    request.options.catalog = flags.catalog.clone();
    request.options.force = flags.loudness != Loudness::Asking;
    request.options.source_date_epoch = source_date_epoch()?;
    request.options.fill_document = false;
    Ok(request)
}

/// What the flags ask for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    /// `-h`: print the flags.
    Help,
    /// `-v`: print the version.
    Version,
    /// No flags: ask for everything, as that tool does.
    Questions,
    /// Pack with these flags.
    Pack(Flags),
}

/// The flags of that tool.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Flags {
    /// `-c`: the source folder.
    source: PathBuf,
    /// `-s`: the setup file.
    setup_file: PathBuf,
    /// `-o`: the folder for the package.
    output: PathBuf,
    /// `-a`: the folder of catalogue files.
    catalog: Option<PathBuf>,
    /// `-q` or `-qq`, or neither.
    loudness: Loudness,
}

/// How much is printed, and whether to ask before replacing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Loudness {
    /// Neither flag: asks before it replaces a package.
    #[default]
    Asking,
    /// `-q`: replaces a package without asking.
    Quiet,
    /// `-qq`: as `-q`, and prints nothing on stdout.
    Silent,
}

/// Parses the flags, in any case and with `/` for `-`.
fn parse(arguments: Vec<OsString>) -> Result<Wanted, Failure> {
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
            _ => return Err(wrong(format!("there is no flag {}", Quoted(&argument.to_string_lossy())))),
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

/// Asks for everything that the flags would say, on the terminal.
fn ask() -> Result<Flags, Failure> {
    on_terminal("the source folder, the setup file and the output folder would have to be asked for")?;
    let source = path("Please specify the source folder: ")?;
    let setup_file = path("Please specify the setup file: ")?;
    let output = path("Please specify the output folder: ")?;
    let with_catalog = yes("Do you want to specify catalog folder (Y/N)? ")?;
    let catalog = if with_catalog { Some(path("Please specify the catalog folder: ")?) } else { None };
    Ok(Flags { source, setup_file, output, catalog, loudness: Loudness::Asking })
}

/// Asks whether the existing package may be replaced.
fn may_replace(exists: &Failure) -> Result<(), Failure> {
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
        // Explorer copies a path with quotes around it.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn is_meant(line: &[&str]) -> bool {
        meant(&line.iter().map(OsString::from).collect::<Vec<_>>()).is_some()
    }

    #[test]
    fn the_tool_is_meant_by_name_or_by_its_first_flag() {
        assert!(is_meant(&["IntuneWinAppUtil.exe"]) && is_meant(&["intunewinapputil", "-v"]));
        assert!(is_meant(&["waybill", "-c", "x"]) && is_meant(&["/usr/bin/IntuneWinAppUtil"]));
        assert!(is_meant(&["waybill", "-C", "x"]) && !is_meant(&["waybill", "/c", "x"]));
        assert!(!is_meant(&["waybill", "pack", "-c"]) && !is_meant(&["waybill"]) && !is_meant(&[]));
    }

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
