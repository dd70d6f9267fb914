//! Code that the tests across crates share; the tests themselves are the modules of `main.rs`.

mod counted;
pub mod fault_server;
pub mod packed_folder;
pub mod published_content;
pub mod read_package;
pub mod sealed_package;
pub mod witness;

pub use counted::counted;
