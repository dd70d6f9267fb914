//! The machine as rules and commands see it: files, registry, installed products, processes, device facts.
//!
//! [`System`] is made of five small traits. Each is implemented for Windows, for Unix where that makes sense, and in
//! memory for tests (feature `fake`). This crate makes no decisions: which view a rule reads, what an exit code means
//! and when a command runs is decided by `installer-runner`.
//!
//! A question that cannot be answered is [`Unanswered`] and never "no": a denied access, or a registry on a system
//! without one, must not look like an app that is absent.
//!
//! | need | entry |
//! |---|---|
//! | this machine | [`this_machine`] |
//! | a model of a Windows, for command lines on any system | [`WindowsModel`] |
//! | a machine for tests | `fake::FakeSystem` |
//! | the account and the view of a question | [`Perspective`] |
//! | variables such as `%X%` in paths | [`Environment::expand`] |

mod clean_windows;
mod device;
mod environment;
#[cfg(feature = "fake")]
pub mod fake;
mod model;
mod on_disk;
mod processes;
mod questions;
#[cfg(any(windows, test))]
mod registry_value;
#[cfg(unix)]
mod unix;
mod view_environment;
#[cfg(windows)]
mod windows;

pub use device::{Architecture, BootIdentity, Device, SignedInUser};
pub use environment::Environment;
pub use model::WindowsModel;
pub use processes::{
    Arguments, Output, ProcessIdentity, Processes, Running, Start, StartError, StartedProcess, Wait,
};
pub use questions::{
    Account, FileFacts, FileKind, FileVersion, Files, InstalledProduct, Perspective, Products, Registry,
    RegistryValue, SystemKind, Unanswered,
};
pub use view_environment::for_process;
pub use waybill_intune::{Hive, RegistryKey, View};
pub use waybill_pe::{LoadedAs, Machine};

/// A machine as rules and commands see it.
pub trait System: Send + Sync {
    /// The kind of system, which decides about separators, shells and the questions that have answers.
    fn kind(&self) -> SystemKind;
    /// The files and folders of the machine.
    fn files(&self) -> &dyn Files;
    /// The registry of the machine, in both views.
    fn registry(&self) -> &dyn Registry;
    /// The products that Windows Installer has installed.
    fn products(&self) -> &dyn Products;
    /// Starting programs, and finding those that run.
    fn processes(&self) -> &dyn Processes;
    /// Facts of the device: processor, memory, Windows build, environments, boot.
    fn device(&self) -> &dyn Device;

    /// The signed-in user, if this process runs as the system account; `None` otherwise. Such a user needs access to
    /// our folders granted, because they belong to the system account.
    fn user_to_let_in(&self) -> Option<SignedInUser> {
        let device = self.device();
        if device.own_account() == Account::System { device.signed_in_user().ok().flatten() } else { None }
    }
}

/// Every type that implements the five traits is a machine.
impl<T: Files + Registry + Products + Processes + Device> System for T {
    fn kind(&self) -> SystemKind {
        self.system_kind()
    }
    fn files(&self) -> &dyn Files {
        self
    }
    fn registry(&self) -> &dyn Registry {
        self
    }
    fn products(&self) -> &dyn Products {
        self
    }
    fn processes(&self) -> &dyn Processes {
        self
    }
    fn device(&self) -> &dyn Device {
        self
    }
}

/// The machine that this program runs on.
pub fn this_machine() -> impl System {
    ThisMachine
}

/// The machine that this program runs on. The modules `on_disk` and `unix` or `windows` implement its traits.
struct ThisMachine;

/// Says that this process starts children through [`Processes::create`] alone, so that every other child of it was adopted
/// from a program. Without this a descendant that has joined the process group of this process passes for somebody else's
/// child, and is neither ended with its program nor listed among those that survive it. Windows has jobs for this, and
/// needs no word of it.
pub fn own_all_children() {
    #[cfg(unix)]
    unix::own_all_children();
}
