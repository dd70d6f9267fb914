//! Passwords that command lines of well-known programs hold without a name, or behind a switch of one letter.

use std::ops::Range;

/// A secret in a command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Secret {
    /// What it is called: `password`, or `option` where it may as well be a file or a user's name.
    pub(super) name: &'static str,
    /// Where it begins.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
}

/// How a program reads its switches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// `/p x`, `-P:x`: either sign, in any case. `/px` is another switch.
    Windows,
    /// `-p x`, `-p=x`, `-px`: the case counts, and a value may follow a switch of one letter at once.
    Unix,
    /// `-pass x`, `-pass=x`: the case counts. `-keyout` is another switch than `-k`.
    Words,
}

/// Programs, how they read switches, and those behind which a password follows.
const SWITCHES: [(&[&str], Manner, &[&str]); 20] = {
    use Manner::{Unix, Windows, Words};
    [
        (
            &[
                "psexec",
                "psexec64",
                "paexec",
                "psinfo",
                "pskill",
                "pslist",
                "psservice",
                "psshutdown",
                "psloglist",
            ],
            Unix,
            &["-p", "/p"],
        ),
        (
            &["sshpass", "mysql", "mysqldump", "mysqladmin", "mariadb", "mongo", "mongosh", "ncftpput"],
            Unix,
            &["-p"],
        ),
        (&["7z", "7za", "7zr", "7zg"], Unix, &["-p"]),
        (&["rar", "unrar", "winrar"], Unix, &["-hp", "-p", "/p"]),
        (&["sqlcmd", "osql", "isql", "bcp", "unzip", "zip", "ipmitool"], Unix, &["-P"]),
        (&["curl"], Unix, &["-u", "-U", "-b", "-E", "--user", "--proxy-user", "--cookie", "--cert"]),
        (&["wget"], Unix, &["--user", "--password"]),
        (&["lftp"], Unix, &["-u"]),
        (&["ldapsearch", "ldapmodify", "ldapadd", "ldapdelete"], Unix, &["-w"]),
        (&["smbclient"], Unix, &["-U"]),
        (&["vmrun"], Unix, &["-gp", "-vp"]),
        (&["sqlpackage"], Windows, &["tp", "sp"]),
        (&["redis-cli"], Unix, &["-a"]),
        (&["ssh-keygen"], Unix, &["-N", "-P"]),
        (&["openssl"], Words, &["-passin", "-passout", "-pass", "-k"]),
        (
            &[
                "schtasks",
                "tasklist",
                "taskkill",
                "systeminfo",
                "getmac",
                "gpresult",
                "driverquery",
                "openfiles",
                "eventcreate",
                "wevtutil",
                "winrs",
                "certutil",
                "signtool",
                "cmdkey",
                "dcdiag",
            ],
            Windows,
            &["p", "rp"],
        ),
        (&["xfreerdp", "wfreerdp", "rdesktop"], Windows, &["p"]),
        (&["netdom"], Windows, &["passwordd", "passwordo", "pd", "po"]),
        (&["manage-bde"], Windows, &["rp", "recoverypassword", "pw"]),
        (&["slmgr", "slmgr.vbs", "cscript", "wscript", "ospp.vbs"], Windows, &["ipk", "inpkey"]),
    ]
};

/// Programs whose switches mean a password only behind a verb: `docker login -p x`, but not `docker run -p 80:80`.
const SWITCHES_OF_VERBS: [(&[&str], &str, &[&str]); 4] = [
    (&["docker", "podman"], "login", &["-p"]),
    (&["az"], "login", &["-p"]),
    (&["nuget", "dotnet", "choco"], "push", &["-k"]),
    (&["choco"], "apikey", &["-k"]),
];

/// Programs that take a password as the nth word behind a verb, switches not counted. A verb may be a switch itself.
const POSITIONS: [(&[&str], &str, usize); 7] = [
    (&["nssm"], "objectname", 1),
    (&["bitsadmin"], "/setcredentials", 4),
    (&["net", "net1"], "user", 1),
    (&["nuget"], "setapikey", 0),
    (&["nuget"], "push", 1),
    (&["rasdial"], "", 2),
    (&["autologon", "autologon64"], "", 2),
];

/// Programs of Oracle whose user and password are one word: `me/password@db`.
const LOGONS: [&str; 5] = ["sqlplus", "sqlldr", "expdp", "impdp", "rman"];

/// The longest line that is searched; in a longer one the rules of names hold alone.
const LONGEST: usize = 64 << 10;

