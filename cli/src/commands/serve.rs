use crate::args::ServeArgs;
use crate::error::Failure;
use crate::interrupt;
use crate::output::{Output, say};
use crate::report::serve::{access_line, served_request, started_lines};
use crate::session::Session;
use std::sync::Arc;
use waybill_schemas::report::delivery::ServeStarted;
use waybill_server::{AccessLog, AccessRecord, Server, ServerOptions};

/// Serves until Ctrl-C, which is how a server ends: no error.
pub(crate) fn run(args: &ServeArgs, session: &Session) -> Result<(), Failure> {
    let output = session.output;
    let options = ServerOptions::new(&args.folder)
        .listen(args.listen)
        .serve_keys(args.lab)
        .log(Arc::new(Lines(output)));
    let server = Server::bind(options)?;
    for line in started_lines(&args.folder, &server.url(), server.local_addr(), args.lab) {
        say(&line);
    }
    if output.is_json() {
        output.line(&ServeStarted { listening: server.url() })?;
    }
    server.run(interrupt::flag());
    Ok(())
}

/// A line a request: on stderr for people, on stdout as JSON.
struct Lines(Output);

impl AccessLog for Lines {
    fn request(&self, record: &AccessRecord) {
        if self.0.is_json() {
            if let Err(failure) = self.0.line(&served_request(record)) {
                self.0.tell(&failure);
            }
        } else if !self.0.is_quiet() {
            say(&access_line(record));
        }
    }
}
