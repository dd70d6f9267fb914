//! `waybill install`, `uninstall` and `detect`: attempts and detection of an app, with the rights that it needs.

use crate::args::{LONGEST_WAIT, RootArgs, choice, whole_number};
use crate::commands::install_page::{in_words_of_the_command, write_attempt, write_detected, write_step};
use crate::error::Failure;
use crate::exit::{Exit, ExitStyle};
use crate::files::{app_of_sources, as_argument, content_url, location, shown, unreadable};
use crate::output::{Output, relay, say};
use crate::session::Session;
use clap::Args;
use std::path::{Path, PathBuf};
use std::time::Duration;
use waybill_agent::as_system::Request;
use waybill_agent::{
    ApplyRequest, ContentSource, RunPurpose, RunningProcess, StateDatabase, apply, choose_process,
};
use waybill_downloader::{FetchOptions, Location, Wanted};
use waybill_installer_runner::{
    AccountChoice, AttemptRequest, Events, MemoryJournal, MsiLine, OnTimeLimit, Runner, ScriptHost, Settings,
    Trigger,
};
use waybill_schemas::app::{AppFile, AppFileError};
use waybill_schemas::codes::{command, runner};
use waybill_schemas::report::install::{Host, InstallReport, Intent, StepReport};
use waybill_schemas::{DOCUMENT_LIMIT, read_bounded};
use waybill_system::{System, SystemKind, WindowsModel, this_machine};

/// Look for an app: every detection rule, with what it wants and what is there
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill detect apps/7zip
  waybill detect app.json --json
  waybill detect app.json --host native

Exit codes: 0 detected, 7 not detected, 1 cannot tell, 3 an invalid rule.
Nothing is installed or changed; detection scripts run.")]
pub(crate) struct DetectArgs {
    /// An app's folder, its app.json, or - to read app.json from stdin
    #[arg(value_name = "APP DIR|app.json|-")]
    app: PathBuf,
    #[command(flatten)]
    manner: Manner,
    #[command(flatten)]
    root: RootArgs,
}

/// Install an app: detect, check its requirements, run its command, let detection judge
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill install apps/7zip --dry-run
  waybill install apps/7zip
  waybill install app.json --content 7zip.intunewin --json
  waybill install - --content https://cdn.example/7zip.content.json --events < app.json
  waybill install apps/7zip --wait --exit-style msi
  waybill install apps/7zip --dry-run --as-windows

Exit codes: 0 installed, 10 and 11 installed with a restart to come, 7 not for this
device, 8 failed or not borne out by detection, 9 retry later, 1 cannot tell,
3 an invalid rule. It never restarts. docs/runner.md is the contract for agents.")]
pub(crate) struct InstallArgs {
    #[command(flatten)]
    pub(crate) attempt: AttemptArgs,
}

/// Uninstall an app: detect, run its uninstall command, let detection judge
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill uninstall apps/7zip --dry-run
  waybill uninstall app.json --content 7zip.intunewin

Exit codes: 0 gone, 10 and 11 gone with a restart to come, 8 failed or still
detected, 9 retry later, 1 cannot tell, 3 an invalid rule.")]
pub(crate) struct UninstallArgs {
    #[command(flatten)]
    pub(crate) attempt: AttemptArgs,
}

