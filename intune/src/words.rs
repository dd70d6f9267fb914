//! The right word for one that a vocabulary does not have.

/// What people write for a word of Graph without being near it letter by letter: the labels of Intune's portal (its
/// pages "Detection rules", "Requirements", "Program", as of 2025), signs and operators of PowerShell, and names of
/// architectures. Written without case, blanks and signs, but for names that are nothing else.
const LABELS: [(&str, &str); 54] = [
    ("=", "equal"),
    ("==", "equal"),
    ("eq", "equal"),
    ("is", "equal"),
    ("!=", "notEqual"),
    ("<>", "notEqual"),
    ("ne", "notEqual"),
    (">", "greaterThan"),
    ("gt", "greaterThan"),
    (">=", "greaterThanOrEqual"),
    ("ge", "greaterThanOrEqual"),
    ("<", "lessThan"),
    ("lt", "lessThan"),
    ("<=", "lessThanOrEqual"),
    ("le", "lessThanOrEqual"),
    ("greaterthanorequalto", "greaterThanOrEqual"),
    ("lessthanorequalto", "lessThanOrEqual"),
    ("fileorfolderexists", "exists"),
    ("keyexists", "exists"),
    ("valueexists", "exists"),
    ("fileorfolderdoesnotexist", "doesNotExist"),
    ("keydoesnotexist", "doesNotExist"),
    ("valuedoesnotexist", "doesNotExist"),
    ("notexists", "doesNotExist"),
    ("datemodified", "modifiedDate"),
    ("datecreated", "createdDate"),
    ("stringversion", "version"),
    ("stringcomparison", "string"),
    ("versioncomparison", "version"),
    ("integercomparison", "integer"),
    ("floatingpoint", "float"),
    ("dateandtime", "dateTime"),
    ("determinebehaviorbasedonreturncodes", "basedOnReturnCode"),
    ("nospecificaction", "suppress"),
    ("appinstallmayforceadevicerestart", "allow"),
    ("intunewillforceamandatorydevicerestart", "force"),
    ("localsystem", "system"),
    ("localsystemaccount", "system"),
    ("ntauthoritysystem", "system"),
    ("systemcontext", "system"),
    ("machine", "system"),
    ("device", "system"),
    ("loggedonuser", "user"),
    ("loggedinuser", "user"),
    ("signedinuser", "user"),
    ("currentuser", "user"),
    ("usercontext", "user"),
    ("size", "sizeInMB"),
    ("filesize", "sizeInMB"),
    ("sizebytes", "sizeInBytes"),
    ("amd64", "x64"),
    ("64bit", "x64"),
    ("32bit", "x86"),
    ("aarch64", "arm64"),
];

/// The most letters of a word that is compared with others; the longest known one has 43.
const MOST_LETTERS: usize = 64;

