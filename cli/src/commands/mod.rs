//! One file a command: what the libraries do, in which order, and what is shown of it.

mod completions;
mod diff;
mod explain;
mod fetch;
mod init;
mod inspect;
mod lint;
mod pack;
pub(crate) mod payload_entries;
mod publish;
mod schema;
mod serve;
mod unpack;
mod verify;

pub(crate) use pack::pack_and_report;

use crate::args::{Command, Inspection};
use crate::error::Failure;
use crate::session::Session;
use waybill_schemas::codes::Class;

/// Runs a command. `Ok(Some(_))` where its report is told already and yet not all is well.
pub(crate) fn run(command: Command, session: &Session) -> Result<Option<Class>, Failure> {
    match command {
        Command::Init(args) => init::run(args, session).map(|()| None),
        Command::Pack(args) => pack::run(args, session).map(|()| None),
        Command::Inspect(args) => match args.into_inspection() {
            Inspection::Package { package, reading, show } => {
                inspect::run(&package, &reading, show, session).map(|()| None)
            }
            Inspection::Diff { old, new, limits } => diff::run(&old, &new, &limits, session).map(|()| None),
        },
        Command::Verify(args) => verify::run(&args, session),
        Command::Unpack(args) => unpack::run(&args, session).map(|()| None),
        Command::Lint(args) => lint::run(&args, session),
        Command::Publish(args) => publish::run(args, session).map(|()| None),
        Command::Fetch(args) => fetch::run(&args, session).map(|()| None),
        Command::Serve(args) => serve::run(&args, session).map(|()| None),
        Command::Schema(args) => schema::run(&args, session).map(|()| None),
        Command::Explain(args) => explain::run(&args, session).map(|()| None),
        Command::Completions(args) => completions::run(&args, session).map(|()| None),
    }
}
