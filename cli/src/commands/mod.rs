//! One file a command: what the libraries do, in which order, and what is shown of it.

mod as_system;
mod bench;
mod completions;
mod detect;
mod diff;
mod explain;
mod fetch;
mod init;
mod inspect;
mod install;
mod lint;
mod pack;
pub(crate) mod payload_entries;
mod publish;
mod rehearse;
mod schema;
mod serve;
mod unpack;
mod verify;

pub(crate) use pack::pack_and_report;

use crate::args::{Command, Inspection};
use crate::error::Failure;
use crate::exit::Exit;
use crate::session::Session;
use waybill_schemas::report::install::Intent;

/// Runs a command. What it exits with is in its report, where that is told already and yet not all is well.
pub(crate) fn run(command: Command, session: &Session) -> Result<Exit, Failure> {
    match command {
        Command::Init(args) => init::run(args, session).map(done),
        Command::Pack(args) => pack::run(args, session).map(done),
        Command::Inspect(args) => match args.into_inspection() {
            Inspection::Package { package, reading, show } => {
                inspect::run(&package, &reading, show, session).map(done)
            }
            Inspection::Diff { old, new, limits } => diff::run(&old, &new, &limits, session).map(done),
        },
        Command::Verify(args) => verify::run(&args, session).map(Exit::from),
        Command::Unpack(args) => unpack::run(&args, session).map(done),
        Command::Lint(args) => lint::run(&args, session).map(Exit::from),
        Command::Publish(args) => publish::run(args, session).map(done),
        Command::Fetch(args) => fetch::run(&args, session).map(done),
        Command::Serve(args) => serve::run(&args, session).map(done),
        Command::Detect(args) => detect::run(&args, session),
        Command::Install(args) => install::run(Intent::Install, &args.attempt, session),
        Command::Uninstall(args) => install::run(Intent::Uninstall, &args.attempt, session),
        Command::Try(args) => rehearse::run(&args, session),
        Command::Bench(args) => bench::run(&args, session),
        Command::Schema(args) => schema::run(&args, session).map(done),
        Command::Explain(args) => explain::run(&args, session).map(done),
        Command::Completions(args) => completions::run(&args, session).map(done),
        Command::BenchStage(_) => bench::answer(session).map(done),
        Command::AnswerRequest(args) => Ok(waybill_agent::as_system::answer(&args.folder).map(done)?),
    }
}

const fn done((): ()) -> Exit {
    Exit::DONE
}
