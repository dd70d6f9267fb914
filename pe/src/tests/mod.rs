//! Tests, and the programs that they and those of other crates are made of.

#[cfg(test)]
mod programs;
pub mod sample;
