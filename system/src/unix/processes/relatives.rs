//! Who descends from a program that was started here, also where a process has left its group and its parent has ended.
//!
//! On Linux this process becomes a subreaper (prctl(2), PR_SET_CHILD_SUBREAPER) with its first start: a process whose
//! parent ends becomes a child of this one, instead of init's, and is found again. So a double fork, a `setsid` or a
//! daemon does not get away. Other systems have nothing like it; there such a process is not found.

use super::table::{ProcessEntry, ProcessTable};
use crate::{ProcessIdentity, Unanswered};
use std::collections::BTreeSet;
use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What this process has started.
#[derive(Default)]
struct Starts {
    /// The direct children that were not waited for yet; every other child of this process was adopted.
    children: BTreeSet<u32>,
    /// The programs that somebody still holds.
    held: Vec<ProcessIdentity>,
    /// The programs that nobody holds any more, and that run or may have left a process: one that is adopted later may be
    /// theirs.
    let_go: Vec<ProcessIdentity>,
    /// Whether no other part of this process starts any: see [`own_all_children`].
    owns_all: bool,
}

static STARTS: Mutex<Starts> =
    Mutex::new(Starts { children: BTreeSet::new(), held: Vec::new(), let_go: Vec::new(), owns_all: false });

/// Says that this process starts children by this module alone. Then a process that was adopted is a program's even where
/// it has joined the group of this process, by which it would otherwise pass for somebody else's child.
pub(crate) fn own_all_children() {
    starts().owns_all = true;
}

/// Held over each start and each look at the list of processes, so that a child that was just started is never taken
/// for an adopted one.
fn starts() -> MutexGuard<'static, Starts> {
    STARTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a direct child. [`wait_for`] must be called for it.
pub(super) fn spawn(command: &mut Command) -> io::Result<Child> {
    #[cfg(target_os = "linux")]
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    let mut starts = starts();
    forget_the_ended(&mut starts);
    let child = command.spawn()?;
    starts.children.insert(child.id());
    Ok(child)
}

/// Waits for the end of a direct child.
pub(super) fn wait_for(child: &mut Child) -> io::Result<ExitStatus> {
    let pid = child.id();
    let status = child.wait();
    starts().children.remove(&pid);
    status
}

/// A program that somebody holds. While this lives, its adopted descendants are known as its own.
pub(super) struct Held(ProcessIdentity);

impl Held {
    pub(super) fn new(root: &ProcessIdentity) -> Self {
        starts().held.push(root.clone());
        Self(root.clone())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut starts = starts();
        starts.held.retain(|one| *one != self.0);
        starts.let_go.push(self.0.clone());
        forget_the_ended(&mut starts);
    }
}

/// Forgets the programs that were let go and of which nothing can be there any more.
fn forget_the_ended(starts: &mut Starts) {
    if starts.let_go.is_empty() {
        return;
    }
    // Where the processes cannot be listed, all are remembered: what is counted to nobody is never ended.
    let Ok(table) = ProcessTable::now() else { return };
    let own = std::process::id();
    let let_go = std::mem::take(&mut starts.let_go);
    starts.let_go = let_go.into_iter().filter(|one| may_have_left(one, &table, starts, own)).collect();
}

/// Whether this program runs, or a process of its group or one that was adopted after its start does.
fn may_have_left(program: &ProcessIdentity, table: &ProcessTable, starts: &Starts, own: u32) -> bool {
    let is_left = |entry: &ProcessEntry| {
        let is_adopted = is_adopted(entry, table, starts, own);
        !entry.ended && entry.started >= program.started && is_adopted
    };
    table.is_running(program)
        || !table.tree(program, |_| false).is_empty()
        || table.0.iter().any(|entry| is_left(entry) && !is_of_older_session(program, entry, table, own))
}

/// The list of processes of this moment, and the processes that belong to `root` without itself: those of its process
/// group, its adopted ones, and all their descendants.
pub(super) fn of(root: &ProcessIdentity) -> Result<(ProcessTable, Vec<ProcessIdentity>), Unanswered> {
    let starts = starts();
    let table = ProcessTable::now()?;
    #[cfg(target_os = "linux")]
    reap(&starts, &table);
    let own = std::process::id();
    let tree = table.tree(root, |entry| is_adopted_from(root, entry, &table, &starts, own));
    Ok((table, tree))
}

/// Whether this entry was adopted, and came from `root`. Where several programs may have started it, held ones or such
/// that were let go at their time limit, it is counted to none of them, so that nothing of another program is ever ended.
fn is_adopted_from(
    root: &ProcessIdentity,
    entry: &ProcessEntry,
    table: &ProcessTable,
    starts: &Starts,
    own: u32,
) -> bool {
    let programs = starts.held.iter().chain(&starts.let_go);
    let mut older = programs.filter(|one| one.started <= entry.started);
    is_adopted(entry, table, starts, own)
        && older.next().is_some_and(|one| one == root)
        && older.next().is_none()
        && !is_of_older_session(root, entry, table, own)
}

/// Whether this process is a child of the process `own` that it has not started itself. Children that another part of
/// this program started are in its process group; what stays in a group of a program that we started is found by it.
fn is_adopted(entry: &ProcessEntry, table: &ProcessTable, starts: &Starts, own: u32) -> bool {
    let own_group = table.entry(own).map(|own| own.group);
    cfg!(target_os = "linux")
        && entry.parent == own
        && !starts.children.contains(&entry.pid)
        && (starts.owns_all || Some(entry.group) != own_group)
}

