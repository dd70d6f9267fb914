//! What the tests across crates share; the tests themselves are the modules of `main.rs`.
