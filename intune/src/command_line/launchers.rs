//! Programs that start what a line is about: the switches of msiexec and powershell.exe that lint asks for.

use super::{Step, Word, strip_quotes};
use crate::is_guid;
use crate::path::extension;

/// What msiexec is to install, patch or remove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProductOrFile {
    /// A product code in braces: an installed product of Windows Installer.
    Product(String),
    /// An MSI or patch as the line names it, and the index of its word in [`Step::words`].
    File(String, usize),
}

/// How much of itself msiexec shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Interface {
    /// No user interface: `/qn`, `/quiet`.
    None,
    /// A progress bar, and dialogs on errors: `/qb`, `/passive`.
    Basic,
    /// Dialogs: `/qr`, `/qf`, or no such switch.
    #[default]
    Full,
}

/// One call of msiexec.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Msiexec {
    /// Whether it removes (`/x`, `/uninstall`) rather than installs, repairs or patches.
    pub removes: bool,
    /// Whether it installs (`/i`, `/package`), which is a repair or a change where the product is there.
    pub installs: bool,
    /// The products and files that it installs, repairs, patches or removes, in the order of the line.
    pub targets: Vec<ProductOrFile>,
    /// How much of the user interface it shows; the last switch counts.
    pub interface: Interface,
    /// Whether the line decides about restarts, by `/norestart`, `/forcerestart`, `/promptrestart` or a REBOOT
    /// property.
    pub settles_restart: bool,
    /// The log file as the line names it, and the index of its word in [`Step::words`].
    pub log: Option<(String, usize)>,
    /// Properties in the order of the line: the name in upper case, the value without quotes.
    pub properties: Vec<(String, String)>,
}

impl Msiexec {
    /// Reads the words of a step; `None` unless it is a msiexec that installs, repairs, patches or removes.
    pub fn parse(step: &Step) -> Option<Self> {
        if step.stem() != "msiexec" {
            return None;
        }
        let mut call = Self::default();
        let mut works = false;
        for (at, word) in step.words.iter().enumerate() {
            match word.switch() {
                Some(switch) => works |= call.take_switch(&switch, at, &step.words),
                None => call.take_property(word),
            }
        }
        works.then_some(call)
    }

    /// The value of a property; `name` is in upper case. Where it is set twice the last value counts, as for msiexec.
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().rev().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// Reads one switch; returns whether it names the work to do (install, repair, patch or remove).
    fn take_switch(&mut self, switch: &str, at: usize, words: &[Word]) -> bool {
        match switch {
            "qn" | "quiet" | "q" => self.interface = Interface::None,
            "passive" => self.interface = Interface::Basic,
            "norestart" | "forcerestart" | "promptrestart" => self.settles_restart = true,
            _ if switch.starts_with("qb") => self.interface = Interface::Basic,
            _ if switch.starts_with('q') => self.interface = Interface::Full,
            _ if is_log_switch(switch) => {
                self.log = words.get(at + 1).map(|word| (word.text.clone(), at + 1));
            }
            "i" | "package" => {
                self.installs = true;
                return self.take_target(at + 1, words);
            }
            "a" | "p" | "update" | "j" | "ju" | "jm" => return self.take_target(at + 1, words),
            "x" | "uninstall" => {
                self.removes = true;
                return self.take_target(at + 1, words);
            }
            // msiexec also accepts a product that follows its letter without a blank: `/x{…}`.
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
            // What was meant as a product code and is none is taken for a file.
            'x' | 'i' | 'p' if value.to_lowercase().ends_with(".msi") || is_like_guid(&value) => {
                self.targets.push(ProductOrFile::File(value, at));
            }
            'f' if switch[1..].chars().all(|letter| "pomecausv".contains(letter)) => {
                return self.take_target(at + 1, words);
            }
            _ => return false,
        }
        self.removes |= letter == 'x';
        self.installs |= letter == 'i';
        true
    }

    fn take_property(&mut self, word: &Word) {
        let Some((name, value)) = word.raw.split_once('=') else { return };
        if name.contains('"') || name.is_empty() {
            return;
        }
        let (name, value) = (name.to_uppercase(), strip_quotes(value));
        // ReallySuppress, Suppress and Force all decide about restarts; where REBOOT is absent, the MSI decides.
        self.settles_restart |= name == "REBOOT" && value.to_uppercase().starts_with(['R', 'S']);
        self.properties.push((name, value));
    }
}

/// Whether a value looks like a product code, well written or not.
fn is_like_guid(value: &str) -> bool {
    value.starts_with('{')
        || value.contains('-') && value.chars().filter(char::is_ascii_hexdigit).count() >= 28
}

/// Whether this is a log switch of msiexec: `log`, or `l` and the letters of its modes, such as `/l*v`, `/lv`, `/l*vx!`.
fn is_log_switch(switch: &str) -> bool {
    let are_modes = |modes: &str| modes.chars().all(|mode| "iwearucmopvx+!*".contains(mode));
    switch == "log" || switch.strip_prefix('l').is_some_and(are_modes)
}

/// One call of Windows PowerShell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PowerShell {
    /// The script that `-File` names, and the index of its word in [`Step::words`].
    pub file: Option<(String, usize)>,
    /// The commands: everything after `-Command`, or from the first word that is no parameter on.
    pub command: Option<String>,
    /// The Base64 of a script in UTF-16 that `-EncodedCommand` gives.
    pub encoded: Option<String>,
}

/// Parameters that take a value. PowerShell accepts each shortened to its first letters.
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
    /// Reads the words of a step; `None` unless it is Windows PowerShell.
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
                Parameter::Encoded => {
                    call.encoded = step.words.get(at + 1).map(|word| word.text.clone());
                    break;
                }
            }
        }
        Some(call)
    }

    /// The `.ps1` files that the call names, without those whose path contains a variable.
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
