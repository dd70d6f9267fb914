//! Which crate may import which.

use super::package::Package;

/// The crates from the ground up. A crate may import those of the rows that its row names, and no other of the
/// workspace.
const ROWS: &[Row] = &[
    Row { name: "ground", crates: &["waybill-schemas", "waybill-context", "waybill-win32"], may: &[] },
    Row {
        name: "knowledge",
        crates: &["waybill-disk", "waybill-transport", "waybill-pe", "waybill-intune"],
        may: &["ground"],
    },
    Row { name: "format", crates: &["intunewin"], may: &["ground", "knowledge"] },
    Row { name: "machine", crates: &["waybill-system"], may: &["ground", "knowledge"] },
    Row {
        name: "work",
        crates: &[
            "waybill-packager",
            "waybill-publisher",
            "waybill-downloader",
            "waybill-server",
            "waybill-installer-runner",
        ],
        may: &["ground", "knowledge", "format", "machine"],
    },
    Row {
        name: "whole",
        crates: &["waybill-agent", "waybill-benchmark"],
        may: &["ground", "knowledge", "format", "machine", "work"],
    },
    Row {
        name: "rehearsal",
        crates: &["waybill-rehearsal"],
        may: &["ground", "knowledge", "format", "machine", "work", "whole"],
    },
    Row {
        name: "command",
        crates: &["waybill-cli"],
        may: &["ground", "knowledge", "format", "machine", "work", "whole", "rehearsal"],
    },
];

/// Crates that may import less than their row.
const NARROWER: &[(&str, &[&str])] = &[
    ("waybill-intune", &["waybill-schemas"]),
    ("intunewin", &["waybill-schemas", "waybill-context", "waybill-disk"]),
];

/// Crates that only tests and chores use. They may import anything; others may import them for their tests alone.
const TESTS: &[&str] = &["waybill-tests", "waybill-puppet", "waybill-support", "xtask"];

/// Further crates that the tests and the first example of a crate may import, to pack and serve what it fetches.
const FOR_EXAMPLES: &[(&str, &[&str])] = &[
    ("waybill-transport", &["waybill-server"]),
    ("waybill-packager", &["waybill-server"]),
    ("waybill-downloader", &["waybill-packager", "waybill-server"]),
];

struct Row {
    name: &'static str,
    crates: &'static [&'static str],
    may: &'static [&'static str],
}

/// A sentence for each import that the rows do not allow, and for each crate that has no row.
pub(super) fn violations(packages: &[Package]) -> Vec<String> {
    let mut found = Vec::new();
    for package in packages.iter().filter(|package| !TESTS.contains(&package.name.as_str())) {
        let Some(row) = row_with(&package.name) else {
            found.push(format!("{} stands in no row of xtask/src/rooms/direction.rs", package.name));
            continue;
        };
        // A crate may name itself: that is how its own tests ask for more of its features.
        for import in package.imports.iter().filter(|import| import.name != package.name) {
            let for_tests = import.for_tests && may_in_tests(&package.name, &import.name);
            if !for_tests && !allowed(row, &package.name, &import.name) {
                found.push(format!("{} may not import {}", package.name, import.name));
            }
        }
    }
    found
}

fn may_in_tests(from: &str, to: &str) -> bool {
    TESTS.contains(&to) || FOR_EXAMPLES.iter().any(|(name, allowed)| *name == from && allowed.contains(&to))
}

fn row_with(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.crates.contains(&name))
}

fn allowed(row: &Row, from: &str, to: &str) -> bool {
    if let Some((_, only)) = NARROWER.iter().find(|(name, _)| *name == from) {
        return only.contains(&to);
    }
    row_with(to).is_some_and(|other| row.may.contains(&other.name))
}

#[cfg(test)]
mod tests {
    use super::super::package::Import;
    use super::*;

    fn package(name: &str, imports: &[(&str, bool)]) -> Package {
        let imports = imports
            .iter()
            .map(|(name, for_tests)| Import { name: (*name).to_owned(), for_tests: *for_tests });
        Package { name: name.to_owned(), imports: imports.collect(), roots: Vec::new() }
    }

    #[test]
    fn imports_run_downwards_only() {
        let packages = [
            package("waybill-packager", &[("intunewin", false), ("waybill-context", false)]),
            package("waybill-server", &[("waybill-downloader", false)]),
            package("waybill-disk", &[("intunewin", false)]),
            package("waybill-intune", &[("waybill-context", false)]),
        ];
        assert_eq!(
            violations(&packages),
            [
                "waybill-server may not import waybill-downloader",
                "waybill-disk may not import intunewin",
                "waybill-intune may not import waybill-context",
            ]
        );
    }

    #[test]
    fn an_example_may_stand_on_what_its_crate_may_not_import() {
        let example = package("waybill-downloader", &[("waybill-server", true)]);
        let import = package("waybill-downloader", &[("waybill-server", false)]);
        assert_eq!(violations(&[example]), Vec::<String>::new());
        assert_eq!(violations(&[import]), ["waybill-downloader may not import waybill-server"]);
    }

    #[test]
    fn support_is_for_tests_and_every_crate_has_a_row() {
        let packages = [
            package("waybill-cli", &[("waybill-tests", true)]),
            package("waybill-agent", &[("waybill-tests", false)]),
            package("waybill-new", &[]),
            package("waybill-tests", &[("waybill-cli", false)]),
        ];
        assert_eq!(
            violations(&packages),
            [
                "waybill-agent may not import waybill-tests",
                "waybill-new stands in no row of xtask/src/rooms/direction.rs"
            ]
        );
    }

    #[test]
    fn rows_stand_below_those_that_name_them() {
        for (at, row) in ROWS.iter().enumerate() {
            for name in row.may {
                assert!(ROWS[..at].iter().any(|below| below.name == *name), "{} names {name}", row.name);
            }
        }
    }
}
