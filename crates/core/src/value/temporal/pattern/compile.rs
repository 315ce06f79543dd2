//! From the text of a pattern to what is read.

use super::parts::DateParts;
use super::{Digits, Item, Length, Pattern};
use crate::value::temporal::format::{FormatFault, TemporalKind};

/// What is read at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Directive {
    Year,
    YearOfCentury,
    Month,
    MonthName(Length),
    Day,
    DayOfYear,
    WeekdayName(Length),
    WeekdayFromSunday,
    WeekdayFromMonday,
    WeekOfSundays,
    WeekOfMondays,
    IsoYear,
    IsoWeek,
    Hour,
    HourOfHalf,
    Half,
    Minute,
    Second,
    Fraction,
    Offset,
    ZoneName,
}

/// What a letter behind `%` stands for.
enum Meaning {
    Field(Directive),
    /// A pattern in its place.
    Pattern(&'static str),
    Percent,
    Space,
}

impl Directive {
    /// The most digits of a number; 0 if it is none.
    pub(super) fn digits_max(self) -> usize {
        match self {
            Self::Year | Self::IsoYear => 4,
            Self::DayOfYear => 3,
            Self::YearOfCentury
            | Self::Month
            | Self::Day
            | Self::WeekOfSundays
            | Self::WeekOfMondays
            | Self::IsoWeek
            | Self::Hour
            | Self::HourOfHalf
            | Self::Minute
            | Self::Second => 2,
            Self::WeekdayFromSunday | Self::WeekdayFromMonday => 1,
            Self::Fraction => 6,
            Self::MonthName(_)
            | Self::WeekdayName(_)
            | Self::Half
            | Self::Offset
            | Self::ZoneName => 0,
        }
    }

    fn is_of_date(self) -> bool {
        match self {
            Self::Year
            | Self::YearOfCentury
            | Self::Month
            | Self::MonthName(_)
            | Self::Day
            | Self::DayOfYear
            | Self::WeekdayName(_)
            | Self::WeekdayFromSunday
            | Self::WeekdayFromMonday
            | Self::WeekOfSundays
            | Self::WeekOfMondays
            | Self::IsoYear
            | Self::IsoWeek => true,
            Self::Hour
            | Self::HourOfHalf
            | Self::Half
            | Self::Minute
            | Self::Second
            | Self::Fraction
            | Self::Offset
            | Self::ZoneName => false,
        }
    }
}

fn meaning(letter: char) -> Option<Meaning> {
    Some(Meaning::Field(match letter {
        'Y' => Directive::Year,
        'y' => Directive::YearOfCentury,
        'm' => Directive::Month,
        'B' => Directive::MonthName(Length::Full),
        'b' | 'h' => Directive::MonthName(Length::Abbreviated),
        'd' | 'e' => Directive::Day,
        'j' => Directive::DayOfYear,
        'A' => Directive::WeekdayName(Length::Full),
        'a' => Directive::WeekdayName(Length::Abbreviated),
        'w' => Directive::WeekdayFromSunday,
        'u' => Directive::WeekdayFromMonday,
        'U' => Directive::WeekOfSundays,
        'W' => Directive::WeekOfMondays,
        'G' => Directive::IsoYear,
        'V' => Directive::IsoWeek,
        'H' => Directive::Hour,
        'I' => Directive::HourOfHalf,
        'p' => Directive::Half,
        'M' => Directive::Minute,
        'S' => Directive::Second,
        'f' => Directive::Fraction,
        'z' => Directive::Offset,
        'Z' => Directive::ZoneName,
        'c' => return Some(Meaning::Pattern("%a %b %d %H:%M:%S %Y")),
        'x' | 'D' => return Some(Meaning::Pattern("%m/%d/%y")),
        'X' | 'T' => return Some(Meaning::Pattern("%H:%M:%S")),
        'R' => return Some(Meaning::Pattern("%H:%M")),
        'r' => return Some(Meaning::Pattern("%I:%M:%S %p")),
        'F' => return Some(Meaning::Pattern("%Y-%m-%d")),
        '%' => return Some(Meaning::Percent),
        'n' | 't' => return Some(Meaning::Space),
        _ => return None,
    }))
}

impl Pattern {
    pub(in crate::value::temporal) fn compile(
        text: &str,
        kind: TemporalKind,
    ) -> Result<Self, FormatFault> {
        let mut builder = Builder::default();
        builder.read(text)?;
        let origin = match kind {
            TemporalKind::Date => {
                builder.refuse(|directive| !directive.is_of_date(), "a date has no time")?;
                Some(builder.date_parts()?)
            }
            TemporalKind::Time => {
                builder.refuse(Directive::is_of_date, "a time has no date")?;
                builder.check_time()?;
                None
            }
            TemporalKind::DateTime => {
                let origin = builder.date_parts()?;
                builder.check_time()?;
                Some(origin)
            }
        };
        Ok(Self {
            text: text.into(),
            items: builder.items(),
            origin,
        })
    }
}

#[derive(Default)]
struct Builder {
    items: Vec<Item>,
    /// Each with its letter.
    directives: Vec<(Directive, char)>,
}

impl Builder {
    /// Splits a pattern into items.
    fn read(&mut self, pattern: &str) -> Result<(), FormatFault> {
        let mut letters = pattern.chars();
        while let Some(letter) = letters.next() {
            if letter.is_whitespace() {
                self.push_space();
            } else if letter == '%' {
                let letter = letters.next();
                let letter = letter.ok_or_else(|| {
                    fault("`%` stands at the end", "write `%%` for a percent sign")
                })?;
                self.push_directive(letter)?;
            } else {
                self.push_literal(letter);
            }
        }
        Ok(())
    }

