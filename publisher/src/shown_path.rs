//! Paths as people write them.

use std::path::Path;

/// The path for a message: without the `\\?\` that Windows' canonical paths carry.
pub(crate) fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    match text.strip_prefix(r"\\?\") {
        Some(rest) => {
            rest.strip_prefix(r"UNC\").map_or_else(|| rest.to_owned(), |share| format!(r"\\{share}"))
        }
        None => text.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbatim_prefixes_are_not_shown() {
        assert_eq!(shown(Path::new(r"\\?\C:\a")), r"C:\a");
        assert_eq!(shown(Path::new(r"\\?\UNC\server\share\a")), r"\\server\share\a");
        assert_eq!(shown(Path::new("a/b")), "a/b");
    }
}
