//! A fetch in a process of its own, which stops at a failpoint and is killed there.

use crate::clock::LeapingClock;
use crate::device::Device;
use crate::lab::Published;
use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use waybill_context::Context;
use waybill_downloader::{
    Destination, FetchOptions, FetchRequest, Location, ProxyChoice, SecretUrl, Wanted, fetch,
};

const DOCUMENT: &str = "WAYBILL_CRASH_DOCUMENT";
const ROOT: &str = "WAYBILL_CRASH_ROOT";
const OUTPUT: &str = "WAYBILL_CRASH_OUTPUT";
const FORCE: &str = "WAYBILL_CRASH_FORCE";
const CONNECTIONS: &str = "WAYBILL_CRASH_CONNECTIONS";

/// The code of the process.
#[test]
#[ignore = "run by the other tests, as a process of its own"]
fn fetch_until_killed() {
    let Ok(document) = env::var(DOCUMENT) else { return };
    let document = SecretUrl::parse(&document).map_or(Location::File(document.into()), Location::Url);
    let path = |name| PathBuf::from(env::var_os(name).unwrap());
    let request = FetchRequest {
        what: Wanted::Described(document),
        destination: Destination::Folder(path(OUTPUT)),
        root: path(ROOT),
        options: FetchOptions::default().with(|fetch| {
            fetch.proxy = ProxyChoice::Direct;
            fetch.threads = 2;
            fetch.force = env::var_os(FORCE).is_some();
            fetch.connections = env::var(CONNECTIONS).unwrap().parse().unwrap();
        }),
    };
    let outcome = fetch(&request, &Context::new(&(), &(), &LeapingClock::new()));
    let line = format!("it ended by itself: {outcome:?}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

/// A process that has stopped at its failpoint. It is killed when this is dropped, by SIGKILL or `TerminateProcess`.
pub(crate) struct Stopped(Child);

impl Stopped {
    /// Starts a fetch and waits until it has stopped at `point` (see `waybill_context::failpoint`).
    pub(crate) fn at(point: &str, device: &Device, content: &Published) -> Self {
        let document = match &content.document {
            Location::File(path) => path.as_os_str().to_owned(),
            Location::Url(url) => url.to_string().into(),
        };
        let mut command = Command::new(env::current_exe().unwrap());
        command
            .args(["--exact", "child::fetch_until_killed", "--ignored", "--nocapture"])
            .env("WAYBILL_FAILPOINT", point)
            .env(DOCUMENT, document)
            .env(ROOT, device.root())
            .env(OUTPUT, device.destination())
            .env(CONNECTIONS, device.options.connections.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        if device.options.force {
            command.env(FORCE, "");
        }
        let mut stopped = Self(command.spawn().unwrap());
        let mut told = Vec::new();
        for line in BufReader::new(stopped.0.stderr.take().unwrap()).lines() {
            let line = line.unwrap();
            if line == format!("failpoint {point}") {
                return stopped;
            }
            told.push(line);
        }
        panic!("{point} was not reached: {}", told.join("\n"));
    }

    /// The id of the stopped process.
    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Kills the process and waits until it has ended.
    pub(crate) fn kill(self) {
        drop(self);
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
