//! From a URL to a content folder, or to nothing: download, validate and decrypt, unpack and move into place.
//!
//! [`fetch`] does all three phases, [`download`] the first two; [`fetch_async`] is the same for a caller on a tokio runtime. What it takes is a [`FetchRequest`]; what it did, a
//! [`FetchReport`](waybill_schemas::report::delivery::FetchReport).
//!
//! Phase 1 resumes: an interrupted download goes on from what is held, whoever interrupts it and however. Phase 2
//! ends with the last byte, because MAC and digest run behind the download. Phase 3 writes the files beside their
//! place and renames them into it. `docs/delivery.md` has the rules that servers are judged by.

mod download;
mod error;
mod fetch;
mod journal;
mod layout;
mod locate;
mod manifest;
mod place;
mod request;

pub use error::{DownloadError, FetchError, FolderFault, LocateError, ManifestError, PlaceError, Unfinished};
pub use fetch::{download, fetch, fetch_async};
pub use layout::{CacheNameError, cache_folder};
pub use request::{Destination, FetchOptions, FetchRequest, Location, Wanted};
pub use waybill_transport::{
    CertificateDer, CertificateError, ProxyChoice, SecretUrl, TransportError, certificates,
};
