//! What Intune and its agent do, and what their words mean.

pub mod command_line;
mod identity;
pub mod path;
mod registry_key;
mod retry;
mod return_codes;
pub mod right_line;
mod version;
pub mod view;
mod windows_release;

pub use identity::identify;
pub use registry_key::{Hive, RegistryKey};
pub use retry::RetryPolicy;
pub use return_codes::{CodeKind, ReturnCodes};
pub use version::{NoVersion, VersionNumber};
pub use view::View;
pub use windows_release::{build_of_release, release_of_build};
