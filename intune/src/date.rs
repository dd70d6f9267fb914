//! Points in time as rules write them (docs/detection.md, "Files and folders").
//!
//! Rules are read without a calendar crate: this crate stands on `std` alone. Its tests compare it with `jiff`, whose
//! reading of ISO 8601 it has: extended and basic form, blank or `T`, fractions, offsets, a zone in brackets.

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;
use waybill_schemas::Quoted;

const SECONDS_OF_A_DAY: i64 = 86_400;
// The range of `jiff` in seconds since 1970: up to 9999-12-30T22:00:00Z, and as far before year 0.
const LAST: i64 = 253_402_207_200;
const FIRST: i64 = -377_705_023_201;

/// A point in time. Text that names no zone is UTC, a date alone is its midnight.
///
/// ```
/// use waybill_intune::RuleDate;
///
/// let date: RuleDate = "05/01/2024 1:30 PM".parse()?;
/// assert_eq!(date.to_string(), "2024-05-01T13:30:00Z");
/// # Ok::<(), waybill_intune::NoDate>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleDate {
    seconds: i64,
    nanoseconds: u32,
}

impl RuleDate {
    /// Converts a time of the system; `None` where its year is outside the range of [`RuleDate`].
    pub fn from_system_time(time: SystemTime) -> Option<Self> {
        let (seconds, nanoseconds) = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => (i64::try_from(after.as_secs()).ok()?, after.subsec_nanos()),
            Err(error) => {
                let before = error.duration();
                let whole = i64::try_from(before.as_secs()).ok()?;
                match before.subsec_nanos() {
                    0 => (-whole, 0),
                    part => (-whole - 1, 1_000_000_000 - part),
                }
            }
        };
        Self { seconds, nanoseconds }.in_range()
    }

    /// The same time rounded down to a whole second.
    pub const fn whole_seconds(self) -> Self {
        Self { nanoseconds: 0, ..self }
    }

    /// Whether it has no fraction of a second.
    pub const fn is_whole(self) -> bool {
        self.nanoseconds == 0
    }

    fn in_range(self) -> Option<Self> {
        (FIRST..=LAST).contains(&self.seconds).then_some(self)
    }
}

/// Reads ISO 8601 (`2024-05-01T12:00:00Z`, `…+02:00`, `2024-05-01 12:00`, `2024-05-01`) and month first
/// (`05/01/2024 12:00:00`, `5/1/2024 1:30 PM`), as .NET writes dates without a culture.
impl FromStr for RuleDate {
    type Err = NoDate;

    fn from_str(written: &str) -> Result<Self, NoDate> {
        let text = written.trim();
        Reader::new(text)
            .iso()
            .or_else(|| Reader::new(text).month_first())
            .and_then(Self::in_range)
            .ok_or_else(|| NoDate { text: written.to_owned() })
    }
}

/// Why a text is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text} is no date: ISO 8601 and month/day/year are read", text = Quoted(text))]
pub struct NoDate {
    /// The text that could not be read, as it was given.
    pub text: String,
}

/// RFC 3339 in UTC, with the fraction of a second where there is one.
impl fmt::Display for RuleDate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_of_days(self.seconds.div_euclid(SECONDS_OF_A_DAY));
        let second = self.seconds.rem_euclid(SECONDS_OF_A_DAY);
        let sign = if year < 0 { "-00" } else { "" };
        write!(formatter, "{sign}{:04}-{month:02}-{day:02}T", year.abs())?;
        write!(formatter, "{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)?;
        if self.nanoseconds > 0 {
            let fraction = format!("{:09}", self.nanoseconds);
            write!(formatter, ".{}", fraction.trim_end_matches('0'))?;
        }
        formatter.write_str("Z")
    }
}

