use super::{Limits, PackageArgs};
use clap::Args;
use std::path::PathBuf;

/// Show what a package says of itself and what is in it
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill inspect app.intunewin
  waybill inspect app.intunewin --files
  waybill inspect --diff app-1.0.intunewin app-1.1.intunewin
  waybill inspect content.bin --encryption-info Detection.xml

Files are listed only after the content's MAC and digest have been checked;
--metadata reads Detection.xml alone.")]
pub(crate) struct InspectArgs {
    /// The package
    #[arg(required_unless_present = "diff", conflicts_with = "diff")]
    package: Option<PathBuf>,
    /// List every file
    #[arg(long, conflicts_with_all = ["metadata", "diff"])]
    files: bool,
    /// Read Detection.xml alone, not the content
    #[arg(long, conflicts_with = "diff")]
    metadata: bool,
    /// Show the keys, which decrypt the content wherever it is
    #[arg(long, conflicts_with = "diff")]
    show_keys: bool,
    /// Tell how one package differs from another: metadata, and files by name, size and CRC
    #[arg(long, num_args = 2, value_names = ["OLD", "NEW"], conflicts_with = "encryption_info")]
    diff: Option<Vec<PathBuf>>,
    #[command(flatten)]
    reading: PackageArgs,
}

/// What is to be shown.
#[derive(Debug)]
pub(crate) enum Inspection {
    /// One package.
    Package {
        /// Which.
        package: PathBuf,
        /// How it is read.
        reading: PackageArgs,
        /// How much of it is shown.
        show: Show,
    },
    /// How `new` differs from `old`.
    Diff {
        /// The older package.
        old: PathBuf,
        /// The newer one.
        new: PathBuf,
        /// Under which limits they are read.
        limits: Limits,
    },
}

/// How much of a package is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Show {
    /// The payload, which must be authenticated for it.
    pub(crate) payload: bool,
    /// Every file.
    pub(crate) files: bool,
    /// The keys.
    pub(crate) keys: bool,
}

impl InspectArgs {
    /// What is to be shown.
    pub(crate) fn into_inspection(self) -> Inspection {
        let mut diff = self.diff.unwrap_or_default().into_iter();
        if let (Some(old), Some(new)) = (diff.next(), diff.next()) {
            return Inspection::Diff { old, new, limits: self.reading.limits };
        }
        let show = Show { payload: !self.metadata, files: self.files, keys: self.show_keys };
        Inspection::Package { package: self.package.unwrap_or_default(), reading: self.reading, show }
    }
}
