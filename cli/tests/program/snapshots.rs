//! The whole output of the program: each file of `cli/tests/snapshots` is a session on a new workbench.
//!
//! A line that begins with `$ ` is run, and what follows is what it printed: stdout, then stderr and the exit code if
//! there are any. `cat` prints a file and `ls` a folder. What varies between runs and machines is written in square
//! brackets. `WAYBILL_SNAPSHOTS=write cargo test -p waybill-cli --test program snapshots` writes the current output; a
//! difference that is intended needs a line in CHANGELOG.md.
//!
//! The cases of the test program `contract` are similar, with only the lines that matter, and run on every system. The
//! sessions are complete, so most of them run on Linux only: other systems have other paths, errors and shells.

use super::workbench::{Workbench, copy_whole, project};
use regex::Regex;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Patterns of text that varies between runs or machines, and the text that replaces it.
const VARYING: &[(&str, &str)] = &[
    // Times of the clock and durations.
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "[TIME]"),
    (
        r#""(\w*[sS]econds|scan|pack|publish|locate|download|unpack|queue\w*|cleanup)":( ?)[\d.e-]+"#,
        r#""$1":$2"[SECONDS]""#,
    ),
    (r"(?m) in [\d.]+ m?s\b", " in [TIME]"),
    (r"(?m)^(  took +)[\d.]+ m?s", "$1[TIME]"),
    (r"(?m)^(  (?:ok|FAILED|-)  +[a-z ]+?) +[\d.]+ m?s  ", "$1  [TIME]  "),
    (r"\b[\d.]+ (?:bytes|[KMG]iB)/s", "[RATE]"),
    (r#"time="[\d.]+""#, r#"time="[SECONDS]""#),
    (r#""looks": \d\d+"#, r#""looks": "[MANY]""#),
    (r#""pid":( ?)\d+"#, r#""pid":$1"[PID]""#),
    // The user, and the path of the shell.
    (r"(variable (?:HOME|LOGNAME|USER)=).*", "$1[USER]"),
    (r#"("name": ?"(?:HOME|LOGNAME|USER)",\s*"value": ?)"[^"]*""#, r#"$1"[USER]""#),
    (r"(?:/[\w.-]+)+/\.local/share", "[SHARE]"),
    (r"(?:/usr)?/bin/sh\b", "[SH]"),
    (r"machine PATH: (?:/usr)?/bin", "machine PATH: [BIN]"),
    // The port of the lab server, and random names of temporary folders.
    (r"127\.0\.0\.1:\d+", "127.0.0.1:[PORT]"),
    (r"waybill-try-\w+", "waybill-try-[RANDOM]"),
    (r"Manifests/[0-9a-f]{32}", "Manifests/[OF A PATH]"),
    // An app is named after its folder, here the temporary one.
    (r"\.tmp[A-Za-z0-9]{6}\b", "[BENCH]"),
];

/// Values that differ with every new key for the same payload.
#[cfg(target_os = "linux")]
const OF_A_FRESH_KEY: &[(&str, &str)] = &[
    (r#""(mac|iv|initializationVector|contentId|contentSha256|sha256)": ".*""#, r#""$1": "[RANDOM]""#),
    (r"(?m)^(  (?:MAC|IV) +(?:ok +)?)\S+$", "$1[RANDOM]"),
];

/// Paths of another length are wrapped at another place; a rehearsal packs with the files' times, and names its
/// publication by the content.
#[cfg(target_os = "linux")]
const OF_INSTALLS: &[(&str, &str)] = &[(r#"\n {5,}([^\s"{}\]])"#, " $1"), (r"\b[0-9a-f]{64}\b", "[SHA-256]")];

#[test]
fn help_is_as_it_was() {
    Session::new(&[]).replay("help");
}

#[cfg(target_os = "linux")]
#[test]
fn explanations_are_as_they_were() {
    let explained =
        ["explain-ids", "explain-lint", "explain-numbers"].map(|name| Session::new(&[]).replay(name));
    let explained: std::collections::BTreeSet<&str> =
        explained.iter().flat_map(|text| text.lines()).collect();
    for code in waybill_schemas::codes::errors() {
        let line = format!("$ waybill explain {}", code.id);
        assert!(explained.contains(line.as_str()), "explain-ids.txt lacks {line}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn pages_of_packages_are_as_they_were() {
    Session::new(&[]).replay("packages");
}

#[cfg(target_os = "linux")]
#[test]
fn lint_and_init_are_as_they_were() {
    Session::new(&[]).replay("lint-and-init");
}

#[cfg(target_os = "linux")]
#[test]
fn packing_is_as_it_was() {
    Session::new(OF_A_FRESH_KEY).replay("pack");
}

#[cfg(target_os = "linux")]
#[test]
fn publishing_and_fetching_are_as_they_were() {
    Session::new(&[]).replay("publish-and-fetch");
}

/// They install below the user's own folders, as the test of the examples does: one at a time.
#[cfg(target_os = "linux")]
#[test]
fn installing_and_rehearsing_are_as_they_were() {
    let alone = fs::File::create(std::env::temp_dir().join("waybill-examples.lock")).unwrap();
    alone.lock().unwrap();
    Session::new(OF_INSTALLS).replay("install");
    Session::new(OF_INSTALLS).replay("try");
}

/// A workbench with every example, and the patterns to replace in its output.
struct Session {
    bench: Workbench,
    patterns: Vec<(Regex, &'static str)>,
}

impl Session {
    fn new(more: &[(&str, &'static str)]) -> Self {
        let bench = Workbench::new();
        copy_whole(&project().join("examples"), &bench.file("apps"));
        let built = bench.file("apps").join("msi-transform").join("source").join("hello.msi");
        let _ = fs::remove_file(built); // there only where ci/build-examples.sh ran
        let patterns =
            VARYING.iter().chain(more).map(|(pattern, with)| (Regex::new(pattern).unwrap(), *with));
        Self { patterns: patterns.collect(), bench }
    }

    /// Runs a session again, compares it with the file, and returns it.
    fn replay(&self, name: &str) -> String {
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("snapshots").join(format!("{name}.txt"));
        let written = fs::read_to_string(&file).unwrap().replace("\r\n", "\n");
        let mut actual = String::new();
        for line in written.lines().filter(|line| line.starts_with("$ ")) {
            writeln!(actual, "{line}").unwrap();
            actual += &self.printed(&line[2..]);
        }
        if std::env::var("WAYBILL_SNAPSHOTS").is_ok_and(|value| value == "write") {
            fs::write(&file, &actual).unwrap();
        } else {
            assert_same(&file, &written, &actual);
        }
        actual
    }

    fn printed(&self, line: &str) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["cat", file] => self.normal(&fs::read_to_string(self.bench.file(file)).unwrap()),
            ["ls", folder] => sorted(&self.normal(&listing(&self.bench.file(folder)))),
            ["waybill", ..] => self.run(&words[1..]),
            _ => panic!("not waybill, cat or ls: {line}"),
        }
    }

    fn run(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(super::workbench::program());
        // A run prints the names of all its variables.
        if cfg!(unix) {
            command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LC_ALL", "C");
        }
        for (name, value) in
            [("SOURCE_DATE_EPOCH", "1700000000"), ("COLUMNS", "100"), ("WAYBILL_ROOT", "state")]
        {
            command.env(name, value);
        }
        command.args(arguments).current_dir(self.bench.path()).stdin(Stdio::null());
        let output = command.output().unwrap();
        let [stdout, stderr] =
            [output.stdout, output.stderr].map(|bytes| self.normal(&String::from_utf8_lossy(&bytes)));
        let mut printed = stdout;
        if !stderr.is_empty() {
            write!(printed, "[stderr]\n{stderr}").unwrap();
        }
        if !output.status.success() {
            writeln!(printed, "[exit {}]", output.status.code().unwrap()).unwrap();
        }
        printed
    }

    /// The text without what varies, and with a line end at its end.
    fn normal(&self, text: &str) -> String {
        let bench = fs::canonicalize(self.bench.path()).unwrap();
        let mut text = text.replace("\r\n", "\n").replace("waybill.exe", "waybill");
        for place in [bench.as_path(), self.bench.path()] {
            text = text.replace(place.to_str().unwrap(), "[CWD]");
        }
        for (pattern, with) in &self.patterns {
            text = pattern.replace_all(&text, *with).into_owned();
        }
        if !text.is_empty() && !text.ends_with('\n') {
            text += "\n[no line end]\n";
        }
        text
    }
}

/// Lists every file below a folder.
fn listing(folder: &Path) -> String {
    let mut files = Vec::new();
    collect(folder, &mut files);
    let names = files.iter().map(|file| file.strip_prefix(folder).unwrap().display().to_string());
    names.fold(String::new(), |text, name| text + &name + "\n")
}

fn sorted(text: &str) -> String {
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    lines.iter().fold(String::new(), |text, line| text + line + "\n")
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

/// Fails with the first lines that differ, and the command that they belong to.
fn assert_same(file: &Path, written: &str, actual: &str) {
    let (mut command, mut differ) = ("", Vec::new());
    let lines =
        written.lines().chain(std::iter::repeat("[the end]")).zip(actual.lines().chain(["[the end]"]));
    for (expected, found) in lines {
        if found.starts_with("$ ") {
            command = found;
        }
        if expected != found {
            differ.push(format!("{command}\n  written: {expected}\n  printed: {found}"));
        }
    }
    differ.truncate(5);
    let (differ, left) = (differ.join("\n"), left_of_examples());
    assert!(written == actual, "{} differs; see snapshots.rs\n{differ}\n{left}", file.display());
}

/// What an example that is installed for this account has to do with it. The runner gives commands the account's own home
/// folder, whatever the variables of its caller, so no test can give it another.
fn left_of_examples() -> String {
    let home = std::env::home_dir().unwrap_or_default();
    let installed = fs::read_dir(home.join(".local").join("share")).into_iter().flatten().flatten();
    let names = installed
        .map(|entry| entry.path())
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("Waybill ")));
    let names: Vec<_> = names.map(|path| path.display().to_string()).collect();
    if names.is_empty() {
        String::new()
    } else {
        format!("installed examples alter it; remove {}", names.join(", "))
    }
}
