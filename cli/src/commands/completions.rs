use crate::args::{Cli, CompletionsArgs};
use crate::error::Failure;
use crate::session::Session;
use clap::CommandFactory as _;

/// Prints the completions of a shell.
pub(crate) fn run(args: &CompletionsArgs, session: &Session) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "waybill", &mut script);
    session.output.raw(&script)
}
