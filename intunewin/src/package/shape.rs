//! The shape that Microsoft's tool writes, and what differs from it (`docs/package-format.md`).

use super::outer::{CONTENTS, DETECTION_XML};
use crate::policy::shown;
use crate::zip::central::CentralRecord;
use crate::zip::record::method;

/// One difference between an outer zip and the shape that Microsoft's tool writes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Deviation {
    /// Not exactly the content and then Detection.xml.
    Entries {
        /// The entries' names in their order.
        names: Vec<String>,
    },
    /// An entry is deflated.
    Deflated {
        /// The entry's name.
        name: String,
    },
    /// An entry has flags (a data descriptor, for example).
    Flags {
        /// The entry's name.
        name: String,
        /// Its general purpose flags.
        flags: u16,
    },
}

impl std::fmt::Display for Deviation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Entries { names } => {
                write!(
                    formatter,
                    "entries other than the content and then Detection.xml: {}",
                    names.join(", ")
                )
            }
            Self::Deflated { name } => write!(formatter, "`{name}` is deflated, not stored"),
            Self::Flags { name, flags } => write!(formatter, "`{name}` has flags {flags:#06x}, not 0"),
        }
    }
}

/// All differences; empty for a package that the portal accepts.
pub(super) fn deviations(records: &[CentralRecord], file_name: &str) -> Vec<Deviation> {
    let expected = [format!("{CONTENTS}{file_name}"), DETECTION_XML.to_owned()];
    let mut found = Vec::new();
    if !records.iter().map(|record| record.name.as_slice()).eq(expected.iter().map(String::as_bytes)) {
        found.push(Deviation::Entries { names: records.iter().map(|record| shown(&record.name)).collect() });
    }
    for record in records {
        let name = shown(&record.name);
        if record.header.method != method::STORED {
            found.push(Deviation::Deflated { name: name.clone() });
        }
        if record.header.flags != 0 {
            found.push(Deviation::Flags { name, flags: record.header.flags });
        }
    }
    found
}
