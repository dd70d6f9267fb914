//! Secrets of programs in commands that go on in the next line: `net user bob ^` above the password.

use super::programs;

/// How many bytes of lines are joined to one command at most.
const LONGEST: usize = 32 << 10;

/// For each line: where the secrets lie that programs are given in a command of several lines.
pub(super) fn secrets(lines: &[(&str, &str)]) -> Vec<Vec<(usize, usize)>> {
    let mut found = vec![Vec::new(); lines.len()];
    let mut first = 0;
    while first < lines.len() {
        let mut length = 0;
        let goes_on = |(line, _): &&(&str, &str)| {
            length += line.len() + 1;
            length <= LONGEST && continued(line).is_some()
        };
        let count = lines[first..].iter().take_while(goes_on).count() + 1;
        let last = (first + count).min(lines.len());
        if last - first > 1 {
            of_command(&lines[first..last], &mut found[first..last]);
        }
        first = last;
    }
    found
}

/// The line without the sign that says that it goes on.
fn continued(line: &str) -> Option<&str> {
    line.trim_end().strip_suffix(['^', '`', '\\'])
}

/// The secrets in the lines of one command.
fn of_command(lines: &[(&str, &str)], found: &mut [Vec<(usize, usize)>]) {
    let mut command = String::new();
    let mut begins = Vec::new();
    for (line, _) in lines {
        begins.push(command.len());
        command.push_str(continued(line).unwrap_or(line));
        command.push(' ');
    }
    for secret in programs::secrets(&command) {
        let at = begins.partition_point(|begin| *begin <= secret.start).saturating_sub(1);
        let start = secret.start - begins[at];
        let end = (secret.end - begins[at]).min(lines[at].0.len());
        found[at].push((start, end.max(start)));
        // A value in quotes may go on in the lines below.
        for below in (at + 1..lines.len()).take_while(|below| begins[*below] < secret.end) {
            found[below].push((0, (secret.end - begins[below]).min(lines[below].0.len())));
        }
    }
}
