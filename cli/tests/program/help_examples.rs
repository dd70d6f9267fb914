//! The examples on the help pages are commands that the program takes as they are printed.

use crate::workbench::Workbench;
use std::process::Command;

/// What is printed for `waybill ARGUMENTS --help`, and whether that succeeded. The help of a command is printed where every
/// argument before `--help` is one that the command has, with a value that it takes.
fn help(bench: &Workbench, arguments: &[String]) -> (bool, String) {
    let mut command = Command::new(crate::workbench::program());
    let output = command.args(arguments).arg("--help").current_dir(bench.path()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}

/// The commands of a page without redirections and remarks, each as arguments behind `waybill`.
fn examples(page: &str) -> Vec<Vec<String>> {
    let (_, examples) = page.split_once("\nExamples:\n").unwrap_or_default();
    let lines = examples.lines().map_while(|line| line.strip_prefix("  waybill "));
    let words = |line: &str| {
        let ends = [" >", " <", "   ("].map(|mark| line.find(mark).unwrap_or(line.len()));
        shell_words::split(&line[..ends.into_iter().min().unwrap_or_default()]).unwrap()
    };
    lines.map(words).collect()
}

#[test]
fn every_page_begins_with_what_the_command_does_and_has_examples_that_are_taken() {
    let bench = Workbench::new();
    let (_, page) = help(&bench, &[]);
    let (_, list) = page.split_once("\nCommands:\n").unwrap();
    let commands: Vec<&str> = list
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.len() > 15 && commands.contains(&"pack"), "{commands:?}");
    for command in commands.into_iter().filter(|command| *command != "help") {
        let (_, page) = help(&bench, &[command.to_owned()]);
        let first = page.lines().next().unwrap_or_default();
        assert!(first.starts_with(|first: char| first.is_ascii_uppercase()), "{command}: {first}");
        let examples = examples(&page);
        assert!(!examples.is_empty(), "{command} has no example");
        for example in examples {
            let (taken, text) = help(&bench, &example);
            assert!(taken, "waybill {}\n{text}", example.join(" "));
            assert_eq!(example.first().map(String::as_str), Some(command), "an example of another command");
        }
    }
}
