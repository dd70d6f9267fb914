//! Reading test vectors: header lines, a blank line, then the bytes (`tests/vectors/README.md`).

use crate::tests_folder;
use std::fs;
use std::io;

/// A test vector.
#[derive(Debug)]
pub struct VectorFile {
    /// The name of the vector's file.
    pub name: String,
    headers: Vec<(String, String)>,
    /// The bytes after the blank line.
    pub body: Vec<u8>,
}

impl VectorFile {
    /// Splits the bytes of a file into headers and body.
    ///
    /// # Errors
    /// There is no blank line, or a line before it is no header.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, String> {
        let end = bytes
            .windows(2)
            .position(|pair| pair == b"\n\n")
            .ok_or_else(|| format!("{name}: no blank line"))?;
        let text = String::from_utf8_lossy(&bytes[..end]);
        let header = |line: &str| {
            let (key, value) =
                line.split_once(": ").ok_or_else(|| format!("{name}: not a header: {line}"))?;
            Ok((key.to_owned(), value.to_owned()))
        };
        let headers = text.lines().map(header).collect::<Result<_, String>>()?;
        Ok(Self { name: name.to_owned(), headers, body: bytes[end + 2..].to_vec() })
    }

    /// All values of the header `key`, in their order.
    pub fn all(&self, key: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(found, _)| found == key).map(|(_, value)| value.as_str())
    }

    /// The value of the header `key`.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.all(key).next()
    }

    /// The expected result: `success`, or the class of the refusal.
    pub fn expect(&self) -> &str {
        self.get("expect").unwrap_or("no `expect` header")
    }
}

/// All vectors of `group`, sorted by name.
///
/// # Errors
/// A file cannot be read, or is no vector.
pub fn read_group(group: &str) -> io::Result<Vec<VectorFile>> {
    let mut vectors = Vec::new();
    for entry in fs::read_dir(tests_folder().join("vectors").join(group))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        vectors.push(VectorFile::parse(&name, &fs::read(entry.path())?).map_err(io::Error::other)?);
    }
    vectors.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(vectors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_starts_behind_the_first_blank_line_whatever_it_holds() {
        let vector = VectorFile::parse("v", b"expect: mac\nfile: 1 a: b\nfile: 2 c\n\n\n\n\xff\n\n").unwrap();
        assert_eq!(vector.expect(), "mac");
        assert_eq!(vector.all("file").collect::<Vec<_>>(), ["1 a: b", "2 c"]);
        assert_eq!(vector.body, b"\n\n\xff\n\n");
        assert!(VectorFile::parse("v", b"expect: mac\n").is_err());
        assert!(VectorFile::parse("v", b"expect mac\n\n").is_err());
    }
}
