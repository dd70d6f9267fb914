//! The processes of this machine at one moment: from `/proc` on Linux, from `ps` on other systems (macOS).

use crate::{ProcessIdentity, Unanswered};
use std::collections::BTreeSet;
#[cfg(target_os = "linux")]
use std::fs;
use std::io;

/// A process in the system's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ProcessEntry {
    pub(super) pid: u32,
    pub(super) parent: u32,
    pub(super) group: u32,
    /// The session; 0 where the system does not list it.
    pub(super) session: u32,
    pub(super) started: u64,
    /// Whether it is a zombie: it has ended, and its parent has not waited for it.
    pub(super) ended: bool,
    pub(super) name: String,
}

/// The list of all processes.
pub(super) struct ProcessTable(pub(super) Vec<ProcessEntry>);

impl ProcessTable {
    /// Lists the processes of this machine.
    pub(super) fn now() -> Result<Self, Unanswered> {
        let entries = entries().map_err(Unanswered::about("the list of processes"))?;
        Ok(Self(entries))
    }

    /// The process with this id; `None` if there is none.
    pub(super) fn entry(&self, pid: u32) -> Option<&ProcessEntry> {
        self.0.iter().find(|entry| entry.pid == pid)
    }

    /// The start of the process with this id; `None` if there is none.
    pub(super) fn started(&self, pid: u32) -> Option<u64> {
        self.entry(pid).map(|entry| entry.started)
    }

    /// Whether exactly this process is running.
    pub(super) fn is_running(&self, who: &ProcessIdentity) -> bool {
        self.0.iter().any(|entry| entry.pid == who.pid && entry.started == who.started && !entry.ended)
    }

    /// The processes of the process group of `root`, those for which `is_adopted`, and all their descendants, without
    /// `root` itself.
    pub(super) fn tree(
        &self,
        root: &ProcessIdentity,
        is_adopted: impl Fn(&ProcessEntry) -> bool,
    ) -> Vec<ProcessIdentity> {
        if self.started(root.pid).is_some_and(|started| started != root.started) {
            return Vec::new(); // its id is another's by now: ids are not given again while their group lives
        }
        let mut known = BTreeSet::from([root.pid]);
        loop {
            let before = known.len();
            let belongs = |entry: &&ProcessEntry| {
                entry.group == root.pid || known.contains(&entry.parent) || is_adopted(entry)
            };
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

/// Lists all processes that this one can see.
#[cfg(target_os = "linux")]
fn entries() -> io::Result<Vec<ProcessEntry>> {
    let mut entries = Vec::new();
    for folder in fs::read_dir("/proc")? {
        let name = folder?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // A process may have ended since the folder was read.
        let Ok(line) = fs::read(format!("/proc/{pid}/stat")) else { continue };
        entries.extend(read_stat(&String::from_utf8_lossy(&line)));
    }
    Ok(entries)
}

/// Parses `/proc/<pid>/stat` (proc_pid_stat(5)): `pid (name) state ppid pgrp session …`, whose field 22 is the start in clock
/// ticks since the boot. The name may contain blanks and parentheses.
#[cfg(target_os = "linux")]
fn read_stat(line: &str) -> Option<ProcessEntry> {
    let (pid, rest) = line.split_once(" (")?;
    let (name, rest) = rest.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    Some(ProcessEntry {
        pid: pid.parse().ok()?,
        parent: fields.get(1)?.parse().ok()?,
        group: fields.get(2)?.parse().ok()?,
        session: fields.get(3)?.parse().ok()?,
        started: fields.get(19)?.parse().ok()?,
        ended: matches!(*fields.first()?, "Z" | "X" | "x"),
        name: name.to_owned(),
    })
}

/// Lists all processes. The start of each is a date in UTC as a number, to the second: `20261129113104`.
#[cfg(not(target_os = "linux"))]
fn entries() -> io::Result<Vec<ProcessEntry>> {
    let output = std::process::Command::new("/bin/ps")
        .args(["-A", "-o", "pid=,ppid=,pgid=,state=,lstart=,comm="])
        .env_clear()
        .env("LC_ALL", "C")
        .env("TZ", "UTC0")
        .stdin(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("/bin/ps: {}", output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().filter_map(read_ps).collect())
}

/// Parses a line of `ps`: `pid ppid pgid state Sun Nov 29 11:31:04 2026 name`; `None` if it has another form.
#[cfg(any(test, not(target_os = "linux")))]
fn read_ps(line: &str) -> Option<ProcessEntry> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [pid, parent, group, state, _weekday, month, day, time, year, name @ ..] = words.as_slice() else {
        return None;
    };
    let name = name.join(" ");
    Some(ProcessEntry {
        pid: pid.parse().ok()?,
        parent: parent.parse().ok()?,
        group: group.parse().ok()?,
        session: 0,
        started: date(year, month, day, time)?,
        ended: state.starts_with('Z'),
        name: name.rsplit('/').next()?.to_owned(),
    })
}

#[cfg(any(test, not(target_os = "linux")))]
fn date(year: &str, month: &str, day: &str, time: &str) -> Option<u64> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let day: u8 = day.parse().ok()?;
    format!("{year}{month:02}{day:02}{}", time.replace(':', "")).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(pid: u32, parent: u32, group: u32, started: u64) -> ProcessEntry {
        ProcessEntry { pid, parent, group, session: 0, started, ended: false, name: format!("p{pid}") }
    }

    fn root() -> ProcessIdentity {
        ProcessIdentity { pid: 10, started: 100, name: "setup".into() }
    }

    fn pids(table: &ProcessTable) -> Vec<u32> {
        table.tree(&root(), |_| false).iter().map(|process| process.pid).collect()
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

    #[test]
    fn a_line_is_read_whatever_the_name_holds() {
        let line = "42 (a) b (c) S 7 40 40 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 987654 1 2";
        let expected = ProcessEntry {
            pid: 42,
            parent: 7,
            group: 40,
            session: 40,
            started: 987_654,
            ended: false,
            name: "a) b (c".into(),
        };
        assert_eq!(read_stat(line), Some(expected));
        assert!(read_stat(&line.replace(" S ", " Z ")).unwrap().ended);
        assert_eq!(read_stat("42 (x"), None);
    }

    #[test]
    fn this_process_is_among_them() {
        let own = std::process::id();
        assert!(entries().unwrap().iter().any(|entry| entry.pid == own && !entry.ended && entry.started > 0));
    }

    #[test]
    fn a_line_is_read_with_its_date_and_the_name_without_its_folder() {
        let line = "  501     1   501 Ss   Sun Nov  9 07:31:04 2026     /Applications/My App.app/My App";
        let expected = ProcessEntry {
            pid: 501,
            parent: 1,
            group: 501,
            session: 0,
            started: 20_261_109_073_104,
            ended: false,
            name: "My App".into(),
        };
        assert_eq!(read_ps(line), Some(expected));
        assert!(read_ps(&line.replace("Ss", "Z")).unwrap().ended);
        assert_eq!(read_ps("501 1"), None);
    }
}
