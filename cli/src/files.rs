//! Opens what the command line names: packages, locations, destinations, and files for reports.

use crate::args::PackageArgs;
use crate::error::{Failure, without_queries};
use intunewin::{ArchivePolicy, EncryptedContent, FileSource, Package, PackageInput, Source};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use waybill_context::Context;
use waybill_disk::{FileAccess, StagingError, folder_of};
use waybill_downloader::{CertificateDer, Location, SecretUrl, certificates};
use waybill_schemas::app::app_document_of_sources;
use waybill_schemas::codes::{self, Code, command, fetch, package};
use waybill_schemas::{
    DOCUMENT_LIMIT, GivenEncryptionInfo, encryption_info_from, open_regular, read_bounded, read_regular,
};
use zeroize::Zeroizing;

/// Parses a path, or an http or https URL.
pub(crate) fn location(text: &str) -> Result<Location, Failure> {
    // A colon alone does not make a URL: `C:\packages\7zip.content.json` is a path.
    if !text.contains("://") {
        let path = PathBuf::from(text);
        if text.contains('?') && !path.exists() {
            let hint = "a URL begins with http:// or https://; a path is relative to the current folder";
            return Err(Failure::new(&command::INPUT_MISSING, "no such file").about(text).with_hint(hint));
        }
        return Ok(Location::File(path));
    }
    SecretUrl::parse(text).map(Location::Url).map_err(|_| {
        let message = "what is to be fetched is no http(s) URL with a host and without a user name";
        let hint = "give a path, or a URL such as https://cdn.example/7zip.content.json";
        Failure::new(&command::USAGE, message).with_hint(hint)
    })
}

/// The URL in this file, else in WAYBILL_URL. Both keep a token out of the process list.
pub(crate) fn content_url(file: Option<&Path>) -> Result<Option<SecretUrl>, Failure> {
    let (place, text) = match file {
        Some(file) => (shown(file), Zeroizing::new(String::from_utf8_lossy(&small_file(file)?).into_owned())),
        None => match std::env::var("WAYBILL_URL") {
            Ok(text) if !text.trim().is_empty() => ("WAYBILL_URL".to_owned(), Zeroizing::new(text)),
            _ => return Ok(None),
        },
    };
    let text = text.trim();
    // Checked before parsing, which removes line ends: two URLs in the file would become one.
    let one = (!text.contains(char::is_whitespace)).then(|| SecretUrl::parse(text).ok()).flatten();
    one.map(Some).ok_or_else(|| {
        Failure::new(&fetch::SOURCE_UNUSABLE, "this is not one http(s) URL and nothing else")
            .about(&place)
            .with_hint("give the whole URL, its query included, without quotes and without a user name")
    })
}

/// Reads a small file, or stdin for `-`.
pub(crate) fn small_file(file: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    const LIMIT: usize = 1 << 20;
    let outcome = if file == Path::new("-") {
        read_bounded(std::io::stdin().lock(), LIMIT)
    } else {
        read_regular(file, LIMIT)
    };
    outcome.map_err(|error| {
        unreadable(&command::INPUT_UNREADABLE, "this cannot be read", &error).about(&shown(file))
    })
}

/// The failure for an input that cannot be read. One that is not there, or is no file, has the same code and words for every
/// command.
pub(crate) fn unreadable(code: &'static Code, message: &str, error: &io::Error) -> Failure {
    let code = codes::unreadable(error, code);
    if code.id == command::INPUT_MISSING.id {
        return Failure::new(code, "no such file");
    }
    Failure::new(code, message).caused_by(error)
}

/// The certificates of a file of `--ca-file`.
pub(crate) fn trusted(file: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    certificates(&small_file(file)?).map_err(|error| {
        Failure::new(&command::CERTIFICATES_REFUSED, "this holds no certificates in PEM form")
            .caused_by(&error)
            .about(&shown(file))
    })
}

