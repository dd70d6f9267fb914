//! What every command shares: its output, progress, Ctrl-C, and the log on stderr.

use crate::args::GlobalArgs;
use crate::output::Output;
use crate::progress::Watch;
use std::sync::atomic::{AtomicBool, Ordering};
use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use waybill_context::{Context, SystemClock};
use waybill_schemas::codes::Class;

/// One run of the command.
pub(crate) struct Session {
    /// Prints data on stdout and everything else on stderr.
    pub(crate) output: Output,
    /// Shows the progress of the work.
    pub(crate) watch: Watch,
}

impl Session {
    /// The session that the global options ask for.
    pub(crate) fn new(global: &GlobalArgs) -> Self {
        let watch = Watch::new(global.quiet, global.verbose > 0);
        Self { output: Output::new(global.json, global.quiet), watch }
    }

    /// The context for the libraries: progress, cancel flag and clock.
    pub(crate) fn context(&self) -> Context<'_> {
        Context::new(&self.watch, &STOP, &SystemClock)
    }
}

/// The cancel flag of this process, which every long loop reads.
pub(crate) static STOP: AtomicBool = AtomicBool::new(false);

/// Sets the cancel flag on Ctrl-C (on Unix also on SIGTERM and SIGHUP). The second time ends the process at once.
pub(crate) fn listen_for_ctrl_c() {
    let listening = ctrlc::set_handler(|| {
        // A person who presses it twice does not want to wait for cleaning up. Relaxed is enough: nothing else is
        // published with the flag, and a loop that reads it a moment late stops a moment late.
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(Class::Interrupted.exit_code().into());
        }
        crate::output::say("stopping and cleaning up; once more ends at once");
    });
    if let Err(error) = listening {
        tracing::debug!(%error, "no handler for Ctrl-C");
    }
}

/// The beginnings of the names of our crates, whose logs are shown first.
const OURS: [&str; 2] = ["waybill", "intunewin"];

/// Starts logging: warnings unless `quiet`; with `verbose` 1 the debug level of our crates, from 2 on everything of
/// them.
pub(crate) fn start_logging(verbose: u8, quiet: bool) {
    let (ours, others) = match verbose {
        0 if quiet => (Level::ERROR, LevelFilter::ERROR),
        0 => (Level::WARN, LevelFilter::ERROR),
        1 => (Level::DEBUG, LevelFilter::WARN),
        _ => (Level::TRACE, LevelFilter::DEBUG),
    };
    let filter = Targets::new().with_default(others).with_targets(OURS.map(|target| (target, ours)));
    let choice = anstream::AutoStream::choice(&std::io::stderr());
    let lines = layer()
        .without_time()
        .with_target(verbose > 1)
        .with_ansi(choice != anstream::ColorChoice::Never)
        .with_writer(std::io::stderr);
    // Only a second start in the same process fails, and tests of this crate run the program itself.
    let _ = tracing_subscriber::registry().with(lines).with(filter).try_init();
}