/// How many words behind a program are searched for its switch, and how many bytes.
const MOST_WORDS: usize = 48;
const MOST_BYTES: usize = 2048;

/// How many passwords a program is given at most.
const MOST_SECRETS: usize = 4;

/// The secrets of such command lines in the text, those in quotes and behind `&` and `|` as well, and those of command
/// lines that are lists of words: `["psexec", "-p", "x"]`.
pub(super) fn secrets(text: &str) -> impl Iterator<Item = Secret> {
    let text = &text[..if text.len() > LONGEST { 0 } else { text.len() }];
    let mut found = of_text(text);
    if let Some(words) = words_of_list(text) {
        found.extend(of_text(&words));
    }
    found.sort_unstable_by_key(|secret| (secret.start, secret.end));
    found.dedup();
    found.into_iter()
}

/// A text with lists of words in quotes, with blanks for the signs of the lists, so that each word stays in its place.
fn words_of_list(text: &str) -> Option<String> {
    let is_quote = |byte: Option<&u8>| matches!(byte, Some(b'"' | b'\''));
    let mut bytes = text.as_bytes().to_vec();
    let (mut before, mut is_list) = (None, false);
    for at in 0..bytes.len() {
        let byte = bytes[at];
        let behind = |bytes: &[u8]| {
            let blanks = bytes[at + 1..].iter().take_while(|byte| **byte == b' ').count();
            is_quote(bytes.get(at + 1 + blanks))
        };
        let parts = match byte {
            b',' => is_quote(before.as_ref()) && behind(&bytes),
            b'[' | b'(' => behind(&bytes),
            b']' | b')' => is_quote(before.as_ref()),
            _ => false,
        };
        if byte != b' ' {
            before = Some(byte);
        }
        if parts {
            bytes[at] = b' ';
            is_list |= byte == b',';
        }
    }
    String::from_utf8(bytes).ok().filter(|_| is_list)
}

/// The secrets of the command lines in a text whose words blanks part.
fn of_text(text: &str) -> Vec<Secret> {
    let programs = text.split(char::is_whitespace).filter(|word| word.len() <= MOST_BYTES);
    let mut found: Vec<_> = programs
        .flat_map(|word| {
            let end = word.as_ptr() as usize - text.as_ptr() as usize + word.len();
            of_program(text, &program(word), end).into_iter().take(MOST_SECRETS)
        })
        .filter(|secret| secret.start < secret.end)
        .collect();
    // Of two programs in one command each finds the same one.
    found.sort_unstable_by_key(|secret| (secret.start, secret.end));
    found.dedup();
    found
}

/// A word as a secret, in whatever way it is called.
const fn password(word: &Range<usize>) -> Secret {
    Secret { name: "password", start: word.start, end: word.end }
}

/// The passwords that the words from `from` on give to a program.
fn of_program(text: &str, program: &str, from: usize) -> Vec<Secret> {
    let is_of = |programs: &[&str]| programs.contains(&program);
    let known = SWITCHES.iter().find(|(programs, ..)| is_of(programs));
    let positions = POSITIONS.iter().filter(|(programs, ..)| is_of(programs));
    let verbs = SWITCHES_OF_VERBS.iter().filter(|(programs, ..)| is_of(programs));
    let is_logon = LOGONS.contains(&program);
    if known.is_none() && !is_logon && positions.clone().next().is_none() && verbs.clone().next().is_none() {
        return Vec::new();
    }
    let words = words(text, from);
    let mut found: Vec<_> = positions
        .filter_map(|(_, verb, nth)| at_position(text, &words, verb, *nth))
        .map(|word| password(&word))
        .collect();
    if is_logon {
        found.extend(words.iter().find_map(|word| of_logon(text, word)));
    }
    if program.starts_with("net") {
        found.extend(of_net_use(text, &words).map(|word| password(&word)));
    }
    if let Some((_, manner, switches)) = known {
        found.extend(of_switches(text, &words, *manner, switches, program));
    }
    for (_, verb, switches) in verbs {
        if words.iter().any(|word| bare(text, word).eq_ignore_ascii_case(verb)) {
            found.extend(of_switches(text, &words, Manner::Unix, switches, program));
        }
    }
    found
}

/// The password of `me/password@db`.
fn of_logon(text: &str, word: &Range<usize>) -> Option<Secret> {
    let word = unquoted(text, word.clone());
    let (user, rest) = text[word.clone()].split_once('/')?;
    let start = word.start + user.len() + 1;
    let is_user = !user.is_empty() && !user.contains(['@', '.', ':', '\\']);
    is_user.then(|| password(&(start..start + rest.find('@').unwrap_or(rest.len()))))
}

