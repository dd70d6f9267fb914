use crate::policy::EntryName;
use std::io;
use waybill_schemas::Blake3Digest;

/// Told of everything that is unpacked, while it is: for a manifest that is written as a stream.
///
/// Called from several threads, in no particular order, and never before the file it tells of is written whole. An
/// error ends the unpacking, and nothing stays behind. What was told is true of the folder only once the unpacking
/// returned: until then it is a folder that is not there yet.
pub trait UnpackRecord: Sync {
    /// A file was written: its size in bytes and the BLAKE3 of what was written.
    ///
    /// # Errors
    /// The record cannot be kept.
    fn file(&self, name: &EntryName, size: u64, digest: &Blake3Digest) -> io::Result<()>;

    /// A folder that the payload names by itself was made (folders that only hold something are not told).
    ///
    /// # Errors
    /// The record cannot be kept.
    fn folder(&self, name: &EntryName) -> io::Result<()>;

    /// Every file is written, and the folder is about to be renamed into its place. `settled`: the files survive a
    /// loss of power from here on; false where nothing can promise so (on Windows above 1,000 files, on hosts without
    /// `syncfs`).
    ///
    /// A manifest that is made durable here describes, for a moment, a folder that is not there: harmless, where a
    /// folder without its manifest would have to be fetched again.
    ///
    /// # Errors
    /// The record cannot be kept.
    fn settled(&self, settled: bool) -> io::Result<()>;
}
