//! Windows: files, both views of the registry, Windows Installer, programs and device facts.

mod account;
mod device;
mod environment;
mod files;
mod processes;
mod products;
mod registry;
mod user_access;
mod write_access;

use crate::{Device, Files, Processes, Products, Registry, System, SystemKind};
use device::WindowsDevice;
use files::WindowsFiles;
use processes::WindowsProcesses;
use products::WindowsProducts;
use registry::WindowsRegistry;

/// This machine; every question is answered by Windows itself.
pub(crate) struct WindowsSystem {
    processes: WindowsProcesses,
}

impl WindowsSystem {
    pub(crate) fn new() -> Self {
        Self { processes: WindowsProcesses::new() }
    }
}

impl System for WindowsSystem {
    fn kind(&self) -> SystemKind {
        SystemKind::Windows
    }
    fn files(&self) -> &dyn Files {
        &WindowsFiles
    }
    fn registry(&self) -> &dyn Registry {
        &WindowsRegistry
    }
    fn products(&self) -> &dyn Products {
        &WindowsProducts
    }
    fn processes(&self) -> &dyn Processes {
        &self.processes
    }
    fn device(&self) -> &dyn Device {
        &WindowsDevice
    }
}
