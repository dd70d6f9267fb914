//! The request for a packing run: source, output and options; and the package's file, which is written under another
//! name and then renamed.

use super::error::PackError;
use crate::exclude::Exclusions;
use intunewin::ArchivePolicy;
use std::fs::File;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use waybill_context::Context;
use waybill_disk::{FileAccess, MadeFolders, NewFile, folder_of, shown};
use waybill_intune::path::leaf;
use waybill_schemas::app::{APP_DOCUMENT, AppFile, AppFileError, is_app_folder};

/// What to pack, and where to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PackRequest {
    /// The folder to pack.
    pub source: PackSource,
    /// The path of the package, or the folder for it.
    pub output: PackOutput,
    /// Exclusions, level, limits, and what may be replaced.
    pub options: PackOptions,
}

impl PackRequest {
    /// Packs `source` into `output` with the default options.
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
        /// The setup file: a path relative to the source folder, or an absolute one.
        setup_file: PathBuf,
    },
    /// An app's folder: its document, which names the setup file and is filled in afterwards, and `source`. Without
    /// `source` the document is in the source folder itself, where `init` puts it for a folder of another name.
    App(Box<AppFile>),
}

impl PackSource {
    /// The source folder `folder` if a setup file is given, else the app whose document is in it; `None` where there is
    /// no document either.
    ///
    /// # Errors
    /// A document that cannot be read, or is not an app's.
    pub fn find(folder: PathBuf, setup_file: Option<PathBuf>) -> Result<Option<Self>, AppFileError> {
        if let Some(setup_file) = setup_file {
            return Ok(Some(Self::Folder { folder, setup_file }));
        }
        let document = folder.join(APP_DOCUMENT);
        let app = if is_app_folder(&folder) { Some(AppFile::open(&document)?) } else { None };
        Ok(app.map(|app| Self::App(Box::new(app))))
    }
}

/// Options of packing; [`Default`] fits most needs.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PackOptions {
    /// The exclusions of `--exclude`.
    pub exclusions: Exclusions,
    /// A folder of catalogue files, which are packed under [`CATALOG_FOLDER`](crate::walk::CATALOG_FOLDER).
    pub catalog: Option<PathBuf>,
    /// How much to compress.
    pub level: Level,
    /// The most bytes that blocks and the list of files take together; the default is 48 MiB. The payload's bytes do
    /// not depend on it, only the speed does.
    pub memory: u64,
    /// The number of threads; `None` for one per processor.
    pub threads: Option<NonZeroUsize>,
    /// Whether to replace an existing package.
    pub force: bool,
    /// The time of every entry, in the place of each file's own: `SOURCE_DATE_EPOCH`, read by the caller.
    pub source_date_epoch: Option<SystemTime>,
    /// Whether to fill in the app's document, or the `app.json` beside a source folder that describes this setup file.
    /// Otherwise the former is only read, and the latter is not looked at.
    pub fill_document: bool,
    /// The names and limits that unpacking accepts.
    pub policy: ArchivePolicy,
}

impl PackOptions {
    /// The default of [`PackOptions::memory`]: 48 MiB.
    pub const DEFAULT_MEMORY: u64 = 48 << 20;

    /// The memory that is left for blocks: the list and the archive's directory grow with the number of entries. A
    /// third is left in any case.
    pub(super) fn memory_for_blocks(&self, entries: usize) -> u64 {
        const ENTRY: u64 = 160;
        self.memory.saturating_sub((entries as u64).saturating_mul(ENTRY)).max(self.memory / 3)
    }

    /// The number of threads that the memory allows, one at least. The encoder of each thread takes memory, too.
    pub(super) fn threads(&self) -> NonZeroUsize {
        let wanted =
            self.threads.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
        // More threads would leave no memory for the blocks that they work on.
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

/// How much files are compressed.
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
    /// Twice the speed of the default, and packages 8 % larger.
    Fast,
    /// Smaller than zlib's level 6, and faster.
    #[default]
    Default,
    /// The smallest, at a tenth of the speed. libdeflate's 12 would take twice the time of its 10 for another 0.2 %.
    Best,
}

impl Level {
    /// The level of libdeflate.
    pub(super) const fn number(self) -> i32 {
        match self {
            Self::Store | Self::Fast => 1,
            Self::Default => 6,
            Self::Best => 10,
        }
    }

