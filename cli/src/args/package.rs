//! A package to be read, and the limits under which it is.

use super::Size;
use clap::Args;
use intunewin::ArchivePolicy;
use std::path::PathBuf;

/// How packages are read.
#[derive(Debug, Clone, Args)]
pub(crate) struct PackageArgs {
    /// Read bare encrypted contents: take their keys from a Detection.xml, a content.json or Graph's
    /// fileEncryptionInfo
    #[arg(long, value_name = "FILE")]
    pub(crate) encryption_info: Option<PathBuf>,
    /// What may be read at most.
    #[command(flatten)]
    pub(crate) limits: Limits,
}

/// What a package may be at most.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct Limits {
    /// Refuse larger packages
    #[arg(long, value_name = "SIZE", default_value = "30GiB")]
    max_package: Size,
    /// Refuse payloads that unpack to more
    #[arg(long, value_name = "SIZE", default_value = "60GiB")]
    max_unpacked: Size,
}

impl Limits {
    /// The archive policy with these limits.
    pub(crate) fn policy(&self) -> ArchivePolicy {
        ArchivePolicy::default().with_max_package(self.max_package.0).with_max_unpacked(self.max_unpacked.0)
    }
}
