use super::payload_entries::Stop;
use crate::args::{Limits, PackageArgs};
use crate::error::Failure;
use crate::package_diff::PayloadDiff;
use crate::package_input::{PackageReader, shown};
use crate::report::diff::{write_change, write_diff};
use crate::session::Session;
use intunewin::{Archive, ArchiveError};
use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::io;
use std::path::Path;
use waybill_schemas::report::package::DetectionReport;
use waybill_schemas::report::package::{DiffReport, FieldChange};

/// Tells how the package `new` differs from `old`, after authenticating both.
pub(crate) fn run(old: &Path, new: &Path, limits: &Limits, session: &Session) -> Result<(), Failure> {
    let (old, new) = (Side::open(old, limits, session)?, Side::open(new, limits, session)?);
    let diff = PayloadDiff::new(&old.archive, &new.archive)?;
    let report = DiffReport {
        old: old.name,
        new: new.name,
        same_payload: old.digest == new.digest,
        metadata: changed_fields(&old.fields, &new.fields),
        files: diff.counts(),
        changes: Changes(&diff),
    };
    if session.output.is_json() {
        return session.output.document(&report);
    }
    session.output.page(|out| {
        write_diff(&report, out)?;
        let mut written = Ok(());
        let visited = diff.visit::<ArchiveError>(|change| {
            if written.is_ok() {
                written = write_change(&change, out);
            }
            Ok(())
        });
        visited.map_err(io::Error::other).and(written)
    })
}

/// One of the two packages.
struct Side {
    name: String,
    digest: waybill_schemas::FileDigest,
    /// What Detection.xml says, and the sizes: names and values in their order.
    fields: Vec<(String, String)>,
    archive: Archive,
}

impl Side {
    fn open(path: &Path, limits: &Limits, session: &Session) -> Result<Self, Failure> {
        let name = shown(path);
        let side = Self::read(path, limits, session).map_err(|failure| failure.about(&name))?;
        Ok(Self { name, ..side })
    }

    fn read(path: &Path, limits: &Limits, session: &Session) -> Result<Self, Failure> {
        let context = session.context();
        let reader = PackageReader::new(&PackageArgs { encryption_info: None, limits: limits.clone() })?;
        let input = reader.open(path)?;
        let mut fields = Vec::new();
        if let Some(package) = input.package() {
            let detection = serde_json::to_value(DetectionReport::from(package.info())).unwrap_or_default();
            flatten("", &detection, &mut fields);
            fields.push(("packageSize".to_owned(), package.size().to_string()));
        }
        let content = input.into_content(&context)?.authenticate(&context)?;
        let archive = content.archive(reader.policy(), &context)?;
        fields.push(("unpackedSize".to_owned(), archive.unpacked_size().to_string()));
        Ok(Self { name: String::new(), digest: content.encryption_info().file_digest, fields, archive })
    }
}

/// `{"msiInfo": {"productVersion": "1"}}` as `msiInfo.productVersion` and `1`.
fn flatten(prefix: &str, value: &Value, fields: &mut Vec<(String, String)>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let dot = if prefix.is_empty() { "" } else { "." };
                flatten(&format!("{prefix}{dot}{name}"), value, fields);
            }
        }
        Value::String(text) => fields.push((prefix.to_owned(), text.clone())),
        other => fields.push((prefix.to_owned(), other.to_string())),
    }
}

fn changed_fields(old: &[(String, String)], new: &[(String, String)]) -> Vec<FieldChange> {
    let value = |fields: &[(String, String)], name: &str| {
        fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone())
    };
    let gone = old.iter().filter(|(name, _)| value(new, name).is_none());
    let names = new.iter().chain(gone).map(|(name, _)| name.as_str());
    names
        .map(|name| FieldChange { field: name.to_owned(), old: value(old, name), new: value(new, name) })
        .filter(|change| change.old != change.new)
        .collect()
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