/// Whether it belongs to a daemon that ran before `root`.
fn is_of_older_session(root: &ProcessIdentity, entry: &ProcessEntry, table: &ProcessTable, own: u32) -> bool {
    let own_session = table.entry(own).map(|own| own.session);
    let leader = table.entry(entry.session);
    Some(entry.session) != own_session && leader.is_some_and(|leader| leader.started < root.started)
}

/// Waits for the adopted processes that have ended: they are this process's children now, and nobody else would.
#[cfg(target_os = "linux")]
fn reap(starts: &Starts, table: &ProcessTable) {
    use rustix::process::{Pid, WaitOptions, waitpid};
    let own = std::process::id();
    for entry in table.0.iter().filter(|entry| entry.ended && is_adopted(entry, table, starts, own)) {
        let pid = i32::try_from(entry.pid).ok().and_then(Pid::from_raw);
        let _ = waitpid(pid, WaitOptions::NOHANG);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    const OWN: u32 = 5;

    fn entry(pid: u32, parent: u32, group: u32, session: u32, started: u64) -> ProcessEntry {
        ProcessEntry { pid, parent, group, session, started, ended: false, name: format!("p{pid}") }
    }

    fn root(pid: u32, started: u64) -> ProcessIdentity {
        ProcessIdentity { pid, started, name: "setup".into() }
    }

    fn tree(held: &[ProcessIdentity], of: &ProcessIdentity, others: &[ProcessEntry]) -> Vec<u32> {
        tree_where(false, held, of, others)
    }

    fn tree_where(
        owns_all: bool,
        held: &[ProcessIdentity],
        of: &ProcessIdentity,
        others: &[ProcessEntry],
    ) -> Vec<u32> {
        let children = held.iter().map(|one| one.pid).collect();
        let starts = Starts { children, held: held.to_vec(), owns_all, ..Starts::default() };
        let mut entries = vec![entry(1, 0, 1, 1, 1), entry(OWN, 1, OWN, 1, 50)];
        entries.extend_from_slice(others);
        let table = ProcessTable(entries);
        let tree = table.tree(of, |entry| is_adopted_from(of, entry, &table, &starts, OWN));
        tree.iter().map(|one| one.pid).collect()
    }

    #[test]
    fn who_left_group_and_session_is_found_with_its_children() {
        let others = [
            entry(11, OWN, 11, 11, 110), // forked twice, a session of its own
            entry(12, 11, 12, 11, 120),
            entry(13, OWN, 13, 1, 130),  // forked twice, a group of its own
            entry(20, 1, 20, 20, 140),   // a stranger
            entry(21, OWN, OWN, 1, 150), // a child that another part of this program started
        ];
        let root = root(10, 100);
        assert_eq!(tree(std::slice::from_ref(&root), &root, &others), [11, 12, 13]);
    }

    #[test]
    fn who_hides_in_our_own_group_is_found_where_every_child_is_a_programs() {
        let others = [entry(11, OWN, OWN, 1, 110)];
        let root = root(10, 100);
        let held = std::slice::from_ref(&root);
        assert_eq!((tree_where(true, held, &root, &others), tree(held, &root, &others)), (vec![11], vec![]));
    }

    #[test]
    fn what_may_be_anothers_is_counted_to_nobody() {
        let (one, other) = (root(10, 100), root(30, 105));
        let held = [one.clone(), other.clone()];
        let others = [entry(30, OWN, 30, 1, 105), entry(11, OWN, 11, 11, 110), entry(12, OWN, 12, 12, 102)];
        // The second may have started only the first of these two.
        assert_eq!(tree(&held, &one, &others), [12]);
        assert_eq!(tree(&held, &other, &others), [0; 0]);
    }

    #[test]
    fn what_a_program_that_was_let_go_starts_is_not_the_next_ones() {
        let (first, second) = (root(10, 100), root(30, 200));
        let running = [entry(10, OWN, 10, 1, 100), entry(30, OWN, 30, 1, 200)];
        let orphan = entry(11, OWN, 11, 11, 210);
        let mut starts = Starts {
            children: BTreeSet::from([10, 30]),
            held: vec![second.clone()],
            let_go: vec![first.clone()],
            owns_all: true,
        };
        let table_of = |others: &[ProcessEntry]| {
            ProcessTable([&[entry(1, 0, 1, 1, 1), entry(OWN, 1, OWN, 1, 50)], others].concat())
        };
        let is_seconds = |starts: &Starts, table: &ProcessTable| {
            let tree = table.tree(&second, |entry| is_adopted_from(&second, entry, table, starts, OWN));
            !tree.is_empty()
        };
        let table = table_of(&[running[0].clone(), running[1].clone(), orphan.clone()]);
        assert!(!is_seconds(&starts, &table));
        // It has ended, and the orphan may be what it left.
        starts.children.remove(&10);
        let table = table_of(&[running[1].clone(), orphan]);
        assert!(may_have_left(&first, &table, &starts, OWN) && !is_seconds(&starts, &table));
        // It ended and left nothing before the second was started.
        assert!(!may_have_left(&first, &table_of(&[]), &starts, OWN));
        assert!(may_have_left(&first, &table_of(&[entry(12, 1, 10, 1, 110)]), &starts, OWN), "its group");
        starts.let_go.clear();
        assert!(is_seconds(&starts, &table));
    }

    #[test]
    fn a_daemon_of_an_earlier_program_stays_its_own() {
        let others = [entry(8, OWN, 8, 8, 80), entry(11, OWN, 11, 8, 110)];
        let root = root(10, 100);
        assert_eq!(tree(std::slice::from_ref(&root), &root, &others), [0; 0]);
    }
}
