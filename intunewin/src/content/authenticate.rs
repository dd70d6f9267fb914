//! Authenticates a content in one pass: this thread reads and computes the MAC, another one decrypts and digests.

use super::{AuthenticateError, HEADER};
use crate::crypto::{MacState, PayloadDigest, same_mac};
use crate::source::Source;
use std::io::Write;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use waybill_context::{Context, Stage};
use waybill_schemas::{EncryptionInfo, Mac};

/// What a package says of its content besides the encryption info.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Expected {
    /// `UnencryptedContentSize` of Detection.xml.
    pub(crate) payload_size: Option<u64>,
    /// The CRC-32 of the content in the package's zip headers.
    pub(crate) crc: Option<u32>,
}

/// The size in bytes of the blocks that the threads exchange, and the number of these blocks.
const STEP: usize = 256 << 10;
const IN_FLIGHT: usize = 6;

/// Checks everything, writes every byte of the content to `copy`, and returns the payload's size in bytes.
pub(crate) fn authenticate(
    source: &dyn Source,
    info: &EncryptionInfo,
    expected: Expected,
    copy: &mut dyn Write,
    context: &Context<'_>,
) -> Result<u64, AuthenticateError> {
    let digest = PayloadDigest::new(&info.encryption_key, &info.initialization_vector);
    let (full, to_follow) = sync_channel::<Vec<u8>>(IN_FLIGHT);
    let (recycle, empty) = sync_channel::<Vec<u8>>(IN_FLIGHT);
    let (sums, digest) = std::thread::scope(|scope| {
        let follower = scope.spawn(move || follow(digest, &to_follow, &recycle));
        let mut reading = Reading { source, info, with_crc: expected.crc.is_some(), copy, context };
        // Two threads: HMAC here and SHA-256 of the plaintext there take about the same time.
        let sums = reading.run(&full, &empty);
        drop(full);
        (sums, follower.join())
    });
    // An error of the reader is returned first, because it is why the follower ended.
    let (mac, crc) = sums?;
    let digest = digest.map_err(|_| std::io::Error::other("the digesting thread ended early"))?;
    let payload_size = conclude(info, mac, digest)?;
    if let Some(expected) = expected.payload_size.filter(|expected| *expected != payload_size) {
        return Err(AuthenticateError::Size { expected, actual: payload_size });
    }
    if let Some(expected) = expected.crc.filter(|expected| *expected != crc) {
        return Err(AuthenticateError::Crc { expected, actual: crc });
    }
    Ok(payload_size)
}

/// Checks the sums of a content that was read to its end: MAC, then padding, then file digest. Returns the payload's
/// size.
pub(crate) fn conclude(
    info: &EncryptionInfo,
    actual: Mac,
    digest: PayloadDigest,
) -> Result<u64, AuthenticateError> {
    // The MAC is checked first: padding and digest of bytes that are not authentic must not be observable.
    if !same_mac(&actual, &info.mac) {
        return Err(AuthenticateError::Mac { expected: info.mac, actual });
    }
    let (actual, payload_size) = digest.finish().map_err(|_| AuthenticateError::Padding)?;
    if actual != info.file_digest {
        return Err(AuthenticateError::Digest { expected: info.file_digest, actual });
    }
    Ok(payload_size)
}

/// The reading thread's side of the pass.
struct Reading<'a> {
    source: &'a dyn Source,
    info: &'a EncryptionInfo,
    with_crc: bool,
    copy: &'a mut dyn Write,
    context: &'a Context<'a>,
}

impl Reading<'_> {
    /// Reads block by block, updates the MAC, then hands each block to the follower.
    fn run(
        &mut self,
        full: &SyncSender<Vec<u8>>,
        empty: &Receiver<Vec<u8>>,
    ) -> Result<(Mac, u32), AuthenticateError> {
        let (source, info) = (self.source, self.info);
        let meter = self.context.meter(Stage::Authenticate, Some(source.len()));
        let (mut mac, mut crc) = (MacState::new(&info.mac_key), crc32fast::Hasher::new());
        mac.update(info.initialization_vector.as_bytes());
        // The header was compared with the encryption info and has these bytes.
        for header in [info.mac.as_bytes().as_slice(), info.initialization_vector.as_bytes()] {
            self.pass_on(header, &mut crc)?;
        }
        let (mut offset, mut made) = (HEADER, 0);
        while offset < source.len() {
            self.context.check()?;
            let mut block = next_buffer(empty, &mut made);
            block.resize((source.len() - offset).min(STEP as u64) as usize, 0);
            source.read_exact_at(&mut block, offset)?;
            mac.update(&block);
            self.pass_on(&block, &mut crc)?;
            offset += block.len() as u64;
            meter.advance(block.len() as u64);
            if full.send(block).is_err() {
                break; // the follower ended; joining it returns its error
            }
        }
        Ok((mac.finish(), crc.finalize()))
    }

    fn pass_on(&mut self, bytes: &[u8], crc: &mut crc32fast::Hasher) -> Result<(), AuthenticateError> {
        if self.with_crc {
            crc.update(bytes);
        }
        self.copy.write_all(bytes).map_err(AuthenticateError::Copy)
    }
}

fn next_buffer(empty: &Receiver<Vec<u8>>, made: &mut usize) -> Vec<u8> {
    if let Ok(buffer) = empty.try_recv() {
        return buffer;
    }
    if *made < IN_FLIGHT {
        *made += 1;
        return Vec::with_capacity(STEP);
    }
    empty.recv().unwrap_or_default()
}

/// Decrypts and digests the blocks. The result is not looked at before the MAC holds.
fn follow(
    mut digest: PayloadDigest,
    full: &Receiver<Vec<u8>>,
    recycle: &SyncSender<Vec<u8>>,
) -> PayloadDigest {
    while let Ok(mut block) = full.recv() {
        digest.update(&mut block);
        let _ = recycle.try_send(block); // the reader may have ended already
    }
    digest
}
