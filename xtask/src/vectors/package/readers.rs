//! The cases of `docs/package-format.md`, "What a reader meets", that are to be read; the row is in the name.

use super::super::archive::innocent;
use super::super::document::{Document, MSI_FIELDS, edited, with_msi_info};
use super::super::records::{Header, extra};
use super::super::sealed::Sealed;
use super::super::vector::{Expect, Vector};
use super::super::zip_image::{Entry, Image};
use super::{CONTENT_NAME, outer, package, payload, read};

pub(super) fn all() -> Vec<Vector> {
    let vectors = names().into_iter().chain(payloads()).chain(documents());
    vectors.chain(outer_zips()).chain(large()).chain(setup_files()).collect()
}

/// The package with its document edited as text.
fn rewritten(name: &str, comment: &str, edit: impl Fn(&str) -> String) -> Vector {
    read(name, comment, &payload(), |sealed| {
        outer(CONTENT_NAME, &sealed.content(), edit(&sealed.document.text()).as_bytes())
    })
}

/// The package around another payload.
fn around(name: &str, comment: &str, entries: impl IntoIterator<Item = Entry>) -> Vector {
    read(name, comment, &Image::lay_out(entries), |sealed| package(&sealed))
}

/// The package around the innocent file and these.
fn around_more(name: &str, comment: &str, entries: impl IntoIterator<Item = Entry>) -> Vector {
    around(name, comment, std::iter::once(innocent()).chain(entries))
}

/// The package with its document changed.
fn described(name: &str, comment: &str, change: impl Fn(&mut Document)) -> Vector {
    read(name, comment, &payload(), |mut sealed| {
        change(&mut sealed.document);
        package(&sealed)
    })
}

/// The package with its outer zip changed.
fn wrapped(name: &str, comment: &str, change: impl Fn(Vec<Entry>) -> Image) -> Vector {
    read(name, comment, &payload(), |sealed| change(package(&sealed).entries))
}

fn names() -> [Vector; 5] {
    let lacking = "a 28-byte extra field that the central directory lacks";
    let backslashes = "inner names with backslashes, an empty folder among them";
    let data = [Entry::stored("data\\empty folder\\", b""), Entry::stored("data\\file.txt", b"text")];
    [
        wrapped("row-01-extra-a220", lacking, |mut entries| {
            entries[0].local.extra = extra(0xa220, &[0; 24]);
            Image::lay_out(entries)
        }),
        around_more("row-02-backslashes", backslashes, data),
        read("row-03-old-tool", "FileName and Name after the setup file, flags 0x2", &payload(), old_tool),
        around_more("row-04-empty-file", "a file of no bytes", [Entry::stored("empty.txt", b"")]),
        described("row-05-setup-case", "SetupFile differs from the entry in case", |document| {
            document.setup_file = "Install.CMD".into();
        }),
    ]
}

fn old_tool(mut sealed: Sealed) -> Image {
    sealed.document.name = "install.intunewin".into();
    sealed.document.file_name = "install.intunewin".into();
    let entries = package(&sealed).entries;
    Image::lay_out(entries.into_iter().map(|entry| entry.both(|header| header.flags = 2)))
}

fn payloads() -> [Vector; 3] {
    let nested = Entry::stored("old.intunewin", &package(&super::sealed()).bytes());
    let git = [".git/HEAD", ".git/config", ".git/objects/pack/empty.idx"];
    [
        around("row-06-full-padding", "sixteen bytes of padding", [full_block()]),
        around_more("row-11-nested", "a package inside the package", [nested]),
        around_more("row-11-git", "a .git folder", git.map(|name| Entry::stored(name, b"x"))),
    ]
}

/// An entry that makes an archive of a whole number of blocks.
fn full_block() -> Entry {
    let entry = |count: usize| Entry::stored("install.cmd", &b"@exit /b 0 & rem ........"[..count]);
    let whole = |count: &usize| Image::lay_out([entry(*count)]).bytes().len().is_multiple_of(16);
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

fn outer_zips() -> [Vector; 9] {
    let deflated =
        |entry: Entry| Entry::deflated(&entry.local.name, &entry.data).both(|header| header.flags = 0);
    let each = |name: &str, comment: &str, change: &dyn Fn(Entry) -> Entry| {
        wrapped(name, comment, |entries| Image::lay_out(entries.into_iter().map(change)))
    };
    let sealed = super::sealed();
    let bare = |name: &str, expect, comment: &str| Vector::new(name, expect, comment, sealed.content());
    [
        each("row-08-deflated", "both outer entries deflated", &deflated),
        each("row-08-descriptors", "both outer entries with data descriptors", &|entry| {
            entry.described(true)
        }),
        each("row-08-descriptors-unsigned", "data descriptors without signature", &|entry| {
            entry.described(false)
        }),
        each("row-08-deflated-descriptors", "deflated, and sizes behind the data", &|entry| {
            deflated(entry).described(true)
        }),
        wrapped("row-08-deflated-content", "the content deflated", |entries| {
            Image::lay_out([deflated(entries[0].clone()), entries[1].clone()])
        }),
        bare("row-10-bare", Expect::Success, "a bare content file and its encryption info")
            .with("encryption-info", sealed.document.encryption_info_json())
            .unpacking_to(&payload()),
        bare("row-10-bare-alone", Expect::Container, "a bare content file and no keys"),
        wrapped("legal-order", "Detection.xml before the content", |entries| {
            Image::lay_out(entries.into_iter().rev())
        }),
        wrapped("legal-comment", "a comment at the end", |entries| {
            Image::lay_out(entries).but(|image| image.end.comment = b"packed by hand".to_vec())
        }),
    ]
}

fn large() -> [Vector; 5] {
    let sized = |entry: Entry| entry.both(Header::use_zip64);
    let inner = Image::lay_out([sized(innocent())]).with_zip64_sentinels();
    let repeated = "a zip64 end record that only repeats the end record";
    let foreign = ["Grüße & Straße/naïve 文件.txt", "🎉.txt"].map(|name| Entry::stored(name, b"text"));
    [
        wrapped("row-15-zip64-sizes", "zip64 sizes in the outer zip", |entries| {
            Image::lay_out(entries.into_iter().map(sized))
        }),
        wrapped("row-15-zip64-end", "zip64 end records in the outer zip", |entries| {
            Image::lay_out(entries).with_zip64_sentinels()
        }),
        wrapped("row-15-zip64-repeated", repeated, |entries| Image::lay_out(entries).with_zip64_end()),
        read("row-15-zip64-payload", "zip64 in the payload", &inner, |sealed| package(&sealed)),
        around_more("row-15-names", "names that are not ASCII", foreign),
    ]
}

fn setup_files() -> [Vector; 4] {
    ["readme.txt", "setup.ps1", "patch.msp", "folder/setup.exe"].map(|setup| {
        let inner = Image::lay_out([Entry::stored(setup, b"anything")]);
        let stem = setup.replace(['.', '/'], "-");
        read(&format!("row-16-{stem}"), &format!("the setup file is {setup}"), &inner, |mut sealed| {
            sealed.document.setup_file = setup.into();
            package(&sealed)
        })
    })
}
