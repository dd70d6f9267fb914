//! The output of an installer. It goes into a file, not a pipe: with a pipe we would wait for a surviving grandchild,
//! or end it on its next write. Afterwards the beginning and the end are kept, with secrets masked.

use crate::AttemptId;
use crate::text::{decoded, is_marked_wide};
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use waybill_disk::Root;
use waybill_schemas::report::install::OutputReport;
use waybill_schemas::secrets::{gap, mask, without_terminal_signs};
use waybill_system::Device;

// How much of an output is kept: 1 MiB, the first and the last half.
const KEPT: u64 = 1 << 20;
/// How many logs are kept for each app.
const LOGS: usize = 10;
/// The most bytes of the output that a report shows.
const EXCERPT: usize = 4096;

/// The file that a program writes to while it runs, and the log that is kept of it.
pub(crate) struct OutputFile {
    raw: PathBuf,
    kept: PathBuf,
}

impl OutputFile {
    /// Creates an empty file in the folder of logs. Removes the files that earlier runs of `name` left.
    pub(crate) fn create(root: &Root, name: &str, attempt: AttemptId) -> io::Result<Self> {
        sweep(&root.logs(), name);
        let file = Self::new(root, name, attempt);
        let mut options = File::options();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600); // not masked yet
        options.open(&file.raw)?;
        Ok(file)
    }

    /// Names the files of an attempt, without creating or opening them.
    pub(crate) fn new(root: &Root, name: &str, attempt: AttemptId) -> Self {
        let (folder, stem) = (root.logs(), format!("{name}-{}", attempt.0));
        Self { raw: folder.join(format!("{stem}.output")), kept: folder.join(format!("{stem}.log")) }
    }

    /// Keeps the output of an attempt that is over and whose end was not seen, masked like any other.
    pub(crate) fn keep_what_is_left(&self, device: &dyn Device) {
        if self.raw.exists() {
            self.keep(true, device);
        }
    }

    /// The file that the program writes to.
    pub(crate) fn path(&self) -> &Path {
        &self.raw
    }

    /// Removes the file, because nothing was started.
    pub(crate) fn discard(&self) {
        let _ = fs::remove_file(&self.raw); // empty: no loss where it stays
    }

    /// Writes the beginning and the end of the output to the log, and removes the file if the program `is_over`;
    /// otherwise the program goes on writing to it. If a descendant still holds the file, it stays until the next run
    /// of the same app.
    pub(crate) fn keep(&self, is_over: bool, device: &dyn Device) -> OutputReport {
        let report = self.read(device).unwrap_or_else(|error| OutputReport {
            excerpt: format!("(the output cannot be read: {error})"),
            ..OutputReport::default()
        });
        if is_over {
            self.discard();
        }
        report
    }

    fn read(&self, device: &dyn Device) -> io::Result<OutputReport> {
        let mut file = File::open(&self.raw)?;
        let bytes = file.metadata()?.len();
        let shortened = bytes > KEPT;
        let text = if shortened {
            let mut head = vec![0; (KEPT / 2) as usize];
            file.read_exact(&mut head)?;
            let is_wide = is_wide(&head);
            let mut tail = Vec::new();
            // The offset is even, so that units of UTF-16 are not cut in half.
            file.seek(SeekFrom::Start((bytes - KEPT / 2) & !1))?;
            file.take(KEPT / 2 + 1).read_to_end(&mut tail)?;
            let dropped = bytes - KEPT;
            let tail = decode(&tail, is_wide, device);
            // A line that was cut is dropped, and the line behind it: the part that is missing may be the name that shows
            // a value to be a secret, in its own line or in the next.
            let whole_lines = tail.splitn(3, '\n').nth(2).unwrap_or_default();
            format!("{}\n{}\n{whole_lines}", decode(&head, is_wide, device), gap(dropped))
        } else {
            let mut all = Vec::new();
            file.take(KEPT).read_to_end(&mut all)?;
            decode(&all, is_wide(&all), device)
        };
        let text = mask(&text);
        if !text.is_empty() {
            fs::write(&self.kept, &text)?;
        }
        let file = (!text.is_empty()).then(|| self.kept.display().to_string());
        Ok(OutputReport { bytes, excerpt: excerpt(&text), file, shortened })
    }
}

/// Removes outputs of earlier runs that no process holds, and all but the newest logs.
fn sweep(folder: &Path, name: &str) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut logs = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        let number = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| number_of(stem, name));
        match (path.extension().and_then(|extension| extension.to_str()), number) {
            (Some("output"), Some(_)) => drop(fs::remove_file(path)), // whoever holds it keeps it
            (Some("log"), Some(number)) => logs.push((number, path)),
            _ => {}
        }
    }
    logs.sort_unstable();
    for (_, path) in logs.iter().rev().skip(LOGS - 1) {
        let _ = fs::remove_file(path); // an old log more does no harm
    }
}

/// The attempt's number in `<name>-<number>`.
fn number_of(stem: &str, name: &str) -> Option<i64> {
    stem.strip_prefix(name)?.strip_prefix('-')?.parse().ok()
}

/// Whether this is UTF-16 little endian: it has a byte order mark, or every second of its first bytes is zero.
fn is_wide(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(64)];
    let zeros = start.iter().skip(1).step_by(2).filter(|byte| **byte == 0).count();
    is_marked_wide(bytes) || (start.len() >= 4 && zeros * 2 == start.len())
}

fn decode(bytes: &[u8], is_wide: bool, device: &dyn Device) -> String {
    let text = decoded(bytes, is_wide, device);
    // Colours are removed before secrets are looked for: they may stand within a name. A carriage return by itself begins
    // the line anew, as progress bars do; what was written before is a line of its own here.
    without_terminal_signs(&text).replace("\r\r\n", "\n").replace("\r\n", "\n").replace('\r', "\n")
}

