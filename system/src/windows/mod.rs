//! Windows: rights of folders, both views of the registry, Windows Installer, programs and device facts.

pub(crate) mod access;
mod account;
mod device;
mod environment;
mod processes;
mod products;
mod registry;
