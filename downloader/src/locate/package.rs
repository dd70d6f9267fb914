//! Locates a content in a whole package: on this machine, on a server with ranges, or on one without.

use super::{Bytes, Located, Locator, SharedBytes, Target};
use crate::error::LocateError;
use intunewin::{FileSource, Package, Source};
use std::fs::File;
use std::io::{self, Seek as _, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use waybill_context::Stage;
use waybill_schemas::ApplicationInfo;
use waybill_transport::{
    AskedFile, AttemptFault, Attempts, Bucket, FilePart, FilePartRequest, Request, SecretUrl, TransportError,
};

/// Bytes that are requested at once: the end of a package holds its directory and, nearly always, Detection.xml.
const PART: u64 = 64 << 10;
/// Bytes that are requested first, from the end: an end record with the longest comment, its zip64 locator, and what
/// precedes.
const TAIL: u64 = 66 << 10;
/// How many parts may be requested to open a package. Its directory has at most 64 entries.
const MOST_PARTS: usize = 64;

impl Locator<'_> {
    /// The content of a package on this machine, which is read where it is.
    pub(super) fn package(&self, source: FileSource, place: &str) -> Result<Located, LocateError> {
        let failed = |source| LocateError::Package { place: place.to_owned(), source };
        let package = Package::open(source, &self.options.policy).map_err(failed)?;
        let (info, size) = (package.info().clone(), package.content_size());
        let content = package.into_content_in(self.incoming, self.context).map_err(failed)?;
        Ok(located(&info, size, place, Bytes::Here(Box::new(content))))
    }

    /// Requests the parts of a package that describe it; only the content's bytes will be downloaded.
    pub(super) fn package_in_parts(&self, url: &SecretUrl, first: &FilePart) -> Result<Located, LocateError> {
        let Some(total) = first.total else { return self.whole_package(url) };
        let parts = Parts::new(total);
        parts.add(0, &first.bytes);
        self.read_part(url, &parts, total.saturating_sub(TAIL), TAIL)?;
        // The package reader fails at the first byte that is missing, that part is fetched, and the reader starts
        // again. It reads so little that a second reader of directories is not worth having.
        for _ in 0..MOST_PARTS {
            match Package::open(parts.clone(), &self.options.policy) {
                Ok(package) => match package.content_span() {
                    Some(span) => {
                        let size = span.end - span.start;
                        let target =
                            Target { url: url.clone(), offset: span.start, total: Some(total), size };
                        // There is no document to read again for another URL.
                        let bytes = Bytes::Server(target, None);
                        return Ok(located(package.info(), size, &url.to_string(), bytes));
                    }
                    None => return self.whole_package(url), // deflated once more: it has to be inflated here
                },
                Err(source) => match parts.take_missing() {
                    Some(offset) => self.read_part(url, &parts, offset, PART)?,
                    None => return Err(LocateError::Package { place: url.to_string(), source }),
                },
            }
        }
        let why = "its directory is strewn all over it";
        Err(LocateError::Unusable { place: url.to_string(), why })
    }

    fn read_part(&self, url: &SecretUrl, parts: &Parts, offset: u64, len: u64) -> Result<(), LocateError> {
        let last = (offset + len).min(parts.len()) - 1;
        let small = FilePartRequest { url, range: Some((offset, last)), limit: len, secret: true };
        let part = self.client.read_part(&small, self.context, self.log)?;
        // Another length means another file, and parts of two files must not be read as one package.
        if !part.is_range || part.total != Some(parts.len()) {
            let why = "the server answers ranges of it in different ways";
            return Err(LocateError::Unusable { place: url.to_string(), why });
        }
        parts.add(offset, &part.bytes);
        Ok(())
    }

    /// Downloads a whole package into a private file without a name, from the first byte in each attempt: its keys come
    /// at the end.
    pub(super) fn whole_package(&self, url: &SecretUrl) -> Result<Located, LocateError> {
        let seen =
            "the server gives no parts of this package: it is fetched whole, and an interruption starts anew";
        self.log.note("package-whole", format!("{url}: {seen}"));
        tracing::warn!(%url, "{seen}");
        // Without a name, because a whole package holds its keys: however this process ends, the file is gone.
        let mut file = tempfile::tempfile_in(self.incoming).map_err(LocateError::Keep)?;
        let mut attempts = Attempts::new(self.context, self.log);
        loop {
            // Each attempt begins at 0, because a server without ranges cannot continue anywhere else.
            file.set_len(0).and_then(|()| file.rewind()).map_err(LocateError::Keep)?;
            match self.pour(url, &mut file)? {
                Ok(()) => break,
                Err(broken) => attempts.again(broken, &url.to_string())?,
            }
        }
        let source = FileSource::from_file(file).map_err(LocateError::Keep)?;
        self.package(source, &url.to_string())
    }

    fn pour(&self, url: &SecretUrl, file: &mut File) -> Result<Result<(), AttemptFault>, LocateError> {
        let request = Request::get(url.clone()).holds_keys(true);
        let mut body = self.client.exchange(&request, self.context);
        let head = match body.head() {
            Ok(head) => head,
            Err(broken) => return Ok(Err(broken)),
        };
        let asked = AskedFile { first: 0, by_range: false, total: None, etag: None };
        if let Err(fault) = asked.body_use(&head) {
            return Ok(Err(AttemptFault::Answer(fault)));
        }
        waybill_disk::space::check(self.incoming, head.content_length.unwrap_or_default())?;
        // The length may not be declared, so that free space could not be checked for it. So the bytes that come are
        // counted.
        let limit = self.options.policy.max_package;
        let meter = self.context.meter(Stage::Download, head.content_length);
        let (mut held, mut bucket) = (0, Bucket::new(self.options.limit_rate));
        loop {
            let chunk = match body.chunk() {
                Ok(Some(chunk)) => chunk,
                Ok(None) => return Ok(Ok(())),
                Err(broken) => return Ok(Err(broken)),
            };
            held += chunk.len() as u64;
            if held > limit {
                return Err(TransportError::TooLarge { url: url.to_string(), limit }.into());
            }
            let wait = bucket.take(chunk.len() as u64, self.context.clock().now());
            if let Err(cancelled) = self.context.sleep(wait) {
                return Ok(Err(cancelled.into()));
            }
            body.waited(wait);
            file.write_all(&chunk).map_err(LocateError::Keep)?;
            meter.advance(chunk.len() as u64);
        }
    }
}

