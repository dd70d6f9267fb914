//! Installs an app on a machine in memory, prints each decision when it is made, and says what comes next:
//! `cargo run --example install`.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::PathBuf;
use waybill_installer_runner::report::{Intent, StepReport};
use waybill_installer_runner::waybill_system::fake::{FakeRun, FakeSystem};
use waybill_installer_runner::{
    AppDocument, AttemptRequest, Context, Events, MemoryJournal, Runner, Settings,
};

const APP: &str = r##"{
    "displayName": "Notes",
    "installCommandLine": "setup.exe /S",
    "rules": [{
        "@odata.type": "#microsoft.graph.win32LobAppRegistryRule", "ruleType": "detection",
        "keyPath": "HKLM\\SOFTWARE\\Notes", "valueName": "", "operationType": "exists"
    }]
}"##;

/// Prints each decision when it is made.
struct Printer;

impl Events for Printer {
    fn decided(&self, step: &StepReport) {
        println!("{:?}: {} ({})", step.step, step.decided, step.why);
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let machine = FakeSystem::windows();
    machine.add_program(r"C:\Content\setup.exe", |_, _| FakeRun::ends(1603));
    let folder = tempfile::tempdir()?;
    let (settings, journal) = (Settings::new(folder.path()), MemoryJournal::default());
    let app = AppDocument::from_slice(APP.as_bytes())?;
    let mut runner = Runner::new(&machine, &journal, &settings, Context::silent());
    runner.events = &Printer;
    let request = AttemptRequest::new(&app, Intent::Install);
    let report = runner.attempt(&request, &mut PathBuf::from(r"C:\Content"))?;
    println!("{}", report.summary);
    for advice in report.advice {
        println!("- {advice}");
    }
    Ok(())
}
