//! Programs that start what a line is about: the switches of msiexec and powershell.exe that lint asks for.

use super::{Step, Word, strip_quotes};
use crate::is_guid;
use crate::path::extension;

/// What msiexec is to install, patch or remove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProductOrFile {
    /// A product code.
    Product(String),
    /// A file, and its word's index.
    File(String, usize),
}

/// How much of itself msiexec shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interface {
    /// `/qn`, `/quiet`.
    None,
    /// `/qb`, `/passive`: a bar, and dialogs on errors.
    Basic,
    /// `/qr`, `/qf`, or nothing said.
    Full,
}

/// One call of msiexec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Msiexec {
    /// `/x` or `/uninstall` rather than install, repair or patch.
    pub removes: bool,
    /// What it works on.
    pub targets: Vec<ProductOrFile>,
    /// What it shows.
    pub interface: Interface,
    /// Whether restarts are settled: `/norestart`, `/forcerestart`, `/promptrestart` or a REBOOT property.
    pub settles_restart: bool,
    /// The log file, and its word's index.
    pub log: Option<(String, usize)>,
    /// Properties, names in upper case.
    pub properties: Vec<(String, String)>,
}

impl Msiexec {
    /// Reads a step's words; nothing where it is no msiexec that installs, repairs, patches or removes.
    pub fn parse(step: &Step) -> Option<Self> {
        if step.stem() != "msiexec" {
            return None;
        }
        let mut call = Self {
            removes: false,
            targets: Vec::new(),
            interface: Interface::Full,
            settles_restart: false,
            log: None,
            properties: Vec::new(),
        };
        let mut works = false;
        for (at, word) in step.words.iter().enumerate() {
            match word.switch() {
                Some(switch) => works |= call.take_switch(&switch, at, &step.words),
                None => call.take_property(word),
            }
        }
        works.then_some(call)
    }

    /// The value of a property; the last one counts, as it does for msiexec.
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().rev().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// Says whether the switch names the work to do.
    fn take_switch(&mut self, switch: &str, at: usize, words: &[Word]) -> bool {
        match switch {
            "qn" | "quiet" | "q" => self.interface = Interface::None,
            "passive" => self.interface = Interface::Basic,
            "norestart" | "forcerestart" | "promptrestart" => self.settles_restart = true,
            _ if switch.starts_with("qb") => self.interface = Interface::Basic,
            _ if switch.starts_with('q') => self.interface = Interface::Full,
            "log" => self.log = words.get(at + 1).map(|word| (word.text.clone(), at + 1)),
            _ if is_log_switch(switch) => {
                self.log = words.get(at + 1).map(|word| (word.text.clone(), at + 1));
            }
            "i" | "package" | "a" | "p" | "update" | "j" | "ju" | "jm" => {
                return self.take_target(at + 1, words);
            }
            "x" | "uninstall" => {
                self.removes = true;
                return self.take_target(at + 1, words);
            }
            // msiexec takes the product right behind the letter, too: `/x{…}`.
            _ => return self.take_attached(switch, at, words),
        }
        false
    }

    fn take_target(&mut self, at: usize, words: &[Word]) -> bool {
        let Some(word) = words.get(at) else { return true };
        let target = match is_guid(&word.text) {
            true => ProductOrFile::Product(word.text.clone()),
            false => ProductOrFile::File(word.text.clone(), at),
        };
        self.targets.push(target);
        true
    }

    /// `/X{GUID}`, `/i"setup.msi"` and the repair letters of `/f`.
    fn take_attached(&mut self, switch: &str, at: usize, words: &[Word]) -> bool {
        let Some(letter) = switch.chars().next() else { return false };
        let value =
            words.get(at).map(|word| word.text.chars().skip(2).collect::<String>()).unwrap_or_default();
        match letter {
            'x' | 'i' | 'p' if is_guid(&value) => self.targets.push(ProductOrFile::Product(value)),
            'x' | 'i' | 'p' if value.to_lowercase().ends_with(".msi") => {
                self.targets.push(ProductOrFile::File(value, at));
            }
            'f' if switch[1..].chars().all(|letter| "pomecausv".contains(letter)) => {
                return self.take_target(at + 1, words);
            }
            _ => return false,
        }
        self.removes |= letter == 'x';
        true
    }

    fn take_property(&mut self, word: &Word) {
        let Some((name, value)) = word.raw.split_once('=') else { return };
        if name.contains('"') || name.is_empty() {
            return;
        }
        let (name, value) = (name.to_uppercase(), strip_quotes(value));
        // ReallySuppress, Suppress and Force all answer the question; only silence leaves it to the MSI.
        self.settles_restart |= name == "REBOOT" && value.to_uppercase().starts_with(['R', 'S']);
        self.properties.push((name, value));
    }
}

/// `/l*v`, `/lv`, `/l*vx!`: `l` and letters of msiexec's own list.
fn is_log_switch(switch: &str) -> bool {
    switch.strip_prefix('l').is_some_and(|modes| modes.chars().all(|mode| "iwearucmopvx+!*".contains(mode)))
}

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
    /// Reads a step's words; nothing where it is no Windows PowerShell.
    pub fn parse(step: &Step) -> Option<Self> {
        if step.stem() != "powershell" {
            return None;
        }
        let mut call = Self::default();
        let mut at = 0;
        while let Some(word) = step.words.get(at) {
            match Parameter::parse(word) {
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
                // Base64 of a whole script: what it starts is not read here.
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
    fn parse(word: &Word) -> Self {
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
