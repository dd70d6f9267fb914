//! A relay in front of a real server, which cuts connections in the middle.

use std::io::{Read, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// When a connection is cut, and what is done before that.
pub(crate) struct Cut {
    /// The number of bytes of answers, including heads, after which the connection is cut.
    pub(crate) after: usize,
    /// Called before the connection is cut.
    pub(crate) then: Box<dyn FnOnce() + Send>,
}

/// A running relay. Each connection is passed on to the server; the first ones are cut, one for each [`Cut`].
pub(crate) struct Relay {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Relay {
    pub(crate) fn start(server: SocketAddr, cuts: Vec<Cut>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let cuts = Mutex::new(cuts.into_iter());
        let accept = move || {
            for client in listener.incoming() {
                if told.load(Ordering::Relaxed) {
                    return;
                }
                let cut = cuts.lock().unwrap().next();
                let client = client.unwrap();
                thread::spawn(move || relay(&client, server, cut));
            }
        };
        Self { address, stop, thread: Some(thread::spawn(accept)) }
    }

    /// The same URL through the relay.
    pub(crate) fn url(&self, url: &str) -> String {
        let mut url = url::Url::parse(url).unwrap();
        url.set_ip_host(self.address.ip()).unwrap();
        url.set_port(Some(self.address.port())).unwrap();
        url.into()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address); // wakes it up
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn relay(client: &TcpStream, server: SocketAddr, cut: Option<Cut>) {
    let Ok(server) = TcpStream::connect(server) else { return };
    let (mut requests, mut upstream) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    thread::spawn(move || {
        let _ = std::io::copy(&mut requests, &mut upstream); // either end may be gone
        let _ = upstream.shutdown(Shutdown::Write);
    });
    let mut client = client;
    let after = cut.as_ref().map_or(u64::MAX, |cut| cut.after as u64);
    let _ = forward((&server).take(after), &mut client);
    if let Some(cut) = cut {
        (cut.then)();
    }
    let _ = server.shutdown(Shutdown::Both);
    let _ = client.shutdown(Shutdown::Both);
}

/// Passes bytes on as they come; waiting for full buffers would hold the last bytes back.
fn forward(mut from: impl Read, to: &mut &TcpStream) -> std::io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(()),
            length => to.write_all(&buffer[..length])?,
        }
    }
}
