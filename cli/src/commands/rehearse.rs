//! `waybill try`: rehearses an app on this machine, or writes a Windows Sandbox file that does.

use crate::commands::install::{self, Manner, note_context};
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
use waybill_agent::{Stand, Undertaking, stand};
use waybill_installer_runner::Events;
use waybill_packager::lint::Allowance;
use waybill_rehearsal::{Audience, RehearsalRequest, Sandbox, junit, rehearse};
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
    /// Allow what lint finds under this code; may be given several times
    #[arg(long, value_name = "CODE[=REASON]")]
    allow: Vec<String>,
    #[command(flatten)]
    manner: Manner,
}

impl TryArgs {
    /// The request as the library takes it.
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
    let mut request = args.request(AppFolder::open(&args.folder, cfg!(windows))?, allowances);
    let app = &request.app.run_here().app;
    let name = printable(app.display_name.as_deref().unwrap_or("this app")).into_owned();
    request.settings.account = match stand(app, args.manner.account, Undertaking::Run, &system)? {
        Stand::Here(account) => account,
        Stand::AsSystem => return install::run_as_system(Vec::new(), session),
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
