use super::payload_entries::Stop;
use crate::args::{Limits, PackageArgs};
use crate::error::Failure;
use crate::package_input::{PackageReader, shown};
use crate::report::diff::{write_change, write_diff};
use crate::session::Session;
use intunewin::{ArchiveError, ComparedPackage, PayloadDiff};
use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Serialize, Serializer};
use std::io;
use std::path::Path;
use waybill_schemas::report::package::DiffReport;

/// Tells how the package `new` differs from `old`, after authenticating both.
pub(crate) fn run(old: &Path, new: &Path, limits: &Limits, session: &Session) -> Result<(), Failure> {
    let (old_package, new_package) = (open(old, limits, session)?, open(new, limits, session)?);
    let diff = intunewin::diff(&old_package, &new_package)?;
    let report = DiffReport {
        old: shown(old),
        new: shown(new),
        same_payload: diff.same_payload,
        metadata: diff.metadata,
        files: diff.payload.counts(),
        changes: Changes(&diff.payload),
    };
    if session.output.is_json() {
        return session.output.document(&report);
    }
    session.output.page(|out| {
        write_diff(&report, out)?;
        let mut written = Ok(());
        let visited = diff.payload.visit::<ArchiveError>(|change| {
            if written.is_ok() {
                written = write_change(&change, out);
            }
            Ok(())
        });
        visited.map_err(io::Error::other).and(written)
    })
}

/// Opens and authenticates one of the two packages.
fn open(path: &Path, limits: &Limits, session: &Session) -> Result<ComparedPackage, Failure> {
    let reader = PackageReader::new(&PackageArgs { encryption_info: None, limits: limits.clone() })?;
    let compared = reader
        .open(path)
        .and_then(|input| Ok(ComparedPackage::new(input, reader.policy(), &session.context())?));
    compared.map_err(|failure| failure.about(&shown(path)))
}

/// Every change; serialises as a list that is never held.
struct Changes<'a>(&'a PayloadDiff<'a>);

impl Serialize for Changes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        match self.0.visit(|change| list.serialize_element(&change).map_err(Stop::Serializer)) {
            Ok(()) => list.end(),
            Err(Stop::Serializer(error)) => Err(error),
            Err(Stop::Archive(error)) => Err(S::Error::custom(error)),
        }
    }
}
