//! From a source folder to a package: walking and leaving out, MSI facts, what an installer is, `init`, packing, lint.
//!
//! | need | entry |
//! |---|---|
//! | list what will be packed | [`walk`](walk::walk) |
//! | find the setup file in it | [`setup_file::locate`] |
//! | draft an app.json from the installer; fill it in when packing | [`init::init`], [`init::fill_app_document`] |
//! | what an MSI says of itself | [`msi::MsiFacts::read`] |
//! | what a setup file is, and which switches it takes | [`recognise::recognise`] |
//! | a program's architecture and version | `waybill_pe::Program::read` |
//! | find what goes wrong in practice | [`lint::lint`] |

#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub mod exclude;
pub mod init;
pub mod lint;
pub mod msi;
pub mod pack;
pub mod recognise;
pub mod setup_file;
pub mod walk;
