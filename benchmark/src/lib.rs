//! Measures packing and delivery, stage by stage, against what this machine can do.
//!
//! Every stage runs in a process of its own, so that its processor time and peak memory are its own; so do the server
//! and the limits: single-thread SHA-256, AES-CBC both ways, deflate, inflate, memory copy, file write and read, a bare
//! HTTP download. A stage is reported as a share of the least time that the limits allow for its work: shares can be
//! compared between machines, absolute figures cannot.
//!
//! | need | entry |
//! |---|---|
//! | measure once | [`bench`](fn@bench) |
//! | how throughput and memory change as work grows | [`sweep`] |
//! | compare a run with an earlier one | [`compare`] |
//! | what the process of a stage does | [`answer`] |

mod bench;
mod chart;
mod child;
mod compare;
pub mod figures;
mod folder;
mod limit;
mod machine;
mod markdown;
mod options;
mod payload;
mod rounds;
mod stage;
mod sweep;
pub mod table;
mod task;
#[cfg(test)]
mod tests;
mod worker;

pub use bench::bench;
pub use chart::chart;
pub use compare::{CompareError, ROUNDS_TO_COMPARE, check_baseline, compare};
pub use markdown::{markdown, sweep_markdown};
pub use options::{BenchError, BenchOptions, BenchRequest, Data, PayloadPlan, StageProgram, Subject};
pub use rounds::Watcher;
pub use sweep::{SweepRequest, sweep};
pub use worker::answer;
