//! `waybill try`: rehearses an app on this machine, or writes a Windows Sandbox file that does.

use crate::args::choice;
use crate::commands::install::{self, MSI_LINES, Manner, no_app, note_context};
use crate::commands::lint::allowances;
use crate::commands::rehearsal_page::write_rehearsal;
use crate::error::Failure;
use crate::exit::{Exit, ExitStyle};
use crate::files::{NewFile, refuse_existing, shown};
use crate::output::say;
use crate::session::Session;
use crate::text::printable;
use clap::Args;
use std::io;
use std::path::{Path, PathBuf};
use waybill_agent::{RunPurpose, RunningProcess, choose_process};
use waybill_installer_runner::{Events, MsiLine};
use waybill_packager::lint::Allowance;
use waybill_rehearsal::{Audience, RehearsalRequest, Remark, Sandbox, junit, rehearse};
use waybill_schemas::app::AppFolder;
use waybill_schemas::codes::command;
use waybill_schemas::report::install::StepReport;
use waybill_schemas::report::rehearsal::Phase;
use waybill_system::this_machine;

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
    folder: PathBuf,
    /// Uninstall a copy that is here already, instead of refusing
    #[arg(long)]
    force: bool,
    /// Write the phases as JUnit XML, too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Leave the folder of the rehearsal: package, content, logs
    #[arg(long)]
    keep: bool,
    /// Work in this folder instead of a temporary one
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Write a Windows Sandbox file that runs the rehearsal there, and run nothing here
    #[arg(long, value_name = "FILE.wsb", conflicts_with_all = ["force", "junit", "keep", "root"])]
    sandbox: Option<PathBuf>,
    /// Do not let msiexec write a log, which takes `/l*v` at the end of its line
    #[arg(long)]
    no_msi_log: bool,
    /// msiexec lines that install for the system: as they are written, or prepared with the words that one page of
    /// Microsoft's shows Intune's agent adding
    #[arg(long, default_value = "as-written", value_name = "LINE", value_parser = choice(&MSI_LINES))]
    msi_line: MsiLine,
    /// Allow what lint finds under this code; may be given several times
    #[arg(long, value_name = "CODE=REASON")]
    allow: Vec<String>,
    #[command(flatten)]
    manner: Manner,
}

impl TryArgs {
    /// The request as the library takes it.
    pub(crate) fn request(&self, app: AppFolder, allowances: Vec<Allowance>) -> RehearsalRequest {
        let mut request = RehearsalRequest::new(&self.folder, app);
        request.root.clone_from(&self.root);
        (request.keep, request.force, request.msi_log) = (self.keep, self.force, !self.no_msi_log);
        request.allowances = allowances;
        request.settings = self.manner.settings(&PathBuf::new());
        request.settings.msi_line = self.msi_line;
        request
    }
}

const OTHER_NAME: &str = "give another name, or remove it first";

/// Rehearses an app, and prints what happened and what was learned.
pub(crate) fn run(args: &TryArgs, session: &Session) -> Result<Exit, Failure> {
    if let Some(file) = &args.sandbox {
        return write_sandbox(args, file, session).map(|()| Exit::DONE);
    }
    if let Some(file) = &args.junit {
        refuse_existing(file, OTHER_NAME)?;
    }
    let allowances = allowances(&args.allow)?;
    let system = this_machine();
    let app = open_app(&args.folder)?;
    let mut request = args.request(app, allowances);
    let app = &request.app.run_here().app;
    let name = printable(app.display_name.as_deref().unwrap_or("this app")).into_owned();
    request.settings.account = match choose_process(app, args.manner.account, RunPurpose::Run, &system)? {
        RunningProcess::This(account) => account,
        RunningProcess::AsSystem => return install::run_as_system(Vec::new(), session),
    };
    let live = Live { told: session.output.is_followed() };
    if live.told {
        say(&format!("installs {name} on this machine, and takes it away again"));
    }
    note_context(request.settings.account, &system, session);
    // Created before anything is installed, so that a report that cannot be written is noticed first.
    let junit_file = args.junit.as_deref().map(|file| NewFile::create(file, false)).transpose()?;
    let report = rehearse(&request, &system, &live, &session.context())?;
    if let Some(file) = junit_file {
        file.write(&junit(&report))?;
    }
    let whole = !session.output.is_quiet();
    session.output.report(&report, |report, out| write_rehearsal(report, whole, out))?;
    Ok(Exit::of_report(report.exit, ExitStyle::Waybill))
}

