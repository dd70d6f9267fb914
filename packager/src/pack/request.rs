//! What is to be packed, and how.

use super::output::PackOutput;
use crate::exclude::Exclusions;
use crate::walk::WalkLimits;
use intunewin::ArchivePolicy;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::SystemTime;
use waybill_schemas::app::{APP_DOCUMENT, AppFile, AppFileError};

/// What to pack and where to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PackRequest {
    /// The folder to pack.
    pub source: PackSource,
    /// Where the package goes.
    pub output: PackOutput,
    /// What to leave out, how hard to deflate, what may be replaced, and so on.
    pub options: PackOptions,
}

impl PackRequest {
    /// Packs `source` into `output`, with the default options.
    pub fn new(source: PackSource, output: PackOutput) -> Self {
        Self { source, output, options: PackOptions::default() }
    }
}

/// The folder to pack: a bare source folder, or an app's folder with its document.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum PackSource {
    /// A source folder and the setup file in it.
    Folder {
        /// The source folder.
        folder: PathBuf,
        /// Relative to it, or a path into it.
        setup_file: PathBuf,
    },
    /// An app's folder: its document, which names the setup file and is filled in afterwards, and `source`. Without
    /// `source` the document lies among the sources, where `init` puts it for a folder of another name.
    App(Box<AppFile>),
}

impl PackSource {
    /// The source folder `folder` where a setup file is named, else the app whose document lies in it; nothing where
    /// there is no document either.
    ///
    /// # Errors
    /// The document cannot be read, or is not an app.
    pub fn find(folder: PathBuf, setup_file: Option<PathBuf>) -> Result<Option<Self>, AppFileError> {
        if let Some(setup_file) = setup_file {
            return Ok(Some(Self::Folder { folder, setup_file }));
        }
        let document = folder.join(APP_DOCUMENT);
        let app = if document.is_file() { Some(AppFile::open(&document)?) } else { None };
        Ok(app.map(|app| Self::App(Box::new(app))))
    }
}

/// How to pack; [`Default`] is what most people want.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PackOptions {
    /// What `--exclude` leaves out.
    pub exclusions: Exclusions,
    /// A folder of catalogue files, packed under [`CATALOG_FOLDER`](crate::walk::CATALOG_FOLDER).
    pub catalog: Option<PathBuf>,
    /// How hard to deflate.
    pub level: Level,
    /// Bytes that blocks in work and the list of files may take altogether; 48 MiB by default. Speed alone depends
    /// on it, never the payload's bytes.
    pub memory: u64,
    /// Threads; as many as there are processors by default.
    pub threads: Option<NonZeroUsize>,
    /// Replace a package that is there.
    pub force: bool,
    /// The time of every entry, instead of each file's own: `SOURCE_DATE_EPOCH`, read by the caller.
    pub source_date_epoch: Option<SystemTime>,
    /// Fill in the app's own document, and the `app.json` that lies beside a source folder and describes this setup
    /// file. Without it the former is read only, and the latter is not looked at.
    pub fill_document: bool,
    /// Which names and how many unpack would take.
    pub policy: ArchivePolicy,
}

impl PackOptions {
    /// 48 MiB.
    pub const DEFAULT_MEMORY: u64 = 48 << 20;

    /// The walk's limits are the policy's.
    pub(super) fn limits(&self) -> WalkLimits {
        let entries = usize::try_from(self.policy.max_entries).unwrap_or(usize::MAX);
        WalkLimits { entries, package_bytes: self.policy.max_package }
    }

    /// What of the memory is left for blocks: the list and the archive's directory grow with the entries. A third is
    /// left in any case.
    pub(super) fn memory_for_blocks(&self, entries: usize) -> u64 {
        const ENTRY: u64 = 160;
        self.memory.saturating_sub((entries as u64).saturating_mul(ENTRY)).max(self.memory / 3)
    }

    /// Threads that the memory allows: a thread's encoders count, too, though one thread there is always.
    pub(super) fn threads(&self) -> NonZeroUsize {
        let wanted =
            self.threads.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
        // More threads than that would leave no memory for the blocks that they work on.
        let each = self.level.encoder_memory().max(1);
        let room = usize::try_from(self.memory / each).unwrap_or(usize::MAX);
        NonZeroUsize::new(wanted.get().min(room)).unwrap_or(NonZeroUsize::MIN)
    }
}

impl Default for PackOptions {
    fn default() -> Self {
        Self {
            exclusions: Exclusions::default(),
            catalog: None,
            level: Level::Default,
            memory: Self::DEFAULT_MEMORY,
            threads: None,
            force: false,
            source_date_epoch: None,
            fill_document: true,
            policy: ArchivePolicy::default(),
        }
    }
}

/// How hard files are deflated.
///
/// | level | libdeflate's | about |
/// |---|---|---|
/// | store | none | as they are |
/// | fast | 1 | twice the speed, 8 % larger |
/// | default | 6 | 1 % smaller than Microsoft's tool (zlib 6) |
/// | best | 10 | a tenth of the speed, 3 % smaller |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Level {
    /// Files are stored as they are.
    Store,
    /// Twice the speed of the default, for packages 8 % larger.
    Fast,
    /// Smaller than zlib's level 6, and faster.
    #[default]
    Default,
    /// Small. libdeflate's 12 would take twice the time of its 10 for another 0.2 %.
    Best,
}

impl Level {
    /// libdeflate's level.
    pub(super) const fn number(self) -> i32 {
        match self {
            Self::Store | Self::Fast => 1,
            Self::Default => 6,
            Self::Best => 10,
        }
    }

    /// Bytes that one thread's encoder holds.
    pub(super) const fn encoder_memory(self) -> u64 {
        match self {
            Self::Store => 0,
            Self::Fast | Self::Default => 1 << 20,
            Self::Best => 10 << 20,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_fit_into_the_memory() {
        let threads = |level, memory, wanted| {
            let threads = NonZeroUsize::new(wanted);
            PackOptions { level, memory, threads, ..PackOptions::default() }.threads().get()
        };
        assert_eq!(threads(Level::Default, PackOptions::DEFAULT_MEMORY, 16), 16);
        assert_eq!(threads(Level::Best, PackOptions::DEFAULT_MEMORY, 16), 4);
        assert_eq!(threads(Level::Best, 1, 16), 1);
        assert_eq!(threads(Level::Store, 0, 2), 1);
    }

    #[test]
    fn many_entries_leave_less_for_blocks() {
        let options = PackOptions::default();
        assert_eq!(options.memory_for_blocks(0), 48 << 20);
        assert_eq!(options.memory_for_blocks(100_000), (48 << 20) - 16_000_000);
        assert_eq!(options.memory_for_blocks(usize::MAX), 16 << 20);
    }
}
