//! Read and write `.intunewin` packages.
mod policy;
mod source;
mod zip;

pub use policy::{ArchivePolicy, EntryName, NameSet, Rule, Violation};
pub use source::{FileSource, Source};