fn open_app(folder: &Path) -> Result<AppFolder, Failure> {
    if folder.exists() && !folder.is_dir() {
        let failure = Failure::new(&command::INPUT_OF_ANOTHER_KIND, "this is a file, not an app's folder");
        return Err(failure
            .about(&shown(folder))
            .with_hint("give the folder that holds app.json and source"));
    }
    AppFolder::open(folder, cfg!(windows)).map_err(|error| no_app(folder, error))
}

/// Prints a line for each phase that may take a while.
struct Live {
    told: bool,
}

impl Events for Live {
    fn decided(&self, _: &StepReport) {}
}

impl Audience for Live {
    fn begins(&self, phase: Phase) {
        if self.told && !matches!(phase, Phase::Serve | Phase::Detect | Phase::DetectGone) {
            say(&format!("  {} …", phase.name()));
        }
    }

    fn words(&self, remark: &Remark) -> String {
        in_words_of_the_command(remark)
    }
}

/// A remark in the words of this command, which names its options.
fn in_words_of_the_command(remark: &Remark) -> String {
    match remark {
        Remark::CopyGoesFirst { found } => format!("{found}; --force: that copy is uninstalled first"),
        Remark::CopyStays { found } => format!("{found}: that copy is not touched without --force"),
        Remark::ExplainCode { id } => {
            format!("`waybill explain {id}` tells what it means and what to look at.")
        }
        Remark::LetInstallerEnd { pid, root } => {
            let process = pid.map_or_else(String::new, |pid| format!(" (process {pid})"));
            format!(
                "Let the installer{process} end before anything else: another rehearsal would not know of it. Then \
                 `waybill uninstall` with `--root {root}` takes away what it installed."
            )
        }
        Remark::AddedMsiLog => {
            "`/l*v` was added to msiexec's line, for its log: leave it out with --no-msi-log.".to_owned()
        }
        other => other.to_string(),
    }
}

/// Writes the Sandbox file. It holds paths of this machine, so it can be used here only.
fn write_sandbox(args: &TryArgs, file: &Path, session: &Session) -> Result<(), Failure> {
    if !cfg!(windows) {
        let failure = Failure::new(&command::USAGE, "--sandbox is for Windows, whose folders it maps");
        return Err(failure.with_hint("run it on the Windows that has the Sandbox"));
    }
    refuse_existing(file, OTHER_NAME)?;
    let unreadable = |error: &io::Error| {
        Failure::new(&command::INPUT_UNREADABLE, "a path cannot be told").caused_by(error)
    };
    let whole = |path: &Path| std::path::absolute(path).map_err(|error| unreadable(&error));
    let program = std::env::current_exe().map_err(|error| unreadable(&error))?;
    let file = whole(file)?;
    let result = file.with_extension("result");
    std::fs::create_dir_all(&result).map_err(|error| unreadable(&error).about(&shown(&result)))?;
    let sandbox = Sandbox {
        app_folder: whole(&args.folder)?.display().to_string(),
        program_folder: program.parent().unwrap_or(&program).display().to_string(),
        program: program.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        result_folder: result.display().to_string(),
    };
    NewFile::create(&file, false)?.write(&sandbox.to_wsb())?;
    if !session.output.is_quiet() {
        say(&format!("open {} to start it; the report will lie in {}", shown(&file), shown(&result)));
    }
    Ok(())
}
