//! Says whether an app is on this machine, and why: `cargo run --example detect -- <APP.JSON>`.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::error::Error;
use waybill_installer_runner::waybill_system::this_machine;
use waybill_installer_runner::{AccountChoice, AppDocument, Context, MemoryJournal, Runner, Settings};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: detect <APP.JSON>")?;
    let app = AppDocument::from_slice(&std::fs::read(path)?)?;
    let mut settings = Settings::new(&std::env::temp_dir().join("waybill-detect"));
    settings.account = AccountChoice::Current;
    let (machine, journal) = (this_machine(), MemoryJournal::default());
    let report = Runner::new(&machine, &journal, &settings, Context::silent()).detect(&app);
    println!("{}", report.summary);
    for rule in report.detection.rules {
        println!("{}: {} (wanted {}, found {})", rule.pointer, rule.why, rule.expected, rule.actual);
    }
    Ok(())
}