    /// Bytes of memory that the encoder of one thread takes.
    pub(super) const fn encoder_memory(self) -> u64 {
        match self {
            Self::Store => 0,
            Self::Fast | Self::Default => 1 << 20,
            Self::Best => 10 << 20,
        }
    }
}

/// The path of the package, or the folder for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PackOutput {
    /// A file with exactly this path.
    File(PathBuf),
    /// A file in this folder, named by the setup file.
    Folder(PathBuf),
}

impl PackOutput {
    /// Interprets the argument of `--output`: a path that ends in `.intunewin` is a file; an existing folder, a path that
    /// ends in a separator, and one that does not look like a file are folders.
    ///
    /// # Errors
    /// A path that ends like another kind of file (`x.zip`): a letter or more after the last dot, and only letters and
    /// digits. `packages/7zip-23.01` is a folder.
    pub fn from_argument(path: impl Into<PathBuf>) -> Result<Self, OutputNameError> {
        let path = path.into();
        let last = path.as_os_str().as_encoded_bytes().last();
        let ends_open = last.is_some_and(|last| std::path::is_separator((*last).into()));
        if path.is_dir() || ends_open {
            return Ok(Self::Folder(path));
        }
        let extension = path.extension().map(|extension| extension.to_string_lossy().into_owned());
        match extension {
            Some(extension) if extension.eq_ignore_ascii_case("intunewin") => Ok(Self::File(path)),
            Some(extension) if is_of_a_file(&extension) => Err(OutputNameError { path }),
            _ => Ok(Self::Folder(path)),
        }
    }

    /// The package's path. In a folder it has the setup file's stem, as with Microsoft's tool.
    pub(super) fn path(&self, setup_file: &Path) -> PathBuf {
        match self {
            Self::File(path) => path.clone(),
            Self::Folder(folder) => {
                // Not `Path::file_name`, which on Unix takes a backslash for a part of the name.
                let setup_file = setup_file.to_string_lossy();
                let stem = Path::new(leaf(&setup_file)).file_stem().unwrap_or_default().to_string_lossy();
                folder.join(stem.into_owned() + ".intunewin")
            }
        }
    }
}

fn is_of_a_file(extension: &str) -> bool {
    extension.chars().all(char::is_alphanumeric) && extension.contains(char::is_alphabetic)
}

/// The output is named like a file of another kind.
#[derive(Debug, thiserror::Error)]
#[error("{} is neither a folder nor named .intunewin, the only kind that Intune takes", shown(path))]
pub struct OutputNameError {
    /// The path as it was given.
    pub path: PathBuf,
}

/// A package that is being written. Dropped before [`PackageDraft::put`] it leaves no file.
pub(super) struct PackageDraft {
    file: NewFile,
    /// The folders on the way to it; dropped after the file, because they are removed where they are empty.
    made: MadeFolders,
    path: PathBuf,
    replace: bool,
}

impl PackageDraft {
    /// Refuses an existing output, unless it may be replaced; an existing folder in its place always.
    pub(super) fn check(path: &Path, replace: bool) -> Result<(), PackError> {
        match path.symlink_metadata() {
            Ok(there) if !replace || there.is_dir() => Err(PackError::OutputExists(path.to_path_buf())),
            _ => Ok(()),
        }
    }

    /// Makes the folder where it is missing, and in it a private file with a name of its own.
    pub(super) fn create(path: &Path, replace: bool) -> Result<Self, PackError> {
        Self::check(path, replace)?;
        let folder = folder_of(path);
        let made = MadeFolders::make(folder).map_err(|error| failed(folder, error))?;
        let file = NewFile::create(path, FileAccess::Usual).map_err(|error| failed(path, error))?;
        Ok(Self { file, made, path: path.to_path_buf(), replace })
    }

    /// The file to write into.
    pub(super) fn file(&self) -> &File {
        self.file.file()
    }

    /// Makes the package durable and moves it into place. An existing one is replaced only where that is allowed.
    pub(super) fn put(self, context: &Context<'_>) -> Result<(), PackError> {
        let Self { file, mut made, path, replace } = self;
        file.put(replace, context).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => PackError::OutputExists(path),
            io::ErrorKind::Interrupted => PackError::Cancelled,
            _ => failed(&path, error),
        })?;
        made.keep();
        Ok(())
    }
}

