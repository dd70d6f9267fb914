//! The kill campaign of the runner. Whatever a runner is doing when it is killed, the next run knows of the attempt,
//! waits for an installer that still runs, lets detection decide if its end was not seen, and never installs twice.

use crate::child::Runner;
use crate::device::{APP, Device, Opener};
use crate::installers::Installer;
use crate::points::{self, Kill, Moment};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use waybill_installer_runner::{AttemptEnd, AttemptJournal as _, AttemptRecord};
use waybill_schemas::report::install::{AttemptOutcome, RestartNeed};

/// The variable that asks for all points; without it only a part of them is used.
const ALL: &str = "WAYBILL_KILLS";

/// Without [`ALL`], one in this many of the points is used.
const SHORT: usize = if cfg!(windows) { 8 } else { 3 };

#[test]
fn what_was_killed_is_never_installed_twice() {
    let (started, waited) = (Instant::now(), AtomicUsize::new(0));
    let step = if std::env::var_os(ALL).is_some() { 1 } else { SHORT };
    let all = [points::named(), points::after_death(), points::in_the_middle(), points::decided()];
    assert!(all.iter().map(Vec::len).sum::<usize>() >= 100);
    let few = all.map(|kills| kills.into_iter().step_by(step).collect::<Vec<_>>());
    let [named, after_death, middle, decided] = few.each_ref().map(Vec::len);
    let kills = few.concat();
    campaign(&kills, &waited);
    waybill_tests::counted(&format!(
        "kill campaign (runner): {} points ({named} named, {after_death} after a death, {middle} in the installer's \
         steps, {decided} at decisions), each installed once; {} waited for a living installer, {:.0} s",
        kills.len(),
        waited.into_inner(),
        started.elapsed().as_secs_f64()
    ));
}

/// Runs all kills, several at once; counts in `waited` the runs that waited for an installer.
fn campaign(kills: &[Kill], waited: &AtomicUsize) {
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(kill) = kills.get(next.fetch_add(1, Ordering::Relaxed)) {
            match catch_unwind(AssertUnwindSafe(|| survive(kill))) {
                Ok(has_waited) => drop(waited.fetch_add(usize::from(has_waited), Ordering::Relaxed)),
                Err(_) => failures.lock().unwrap_or_else(PoisonError::into_inner).push(kill.clone()),
            }
        }
    };
    let threads = thread::available_parallelism().map_or(2, usize::from).clamp(2, 4);
    thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} of {} points: {failures:#?}", failures.len(), kills.len());
}

/// Runs one kill and the next run; returns whether the latter waited for the installer.
fn survive(kill: &Kill) -> bool {
    let device = Device::new(kill.installer);
    strike(kill, &device);
    let (left, runs) = (device.history(), device.runs());
    assert!(runs <= 1 && left.len() <= 1, "{kill:?}: {runs} runs, {left:?}");
    assert!(runs == 0 || is_known(&left), "{kill:?}: an installer ran that nobody knows of: {left:?}");

    let opener = Opener::new(&device);
    let report = device.install(&opener);
    assert!(
        matches!(report.outcome, AttemptOutcome::Installed | AttemptOutcome::AlreadyInstalled),
        "{kill:?}: {report:#?}"
    );
    assert!(device.is_installed() && device.runs() == 1, "{kill:?}: {} runs; {report:#?}", device.runs());
    let history = device.history();
    assert!(history.iter().all(is_over), "{kill:?}: {history:#?}");
    check_restart(kill, &device, &history);

    let again = device.install(&());
    assert_eq!(
        (again.outcome, again.changed, device.runs()),
        (AttemptOutcome::AlreadyInstalled, false, 1),
        "{kill:?}"
    );
    assert_eq!(device.history(), history, "{kill:?}: nothing is left to be made up for");
    opener.has_waited()
}

/// Starts one runner, or two in turn, and kills each at its moment.
fn strike(kill: &Kill, device: &Device) {
    match &kill.moment {
        Moment::Point(point) => {
            if kill.installer.waits() && is_after_the_run(point) {
                device.let_take(if kill.installer == Installer::InSteps {
                    crate::installers::STEPS
                } else {
                    0
                });
            }
            Runner::at(point, device).kill();
        }
        Moment::AfterDeath(death, point) => {
            Runner::at(death, device).kill();
            Runner::at(point, device).kill();
        }
        Moment::Steps(steps) => {
            device.let_take(*steps);
            let runner = Runner::start(device);
            wait_until(|| device.runs() == 1 && device.lines("trace") >= *steps);
            runner.kill();
        }
        Moment::Decisions(count) => {
            let mut runner = Runner::start(device);
            runner.wait_for_decisions(*count);
            runner.kill();
        }
    }
}

/// Whether a failpoint is only reached when the installer has ended.
fn is_after_the_run(point: &str) -> bool {
    let nth = point.rsplit_once('#').and_then(|(_, nth)| nth.parse().ok()).unwrap_or(1);
    match point.split_once('#').map_or(point, |(name, _)| name) {
        "state-writing" | "state-written" => nth > 2,
        name => matches!(name, "installer-ended" | "attempt-detecting"),
    }
}

/// Whether the installer's process is in the journal.
fn is_known(left: &[AttemptRecord]) -> bool {
    left.iter().any(|attempt| attempt.process.is_some())
}

fn is_over(attempt: &AttemptRecord) -> bool {
    attempt.settled && attempt.end.is_some() && attempt.verdict.is_some()
}

/// Asserts that a restart is noted if and only if a run saw the exit code that asks for it.
fn check_restart(kill: &Kill, device: &Device, history: &[AttemptRecord]) {
    let seen = AttemptEnd::Exited(Installer::SOFT_RESTART);
    let is_seen = history.iter().any(|attempt| attempt.end.as_ref() == Some(&seen));
    assert!(!is_seen || kill.installer == Installer::SoftRestart);
    let restarts = device.state().restarts().unwrap();
    let noted: Vec<_> = restarts.iter().map(|restart| (restart.app.as_str(), restart.need)).collect();
    let expected = if is_seen { vec![(APP, RestartNeed::Soft)] } else { Vec::new() };
    assert_eq!(noted, expected, "{kill:?}: {history:#?}");
}

/// Waits until `is_so` returns `true` because of what another process does.
fn wait_until(mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(120), "waited in vain");
        thread::sleep(Duration::from_millis(2));
    }
}

/// One install that is killed six times; each run knows of the attempts before.
#[test]
fn killed_again_and_again() {
    let device = Device::new(Installer::InSteps);
    for point in ["state-writing#1", "state-written#1", "installer-creating", "installer-created"] {
        Runner::at(point, &device).kill();
        assert_eq!(device.runs(), 0, "{point}");
    }
    Runner::at("installer-running", &device).kill();
    wait_until(|| device.runs() == 1);
    let mut waiting = Runner::start(&device);
    waiting.wait_for_decisions(1);
    waiting.kill();
    let opener = Opener::new(&device);
    let report = device.install(&opener);
    assert_eq!((report.outcome, device.runs()), (AttemptOutcome::AlreadyInstalled, 1), "{report:#?}");
    assert!(opener.has_waited() && device.history().iter().all(is_over));
}
