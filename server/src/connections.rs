//! Takes connections until it is told to stop.

use crate::answer::{Site, answer};
use crate::stall_guard::StallGuard;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use waybill_context::Cancel;

/// Connections at once; more wait to be accepted. Each has a socket and at most one file: half of the 1,024 handles
/// that a process usually may have.
const MOST_CONNECTIONS: usize = 256;
/// Request line and headers together; a signed URL has some hundred bytes.
const MOST_HEAD_BYTES: usize = 16 * 1024;
/// From the opening, or from the answer before, to the end of a request's head.
const HEAD_PATIENCE: Duration = Duration::from_secs(30);
/// Without a byte that the client takes.
const STALL_PATIENCE: Duration = Duration::from_secs(120);
/// How often it is asked whether to stop.
const LOOK: Duration = Duration::from_millis(20);
/// After the system refused a connection for want of handles.
const BREATH: Duration = Duration::from_millis(50);

/// Serves until `cancel` says so; what is being answered then is broken off.
pub(crate) async fn serve(listener: TcpListener, site: Arc<Site>, cancel: &dyn Cancel) {
    let slots = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut connections = JoinSet::new();
    while !cancel.is_cancelled() {
        match timeout(LOOK, accept(&listener, &slots)).await {
            Ok(Ok(accepted)) => {
                connections.spawn(attend(accepted, Arc::clone(&site)));
            }
            Ok(Err(error)) if is_of_one_connection(&error) => {}
            Ok(Err(error)) => {
                tracing::warn!(%error, "no connection can be accepted");
                sleep(BREATH).await;
            }
            Err(_) => {}
        }
        while connections.try_join_next().is_some() {}
    }
    connections.shutdown().await;
}

/// A connection with its slot.
struct Accepted {
    stream: TcpStream,
    peer: SocketAddr,
    slot: OwnedSemaphorePermit,
}

async fn accept(listener: &TcpListener, slots: &Arc<Semaphore>) -> io::Result<Accepted> {
    let slot = Arc::clone(slots).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok(Accepted { stream, peer, slot })
}

/// The client left before it was accepted.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionRefused
            | ErrorKind::Interrupted
    )
}

/// Answers every request of a connection.
async fn attend(accepted: Accepted, site: Arc<Site>) {
    let Accepted { stream, peer, slot } = accepted;
    let _ = stream.set_nodelay(true); // slower at worst
    let stream = TokioIo::new(StallGuard::new(stream, STALL_PATIENCE));
    let service = service_fn(|request| {
        let site = Arc::clone(&site);
        async move { Ok::<_, Infallible>(answer(site, peer, request).await) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_PATIENCE)
        .max_header_size(MOST_HEAD_BYTES)
        .half_close(true)
        .serve_connection(stream, service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%peer, %error, "a connection ended early");
    }
    drop(slot);
}
