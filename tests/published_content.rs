//! A content as `waybill publish` lays it out, made by hand, with the files that must come out of it.

use crate::sealed_package::{SealedPackage, seal};
use intunewin::{DosTime, KnownEntry, Method, PayloadWriter, WriteError};
use sha2::{Digest as _, Sha256};
use std::error::Error;
use std::sync::Arc;
use waybill_schemas::{ContentDocument, ContentUrl, PIECE_SIZE, PiecesDocument, Sha256Digest};
use waybill_support::folder_listing::Listing;
use waybill_support::noise::PseudoRandom;

/// A sealed content and all that belongs to it.
#[derive(Debug, Clone)]
pub struct PublishedContent {
    /// The content's bytes.
    pub content: Arc<[u8]>,
    /// What its payload unpacks to.
    pub files: Listing,
    /// Bytes of the payload.
    pub payload_size: u64,
    /// The package that it is from.
    pub package: SealedPackage,
    /// pieces.json.
    pub pieces: Vec<u8>,
}

impl PublishedContent {
    /// Some 3 MiB in four files and an empty folder, with an odd tail; `seed` chooses the keys and the noise. All
    /// seeds give the same size.
    ///
    /// # Errors
    /// None that memory can give.
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

    /// Bytes of the content.
    pub fn size(&self) -> usize {
        self.content.len()
    }

    /// content.json for `url`; `with_pieces` names pieces.json.
    ///
    /// # Errors
    /// A text that is no URL of a content.
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

/// An inner zip; everything is stored, and `empty/` is in it too.
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
