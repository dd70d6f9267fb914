use super::HEADER;
use crate::crypto::{BLOCK, Decryptor, expand};
use crate::source::{SharedSource, Source};
use aes::Aes256Dec;
use std::io::{self, Read, Seek, SeekFrom};
use waybill_schemas::EncryptionKey;

/// The payload of an authenticated content, decrypted as it is read: AES-CBC can start at any block.
#[derive(Clone)]
pub(crate) struct Payload {
    content: SharedSource,
    key: Aes256Dec,
    len: u64,
}

/// The largest read that goes through a buffer on the stack, in one read of the content.
const SMALL: usize = 1024;

impl Payload {
    /// The payload of an authenticated content; `len` is its size without padding.
    pub(crate) fn new(content: SharedSource, key: &EncryptionKey, len: u64) -> Self {
        Self { content, key: expand(key), len }
    }

    /// Decrypts, in place, ciphertext from `offset` on in the payload. `before` is the block before it.
    fn decrypt(&self, before: &[u8; BLOCK], bytes: &mut [u8]) {
        Decryptor::new(self.key.clone(), before).decrypt(bytes);
    }

    /// Reads whole blocks into the caller's buffer.
    fn read_blocks(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        // Decrypted in place, so that large reads are not copied.
        let count = buffer.len() / BLOCK * BLOCK;
        let buffer = &mut buffer[..count];
        let mut before = [0; BLOCK];
        self.content.read_exact_at(&mut before, HEADER - BLOCK as u64 + offset)?;
        self.content.read_exact_at(buffer, HEADER + offset)?;
        self.decrypt(&before, buffer);
        Ok(count)
    }

    /// Reads a few bytes at any offset, through the blocks around them.
    fn read_few(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let lead = (offset % BLOCK as u64) as usize;
        let mut around = [0; BLOCK + SMALL];
        let wanted = (lead + buffer.len()).next_multiple_of(BLOCK).min(SMALL);
        let around = &mut around[..BLOCK + wanted];
        // The block before the first one is the IV, which is right before the ciphertext.
        self.content.read_exact_at(around, HEADER + offset - lead as u64 - BLOCK as u64)?;
        let Some((before, blocks)) = around.split_first_chunk_mut::<BLOCK>() else { return Ok(0) };
        self.decrypt(before, blocks);
        let count = buffer.len().min(wanted - lead);
        buffer[..count].copy_from_slice(&blocks[lead..lead + count]);
        Ok(count)
    }
}

impl Source for Payload {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let left = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let count = buffer.len().min(left);
        match count {
            0 => Ok(0),
            SMALL.. if offset.is_multiple_of(BLOCK as u64) => self.read_blocks(&mut buffer[..count], offset),
            SMALL.. => {
                let first = BLOCK - (offset % BLOCK as u64) as usize; // up to the next block
                self.read_few(&mut buffer[..first], offset)
            }
            _ => self.read_few(&mut buffer[..count], offset),
        }
    }
}

/// Reads the payload (the inner zip) of an authenticated content: `Read + Seek` with its own position and a buffer of
/// 256 KiB. Cheap to clone; clones share only the open file.
pub struct PayloadReader {
    payload: Payload,
    position: u64,
    buffer: Vec<u8>,
    buffer_start: u64,
}

impl PayloadReader {
    const CAPACITY: usize = 256 << 10;

    pub(crate) fn new(payload: Payload) -> Self {
        Self { payload, position: 0, buffer: Vec::new(), buffer_start: 0 }
    }

    /// The payload's size in bytes.
    pub fn size(&self) -> u64 {
        self.payload.len()
    }

    fn held(&self) -> &[u8] {
        let from = self.position.checked_sub(self.buffer_start).and_then(|from| usize::try_from(from).ok());
        from.and_then(|from| self.buffer.get(from..)).unwrap_or_default()
    }

    /// Fills the buffer from the block that holds the position.
    fn refill(&mut self) -> io::Result<()> {
        // From the start of a block, for the fast path of `read_at`.
        let start = self.position / BLOCK as u64 * BLOCK as u64;
        let left = self.payload.len().saturating_sub(start);
        self.buffer.resize(left.min(Self::CAPACITY as u64) as usize, 0);
        self.buffer_start = start;
        let filled = self.payload.read_exact_at(&mut self.buffer, start);
        // The next read must not take half a buffer for a whole one.
        filled.inspect_err(|_| self.buffer.clear())
    }
}

impl Clone for PayloadReader {
    fn clone(&self) -> Self {
        Self { payload: self.payload.clone(), position: self.position, buffer: Vec::new(), buffer_start: 0 }
    }
}

impl Read for PayloadReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.payload.len() || out.is_empty() {
            return Ok(0);
        }
        if self.held().is_empty() {
            self.refill()?;
        }
        let held = self.held();
        let count = held.len().min(out.len());
        out[..count].copy_from_slice(&held[..count]);
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for PayloadReader {
    fn seek(&mut self, target: SeekFrom) -> io::Result<u64> {
        // A position past the end is allowed, as in a file; a read there returns no bytes.
        let (base, by) = match target {
            SeekFrom::Start(position) => (position, 0),
            SeekFrom::Current(by) => (self.position, by),
            SeekFrom::End(by) => (self.payload.len(), by),
        };
        self.position = base
            .checked_add_signed(by)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "seek before the payload's start"))?;
        Ok(self.position)
    }
}
