//! Unix: files, programs and device facts. Registry and Windows Installer answer that they need Windows.

mod account;
mod device;
mod files;
mod processes;
mod without_windows;

use crate::{Device, Files, Processes, Products, Registry, System, SystemKind};
use device::UnixDevice;
use files::UnixFiles;
use processes::UnixProcesses;
use without_windows::WithoutWindows;

/// This machine, as Unix tells it.
pub(crate) struct UnixSystem {
    processes: UnixProcesses,
}

impl UnixSystem {
    pub(crate) fn new() -> Self {
        Self { processes: UnixProcesses::new() }
    }
}

impl System for UnixSystem {
    fn kind(&self) -> SystemKind {
        SystemKind::Unix
    }
    fn files(&self) -> &dyn Files {
        &UnixFiles
    }
    fn registry(&self) -> &dyn Registry {
        &WithoutWindows
    }
    fn products(&self) -> &dyn Products {
        &WithoutWindows
    }
    fn processes(&self) -> &dyn Processes {
        &self.processes
    }
    fn device(&self) -> &dyn Device {
        &UnixDevice
    }
}
