//! Which thread does which entry: the large ones first, then the rest in the directory's order, a few at a time.

use super::ZipError;
use super::central::{CentralReader, CentralRecord};
use super::data::Extractor;
use super::structure::LARGE;
use std::sync::{Mutex, PoisonError};

/// Threads that are worth having: beyond it the disk is the limit.
const MOST_THREADS: usize = 8;

/// Small entries handed out at once: neighbours in the archive, so their blocks are read one after the other.
const BATCH: usize = 32;

/// What is left to do, behind one lock.
struct Queue<'a> {
    large: Vec<&'a CentralRecord>,
    reader: CentralReader<'a>,
    stopped: bool,
}

enum Portion<'a> {
    Large(&'a CentralRecord),
    Small(Vec<CentralRecord>),
}

impl<'a> Queue<'a> {
    fn take(&mut self) -> Result<Option<Portion<'a>>, ZipError> {
        if self.stopped {
            return Ok(None);
        }
        if let Some(record) = self.large.pop() {
            return Ok(Some(Portion::Large(record)));
        }
        let mut batch = Vec::with_capacity(BATCH);
        while batch.len() < BATCH {
            match self.reader.next()? {
                Some(record) if record.size > LARGE => {}
                Some(record) => batch.push(record),
                None => break,
            }
        }
        Ok((!batch.is_empty()).then_some(Portion::Small(batch)))
    }
}

/// Runs `work` over all entries; the first error stops every thread at its next entry and is returned.
pub(crate) fn run<E: From<ZipError> + Send>(
    reader: CentralReader<'_>,
    large: &[CentralRecord],
    threads: usize,
    work: &(dyn Fn(&mut Extractor, &CentralRecord) -> Result<(), E> + Sync),
) -> Result<(), E> {
    let mut large: Vec<_> = large.iter().collect();
    large.sort_by_key(|record| record.size); // taken from the end
    let queue = Mutex::new(Queue { large, reader, stopped: false });
    let threads = threads.clamp(1, MOST_THREADS);
    std::thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(|| drain(&queue, work))).collect();
        let mine = drain(&queue, work);
        let theirs = helpers.into_iter().map(|helper| match helper.join() {
            Ok(outcome) => outcome,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        std::iter::once(mine).chain(theirs).collect()
    })
}

fn drain<E: From<ZipError>>(
    queue: &Mutex<Queue<'_>>,
    work: &(dyn Fn(&mut Extractor, &CentralRecord) -> Result<(), E> + Sync),
) -> Result<(), E> {
    let mut extractor = Extractor::new();
    let lock = || queue.lock().unwrap_or_else(PoisonError::into_inner);
    let mut do_all = || -> Result<(), E> {
        loop {
            let portion = lock().take()?;
            match portion {
                None => return Ok(()),
                Some(Portion::Large(record)) => work(&mut extractor, record)?,
                Some(Portion::Small(batch)) => {
                    for record in &batch {
                        work(&mut extractor, record)?;
                    }
                }
            }
        }
    };
    do_all().inspect_err(|_| lock().stopped = true)
}
