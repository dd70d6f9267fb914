//! Limits exceeded, and met exactly. Big numbers are declared, or the header carries smaller limits.

use super::super::deflate::{zero_bytes, zeros};
use super::super::vector::Vector;
use super::super::zip_image::{Entry, Image};
use super::{accepted, beside_innocent};

pub(super) fn all() -> Vec<Vector> {
    [entries(), sizes()].into_iter().flatten().collect()
}

fn files(count: usize, size: usize) -> Image {
    Image::lay_out(
        (0..count).map(|number| Entry::stored(format!("file{number}"), &vec![b'x'; size])).collect(),
    )
}

fn over(stem: &str, rule: &str, limits: &str, comment: &str, image: &Image) -> Vector {
    Vector::refused(format!("limit-{stem}"), rule, comment, image.bytes()).with("limits", limits)
}

fn met(stem: &str, limits: &str, comment: &str, image: &Image) -> Vector {
    accepted(&format!("limit-{stem}"), comment, image).with("limits", limits)
}

fn entries() -> Vec<Vector> {
    let many = files(1, 1).with_zip64_sentinels().but(|image| {
        image.zip64.iter_mut().for_each(|end| (end.entries, end.entries_here) = (200_001, 200_001));
    });
    let most = files(1, 1).but(|image| (image.end.entries, image.end.entries_here) = (65_534, 65_534));
    vec![
        over("entries-over", "limit-entries", "max-entries=3", "four entries", &files(4, 1)),
        met("entries-met", "max-entries=3", "three entries", &files(3, 1)),
        Vector::refused(
            "limit-entries-200001",
            "limit-entries",
            "200,001 entries are declared",
            many.bytes(),
        ),
        Vector::refused(
            "limit-entries-65534",
            "count-mismatch",
            "65,534 entries are declared, one is there",
            most.bytes(),
        ),
    ]
}

fn sizes() -> Vec<Vector> {
    let package = files(2, 10);
    let less = format!("max-package={}", package.bytes().len() - 1);
    let real = Entry::new("zeros.bin", &zero_bytes(300_000), 8, zeros(300_000));
    let name = Entry::stored(format!("folder/{}", "x".repeat(255)), b"x");
    vec![
        over("unpacked-over", "limit-unpacked", "max-unpacked=99", "one file of 100 bytes", &files(1, 100)),
        met("unpacked-met", "max-unpacked=100", "one file of 100 bytes", &files(1, 100)),
        over("unpacked-sum", "limit-unpacked", "max-unpacked=199", "two files of 100 bytes", &files(2, 100)),
        over("package-over", "limit-package", &less, "an archive one byte over the limit", &package),
        accepted("limit-ratio-real", "zeros, as small as deflate can make them", &beside_innocent([real])),
        accepted("limit-name-met", "a component of 255 UTF-16 units", &beside_innocent([name])),
    ]
}
