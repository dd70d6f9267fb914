//! Which names of parameters, variables and fields are a secret's.

/// The words of the rule, and those that PowerShell and HTTP put before a secret.
const WORDS: [&str; 14] = [
    "key",
    "pass",
    "pwd",
    "token",
    "secret",
    "pin",
    "serial",
    "licence",
    "license",
    "credential",
    "securestring",
    "bearer",
    "activationcode",
    "recoverycode",
];

/// What passwords are called in other languages. A program that speaks one of them names nothing else so.
const OF_OTHER_LANGUAGES: [&str; 16] = [
    "kennwort",
    "passwort",
    "contrase",
    "wachtwoord",
    "senha",
    "парол",
    "hasł",
    "heslo",
    "jelsz",
    "adgangskode",
    "lösenord",
    "salasana",
    "密码",
    "密碼",
    "パスワード",
    "비밀번호",
];

/// Names, and last parts of names such as `ADMIN_PW` and `Set-Cookie`, that are a secret's. A longer word that holds one of
/// them is not.
const WHOLE: [&str; 14] = [
    "psk",
    "sig",
    "signature",
    "pw",
    "psw",
    "pswd",
    "cred",
    "creds",
    "auth",
    "authorization",
    "cookie",
    "otp",
    "sn",
    "pat",
];

/// Parameters of a URL's query that hold what somebody signs in with, and are ordinary words elsewhere.
const OF_QUERY: [&str; 4] = ["code", "access", "ticket", "assertion"];

/// How the names of passwords and their like end.
const PASSWORDS: [&str; 18] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "sharedkey",
    "privatekey",
    "authkey",
    "secretkey",
    "connectionstring",
    "pswd",
    "kennwort",
    "passwort",
    "credentials",
];

/// How the names of licence keys end.
const LICENCES: [&str; 6] =
    ["licencekey", "licensekey", "productkey", "pidkey", "serialnumber", "activationkey"];

/// Whether the name of a parameter or variable may be a secret's. Masking asks this: it takes `HotKey`, too.
pub fn holds_secret_word(name: &str) -> bool {
    let lower = plain(name);
    let last = lower.trim_end_matches(['_', '-']).rsplit(['_', '-']).next().unwrap_or_default();
    WHOLE.contains(&last) || holds_word(&lower) || is_code(&lower) || imitates(&lower)
}

/// Whether a name in lower case holds one of the words, in any language.
fn holds_word(lower: &str) -> bool {
    WORDS.iter().chain(&OF_OTHER_LANGUAGES).any(|word| lower.contains(word))
}

/// Whether a name is that of a code that opens something: `REGCODE`, `unlock-code`.
fn is_code(lower: &str) -> bool {
    const CODES: [&str; 7] =
        ["activation", "registration", "reg", "unlock", "onetime", "verification", "enrollment"];
    lower.ends_with("code") && {
        let bare = lower.replace(['_', '-', '.'], "");
        CODES.iter().any(|code| bare.strip_suffix("code").is_some_and(|before| before.ends_with(code)))
    }
}

/// Whether a name holds one of the words in letters of which some only look like those: `pаssword` with a Cyrillic `а`.
fn imitates(lower: &str) -> bool {
    const ALIKE: [(char, char); 12] = [
        ('а', 'a'),
        ('е', 'e'),
        ('о', 'o'),
        ('р', 'p'),
        ('с', 'c'),
        ('ѕ', 's'),
        ('і', 'i'),
        ('ԝ', 'w'),
        ('к', 'k'),
        ('у', 'y'),
        ('т', 't'),
        ('ο', 'o'),
    ];
    if lower.is_ascii() {
        return false;
    }
    let alike = |c: char| ALIKE.iter().find(|(from, _)| *from == c).map_or(c, |(_, to)| *to);
    let latin: String = lower.chars().map(alike).collect();
    latin != lower && holds_word(&latin)
}

/// Whether a parameter of a URL's query holds what somebody signs in with.
pub(super) fn signs_in(name: &str) -> bool {
    OF_QUERY.contains(&plain(name).as_str()) || holds_secret_word(name)
}

/// Whether a name is that of a password, a token or a key, as far as a name can say so. Lint asks this.
pub fn names_password(name: &str) -> bool {
    let bare = bare(name);
    // `NOPASSWORD=1` says that there is no password.
    let is_flag = ["no", "skip", "disable", "hide"].iter().any(|begin| bare.starts_with(begin));
    let is_whole = ["sig", "signature", "pw", "psw"].contains(&bare.as_str());
    !is_flag && bare != "publickeytoken" && (is_whole || ends_with_any(&bare, &PASSWORDS))
}

/// Whether a name is that of a licence key.
pub fn names_licence(name: &str) -> bool {
    ends_with_any(&bare(name), &LICENCES)
}

/// Whether a name by itself, without any sign, says that the next word is a secret: `PASSWORD x`, `KEY x`, but not
/// `Key not found`.
pub(super) fn gives_next_word(name: &str) -> bool {
    let is_property =
        name.len() > 2 && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let lower = plain(name);
    names_password(name)
        || names_licence(name)
        || lower == "bearer"
        || OF_OTHER_LANGUAGES.iter().any(|word| lower.contains(word))
        || lower.ends_with("credential")
        || is_property && holds_secret_word(name)
}

/// Whether a name is one of the words by itself, such as the `key` of `license key 12-34`.
pub(super) fn is_secret_word(name: &str) -> bool {
    let lower = plain(name);
    let is_one = |part: &str| WORDS.contains(&part) || OF_OTHER_LANGUAGES.contains(&part);
    let is_word = |part: &str| is_one(part) || part.strip_suffix('s').is_some_and(is_one);
    is_word(&lower) || lower.split_once('-').is_some_and(|(first, last)| is_word(first) || is_word(last))
}

fn ends_with_any(bare: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| bare.ends_with(ending))
}

/// The letters and digits of a name, in lower case.
fn bare(name: &str) -> String {
    plain(name).chars().filter(char::is_ascii_alphanumeric).collect()
}

/// The nth letter of the alphabet.
fn letter(index: u32) -> Option<char> {
    char::from_u32(u32::from('a') + index)
}

/// A name in lower case, as its readers take it: without the sign by which cmd takes the next one as it is, without hyphens
/// that nobody sees, and with full-width letters as ordinary ones.
fn plain(name: &str) -> String {
    let seen = name.chars().filter(|c| !matches!(c, '^' | '\u{ad}'));
    let ordinary = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        // Circled letters, and the alphabets of mathematics: each has 26 capitals, then 26 small letters.
        'Ⓐ'..='ⓩ' => letter((u32::from(c) - 0x24b6) % 26).unwrap_or(c),
        '\u{1d400}'..='\u{1d6a3}' => letter((u32::from(c) - 0x1d400) % 26).unwrap_or(c),
        c => c,
    };
    seen.map(ordinary).collect::<String>().to_lowercase()
}
