//! Processes as `ps` tells them, where there is no `/proc` (macOS).

use super::table::ProcessEntry;
use std::io;
use std::process::{Command, Stdio};

/// Every process. The start is a date to the second, in UTC: `20261129113104`.
#[cfg_attr(target_os = "linux", allow(dead_code))]
pub(super) fn entries() -> io::Result<Vec<ProcessEntry>> {
    let output = Command::new("/bin/ps")
        .args(["-A", "-o", "pid=,ppid=,pgid=,state=,lstart=,comm="])
        .env_clear()
        .env("LC_ALL", "C")
        .env("TZ", "UTC0")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("/bin/ps: {}", output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().filter_map(entry).collect())
}

/// `pid ppid pgid state Sun Nov 29 11:31:04 2026 name`.
fn entry(line: &str) -> Option<ProcessEntry> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [pid, parent, group, state, _weekday, month, day, time, year, name @ ..] = words.as_slice() else {
        return None;
    };
    let name = name.join(" ");
    Some(ProcessEntry {
        pid: pid.parse().ok()?,
        parent: parent.parse().ok()?,
        group: group.parse().ok()?,
        started: date(year, month, day, time)?,
        ended: state.starts_with('Z'),
        name: name.rsplit('/').next()?.to_owned(),
    })
}

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

    #[test]
    fn a_line_is_read_with_its_date_and_the_name_without_its_folder() {
        let line = "  501     1   501 Ss   Sun Nov  9 07:31:04 2026     /Applications/My App.app/My App";
        let expected = ProcessEntry {
            pid: 501,
            parent: 1,
            group: 501,
            started: 20_261_109_073_104,
            ended: false,
            name: "My App".into(),
        };
        assert_eq!(entry(line), Some(expected));
        assert!(entry(&line.replace("Ss", "Z")).unwrap().ended);
        assert_eq!(entry("501 1"), None);
    }
}
