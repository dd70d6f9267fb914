//! The cases of `docs/package-format.md`, "What a reader meets", that are to be read; the row is in the name.

use super::super::archive::innocent;
use super::super::document::{MSI_FIELDS, edited, with_msi_info};
use super::super::records::{extra, zip64_extra};
use super::super::sealed::Sealed;
use super::super::vector::{Expect, Vector};
use super::super::zip_image::{Entry, Image};
use super::{keys, outer, package, payload, read};

pub(super) fn all() -> Vec<Vector> {
    [names(), payloads(), documents(), outer_zips(), large(), setup_files()].into_iter().flatten().collect()
}

/// The package with its document edited as text.
fn rewritten(name: &str, comment: &str, edit: impl Fn(&str) -> String) -> Vector {
    read(name, comment, &payload(), |sealed| {
        outer(&sealed.document.file_name, &sealed.content(), edit(&sealed.document.text()).as_bytes()).bytes()
    })
}

/// The package around another payload.
fn around(name: &str, comment: &str, entries: Vec<Entry>) -> Vector {
    read(name, comment, &Image::lay_out(entries), |sealed| package(&sealed).bytes())
}

/// The package with its outer zip changed.
fn wrapped(name: &str, comment: &str, change: impl Fn(Vec<Entry>) -> Image) -> Vector {
    read(name, comment, &payload(), |sealed| change(package(&sealed).entries).bytes())
}

fn names() -> Vec<Vector> {
    let setup_named = |setup: &'static str| {
        move |mut sealed: Sealed| {
            sealed.document.setup_file = setup.into();
            package(&sealed).bytes()
        }
    };
    vec![
        wrapped(
            "row-01-extra-a220",
            "a 28-byte extra field that the central directory lacks",
            |mut entries| {
                entries[0].local.extra = extra(0xa220, &[0; 24]);
                Image::lay_out(entries)
            },
        ),
        around(
            "row-02-backslashes",
            "inner names with backslashes, an empty folder among them",
            vec![
                innocent(),
                Entry::stored("data\\empty folder\\", b""),
                Entry::stored("data\\file.txt", b"text"),
            ],
        ),
        read("row-03-old-tool", "FileName and Name after the setup file, flags 0x2", &payload(), old_tool),
        around("row-04-empty-file", "a file of no bytes", vec![innocent(), Entry::stored("empty.txt", b"")]),
        read(
            "row-05-setup-case",
            "SetupFile differs from the entry in case",
            &payload(),
            setup_named("Install.CMD"),
        ),
    ]
}

fn old_tool(mut sealed: Sealed) -> Vec<u8> {
    sealed.document.name = "install.intunewin".into();
    sealed.document.file_name = "install.intunewin".into();
    let entries = package(&sealed).entries;
    Image::lay_out(entries.into_iter().map(|entry| entry.both(|header| header.flags = 2)).collect()).bytes()
}

fn payloads() -> Vec<Vector> {
    let nested = package(&super::sealed()).bytes();
    let git = [".git/HEAD", ".git/config", ".git/objects/pack/empty.idx"];
    vec![
        around("row-06-full-padding", "sixteen bytes of padding", vec![full_block()]),
        around(
            "row-11-nested",
            "a package inside the package",
            vec![innocent(), Entry::stored("old.intunewin", &nested)],
        ),
        around(
            "row-11-git",
            "a .git folder",
            [vec![innocent()], git.map(|name| Entry::stored(name, b"x")).to_vec()].concat(),
        ),
    ]
}

/// An entry that makes an archive of a whole number of blocks.
fn full_block() -> Entry {
    let entry = |count: usize| Entry::stored("install.cmd", &b"@exit /b 0 & rem ........"[..count]);
    let whole = |count: &usize| Image::lay_out(vec![entry(*count)]).bytes().len().is_multiple_of(16);
    entry((0..25).find(whole).unwrap_or_default())
}

