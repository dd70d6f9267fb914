//! Zip structure.
pub(crate) mod record;
