//! The machine as rules and commands see it: files, registry, installed products, processes, device facts.
//!
//! [`System`] is five small traits, each behind a real implementation for Windows, one for Unix where it makes sense, and a
//! fake in memory for tests (feature `fake`). It decides nothing: which view a rule asks, what an exit code stands for
//! and when a command runs is the business of `installer-runner`.
//!
//! A question that cannot be answered is [`Unanswered`], never "no": access that is denied, or a registry on a host that
//! has none, must not look like an app that is not there.
//!
//! | need | entry |
//! |---|---|
//! | this machine | [`this_machine`] |
//! | a machine for tests | `fake::FakeSystem` |
//! | who looks, through which view | [`Perspective`] |
//! | `%X%` in paths | [`Environment::expand`] |

mod device;
mod environment;
#[cfg(feature = "fake")]
pub mod fake;
mod on_disk;
mod processes;
mod questions;
#[cfg(any(windows, test))]
mod registry_value;
#[cfg(unix)]
mod unix;
#[cfg(any(windows, test))]
mod view_environment;
#[cfg(windows)]
mod windows;

pub use device::{Architecture, BootIdentity, Device, SignedInUser};
pub use environment::Environment;
pub use processes::{
    Arguments, Output, ProcessIdentity, Processes, Running, Start, StartError, StartedProcess, Wait,
};
pub use questions::{
    Account, FileFacts, FileKind, FileVersion, Files, InstalledProduct, Perspective, Products, Registry,
    RegistryValue, SystemKind, Unanswered,
};
pub use waybill_intune::{Hive, RegistryKey, View};

/// A machine, as rules and commands see it.
pub trait System: Send + Sync {
    /// What kind of system it is: decides separators, shells and which questions have answers.
    fn kind(&self) -> SystemKind;
    /// Files and folders.
    fn files(&self) -> &dyn Files;
    /// The registry.
    fn registry(&self) -> &dyn Registry;
    /// What Windows Installer has installed.
    fn products(&self) -> &dyn Products;
    /// Programs that run.
    fn processes(&self) -> &dyn Processes;
    /// Processor, memory, release, environment, boot.
    fn device(&self) -> &dyn Device;

    /// The user whom folders of ours have to be opened to: where we are the system, and somebody is signed in.
    fn user_to_let_in(&self) -> Option<SignedInUser> {
        let device = self.device();
        if device.own_account() == Account::System { device.signed_in_user().ok().flatten() } else { None }
    }
}

/// What answers all five kinds of questions is a machine.
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

/// Answered by `on_disk`, and by `unix` or `windows`.
struct ThisMachine;
