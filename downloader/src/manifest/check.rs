//! Checks whether a folder is still what its manifest says: names, sizes and types always, bytes where that is due.

use super::compare::{CheckStopped, Comparison, Count, count};
use super::{Described, Entries, Manifest, ManifestWriter, Summary, VERSION, seconds, writer};
use crate::error::{FolderFault, ManifestError};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;
use waybill_context::{Context, Stage};
use waybill_disk::{NewFile, boot, folder_identity};

/// How thorough a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Depth {
    /// Compares names, sizes and types.
    Names,
    /// Also reads every byte and compares digests.
    Full,
}

/// The age from which bytes are read again, because disks decay and people edit files.
const OLDEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The most threads; more read no faster.
const MOST_THREADS: usize = 8;

impl Manifest {
    /// Compares `folder` with the manifest, to `depth` or in full where that is due: the manifest was
    /// written for another folder, the files were not settled and were written in another or an unknown boot, or every
    /// byte was last read more than 7 days ago. Memory does not
    /// grow with the number of files.
    ///
    /// Returns the first fault that was found; `None` where the folder is whole.
    ///
    /// A full check that finds a fault makes every later check full, too, until one finds the folder whole: a fault
    /// that only the bytes show must not disappear by names and sizes. A full check that finds the folder whole renews
    /// the manifest's time, makes it this folder's, marks the files as settled where this is another boot than they were
    /// written in, and
    /// replaces a manifest of version 1.
    ///
    /// # Errors
    /// Interruption; a manifest that cannot be read.
    pub(crate) fn check(
        &self,
        folder: &Path,
        depth: Depth,
        threads: usize,
        context: &Context<'_>,
    ) -> Result<Option<FolderFault>, ManifestError> {
        let boot = boot::id();
        let depth = depth.max(self.due(folder, boot.as_deref(), context));
        if depth == Depth::Names {
            return self.find_fault(folder, depth, threads, None, context);
        }
        let renewal = self.start_renewal(context);
        let fault = self.find_fault(folder, depth, threads, renewal.as_ref(), context)?;
        match &fault {
            Some(_) => {
                drop(renewal); // both are written under one name
                self.doubt(context);
            }
            None => self.renew(folder, boot, renewal, context),
        }
        Ok(fault)
    }

    fn due(&self, folder: &Path, boot: Option<&str>, context: &Context<'_>) -> Depth {
        let Summary { settled, boot: written, time, .. } = &self.summary;
        let is_sure = (*settled || boot::is_same(written.as_deref(), boot)) && self.summary.is_of(folder);
        let age = seconds(context.clock().now()).checked_sub(*time); // `None` where the clock was set back
        let is_young = age.is_some_and(|age| age <= OLDEST.as_secs());
        if is_sure && is_young { Depth::Names } else { Depth::Full }
    }

    fn find_fault(
        &self,
        folder: &Path,
        depth: Depth,
        threads: usize,
        renewal: Option<&ManifestWriter<'_>>,
        context: &Context<'_>,
    ) -> Result<Option<FolderFault>, ManifestError> {
        let compare = || -> Result<(), CheckStopped> {
            let entries = Entries::open(&self.path, &self.summary).map_err(CheckStopped::Io)?;
            let meter = (depth == Depth::Full).then(|| context.meter(Stage::Check, Some(self.summary.bytes)));
            let comparison =
                Comparison { folder, entries, meter, renewal, context, outcome: Mutex::default() };
            let tally = comparison.run(threads.clamp(1, MOST_THREADS))?;
            if (tally.files, tally.bytes) != (self.summary.files, self.summary.bytes) {
                return Err(FolderFault::Manifest("its lines are not what its summary says".into()).into());
            }
            // A file that was added contradicts no line, so the folder's files are counted as well. Of folders only
            // empty ones count, because an archive need not name the others.
            let expected = Count { files: self.summary.files, empty: tally.empty };
            let actual = count(folder, context)?;
            if actual != expected {
                return Err(FolderFault::Added { expected: expected.all(), actual: actual.all() }.into());
            }
            Ok(())
        };
        match compare() {
            Ok(()) => Ok(None),
            Err(CheckStopped::Fault(fault)) => Ok(Some(fault)),
            Err(CheckStopped::Cancelled(cancelled)) => Err(cancelled.into()),
            Err(CheckStopped::Io(source)) => Err(ManifestError::Io { path: self.path.clone(), source }),
        }
    }

    /// Starts the new manifest for one of version 1, whose digests are computed while every byte is read.
    fn start_renewal<'c>(&self, context: &'c Context<'c>) -> Option<ManifestWriter<'c>> {
        let Summary { version, mac, destination, setup_file, .. } = &self.summary;
        if *version == VERSION {
            return None;
        }
        let (destination, setup_file) = (destination.clone().unwrap_or_default(), setup_file.clone());
        let described = Described { mac: *mac, destination, setup_file };
        let renewal = ManifestWriter::create(&self.path, described, context);
        renewal.inspect_err(|error| tracing::debug!(%error, "the manifest keeps its version")).ok()
    }

    /// Records that every byte was right just now. A failure to do so only costs another full check.
    fn renew(
        &self,
        folder: &Path,
        boot: Option<String>,
        renewal: Option<ManifestWriter<'_>>,
        context: &Context<'_>,
    ) {
        // Another folder than the one that was unpacked may have been written by anybody just now: it is not known to have
        // reached the disk before another boot has read it.
        let is_another = !self.summary.is_of(folder);
        // In the boot that wrote them the bytes may be read from memory. Only after a restart of the machine are they
        // known to have reached the disk.
        let was_reread =
            !is_another && boot.is_some() && self.summary.boot.is_some() && boot != self.summary.boot;
        let renewed = Summary {
            settled: (self.summary.settled && !is_another) || was_reread,
            folder: folder_identity(folder).ok(),
            boot: if was_reread || is_another { boot } else { self.summary.boot.clone() },
            time: seconds(context.clock().now()),
            ..self.summary.clone()
        };
        let written = match renewal {
            Some(renewal) => renewal.finish(&Summary { version: VERSION, ..renewed }),
            None => self.rewrite(&renewed, context),
        };
        if let Err(error) = written {
            tracing::debug!(manifest = %self.path.display(), %error, "the manifest keeps its age");
        }
    }

    /// Sets the manifest's time to 1970, so that every check is full until one finds the folder whole.
    fn doubt(&self, context: &Context<'_>) {
        let doubted = Summary { time: 0, ..self.summary.clone() };
        if let Err(error) = self.rewrite(&doubted, context) {
            tracing::warn!(manifest = %self.path.display(), %error, "the damage could not be written down");
        }
    }

    fn rewrite(&self, summary: &Summary, context: &Context<'_>) -> io::Result<()> {
        let entries = Entries::open(&self.path, summary)?;
        let mut out = BufWriter::with_capacity(64 << 10, NewFile::create_locked(&self.path)?);
        let mut line = Vec::new();
        while entries.read(&mut line)? {
            out.write_all(&line)?;
        }
        drop(entries); // Windows does not replace an open file
        writer::complete(out, summary, context)
    }
}