/// The word of `known` that `word` is most likely meant to be: the same but for case, blanks and signs, or the one of
/// which it is the label in Intune's portal, else the one that takes the fewest letters to change, and at most a third of
/// them. Nothing where none is near. The time is bounded, however long `word` is.
///
/// ```
/// use waybill_intune::nearest_word;
/// use waybill_schemas::app::{Operator, ReturnCodeType};
///
/// assert_eq!(nearest_word("GreaterThen", Operator::KNOWN), Some("greaterThan"));
/// assert_eq!(nearest_word(">=", Operator::KNOWN), Some("greaterThanOrEqual"));
/// assert_eq!(nearest_word("Soft reboot", ReturnCodeType::KNOWN), Some("softReboot"));
/// assert_eq!(nearest_word("roughly", Operator::KNOWN), None);
/// ```
pub fn nearest_word(word: &str, known: &[&'static str]) -> Option<&'static str> {
    // The limit is in bytes first, so that not even the letters of 16 MiB are counted.
    if word.len() > 4 * MOST_LETTERS || word.chars().count() > MOST_LETTERS {
        return None;
    }
    let letters = bare(word);
    let label = LABELS.iter().find(|(label, meant)| *label == letters && known.contains(meant));
    if let Some((_, meant)) = label {
        return Some(meant);
    }
    let near = known.iter().filter_map(|candidate| {
        let most = candidate.len() / 3;
        let length = candidate.len().abs_diff(letters.len());
        // Each letter too few or too many takes a change: most words need no further look.
        let distance =
            (length <= most || !letters.is_ascii()).then(|| letters_to_change(&letters, &bare(candidate)))?;
        (distance <= most).then_some((distance, *candidate))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// The word without case, and without blanks and signs unless it has nothing else.
fn bare(word: &str) -> String {
    let letters: String = word.chars().filter(|letter| letter.is_alphanumeric()).collect();
    if letters.is_empty() { word.trim().to_owned() } else { letters.to_lowercase() }
}

/// A word as messages quote it: at most 60 letters.
pub(crate) fn quoted(word: &str) -> String {
    match word.char_indices().nth(60) {
        Some((end, _)) => format!("`{}…`", &word[..end]),
        None => format!("`{word}`"),
    }
}

/// Levenshtein's distance: insertions, deletions and replacements from one word to the other.
fn letters_to_change(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for column in 0..to.len() {
            let replaced = diagonal + usize::from(letter != to[column]);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use waybill_schemas::app::{
        Architectures, DeviceRestartBehavior, FileSystemOperation, Operator, RegistryOperation,
        ReturnCodeType, RunAsAccount, ScriptOperation,
    };

    #[test]
    fn a_slip_finds_its_word_and_another_word_finds_none() {
        const WORDS: &[&str] = &["notConfigured", "exists", "doesNotExist", "string", "integer", "version"];
        for (slip, word) in [
            ("Exists", Some("exists")),
            ("exist", Some("exists")),
            ("doesNotExists", Some("doesNotExist")),
            (" int", None),
            ("interger", Some("integer")),
            ("text", None),
            ("", None),
        ] {
            assert_eq!(nearest_word(slip, WORDS), word, "{slip}");
        }
        assert_eq!(nearest_word("exists", &[]), None);
    }

    #[test]
    fn labels_of_the_portal_find_their_words() {
        for (label, known, word) in [
            ("Soft reboot", ReturnCodeType::KNOWN, "softReboot"),
            ("Hard reboot", ReturnCodeType::KNOWN, "hardReboot"),
            ("Success", ReturnCodeType::KNOWN, "success"),
            ("Determine behavior based on return codes", DeviceRestartBehavior::KNOWN, "basedOnReturnCode"),
            ("Intune will force a mandatory device restart", DeviceRestartBehavior::KNOWN, "force"),
            ("Greater than or equal to", Operator::KNOWN, "greaterThanOrEqual"),
            ("Not equal to", Operator::KNOWN, "notEqual"),
            ("Equals", Operator::KNOWN, "equal"),
            ("equals", Operator::KNOWN, "equal"),
            ("-ge", Operator::KNOWN, "greaterThanOrEqual"),
            ("File or folder exists", FileSystemOperation::KNOWN, "exists"),
            ("Size in MB", FileSystemOperation::KNOWN, "sizeInMB"),
            ("String (version)", FileSystemOperation::KNOWN, "version"),
            ("Integer comparison", RegistryOperation::KNOWN, "integer"),
            ("Date and Time", ScriptOperation::KNOWN, "dateTime"),
            ("Systen", RunAsAccount::KNOWN, "system"),
            ("NT AUTHORITY\\SYSTEM", RunAsAccount::KNOWN, "system"),
            ("LocalSystem", RunAsAccount::KNOWN, "system"),
            ("Logged on user", RunAsAccount::KNOWN, "user"),
            ("loggedOnUser", RunAsAccount::KNOWN, "user"),
            ("signed-in user", RunAsAccount::KNOWN, "user"),
            ("size", FileSystemOperation::KNOWN, "sizeInMB"),
            ("Size in bytes", FileSystemOperation::KNOWN, "sizeInBytes"),
            ("amd64", Architectures::KNOWN, "x64"),
            ("64-bit", Architectures::KNOWN, "x64"),
        ] {
            assert_eq!(nearest_word(label, known), Some(word), "{label}");
        }
    }

    #[test]
    fn a_word_of_many_mebibytes_costs_nothing() {
        let long = "x".repeat(16 << 20);
        for _ in 0..10_000 {
            assert_eq!(nearest_word(&long, Operator::KNOWN), None);
        }
        assert_eq!(quoted(&long).chars().count(), 63);
    }
}
