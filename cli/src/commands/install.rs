use super::as_system;
use crate::args::AttemptArgs;
use crate::error::Failure;
use crate::exit::Exit;
use crate::location::{content_url, location};
use crate::output::{Output, say};
use crate::report::install::{in_words_of_the_command, write_attempt, write_step};
use crate::session::Session;
use std::path::Path;
use waybill_agent::{ApplyRequest, ContentSource, Stand, State, Undertaking, apply, stand};
use waybill_downloader::{FetchOptions, Wanted};
use waybill_installer_runner::{AccountChoice, Events, RetryPolicy, Trigger};
use waybill_schemas::app::AppFile;
use waybill_schemas::codes::{command, runner};
use waybill_schemas::report::install::{InstallReport, Intent, StepReport};
use waybill_schemas::{DOCUMENT_LIMIT, read_bounded};
use waybill_system::{System, SystemKind, this_machine};

/// Installs or uninstalls an app, and tells each decision.
pub(crate) fn run(intent: Intent, args: &AttemptArgs, session: &Session) -> Result<Exit, Failure> {
    match attempt(intent, args, session) {
        Err(failure) if args.events => session.output.fail_on_one_line(&failure).map(Exit::from),
        outcome => outcome,
    }
}

fn attempt(intent: Intent, args: &AttemptArgs, session: &Session) -> Result<Exit, Failure> {
    let (given, stdin) = given(&args.app)?;
    let system = this_machine();
    let undertaking = if args.dry_run { Undertaking::Look } else { Undertaking::Run };
    let account = match stand(&given.app, args.manner.account(), undertaking, &system)? {
        Stand::Here(account) => account,
        Stand::AsSystem => return as_system::again(stdin, session),
    };
    let root = args.root.folder();
    let content = content(args, &given, &root)?;
    note_context(account, &system, session);
    let mut settings = args.settings();
    settings.account = account;
    let request = ApplyRequest {
        app: &given.app,
        intent,
        trigger: Trigger::Manual,
        dry_run: args.dry_run,
        content,
        settings,
        retries: RetryPolicy::from_app(&given.app),
        wait: args.wait,
        wait_lock: std::time::Duration::from_secs(args.wait_lock),
    };
    let listener = Listener { output: session.output, lines: args.events };
    let mut report = apply(&request, &State::open(&root)?, &system, &listener, &session.context())?;
    report.next = in_words_of_the_command(&report.advice);
    tell(&report, args.events, session.output)?;
    Ok(Exit::of_install(&report, args.exit_style, args.passthrough_exit))
}

fn tell(report: &InstallReport, lines: bool, output: Output) -> Result<(), Failure> {
    if !output.is_json() {
        let whole = !output.is_quiet();
        output.notice(|out| write_attempt(report, whole, out));
    }
    match (lines, output.is_json()) {
        (true, _) => output.line(report),
        (false, true) => output.document(report),
        (false, false) => Ok(()),
    }
}

/// The app that was named, and what came from stdin.
pub(super) fn given(path: &Path) -> Result<(AppFile, Vec<u8>), Failure> {
    if path != Path::new("-") {
        return Ok((AppFile::open(path)?, Vec::new()));
    }
    let bytes = read_bounded(std::io::stdin().lock(), DOCUMENT_LIMIT).map_err(|error| {
        Failure::new(&command::INPUT_UNREADABLE, "stdin cannot be read").caused_by(&error)
    })?;
    Ok((AppFile::read(bytes.as_slice(), "stdin")?, bytes.to_vec()))
}

/// Where rights are another's than under Intune, that is said before anything runs.
pub(super) fn note_context(account: AccountChoice, system: &dyn System, session: &Session) {
    let is_told = !session.output.is_json() && !session.output.is_quiet();
    if is_told && account == AccountChoice::Current && system.kind() == SystemKind::Windows {
        say("note: this runs with your own rights, folders and registry hive, not as Intune would run it");
    }
}

fn content(args: &AttemptArgs, given: &AppFile, root: &Path) -> Result<ContentSource, Failure> {
    let Some(text) = &args.content else {
        let sources = given.sources.as_deref().ok_or_else(|| {
            let message = format!("{} has no files beside it", given.path.display());
            Failure::new(&runner::NO_CONTENT, message)
        })?;
        return content_folder(sources);
    };
    if Path::new(text).is_dir() {
        return content_folder(Path::new(text));
    }
    Ok(ContentSource::Fetch {
        what: Box::new(Wanted::Described(location(text)?)),
        root: root.to_owned(),
        options: Box::new(FetchOptions { content_url: content_url(None)?, ..FetchOptions::default() }),
    })
}

fn content_folder(folder: &Path) -> Result<ContentSource, Failure> {
    std::path::absolute(folder).map(ContentSource::Folder).map_err(|error| {
        Failure::new(&command::INPUT_UNREADABLE, "the folder cannot be named").caused_by(&error)
    })
}

/// Tells decisions as they fall: as lines of JSON, or to people.
struct Listener {
    output: Output,
    lines: bool,
}

impl Events for Listener {
    fn decided(&self, step: &StepReport) {
        if self.lines
            && let Err(failure) = self.output.line(step)
        {
            self.output.tell(&failure);
        }
        if !self.output.is_json() && !self.output.is_quiet() {
            self.output.notice(|out| write_step(step, out));
        }
    }
}
