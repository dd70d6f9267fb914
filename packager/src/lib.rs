#![doc = include_str!("../README.md")]
//!
//! # Entry points
//!
//! | need | entry |
//! |---|---|
//! | pack | [`pack::pack`]; the payload alone: [`pack::write_payload`] |
//! | list what will be packed | [`walk::walk`], [`exclude::Exclusions`] |
//! | find the setup file in it | [`setup_file::locate`] |
//! | draft an app.json from the installer; fill it in when packing | [`init::init`], [`init::fill_app_document`] |
//! | make an app from a manifest of winget | [`winget::init_from_winget`] |
//! | what an MSI says of itself | [`msi::MsiFacts::read`] |
//! | what a setup file is, and which switches it takes | [`recognise::recognise`] |
//! | a program's architecture and version | [`waybill_pe::Program::read`] |
//! | find what goes wrong in practice | [`lint::lint`] |

#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub mod exclude;
pub mod init;
mod invisible_names;
pub mod lint;
pub mod msi;
pub mod pack;
pub mod recognise;
pub mod setup_file;
pub mod walk;
pub mod winget;

// Their types are in this crate's signatures, so a caller needs exactly these versions.
pub use waybill_context::Context;
pub use {intunewin, waybill_context, waybill_pe, waybill_schemas};