fn failed(path: &Path, source: io::Error) -> PackError {
    PackError::Output { path: path.to_path_buf(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Write as _;

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

    #[test]
    fn an_argument_is_a_folder_or_a_package() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join("dist.intunewin");
        fs::create_dir(&there).unwrap();
        for (argument, path) in [
            (there.clone(), there.join("setup-1.2.intunewin")),
            (folder.path().join("new"), folder.path().join("new").join("setup-1.2.intunewin")),
            (
                folder.path().join("x.intunewin/"),
                folder.path().join("x.intunewin").join("setup-1.2.intunewin"),
            ),
            (folder.path().join("my app.IntuneWin"), folder.path().join("my app.IntuneWin")),
        ] {
            for setup in ["setup-1.2.exe", "sub/setup-1.2.exe", r".\sub\setup-1.2.exe"] {
                assert_eq!(PackOutput::from_argument(&argument).unwrap().path(Path::new(setup)), path);
            }
        }
    }

    #[test]
    fn an_argument_that_names_another_kind_of_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["x.zip", "x.intunewn", "x.7z", "x.msi", "x.ZIP", "a.b/x.exe"] {
            let path = folder.path().join(name);
            assert_eq!(PackOutput::from_argument(&path).unwrap_err().path, path);
        }
        fs::create_dir(folder.path().join("is.there")).unwrap();
        for name in ["is.there", "7zip-23.01", "x.zip/", ".packages", "v1.2-x64", "plain"] {
            let path = folder.path().join(name);
            assert_eq!(PackOutput::from_argument(&path).unwrap(), PackOutput::Folder(path));
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn nothing_is_there_before_and_nothing_but_the_package_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a").join("b").join("x.intunewin");
        let draft = PackageDraft::create(&path, false).unwrap();
        draft.file().write_all(b"package").unwrap();
        let beside = names(path.parent().unwrap());
        assert!(beside.len() == 1 && beside[0].starts_with(".x.intunewin.waybill-"), "{beside:?}");
        draft.put(&Context::silent()).unwrap();
        assert_eq!(names(path.parent().unwrap()), ["x.intunewin"]);
        assert_eq!(fs::read(&path).unwrap(), b"package");
        drop(PackageDraft::create(&path, true).unwrap());
        assert_eq!(names(path.parent().unwrap()), ["x.intunewin"]);
    }

    #[test]
    fn what_is_there_stays_unless_it_may_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.intunewin");
        let early = PackageDraft::create(&path, false).unwrap();
        fs::write(&path, b"first").unwrap();
        assert!(matches!(PackageDraft::create(&path, false), Err(PackError::OutputExists(_))));
        assert!(matches!(early.put(&Context::silent()), Err(PackError::OutputExists(_))));
        assert_eq!(fs::read(&path).unwrap(), b"first");
        PackageDraft::create(&path, true).unwrap().put(&Context::silent()).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"");
        assert_eq!(names(folder.path()), ["x.intunewin"]);
        assert!(matches!(PackageDraft::create(folder.path(), true), Err(PackError::OutputExists(_))));
    }

    #[test]
    fn a_file_where_the_folder_should_be_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), b"").unwrap();
        let path = folder.path().join("file").join("x.intunewin");
        assert!(matches!(PackageDraft::create(&path, false), Err(PackError::Output { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_package_is_as_any_new_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (usual, path) = (folder.path().join("usual"), folder.path().join("x.intunewin"));
        fs::write(&usual, b"").unwrap();
        PackageDraft::create(&path, false).unwrap().put(&Context::silent()).unwrap();
        assert_eq!(mode(&path), mode(&usual));
    }

    /// A folder that cannot be listed cannot be synced either, except by root.
    #[cfg(unix)]
    #[test]
    fn a_folder_that_cannot_be_read_is_no_failure() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.intunewin");
        let allow = |mode| fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
        allow(0o300);
        let published = PackageDraft::create(&path, false).unwrap().put(&Context::silent());
        allow(0o700);
        published.unwrap();
        waybill_disk::sync_folder(&folder.path().join("gone"));
        assert_eq!(names(folder.path()), ["x.intunewin"]);
    }

    #[cfg(windows)]
    #[test]
    fn waiting_for_a_file_that_is_held_can_be_interrupted() {
        use std::os::windows::fs::OpenOptionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.intunewin");
        fs::write(&path, b"first").unwrap();
        let held = fs::OpenOptions::new().read(true).share_mode(0).open(&path).unwrap();
        let stop = std::sync::atomic::AtomicBool::new(true);
        let context = Context::new(&(), &stop, &waybill_context::SystemClock);
        let outcome = PackageDraft::create(&path, true).unwrap().put(&context);
        assert!(matches!(outcome, Err(PackError::Cancelled)), "{outcome:?}");
        drop(held);
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(names(folder.path()), ["x.intunewin"]);
    }
}
