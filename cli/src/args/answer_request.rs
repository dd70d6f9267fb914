use clap::Args;
use std::path::PathBuf;

/// Run what a request in a folder asks for: how an elevated `waybill install` becomes the system
#[derive(Debug, Args)]
#[command(hide = true)]
pub(crate) struct AnswerRequestArgs {
    /// The folder of the request
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}