/// What `install` and `uninstall` take.
#[derive(Debug, Args)]
pub(crate) struct AttemptArgs {
    /// An app's folder, its app.json, or - to read app.json from stdin
    #[arg(value_name = "APP DIR|app.json|-")]
    app: PathBuf,
    /// The app's files: a folder, used as it is, or a package, content.json or URL, fetched when the command is about
    /// to run; `source` beside app.json by default
    #[arg(long, value_name = "SOURCE")]
    content: Option<String>,
    /// Decide everything, start nothing: rules with their actual values, and what the command comes to
    #[arg(long)]
    dry_run: bool,
    /// With --dry-run, on any system: resolve the command as a clean 64-bit Windows 11 does. A model stands for that
    /// Windows, and no rule is looked at; 8 where it would not find the program
    #[arg(long, requires = "dry_run")]
    as_windows: bool,
    /// What the attempt is: a person's request, which does not wait and begins the schedule anew, or one of the schedule,
    /// which waits for its time and counts on over calls
    #[arg(long, default_value = "request", value_name = "CAUSE", value_parser = choice(&TRIGGERS))]
    trigger: Trigger,
    /// The user for whom an app in the user's context is meant, by name or SID; nobody else gets it
    #[arg(long, value_name = "NAME|SID")]
    user: Option<String>,
    /// Follow the retry schedule until it is done or given up
    #[arg(long)]
    wait: bool,
    /// How long to wait where another install or uninstall is at work below the same root
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = whole_number::<u64>(0..=LONGEST_WAIT))]
    wait_lock: u64,
    /// Print each decision as a line of JSON on stdout as it falls, and the report as the last one
    #[arg(long)]
    events: bool,
    /// msiexec lines that install for the system: as they are written, or prepared with the words that one page of
    /// Microsoft's shows Intune's agent adding (docs/fidelity.md)
    #[arg(long, default_value = "as-written", value_name = "LINE", value_parser = choice(&MSI_LINES))]
    msi_line: MsiLine,
    /// At the time limit: leave the installer running, as Intune does, or kill it and its children
    #[arg(long, default_value = "leave", value_name = "ACTION", value_parser = choice(&ON_TIMEOUT))]
    on_timeout: OnTimeLimit,
    /// How long detection looks again after a success; Intune looks once, 0
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = whole_number::<u64>(0..=LONGEST_WAIT))]
    look_again: u64,
    /// Exit codes: waybill's, or msi: 3010 for 10, 1641 for 11, 1618 for 9, 1603 for 8
    #[arg(long, value_enum, default_value = "waybill", value_name = "STYLE")]
    exit_style: ExitStyle,
    /// Exit with the installer's own code, where one ran
    #[arg(long)]
    passthrough_exit: bool,
    #[command(flatten)]
    manner: Manner,
    #[command(flatten)]
    root: RootArgs,
}

/// How an app is looked at and run.
#[derive(Debug, Args)]
pub(crate) struct Manner {
    /// Whose view of files, registry and environment: x86 as the agent of Intune, a 32-bit program; native as this
    /// machine
    #[arg(long, default_value = "x86", value_parser = choice(&HOSTS))]
    host: Host,
    /// With whose rights: as app.json says, or as you are
    #[arg(long = "as", default_value = "app", value_name = "WHO", value_parser = choice(&ACCOUNTS))]
    pub(crate) account: AccountChoice,
    /// What runs PowerShell scripts, instead of powershell.exe (elsewhere than on Windows: pwsh)
    #[arg(long, value_name = "PROGRAM")]
    script_host: Option<String>,
}

const TRIGGERS: [(&str, Trigger); 2] = [("request", Trigger::Manual), ("schedule", Trigger::Schedule)];
const ON_TIMEOUT: [(&str, OnTimeLimit); 2] = [("leave", OnTimeLimit::Leave), ("kill", OnTimeLimit::Kill)];
/// The values of `--msi-line`.
pub(crate) const MSI_LINES: [(&str, MsiLine); 2] =
    [("as-written", MsiLine::AsWritten), ("prepared", MsiLine::Prepared)];
const HOSTS: [(&str, Host); 2] = [("x86", Host::X86), ("native", Host::Native)];
const ACCOUNTS: [(&str, AccountChoice); 2] =
    [("app", AccountChoice::AsDocumented), ("current", AccountChoice::Current)];

impl Manner {
    /// The settings of the library, with files below `root`.
    pub(crate) fn settings(&self, root: &Path) -> Settings {
        let script_host = self.script_host.clone().map_or(ScriptHost::OfTheSystem, ScriptHost::Program);
        let mut settings = Settings::new(root);
        (settings.account, settings.host, settings.script_host) = (self.account, self.host, script_host);
        settings
    }
}

impl AttemptArgs {
    /// The settings of the library, with files below the root.
    pub(crate) fn settings(&self) -> Settings {
        let mut settings = self.manner.settings(&self.root.folder());
        settings.on_time_limit = self.on_timeout;
        settings.msi_line = self.msi_line;
        settings.user.clone_from(&self.user);
        settings.detection_patience = Duration::from_secs(self.look_again);
        settings
    }
}

/// Installs or uninstalls an app, and prints each decision.
pub(crate) fn run(intent: Intent, args: &AttemptArgs, session: &Session) -> Result<Exit, Failure> {
    match attempt(intent, args, session) {
        Err(failure) if args.events => session.output.fail_on_one_line(&failure).map(Exit::from),
        outcome => outcome,
    }
}

