//! The right word for one that a vocabulary does not have.

/// The word of `known` that `word` is most likely meant to be: the same in another case, else the one that takes the
/// fewest letters to change, and at most a third of them. Nothing where none is near.
///
/// ```
/// use waybill_intune::nearest_word;
/// use waybill_schemas::app::Operator;
///
/// assert_eq!(nearest_word("GreaterThen", Operator::KNOWN), Some("greaterThan"));
/// assert_eq!(nearest_word("roughly", Operator::KNOWN), None);
/// ```
pub fn nearest_word(word: &str, known: &[&'static str]) -> Option<&'static str> {
    let word = word.trim().to_lowercase();
    let distances =
        known.iter().map(|candidate| (letters_to_change(&word, &candidate.to_lowercase()), *candidate));
    let (distance, candidate) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= candidate.len() / 3).then_some(candidate)
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
}
