//! The measured part of a process.

use super::Outcome;
use crate::own_usage;
use crate::task::Answer;
use std::time::Instant;

/// Runs `work`, which says how many bytes went through. What was done before is not part of it.
pub(super) fn timed(work: impl FnOnce() -> Outcome<u64>) -> Outcome<Answer> {
    let cpu_before = own_usage::cpu().as_secs_f64();
    let started = Instant::now();
    let bytes = work()?;
    let seconds = started.elapsed().as_secs_f64();
    Ok(Answer { bytes, seconds, cpu_before, ..Answer::default() })
}
