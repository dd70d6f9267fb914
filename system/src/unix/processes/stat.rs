//! Processes from `/proc/<pid>/stat` (proc_pid_stat(5)).

use super::table::ProcessEntry;
use std::fs;
use std::io;

/// Every process that can be seen.
pub(super) fn entries() -> io::Result<Vec<ProcessEntry>> {
    let mut entries = Vec::new();
    for folder in fs::read_dir("/proc")? {
        let name = folder?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // One that ended since the folder was read is no longer there.
        let Ok(line) = fs::read(format!("/proc/{pid}/stat")) else { continue };
        entries.extend(entry(&String::from_utf8_lossy(&line)));
    }
    Ok(entries)
}

/// `pid (name) state ppid pgrp …`, field 22 the start in clock ticks since boot. A name may hold blanks and brackets.
fn entry(line: &str) -> Option<ProcessEntry> {
    let (pid, rest) = line.split_once(" (")?;
    let (name, rest) = rest.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    Some(ProcessEntry {
        pid: pid.parse().ok()?,
        parent: fields.get(1)?.parse().ok()?,
        group: fields.get(2)?.parse().ok()?,
        started: fields.get(19)?.parse().ok()?,
        ended: matches!(*fields.first()?, "Z" | "X" | "x"),
        name: name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_whatever_the_name_holds() {
        let line = "42 (a) b (c) S 7 40 40 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 987654 1 2";
        let expected = ProcessEntry {
            pid: 42,
            parent: 7,
            group: 40,
            started: 987_654,
            ended: false,
            name: "a) b (c".into(),
        };
        assert_eq!(entry(line), Some(expected));
        assert!(entry(&line.replace(" S ", " Z ")).unwrap().ended);
        assert_eq!(entry("42 (x"), None);
    }

    #[test]
    fn this_process_is_among_them() {
        let own = std::process::id();
        assert!(entries().unwrap().iter().any(|entry| entry.pid == own && !entry.ended && entry.started > 0));
    }
}