fn attempt(intent: Intent, args: &AttemptArgs, session: &Session) -> Result<Exit, Failure> {
    if args.as_windows {
        return on_model(intent, args, session);
    }
    let (given, stdin) = given(&args.app, cfg!(windows))?;
    let system = this_machine();
    let purpose = if args.dry_run { RunPurpose::Look } else { RunPurpose::Run };
    let account = match choose_process(&given.app, args.manner.account, purpose, &system)? {
        RunningProcess::This(account) => account,
        // The process with the system's rights has the same command line. Stdin was read already, so its bytes are
        // handed on.
        RunningProcess::AsSystem => return run_as_system(stdin, session),
    };
    let root = args.root.folder();
    let content = content(args, &given, &root)?;
    note_context(account, &system, session);
    let mut settings = args.settings();
    settings.account = account;
    let mut request = ApplyRequest::new(&given.app, intent, content, settings);
    (request.trigger, request.dry_run, request.wait) = (args.trigger, args.dry_run, args.wait);
    request.wait_lock = std::time::Duration::from_secs(args.wait_lock);
    let listener = Listener { output: session.output, lines: args.events };
    let state = StateDatabase::open_when_free(&root, &session.context())?;
    let report = apply(&request, &state, &system, &listener, &session.context())?;
    finish(report, args, session.output)
}

/// Resolves the command on the model of a Windows. Nothing of this machine but the app's files is looked at.
fn on_model(intent: Intent, args: &AttemptArgs, session: &Session) -> Result<Exit, Failure> {
    let (given, _) = given(&args.app, true)?;
    let folder = match args.content.as_deref() {
        None => given.sources.clone(),
        Some(text) if Path::new(text).is_dir() => Some(PathBuf::from(text)),
        Some(text) => there(text).map(|_| None)?,
    };
    let machine = WindowsModel::new(folder.as_deref().map(absolute).transpose()?.as_deref());
    let (settings, journal) = (args.settings(), MemoryJournal::default());
    let listener = Listener { output: session.output, lines: args.events };
    let mut runner = Runner::new(&machine, &journal, &settings, session.context());
    runner.events = &listener;
    let mut request = AttemptRequest::new(&given.app, intent);
    request.dry_run = true;
    let report = runner.attempt(&request, &mut machine.content_folder().map(PathBuf::from))?;
    finish(report, args, session.output)
}

fn finish(mut report: InstallReport, args: &AttemptArgs, output: Output) -> Result<Exit, Failure> {
    // The advice of the library names no options of the command, which this sentence may.
    report.next = in_words_of_the_command(&report.advice);
    tell(&report, args.events, output)?;
    Ok(Exit::of_install(&report, args.exit_style, args.passthrough_exit))
}

fn tell(report: &InstallReport, lines: bool, output: Output) -> Result<(), Failure> {
    if !output.is_json() {
        let whole = !output.is_quiet();
        output.notice(|out| write_attempt(report, whole, out));
    }
    if lines {
        return output.line(report);
    }
    if output.is_json() { output.document(report) } else { Ok(()) }
}

/// The failure for an app that cannot be read. A folder without app.json is told how it gets one.
pub(super) fn no_app(path: &Path, error: AppFileError) -> Failure {
    if path.is_file() && path.extension().is_some_and(|end| end.eq_ignore_ascii_case("intunewin")) {
        let message = format!("{} is a package, not an app", shown(path));
        return Failure::new(&command::INPUT_OF_ANOTHER_KIND, message).with_hint(
            "give the app's folder, or its app.json; `install` and `uninstall` take the package as --content",
        );
    }
    let failure = Failure::from(error);
    if failure.id() != command::INPUT_MISSING.id || !path.is_dir() {
        return failure;
    }
    if let Some(app) = app_of_sources(path) {
        return failure.with_hint(format!("this is the folder of its files; give the app's folder, {app}"));
    }
    let folder = as_argument(&shown(path));
    failure.with_hint(format!(
        "give the folder that holds app.json; `waybill init {folder} --setup <FILE>` writes one for an installer"
    ))
}

/// The app that the argument names, and the bytes of stdin where the app was read from there.
pub(super) fn given(path: &Path, for_windows: bool) -> Result<(AppFile, Vec<u8>), Failure> {
    if path != Path::new("-") {
        return Ok((AppFile::open_for(path, for_windows).map_err(|error| no_app(path, error))?, Vec::new()));
    }
    let bytes = read_bounded(std::io::stdin().lock(), DOCUMENT_LIMIT).map_err(|error| {
        Failure::new(&command::INPUT_UNREADABLE, "stdin cannot be read").caused_by(&error)
    })?;
    Ok((AppFile::read(bytes.as_slice(), "stdin")?, bytes.to_vec()))
}

