//! WB405: the payload as another reader of zip archives sees it.
//!
//! Intune's agent, scanners and reviewers do not read with our parser. Where the `zip` crate finds other files than
//! we do, somebody else will too, and that is how a harmless-looking archive installs something else.

use intunewin::{Archive, ArchiveError};
use std::collections::BTreeMap;
use std::io::{Read, Seek};
use zip::ZipArchive;

/// More differences than this need no telling.
const MOST: usize = 5;

/// Name, size and CRC of an entry.
type Seen = BTreeMap<String, (u64, u32)>;

/// What the other reader sees differently, a phrase each; empty where both agree.
///
/// # Errors
/// Our own reading fails; that the other one's does is a difference.
pub(super) fn differences<R: Read + Seek>(ours: &Archive, payload: R) -> Result<Vec<String>, ArchiveError> {
    let mut seen = Seen::new();
    ours.visit(|entry| {
        let name = if entry.name.is_folder() { format!("{}/", entry.name) } else { entry.name.to_string() };
        seen.insert(name, (entry.size, entry.crc));
        Ok::<(), ArchiveError>(())
    })?;
    Ok(match read_otherwise(payload) {
        Ok(theirs) => compared(&seen, &theirs),
        Err(error) => vec![format!("it cannot read it at all ({error})")],
    })
}

fn read_otherwise<R: Read + Seek>(payload: R) -> zip::result::ZipResult<Seen> {
    let mut archive = ZipArchive::new(payload)?;
    let mut seen = Seen::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index)?;
        // The raw name: how a name is shown is another question than which entry it is.
        let name = String::from_utf8_lossy(entry.name_raw()).replace('\\', "/");
        seen.insert(name, (entry.size(), entry.crc32()));
    }
    Ok(seen)
}

fn compared(ours: &Seen, theirs: &Seen) -> Vec<String> {
    let missing = ours
        .keys()
        .filter(|name| !theirs.contains_key(*name))
        .map(|name| format!("it does not see `{name}`"));
    let extra = theirs
        .keys()
        .filter(|name| !ours.contains_key(*name))
        .map(|name| format!("it sees `{}`", name.escape_debug()));
    let other = ours.iter().filter_map(|(name, mine)| {
        let differs = theirs.get(name).is_some_and(|other| other != mine);
        differs.then(|| format!("it sees another size or CRC for `{name}`"))
    });
    missing.chain(extra).chain(other).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use intunewin::ArchivePolicy;
    use std::io::Cursor;
    use waybill_context::Context;

    #[test]
    fn two_readers_agree_on_a_good_archive_and_their_differences_are_told() {
        let ours: Seen = [("a".to_owned(), (1, 2)), ("b/".to_owned(), (0, 0))].into();
        assert_eq!(compared(&ours, &ours), [""; 0]);
        let theirs: Seen = [("a".to_owned(), (1, 3)), ("c".to_owned(), (0, 0))].into();
        let told = compared(&ours, &theirs);
        assert_eq!(told, ["it does not see `b/`", "it sees `c`", "it sees another size or CRC for `a`"]);
    }

    #[test]
    fn an_archive_that_the_other_reader_cannot_read_is_a_difference() {
        let empty = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
        let archive = Archive::open(empty.clone(), &ArchivePolicy::default(), &Context::silent()).unwrap();
        assert_eq!(differences(&archive, Cursor::new(empty)).unwrap(), [""; 0]);
        let told = differences(&archive, Cursor::new(b"no zip".to_vec())).unwrap();
        assert!(told[0].starts_with("it cannot read it at all"), "{told:?}");
    }

    /// Found by fuzzing: an extra field that nobody needs, cut short.
    #[test]
    fn an_archive_that_only_we_accept_is_a_difference() {
        let archive = one_entry_with_half_a_timestamp();
        let ours = Archive::open(archive.clone(), &ArchivePolicy::default(), &Context::silent()).unwrap();
        assert_eq!(ours.file_count(), 1);
        let told = differences(&ours, Cursor::new(archive)).unwrap();
        assert!(told[0].starts_with("it cannot read it at all"), "{told:?}");
    }

    /// One empty file `a`, whose central record has an extended timestamp of 9 bytes, of which 2 are there.
    fn one_entry_with_half_a_timestamp() -> Vec<u8> {
        let common = [20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0]; // version, the UTF-8 flag, stored, 1980-01-01
        let mut bytes = [b"PK\x03\x04", &common[..], &[0; 12], &[1, 0, 0, 0], b"a"].concat();
        let directory = bytes.len();
        bytes
            .extend([b"PK\x01\x02", &[20, 0][..], &common, &[0; 12], &[1, 0, 6, 0], &[0; 14], b"a"].concat());
        bytes.extend(b"UT\x09\0\x01\0");
        let size = bytes.len() - directory;
        bytes.extend([b"PK\x05\x06", &[0; 4][..], &[1, 0, 1, 0]].concat());
        bytes.extend((size as u32).to_le_bytes());
        bytes.extend((directory as u32).to_le_bytes());
        bytes.extend([0, 0]);
        bytes
    }
}
