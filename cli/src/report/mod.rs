//! Reports as people read them. Each function writes one kind; the data are in `waybill_schemas::report`.

pub(crate) mod benchmark;
pub(crate) mod bytes;
pub(crate) mod diff;
pub(crate) mod error;
pub(crate) mod explain;
pub(crate) mod fetch;
pub(crate) mod fields;
pub(crate) mod init;
pub(crate) mod inspect;
pub(crate) mod install;
pub(crate) mod lint;
pub(crate) mod pack;
pub(crate) mod printable;
pub(crate) mod publish;
pub(crate) mod rehearsal;
pub(crate) mod sentence;
pub(crate) mod serve;
pub(crate) mod style;
pub(crate) mod unpack;
pub(crate) mod verify;
pub(crate) mod wrap;
