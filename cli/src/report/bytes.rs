//! Numbers of bytes as people read them.

use std::fmt;

/// A number of bytes in its largest binary unit with one decimal: `1.4 MiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bytes(pub(crate) u64);

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
    while value >= 1023.95 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// The same, and the exact number where it was rounded: `1.4 MiB (1,467,392 bytes)`.
pub(crate) fn exactly(bytes: u64) -> String {
    match bytes {
        ..1024 => in_units(bytes),
        _ => format!("{} ({} bytes)", in_units(bytes), grouped(bytes)),
    }
}

/// A number with its thousands apart: `200,000`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number and its thing: `1 file`, `2,000 files`.
pub(crate) fn counted(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", grouped(number))
}

/// How long something took: `80 ms`, `1.2 s`, `2 min 5 s`.
pub(crate) fn lasted(seconds: f64) -> String {
    match seconds {
        ..0.9995 => format!("{:.0} ms", seconds.max(0.0) * 1000.0),
        ..59.95 => format!("{seconds:.1} s"),
        _ => format!("{} min {:.0} s", (seconds / 60.0) as u64, seconds % 60.0),
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
        assert_eq!([0.08, 1.23, 125.0].map(lasted), ["80 ms", "1.2 s", "2 min 5 s"]);
        assert_eq!(exactly(1_467_392), "1.4 MiB (1,467,392 bytes)");
        assert_eq!((counted(1, "file"), counted(200_000, "file")), ("1 file".into(), "200,000 files".into()));
    }
}
