use super::run::End;
use crate::rule::Found;

/// Detected = exit 0 **and** something on stdout **and** nothing on stderr (docs/detection.md).
pub(super) fn judge(end: &End) -> Found {
    let (printed, complained) = (!end.stdout.is_empty(), !end.stderr.is_empty());
    let why = match (end.code, printed, complained) {
        (0, true, false) => "it exited 0, printed something and wrote no error".to_owned(),
        (0, true, true) => {
            "it exited 0 and printed something, but wrote to stderr, which is taken as a failure".to_owned()
        }
        (0, false, true) => "it exited 0, but printed nothing and wrote to stderr".to_owned(),
        (0, false, false) => "it exited 0, but printed nothing: only output says \"detected\"".to_owned(),
        (code, true, _) => format!("it printed something, but exited {}, not 0", code.cast_signed()),
        (code, false, _) => format!("it exited {}, not 0", code.cast_signed()),
    };
    Found { holds: end.code == 0 && printed && !complained, actual: shown(end), why }
}

/// Exit code and output in a line.
pub(super) fn shown(end: &End) -> String {
    let part = |name: &str, captured: &super::captured::Captured| {
        if captured.is_empty() { format!("{name} empty") } else { format!("{name} {}", captured.shown()) }
    };
    format!(
        "exit {}, {}, {}",
        end.code.cast_signed(),
        part("stdout", &end.stdout),
        part("stderr", &end.stderr)
    )
}
