use super::install::Manner;
use super::lint::allowance;
use crate::error::Failure;
use clap::Args;
use std::path::PathBuf;
use waybill_packager::lint::Allowance;
use waybill_rehearsal::RehearsalRequest;
use waybill_schemas::app::AppFolder;

/// Rehearse an app on this machine: lint, pack, serve, fetch, install, detect, uninstall
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill try apps/7zip
  waybill try apps/7zip --json --junit try.xml
  waybill try apps/7zip --as current --keep
  waybill try C:\\apps\\7zip --sandbox 7zip.wsb

It installs the app here, installs it again (which must change nothing), and
uninstalls it. An app that is here already is not touched. It ends with 0, or with
what the first phase that failed exits with: 3 lint, 8 install; docs/fidelity.md says
what a rehearsal proves.")]
pub(crate) struct TryArgs {
    /// An app's folder: app.json and source
    #[arg(value_name = "APP DIR")]
    pub(crate) folder: PathBuf,
    /// Uninstall a copy that is here already, instead of refusing
    #[arg(long)]
    force: bool,
    /// Write the phases as JUnit XML, too
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Leave the folder of the rehearsal: package, content, logs
    #[arg(long)]
    keep: bool,
    /// Work in this folder instead of a temporary one
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Write a Windows Sandbox file that runs the rehearsal there, and run nothing here
    #[arg(long, value_name = "FILE.wsb", conflicts_with_all = ["force", "junit", "keep", "root"])]
    pub(crate) sandbox: Option<PathBuf>,
    /// Do not let msiexec write a log, which takes `/l*v` at the end of its line
    #[arg(long)]
    no_msi_log: bool,
    /// Allow what lint finds under this code; may be given several times
    #[arg(long, value_name = "CODE[=REASON]")]
    allow: Vec<String>,
    #[command(flatten)]
    pub(crate) manner: Manner,
}

impl TryArgs {
    /// What lint may overlook.
    pub(crate) fn allowances(&self) -> Result<Vec<Allowance>, Failure> {
        self.allow.iter().map(|text| allowance(text)).collect()
    }

    /// For the library.
    pub(crate) fn request(&self, app: AppFolder, allowances: Vec<Allowance>) -> RehearsalRequest {
        RehearsalRequest {
            root: self.root.clone(),
            keep: self.keep,
            force: self.force,
            msi_log: !self.no_msi_log,
            allowances,
            settings: self.manner.settings(&PathBuf::new()),
            ..RehearsalRequest::new(&self.folder, app)
        }
    }
}