    fn push_directive(&mut self, letter: char) -> Result<(), FormatFault> {
        match meaning(letter) {
            Some(Meaning::Field(directive)) => {
                if self.has(directive) {
                    return Err(fault(format!("`%{letter}` is read twice"), ""));
                }
                self.directives.push((directive, letter));
                self.items.push(Item::Field(directive, Digits::Few));
            }
            Some(Meaning::Pattern(pattern)) => self.read(pattern)?,
            Some(Meaning::Percent) => self.push_literal('%'),
            Some(Meaning::Space) => self.push_space(),
            None => {
                let hint = "known are those of `strptime`: \
                            aAbBcdDeFfGhHIjmMnprRStTuUVwWxXyYzZ%";
                return Err(fault(format!("unknown directive `%{letter}`"), hint));
            }
        }
        Ok(())
    }

    fn push_space(&mut self) {
        if !matches!(self.items.last(), Some(Item::Space)) {
            self.items.push(Item::Space);
        }
    }

    fn push_literal(&mut self, letter: char) {
        let mut text = match self.items.pop_if(|item| matches!(item, Item::Literal(_))) {
            Some(Item::Literal(text)) => text.into_string(),
            Some(Item::Space | Item::Field(..)) | None => String::new(),
        };
        text.push(letter);
        self.items.push(Item::Literal(text.into()));
    }

    fn has(&self, directive: Directive) -> bool {
        self.directives.iter().any(|(known, _)| *known == directive)
    }

    /// Refuses directives that the kind has no place for: what they read would be lost.
    fn refuse(
        &self,
        is_foreign: impl Fn(Directive) -> bool,
        message: &str,
    ) -> Result<(), FormatFault> {
        let foreign = |(directive, _): &&(Directive, char)| is_foreign(*directive);
        match self.directives.iter().find(foreign) {
            Some((_, letter)) => Err(fault(
                format!("{message}, but the pattern reads `%{letter}`"),
                "the type `datetime` has both",
            )),
            None => Ok(()),
        }
    }

