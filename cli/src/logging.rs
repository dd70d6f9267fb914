//! Logs on stderr: warnings, none of them with `-q`; `-v` for what an operator may want, `-vv` for everything.

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The crates whose logs are ours.
const OURS: [&str; 11] = [
    "waybill",
    "waybill_schemas",
    "waybill_context",
    "waybill_packager",
    "waybill_downloader",
    "waybill_transport",
    "waybill_system",
    "waybill_installer_runner",
    "waybill_agent",
    "waybill_server",
    "intunewin",
];

/// Starts logging: warnings unless `quiet`, with `verbose` 1 our own debug level, from 2 on everything of ours.
pub(crate) fn start(verbose: u8, quiet: bool) {
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
