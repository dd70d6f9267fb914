//! A machine in memory, for tests. Files, registry values and products are those that the test adds; programs are
//! closures, which may change the machine.
//!
//! ```
//! use waybill_system::fake::{FakeRun, FakeSystem};
//! use waybill_system::System as _;
//!
//! let machine = FakeSystem::windows();
//! machine.add_program(r"C:\Content\setup.exe", |machine, _| {
//!     machine.add_file(r"C:\Program Files\App\app.exe", 10);
//!     FakeRun::ends(0)
//! });
//! assert_eq!(machine.files().look(r"c:\program files\app\APP.EXE"), Ok(None));
//! ```

mod device;
mod disk;
mod processes;
mod registry;

pub use processes::{FakeRun, FakeStart};

use crate::{
    Account, Architecture, BootIdentity, Environment, FileFacts, FileVersion, InstalledProduct, LoadedAs,
    ProcessIdentity, RegistryValue, SignedInUser, SystemKind, Unanswered, View, clean_windows,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Program = Arc<dyn Fn(&FakeSystem, &FakeStart) -> FakeRun + Send + Sync>;

/// A machine in memory; clones are the same machine. Methods that change it take `&self`, because fake programs change
/// the machine while it is used.
#[derive(Clone)]
pub struct FakeSystem {
    kind: SystemKind,
    contents: Arc<Mutex<Contents>>,
}

/// The state of the machine. Keys of the maps are in the form in which the system compares names.
#[derive(Default)]
struct Contents {
    files: BTreeMap<String, (FileFacts, Option<FileVersion>)>,
    writable: BTreeSet<String>,
    denied: BTreeSet<String>,
    let_in: Vec<String>,
    not_executable: BTreeSet<String>,
    loaded_as: BTreeMap<String, LoadedAs>,
    keys: HashSet<(View, String)>,
    values: HashMap<(View, String, String), RegistryValue>,
    products: BTreeMap<String, InstalledProduct>,
    installing: bool,
    has_no_console: bool,
    programs: BTreeMap<String, Program>,
    starts: Vec<FakeStart>,
    alive: BTreeMap<u32, ProcessIdentity>,
    next_pid: u32,
    variables: HashMap<View, Environment>,
    systems_variables: BTreeMap<String, String>,
    path: Vec<String>,
    device: FakeDevice,
}

/// The facts that the device reports. `None` means that the question has no answer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FakeDevice {
    /// The architecture of the processor.
    pub architecture: Option<Architecture>,
    /// The build number of Windows.
    pub build: Option<u32>,
    /// Free space on the system's drive, in bytes.
    pub free_disk: Option<u64>,
    /// Physical memory, in bytes.
    pub memory: Option<u64>,
    /// The number of logical processors.
    pub processors: Option<u32>,
    /// The clock rate of the processor, in MHz.
    pub mhz: Option<u32>,
    /// The identity of the current boot.
    pub boot: Option<BootIdentity>,
    /// What waits for the next restart: files that it replaces, and the servicing of Windows.
    pub pending: Vec<String>,
    /// The user who is signed in.
    pub user: Option<SignedInUser>,
    /// The account of this process.
    pub account: Account,
    /// Whether this process may start programs as the system account.
    pub elevated: bool,
}

impl Default for FakeDevice {
    fn default() -> Self {
        Self {
            architecture: Some(Architecture::X64),
            build: Some(clean_windows::BUILD),
            free_disk: Some(100 << 30),
            memory: Some(8 << 30),
            processors: Some(4),
            mhz: Some(2400),
            boot: Some(BootIdentity("boot-1".into())),
            pending: Vec::new(),
            user: Some(SignedInUser { name: "alex".into(), id: "S-1-5-21-1-2-3-1001".into() }),
            account: Account::System,
            elevated: true,
        }
    }
}

impl FakeSystem {
    /// A clean 64-bit Windows 11 with the programs of its folders (which end with 0 until a test says otherwise), an
    /// empty registry, the usual environment, and `C:\Program Files\Tool` at the end of the PATH.
    pub fn windows() -> Self {
        let machine = Self { kind: SystemKind::Windows, contents: Arc::default() };
        device::furnish_windows(&machine);
        machine
    }

    /// A Unix machine with `/bin/sh`.
    pub fn unix() -> Self {
        let machine = Self { kind: SystemKind::Unix, contents: Arc::default() };
        device::furnish_unix(&machine);
        machine
    }

    /// Changes the facts that the device reports.
    pub fn set_device(&self, change: impl FnOnce(&mut FakeDevice)) {
        change(&mut self.contents().device);
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A name in the form in which the system compares names.
    fn folded(&self, text: &str) -> String {
        match self.kind {
            SystemKind::Windows => text.replace('/', "\\").trim_end_matches('\\').to_lowercase(),
            SystemKind::Unix => text.to_owned(),
        }
    }

    /// The contents of the machine for a question about this path, key or product code; an error if it is denied.
    fn asked(&self, what: &str) -> Result<MutexGuard<'_, Contents>, Unanswered> {
        let contents = self.contents();
        if contents.denied.contains(&self.folded(what)) {
            return Err(Unanswered::with_code(format!("{what}: access is denied"), 0x8007_0005));
        }
        Ok(contents)
    }

    /// Makes every question about this path, key or product code fail with "access denied" from now on.
    pub fn deny(&self, what: &str) {
        let folded = self.folded(what);
        self.contents().denied.insert(folded);
    }
}
