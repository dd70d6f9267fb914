use super::as_system;
use super::install::note_context;
use crate::args::{ExitStyle, TryArgs};
use crate::error::Failure;
use crate::exit::Exit;
use crate::new_file::{NewFile, refuse_existing};
use crate::output::say;
use crate::package_input::shown;
use crate::report::printable::printable;
use crate::report::rehearsal::write_rehearsal;
use crate::session::Session;
use std::io;
use std::path::Path;
use waybill_agent::{Stand, Undertaking, stand};
use waybill_installer_runner::Events;
use waybill_rehearsal::{Audience, Sandbox, junit, rehearse};
use waybill_schemas::app::AppFolder;
use waybill_schemas::codes::command;
use waybill_schemas::report::install::StepReport;
use waybill_schemas::report::rehearsal::Phase;
use waybill_system::this_machine;

const OTHER_NAME: &str = "give another name, or remove it first";

/// Rehearses an app, and tells what came of it and what was learned.
pub(crate) fn run(args: &TryArgs, session: &Session) -> Result<Exit, Failure> {
    if let Some(file) = &args.sandbox {
        return write_sandbox(args, file, session).map(|()| Exit::DONE);
    }
    if let Some(file) = &args.junit {
        refuse_existing(file, OTHER_NAME)?;
    }
    let allowances = args.allowances()?;
    let system = this_machine();
    let mut request = args.request(AppFolder::open(&args.folder, cfg!(windows))?, allowances);
    let app = &request.app.run_here().app;
    let name = printable(app.display_name.as_deref().unwrap_or("this app")).into_owned();
    request.settings.account = match stand(app, args.manner.account(), Undertaking::Run, &system)? {
        Stand::Here(account) => account,
        Stand::AsSystem => return as_system::again(Vec::new(), session),
    };
    let live = Live { told: !session.output.is_json() && !session.output.is_quiet() };
    if live.told {
        say(&format!("installs {name} on this machine, and takes it away again"));
    }
    note_context(request.settings.account, &system, session);
    let junit_file = args.junit.as_deref().map(NewFile::create).transpose()?;
    let report = rehearse(&request, &system, &live, &session.context())?;
    if let Some(file) = junit_file {
        file.write(&junit(&report))?;
    }
    let whole = !session.output.is_quiet();
    session.output.report(&report, |report, out| write_rehearsal(report, whole, out))?;
    Ok(Exit::of_report(report.exit, ExitStyle::Waybill))
}

/// What people see while it goes: a line for each phase that may take its time.
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

/// The folders of this machine go into the file, so it is of use on this machine alone.
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
    NewFile::create(&file)?.write(&sandbox.to_wsb())?;
    if !session.output.is_quiet() {
        say(&format!("open {} to start it; the report will lie in {}", shown(&file), shown(&result)));
    }
    Ok(())
}
