//! One order after the other, column by column.

use std::io::{self, Write as _};

use serde::Serialize;

use super::random::Random;

pub(super) const HEADER: &str = "order_id,order_uuid,order_date,created_at,amount,currency,email,\
                                 quantity,is_gift,country,note,discount_code\n";

const CURRENCIES: [&str; 8] = ["EUR", "USD", "GBP", "SEK", "NOK", "CHF", "JPY", "PLN"];
const COUNTRIES: [&str; 24] = [
    "DE", "FR", "GB", "US", "SE", "NO", "CH", "JP", "PL", "IT", "ES", "NL", "BE", "AT", "DK", "FI",
    "PT", "IE", "CZ", "GR", "HU", "RO", "BG", "HR",
];
const DOMAINS: [&str; 6] = [
    "example.com",
    "example.org",
    "mail.example.net",
    "shop.example.co.uk",
    "corp.example.io",
    "post.example.de",
];
const WORDS: [&str; 32] = [
    "ship",
    "before",
    "noon",
    "leave",
    "at",
    "door",
    "call",
    "customer",
    "fragile",
    "gift",
    "wrap",
    "invoice",
    "separate",
    "urgent",
    "standard",
    "weekend",
    "delivery",
    "pickup",
    "return",
    "label",
    "included",
    "please",
    "ring",
    "twice",
    "neighbour",
    "office",
    "warehouse",
    "pallet",
    "blue",
    "large",
    "second",
    "floor",
];
const WIDE_WORDS: [&str; 8] = [
    "Größe",
    "café",
    "naïve",
    "東京",
    "Łódź",
    "smörgås",
    "Ελλάδα",
    "🚚",
];

/// What is wrong with a bad order. Each breaks exactly one rule of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BadKind {
    /// `order_id` has letters in it.
    OrderIdNotInteger,
    /// `order_uuid` lacks its last digit.
    UuidMalformed,
    /// `order_date` is the 30th of February.
    DateImpossible,
    /// `created_at` has another separator.
    DatetimeMalformed,
    /// `amount` has two decimal points.
    AmountNotDecimal,
    /// `currency` is none of the schema's.
    CurrencyUnknown,
    /// `email` has no `@`.
    EmailMalformed,
    /// `quantity` is above the maximum.
    QuantityOutOfRange,
    /// `is_gift` is neither true nor false.
    BooleanMalformed,
    /// `country` does not match its pattern.
    CountryMalformed,
    /// `amount` is empty, though required.
    AmountMissing,
    /// The record ends after `country`.
    TooFewFields,
    /// The record has a thirteenth field.
    TooManyFields,
}

impl BadKind {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::OrderIdNotInteger,
        Self::UuidMalformed,
        Self::DateImpossible,
        Self::DatetimeMalformed,
        Self::AmountNotDecimal,
        Self::CurrencyUnknown,
        Self::EmailMalformed,
        Self::QuantityOutOfRange,
        Self::BooleanMalformed,
        Self::CountryMalformed,
        Self::AmountMissing,
        Self::TooFewFields,
        Self::TooManyFields,
    ];
}

/// Appends one record with its line break.
pub(super) fn write_record(
    out: &mut Vec<u8>,
    id: u64,
    random: &mut Random,
    bad: Option<BadKind>,
) -> io::Result<()> {
    let mut order = Order { out, random, bad };
    order.identity(id)?;
    order.times()?;
    order.money()?;
    order.email()?;
    order.goods()?;
    if !order.is(BadKind::TooFewFields) {
        order.note();
        order.discount()?;
    }
    if order.is(BadKind::TooManyFields) {
        order.out.extend_from_slice(b",surplus");
    }
    order.out.push(b'\n');
    Ok(())
}

/// An order that is being written.
struct Order<'a> {
    out: &'a mut Vec<u8>,
    random: &'a mut Random,
    bad: Option<BadKind>,
}

