//! What an archive may contain: the one implementation of `docs/archive-policy.md`.
//!
//! Unpacking obeys it, and packing asks it before the first byte, so that we never make what we refuse.

mod limits;
mod name;
mod name_set;
mod rule;
mod violation;

pub use limits::ArchivePolicy;
pub use name::EntryName;
pub use name_set::{NameSet, fold_name};
pub use rule::Rule;
pub use violation::Violation;
pub(crate) use violation::shown;
