use crate::error::Failure;
use crate::exit::Exit;
use crate::output::{relay, say};
use crate::session::Session;
use waybill_agent::as_system::{Request, run};
use waybill_schemas::codes::command;

/// What the system gets of our variables: settings of ours, none of which is on its command line.
const VARIABLES: [&str; 3] = ["WAYBILL_ROOT", "WAYBILL_URL", "NO_COLOR"];

/// Runs this very command line again as the system, and passes its output on.
pub(crate) fn again(stdin: Vec<u8>, session: &Session) -> Result<Exit, Failure> {
    let unable = |message: &str, error: &std::io::Error| {
        Failure::new(&command::INPUT_UNREADABLE, message).caused_by(error)
    };
    let arguments = std::env::args_os().skip(1).map(|argument| argument.into_string());
    let request = Request {
        program: std::env::current_exe()
            .map_err(|error| unable("where this program lies is not told", &error))?,
        arguments: arguments
            .collect::<Result<_, _>>()
            .map_err(|_| Failure::new(&command::USAGE, "an argument is not Unicode"))?,
        folder: std::env::current_dir().map_err(|error| unable("there is no current folder", &error))?,
        variables: VARIABLES
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?)))
            .collect(),
        stdin,
    };
    if !session.output.is_json() && !session.output.is_quiet() {
        say("running as SYSTEM, as Intune does, through a temporary scheduled task");
    }
    Ok(run(&request, &mut relay, &session.context()).map(Exit::of_bits)?)
}
