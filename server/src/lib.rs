//! A static file server with byte ranges and strong ETags, for a lab and for tests.
//!
//! It serves what `waybill publish` wrote, so that a download can be tried without a web server at hand. It is **no
//! product CDN**: no TLS, no cache, no listing, one thread. What it does with a request is the part of RFC 9110 that a
//! resuming download relies on, implemented to the letter, so that what fails here is the client's fault.
//!
//! - [`Server::start`] serves on a thread of its own until the [`RunningServer`] is stopped or dropped: for tests.
//! - [`Server::bind`] and [`Server::run`] serve on the caller's thread until they are to stop: for the command.
//!
//! # What is served
//! GET and HEAD of regular files below one folder, as they are: no content coding, ever. Names that the archive policy
//! refuses in a package ([`intunewin::EntryName`]) are refused here too, on every host; names that begin with a dot are
//! not served; nothing is reached through a link that leads out of the folder.
//!
//! Only what publishing writes is served, known by its name and its form: `<mac>/content.bin`, which begins with that MAC,
//! and `<mac>/pieces.json`. Neither has room for a key. Every other file is answered with 403 unless
//! [`ServerOptions::serve_everything`] is set. This guards against a slip, not against the folder's owner.
//!
//! # Validators
//! Every file's ETag is strong: its length, time of change in nanoseconds and inode (on Windows: time of creation,
//! which a file that replaces another may inherit). `<mac>/content.bin` promises never to change; its ETag speaks of
//! the file on the disk all the same, so that one that was replaced by mistake is noticed. A file rewritten in place,
//! to the same length, within one tick of the file system's clock keeps its ETag: publish writes a new file and renames
//! it, which never does.
//!
//! # Ranges
//! One range of bytes is answered with 206 or 416. Several in one request are answered with the whole file and 200,
//! which RFC 9110 (14.2) allows: no client of ours asks for them, and they invite abuse.
//!
//! ```
//! use std::io::{Read as _, Write as _};
//! use waybill_server::{Server, ServerOptions};
//!
//! let folder = tempfile::tempdir()?;
//! std::fs::write(folder.path().join("pieces.json"), "{}")?;
//! let server = Server::start(ServerOptions::new(folder.path()).serve_everything(true))?;
//! let mut connection = std::net::TcpStream::connect(server.address())?;
//! connection.write_all(b"GET /pieces.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
//! let mut answer = String::new();
//! connection.read_to_string(&mut answer)?;
//! assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("\r\n\r\n{}"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod access_log;
mod answer;
mod conditions;
mod connections;
mod files;
mod published;
mod request;
mod server;

pub use access_log::{AccessLog, AccessRecord};
pub use server::{RunningServer, ServeError, Server, ServerOptions};
