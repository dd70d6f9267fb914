//! Accepts connections until the server is to stop, and drops those whose client takes no bytes any more.

use crate::answer::{Site, answer};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io::{self, ErrorKind, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep, sleep, timeout};
use waybill_context::Cancel;

/// The most connections at once; more wait to be accepted. Each has a socket and at most one file: half of the 1,024
/// handles that a process usually may have.
const MOST_CONNECTIONS: usize = 256;
/// The largest head of a request, request line and headers together; a signed URL has some hundred bytes.
const MOST_HEAD_BYTES: usize = 16 * 1024;
/// How long a request's head may take, from the opening of the connection or from the answer before.
const HEAD_PATIENCE: Duration = Duration::from_secs(30);
/// How long a client may take no byte of an answer.
const STALL_PATIENCE: Duration = Duration::from_secs(120);
/// How often the server checks whether it is to stop.
const LOOK: Duration = Duration::from_millis(20);
/// The pause after the system refused a connection for want of handles.
const BREATH: Duration = Duration::from_millis(50);

/// Serves until `cancel` is set; answers that are under way then are broken off.
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
        // A set keeps every task that has ended until somebody asks for it, and would grow with each
        // connection.
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
    // The slot comes before the connection: a client without one then waits in the queue of the system and
    // not in an open connection that nobody attends. `serve` drops this future every 20 ms, and nothing is
    // lost by that: a slot goes back, and a connection that was not accepted stays in the queue.
    let slot = Arc::clone(slots).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok(Accepted { stream, peer, slot })
}

/// Whether the error concerns one connection alone, whose client left before it was accepted.
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
        // A client may close its sending half once its request is out, and is answered all the same.
        .half_close(true)
        .serve_connection(stream, service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%peer, %error, "a connection ended early");
    }
    drop(slot);
}

/// Fails a write with [`io::ErrorKind::TimedOut`] once nothing could be written for a while.
pub(crate) struct StallGuard<S> {
    stream: S,
    patience: Duration,
    alarm: Pin<Box<Sleep>>,
    waiting: bool,
}

impl<S> StallGuard<S> {
    /// Starts a timer, and so has to be called within a runtime.
    pub(crate) fn new(stream: S, patience: Duration) -> Self {
        Self { stream, patience, alarm: Box::pin(sleep(patience)), waiting: false }
    }

    fn unless_stalled<T>(
        &mut self,
        outcome: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.waiting = false;
            return outcome;
        }
        // The time counts from the first write that finds no room, so a connection that waits for its next
        // request never stalls.
        if !self.waiting {
            self.waiting = true;
            self.alarm.as_mut().reset(Instant::now() + self.patience);
        }
        self.alarm.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for StallGuard<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // Reading has a limit of its own, which hyper keeps for the head of a request.
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for StallGuard<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.unless_stalled(outcome, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.unless_stalled(outcome, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod stall_guard_tests {
    use super::*;
    use std::future::poll_fn;

    /// Takes what `room` has room for, then nothing more.
    struct Narrow {
        room: usize,
    }

    impl AsyncWrite for Narrow {
        fn poll_write(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            if self.room == 0 {
                return Poll::Pending;
            }
            let taken = bytes.len().min(self.room);
            self.room -= taken;
            Poll::Ready(Ok(taken))
        }
        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[test]
    fn a_client_that_takes_nothing_any_more_is_given_up() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let mut guard = StallGuard::new(Narrow { room: 3 }, Duration::from_millis(1));
            let mut write = async || poll_fn(|context| Pin::new(&mut guard).poll_write(context, b"ab")).await;
            assert_eq!(write().await.unwrap(), 2);
            assert_eq!(write().await.unwrap(), 1);
            assert_eq!(write().await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        });
    }
}
