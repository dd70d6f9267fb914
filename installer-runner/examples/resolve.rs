//! Says what a command line would start on this machine, and installs nothing:
//! `cargo run --example resolve -- <CONTENT FOLDER> <COMMAND LINE>`.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::error::Error;
use waybill_installer_runner::waybill_system::this_machine;
use waybill_installer_runner::{AccountChoice, AppDocument, RunAs, Settings, resolve};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(line)) = (arguments.next(), arguments.next()) else {
        return Err("usage: resolve <CONTENT FOLDER> <COMMAND LINE>".into());
    };
    let mut settings = Settings::new(&std::env::temp_dir());
    settings.account = AccountChoice::Current;
    let machine = this_machine();
    let run_as = RunAs::new(&AppDocument::new(), &settings, &machine);
    match resolve(&line, &folder, &run_as, &machine) {
        Ok(resolved) => println!("{} (in {} view)", resolved.program, resolved.report.view),
        Err(refused) => {
            let why = refused.report.refused.map(|refused| format!("{} {}", refused.why, refused.fix));
            println!("0x{:08X}: {}", refused.code, why.unwrap_or_default());
        }
    }
    Ok(())
}
