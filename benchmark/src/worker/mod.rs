//! The code of the process of a limit or stage: it does one task and reports how long it took.

mod delivery;
mod limits;
mod reading;

use crate::machine;
use crate::payload;
use crate::stage::{Facts, Stage};
use crate::task::{Answer, Task};
use std::error::Error;
use std::io::{self, Write as _};
use std::time::Instant;
use waybill_context::Context;
use waybill_downloader::FetchError;
use waybill_packager::pack::PackError;
use waybill_schemas::codes::Classified;
use waybill_server::{Server, ServerOptions};

type WorkResult<T> = Result<T, Box<dyn Error>>;

/// Reads a task from stdin, does it, and writes the answer to stdout; the process of a stage calls this. When stdin is
/// closed, the process ends at once, because the benchmark has ended.
///
/// # Errors
/// The task cannot be read, or the answer cannot be written. An error of the task itself is part of the answer.
pub fn answer(context: &Context<'_>) -> io::Result<()> {
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let task: Task = serde_json::from_str(&line)?;
    // A server waits for the end of stdin itself, because it still reports its peak memory then. The thread below would
    // end the process before that.
    if let Task::Serve { ground } = &task {
        return serve(&ground.public());
    }
    std::thread::spawn(|| {
        let _ = wait_for_the_end(); // an error says the same
        std::process::exit(0);
    });
    tell(&carry_out(task, context).unwrap_or_else(|error| failure(&*error)))
}

fn wait_for_the_end() -> io::Result<()> {
    io::copy(&mut io::stdin(), &mut io::sink()).map(|_| ())
}

fn carry_out(task: Task, context: &Context<'_>) -> WorkResult<Answer> {
    match task {
        Task::Make { plan, ground } => {
            payload::make(&plan, &ground.source())?;
            Ok(Answer::default())
        }
        Task::Prepare { ground, threads } => told(reading::prepare(&ground, threads, context)?),
        Task::Survey { ground, from, threads } => told(delivery::survey(&ground, &from, threads, context)?),
        Task::Limit { limit, bytes, ground, from } => limits::measure(limit, bytes, &ground, from.as_ref()),
        Task::Stage { stage, ground, from, threads } => match stage {
            Stage::Sha256 | Stage::Aes | Stage::Hmac | Stage::Seal => reading::source(stage, &ground),
            Stage::Deflate => reading::deflate(&ground, threads, context),
            Stage::Pack => reading::pack(&ground, threads, context),
            Stage::Authenticate => reading::authenticate(&ground, context),
            Stage::Digest | Stage::Decrypt => reading::payload(stage, &ground, context),
            Stage::Unpack => reading::unpack(&ground, threads, context),
            Stage::Download | Stage::Fetch => {
                let from = from.ok_or("a download needs an origin")?;
                delivery::measure(stage, &ground, &from, threads, context)
            }
            Stage::Serve => Err("a server is measured beside its download".into()),
        },
        Task::Serve { .. } => Err("a server answers first and ends later".into()),
    }
}

fn told(facts: Facts) -> WorkResult<Answer> {
    Ok(Answer { facts: Some(facts), ..Answer::default() })
}

/// Serves until stdin is closed.
fn serve(folder: &std::path::Path) -> io::Result<()> {
    let server = match Server::start(ServerOptions::new(folder)) {
        Ok(server) => server,
        Err(error) => return tell(&failure(&error)),
    };
    let cpu_before = machine::cpu().as_secs_f64();
    tell(&Answer { url: Some(server.url()), cpu_before, ..Answer::default() })?;
    wait_for_the_end()?;
    server.stop();
    tell(&Answer::default()) // with what it came to at most
}

/// Writes the answer on a line of its own, even if a test harness has written the beginning of a line.
fn tell(answer: &Answer) -> io::Result<()> {
    let line = serde_json::to_string(&Answer { peak: machine::peak_memory(), ..answer.clone() })?;
    let mut output = io::stdout().lock();
    output.write_all(format!("\n{line}\n").as_bytes())?;
    output.flush()
}

/// The answer of a failed task. The codes of packing and fetching are passed on, so that the command can show their
/// hints.
fn failure(error: &(dyn Error + 'static)) -> Answer {
    let of_fetch = error.downcast_ref::<FetchError>().map(Classified::code);
    let of_pack = || error.downcast_ref::<PackError>().map(Classified::code);
    let code = of_fetch.or_else(of_pack).map(|code| code.id.to_owned());
    Answer { error: Some(chain(error)), code, ..Answer::default() }
}

/// The messages of an error and its causes, without repetitions.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    for cause in std::iter::successors(error.source(), |cause| (*cause).source()) {
        let cause = cause.to_string();
        if !text.ends_with(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// Measures `work`, which returns the number of bytes that it processed. Earlier processor time is subtracted.
fn timed(work: impl FnOnce() -> WorkResult<u64>) -> WorkResult<Answer> {
    let cpu_before = machine::cpu().as_secs_f64();
    let started = Instant::now();
    let bytes = work()?;
    let seconds = started.elapsed().as_secs_f64();
    Ok(Answer { bytes, seconds, cpu_before, ..Answer::default() })
}
