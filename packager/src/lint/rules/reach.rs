//! Which blocks of a PowerShell script never run as the app starts it: those behind a switch that the command does not
//! give, those for somebody who sits in front of the device, and functions that nothing calls.

use crate::lint::script::{FUNCTION, Guard, guarded_lines};
use std::cell::RefCell;
use std::collections::HashMap;

/// The most conditions of a script that are judged, because each is looked for in all of it.
const MOST_JUDGED: usize = 100;

/// What is known of how a script is started.
pub(super) struct Reach {
    /// The script without blanks, in lower case.
    text: String,
    given: Option<String>,
    as_system: bool,
    judged: RefCell<HashMap<Guard, bool>>,
}

impl Reach {
    /// `given` are the words behind the script in the line that starts it, `None` where they are not known; `as_system` says
    /// whether it runs as SYSTEM, whose session is nobody's.
    pub(super) fn new(text: &str, given: Option<String>, as_system: bool) -> Self {
        let text = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
        Self { text, given, as_system, judged: RefCell::default() }
    }

    /// Whether nothing that is known keeps a block behind these conditions from running.
    pub(super) fn is_reached(&self, guards: &[Guard]) -> bool {
        guards.iter().all(|guard| {
            let known = self.judged.borrow().get(guard).copied();
            known.unwrap_or_else(|| self.judge(guard))
        })
    }

    fn judge(&self, guard: &Guard) -> bool {
        let mut judged = self.judged.borrow_mut();
        if judged.len() >= MOST_JUDGED {
            return true;
        }
        let may_hold = self.may_hold(guard);
        judged.insert(guard.clone(), may_hold);
        may_hold
    }

    /// The lines that never run.
    pub(super) fn dead_lines(&self, text: &str) -> Vec<(u32, u32)> {
        let blocks = guarded_lines(text).into_iter();
        blocks.filter(|(.., guards)| !self.is_reached(guards)).map(|(first, last, _)| (first, last)).collect()
    }

    fn may_hold(&self, Guard { variable, wants_true }: &Guard) -> bool {
        if let Some(function) = variable.strip_prefix(FUNCTION) {
            let function = without_scope(function);
            // What another script runs in its own process may call it.
            return self.given.is_none() || self.text.matches(function).nth(1).is_some();
        }
        if matches!(
            variable.as_str(),
            "[environment]::userinteractive" | "[system.environment]::userinteractive"
        ) {
            return !(self.as_system && *wants_true);
        }
        let Some(name) = variable.strip_prefix('$').map(without_scope) else { return true };
        let is_switch = self.text.contains(&format!("[switch]${name}"));
        // Such a name says what it is for, wherever it comes from.
        let is_for_people = name.contains("interactive") && !name.contains("no");
        if self.is_assigned(name) || !(is_switch || is_for_people) {
            return true;
        }
        match &self.given {
            Some(given) if *wants_true => gives(given, name),
            Some(given) => !(is_switch && gives_whole(given, name)),
            None => !(*wants_true && is_for_people),
        }
    }

    /// Whether something in the script gives a variable a value, in whatever scope.
    fn is_assigned(&self, name: &str) -> bool {
        let scopes = std::iter::once("").chain(SCOPES);
        scopes.into_iter().any(|scope| {
            self.text.contains(&format!("${scope}{name}="))
                || self.text.contains(&format!("${{{scope}{name}}}="))
        }) || ["set-variable", "new-variable"].iter().any(|command| {
            ["", "-name"].iter().any(|parameter| {
                ["", "'", "\""]
                    .iter()
                    .any(|quote| self.text.contains(&format!("{command}{parameter}{quote}{name}")))
            })
        })
    }
}

/// What stands before the name of a variable or function that belongs to another scope.
const SCOPES: [&str; 4] = ["global:", "script:", "local:", "private:"];

/// A name in lower case without its scope.
pub(super) fn without_scope(name: &str) -> &str {
    SCOPES.iter().find_map(|scope| name.strip_prefix(scope)).unwrap_or(name)
}

/// Whether words may give a parameter: PowerShell takes its first letters, too.
fn gives(words: &str, name: &str) -> bool {
    parameters(words).any(|word| !word.is_empty() && name.starts_with(word))
        || words.contains(['@', '$', '%'])
}

/// Whether words certainly give a parameter.
fn gives_whole(words: &str, name: &str) -> bool {
    parameters(words).any(|word| word == name)
}

fn parameters(words: &str) -> impl Iterator<Item = &str> {
    let separators = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | '}');
    words.split(separators).filter_map(|word| word.strip_prefix('-'))
}
