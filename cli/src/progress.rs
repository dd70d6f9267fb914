//! Progress on stderr: bars on a terminal, plain lines elsewhere, nothing with `-q`.

use crate::output::say;
use crate::text::{Bytes, lasted};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use waybill_context::{Progress, Stage};

/// A stage that ends before this gets no bar, and a bar is drawn again this often.
const BAR_EVERY: Duration = Duration::from_millis(150);

/// How often plain lines are printed; a stage that ends before this gets none.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Shows the stages of the work on stderr.
pub(crate) struct Watch {
    manner: Manner,
    stages: Mutex<HashMap<Stage, Running>>,
}

enum Manner {
    Silent,
    Bars(MultiProgress),
    Lines,
}

struct Running {
    started: Instant,
    told: Instant,
    total: Option<u64>,
    done: u64,
    skipped: u64,
    shown: bool,
    bar: Option<ProgressBar>,
}

impl Watch {
    /// Shows bars where stderr is a terminal and no log lines would run through them.
    pub(crate) fn new(quiet: bool, logs: bool) -> Self {
        let manner = match (quiet, std::io::stderr().is_terminal() && !logs) {
            (true, _) => Manner::Silent,
            (false, true) => Manner::Bars(MultiProgress::new()),
            (false, false) => Manner::Lines,
        };
        Self { manner, stages: Mutex::default() }
    }

    fn with_stage(&self, stage: Stage, act: impl FnOnce(&mut Running)) {
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = stages.get_mut(&stage) {
            act(running);
        }
    }
}

impl Progress for Watch {
    fn begin(&self, stage: Stage, total: Option<u64>) {
        if matches!(self.manner, Manner::Silent) {
            return;
        }
        let now = Instant::now();
        let running =
            Running { started: now, told: now, total, done: 0, skipped: 0, shown: false, bar: None };
        // A thread that panicked while it drew a bar must not stop the work of the others.
        self.stages.lock().unwrap_or_else(PoisonError::into_inner).insert(stage, running);
    }

    fn advance(&self, stage: Stage, bytes: u64) {
        self.with_stage(stage, |running| {
            running.done += bytes;
            match &self.manner {
                Manner::Silent => {}
                Manner::Bars(bars) if running.is_due(BAR_EVERY) => running.draw(stage, bars),
                Manner::Lines if running.is_due(LINE_EVERY) => running.tell(stage),
                Manner::Bars(_) | Manner::Lines => {}
            }
        });
    }

    fn skip(&self, stage: Stage, bytes: u64) {
        self.with_stage(stage, |running| {
            running.done += bytes;
            running.skipped += bytes;
        });
    }

    fn end(&self, stage: Stage) {
        let ended = self.stages.lock().unwrap_or_else(PoisonError::into_inner).remove(&stage);
        let Some(running) = ended else { return };
        if let Some(bar) = &running.bar {
            bar.finish_and_clear();
        }
        if running.shown {
            let took = running.started.elapsed();
            say(&format!(
                "{}: {} in {}",
                title(stage),
                Bytes(running.done - running.skipped),
                lasted(took.as_secs_f64())
            ));
        }
    }
}

impl Running {
    fn is_due(&mut self, every: Duration) -> bool {
        let due = self.told.elapsed() >= every;
        if due {
            self.told = Instant::now();
        }
        due
    }

    fn draw(&mut self, stage: Stage, bars: &MultiProgress) {
        let told = self.told();
        let bar = self.bar.get_or_insert_with(|| {
            let bar = bars.add(self.total.map_or_else(ProgressBar::no_length, ProgressBar::new));
            bar.with_style(style(self.total)).with_prefix(title(stage))
        });
        bar.set_message(told);
        bar.set_position(self.done);
    }

    fn tell(&mut self, stage: Stage) {
        // Only a stage that was announced gets a line at its end.
        self.shown = true;
        let percent = match self.total.filter(|total| *total > 0) {
            Some(total) => format!("{} %, ", self.done.min(total) * 100 / total),
            None => String::new(),
        };
        say(&format!("{}: {percent}{}", title(stage), self.told()));
    }

    fn told(&self) -> String {
        told(self.done, self.skipped, self.total, self.started.elapsed())
    }
}

fn style(total: Option<u64>) -> ProgressStyle {
    let template =
        if total.is_some() { "{prefix:>14} {bar:30} {msg}" } else { "{prefix:>14} {spinner} {msg}" };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.progress_chars("━╸ ")
}

/// How much is done, at which mean rate, and how long the rest takes. Bytes of an earlier run do not count for the
/// rate.
fn told(done: u64, skipped: u64, total: Option<u64>, elapsed: Duration) -> String {
    let rate = (done - skipped) as f64 / elapsed.as_secs_f64().max(0.001);
    let at = Bytes(rate as u64);
    match total {
        Some(total) => {
            let left = (total.saturating_sub(done) as f64 / rate.max(1.0)).ceil();
            format!("{} of {}, {at}/s, {left:.0} s left", Bytes(done), Bytes(total))
        }
        None => format!("{}, {at}/s", Bytes(done)),
    }
}

fn title(stage: Stage) -> &'static str {
    match stage {
        Stage::Scan => "listing",
        Stage::Pack => "packing",
        Stage::Download => "downloading",
        Stage::Digest => "digesting",
        Stage::Authenticate => "authenticating",
        Stage::Inflate => "inflating",
        Stage::Check => "checking",
        Stage::Unpack => "unpacking",
        _ => "working",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_and_time_left_are_told() {
        let after = Duration::from_secs(4);
        assert_eq!(told(4 << 20, 0, Some(16 << 20), after), "4.0 MiB of 16.0 MiB, 1.0 MiB/s, 12 s left");
        assert_eq!(told(8 << 20, 0, None, after), "8.0 MiB, 2.0 MiB/s");
        assert_eq!(told(12 << 20, 8 << 20, None, after), "12.0 MiB, 1.0 MiB/s");
        assert_eq!(told(0, 0, Some(0), Duration::ZERO), "0 bytes of 0 bytes, 0 bytes/s, 0 s left");
    }

    #[test]
    fn short_stages_are_silent_and_unknown_ones_harmless() {
        let watch = Watch { manner: Manner::Lines, stages: Mutex::default() };
        watch.advance(Stage::Pack, 1);
        watch.begin(Stage::Pack, Some(10));
        watch.advance(Stage::Pack, 10);
        watch.with_stage(Stage::Pack, |running| assert_eq!((running.done, running.shown), (10, false)));
        watch.end(Stage::Pack);
        watch.end(Stage::Pack);
        assert!(watch.stages.lock().unwrap().is_empty());
    }
}