    /// Finds what determines the date.
    fn date_parts(&self) -> Result<DateParts, FormatFault> {
        use Directive::{
            Day, DayOfYear, IsoWeek, IsoYear, Month, MonthName, WeekOfMondays, WeekOfSundays,
            WeekdayFromMonday, WeekdayFromSunday, WeekdayName, Year, YearOfCentury,
        };
        let has = |any_of: &[Directive]| any_of.iter().any(|directive| self.has(*directive));
        let (full, short) = (Length::Full, Length::Abbreviated);
        let has_year = has(&[Year, YearOfCentury]);
        let has_month = has(&[Month, MonthName(full), MonthName(short)]);
        let has_weekday = has(&[
            WeekdayName(full),
            WeekdayName(short),
            WeekdayFromSunday,
            WeekdayFromMonday,
        ]);
        if has_year && has_month && has(&[Day]) {
            Ok(DateParts::MonthAndDay)
        } else if has_year && has(&[DayOfYear]) {
            Ok(DateParts::DayOfYear)
        } else if has(&[IsoYear]) && has(&[IsoWeek]) && has_weekday {
            Ok(DateParts::IsoWeek)
        } else if has_year && has(&[WeekOfMondays]) && has_weekday {
            Ok(DateParts::WeekOfMondays)
        } else if has_year && has(&[WeekOfSundays]) && has_weekday {
            Ok(DateParts::WeekOfSundays)
        } else {
            let hint = if has_year && has_month {
                "it lacks the day; a month of a year is a `yearmonth`, which is written `YYYY-MM`"
            } else {
                "a date follows from year, month and day (`%Y-%m-%d`), from year and day of the \
                 year (`%Y-%j`), or from year, week and weekday (`%G-W%V-%u`, `%Y %W %a`)"
            };
            Err(fault("the pattern does not determine a date", hint))
        }
    }

    fn check_time(&self) -> Result<(), FormatFault> {
        use Directive::{Fraction, Half, Hour, HourOfHalf, Minute, Second};
        let needs = |what: Directive, other: bool| self.has(what) && !other;
        let has_hour = self.has(Hour) || self.has(HourOfHalf);
        if !has_hour {
            let hint = "it lacks the hour (`%H`, or `%I` with `%p`); without a time it is a `date`";
            return Err(fault("the pattern does not determine a time", hint));
        }
        if needs(HourOfHalf, self.has(Half) || self.has(Hour)) {
            let hint = "add `%p`, or read hours of the whole day with `%H`";
            return Err(fault(
                "`%I` is an hour of the morning or of the evening",
                hint,
            ));
        }
        if needs(Second, self.has(Minute)) {
            return Err(fault("the pattern reads seconds and no minutes (`%M`)", ""));
        }
        if needs(Fraction, self.has(Second)) {
            return Err(fault(
                "the pattern reads a fraction and no seconds (`%S`)",
                "",
            ));
        }
        Ok(())
    }

    /// Finishes: where digits touch, no number may leave out leading zeros.
    fn items(self) -> Box<[Item]> {
        let starts: Vec<bool> = self.items.iter().map(starts_with_digit).collect();
        let ends: Vec<bool> = self.items.iter().map(ends_with_digit).collect();
        let before = std::iter::once(false).chain(ends);
        let after = starts.into_iter().skip(1).chain(std::iter::once(false));
        let neighbours = before.zip(after);
        let items = self.items.into_iter().zip(neighbours);
        items
            .map(|(item, (before, after))| match item {
                // A fraction leaves out the zeros at its end.
                Item::Field(Directive::Fraction, _) if !after => item,
                Item::Field(directive, _) if before || after => Item::Field(directive, Digits::All),
                Item::Field(..) | Item::Literal(_) | Item::Space => item,
            })
            .collect()
    }
}

fn starts_with_digit(item: &Item) -> bool {
    match item {
        Item::Field(directive, _) => directive.digits_max() > 0,
        Item::Literal(text) => text.starts_with(|c: char| c.is_ascii_digit()),
        Item::Space => false,
    }
}

fn ends_with_digit(item: &Item) -> bool {
    match item {
        Item::Field(directive, _) => directive.digits_max() > 0,
        Item::Literal(text) => text.ends_with(|c: char| c.is_ascii_digit()),
        Item::Space => false,
    }
}

fn fault(message: impl Into<String>, hint: &'static str) -> FormatFault {
    FormatFault {
        message: message.into(),
        hint,
    }
}
