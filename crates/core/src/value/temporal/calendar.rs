//! The arithmetic of the proleptic Gregorian calendar. Days are counted from 0000-03-01, from which
//! every cycle of 400 years looks the same.

pub(super) const SECONDS_PER_MINUTE: i64 = 60;
pub(super) const SECONDS_PER_HOUR: i64 = 60 * SECONDS_PER_MINUTE;
pub(super) const SECONDS_PER_DAY: i64 = 24 * SECONDS_PER_HOUR;
pub(super) const DAYS_PER_WEEK: i64 = 7;
pub(super) const DAYS_PER_CYCLE: i64 = 146_097;
const YEARS_PER_CYCLE: i64 = 400;
pub(super) const MONTHS_PER_YEAR: i64 = 12;
pub(super) const MONTHS_PER_CYCLE: i64 = YEARS_PER_CYCLE * MONTHS_PER_YEAR;

/// The days of a month, from 28 to 31; 0 if there is no such month.
pub(super) fn days_of_month(year: i64, month: u8) -> u8 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => 0,
    }
}

/// Counts the days from 0000-03-01 to a day.
pub(super) fn days_since_epoch(year: i64, month: u8, day: u8) -> i64 {
    // The year starts in March here, so that the leap day is its last.
    let is_before_march = month < 3;
    let year = if is_before_march { year - 1 } else { year };
    let month = i64::from(if is_before_march {
        month + 9
    } else {
        month - 3
    });
    let year_of_cycle = year.rem_euclid(YEARS_PER_CYCLE);
    let day_of_year = (153 * month + 2) / 5 + i64::from(day) - 1;
    let day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    year.div_euclid(YEARS_PER_CYCLE) * DAYS_PER_CYCLE + day_of_cycle
}

/// Finds the year, month and day that lie so many days after 0000-03-01.
pub(super) fn day_at(days: i64) -> (i64, u8, u8) {
    let (cycle, day) = (
        days.div_euclid(DAYS_PER_CYCLE),
        days.rem_euclid(DAYS_PER_CYCLE),
    );
    // Takes out the leap days before `day`, so that years are 365 days long.
    let year_of_cycle = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let year = cycle * YEARS_PER_CYCLE + year_of_cycle;
    let (year, month) = if month < 10 {
        (year, month + 3)
    } else {
        (year + 1, month - 9)
    };
    (year, small(month), small(day))
}

/// The day of the week, from 0, a Monday, to 6.
pub(super) fn weekday(days: i64) -> u8 {
    // 0000-03-01 is a Wednesday, and a cycle is a whole number of weeks.
    small((days + 2).rem_euclid(DAYS_PER_WEEK))
}

/// Narrows what is known to be small.
pub(super) fn small(number: i64) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}
