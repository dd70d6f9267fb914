//! How a command's variables differ from those of whoever ran us.

use waybill_schemas::report::install::EnvironmentDifference;
use waybill_schemas::secrets::{MASK, holds_secret_word, mask};
use waybill_system::{Environment, SystemKind};

/// The caller's variables; what is no Unicode is shown as well as can be.
pub(super) fn of_the_caller() -> impl Iterator<Item = (String, String)> {
    let lossy = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    std::env::vars_os().map(move |(name, value)| (lossy(name), lossy(value)))
}

/// Every name that differs, sorted: the command's with its value, but for secrets; the caller's alone without.
pub(super) fn differences(
    ours: &Environment,
    kind: SystemKind,
    caller: impl Iterator<Item = (String, String)>,
) -> Vec<EnvironmentDifference> {
    let mut theirs = Environment::new(kind);
    // Windows keeps a current directory for each drive in variables such as `=C:`.
    caller.filter(|(name, _)| !name.starts_with('=')).for_each(|(name, value)| theirs.set(name, value));
    let changed = ours.iter().filter(|(name, value)| theirs.get(name) != Some(value));
    let changed = changed.map(|(name, value)| EnvironmentDifference {
        name: name.to_owned(),
        value: Some(if holds_secret_word(name) { MASK.to_owned() } else { mask(value) }),
        left_out: false,
    });
    let gone = theirs.iter().filter(|(name, _)| ours.get(name).is_none());
    let gone =
        gone.map(|(name, _)| EnvironmentDifference { name: name.to_owned(), value: None, left_out: true });
    let mut all: Vec<_> = changed.chain(gone).collect();
    all.sort_by_key(|one| one.name.to_uppercase());
    all
}

/// The values of variables of secret names that `line` holds as `%NAME%`, the longest first.
pub(super) fn secrets_in(line: &str, block: &Environment) -> Vec<String> {
    let line = line.to_uppercase();
    let is_named = |name: &str| line.contains(&format!("%{}%", name.to_uppercase()));
    let secret =
        block.iter().filter(|(name, value)| holds_secret_word(name) && !value.is_empty() && is_named(name));
    let mut values: Vec<String> = secret.map(|(_, value)| value.to_owned()).collect();
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    values
}

/// The same block with the values of secret names masked.
pub(super) fn masked(block: &Environment, kind: SystemKind) -> Environment {
    let mut masked = Environment::new(kind);
    for (name, value) in block.iter() {
        masked.set(name, if holds_secret_word(name) { MASK } else { value });
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_are_told_and_secrets_are_not() {
        let mut ours = Environment::new(SystemKind::Windows);
        for (name, value) in [
            ("ProgramFiles", r"C:\Program Files (x86)"),
            ("windir", r"C:\Windows"),
            ("VENDOR_TOKEN", "abc"),
            ("OPTIONS", "--password hunter2"),
        ] {
            ours.set(name, value);
        }
        let caller = [
            ("PROGRAMFILES", r"C:\Program Files"),
            ("WINDIR", r"C:\Windows"),
            ("HTTPS_PROXY", "http://me:secret@proxy"),
            ("=C:", r"C:\x"),
        ];
        let caller = caller.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let all = differences(&ours, SystemKind::Windows, caller);
        let told: Vec<_> =
            all.iter().map(|one| (one.name.as_str(), one.value.as_deref(), one.left_out)).collect();
        let expected = [
            ("HTTPS_PROXY", None, true),
            ("OPTIONS", Some("--password ***"), false),
            ("ProgramFiles", Some(r"C:\Program Files (x86)"), false),
            ("VENDOR_TOKEN", Some("***"), false),
        ];
        assert_eq!(told, expected);
    }
}
