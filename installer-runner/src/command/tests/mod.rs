//! Every rule of docs/context.md, "How a command line is started", on a machine in memory.

mod context;
#[path = "../../../../tests/commands/random_tails.rs"]
mod random_tails;
mod refusals;
mod resolution;
mod secrets;
mod tails;
mod unix;
mod view;
mod width;

use super::{Refused, Resolved, resolve};
use crate::RunAs;
use waybill_schemas::report::install::{Host, RefusedCommand};
use waybill_system::fake::FakeSystem;
use waybill_system::{Account, Perspective, SystemKind, View};

const CONTENT: &str = r"C:\Content\app_1";

/// The perspective of Intune's agent: a 32-bit program under the system account.
fn reference() -> RunAs {
    eyes(View::Bits32, Account::System)
}

fn native() -> RunAs {
    RunAs { host: Host::Native, ..eyes(View::Bits64, Account::System) }
}

fn eyes(view: View, account: Account) -> RunAs {
    let perspective = Perspective { view, account };
    RunAs { perspective, wanted: account, host: Host::X86, kind: SystemKind::Windows }
}

/// A Windows machine whose content folder holds these files.
fn machine(files: &[&str]) -> FakeSystem {
    let machine = FakeSystem::windows();
    machine.add_folder(CONTENT);
    for file in files {
        machine.add_file(&format!(r"{CONTENT}\{file}"), 10);
    }
    machine
}

fn resolved(line: &str, eyes: &RunAs, machine: &FakeSystem) -> Resolved {
    resolve(line, CONTENT, eyes, machine)
        .unwrap_or_else(|refused| panic!("{line} is refused: {:#?}", refused.report.refused))
}

fn refused(line: &str, eyes: &RunAs, machine: &FakeSystem) -> (Refused, RefusedCommand) {
    match resolve(line, CONTENT, eyes, machine) {
        Err(refused) => {
            let why = refused.report.refused.clone().expect("a refusal says why");
            assert_eq!(why.code, format!("0x{:08X}", refused.code));
            (*refused, why)
        }
        Ok(resolved) => panic!("{line} is started: {}", resolved.line),
    }
}