/// Reads a text from left to right.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text.as_bytes() }
    }

    fn eat(&mut self, bytes: &[u8]) -> bool {
        let found = self.rest.first().is_some_and(|byte| bytes.contains(byte));
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    /// A number of at least `least` and at most `most` digits.
    fn number(&mut self, least: usize, most: usize) -> Option<i64> {
        let digits = self.rest.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        if digits < least {
            return None;
        }
        let (number, rest) = self.rest.split_at(digits);
        self.rest = rest;
        std::str::from_utf8(number).ok()?.parse().ok()
    }

    fn two(&mut self) -> Option<i64> {
        self.number(2, 2)
    }

    fn blanks(&mut self) {
        while self.eat(b" \t") {}
    }

    fn iso(mut self) -> Option<RuleDate> {
        let year = match self.rest.first()? {
            b'-' | b'+' => {
                let is_negative = self.eat(b"-") || !self.eat(b"+");
                let year = self.number(6, 6)?;
                if is_negative { -year } else { year }
            }
            _ => self.number(4, 4)?,
        };
        let is_extended = self.eat(b"-");
        let month = self.two()?;
        if is_extended && !self.eat(b"-") {
            return None;
        }
        let day = days(year, month, self.two()?)?;
        let (mut second, mut nanoseconds) = (0, 0);
        if self.eat(b"Tt ") {
            (second, nanoseconds) = self.time()?;
            second -= self.offset()?;
        }
        while self.eat(b"[") {
            let end = self.rest.iter().position(|byte| *byte == b']')?;
            self.rest = &self.rest[end + 1..];
        }
        self.rest.is_empty().then_some(RuleDate { seconds: day * SECONDS_OF_A_DAY + second, nanoseconds })
    }

    /// Seconds since midnight and nanoseconds: `12`, `12:00`, `12:00:00.5`, and all that without colons.
    fn time(&mut self) -> Option<(i64, u32)> {
        let hour = self.two().filter(|hour| *hour < 24)?;
        let is_extended = self.eat(b":");
        let more = |reader: &Self| reader.rest.first().is_some_and(u8::is_ascii_digit);
        let (mut minute, mut second, mut nanoseconds) = (0, 0, 0);
        if is_extended || more(self) {
            minute = self.two().filter(|minute| *minute < 60)?;
            if if is_extended { self.eat(b":") } else { more(self) } {
                // A leap second is the second before it, as every clock of Windows has it.
                second = self.two().filter(|second| *second <= 60)?.min(59);
                nanoseconds = self.fraction()?;
            }
        }
        Some((hour * 3600 + minute * 60 + second, nanoseconds))
    }

    fn fraction(&mut self) -> Option<u32> {
        if !self.eat(b".,") {
            return Some(0);
        }
        let before = self.rest.len();
        let number = self.number(1, 9)?;
        let digits = u32::try_from(before - self.rest.len()).ok()?;
        u32::try_from(number * 10_i64.pow(9 - digits)).ok()
    }

    /// The offset from UTC in seconds, positive to the east; 0 where the text names none.
    fn offset(&mut self) -> Option<i64> {
        if self.eat(b"Zz") {
            return Some(0);
        }
        let is_west = self.rest.first() == Some(&b'-');
        if !self.eat(b"+-") {
            return Some(0);
        }
        let mut seconds = self.two().filter(|hours| *hours < 26)? * 3600;
        for unit in [60, 1] {
            let is_there = self.eat(b":") || self.rest.first().is_some_and(u8::is_ascii_digit);
            if !is_there {
                break;
            }
            seconds += self.two().filter(|part| *part < 60)? * unit;
        }
        Some(if is_west { -seconds } else { seconds })
    }

    fn month_first(mut self) -> Option<RuleDate> {
        let month = self.number(1, 2)?;
        let day = self.eat(b"/").then(|| self.number(1, 2)).flatten()?;
        let year = self.eat(b"/").then(|| self.number(1, 4)).flatten()?;
        let day = days(year, month, day)?;
        self.blanks();
        let second = if self.rest.is_empty() { 0 } else { self.clock_time()? };
        Some(RuleDate { seconds: day * SECONDS_OF_A_DAY + second, nanoseconds: 0 })
    }

    /// Seconds since midnight of a time such as `13:30:05` or `1:30 PM`.
    fn clock_time(&mut self) -> Option<i64> {
        let hour = self.number(1, 2)?;
        let minute = self.eat(b":").then(|| self.two()).flatten().filter(|minute| *minute < 60)?;
        let second = if self.eat(b":") { self.two().filter(|second| *second <= 60)?.min(59) } else { 0 };
        self.blanks();
        let hour = match self.rest {
            [] => Some(hour).filter(|hour| *hour < 24),
            half => {
                let noon = match half.to_ascii_lowercase().as_slice() {
                    b"am" => 0,
                    b"pm" => 12,
                    _ => return None,
                };
                (1..=12).contains(&hour).then_some(hour % 12 + noon)
            }
        };
        Some(hour? * 3600 + minute * 60 + second)
    }
}

fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    // Days from 1970-01-01 to a date of the Gregorian calendar; `None` where there is no such date. Years are counted
    // from March, so that the leap day is a year's last (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(is_leap),
        _ => return None,
    };
    if !(1..=last).contains(&day) || !(-9999..=9999).contains(&year) {
        return None;
    }
    let year = year - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
}

