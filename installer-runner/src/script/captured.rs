use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// How much of a script's output is looked at.
pub(crate) const OUTPUT_LIMIT: u64 = 64 * 1024;

/// The most characters of it that a report shows.
const EXCERPT: usize = 200;

/// What a script wrote to stdout or stderr.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Captured {
    /// The beginning, without a byte order mark.
    pub(crate) text: String,
    /// There is more than was looked at.
    pub(crate) is_cut: bool,
}

impl Captured {
    /// From the file it was written to.
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        let mut bytes = Vec::new();
        File::open(path)?.take(OUTPUT_LIMIT + 1).read_to_end(&mut bytes)?;
        let is_cut = bytes.len() as u64 > OUTPUT_LIMIT;
        bytes.truncate(usize::try_from(OUTPUT_LIMIT).unwrap_or(usize::MAX));
        Ok(Self { text: decoded(&bytes), is_cut })
    }

    /// Nothing but blanks and line ends.
    pub(crate) fn is_empty(&self) -> bool {
        !self.is_cut && self.text.trim().is_empty()
    }

    /// For a report: one line in quotes, its secrets masked while they still stand beside their names.
    pub(crate) fn shown(&self) -> String {
        let masked = waybill_schemas::secrets::mask(&self.text);
        let line = masked.split_whitespace().collect::<Vec<_>>().join(" ");
        let excerpt: String = line.chars().take(EXCERPT).collect();
        let more = if self.is_cut || excerpt.len() < line.len() { " …" } else { "" };
        format!("\"{excerpt}\"{more}")
    }
}

/// UTF-8, or UTF-16 where a mark says so. Letters of a console's code page beyond ASCII are lost.
fn decoded(bytes: &[u8]) -> String {
    match bytes {
        [0xFF, 0xFE, rest @ ..] => {
            let units: Vec<u16> =
                rest.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured(bytes: &[u8]) -> Captured {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        Captured::read(file.path()).unwrap()
    }

    #[test]
    fn output_is_read_to_its_limit() {
        let text = |text: &str, is_cut| Captured { text: text.into(), is_cut };
        assert_eq!(captured(b"\xEF\xBB\xBF1.2\r\n"), text("1.2\r\n", false));
        assert_eq!(captured(b"\xFF\xFE1\0.\x002\0"), text("1.2", false));
        assert!(captured(b" \r\n").is_empty() && captured(b"").is_empty());
        let limit = usize::try_from(OUTPUT_LIMIT).unwrap();
        assert!(!captured(&vec![b'x'; limit]).is_cut);
        let long = captured(&vec![b' '; limit + 1]);
        assert!(long.is_cut && !long.is_empty() && long.text.len() == limit);
    }
}
