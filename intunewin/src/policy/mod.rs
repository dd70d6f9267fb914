//! The limits and rules for archives; `docs/archive-policy.md` describes them.
//!
//! Unpacking obeys them, and packing checks them before the first byte, so that we never make what we refuse.

mod code_page;
mod name;
mod rule;

pub(crate) use code_page::CODE_PAGES;
pub use name::{EntryName, NameSet, fold_name};
pub use rule::Violation;
pub(crate) use rule::shown;
pub use waybill_schemas::codes::archive as rules;

use waybill_schemas::codes::Code;

const GIB: u64 = 1 << 30;

/// The limits of the archive policy. The rules about names and structure cannot be switched off.
///
/// ```
/// let mut policy = intunewin::ArchivePolicy::default();
/// policy.max_unpacked = 1 << 20;
/// assert_eq!(policy.max_entries, 200_000);
/// let findings = policy.check_names(["setup.exe", "Data/readme.txt", "data/README.TXT", "con.txt"]);
/// let rules: Vec<_> = findings.iter().map(|finding| finding.rule.id).collect();
/// assert_eq!(rules, ["name-duplicate", "name-reserved"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ArchivePolicy {
    /// The most entries of an archive, folders included. The default is 200,000.
    pub max_entries: u64,
    /// The most bytes of a package, of its content, and of its source folder. The default is 30 GiB, which is Intune's
    /// limit.
    pub max_package: u64,
    /// The most bytes of all entries together when unpacked. The default is 60 GiB.
    pub max_unpacked: u64,
    /// The most unpacked bytes for each compressed byte of an entry. The default is 1,100, just over what deflate can
    /// reach.
    pub max_ratio: u64,
}

impl Default for ArchivePolicy {
    fn default() -> Self {
        Self { max_entries: 200_000, max_package: 30 * GIB, max_unpacked: 60 * GIB, max_ratio: 1_100 }
    }
}

impl ArchivePolicy {
    /// Checks the names of a future archive and returns all violations. The names of folders end in `/`.
    pub fn check_names(&self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<Violation> {
        let (mut set, mut findings, mut count) = (NameSet::default(), Vec::new(), 0_u64);
        for name in names {
            count += 1;
            // A name that is refused by itself is not compared with the others.
            let checked = EntryName::parse(name.as_ref().as_bytes(), true).and_then(|name| set.insert(&name));
            findings.extend(checked.err());
        }
        findings.extend(self.check_count(count).err());
        findings
    }

    pub(crate) fn check_count(&self, count: u64) -> Result<(), Violation> {
        at_most(&rules::LIMIT_ENTRIES, count, self.max_entries, "entries")
    }

    /// Checks the size in bytes of a package, of a content, or of all files of a source folder.
    ///
    /// # Errors
    /// [`LIMIT_PACKAGE`](rules::LIMIT_PACKAGE) over [`ArchivePolicy::max_package`].
    pub fn check_package_size(&self, bytes: u64) -> Result<(), Violation> {
        at_most(&rules::LIMIT_PACKAGE, bytes, self.max_package, "bytes")
    }

    pub(crate) fn check_unpacked(&self, bytes: u64) -> Result<(), Violation> {
        at_most(&rules::LIMIT_UNPACKED, bytes, self.max_unpacked, "bytes")
    }

    pub(crate) fn check_ratio(&self, raw: &[u8], compressed: u64, size: u64) -> Result<(), Violation> {
        if size <= compressed.saturating_mul(self.max_ratio) {
            return Ok(());
        }
        Err(Violation::entry(
            &rules::LIMIT_RATIO,
            raw,
            format!("{size} bytes out of {compressed}, limit {}:1", self.max_ratio),
        ))
    }
}

fn at_most(rule: &'static Code, actual: u64, limit: u64, unit: &str) -> Result<(), Violation> {
    if actual <= limit {
        return Ok(());
    }
    Err(Violation::archive(rule, format!("{actual} {unit}, limit {limit}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_is_told_and_good_names_have_none() {
        let policy = ArchivePolicy { max_entries: 3, ..Default::default() };
        assert_eq!(policy.check_names(["a", "b/", "b/c"]), []);
        let findings = policy.check_names(["a", "A", "x:y", "b/ "]);
        let rules: Vec<_> = findings.iter().map(|finding| finding.rule).collect();
        assert_eq!(
            rules,
            [&rules::NAME_DUPLICATE, &rules::NAME_DRIVE, &rules::NAME_TRAILING, &rules::LIMIT_ENTRIES]
        );
    }

    #[test]
    fn limits_hold_at_their_borders() {
        let policy = ArchivePolicy { max_package: 10, max_unpacked: 20, max_ratio: 2, ..Default::default() };
        assert!(policy.check_package_size(10).is_ok() && policy.check_package_size(11).is_err());
        assert!(policy.check_unpacked(20).is_ok() && policy.check_unpacked(21).is_err());
        assert!(policy.check_ratio(b"a", 5, 10).is_ok() && policy.check_ratio(b"a", 5, 11).is_err());
        assert!(
            policy.check_ratio(b"a", 0, 0).is_ok() && policy.check_ratio(b"a", u64::MAX, u64::MAX).is_ok()
        );
    }
}
