//! How people write values that the standard's defaults do not admit. What is tried by `infer` and
//! by `advice`: nothing here is ever assumed.

/// Texts that often say that there is no value.
pub(crate) const MISSING: &[&str] = &[
    "NA", "N/A", "n/a", "na", "N.A.", "n.a.", "#N/A", "NULL", "Null", "null", "(null)", "\\N",
    "None", "none", "NONE", "nil", "Nil", "NIL", "NaN", "nan", "NAN", "-", "--", "—", "?", ".",
    "missing", "Missing", "MISSING", "unknown", "Unknown", "UNKNOWN", "(blank)", "<NA>",
];

/// Texts that often stand for true and false, in pairs: a word and its opposite.
pub(crate) const BOOLEANS: &[(&[&str], &[&str])] = &[
    (&["yes", "Yes", "YES"], &["no", "No", "NO"]),
    (&["y", "Y"], &["n", "N"]),
    (&["t", "T"], &["f", "F"]),
    (&["on", "On", "ON"], &["off", "Off", "OFF"]),
    (&["ja", "Ja", "JA"], &["nein", "Nein", "NEIN"]),
    (&["ja", "Ja", "JA"], &["nee", "Nee", "NEE"]),
    (&["j", "J"], &["n", "N"]),
    (&["wahr", "Wahr", "WAHR"], &["falsch", "Falsch", "FALSCH"]),
    (&["oui", "Oui", "OUI"], &["non", "Non", "NON"]),
    (&["vrai", "Vrai", "VRAI"], &["faux", "Faux", "FAUX"]),
    // `SI` and `NO` are countries as well.
    (&["si", "Si", "sí", "Sí", "sì", "Sì"], &["no", "No"]),
    (&["sim", "Sim", "SIM"], &["não", "Não", "NÃO"]),
];

/// A pattern of dates or times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    pub(crate) text: &'static str,
    /// Another pattern that many of the same texts fit, with another meaning.
    pub(crate) rival: Option<&'static str>,
}

const fn clear(text: &'static str) -> Pattern {
    Pattern { text, rival: None }
}

const fn either(text: &'static str, rival: &'static str) -> Pattern {
    Pattern {
        text,
        rival: Some(rival),
    }
}

/// How dates are written. Years of two digits are left out: `31/01/24` begins or ends with one.
pub(crate) const DATES: &[Pattern] = &[
    clear("%Y/%m/%d"),
    clear("%Y.%m.%d"),
    clear("%d.%m.%Y"),
    either("%d/%m/%Y", "%m/%d/%Y"),
    either("%m/%d/%Y", "%d/%m/%Y"),
    either("%d-%m-%Y", "%m-%d-%Y"),
    either("%m-%d-%Y", "%d-%m-%Y"),
    clear("%d %b %Y"),
    clear("%d %B %Y"),
    clear("%d-%b-%Y"),
    clear("%b %d, %Y"),
    clear("%B %d, %Y"),
];

/// How days with a time are written.
pub(crate) const DATETIMES: &[Pattern] = &[
    clear("%Y-%m-%d %H:%M:%S"),
    clear("%Y-%m-%d %H:%M:%S.%f"),
    clear("%Y-%m-%d %H:%M:%S%z"),
    clear("%Y-%m-%d %H:%M"),
    clear("%Y-%m-%dT%H:%M"),
    clear("%Y/%m/%d %H:%M:%S"),
    clear("%Y/%m/%d %H:%M"),
    clear("%d.%m.%Y %H:%M:%S"),
    clear("%d.%m.%Y %H:%M"),
    either("%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S"),
    either("%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S"),
    either("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"),
    either("%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"),
    either("%d/%m/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M:%S %p"),
    either("%m/%d/%Y %I:%M:%S %p", "%d/%m/%Y %I:%M:%S %p"),
    either("%d/%m/%Y %I:%M %p", "%m/%d/%Y %I:%M %p"),
    either("%m/%d/%Y %I:%M %p", "%d/%m/%Y %I:%M %p"),
];

/// How times of day are written.
pub(crate) const TIMES: &[Pattern] = &[clear("%H:%M"), clear("%I:%M:%S %p"), clear("%I:%M %p")];

/// What stands between groups of digits of an integer.
pub(crate) const GROUPS: &[&str] = &[",", ".", " ", "'", "\u{a0}", "\u{202f}", "’"];

/// The marks of a number: between whole and fraction, and between groups of digits.
pub(crate) const MARKS: &[(&str, Option<&str>)] = &[
    (",", None),
    (".", Some(",")),
    (",", Some(".")),
    (",", Some(" ")),
    (",", Some("\u{a0}")),
    (",", Some("\u{202f}")),
    (".", Some(" ")),
    (".", Some("'")),
    (".", Some("’")),
];

/// Signs that stand beside a number and are its unit. Not those that change what it says: `<5` and
/// `(5)` are no 5.
pub(crate) fn is_unit_sign(c: char) -> bool {
    matches!(c, '$' | '¢'..='¥' | '\u{20a0}'..='\u{20cf}' | '%' | '‰' | '°')
}