/// Prints a note before anything runs, where the rights are not those under Intune.
pub(super) fn note_context(account: AccountChoice, system: &dyn System, session: &Session) {
    if session.output.is_followed()
        && account == AccountChoice::Current
        && system.kind() == SystemKind::Windows
    {
        say("note: this runs with your own rights, folders and registry hive, not as Intune would run it");
    }
}

fn content(args: &AttemptArgs, given: &AppFile, root: &Path) -> Result<ContentSource, Failure> {
    let Some(text) = &args.content else {
        let sources = given.sources.as_deref().ok_or_else(|| {
            let message = format!("{} has no files beside it", given.path.display());
            Failure::new(&runner::NO_CONTENT, message)
        })?;
        return absolute(sources).map(ContentSource::Folder);
    };
    if Path::new(text).is_dir() {
        return absolute(Path::new(text)).map(ContentSource::Folder);
    }
    let place = if args.dry_run { there(text)? } else { location(text)? };
    let url = content_url(None)?;
    Ok(ContentSource::Fetch {
        what: Box::new(Wanted::Described(place)),
        root: root.to_owned(),
        options: Box::new(FetchOptions::default().with(|fetch| fetch.content_url = url)),
    })
}

/// The location that `text` names. A file is looked for at once, because a dry run fetches nothing.
fn there(text: &str) -> Result<Location, Failure> {
    let place = location(text)?;
    if let Location::File(path) = &place {
        path.metadata().map_err(|error| {
            unreadable(&command::INPUT_UNREADABLE, "the content cannot be read", &error).about(&shown(path))
        })?;
    }
    Ok(place)
}

fn absolute(folder: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(folder).map_err(|error| {
        Failure::new(&command::INPUT_UNREADABLE, "the folder cannot be named").caused_by(&error)
    })
}

/// Prints each decision when it is made, as a line of JSON or for people.
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
        if self.output.is_followed() {
            self.output.notice(|out| write_step(step, out));
        }
    }
}

/// Looks for an app, and prints every rule.
pub(crate) fn detect(args: &DetectArgs, session: &Session) -> Result<Exit, Failure> {
    let (given, stdin) = given(&args.app, cfg!(windows))?;
    let system = this_machine();
    let account = match choose_process(&given.app, args.manner.account, RunPurpose::Look, &system)? {
        RunningProcess::This(account) => account,
        RunningProcess::AsSystem => return run_as_system(stdin, session),
    };
    note_context(account, &system, session);
    let mut settings = args.manner.settings(&args.root.folder());
    settings.account = account;
    let journal = MemoryJournal::default();
    let runner = Runner::new(&system, &journal, &settings, session.context());
    let mut report = runner.detect(&given.app);
    report.next = in_words_of_the_command(&report.advice);
    if session.output.is_json() {
        session.output.document(&report)?;
    } else {
        let whole = !session.output.is_quiet();
        session.output.notice(|out| write_detected(&report, whole, out));
    }
    Ok(Exit::of_report(report.exit, ExitStyle::Waybill))
}

/// The environment variables that are handed to the system's process: settings that are not on its command line.
const VARIABLES: [&str; 3] = ["WAYBILL_ROOT", "WAYBILL_URL", "NO_COLOR"];

/// Runs the same command line as the system, and passes its output on.
pub(crate) fn run_as_system(stdin: Vec<u8>, session: &Session) -> Result<Exit, Failure> {
    let unable = |message: &str, error: &std::io::Error| {
        Failure::new(&command::INPUT_UNREADABLE, message).caused_by(error)
    };
    let arguments = std::env::args_os().skip(1).map(|argument| argument.into_string());
    let request = Request {
        program: std::env::current_exe()
            .map_err(|error| unable("where this program lies is not told", &error))?,
        arguments: arguments
            .collect::<Result<_, _>>()
            .map_err(|_| Failure::new(&command::USAGE, "an argument is not Unicode"))?,
        folder: std::env::current_dir().map_err(|error| unable("there is no current folder", &error))?,
        variables: VARIABLES
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?)))
            .collect(),
        stdin,
    };
    if session.output.is_followed() {
        say("running as SYSTEM, as Intune does, through a temporary scheduled task");
    }
    Ok(waybill_agent::as_system::run(&request, &mut relay, &session.context()).map(Exit::of_bits)?)
}
