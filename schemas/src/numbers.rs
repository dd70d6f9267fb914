//! Numbers, sizes and counts as every message writes them: `1 file`, `2 entries`, `1.4 MiB`.

use std::fmt;

/// A number of bytes, printed in its largest binary unit with one decimal: `1.4 MiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bytes(pub u64);

const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];

impl fmt::Display for Bytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&in_units(self.0))
    }
}

fn in_units(bytes: u64) -> String {
    if bytes < 1024 {
        let unit = if bytes == 1 { "byte" } else { "bytes" };
        return format!("{bytes} {unit}");
    }
    let (mut value, mut unit) = (bytes as f64 / 1024.0, 0);
    // A value from here on would be rounded to 1024.0 of the smaller unit.
    while value >= 1023.95 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// As [`Bytes`], with the exact number where it was rounded: `1.4 MiB (1,467,392 bytes)`.
pub fn exactly(bytes: u64) -> String {
    match bytes {
        ..1024 => in_units(bytes),
        _ => format!("{} ({} bytes)", in_units(bytes), grouped(bytes)),
    }
}

/// A number with separated thousands: `200,000`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

/// A number and its noun: `1 file`, `2,000 files`, `2 entries`.
pub fn counted(number: u64, thing: &str) -> String {
    let number_of = grouped(number);
    match (number, thing.strip_suffix('y')) {
        (1, _) => format!("{number_of} {thing}"),
        (_, Some(stem)) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{number_of} {stem}ies"),
        _ => format!("{number_of} {thing}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_read_well_at_every_border() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (1023, "1023 bytes"),
            (1024, "1.0 KiB"),
            (1_048_575, "1.0 MiB"),
            (30 << 30, "30.0 GiB"),
            (u64::MAX, "16384.0 PiB"),
        ] {
            assert_eq!(Bytes(bytes).to_string(), text);
        }
        assert_eq!(exactly(1_467_392), "1.4 MiB (1,467,392 bytes)");
        for (number, thing, told) in [
            (1, "file", "1 file"),
            (0, "file", "0 files"),
            (200_000, "file", "200,000 files"),
            (1, "entry", "1 entry"),
            (2, "entry", "2 entries"),
            (2, "key", "2 keys"),
        ] {
            assert_eq!(counted(number, thing), told);
        }
    }
}
