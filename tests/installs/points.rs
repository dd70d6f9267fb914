//! Where runners are killed.

use crate::installers::{Installer, STEPS};
use waybill_context::failpoint;

/// Where one kill comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Moment {
    /// At a point, as `WAYBILL_FAILPOINT` takes it.
    Point(String),
    /// At a point of the run that comes after one that was killed at the first.
    AfterDeath(&'static str, String),
    /// When the installer has taken so many steps, whatever the runner is doing then.
    Steps(usize),
    /// Right after so many decisions; the runner goes on meanwhile.
    Decisions(usize),
}

/// One kill.
#[derive(Debug, Clone)]
pub(crate) struct Kill {
    pub(crate) installer: Installer,
    pub(crate) moment: Moment,
}

/// What an attempt writes into its journal: its begin, process, end, verdict and that it is settled; with a restart one
/// more.
fn writes(installer: Installer) -> usize {
    if installer == Installer::SoftRestart { 6 } else { 5 }
}

/// At every named point of the attempt, and each time that something is written.
pub(crate) fn named() -> Vec<Kill> {
    let all = [Installer::Quick, Installer::SoftRestart, Installer::InSteps, Installer::ByChild];
    let of = |installer| named_points(writes(installer)).map(move |point| (installer, Moment::Point(point)));
    // With its last write an attempt is over, and a child that lives on keeps nobody waiting any more.
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

/// While a run makes up for one that was killed: before its installer ran, when it had ended, and before it was judged.
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

/// While the installer works.
pub(crate) fn in_the_middle() -> Vec<Kill> {
    kills((0..STEPS).map(|steps| (Installer::InSteps, Moment::Steps(steps))))
}

/// As decisions fall. A quick attempt makes six before it judges.
pub(crate) fn decided() -> Vec<Kill> {
    let counts = (1..=6).map(Moment::Decisions);
    kills(counts.flat_map(|moment| [(Installer::Quick, moment.clone()), (Installer::SoftRestart, moment)]))
}

fn kills(all: impl Iterator<Item = (Installer, Moment)>) -> Vec<Kill> {
    all.map(|(installer, moment)| Kill { installer, moment }).collect()
}