/// The text of a word without quotes around it.
fn bare<'a>(text: &'a str, word: &Range<usize>) -> &'a str {
    &text[unquoted(text, word.clone())]
}

/// Whether a word is a switch of a Windows program.
fn is_switch(text: &str, word: &Range<usize>) -> bool {
    bare(text, word).starts_with(['/', '-'])
}

/// The nth word behind the verb, which is the first word but for switches.
fn at_position(text: &str, words: &[Range<usize>], verb: &str, nth: usize) -> Option<Range<usize>> {
    let mut plain = words.iter().filter(|word| !is_switch(text, word));
    let is_verb = |word: &&Range<usize>| bare(text, word).eq_ignore_ascii_case(verb);
    if verb.starts_with('/') {
        words.iter().find(is_verb)?;
    } else if !verb.is_empty() {
        plain.by_ref().take(3).find(is_verb)?;
    }
    given(text, plain.nth(nth)?)
}

/// `net use X: \\server\share PASSWORD /user:NAME`: switches may stand anywhere among the words.
fn of_net_use(text: &str, words: &[Range<usize>]) -> Option<Range<usize>> {
    let mut plain = words.iter().filter(|word| !bare(text, word).starts_with('/'));
    plain.next().filter(|word| bare(text, word).eq_ignore_ascii_case("use"))?;
    plain.find(|word| {
        let place = text[(*word).clone()].trim_start_matches(['"', '\'']);
        place.starts_with(r"\\") || place.contains("://")
    })?;
    given(text, plain.next()?)
}

/// The word as a password. `*` and `?` ask for it.
fn given(text: &str, word: &Range<usize>) -> Option<Range<usize>> {
    let word = unquoted(text, word.clone());
    // The end of a command that stands in quotes itself, and what begins the next one, are no password.
    let is_other = matches!(
        &text[word.clone()],
        "" | "*" | "?" | "^" | "`" | "\\" | "&" | "&&" | "|" | "||" | ">" | ">>" | "2>&1" | ">nul"
    );
    (!is_other && !is_switch(text, &word)).then_some(word)
}

/// The values of the switches among the words.
fn of_switches(
    text: &str,
    words: &[Range<usize>],
    manner: Manner,
    switches: &[&str],
    program: &str,
) -> Vec<Secret> {
    let mut found = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let is_quoted = text[word.clone()].starts_with(['"', '\'']);
        let word = if is_quoted { unquoted(text, word.clone()) } else { word.clone() };
        let written = text[word.clone()].trim_end_matches(['"', '\'']);
        let given = switches.iter().find_map(|switch| Some((*switch, value_of(written, switch, manner)?)));
        // The signs behind a word of a list are no value.
        let is_sign = |value: &str| !value.is_empty() && value.chars().all(|c| "\"',])}".contains(c));
        let given = given.filter(|(_, value)| !is_sign(value));
        let given = given.filter(|(_, value)| program != "curl" || !is_word_of_letters(written, value));
        let next = || words.get(index + 1).map(|next| unquoted(text, next.clone()));
        let (switch, value) = match given {
            _ if program == "curl" && is_cluster(written) => ("-u", next()),
            Some((switch, "")) => (switch, next()),
            Some((switch, value)) => {
                let start = word.start + written.len() - value.len();
                (switch, Some(unquoted(text, start..word.end)))
            }
            None => continue,
        };
        found.extend(value.map(|value| {
            let is_plain = may_be_plain(program, switch, &text[value.clone()]);
            Secret { name: if is_plain { "option" } else { "password" }, ..password(&value) }
        }));
    }
    found
}

/// `-su me:x`: several letters of curl's behind one sign.
fn is_cluster(written: &str) -> bool {
    let letters = written.strip_prefix('-').filter(|_| written.len() < 8 && written.ends_with(['u', 'U']));
    letters.is_some_and(|letters| letters.bytes().all(|c| c.is_ascii_alphabetic()))
}

/// Whether a value that follows its switch at once makes a word of letters with it: `-UseBasicParsing`, `-Uri` and their
/// like are PowerShell's, which calls a command of its own `curl`.
fn is_word_of_letters(written: &str, value: &str) -> bool {
    let letters = written.strip_prefix('-').filter(|_| !value.is_empty());
    letters.is_some_and(|letters| letters.bytes().all(|c| c.is_ascii_alphabetic()))
}

