use crate::error::Failure;
use clap::Args;
use std::path::PathBuf;
use waybill_packager::exclude::Exclusions;
use waybill_packager::init::InitRequest;

/// Write an app.json from what the installer is: names, commands, detection
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill init apps/7zip/source --setup 7z2301-x64.msi
  waybill init ./tool --setup setup.exe --output apps/tool/app.json

An MSI answers for itself. For NSIS, Inno Setup, WiX Burn, InstallShield and
Squirrel the commands are proposed, and marked: try them before you rely on them.")]
pub(crate) struct InitArgs {
    /// The source folder
    source: PathBuf,
    /// The setup file, relative to the source folder
    #[arg(short, long, value_name = "FILE")]
    setup: PathBuf,
    /// Where app.json goes; beside a folder named source, else into the source folder, by default
    #[arg(short, long, value_name = "FILE|DIR")]
    output: Option<PathBuf>,
    /// Leave out what matches; may be given several times
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Replace an app.json that is there
    #[arg(long)]
    force: bool,
}

impl InitArgs {
    /// What is to be drafted, and where it goes.
    pub(crate) fn into_request(self) -> Result<InitRequest, Failure> {
        let mut request = InitRequest::new(self.source, self.setup);
        request.output = self.output;
        request.force = self.force;
        request.exclusions = Exclusions::new(&self.exclude)?;
        Ok(request)
    }
}
