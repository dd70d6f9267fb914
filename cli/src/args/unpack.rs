use super::PackageArgs;
use clap::Args;
use std::path::{Path, PathBuf};

/// Unpack a package into a folder, after checking everything about it
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill unpack app.intunewin --output app
  waybill unpack app.intunewin --output payload.zip --payload-only

The files appear under the folder's name all at once, when MAC, digest, names,
sizes and CRCs hold; else nothing does.")]
pub(crate) struct UnpackArgs {
    /// The package
    pub(crate) package: PathBuf,
    /// The folder to unpack into; an empty one is replaced
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// Write the decrypted payload itself, an ordinary zip: to DIR/PACKAGE.zip, or to DIR where it ends in .zip
    #[arg(long)]
    pub(crate) payload_only: bool,
    /// Replace what is there
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) reading: PackageArgs,
}

impl UnpackArgs {
    /// Where the payload goes with `--payload-only`.
    pub(crate) fn payload_file(&self) -> PathBuf {
        let is_zip =
            |path: &Path| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
        if is_zip(&self.output) && !self.output.is_dir() {
            return self.output.clone();
        }
        let mut name = self.package.file_stem().unwrap_or_default().to_owned();
        name.push(".zip");
        self.output.join(name)
    }
}
