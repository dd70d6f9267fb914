//! What is wrong with a value, in plain words: the parser's own messages name Rust's types and quote values.

/// `message` without the position that serde_json puts behind it.
pub(super) fn without_position(message: &str) -> &str {
    message.rsplit_once(" at line ").map_or(message, |(reason, _)| reason)
}

/// A message of serde in plain words. It quotes no value, because a value may be a secret; a message of our own is
/// returned as it is.
pub(super) fn plain_reason(message: &str) -> String {
    let parts = |prefix| message.strip_prefix(prefix).and_then(|rest: &str| rest.rsplit_once(", expected "));
    let name = |prefix| message.strip_prefix(prefix).and_then(|rest: &str| rest.split('`').next());
    if let Some((found, wanted)) = parts("invalid type: ") {
        return format!("it is {}, and {} belongs there", kind_of(found), wanted_kind(wanted));
    }
    if let Some((_, wanted)) = parts("invalid value: ").or_else(|| parts("invalid length ")) {
        return format!("it cannot have this value; {} belongs there", wanted_kind(wanted));
    }
    match (name("missing field `"), name("duplicate field `")) {
        (Some(field), _) => format!("`{field}` is missing"),
        (_, Some(field)) => format!("`{field}` stands twice"),
        _ => message.to_owned(),
    }
}

/// The kind of JSON value that serde found, e.g. for `integer \`7\``.
fn kind_of(found: &str) -> &'static str {
    match found.split(' ').next().unwrap_or_default() {
        "boolean" => "true or false",
        "integer" => "a number",
        "floating" => "a number with a fraction",
        "string" | "str" | "character" => "text",
        "map" => "an object",
        "sequence" => "a list",
        "null" | "unit" | "Option" => "null",
        _ => "another kind of value",
    }
}

/// The kind of JSON value that a type of Rust is read from.
fn wanted_kind(wanted: &str) -> &'static str {
    match wanted {
        "a string" | "string" | "str" => "text",
        "a boolean" => "true or false",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0",
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        "a map" => "an object",
        "a sequence" => "a list",
        nonzero if nonzero.contains("nonzero") => "a whole number from 1",
        object if object.starts_with("struct ") => "an object",
        list if list.starts_with("a tuple") => "a list",
        _ => "another kind of value",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_of_rust_and_no_value_is_left() {
        for (message, plain) in [
            (
                "invalid type: string \"hunter2, expected u32\", expected u32 at line 3 column 9",
                "it is text, and a whole number from 0 belongs there",
            ),
            ("invalid type: map, expected a sequence", "it is an object, and a list belongs there"),
            (
                "invalid type: string \"x\", expected struct InstallExperience",
                "it is text, and an object belongs there",
            ),
            (
                "invalid value: integer `0`, expected a nonzero u32",
                "it cannot have this value; a whole number from 1 belongs there",
            ),
            (
                "invalid type: floating point `1.5`, expected i64",
                "it is a number with a fraction, and a whole number belongs there",
            ),
            ("missing field `returnCode` at line 1 column 2", "`returnCode` is missing"),
            ("duplicate field `a`", "`a` stands twice"),
            ("4294967296 is no exit code of 32 bits", "4294967296 is no exit code of 32 bits"),
        ] {
            assert_eq!(plain_reason(without_position(message)), plain);
        }
    }
}
