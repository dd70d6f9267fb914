//! The file that was probably meant.

use crate::walk::SourceList;

/// A file of the same leaf name, case aside, anywhere; the one with the shortest name.
pub(super) fn same_leaf(list: &SourceList, name: &str) -> Option<String> {
    let leaf = leaf_of(name).to_lowercase();
    let same = list.iter().filter(|entry| !entry.is_folder() && entry.leaf().to_lowercase() == leaf);
    same.map(|entry| entry.name()).min_by_key(|name| (name.len(), name.clone()))
}

/// The file whose leaf name needs the fewest edits, case aside, if these are at most a third of it.
pub(super) fn by_distance(list: &SourceList, name: &str) -> Option<String> {
    let wanted: Vec<char> = leaf_of(name).to_lowercase().chars().take(LONGEST).collect();
    let most = (wanted.len() / 3).max(1);
    let files = list.iter().filter(|entry| !entry.is_folder());
    let near = files.filter_map(|entry| {
        let leaf: Vec<char> = entry.leaf().to_lowercase().chars().take(LONGEST).collect();
        let may_be_near = leaf.len().abs_diff(wanted.len()) <= most;
        let distance = if may_be_near { distance(&wanted, &leaf) } else { usize::MAX };
        (distance <= most).then_some((distance, entry))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, entry)| entry.name())
}

/// No name is longer on Windows.
const LONGEST: usize = 255;

fn leaf_of(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// Levenshtein's distance: insertions, deletions and replacements.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, one) in left.iter().enumerate() {
        let mut diagonal = above;
        let mut before = above + 1;
        if let Some(first) = row.first_mut() {
            *first = before;
        }
        for (cell, other) in row.iter_mut().skip(1).zip(right) {
            let replaced = diagonal + usize::from(one != other);
            diagonal = *cell;
            before = replaced.min(before + 1).min(diagonal + 1);
            *cell = before;
        }
    }
    row.last().copied().unwrap_or(left.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_levenshteins() {
        let of = |left: &str, right: &str| {
            distance(&left.chars().collect::<Vec<_>>(), &right.chars().collect::<Vec<_>>())
        };
        assert_eq!((of("kitten", "sitting"), of("", "abc"), of("abc", ""), of("flaw", "lawn")), (3, 3, 3, 2));
        assert_eq!((of("same", "same"), of("setup.exe", "setpu.exe")), (0, 2));
    }
}
