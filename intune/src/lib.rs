//! What Intune and its agent do, and what their words mean.

mod identity;
mod registry_key;
mod retry;
mod return_codes;
mod version;
mod windows_release;

pub use identity::identify;
pub use registry_key::{Hive, RegistryKey};
pub use retry::RetryPolicy;
pub use return_codes::{CodeKind, ReturnCodes};
pub use version::{NoVersion, VersionNumber};
pub use windows_release::{build_of_release, release_of_build};
