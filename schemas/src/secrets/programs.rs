//! Passwords that command lines of well-known programs hold without a name, or behind a switch of one letter.

use std::ops::Range;

/// A secret in a command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Secret {
    /// What it is called.
    pub(super) name: &'static str,
    /// Where it begins.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
}

/// Programs, and those of their switches whose next word is a password. A switch of one letter is compared by its case.
const SWITCHES: [(&[&str], &[&str]); 6] = [
    (&["psexec", "psexec64", "sshpass"], &["-p"]),
    (&["sqlcmd", "osql", "bcp"], &["-P"]),
    (&["plink", "pscp", "psftp"], &["-pw"]),
    (&["schtasks"], &["/rp", "/RP", "/Rp", "/p", "/P"]),
    (&["curl"], &["-u", "--user", "-U", "--proxy-user"]),
    (&["winrs"], &["-p", "-P"]),
];

/// The longest line that is searched; in a longer one the rules of names hold alone.
const LONGEST: usize = 64 << 10;

/// How many words behind a program are searched for its switch.
const MOST_WORDS: usize = 64;

/// The secrets of such command lines in the text.
pub(super) fn secrets(text: &str) -> impl Iterator<Item = Secret> {
    let mut found = Vec::new();
    let words = if text.len() <= LONGEST { words(text) } else { Vec::new() };
    for index in 0..words.len() {
        let program = program(&text[words[index].clone()]);
        let behind = &words[index + 1..];
        let secret = match program.as_str() {
            "net" | "net1" => of_net(text, behind),
            _ => of_switch(text, &program, behind),
        };
        found.extend(secret.map(|word| {
            let word = unquoted(text, word);
            Secret { name: "password", start: word.start, end: word.end }
        }));
    }
    found.into_iter()
}

/// `net use X: \\server\share PASSWORD /user:NAME`, `net user NAME PASSWORD /add`
fn of_net(text: &str, behind: &[Range<usize>]) -> Option<Range<usize>> {
    let verb = text[behind.first()?.clone()].to_ascii_lowercase();
    let word =
        |index: usize| Some(behind.get(index)?.clone()).filter(|word| !text[word.clone()].starts_with('/'));
    let password = match verb.as_str() {
        "user" => word(1).and_then(|_| word(2)),
        "use" => {
            let is_share = |at: &usize| text[unquoted(text, behind[*at].clone())].starts_with(r"\\");
            (1..behind.len().min(4)).find(is_share).and_then(|share| word(share + 1))
        }
        _ => None,
    }?;
    // `*` asks for the password.
    (text[password.clone()] != *"*").then_some(password)
}

fn of_switch(text: &str, program: &str, behind: &[Range<usize>]) -> Option<Range<usize>> {
    let (_, switches) = SWITCHES.iter().find(|(programs, _)| programs.contains(&program))?;
    // Few words stand between a program and its password. Of a line that names it again and again each is looked at for so many.
    let behind = &behind[..behind.len().min(MOST_WORDS)];
    let at = behind.iter().position(|word| switches.contains(&&text[word.clone()]))?;
    behind.get(at + 1).cloned()
}

/// The name of a program without its folder and its extension, in lower case; empty for what cannot be one.
fn program(word: &str) -> String {
    let word = word.trim_matches(['"', '\'', '(', '@', '&', ';']);
    let leaf = word.rsplit(['\\', '/']).next().unwrap_or(word);
    if leaf.len() > 16 {
        return String::new();
    }
    let lower = leaf.to_ascii_lowercase();
    lower.strip_suffix(".exe").map_or_else(|| lower.clone(), str::to_owned)
}

/// The words of a line; quotes hold one together.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let (mut start, mut quote) = (None, None);
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => {
                quote = Some(character);
                start.get_or_insert(at);
            }
            (None, ' ' | '\t') => words.extend(start.take().map(|start| start..at)),
            (None, _) => {
                start.get_or_insert(at);
            }
        }
    }
    words.extend(start.map(|start| start..text.len()));
    words
}

/// The word without quotes around it.
fn unquoted(text: &str, word: Range<usize>) -> Range<usize> {
    let inner = &text[word.clone()];
    for quote in ['"', '\''] {
        if inner.len() > 1 && inner.starts_with(quote) && inner.ends_with(quote) {
            return word.start + 1..word.end - 1;
        }
    }
    word
}