/// The end of the text for a report, in whole lines where possible.
fn excerpt(text: &str) -> String {
    let text = text.trim_end();
    if text.len() <= EXCERPT {
        return text.to_owned();
    }
    let mut start = text.len() - EXCERPT;
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let tail = &text[start..];
    tail.split_once('\n').map_or(tail, |(_, lines)| lines).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use waybill_system::fake::FakeSystem;

    fn kept(bytes: &[u8]) -> (OutputReport, Option<String>) {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::open(&folder.path().join("root")).unwrap();
        let file = OutputFile::create(&root, "notes", AttemptId(7)).unwrap();
        fs::write(file.path(), bytes).unwrap();
        let report = file.keep(true, &FakeSystem::windows());
        assert!(!file.path().exists());
        let text = report.file.as_ref().map(|path| fs::read_to_string(path).unwrap());
        (report, text)
    }

    #[test]
    fn head_and_tail_are_kept_of_much() {
        let mut bytes = b"first line\n".to_vec();
        bytes.resize(3 << 20, b'x');
        bytes.extend(b"\none more line\nlast line\n");
        let (report, text) = kept(&bytes);
        let text = text.unwrap();
        assert!(report.shortened && report.bytes == bytes.len() as u64);
        assert!(text.starts_with("first line\n") && text.ends_with("\nlast line\n"));
        assert!(text.contains("bytes left out") && text.len() < (1 << 20) + 100, "{}", text.len());
        assert!(report.excerpt.ends_with("left out …\nlast line"), "{}", report.excerpt);
    }

    #[test]
    fn a_secret_whose_name_is_cut_off_is_not_kept() {
        let mut bytes = b"first line\n".to_vec();
        bytes.resize(2 << 20, b'x');
        bytes.extend(b"\nPASSWORD=\"");
        bytes.extend(b"hunter2 ".repeat(80_000));
        bytes.extend(b"\"\nlast line\n");
        let (_, text) = kept(&bytes);
        assert!(!text.unwrap().contains("hunter2"));

        let mut bytes = b"first line\n".to_vec();
        bytes.resize(2 << 20, b'x');
        bytes.extend(format!("\n{}password:\nhunter2\n", " ".repeat(800)).repeat(800).bytes());
        let (_, text) = kept(&bytes);
        assert!(!text.unwrap().contains("hunter2"));
    }

    #[test]
    fn colours_and_a_cut_key_hide_no_secret() {
        let (_, text) = kept(b"PASS\x1b[0mWORD\x1b[1m=\x1b[32mhunter2\x1b[0m\r\n10 %\r20 %\r\n");
        assert_eq!(text.as_deref(), Some("PASSWORD=***\n10 %\n20 %\n"));

        let mut bytes = b"first line\n".to_vec();
        bytes.resize(2 << 20, b'x');
        bytes.extend(b"\n-----BEGIN PRIVATE KEY-----\n");
        bytes.extend(b"MIIhunter2hunter2hunter2hunter2\n".repeat(100));
        bytes.extend(b"-----END PRIVATE KEY-----\n");
        // The cut lies within the key.
        bytes.extend(b"y\n".repeat((KEPT as usize / 2 - 1500) / 2));
        let (_, text) = kept(&bytes);
        let text = text.unwrap();
        assert!(
            text.contains("END PRIVATE KEY") && !text.contains("hunter2"),
            "{}",
            &text[text.len() / 2..][..2000]
        );
    }

    #[test]
    fn little_is_kept_whole_and_nothing_leaves_no_file() {
        let (report, text) = kept(b"one\r\ntwo\x07\r\n");
        assert_eq!((text.as_deref(), report.excerpt.as_str()), (Some("one\ntwo\n"), "one\ntwo"));
        let (report, text) = kept(b"");
        assert_eq!((text, report), (None, OutputReport::default()));
    }

    #[test]
    fn text_of_the_consoles_code_page_is_read() {
        let (report, text) = kept(b"Zugriff verweigert f\x81r PASSWORD=h\x84nsel\r\n");
        assert_eq!(report.excerpt, "Zugriff verweigert für PASSWORD=***");
        assert_eq!(text.as_deref(), Some("Zugriff verweigert für PASSWORD=***\n"));
    }

    #[test]
    fn wide_text_is_read() {
        let wide: Vec<u8> = "\u{FEFF}Größe 日本\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(kept(&wide).0.excerpt, "Größe 日本");
        let unmarked: Vec<u8> = "error 1603".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(kept(&unmarked).0.excerpt, "error 1603");
    }

    #[test]
    fn the_newest_logs_of_an_app_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::open(&folder.path().join("root")).unwrap();
        fs::write(root.logs().join("other-1.log"), "").unwrap();
        fs::write(root.logs().join("notes-extra-1.log"), "").unwrap();
        fs::write(root.logs().join("notes-0.output"), "left by a survivor").unwrap();
        for attempt in 1..=13 {
            let file = OutputFile::create(&root, "notes", AttemptId(attempt)).unwrap();
            fs::write(file.path(), "text").unwrap();
            file.keep(attempt < 13, &FakeSystem::windows());
        }
        let mut names: Vec<String> = fs::read_dir(root.logs())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with("notes-") && !name.contains("extra"))
            .collect();
        names.sort_unstable();
        assert_eq!(names.len(), 11, "{names:?}");
        assert!(names.contains(&"notes-4.log".to_owned()) && !names.contains(&"notes-3.log".to_owned()));
        assert!(names.contains(&"notes-13.output".to_owned()), "it still runs, and writes there");
        assert_eq!(fs::read_dir(root.logs()).unwrap().count(), 13);
    }
}