fn documents() -> Vec<Vector> {
    let reversed: Vec<_> = MSI_FIELDS.into_iter().rev().take(9).collect();
    vec![
        rewritten("row-07-lf", "Detection.xml with LF line ends", |text| text.replace("\r\n", "\n")),
        rewritten("row-07-bom", "Detection.xml with a byte order mark and a declaration", |text| {
            format!("\u{feff}<?xml version=\"1.0\"?>\r\n{text}")
        }),
        rewritten("row-07-description", "Detection.xml with a Description", |text| {
            edited(text, "  <FileName>", "  <Description>words</Description>\r\n  <FileName>")
        }),
        rewritten("row-07-msi", "MsiInfo in another order and not complete", |text| {
            with_msi_info(text, &reversed)
        }),
        rewritten("row-07-unknown", "an unknown element", |text| {
            edited(text, "  <FileName>", "  <X><Y/></X>\r\n  <FileName>")
        }),
        rewritten("row-09-unpadded", "base64 without padding", |text| {
            text.replace("=</", "</").replace("=</", "</")
        }),
    ]
}

fn outer_zips() -> Vec<Vector> {
    let deflated =
        |entry: &Entry| Entry::deflated(&entry.local.name, &entry.data).both(|header| header.flags = 0);
    let sealed = super::sealed();
    let bare = |name: &str, expect, comment: &str| Vector::new(name, expect, comment, sealed.content());
    vec![
        wrapped("row-08-deflated", "both outer entries deflated", |entries| {
            Image::lay_out(entries.iter().map(deflated).collect())
        }),
        wrapped("row-08-deflated-content", "the content deflated", |entries| {
            Image::lay_out(vec![deflated(&entries[0]), entries[1].clone()])
        }),
        wrapped("row-08-descriptors", "both outer entries with data descriptors", |entries| {
            Image::lay_out(entries.into_iter().map(|entry| entry.described(true)).collect())
        }),
        wrapped("row-08-descriptors-unsigned", "data descriptors without signature", |entries| {
            Image::lay_out(entries.into_iter().map(|entry| entry.described(false)).collect())
        }),
        wrapped("row-08-deflated-descriptors", "deflated, and sizes behind the data", |entries| {
            Image::lay_out(entries.iter().map(|entry| deflated(entry).described(true)).collect())
        }),
        bare("row-10-bare", Expect::Success, "a bare content file and its encryption info")
            .with("encryption-info", sealed.document.encryption_info_json())
            .unpacking_to(&payload()),
        bare("row-10-bare-alone", Expect::Container, "a bare content file and no keys"),
        wrapped("legal-order", "Detection.xml before the content", |entries| {
            Image::lay_out(entries.into_iter().rev().collect())
        }),
        wrapped("legal-comment", "a comment at the end", |entries| {
            Image::lay_out(entries).but(|image| image.end.comment = b"packed by hand".to_vec())
        }),
    ]
}

fn large() -> Vec<Vector> {
    let sized = |entry: Entry| {
        entry.both(|header| {
            header.extra = zip64_extra(&[u64::from(header.size), u64::from(header.compressed)]);
            (header.size, header.compressed, header.needed) = (u32::MAX, u32::MAX, 45);
        })
    };
    let inner = Image::lay_out(vec![sized(innocent())]).with_zip64_sentinels();
    vec![
        wrapped("row-15-zip64-sizes", "zip64 sizes in the outer zip", |entries| {
            Image::lay_out(entries.into_iter().map(sized).collect())
        }),
        wrapped("row-15-zip64-end", "zip64 end records in the outer zip", |entries| {
            Image::lay_out(entries).with_zip64_sentinels()
        }),
        wrapped("row-15-zip64-repeated", "a zip64 end record that only repeats the end record", |entries| {
            Image::lay_out(entries).with_zip64_end()
        }),
        read("row-15-zip64-payload", "zip64 in the payload", &inner, |sealed| package(&sealed).bytes()),
        around(
            "row-15-names",
            "names that are not ASCII",
            vec![
                innocent(),
                Entry::stored("Grüße & Straße/naïve 文件.txt", b"text"),
                Entry::stored("🎉.txt", b"text"),
            ],
        ),
    ]
}

fn setup_files() -> Vec<Vector> {
    ["readme.txt", "setup.ps1", "patch.msp", "folder/setup.exe"]
        .map(|setup| {
            let inner = Image::lay_out(vec![Entry::stored(setup, b"anything")]);
            let mut sealed = Sealed::new(&keys(), &inner.bytes());
            sealed.document.setup_file = setup.into();
            let stem = setup.replace(['.', '/'], "-");
            let comment = format!("the setup file is {setup}");
            Vector::new(format!("row-16-{stem}"), Expect::Success, comment, package(&sealed).bytes())
                .unpacking_to(&inner)
        })
        .into()
}
