//! Fetches the installer and checks its SHA-256 before anything else reads it.

use super::WingetError;
use super::manifest::ManifestError;
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use waybill_context::{Context, Meter, Stage};
use waybill_disk::private_file;
use waybill_schemas::open_regular;
use waybill_transport::{
    AnswerFault, AskedFile, AttemptFault, Attempts, Client, ClientOptions, Observations, Request, SecretUrl,
    TransportError,
};

/// The largest installer that is fetched, in bytes: more than Intune takes (30 GB).
const LARGEST: u64 = 32 << 30;

/// Fetches `url` into the file `partial`, going on where an earlier run stopped, and checks it. A file of another
/// digest is removed.
pub(super) fn download(
    url: &SecretUrl,
    expected: &str,
    partial: &Path,
    options: &ClientOptions,
    context: &Context<'_>,
) -> Result<(), WingetError> {
    let client = Client::start(options)?;
    // With the usual access, because it becomes a file of the sources, which others may pack.
    let file = File::options().read(true).write(true).create(true).truncate(false).open(partial);
    let mut file = file.map_err(WingetError::io(partial))?;
    let held = file.seek(SeekFrom::End(0)).map_err(WingetError::io(partial))?;
    let is_resumed = held > 0;
    Transfer { client: &client, url, file: &mut file, held, has_ranges: true, path: partial, meter: None }
        .run(context)?;
    let mut found = digest_of(&mut file, context).map_err(WingetError::io(partial))?;
    // What an earlier run left may be another version's beginning.
    if found != expected && is_resumed {
        file.set_len(0).map_err(WingetError::io(partial))?;
        Transfer {
            client: &client,
            url,
            file: &mut file,
            held: 0,
            has_ranges: true,
            path: partial,
            meter: None,
        }
        .run(context)?;
        found = digest_of(&mut file, context).map_err(WingetError::io(partial))?;
    }
    if found == expected {
        return file.sync_all().map_err(WingetError::io(partial));
    }
    drop(file);
    private_file::remove(partial).map_err(WingetError::io(partial))?;
    Err(WingetError::Hash { what: url.to_string(), expected: expected.to_owned(), found })
}

/// Copies a file that is at hand to `partial`, and checks the copy.
pub(super) fn copy(
    given: &Path,
    expected: &str,
    partial: &Path,
    context: &Context<'_>,
) -> Result<(), WingetError> {
    // A pipe would wait for its writer; only files are opened.
    let mut source = open_regular(given).map_err(|error| ManifestError::unreadable(given, error))?;
    let mut file = File::create(partial).map_err(WingetError::io(partial))?;
    let mut buffer = vec![0; 256 << 10];
    loop {
        context.check()?;
        let count = source.read(&mut buffer).map_err(WingetError::io(given))?;
        if count == 0 {
            break;
        }
        file.write_all(&buffer[..count]).map_err(WingetError::io(partial))?;
    }
    file.sync_all().map_err(WingetError::io(partial))?;
    drop(file);
    let mut file = private_file::open(partial).map_err(WingetError::io(partial))?;
    let found = digest_of(&mut file, context).map_err(WingetError::io(partial))?;
    if found == expected {
        return Ok(());
    }
    drop(file);
    private_file::remove(partial).map_err(WingetError::io(partial))?;
    let what = waybill_disk::shown(given);
    Err(WingetError::Hash { what, expected: expected.to_owned(), found })
}

/// The SHA-256 of the file that was given, in lower-case hexadecimal digits.
pub(super) fn digest_of_file(given: &Path, context: &Context<'_>) -> Result<String, WingetError> {
    let mut file = open_regular(given).map_err(|error| ManifestError::unreadable(given, error))?;
    let digest = digest_of(&mut file, context);
    context.check()?;
    digest.map_err(WingetError::io(given))
}

/// The SHA-256 of a whole file, in lower-case hexadecimal digits.
pub(super) fn digest_of(file: &mut File, context: &Context<'_>) -> std::io::Result<String> {
    file.seek(SeekFrom::Start(0))?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 256 << 10];
    loop {
        if context.check().is_err() {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        let count = file.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        digest.update(&buffer[..count]);
    }
    Ok(hex(&digest.finalize()))
}

