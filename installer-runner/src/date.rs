//! Points in time as rules write them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// As .NET writes dates without a culture: month first.
const MONTH_FIRST: [&str; 5] =
    ["%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%Y"];

/// Reads ISO 8601 (`2024-05-01T12:00:00Z`, `…+02:00`, `2024-05-01 12:00`, `2024-05-01`) and month first
/// (`05/01/2024 12:00:00`, `5/1/2024 1:30 PM`). What names no zone is UTC, a date alone its midnight.
pub(crate) fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(instant) = text.parse() {
        return Some(instant);
    }
    let month_first = || {
        // A date alone is no date-time to strptime.
        let date = |format| jiff::civil::Date::strptime(format, text).ok().map(|date| date.at(0, 0, 0, 0));
        MONTH_FIRST.iter().find_map(|format| DateTime::strptime(format, text).ok().or_else(|| date(format)))
    };
    let civil = text.parse::<DateTime>().ok().or_else(month_first)?;
    TimeZone::UTC.to_timestamp(civil).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        for (text, expected) in [
            ("2024-05-01T12:00:00Z", "2024-05-01T12:00:00Z"),
            ("2024-05-01T12:00:00+02:00", "2024-05-01T10:00:00Z"),
            ("2024-05-01T12:00:00.0000000Z", "2024-05-01T12:00:00Z"),
            ("2024-05-01T12:00:00.1234567", "2024-05-01T12:00:00.1234567Z"),
            (" 2024-05-01T12:00 ", "2024-05-01T12:00:00Z"),
            ("2024-05-01 12:00:00", "2024-05-01T12:00:00Z"),
            ("2024-05-01", "2024-05-01T00:00:00Z"),
            ("05/01/2024 12:00:00", "2024-05-01T12:00:00Z"),
            ("5/1/2024 1:30:05 PM", "2024-05-01T13:30:05Z"),
            ("5/1/2024 1:30 PM", "2024-05-01T13:30:00Z"),
            ("5/1/2024 01:30", "2024-05-01T01:30:00Z"),
            ("05/01/2024", "2024-05-01T00:00:00Z"),
        ] {
            assert_eq!(instant(text).map(|instant| instant.to_string()).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in ["", "yesterday", "2024", "2024-13-01", "31/12/2024", "2024-02-30", "12:00", "20240501x"]
        {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
