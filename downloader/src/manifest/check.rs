//! Whether a folder is still what its manifest says: names, sizes and types always, contents where that is due.

use super::compare::{Comparison, Found};
use super::entries::Entries;
use super::walk::{self, Stop};
use super::{Fault, Manifest, ManifestError, Summary, seconds, writer};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;
use std::time::Duration;
use waybill_context::{Context, Stage};
use waybill_disk::boot;
use waybill_disk::private_file;

/// How far a check goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Depth {
    /// Names, sizes and types.
    Names,
    /// Every byte too.
    Full,
}

/// What a check found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// As it was unpacked.
    Whole,
    /// Not so; one fault of perhaps many.
    Damaged(Fault),
}

/// Contents are read again after so long: disks rot, and people edit.
const OLDEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Threads beyond which reading gains nothing.
const MOST_THREADS: usize = 8;

impl Manifest {
    /// Holds `folder` against the manifest. Goes as far as `depth` says, and in full where that is due: not settled
    /// and written in another boot (or nobody knows in which), or last read more than 7 days ago. Memory stays flat.
    ///
    /// A full check that finds damage makes every later one full too, until one finds the folder whole: what only its
    /// bytes tell must not look whole again by names and sizes. One that finds the folder whole renews the manifest's
    /// time, and calls the files settled where another boot has read them.
    ///
    /// # Errors
    /// Interruption; a manifest that cannot be read.
    pub(crate) fn check(
        &self,
        folder: &Path,
        depth: Depth,
        threads: usize,
        context: &Context<'_>,
    ) -> Result<Verdict, ManifestError> {
        let boot = boot::id();
        let depth = depth.max(self.due(boot.as_deref(), context));
        let found = self.find_fault(folder, depth, threads, context)?;
        if let Some(fault) = found {
            if depth == Depth::Full {
                self.doubt(context);
            }
            return Ok(Verdict::Damaged(fault));
        }
        if depth == Depth::Full {
            self.renew(boot, context);
        }
        Ok(Verdict::Whole)
    }

    fn due(&self, boot: Option<&str>, context: &Context<'_>) -> Depth {
        let Summary { settled, boot: written, time, .. } = &self.summary;
        let is_sure = *settled || boot::is_same(written.as_deref(), boot);
        let age = seconds(context.clock().now()).checked_sub(*time); // none: the clock was set back
        let is_young = age.is_some_and(|age| age <= OLDEST.as_secs());
        if is_sure && is_young { Depth::Names } else { Depth::Full }
    }

    fn find_fault(
        &self,
        folder: &Path,
        depth: Depth,
        threads: usize,
        context: &Context<'_>,
    ) -> Result<Option<Fault>, ManifestError> {
        let failed = |source| ManifestError::Io { path: self.path.clone(), source };
        let entries = Entries::open(&self.path, self.summary.entries()).map_err(failed)?;
        let meter = (depth == Depth::Full).then(|| context.meter(Stage::Check, Some(self.summary.bytes)));
        let found = Comparison::new(folder, entries, meter, context).run(threads.clamp(1, MOST_THREADS));
        let empty = match found {
            Ok(told) if (told.files, told.bytes) == (self.summary.files, self.summary.bytes) => told.empty,
            Ok(_) => {
                return Ok(Some(Fault::Manifest("its lines are not what its summary says".into())));
            }
            Err(Found::Fault(fault)) => return Ok(Some(fault)),
            Err(Found::Cancelled(cancelled)) => return Err(cancelled.into()),
            Err(Found::Io(source)) => return Err(failed(source)),
        };
        let expected = walk::Count { files: self.summary.files, empty };
        match walk::count(folder, context) {
            Ok(count) if count == expected => Ok(None),
            Ok(count) => Ok(Some(Fault::Added { expected: expected.all(), actual: count.all() })),
            Err(Stop::Cancelled(cancelled)) => Err(cancelled.into()),
            Err(Stop::Foreign(name)) => Ok(Some(Fault::Kind(name))),
            Err(Stop::Io(error)) => Ok(Some(Fault::Unreadable(error.to_string()))),
        }
    }

    /// Every byte was right just now. Failing to write that down costs another full check, no more.
    fn renew(&self, boot: Option<String>, context: &Context<'_>) {
        let was_reread = boot.is_some() && self.summary.boot.is_some() && boot != self.summary.boot;
        let renewed = Summary {
            settled: self.summary.settled || was_reread,
            boot: if was_reread { boot } else { self.summary.boot.clone() },
            time: seconds(context.clock().now()),
            ..self.summary.clone()
        };
        if let Err(error) = self.rewrite(&renewed, context) {
            tracing::debug!(manifest = %self.path.display(), %error, "the manifest keeps its age");
        }
    }

    /// What was seen counts until every byte is right again: the time goes back to 1970.
    fn doubt(&self, context: &Context<'_>) {
        let doubted = Summary { time: 0, ..self.summary.clone() };
        if let Err(error) = self.rewrite(&doubted, context) {
            tracing::warn!(manifest = %self.path.display(), %error, "the damage could not be written down");
        }
    }

    fn rewrite(&self, summary: &Summary, context: &Context<'_>) -> io::Result<()> {
        let entries = Entries::open(&self.path, summary.entries())?;
        let beside = private_file::beside(&self.path);
        let mut out = BufWriter::with_capacity(64 << 10, private_file::create(&beside)?);
        let mut line = Vec::new();
        while entries.read(&mut line)? {
            out.write_all(&line)?;
        }
        drop(entries); // Windows replaces no file that is open
        writer::complete(out, summary, &self.path, context)
    }
}
