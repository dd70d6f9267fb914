//! The parameters of powershell.exe that lint asks for.

use super::{Step, Word};
use crate::path::extension;

/// One call of Windows PowerShell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PowerShell {
    /// The script of `-File`, and its word's index.
    pub file: Option<(String, usize)>,
    /// What stands behind `-Command`, or by itself.
    pub command: Option<String>,
}

/// Parameters that take a value, and may be shortened to their beginning.
const WITH_VALUE: [&str; 8] = [
    "executionpolicy",
    "windowstyle",
    "version",
    "psconsolefile",
    "inputformat",
    "outputformat",
    "configurationname",
    "workingdirectory",
];

impl PowerShell {
    /// Nothing where the step is no Windows PowerShell.
    pub fn of(step: &Step) -> Option<Self> {
        if step.stem() != "powershell" {
            return None;
        }
        let mut call = Self::default();
        let mut at = 0;
        while let Some(word) = step.words.get(at) {
            match Parameter::of(word) {
                Parameter::File => {
                    call.file = step.words.get(at + 1).map(|word| (word.text.clone(), at + 1));
                    break;
                }
                Parameter::Command => {
                    call.command = Some(rest(&step.words, at + 1));
                    break;
                }
                Parameter::Text => {
                    call.command = Some(rest(&step.words, at));
                    break;
                }
                Parameter::WithValue => at += 2,
                Parameter::Flag => at += 1,
                Parameter::Encoded => break,
            }
        }
        Some(call)
    }

    /// Scripts that it names by a path without variables.
    pub fn scripts(&self) -> Vec<String> {
        let file = self.file.iter().map(|(file, _)| file.clone());
        let command = self.command.as_deref().unwrap_or_default();
        let parts = command.split(|c: char| {
            c.is_whitespace() || matches!(c, '\'' | '"' | '&' | ';' | '(' | ')' | '{' | '}')
        });
        let named = parts.filter(|part| extension(part) == "ps1").map(str::to_owned);
        file.chain(named).filter(|path| !path.contains(['$', '%'])).collect()
    }
}

fn rest(words: &[Word], from: usize) -> String {
    words.get(from..).unwrap_or_default().iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

enum Parameter {
    File,
    Command,
    Encoded,
    WithValue,
    Flag,
    Text,
}

impl Parameter {
    fn of(word: &Word) -> Self {
        let Some(name) = word.switch() else { return Self::Text };
        let begins = |full: &str| !name.is_empty() && full.starts_with(&name);
        match name.as_str() {
            "ep" | "ex" | "exec" => Self::WithValue,
            "ec" | "e" | "enc" => Self::Encoded,
            _ if begins("file") => Self::File,
            _ if begins("command") => Self::Command,
            _ if begins("encodedcommand") => Self::Encoded,
            _ if WITH_VALUE.iter().any(|full| begins(full)) => Self::WithValue,
            _ => Self::Flag,
        }
    }
}
