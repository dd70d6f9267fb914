//! A request's body on its way: read on the caller's thread, handed piece by piece to the network thread.

use crate::client::BodySender;
use crate::error::TransportError;
use crate::request::BodySource;
use crate::{Bucket, SecretUrl};
use bytes::Bytes;
use std::io::{self, Read as _};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::mpsc::Sender;

/// Bytes of a body that are handed over at once.
const PIECE: u64 = 64 << 10;
/// The caller's end.
pub(crate) struct Upload {
    source: Arc<dyn BodySource>,
    bucket: Bucket,
    state: Option<Sending>,
}

struct Sending {
    reader: Box<dyn io::Read + Send>,
    sender: Sender<Bytes>,
    left: u64,
}

impl Upload {
    pub(crate) fn new(source: Arc<dyn BodySource>, limit_rate: Option<u64>) -> Self {
        Self { source, bucket: Bucket::new(limit_rate), state: None }
    }

    /// The body is wanted from its first byte: for the first time, or because a redirect was followed.
    pub(crate) fn start(&mut self, sender: BodySender) -> io::Result<()> {
        let (reader, left) = (self.source.open()?, self.source.size());
        self.state = Some(Sending { reader, sender: sender.into_inner(), left });
        Ok(())
    }

    /// Hands over as many pieces as there is room for; returns how long to wait before more, by the limit of the rate.
    pub(crate) fn feed(&mut self, now: SystemTime) -> io::Result<Duration> {
        while let Some(sending) = &mut self.state {
            let Ok(room) = sending.sender.try_reserve() else { break };
            let mut piece = vec![0; sending.left.min(PIECE) as usize];
            sending.reader.read_exact(&mut piece)?;
            sending.left -= piece.len() as u64;
            let wait = self.bucket.take(piece.len() as u64, now);
            room.send(piece.into());
            if sending.left == 0 {
                self.state = None; // the body ends with its sender
            }
            if !wait.is_zero() {
                return Ok(wait);
            }
        }
        Ok(Duration::ZERO)
    }

    pub(crate) fn failed(url: &SecretUrl, source: io::Error) -> TransportError {
        TransportError::Body { url: url.to_string(), source }
    }
}