impl Order<'_> {
    fn is(&self, kind: BadKind) -> bool {
        self.bad == Some(kind)
    }

    /// `order_id,order_uuid`
    fn identity(&mut self, id: u64) -> io::Result<()> {
        write!(self.out, "{id}")?;
        if self.is(BadKind::OrderIdNotInteger) {
            self.out.extend_from_slice(b"x7");
        }
        let (high, low) = (self.random.bits(), self.random.bits());
        let (time, middle, version) = (high >> 32, (high >> 16) & 0xffff, high & 0xfff);
        let (variant, node) = (0x8000 | ((low >> 48) & 0x3fff), low & 0xffff_ffff_ffff);
        write!(
            self.out,
            ",{time:08x}-{middle:04x}-4{version:03x}-{variant:04x}-"
        )?;
        if self.is(BadKind::UuidMalformed) {
            write!(self.out, "{:011x}", node >> 4)
        } else {
            write!(self.out, "{node:012x}")
        }
    }

    /// `,order_date,created_at`
    fn times(&mut self) -> io::Result<()> {
        self.out.push(b',');
        if self.is(BadKind::DateImpossible) {
            self.out.extend_from_slice(b"2023-02-30");
        } else {
            self.date()?;
        }
        self.out.push(b',');
        self.date()?;
        let separator = if self.is(BadKind::DatetimeMalformed) {
            '_'
        } else {
            'T'
        };
        let (hour, minute) = (self.random.below(24), self.random.below(60));
        let second = self.random.below(60);
        write!(self.out, "{separator}{hour:02}:{minute:02}:{second:02}")?;
        match self.random.below(4) {
            0 => {
                let millis = self.random.below(1000);
                write!(self.out, ".{millis:03}Z")
            }
            1 => write!(self.out, "+02:00"),
            2 => write!(self.out, "-05:00"),
            _ => write!(self.out, "Z"),
        }
    }

    fn date(&mut self) -> io::Result<()> {
        let year = 2015 + self.random.below(11);
        let (month, day) = (1 + self.random.below(12), 1 + self.random.below(28));
        write!(self.out, "{year}-{month:02}-{day:02}")
    }

    /// `,amount,currency`
    fn money(&mut self) -> io::Result<()> {
        self.out.push(b',');
        if !self.is(BadKind::AmountMissing) {
            let sign = if self.random.one_in(50) { "-" } else { "" };
            let cents = self.random.below(5_000_000);
            write!(self.out, "{sign}{}.{:02}", cents / 100, cents % 100)?;
        }
        if self.is(BadKind::AmountNotDecimal) {
            self.out.extend_from_slice(b".5");
        }
        self.out.push(b',');
        if self.is(BadKind::CurrencyUnknown) {
            self.out.extend_from_slice(b"XXX");
        } else {
            self.one_of(&CURRENCIES);
        }
        Ok(())
    }

    /// `,email`
    fn email(&mut self) -> io::Result<()> {
        self.out.push(b',');
        self.one_of(&WORDS);
        self.out.push(b'.');
        self.one_of(&WORDS);
        let number = self.random.below(10_000);
        let at = if self.is(BadKind::EmailMalformed) {
            '#'
        } else {
            '@'
        };
        write!(self.out, "{number}{at}")?;
        self.one_of(&DOMAINS);
        Ok(())
    }

    /// `,quantity,is_gift,country`
    fn goods(&mut self) -> io::Result<()> {
        let quantity = if self.is(BadKind::QuantityOutOfRange) {
            1000 + self.random.below(9000)
        } else {
            1 + self.random.below(999)
        };
        let is_gift = match (self.is(BadKind::BooleanMalformed), self.random.one_in(5)) {
            (true, _) => "maybe",
            (false, true) => "true",
            (false, false) => "false",
        };
        write!(self.out, ",{quantity},{is_gift},")?;
        if self.is(BadKind::CountryMalformed) {
            self.out.extend_from_slice(b"Z9Z");
        } else {
            self.one_of(&COUNTRIES);
        }
        Ok(())
    }

    /// `,note`: mostly plain words, some empty, some that need their quotes.
    fn note(&mut self) {
        self.out.push(b',');
        let n_words = 2 + self.random.below(9);
        match self.random.below(100) {
            0..8 => {
                self.out.push(b'"');
                self.words(n_words);
                self.out.extend_from_slice(b", ");
                self.words(2);
                self.out.push(b'"');
            }
            8..11 => {
                self.out.push(b'"');
                self.words(n_words);
                self.out.push(b'\n');
                self.words(3);
                self.out.push(b'"');
            }
            11..14 => {
                self.out.push(b'"');
                self.words(2);
                self.out.extend_from_slice(b" \"\"");
                self.words(1);
                self.out.extend_from_slice(b"\"\", ");
                self.words(n_words);
                self.out.push(b'"');
            }
            14..16 => {
                self.words(n_words);
                self.out.push(b' ');
                self.one_of(&WIDE_WORDS);
            }
            16..26 => {}
            _ => self.words(n_words),
        }
    }

    /// `,discount_code`: two in five have one.
    fn discount(&mut self) -> io::Result<()> {
        self.out.push(b',');
        if self.random.below(5) < 2 {
            let percent = self.random.below(100);
            write!(self.out, "SAVE{percent:02}")?;
        }
        Ok(())
    }

    fn words(&mut self, n_words: u64) {
        for idx in 0..n_words {
            if idx > 0 {
                self.out.push(b' ');
            }
            self.one_of(&WORDS);
        }
    }

    fn one_of(&mut self, texts: &[&str]) {
        let text = self.random.one_of(texts).unwrap_or_default();
        self.out.extend_from_slice(text.as_bytes());
    }
}
