//! Writes the payload (the inner zip) and the package around it, each from front to back.

mod directory;
mod package;
mod payload;
mod seal;

pub use package::{PackageMetadata, PackageWriter, WrittenPackage};
pub use payload::{KnownEntry, Method, PayloadWriter};
pub use seal::PackageKeys;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use std::io;
use std::time::SystemTime;
use waybill_schemas::DetectionXmlWriteError;
use waybill_schemas::codes::{Classified, Code, pack};

/// Why a package or a payload could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The writer returned an error.
    #[error("cannot write the package")]
    Io(#[from] io::Error),
    /// The system has no random bytes for the keys.
    #[error("the system gives no random bytes for the keys")]
    Random(#[source] io::Error),
    /// An entry's name is too long for a zip.
    #[error("entry name of {length} bytes: the format holds at most 65535")]
    NameTooLong {
        /// Length of the name in bytes.
        length: usize,
    },
    /// An entry's data has another length than announced.
    #[error("{name}: announced as {expected} bytes, written as {actual}")]
    EntryLength {
        /// The entry's name.
        name: String,
        /// Number of bytes that its header or the caller announced.
        expected: u64,
        /// Number of bytes that were written.
        actual: u64,
    },
    /// Detection.xml cannot hold the name, the setup file or an MSI fact.
    #[error("Detection.xml cannot be written")]
    Metadata(#[from] DetectionXmlWriteError),
    /// The calls are in an order that makes no archive: data without an entry, an entry inside an entry.
    #[error("{call} while {state}")]
    Order {
        /// The call that was made.
        call: &'static str,
        /// The state of the writer, in which the call is not allowed.
        state: &'static str,
    },
}

impl Classified for WriteError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Io(_) => &pack::WRITE_FAILED,
            Self::Random(_) => &pack::NO_RANDOM,
            Self::NameTooLong { .. } => &pack::ENTRY_NAME_LENGTH,
            Self::Metadata(error) => error.code(),
            Self::EntryLength { .. } | Self::Order { .. } => &pack::WRITER_MISUSED,
        }
    }
}

/// The time of a zip entry: 1980-01-01 to 2107-12-31, in steps of two seconds. Here it is always UTC.
///
/// A zip holds no time zone, and UTC makes the payload the same on every system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DosTime {
    date: u16,
    time: u16,
}

impl DosTime {
    /// 1980-01-01 00:00:00, the earliest time that a zip can hold.
    pub const MIN: Self = Self { date: (1 << 5) | 1, time: 0 };
    /// 2107-12-31 23:59:58, the latest time that a zip can hold.
    pub const MAX: Self = Self { date: (127 << 9) | (12 << 5) | 31, time: (23 << 11) | (59 << 5) | 29 };

    /// `time` in UTC, rounded down to two seconds and clamped to [`DosTime::MIN`] and [`DosTime::MAX`].
    pub fn from_system_time(time: SystemTime) -> Self {
        match Timestamp::try_from(time) {
            Ok(timestamp) => Self::from_timestamp(timestamp),
            // Times outside the calendar are clamped, because a file with a wild date must not stop packing.
            Err(_) if time < SystemTime::UNIX_EPOCH => Self::MIN,
            Err(_) => Self::MAX,
        }
    }

    fn from_timestamp(timestamp: Timestamp) -> Self {
        let civil = Offset::UTC.to_datetime(timestamp);
        match civil.year() {
            ..1980 => return Self::MIN,
            2108.. => return Self::MAX,
            _ => {}
        }
        let [year, month, day] = [civil.year() - 1980, civil.month().into(), civil.day().into()];
        let [hour, minute, second] = [civil.hour(), civil.minute(), civil.second()].map(i16::from);
        Self {
            date: ((year << 9) | (month << 5) | day).cast_unsigned(),
            time: ((hour << 11) | (minute << 5) | (second / 2)).cast_unsigned(),
        }
    }

    /// The time in the two fields of an entry, which may hold any value.
    pub const fn from_fields(date: u16, time: u16) -> Self {
        Self { date, time }
    }

    /// The time, read as UTC; `None` where the fields are not a date, such as zeros.
    pub fn to_system_time(self) -> Option<SystemTime> {
        let [year, month, day] = [self.date >> 9, self.date >> 5 & 15, self.date & 31].map(u16::cast_signed);
        let [hour, minute, second] =
            [self.time >> 11, self.time >> 5 & 63, (self.time & 31) * 2].map(u16::cast_signed);
        let date = Date::new(1980 + year, month as i8, day as i8).ok()?;
        let time = Time::new(hour as i8, minute as i8, second as i8, 0).ok()?;
        Offset::UTC.to_timestamp(date.to_datetime(time)).ok().map(SystemTime::from)
    }

    /// The date field: years since 1980, month and day.
    pub const fn date(self) -> u16 {
        self.date
    }

    /// The time field: hours, minutes and seconds divided by two.
    pub const fn time(self) -> u16 {
        self.time
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn at(seconds: i64) -> DosTime {
        let distance = Duration::from_secs(seconds.unsigned_abs());
        DosTime::from_system_time(if seconds < 0 {
            SystemTime::UNIX_EPOCH - distance
        } else {
            SystemTime::UNIX_EPOCH + distance
        })
    }

    #[test]
    fn known_dates() {
        // 2024-02-29 13:37:59 UTC
        let leap = at(1_709_213_879);
        assert_eq!((leap.date(), leap.time()), ((44 << 9) | (2 << 5) | 29, (13 << 11) | (37 << 5) | 29));
        assert_eq!(at(315_532_800), DosTime::MIN);
        assert_eq!(at(315_532_801), DosTime::MIN, "two-second steps");
        assert!(at(315_532_802) > DosTime::MIN);
    }

    #[test]
    fn what_is_written_reads_back_and_nonsense_is_no_time() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_709_213_878);
        assert_eq!(DosTime::from_system_time(time).to_system_time(), Some(time));
        assert_eq!(DosTime::from_fields(0, 0).to_system_time(), None);
        assert_eq!(DosTime::from_fields(DosTime::MIN.date(), u16::MAX).to_system_time(), None);
    }

    #[test]
    fn out_of_range_is_clamped() {
        assert_eq!([at(0), at(-1), at(-10_000_000_000), at(315_532_799)], [DosTime::MIN; 4]);
        // 2107-12-31 23:59:59 and the second after it
        assert_eq!([at(4_354_819_199), at(4_354_819_200), at(9_000_000_000)], [DosTime::MAX; 3]);
    }
}