/// The year, month and day that lie `days` days after 1970-01-01; the inverse of [`days`].
fn civil_of_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day_of_year - (153 * from_march + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use proptest::prelude::*;
    use std::time::Duration;

    fn read(text: &str) -> Option<String> {
        text.parse::<RuleDate>().ok().map(|date| date.to_string())
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        for (text, expected) in [
            ("2024-05-01T12:00:00Z", "2024-05-01T12:00:00Z"),
            ("2024-05-01T12:00:00+02:00", "2024-05-01T10:00:00Z"),
            ("2024-05-01T12:00:00-0230", "2024-05-01T14:30:00Z"),
            ("2024-05-01T12:00:00.0000000Z", "2024-05-01T12:00:00Z"),
            ("2024-05-01T12:00:00.1234567", "2024-05-01T12:00:00.1234567Z"),
            ("2024-05-01T12:00:00+02:00[Europe/Berlin]", "2024-05-01T10:00:00Z"),
            ("20240501T120000Z", "2024-05-01T12:00:00Z"),
            ("20240501", "2024-05-01T00:00:00Z"),
            (" 2024-05-01T12:00 ", "2024-05-01T12:00:00Z"),
            ("2024-05-01t12", "2024-05-01T12:00:00Z"),
            ("2024-05-01 12:00:00", "2024-05-01T12:00:00Z"),
            ("2024-05-01", "2024-05-01T00:00:00Z"),
            ("05/01/2024 12:00:00", "2024-05-01T12:00:00Z"),
            ("5/1/2024 1:30:05 PM", "2024-05-01T13:30:05Z"),
            ("5/1/2024 1:30 PM", "2024-05-01T13:30:00Z"),
            ("5/1/2024 12:30 am", "2024-05-01T00:30:00Z"),
            ("5/1/2024 01:30", "2024-05-01T01:30:00Z"),
            ("05/01/2024", "2024-05-01T00:00:00Z"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "yesterday",
            "2024",
            "2024-13-01",
            "2024-05-0112:00",
            "31/12/2024",
            "2024-02-30",
            "2023-02-29",
            "12:00",
            "20240501x",
            "2024-0501",
            "1.5.2024",
            "5/1/2024 13:30 PM",
            "2024-05-01T24:00",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_of_the_system_before_1970_is_rounded_towards_its_second() {
        let time = SystemTime::UNIX_EPOCH - Duration::from_millis(1500);
        let date = RuleDate::from_system_time(time).unwrap();
        assert_eq!(date.to_string(), "1969-12-31T23:59:58.5Z");
        assert_eq!(date.whole_seconds().to_string(), "1969-12-31T23:59:58Z");
        assert!(!date.is_whole() && date.whole_seconds().is_whole());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn an_instant_is_read_and_written_as_jiff_does(second in FIRST + 90_000..LAST, nanosecond in 0..1_000_000_000_i32, offset in -26 * 3600 + 1..26 * 3600_i32) {
            let instant = Timestamp::new(second, nanosecond).unwrap();
            prop_assert_eq!(read(&instant.to_string()), Some(instant.to_string()));
            let there = instant.to_zoned(jiff::tz::Offset::from_seconds(offset / 60 * 60).unwrap().to_time_zone());
            let written = there.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string();
            if (0..=9999).contains(&there.year()) {
                prop_assert_eq!(read(&written), Some(instant.to_string()), "{}", written);
            }
            // Windows counts from 1601, in steps of 100 ns.
            if cfg!(unix) || second >= -11_644_473_600 {
                let system = SystemTime::from(instant);
                let kept = Timestamp::try_from(system).unwrap();
                prop_assert_eq!(RuleDate::from_system_time(system).unwrap().to_string(), kept.to_string());
            }
        }

        #[test]
        fn what_jiff_reads_is_read_alike(text in "[0-9]{4}-?[01][0-9]-?[0-3][0-9]([T ][0-2][0-9](:?[0-5][0-9](:?[0-5][0-9]([.,][0-9]{1,9})?)?)?(Z|[+-][01][0-9](:?[0-5][0-9])?)?)?") {
            let jiff = text.parse::<Timestamp>().ok().or_else(|| {
                jiff::tz::TimeZone::UTC.to_timestamp(text.parse::<jiff::civil::DateTime>().ok()?).ok()
            });
            if let Some(instant) = jiff {
                prop_assert_eq!(read(&text), Some(instant.to_string()), "{}", text);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}") {
            let _ = text.parse::<RuleDate>();
        }
    }
}
