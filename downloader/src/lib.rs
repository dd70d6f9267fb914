#![doc = include_str!("../README.md")]

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

// Their types are in this crate's signatures, so a caller needs exactly these versions.
pub use intunewin::{self, ArchivePolicy};
pub use waybill_context::{Cancel, Clock, Context, Progress};
pub use waybill_disk::{self, LockError, RootError, StagingError, space::SpaceError};
pub use waybill_schemas::report::delivery::FetchReport;
pub use waybill_schemas::{self, EncryptionInfo};
pub use waybill_transport::{
    self, CertificateDer, CertificateError, ProxyChoice, SecretUrl, TransportError, UrlError, certificates,
};
