use super::{PackageArgs, wildcard};
use clap::Args;
use std::path::PathBuf;

/// Check packages: shape, MAC, padding, digest, size, CRC, archive policy, setup file
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill verify app.intunewin
  waybill verify --deep packages/*.intunewin
  waybill verify --json app.intunewin

Exits with 0 where every check holds, with 4 where a MAC or digest does not,
with 3 where a package is refused for another reason.")]
pub(crate) struct VerifyArgs {
    /// The packages
    #[arg(required = true, value_name = "PACKAGE")]
    packages: Vec<PathBuf>,
    /// Inflate every entry too, and check its size and CRC
    #[arg(long)]
    pub(crate) deep: bool,
    #[command(flatten)]
    pub(crate) reading: PackageArgs,
}

impl VerifyArgs {
    /// The packages, one by one.
    pub(crate) fn packages(&self) -> Vec<PathBuf> {
        wildcard::expand(&self.packages)
    }
}
