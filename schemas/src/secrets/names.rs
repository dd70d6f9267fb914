//! Which names of parameters, variables and fields are a secret's.

/// The words of the rule, and those that PowerShell and HTTP put before a secret.
const WORDS: [&str; 12] = [
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
];

/// Names that are a secret's as they stand: the signature of a signed URL.
const WHOLE: [&str; 2] = ["sig", "signature"];

/// How the names of passwords and their like end.
const PASSWORDS: [&str; 14] = [
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
];

/// How the names of licence keys end.
const LICENCES: [&str; 6] =
    ["licencekey", "licensekey", "productkey", "pidkey", "serialnumber", "activationkey"];

/// Whether the name of a parameter or variable may be a secret's. Masking asks this: it takes `HotKey`, too.
pub fn holds_secret_word(name: &str) -> bool {
    let lower = name.to_lowercase();
    WHOLE.contains(&lower.as_str()) || WORDS.iter().any(|word| lower.contains(word))
}

/// Whether a name is that of a password, a token or a key, as far as a name can say so. Lint asks this.
pub fn names_password(name: &str) -> bool {
    let bare = bare(name);
    // `NOPASSWORD=1` says that there is no password.
    let is_flag = ["no", "skip", "disable", "hide"].iter().any(|begin| bare.starts_with(begin));
    let is_signature = WHOLE.contains(&bare.as_str());
    !is_flag && bare != "publickeytoken" && (is_signature || ends_with_any(&bare, &PASSWORDS))
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
    let lower = name.to_lowercase();
    names_password(name)
        || names_licence(name)
        || ["credential", "credentials", "bearer"].contains(&lower.as_str())
        || is_property && holds_secret_word(name)
}

/// Whether a name is one of the words by itself, such as the `key` of `license key 12-34`.
pub(super) fn is_secret_word(name: &str) -> bool {
    let lower = name.to_lowercase();
    WORDS.contains(&lower.trim_end_matches('s'))
}

fn ends_with_any(bare: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| bare.ends_with(ending))
}

/// The letters and digits of a name, in lower case.
fn bare(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
}
