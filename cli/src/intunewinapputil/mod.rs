//! Microsoft's Win32 Content Prep Tool, for scripts that call it: its flags, its output, true exit codes.

mod flags;
mod questions;

use crate::args::source_date_epoch;
use crate::commands::pack_and_report;
use crate::error::Failure;
use crate::output::Output;
use crate::progress::Watch;
use crate::session::Session;
use crate::{interrupt, logging};
use flags::{Flags, Loudness, Wanted};
use std::ffi::OsString;
use std::path::Path;
use waybill_packager::pack::{PackOutput, PackRequest, PackSource};
use waybill_schemas::codes::{Class, pack};

/// The name under which it is that tool.
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

/// The flags, where the tool is meant: by the program's name, or because `-c` (or `-C`) comes first; `/c` might be a path.
pub(crate) fn meant(arguments: &[OsString]) -> Option<Vec<OsString>> {
    let name = Path::new(arguments.first()?).file_stem()?.to_string_lossy();
    let flags = arguments.get(1..).unwrap_or_default();
    let comes_first = flags.first().is_some_and(|first| first.eq_ignore_ascii_case("-c"));
    (name.eq_ignore_ascii_case(NAME) || comes_first).then(|| flags.to_vec())
}

/// Does what that tool does; `None` where all went well.
pub(crate) fn run(arguments: Vec<OsString>) -> Option<Class> {
    logging::start(0, false);
    interrupt::listen();
    let talk = Output::new(false, false);
    let done = flags::parse(arguments).and_then(|wanted| match wanted {
        Wanted::Help => talk.page(|out| out.write_all(HELP.as_bytes())),
        Wanted::Version => {
            talk.page(|out| writeln!(out, "{NAME} flags, waybill {}", env!("CARGO_PKG_VERSION")))
        }
        Wanted::Questions => questions::ask().and_then(|flags| pack_as_asked(&flags, talk)),
        Wanted::Pack(flags) => pack_quietly(&flags, talk),
    });
    done.err().and_then(|failure| talk.fail(&failure))
}

/// `-qq` prints nothing on stdout and no progress; an error still goes to stderr, so that it can be mended.
fn pack_quietly(flags: &Flags, talk: Output) -> Result<(), Failure> {
    let output = match flags.loudness {
        Loudness::Silent => Output::new(false, true),
        Loudness::Asking | Loudness::Quiet => talk,
    };
    pack_as_asked(flags, output)
}

fn pack_as_asked(flags: &Flags, output: Output) -> Result<(), Failure> {
    let mut request = request(flags)?;
    let session = Session::with(output, Watch::new(output.is_quiet(), false));
    match pack_and_report(&request, &session) {
        Err(failure) if failure.id() == pack::OUTPUT_EXISTS.id && flags.loudness == Loudness::Asking => {
            questions::may_replace(&failure)?;
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
}
