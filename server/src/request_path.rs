//! What a request's path asks for: a relative name below the folder, or nothing that is served.

use intunewin::EntryName;

/// Why a path is not looked for on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PathFault {
    /// Not a path, or not decodable: the request is malformed.
    Malformed,
    /// A name that is never served: there is nothing there.
    NotServed,
}

/// The name that `path` (percent-encoded, from its first `/`) asks for: every rule of the archive policy holds for it,
/// no component begins with a dot, and it has no `\`.
///
/// # Errors
/// Why it is not looked for.
pub(crate) fn parse(path: &str) -> Result<EntryName, PathFault> {
    let encoded = path.strip_prefix('/').ok_or(PathFault::Malformed)?;
    let mut decoded = String::with_capacity(encoded.len());
    for (index, segment) in encoded.split('/').enumerate() {
        let segment = decode(segment)?;
        // A separator that was encoded would make two components of one.
        if segment.contains(['/', '\\']) || segment.starts_with('.') {
            return Err(PathFault::NotServed);
        }
        if index > 0 {
            decoded.push('/');
        }
        decoded.push_str(&segment);
    }
    match EntryName::parse(decoded.as_bytes(), true) {
        Ok(name) if !name.is_folder() => Ok(name),
        _ => Err(PathFault::NotServed),
    }
}

/// Percent-decoded once; what is not UTF-8 or holds NUL is malformed.
fn decode(segment: &str) -> Result<String, PathFault> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let [high, low, tail @ ..] = rest else { return Err(PathFault::Malformed) };
        bytes.push(digit(*high)? << 4 | digit(*low)?);
        rest = tail;
    }
    if bytes.contains(&0) {
        return Err(PathFault::Malformed);
    }
    String::from_utf8(bytes).map_err(|_| PathFault::Malformed)
}

fn digit(character: u8) -> Result<u8, PathFault> {
    let value = char::from(character).to_digit(16).ok_or(PathFault::Malformed)?;
    u8::try_from(value).map_err(|_| PathFault::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_are_decoded_once() {
        for (path, name) in [
            ("/content.bin", "content.bin"),
            ("/00ff/pieces.json", "00ff/pieces.json"),
            ("/a%20b/%C3%9Cber.txt", "a b/Über.txt"),
            ("/100%25.txt", "100%.txt"),
            ("/a%2525", "a%25"),
        ] {
            assert_eq!(parse(path).unwrap().as_str(), name);
        }
    }

    #[test]
    fn what_is_malformed_is_told_from_what_is_not_served() {
        for path in ["", "*", "a", "/%", "/%4", "/%zz", "/a%00b", "/%00", "/%ff", "/a%C3", "/%+1"] {
            assert_eq!(parse(path), Err(PathFault::Malformed), "{path}");
        }
        for path in [
            "/",
            "//",
            "/a/",
            "//a",
            "/a//b",
            "/.",
            "/..",
            "/../a",
            "/a/../b",
            "/a/./b",
            "/a/..",
            "/%2e%2e/a",
            "/.%2e/a",
            "/%2E",
            "/a%2fb",
            "/..%2fa",
            "/%2fetc",
            "/a%5cb",
            "/a\\b",
            "/..\\a",
            "/..%5ca",
            "/C:/a",
            "/C:",
            "/c%3a/a",
            "/a:stream",
            "/a::$DATA",
            "/CON",
            "/con.txt",
            "/a/nul",
            "/COM1",
            "/lpt%C2%B9",
            "/aux%20.json",
            "/a.",
            "/a%20",
            "/a./b",
            "/.git/config",
            "/a/.hidden",
            "/.hidden",
            "/a%0Ab",
            "/a%7f",
            "/a*",
            "/a%3f",
            "/%3ca%3e",
            "/a%7Cb",
            "/%22",
            "/%C2%85",
        ] {
            assert_eq!(parse(path), Err(PathFault::NotServed), "{path}");
        }
        assert_eq!(parse(&format!("/{}", "a/".repeat(65))), Err(PathFault::NotServed));
        assert_eq!(parse(&format!("/{}", "a".repeat(256))), Err(PathFault::NotServed));
    }
}
