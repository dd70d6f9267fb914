//! A content as `waybill publish` would publish it, made by test code, with the files that it unpacks to.

use crate::sealed_package::{SealedPackage, seal};
use intunewin::{DosTime, KnownEntry, Method, PayloadWriter, WriteError};
use sha2::{Digest as _, Sha256};
use std::error::Error;
use std::sync::Arc;
use waybill_schemas::{ContentDocument, ContentUrl, PIECE_SIZE, PiecesDocument, Sha256Digest};
use waybill_support::folder_listing::Listing;
use waybill_support::noise::PseudoRandom;

/// A sealed content with its package, pieces and files.
#[derive(Debug, Clone)]
pub struct PublishedContent {
    /// The bytes of the encrypted content.
    pub content: Arc<[u8]>,
    /// The files that the payload unpacks to.
    pub files: Listing,
    /// The size of the payload in bytes.
    pub payload_size: u64,
    /// The package that holds the content.
    pub package: SealedPackage,
    /// The bytes of the content's pieces.json.
    pub pieces: Vec<u8>,
}

impl PublishedContent {
    /// Makes a content of about 3 MiB in four files and an empty folder; its size is no multiple of a piece. `seed`
    /// selects the keys and the noise; the size is the same for all seeds.
    ///
    /// # Errors
    /// None in practice, because everything is in memory.
    pub fn new(seed: u8) -> Result<Self, Box<dyn Error>> {
        let mut random = PseudoRandom::new(seed.into());
        let files: [(&str, Vec<u8>); 4] = [
            ("data/large.bin", random.bytes((3 << 20) - 70_001)),
            ("data/small.bin", random.bytes(65_537)),
            ("data/nothing.txt", Vec::new()),
            ("setup.cmd", b"@exit /b 0\r\n".to_vec()),
        ];
        let payload = payload_of(&files)?;
        let package = seal(&payload, "setup.cmd", seed)?;
        let mut listing: Listing =
            files.into_iter().map(|(name, bytes)| (name.to_owned(), Some(bytes))).collect();
        listing.extend(["data", "empty"].map(|name| (name.to_owned(), None)));
        let content: Arc<[u8]> = package.content().into();
        let pieces = pieces_of(&content)?.write()?.to_vec();
        Ok(Self { pieces, content, files: listing, payload_size: payload.len() as u64, package })
    }

    /// The size of the content in bytes.
    pub fn size(&self) -> usize {
        self.content.len()
    }

    /// The content.json with `url` as the content's URL. With `with_pieces` it also names pieces.json.
    ///
    /// # Errors
    /// The text is no URL of a content.
    pub fn document(&self, url: &str, with_pieces: bool) -> Result<Vec<u8>, Box<dyn Error>> {
        let document = ContentDocument {
            name: "weather".to_owned(),
            url: ContentUrl::new(url)?,
            size: self.payload_size,
            size_encrypted: self.content.len() as u64,
            size_unpacked: None,
            file_encryption_info: self.package.info.clone(),
            pieces_digest: with_pieces.then(|| digest(&self.pieces)),
            other: Default::default(),
        };
        Ok(document.write()?.to_vec())
    }
}

/// Makes an inner zip of the files and an empty folder `empty/`, without compression.
fn payload_of(files: &[(&str, Vec<u8>)]) -> Result<Vec<u8>, WriteError> {
    let mut payload = PayloadWriter::new(Vec::new());
    payload.directory("empty", DosTime::MIN)?;
    for (name, data) in files {
        let entry = KnownEntry {
            name,
            modified: DosTime::MIN,
            method: Method::Stored,
            crc: crc32fast::hash(data),
            size: data.len() as u64,
            compressed: data.len() as u64,
        };
        payload.entry(entry, data)?;
    }
    payload.finish()
}

fn pieces_of(content: &[u8]) -> Result<PiecesDocument, Box<dyn Error>> {
    let digests = content.chunks(PIECE_SIZE as usize).map(digest).collect();
    Ok(PiecesDocument::new(content.len() as u64, digests)?)
}

fn digest(bytes: &[u8]) -> Sha256Digest {
    Sha256Digest::new(Sha256::digest(bytes).into())
}
