use std::sync::{Mutex, PoisonError};
use waybill_schemas::report::delivery::Observation;

/// What was out of the ordinary, each kind once with its count; also told as it happens, at the debug level.
#[derive(Debug, Default)]
pub struct Observations(Mutex<Vec<Observation>>);

impl Observations {
    /// `rule` acted on `seen`. URLs in it have no query.
    pub fn note(&self, rule: &str, seen: impl Into<String>) {
        let seen = seen.into();
        tracing::debug!(rule, seen, "out of the ordinary");
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match entries.iter_mut().find(|entry| entry.rule == rule) {
            Some(entry) => {
                entry.times += 1;
                entry.seen = seen;
            }
            None => entries.push(Observation { rule: rule.to_owned(), seen, times: 1 }),
        }
    }

    /// All of it, for the report.
    pub fn take(&self) -> Vec<Observation> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
