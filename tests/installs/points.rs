//! The points at which runners are killed.

use crate::installers::{Installer, STEPS};
use waybill_context::failpoint;

/// When a runner is killed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Moment {
    /// At this failpoint, as `WAYBILL_FAILPOINT` takes it.
    Point(String),
    /// One run is killed at the first failpoint, and the next one at the second.
    AfterDeath(&'static str, String),
    /// When the installer has taken this many steps, whatever the runner is doing then.
    Steps(usize),
    /// Right after this many decisions, while the runner goes on.
    Decisions(usize),
}

/// A runner that is killed, with its installer and the moment.
#[derive(Debug, Clone)]
pub(crate) struct Kill {
    pub(crate) installer: Installer,
    pub(crate) moment: Moment,
}

/// The number of writes of an attempt to the journal: begin, process, end, verdict and settled, and one for a restart.
fn writes(installer: Installer) -> usize {
    if installer == Installer::SoftRestart { 6 } else { 5 }
}

/// Kills at every named point of an attempt, and at each write to the journal.
pub(crate) fn named() -> Vec<Kill> {
    let all = [Installer::Quick, Installer::SoftRestart, Installer::InSteps, Installer::ByChild];
    let of = |installer| named_points(writes(installer)).map(move |point| (installer, Moment::Point(point)));
    // After its last write an attempt is over, and a child that is still running keeps nobody waiting.
    let is_over = |installer, point: &Moment| {
        installer == Installer::ByChild && *point == Moment::Point("state-written#5".to_owned())
    };
    kills(all.into_iter().flat_map(of).filter(|(installer, point)| !is_over(*installer, point)))
}

fn named_points(writes: usize) -> impl Iterator<Item = String> {
    let each = move |point: &'static str| {
        let times = if point.starts_with("state-") { writes } else { 1 };
        (1..=times).map(move |nth| format!("{point}#{nth}"))
    };
    failpoint::INSTALL.iter().filter(|point| !point.starts_with("earlier-")).copied().flat_map(each)
}

/// Kills while a run completes one that was killed: before its installer ran, after it ended, and before it was judged.
pub(crate) fn after_death() -> Vec<Kill> {
    let deaths = ["installer-created", "installer-ended", "state-written#3"];
    let of = |death: &'static str| {
        let end = usize::from(death != "state-written#3"); // that one is written already
        let points = ["state-writing", "state-written"].into_iter();
        let points = points.flat_map(move |point| (1..=2 + end).map(move |nth| format!("{point}#{nth}")));
        points.chain(["earlier-settling".to_owned()]).map(move |point| Moment::AfterDeath(death, point))
    };
    let installers = [Installer::Quick, Installer::SoftRestart];
    let moments: Vec<_> = deaths.into_iter().flat_map(of).collect();
    kills(moments.into_iter().enumerate().map(|(number, moment)| (installers[number % 2], moment)))
}

/// Kills while the installer works.
pub(crate) fn in_the_middle() -> Vec<Kill> {
    kills((0..STEPS).map(|steps| (Installer::InSteps, Moment::Steps(steps))))
}

/// Kills after each decision. A quick attempt makes six before it is judged.
pub(crate) fn decided() -> Vec<Kill> {
    let counts = (1..=6).map(Moment::Decisions);
    kills(counts.flat_map(|moment| [(Installer::Quick, moment.clone()), (Installer::SoftRestart, moment)]))
}

fn kills(all: impl Iterator<Item = (Installer, Moment)>) -> Vec<Kill> {
    all.map(|(installer, moment)| Kill { installer, moment }).collect()
}
