//! Measures packing and delivery, stage by stage, against what this machine can do.

mod chart;
mod figures;
mod markdown;

pub use chart::chart;
pub use markdown::{markdown, sweep_markdown};
