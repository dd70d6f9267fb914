//! Names of Windows releases in `minimumSupportedWindowsRelease`, and the builds they stand for.

/// Names of Windows releases, as Graph writes them, and their builds (docs/detection.md).
const BUILDS: [(&str, u32); 18] = [
    ("1607", 14393),
    ("1703", 15063),
    ("1709", 16299),
    ("1803", 17134),
    ("1809", 17763),
    ("1903", 18362),
    ("1909", 18363),
    ("2004", 19041),
    ("20H2", 19042),
    // Graph's own spelling of the same release.
    ("2H20", 19042),
    ("21H1", 19043),
    ("Windows10_21H2", 19044),
    ("Windows10_22H2", 19045),
    ("Windows11_21H2", 22000),
    ("Windows11_22H2", 22621),
    ("Windows11_23H2", 22631),
    ("Windows11_24H2", 26100),
    ("Windows11_25H2", 26200),
];

/// The oldest release that Intune knows: a requirement that no device fails.
pub const OLDEST_RELEASE: &str = BUILDS[0].0;

/// The names of all releases, the oldest first.
pub fn known_releases() -> &'static [&'static str] {
    static NAMES: [&str; BUILDS.len()] = {
        let mut names = [""; BUILDS.len()];
        let mut index = 0;
        while index < names.len() {
            names[index] = BUILDS[index].0;
            index += 1;
        }
        names
    };
    &NAMES
}

/// The build of a release. For releases of Windows 10 the prefixes `Windows10_` and `v10_` are accepted too. `None` for
/// an unknown name, and for `21H2` and `22H2` alone, which are two releases each.
pub fn build_of_release(name: &str) -> Option<u32> {
    let name = name.trim();
    let build = |name: &str| {
        BUILDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, build)| *build)
    };
    build(name).or_else(|| {
        let bare = ["Windows10_", "v10_"].iter().find_map(|prefix| {
            let head = name.get(..prefix.len())?;
            head.eq_ignore_ascii_case(prefix).then(|| &name[prefix.len()..])
        })?;
        (bare.len() == 4).then(|| build(bare)).flatten()
    })
}

/// The oldest release with this build or a later one; `None` where every known release is older.
pub fn oldest_release_from(build: u32) -> Option<&'static str> {
    BUILDS.iter().find(|(_, known)| *known >= build).map(|(name, _)| *name)
}

/// The release of a build, for people; `None` for builds between releases.
pub fn release_of_build(build: u32) -> Option<&'static str> {
    BUILDS.iter().find(|(_, known)| *known == build).map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_each_of_their_forms() {
        for (name, build) in [
            ("1909", Some(18363)),
            ("21H1", Some(19043)),
            ("21h1", Some(19043)),
            ("Windows10_1909", Some(18363)),
            ("Windows10_21H2", Some(19044)),
            ("windows11_23h2", Some(22631)),
            ("2H20", Some(19042)),
            ("v10_2H20", Some(19042)),
            ("Windows11_25H2", Some(26200)),
            ("21H2", None),
            ("22H2", None),
            ("Windows11_1909", None),
            ("Windows12_26H2", None),
            ("v8_1", None),
            ("", None),
        ] {
            assert_eq!(build_of_release(name), build, "{name}");
        }
        assert_eq!((release_of_build(22631), release_of_build(22632)), (Some("Windows11_23H2"), None));
    }

    #[test]
    fn a_build_asks_for_the_first_release_that_has_it() {
        for (build, release) in [
            (0, Some("1607")),
            (17763, Some("1809")),
            (17764, Some("1903")),
            (19042, Some("20H2")),
            (22000, Some("Windows11_21H2")),
            (99999, None),
        ] {
            assert_eq!(oldest_release_from(build), release, "{build}");
        }
    }

    #[test]
    fn builds_rise_with_their_names() {
        assert!(BUILDS.is_sorted_by_key(|(_, build)| *build));
    }
}