/// The SHA-256 of bytes, in lower-case hexadecimal digits.
pub(super) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One file as it arrives.
struct Transfer<'a> {
    client: &'a Client,
    url: &'a SecretUrl,
    file: &'a mut File,
    held: u64,
    /// Whether the server answers ranges; otherwise each attempt begins at the first byte.
    has_ranges: bool,
    path: &'a Path,
    meter: Option<Meter<'a>>,
}

/// How an attempt ended without a fault.
enum Ended {
    /// The file is here.
    Whole,
    /// The body was shorter than the file.
    Short,
    /// From the first byte once more.
    Restart,
}

/// Why an attempt ended.
enum Failed {
    Fault(AttemptFault),
    Stop(WingetError),
}

impl From<AttemptFault> for Failed {
    fn from(fault: AttemptFault) -> Self {
        Self::Fault(fault)
    }
}

impl<'a> Transfer<'a> {
    fn run(mut self, context: &Context<'a>) -> Result<(), WingetError> {
        let log = Observations::default();
        let mut attempts = Attempts::new(context, &log);
        let url = self.url.to_string();
        loop {
            let before = self.held;
            let outcome = self.attempt(context);
            attempts.progress(self.held.saturating_sub(before));
            match outcome {
                Ok(Ended::Whole) => return Ok(()),
                Ok(Ended::Short) => attempts.again_at_once(&url, "the body ended before the file did")?,
                Ok(Ended::Restart) => {
                    self.restart()?;
                    attempts.again_at_once(&url, "the file begins anew")?;
                }
                Err(Failed::Fault(fault)) => attempts.again(fault, &url)?,
                Err(Failed::Stop(error)) => return Err(error),
            }
        }
    }

    fn restart(&mut self) -> Result<(), WingetError> {
        self.file.set_len(0).map_err(WingetError::io(self.path))?;
        self.held = 0;
        Ok(())
    }

    fn attempt(&mut self, context: &Context<'a>) -> Result<Ended, Failed> {
        let by_range = self.has_ranges && self.held > 0;
        let asked = AskedFile { first: self.held, by_range, total: None, etag: None };
        let request = Request::get(self.url.clone());
        let request = if by_range { request.range(self.held, None) } else { request };
        let mut body = self.client.exchange(&request, context);
        let head = body.head()?;
        let plan = match asked.body_use(&head) {
            Ok(plan) => plan,
            Err(AnswerFault::Complete) => return Ok(Ended::Whole),
            Err(AnswerFault::RangeUseless(..)) => {
                self.has_ranges = false;
                return Ok(Ended::Restart);
            }
            Err(AnswerFault::ValidatorChanged(_) | AnswerFault::SizeDiffers { .. }) => {
                return Ok(Ended::Restart);
            }
            Err(fault) => return Err(AttemptFault::Answer(fault).into()),
        };
        if plan.total.is_some_and(|total| total > LARGEST) {
            return Err(self.too_large());
        }
        if self.meter.is_none() {
            self.meter = Some(context.meter(Stage::Download, plan.total));
        }
        let mut skip = plan.skip;
        self.file.seek(SeekFrom::Start(self.held)).map_err(|error| self.stop(error))?;
        while let Some(chunk) = body.chunk()? {
            let skipped = skip.min(chunk.len() as u64);
            skip -= skipped;
            let rest = &chunk[skipped as usize..];
            self.file.write_all(rest).map_err(|error| self.stop(error))?;
            self.held += rest.len() as u64;
            if let Some(meter) = &self.meter {
                meter.advance(rest.len() as u64);
            }
            if self.held > LARGEST {
                return Err(self.too_large());
            }
        }
        Ok(if plan.total.is_some_and(|total| self.held < total) { Ended::Short } else { Ended::Whole })
    }

    fn stop(&self, error: std::io::Error) -> Failed {
        Failed::Stop(WingetError::io(self.path)(error))
    }

    fn too_large(&self) -> Failed {
        Failed::Stop(TransportError::TooLarge { url: self.url.to_string(), limit: LARGEST }.into())
    }
}