/// Whether the value of a switch may be a file or the name of a user, which is masked and is no finding.
fn may_be_plain(program: &str, switch: &str, value: &str) -> bool {
    match (program, switch) {
        // `name=value` is a cookie, anything else a file of cookies.
        ("curl", "-b" | "--cookie") => !value.contains('='),
        // `file:password`, where the file may begin with a drive.
        ("curl", "-E" | "--cert") => !value.chars().skip(2).any(|c| c == ':'),
        ("curl", _) => !value.contains(':'),
        ("wget", "--user") => true,
        ("lftp", _) => !value.contains(','),
        ("smbclient", _) => !value.contains('%'),
        ("openssl", switch) => switch != "-k" && !value.starts_with("pass:"),
        _ => false,
    }
}

/// What follows the switch in its own word: nothing where the next word is its value, `None` where the word is not this
/// switch.
fn value_of<'a>(written: &'a str, switch: &str, manner: Manner) -> Option<&'a str> {
    if manner == Manner::Windows {
        let body = written.strip_prefix(['/', '-'])?;
        let head = body.get(..switch.len()).filter(|head| head.eq_ignore_ascii_case(switch))?;
        let rest = &body[head.len()..];
        return if rest.is_empty() { Some(rest) } else { rest.strip_prefix([':', '=']) };
    }
    let rest = written.strip_prefix(switch)?;
    let value = rest.trim_start_matches([':', '=']);
    let may_attach = manner == Manner::Unix;
    let is_attached =
        value.len() < rest.len() || may_attach && switch.len() <= 3 && !switch.starts_with("--");
    (rest.is_empty() || is_attached).then_some(value)
}

/// The name of a program without its folder and its extension, in lower case; empty for what cannot be one.
fn program(word: &str) -> String {
    let leaf = word.trim_end_matches(['"', '\'', ')', '}', '`', '\\', ',']);
    let leaf = leaf
        .rsplit(['\\', '/', '&', '|', '(', '{', ';', '@', '"', '\'', '`', '=', ':', '>'])
        .next()
        .unwrap_or(leaf);
    if leaf.len() > 24 {
        return String::new();
    }
    let lower = leaf.replace('^', "").to_ascii_lowercase();
    let bare = [".exe", ".com", ".cmd"].iter().find_map(|extension| lower.strip_suffix(extension));
    bare.map_or_else(|| lower.clone(), str::to_owned)
}

/// Some words of `text` from `from` on; quotes hold one together. A word that is too long reaches to the end of the text.
fn words(text: &str, from: usize) -> Vec<Range<usize>> {
    let end = text.floor_char_boundary((from + MOST_BYTES).min(text.len()));
    let near = &text[from..end];
    let (mut words, mut start, mut quote) = (Vec::new(), None, None);
    let last = |quote: char| near.rfind(quote).map_or(from, |at| from + at);
    let (double, single) = (last('"'), last('\''));
    for (at, character) in near.char_indices().map(|(at, character)| (from + at, character)) {
        let is_closed = at < if character == '"' { double } else { single };
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            // A quote that closes the command, and an apostrophe within a word, open nothing.
            (None, '"' | '\'') if is_closed && opens(&text[start.unwrap_or(at)..at], character) => {
                quote = Some(character);
                start.get_or_insert(at);
            }
            (None, _) if character.is_whitespace() => words.extend(start.take().map(|start| start..at)),
            (None, _) => {
                start.get_or_insert(at);
            }
        }
        if words.len() == MOST_WORDS {
            return words;
        }
    }
    words.extend(start.map(|start| start..if end < text.len() { text.len() } else { end }));
    words
}

/// Whether a quote behind this part of a word opens: at its beginning, behind a sign, in a switch.
fn opens(word: &str, quote: char) -> bool {
    word.is_empty() || word.ends_with([':', '=', '\\']) || quote == '"' && word.starts_with(['/', '-'])
}

/// The word without quotes around it, or the one quote that closes the command around it.
fn unquoted(text: &str, word: Range<usize>) -> Range<usize> {
    let inner = &text[word.clone()];
    let begun = inner.trim_start_matches('\\');
    for quote in ['"', '\''] {
        if let Some(body) = begun.strip_prefix(quote) {
            let start = word.end - body.len();
            let closed = body.trim_end_matches(['\\', quote]);
            return start..start + closed.len();
        }
    }
    let closed = inner.trim_end_matches('"');
    word.start..word.start + if closed.is_empty() { inner.len() } else { closed.len() }
}