/// A package's content of `size` bytes, as Detection.xml describes it.
fn located(info: &ApplicationInfo, size: u64, place: &str, bytes: Bytes) -> Located {
    Located {
        name: stem(place).unwrap_or(&info.name).to_owned(),
        info: info.encryption_info.clone(),
        size,
        unpacked: Some(info.unencrypted_content_size),
        setup_file: Some(info.setup_file.clone()),
        pieces_digest: None,
        bytes,
    }
}

/// A file's name without its ending. The packaging tool names a package by its setup file.
fn stem(place: &str) -> Option<&str> {
    let name = place.rsplit(['/', '\\']).next()?;
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    (!stem.is_empty()).then_some(stem)
}

/// The parts of a file that were fetched, and the offset of the first byte that was missing.
#[derive(Clone)]
struct Parts(Arc<Inner>);

struct Inner {
    len: u64,
    parts: Mutex<Vec<(u64, SharedBytes)>>,
    missing: Mutex<Option<u64>>,
}

impl Parts {
    fn new(len: u64) -> Self {
        Self(Arc::new(Inner { len, parts: Mutex::default(), missing: Mutex::default() }))
    }

    fn add(&self, offset: u64, bytes: &[u8]) {
        self.0.parts.lock().unwrap_or_else(PoisonError::into_inner).push((offset, bytes.into()));
    }

    fn take_missing(&self) -> Option<u64> {
        self.0.missing.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn covering(&self, offset: u64) -> Option<(u64, SharedBytes)> {
        let parts = self.0.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.iter().find(|(start, bytes)| (*start..start + bytes.len() as u64).contains(&offset)).cloned()
    }
}

impl Source for Parts {
    fn len(&self) -> u64 {
        self.0.len
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        if offset >= self.0.len || buffer.is_empty() {
            return Ok(0);
        }
        let Some((start, bytes)) = self.covering(offset) else {
            *self.0.missing.lock().unwrap_or_else(PoisonError::into_inner) = Some(offset);
            return Err(io::Error::other("this part is not read yet"));
        };
        let rest = &bytes[(offset - start) as usize..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}
