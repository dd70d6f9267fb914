//! A package to be read: whole, or a bare content with the encryption info that was given for it.

use crate::args::PackageArgs;
use crate::error::Failure;
use intunewin::{ArchivePolicy, EncryptedContent, FileSource, Package, PackageInput, Source};
use std::fs::File;
use std::io;
use std::path::Path;
use waybill_schemas::codes::{command, package};
use waybill_schemas::{DOCUMENT_LIMIT, GivenEncryptionInfo, encryption_info_from, read_bounded};

/// Opens packages, all in the same way.
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

    /// Under which limits packages are read.
    pub(crate) fn policy(&self) -> &ArchivePolicy {
        &self.policy
    }

    /// Opens a package, or the bare content that the encryption info is for.
    pub(crate) fn open(&self, path: &Path) -> Result<PackageInput, Failure> {
        let source = File::open(path).and_then(FileSource::from_file).map_err(|error| unreadable(&error))?;
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
        let mut first = [0; 4];
        if source.read_at(&mut first, 0).is_ok_and(|count| count == 4) && first == *b"PK\x03\x04" {
            let message = "this is a whole package, with encryption info of its own";
            return Err(Failure::new(&command::KEYS_NOT_NEEDED, message));
        }
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

/// A path as it was given, for reports.
pub(crate) fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn unreadable(error: &io::Error) -> Failure {
    let failure = Failure::new(&package::PACKAGE_UNREADABLE, "cannot open the package").caused_by(error);
    match error.kind() {
        io::ErrorKind::NotFound => {
            failure.with_hint("check the path; relative ones start at the current folder")
        }
        _ => failure,
    }
}

pub(crate) fn read_encryption_info(document: &Path) -> Result<GivenEncryptionInfo, Failure> {
    let bytes =
        File::open(document).and_then(|file| read_bounded(file, DOCUMENT_LIMIT)).map_err(|error| {
            Failure::new(&command::INPUT_UNREADABLE, "cannot read the encryption info").caused_by(&error)
        })?;
    Ok(encryption_info_from(&bytes)?)
}
