//! The gate: a shell that reads one line and only then becomes the program. Our death closes the pipe that it reads, so
//! the program does not run without us. Its id and its start stay the same when it becomes another program.

use crate::Environment;

/// What lets it through. Anything else, and the end of the pipe, does not.
pub(super) const PASS: &[u8] = b"run\n";

// Variables that shells set by themselves or change: taken out again, and given as they were.
const SHELLS_OWN: [&str; 5] = ["PWD", "OLDPWD", "SHLVL", "IFS", "_"];

const ENV: &str = "/usr/bin/env";

/// The words after `/bin/sh`, up to the program.
///
/// `env` mends what the shell did to the environment. A program with `=` in its path would be a variable to it, so there
/// the shell does what it can: bash leaves SHLVL and `_` behind.
pub(super) fn words(program: &str, environment: &Environment) -> Vec<String> {
    let mut words = vec!["-c".to_owned(), script(program.contains('=')), "sh".to_owned()];
    if !program.contains('=') {
        for name in SHELLS_OWN {
            words.extend(["-u".to_owned(), name.to_owned()]);
        }
        let given = SHELLS_OWN.iter().filter_map(|name| Some((name, environment.get(name)?)));
        words.extend(given.map(|(name, value)| format!("{name}={value}")));
    }
    words
}

fn script(without_env: bool) -> String {
    let exec = if without_env { "unset PWD OLDPWD; exec" } else { &format!("exec {ENV}") };
    format!("IFS= read -r WAYBILL_GATE && [ \"$WAYBILL_GATE\" = run ] && {{ {exec} \"$@\" </dev/null; }}")
}

/// Whether a shell hands a variable of this name on; some drop every other.
pub(super) fn passes(name: &str) -> bool {
    let first = name.bytes().next();
    first.is_some_and(|first| !first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemKind;
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    #[test]
    fn what_the_shell_changes_is_given_back_as_it_was() {
        let mut given = Environment::new(SystemKind::Unix);
        given.set("PWD", "/else where");
        given.set("PATH", "/bin");
        let words = words("/opt/app", &given);
        assert_eq!(words[3..].join(" "), "-u PWD -u OLDPWD -u SHLVL -u IFS -u _ PWD=/else where");
        assert!(words[1].contains("exec /usr/bin/env \"$@\" </dev/null"), "{}", words[1]);
    }

    /// What /usr/bin/env prints, behind the gate of this shell, when `line` is written to it.
    fn passed(shell: &[&str], line: &str) -> Option<String> {
        let mut given = Environment::new(SystemKind::Unix);
        for (name, value) in [("PWD", "/x"), ("A", "b c"), ("SHLVL", "5"), ("_", "u")] {
            given.set(name, value);
        }
        let mut child = Command::new(shell[0])
            .args(&shell[1..])
            .args(words(ENV, &given))
            .arg(ENV)
            .env_clear()
            .envs(given.iter())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        child.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
        let output = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        let mut lines: Vec<&str> = output.lines().collect();
        lines.sort_unstable();
        Some(lines.join("|"))
    }

    #[test]
    fn every_shell_lets_the_right_word_through_and_nothing_else() {
        // Systems have one of these as /bin/sh; what is not there is not tried.
        for shell in
            [&["/bin/sh"][..], &["/bin/dash"], &["/bin/bash", "--posix"], &["/bin/zsh"], &["/bin/ksh"]]
        {
            let Some(told) = passed(shell, "run\n") else { continue };
            assert_eq!(told, "A=b c|PWD=/x|SHLVL=5|_=u", "{shell:?}");
            for line in ["", "run", "no\n", " run\n", "run \n", "\nrun\n"] {
                assert_eq!(passed(shell, line).unwrap(), "", "{shell:?} {line:?}");
            }
        }
    }

    #[test]
    fn names_that_shells_drop_are_known() {
        for name in ["PATH", "_", "a1"] {
            assert!(passes(name), "{name}");
        }
        for name in ["", "1a", "a.b", "ProgramFiles(x86)", "BASH_FUNC_x%%", "ä"] {
            assert!(!passes(name), "{name}");
        }
    }
}
