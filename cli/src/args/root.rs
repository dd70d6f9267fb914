//! Where state and content live.

use clap::Args;
use std::path::PathBuf;
use waybill_disk::Root;

/// The folder of state and content.
#[derive(Debug, Clone, Args)]
pub(crate) struct RootArgs {
    /// The folder of state and partial downloads, made where it is missing; the device's own by default
    #[arg(long, value_name = "DIR", env = "WAYBILL_ROOT")]
    root: Option<PathBuf>,
}

impl RootArgs {
    /// The one that was given, else the device's; whole, because reports name files in it.
    pub(crate) fn folder(&self) -> PathBuf {
        let folder = self.root.clone().unwrap_or_else(Root::default_path);
        std::path::absolute(&folder).unwrap_or(folder)
    }
}