/// Refuses a `destination` that contains the current folder, or one of `kept`, with the reason given for that.
pub(crate) fn spare(destination: &Path, kept: &[(&Path, &'static str)]) -> Result<(), Failure> {
    // A folder that does not exist contains nothing.
    let Ok(place) = std::fs::canonicalize(destination) else { return Ok(()) };
    if !place.is_dir() {
        return Ok(());
    }
    let holds = |path: &Path| std::fs::canonicalize(path).is_ok_and(|path| path.starts_with(&place));
    let here = (Path::new("."), "the current folder is in it");
    match std::iter::once(&here).chain(kept).find(|(path, _)| holds(path)) {
        Some((_, why)) => Err(StagingError::Unusable { path: destination.to_owned(), why }.into()),
        None => Ok(()),
    }
}

/// A file for a report, created before the work, so that no work is done for a report that cannot be written. Dropping
/// it before [`NewFile::write`] removes it.
pub(crate) struct NewFile<'a> {
    path: &'a Path,
    file: waybill_disk::NewFile,
    replace: bool,
}

impl<'a> NewFile<'a> {
    /// Creates the file, and the folders that lead to it. What exists when this one is written is replaced only with
    /// `replace`.
    pub(crate) fn create(path: &'a Path, replace: bool) -> Result<Self, Failure> {
        let file = fs::create_dir_all(folder_of(path))
            .and_then(|()| waybill_disk::NewFile::create(path, FileAccess::AsReplaced))
            .map_err(|error| not_written(path, &error))?;
        Ok(Self { path, file, replace })
    }

    /// Writes the whole file, and moves it into place.
    pub(crate) fn write(mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = self.file.write_all(bytes);
        written
            .and_then(|()| self.file.put(self.replace, &Context::silent()))
            .map_err(|error| not_written(self.path, &error))
    }
}

/// Refuses an output that exists.
pub(crate) fn refuse_existing(file: &Path, hint: &str) -> Result<(), Failure> {
    if file.symlink_metadata().is_err() {
        return Ok(());
    }
    let failure = Failure::new(&command::REPORT_EXISTS, "it is there already").about(&shown(file));
    Err(failure.with_hint(hint))
}

fn not_written(path: &Path, error: &io::Error) -> Failure {
    Failure::new(&command::OUTPUT_FAILED, "cannot write the file").caused_by(error).about(&shown(path))
}

/// Opens packages, all with the same limits and encryption info.
pub(crate) struct PackageReader {
    policy: ArchivePolicy,
    given: Option<(String, GivenEncryptionInfo)>,
}

impl PackageReader {
    /// Reads the encryption info, where one is given.
    pub(crate) fn new(args: &PackageArgs) -> Result<Self, Failure> {
        let given = args.encryption_info.as_deref().map(|document| {
            let name = shown(document);
            read_encryption_info(document)
                .map(|given| (name.clone(), given))
                .map_err(|failure| failure.about(&name))
        });
        Ok(Self { policy: args.limits.policy(), given: given.transpose()? })
    }

    /// The limits that packages are read under.
    pub(crate) fn policy(&self) -> &ArchivePolicy {
        &self.policy
    }

    /// Opens a package, or the bare content that the encryption info is for.
    pub(crate) fn open(&self, path: &Path) -> Result<PackageInput, Failure> {
        let source = open_regular(path).and_then(FileSource::from_file).map_err(|error| {
            let failure = unreadable(&package::PACKAGE_UNREADABLE, "cannot open the package", &error);
            if path.is_dir() { failure.with_hint(for_folder(path)) } else { failure }
        })?;
        match &self.given {
            None => Ok(Package::open(source, &self.policy)?.into()),
            Some((document, given)) => self.bare_content(source, document, given),
        }
    }

    fn bare_content(
        &self,
        source: FileSource,
        document: &str,
        given: &GivenEncryptionInfo,
    ) -> Result<PackageInput, Failure> {
        // A bare content begins with its MAC, which would begin like a zip by a rare accident only.
        let mut first = [0; 4];
        if source.read_at(&mut first, 0).is_ok_and(|count| count == 4) && first == *b"PK\x03\x04" {
            let message = "this is a whole package, with encryption info of its own";
            return Err(Failure::new(&command::KEYS_NOT_NEEDED, message));
        }
        // A content that does not fit the keys is refused by its size at once, rather than by its MAC after reading all
        // of it.
        let size = source.len();
        if let Some(expected) = given.content_size.filter(|expected| *expected != size) {
            let message = format!("the content has {size} bytes, {document} says {expected}");
            return Err(Failure::new(&package::CONTENT_LENGTH, message));
        }
        let (info, payload_size) = (given.encryption_info.clone(), given.payload_size);
        let content = EncryptedContent::new(source, info, payload_size, &self.policy)?;
        Ok(PackageInput::Content { content, setup_file: given.setup_file.clone() })
    }
}

/// A path as it was given, for reports; one that is a URL without its scheme is shown without its query.
pub(crate) fn shown(path: &Path) -> String {
    without_queries(&path.to_string_lossy())
}

/// The app's folder, as an argument, where `folder` is its folder `source`: it is easily given in its place.
pub(crate) fn app_of_sources(folder: &Path) -> Option<String> {
    let document = app_document_of_sources(folder);
    let app = document.parent()?;
    let is_beside = app != folder && document.is_file();
    is_beside.then(|| as_argument(&shown(if app == Path::new("") { Path::new(".") } else { app })))
}

/// A path as an argument of a command that a hint proposes: in quotes where the shell of this system would take it apart.
pub(crate) fn as_argument(path: &str) -> String {
    quoted(path, cfg!(windows))
}

fn quoted(path: &str, for_windows: bool) -> String {
    if !for_windows {
        return shell_words::quote(path).into_owned();
    }
    // No name on Windows holds a quote, so quotes around it are enough for cmd and PowerShell.
    let is_plain = |c: char| c.is_alphanumeric() || r"\/:._-+".contains(c);
    if !path.is_empty() && path.chars().all(is_plain) { path.to_owned() } else { format!("\"{path}\"") }
}

/// What to do with a folder where a package is needed.
fn for_folder(path: &Path) -> String {
    let folder = as_argument(&shown(path));
    format!("`waybill lint {folder}` looks a folder over, and `waybill pack {folder}` makes a package of it")
}

/// The keys of a bare content, from any document that holds them.
pub(crate) fn read_encryption_info(document: &Path) -> Result<GivenEncryptionInfo, Failure> {
    let bytes = read_regular(document, DOCUMENT_LIMIT)
        .map_err(|error| unreadable(&command::INPUT_UNREADABLE, "cannot read the encryption info", &error))?;
    Ok(encryption_info_from(&bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_a_proposed_command_is_one_argument() {
        for (path, unix, windows) in [
            ("apps/7zip", "apps/7zip", "apps/7zip"),
            ("my apps/x", "'my apps/x'", "\"my apps/x\""),
            ("it's", "'it'\\''s'", "\"it's\""),
            ("a&b", "'a&b'", "\"a&b\""),
            ("", "''", "\"\""),
        ] {
            assert_eq!((quoted(path, false).as_str(), quoted(path, true).as_str()), (unix, windows));
        }
    }
}
