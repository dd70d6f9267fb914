use super::as_system;
use super::install::{given, note_context};
use crate::args::{DetectArgs, ExitStyle};
use crate::error::Failure;
use crate::exit::Exit;
use crate::report::install::{in_words_of_the_command, write_detected};
use crate::session::Session;
use waybill_agent::{Stand, Undertaking, stand};
use waybill_installer_runner::{MemoryJournal, Runner};
use waybill_system::this_machine;

/// Looks for an app, and tells every rule.
pub(crate) fn run(args: &DetectArgs, session: &Session) -> Result<Exit, Failure> {
    let (given, stdin) = given(&args.app)?;
    let system = this_machine();
    let account = match stand(&given.app, args.manner.account(), Undertaking::Look, &system)? {
        Stand::Here(account) => account,
        Stand::AsSystem => return as_system::again(stdin, session),
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
