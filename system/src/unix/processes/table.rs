//! The processes of this machine at one moment.

use crate::ProcessIdentity;
use std::collections::BTreeSet;

/// A process as the system lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ProcessEntry {
    pub(super) pid: u32,
    pub(super) parent: u32,
    pub(super) group: u32,
    pub(super) started: u64,
    /// A zombie: it runs no more, and its parent has not asked.
    pub(super) ended: bool,
    pub(super) name: String,
}

/// All processes of the machine.
pub(super) struct ProcessTable(pub(super) Vec<ProcessEntry>);

impl ProcessTable {
    /// When the process of this id started.
    pub(super) fn started(&self, pid: u32) -> Option<u64> {
        self.0.iter().find(|entry| entry.pid == pid).map(|entry| entry.started)
    }

    /// Whether exactly this one runs.
    pub(super) fn is_running(&self, who: &ProcessIdentity) -> bool {
        self.0.iter().any(|entry| entry.pid == who.pid && entry.started == who.started && !entry.ended)
    }

    /// Those of its process group, and their children and children's children; itself left out. One that left the
    /// group and whose parent has ended cannot be told from a stranger.
    pub(super) fn tree(&self, root: &ProcessIdentity) -> Vec<ProcessIdentity> {
        if self.started(root.pid).is_some_and(|started| started != root.started) {
            return Vec::new(); // its id is another's by now: ids are not given again while their group lives
        }
        let mut known = BTreeSet::from([root.pid]);
        loop {
            let before = known.len();
            let belongs = |entry: &&ProcessEntry| entry.group == root.pid || known.contains(&entry.parent);
            let found: Vec<u32> = self.younger(root).filter(belongs).map(|entry| entry.pid).collect();
            known.extend(found);
            if known.len() == before {
                break;
            }
        }
        let is_survivor = |entry: &&ProcessEntry| known.contains(&entry.pid) && entry.pid != root.pid;
        self.younger(root).filter(is_survivor).map(ProcessEntry::identity).collect()
    }

    fn younger(&self, root: &ProcessIdentity) -> impl Iterator<Item = &ProcessEntry> {
        self.0.iter().filter(|entry| entry.started >= root.started && !entry.ended)
    }
}

impl ProcessEntry {
    fn identity(&self) -> ProcessIdentity {
        ProcessIdentity { pid: self.pid, started: self.started, name: self.name.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(pid: u32, parent: u32, group: u32, started: u64) -> ProcessEntry {
        ProcessEntry { pid, parent, group, started, ended: false, name: format!("p{pid}") }
    }

    fn root() -> ProcessIdentity {
        ProcessIdentity { pid: 10, started: 100, name: "setup".into() }
    }

    fn pids(table: &ProcessTable) -> Vec<u32> {
        table.tree(&root()).iter().map(|process| process.pid).collect()
    }

    #[test]
    fn the_tree_is_the_group_and_whoever_descends_from_it() {
        let table = ProcessTable(vec![
            entry(1, 0, 1, 1),
            entry(13, 12, 13, 130), // a child that left the group, of one that did so too
            entry(10, 1, 10, 100),
            entry(11, 1, 10, 110), // its parent has ended
            entry(12, 11, 12, 120),
            entry(20, 1, 20, 140), // a stranger
            ProcessEntry { ended: true, ..entry(14, 10, 10, 140) },
        ]);
        assert_eq!(pids(&table), [13, 11, 12]);
        assert!(table.is_running(&root()));
    }

    #[test]
    fn an_id_that_came_again_is_a_stranger_with_all_its_children() {
        let table = ProcessTable(vec![entry(10, 1, 10, 500), entry(11, 10, 10, 510)]);
        assert_eq!(pids(&table), [0; 0]);
        assert!(!table.is_running(&root()));
    }

    #[test]
    fn a_zombie_does_not_run() {
        let table =
            ProcessTable(vec![ProcessEntry { ended: true, ..entry(10, 1, 10, 100) }, entry(11, 10, 10, 110)]);
        assert!(!table.is_running(&root()));
        assert_eq!(pids(&table), [11]);
    }
}
