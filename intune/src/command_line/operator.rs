//! Signs that only a shell understands.

/// The first of `&&`, `||`, `&`, `|`, `>` and `<` that stands outside quotes.
pub fn first_operator(line: &str) -> Option<&'static str> {
    let mut in_quotes = false;
    let (at, _) = line.char_indices().find(|(_, character)| {
        in_quotes ^= *character == '"';
        !in_quotes && matches!(character, '&' | '|' | '>' | '<')
    })?;
    ["&&", "||", ">>", "&", "|", ">", "<"].into_iter().find(|operator| line[at..].starts_with(operator))
}

#[cfg(test)]
mod tests {
    use super::first_operator;

    #[test]
    fn only_those_outside_quotes_count() {
        for (line, operator) in [
            ("setup.exe /S && reg import a.reg", Some("&&")),
            ("setup.exe > log.txt", Some(">")),
            ("a | b || c", Some("|")),
            ("setup.exe A=\"b & c\" /S", None),
            ("\"a\" & \"b\"", Some("&")),
        ] {
            assert_eq!(first_operator(line), operator, "{line}");
        }
    }
}
