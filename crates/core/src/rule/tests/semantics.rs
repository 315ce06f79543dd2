use super::{broken, holds, undecided};
use crate::rule::{Cell, Column, Outcome, Row, Scratch, Type, compile};
use crate::schema::{RuleText, Severity};
use crate::value::Value;

#[test]
fn literals() {
    for expr in [
        "0x1F == 31",
        "7u == 7",
        "12345678901234567890123456789012345678901234567890 > 0",
        ".5 == 0.5",
        "1e3 == 1000",
        "1.5E-1 == 0.15",
        "-5 < 5",
        "- -5 == 5",
        "'a' == \"a\"",
        "'''a\nb''' == 'a\\nb'",
        "\"\"\"say \"a\\\"\"\"\" == 'say \"a\"'",
        r#"r"\d" == '\\d'"#,
        r"R'\n' == '\\n'",
        r"'\x41\u0042\U00000043\104' == 'ABCD'",
        r#"'\a\b\f\n\r\t\v\\\?\"\'\`'.size() == 12"#,
        "true != false",
        "null == null",
        "[1, 2,] == [1, 2]",
        "1 == 1 // the rest is a comment",
        "1 == // in between\n 1",
        ".row.i == 1",
        "true ? true : false ? false : false",
    ] {
        holds(expr, "i=1");
    }
}

#[test]
fn texts_that_are_copied_are_paid_for() {
    let columns = ["codes", "big"].map(|name| Column {
        name,
        ty: Type::Text,
    });
    let codes = "c,".repeat(8_000);
    let big = "b".repeat(500_000);
    for (expr, expected) in [
        (
            "row.codes.split(',').map(x, row.big.split(';')[0]).size() > 0",
            Outcome::Undecided,
        ),
        (
            "row.codes.split(',').map(x, row.big.split(';')).size() > 0",
            Outcome::Undecided,
        ),
        (
            "row.codes.split(',').map(x, row.big + x).size() > 0",
            Outcome::Undecided,
        ),
        (
            "row.codes.split(',').map(x, row.big).size() > 0",
            Outcome::Undecided,
        ),
        (
            "[row.big + 'a'].map(x, row.codes.split(',').map(y, x)).size() > 0",
            Outcome::Undecided,
        ),
        (
            "row.big.split(';').size() == 1 && row.codes.split(',').size() == 8001",
            Outcome::Holds,
        ),
    ] {
        let rule = RuleText {
            name: "r".to_owned(),
            expr: expr.to_owned(),
            message: None,
            severity: Severity::Reject,
        };
        let set = compile(&[rule], &columns).unwrap();
        let row = Texts([&codes, &big]);
        set.judge(&row, &mut Scratch::default(), |_, outcome| {
            assert_eq!(outcome, expected, "{expr}");
        });
    }
}

/// A record of texts that are not in the file as they are.
struct Texts<'t>([&'t str; 2]);

impl Row for Texts<'_> {
    fn cell(&self, field: usize) -> Cell<'_> {
        Cell::Value(Value::Text(self.0[field].to_owned().into()))
    }
}

#[test]
fn precedence_is_that_of_cel() {
    holds("1 + 2 * 3 == 7", "");
    holds("(1 + 2) * 3 == 9", "");
    holds("10 - 4 - 3 == 3", "");
    holds("100 / 10 / 5 == 2", "");
    holds("true || false && false", "");
    holds("!false && true", "");
    holds("1 < 2 == true", "");
    holds("-2 * -3 == 6", "");
    holds("1 in [1] && !(2 in [1])", "");
    holds("false ? false : true ? true : false", "");
}

#[test]
fn numbers_are_exact() {
    holds("0.1 + 0.2 == 0.3", "");
    holds("row.d * row.i == row.e", "d=19.99; i=3; e=59.97");
    broken("row.d * row.i == row.e", "d=19.99; i=3; e=59.96");
    holds("row.i == row.d", "i=1; d=1.000");
    holds(
        "row.i + 1 > row.i",
        "i=99999999999999999999999999999999999999999",
    );
    holds("row.i / 2 == 3 && row.i % 2 == 1", "i=7");
    holds("row.i / 2 == -3 && row.i % 2 == -1", "i=-7");
    holds("row.d / 2 == 3.5", "d=7");
    holds("1.0 / 3 * 3 == 0.9999999999999999999999999999999999", "");
    holds("-row.i == -7 && -row.d < 0", "i=7; d=1");
    undecided("row.i / row.j == 1", "i=1; j=0");
    undecided("row.i % row.j == 1", "i=1; j=0");
    undecided("row.d / row.e == 1", "d=1; e=0.0");
    undecided("row.d + 1 > 0", "d=1E900000000");
    undecided("row.d * row.d > 0", "d=1E999999999999999999999");
    holds("row.d > 1", "d=1E900000000");
    holds("row[\"Amount (EUR)\"] < 0.3", "Amount (EUR)=0.29");
}

#[test]
fn nan_and_infinities() {
    broken("row.d == row.d", "d=NaN");
    holds("row.d != row.d", "d=NaN");
    broken("row.d < 1 || row.d >= 1", "d=NaN");
    holds("row.d > 1e300", "d=INF");
    holds("row.d < 0", "d=-INF");
    undecided("row.d + 1 > 0", "d=INF");
    undecided("row.d * 0 == 0", "d=NaN");
    holds("row.d != null", "d=NaN");
}

#[test]
fn comparisons_of_every_type() {
    for (low, high) in [
        ("1", "2"),
        ("1", "1.5"),
        ("'a'", "'b'"),
        ("'Z'", "'a'"),
        ("'z'", "'é'"),
        ("false", "true"),
        ("date('2024-01-31')", "date('2024-02-01')"),
        ("time('09:00:00')", "time('10:00:00')"),
        (
            "timestamp('2024-01-01T00:00:00Z')",
            "timestamp('2024-01-01T00:00:00.5Z')",
        ),
    ] {
        for (op, below, equal, above) in [
            ("==", false, true, false),
            ("!=", true, false, true),
            ("<", true, false, false),
            ("<=", true, true, false),
            (">", false, false, true),
            (">=", false, true, true),
        ] {
            for (left, right, expected) in
                [(low, high, below), (low, low, equal), (high, low, above)]
            {
                let expr = format!("({left} {op} {right}) == {expected}");
                holds(&expr, "");
            }
        }
    }
}

#[test]
fn temporal_fields() {
    holds("row.day <= row.day2", "day=2024-02-28; day2=2024-02-29");
    holds("row.day >= date('2024-01-01')", "day=2024-02-28");
    holds(
        "row.at < row.at2",
        "at=2024-01-01T06:00:00+01:00; at2=2024-01-01T05:30:00Z",
    );
    // One has a zone, the other has none: neither is below, above or equal to the other.
    undecided(
        "row.at < row.at2",
        "at=2024-01-01T06:00:00; at2=2024-01-01T05:30:00Z",
    );
    undecided(
        "row.at == row.at2",
        "at=2024-01-01T06:00:00; at2=2024-01-01T05:30:00Z",
    );
    holds("row.clock > time('08:00:00')", "clock=09:00:00");
}

#[test]
fn calendars() {
    let cells = "day=2024-01-31; day2=2024-03-01; at=2024-12-31T23:30:15.25-01:00; at2=2025-01-02T00:30:15.25Z; clock=09:30:00";
    for expr in [
        "row.day + duration('P1M') == date('2024-02-29')",
        "row.day2 - duration('P1D') == date('2024-02-29')",
        "duration('P1D') + row.day > row.day",
        "row.day2 - row.day == duration('P30D')",
        "row.day2 - row.day <= duration('P31D')",
        "row.at2 - row.at == duration('24h')",
        "row.at + duration('P1D') == row.at2",
        "-duration('-90s') == duration('1m30s')",
        "duration('PT36H').getHours() == 36 && duration('-1.5s').getMilliseconds() == -500",
        "row.at.getFullYear() == 2025 && row.at.getMonth() == 0 && row.at.getDate() == 1",
        "row.at.getHours() == 0 && row.at.getMinutes() == 30 && row.at.getSeconds() == 15",
        "row.at.getMilliseconds() == 250",
        "date(row.at) == date('2025-01-01')",
        "row.day.getDayOfWeek() == 3 && row.day.getDayOfYear() == 30 && row.day.getDayOfMonth() == 30",
        "row.clock.getHours() == 9",
        "year('2024') < year('2025') && int(year('2024')) == 2024",
        "yearmonth('2024-02') >= yearmonth('2024-01')",
        "string(row.day) == '2024-01-31' && string(duration('3600s')) == 'PT1H'",
    ] {
        holds(expr, cells);
    }
    // A month is no number of days.
    undecided("row.b || duration('P1M') < duration('P30D')", cells);
    undecided(
        "row.at - row.at2 < duration('P1D')",
        "at=2024-01-01T00:00:00; at2=2024-01-01T00:00:00Z",
    );
}

#[test]
fn what_is_missing_decides_nothing() {
    undecided("row.i > 0", "");
    undecided("row.i == row.j", "i=1");
    undecided("row.i == row.j", "");
    undecided("row.i != row.j", "i=1");
    undecided("row.i + 1 > 0", "");
    undecided("row.s.contains('a')", "");
    undecided("row.s.matches('a')", "");
    undecided("size(row.s) > 0", "");
    undecided("row.b", "");
    undecided("!row.b", "");
    undecided("row.i in [1, 2]", "");
    undecided("row.b ? true : true", "");
    undecided("row.tags.all(t, t != '')", "");
    undecided("math.greatest(row.i, row.j) > 0", "i=1");
}

#[test]
fn what_is_missing_can_be_asked_for() {
    holds("row.i == null", "");
    broken("row.i == null", "i=1");
    broken("row.i != null", "");
    holds("null != row.i", "i=1");
    holds("has(row.i)", "i=1");
    broken("has(row.i)", "");
    broken("has(row[\"Amount (EUR)\"])", "");
    holds("row.i == null || row.i > 0", "");
    holds("row.i == null || row.i > 0", "i=1");
    broken("row.i == null || row.i > 0", "i=0");
    holds("row.s == null ? row.i == 1 : row.i == 2", "i=1");
    holds("(row.b ? row.i : null) == null", "b=false; i=1");
}

#[test]
fn what_is_not_of_its_type_decides_nothing() {
    undecided("row.i > 0", "i=x");
    undecided("row.i == null", "i=x");
    undecided("row.i != null", "i=x");
    undecided("has(row.i)", "i=x");
    holds("row.i > 0 || row.j > 0", "i=x; j=1");
    broken("row.i > 0 && row.j > 0", "i=x; j=0");
}

#[test]
fn logic_has_three_values() {
    for (left, right, and, or) in [
        ("true", "true", 't', 't'),
        ("true", "false", 'f', 't'),
        ("false", "false", 'f', 'f'),
        ("true", "", 'u', 't'),
        ("false", "", 'f', 'u'),
        ("", "", 'u', 'u'),
    ] {
        for (b, c) in [(left, right), (right, left)] {
            let cells = format!("b={b}; c={c}");
            for (expr, expected) in [("row.b && row.c", and), ("row.b || row.c", or)] {
                match expected {
                    't' => holds(expr, &cells),
                    'f' => broken(expr, &cells),
                    _ => undecided(expr, &cells),
                }
            }
        }
    }
    holds("true || row.b || row.c", "");
    broken("row.b && row.c && false", "");
}

#[test]
fn text() {
    let cells = "s=Straße 12; t=a,b,,c";
    for expr in [
        "row.s.size() == 9 && size(row.s) == 9",
        "row.s.contains('aß')",
        "row.s.startsWith('Str')",
        "row.s.endsWith('12')",
        "row.s.matches('^[A-Z].* [0-9]+$')",
        "row.s.matches(r'\\d')",
        "matches(row.s, '12')",
        "row.s + '!' == 'Straße 12!'",
        "row.s.lowerAscii() == 'straße 12'",
        "row.s.upperAscii() == 'STRAßE 12'",
        "row.s.substring(4, 6) == 'ße'",
        "row.s.substring(7) == '12'",
        "row.s.substring(9) == ''",
        "row.t.split(',') == ['a', 'b', '', 'c']",
        "'  a '.trim() == 'a'",
        "row.s != row.t",
        "row.any == null",
    ] {
        holds(expr, cells);
    }
    undecided("row.s.substring(10) == ''", cells);
    undecided("row.s.substring(3, 2) == ''", cells);
    undecided("row.s.substring(row.i) == ''", "s=a; i=-1");
}

#[test]
fn conversions() {
    for expr in [
        "int('42') == 42",
        "int(-1.9) == -1",
        "double('0.10') == 0.1",
        "decimal(1) / 4 == 0.25",
        "string(1.50) == '1.5'",
        "string(true) == 'true'",
        "string(1e50) == '1E+50'",
        "bool('true')",
        "int(row.s) == 12",
        "date(row.t) == row.day",
    ] {
        holds(expr, "s=12; t=2024-01-31; day=2024-01-31");
    }
    undecided("int(row.s) == 1", "s=12.5");
    undecided("date(row.s) == row.day", "s=x; day=2024-01-01");
    undecided("bool(row.s)", "s=yes");
    undecided("int(row.d) == 1", "d=NaN");
}

#[test]
fn mathematics() {
    for expr in [
        "math.abs(-3) == 3",
        "math.sign(-0.5) == -1",
        "math.round(2.5) == 3 && math.round(-2.5) == -3",
        "math.round(2.345, 2) == 2.35",
        "math.round(row.d * row.e, 2) == 0.67",
        "math.floor(-1.5) == -2",
        "math.ceil(1.1) == 2",
        "math.trunc(-1.9) == -1",
        "math.greatest(1, 2.5, -3) == 2.5",
        "math.least(row.i, 3) == 3",
    ] {
        holds(expr, "d=1.005; e=0.66666; i=4");
    }
}

#[test]
fn lists() {
    let cells = "tags=red,green; ns=1,2,3";
    for expr in [
        "'red' in row.tags",
        "!('blue' in row.tags)",
        "row.s == null || row.s in ['a', 'b']",
        "row.tags.size() == 2",
        "row.tags[0] == 'red'",
        "row.ns.all(n, n > 0)",
        "row.ns.exists(n, n == 2)",
        "row.ns.exists_one(n, n == 2)",
        "!row.ns.exists_one(n, n > 1)",
        "row.ns.filter(n, n > 1) == [2, 3]",
        "row.ns.map(n, n * n) == [1, 4, 9]",
        "row.ns.map(n, n > 1, n + 1) == [3, 4]",
        "row.ns + [4] == [1, 2, 3, 4]",
        "row.ns != [1, 2]",
        "row.ns.all(n, row.ns.exists(m, m >= n))",
        "row.ns.all(n, [4].all(n, n == 4))",
        "[].all(x, false)",
        "!([].exists(x, true))",
        "[1, 2.0, null].size() == 3",
        "1 in [1.0, null]",
    ] {
        holds(expr, cells);
    }
    undecided("row.tags[2] == 'red'", cells);
    undecided("2 in [1, null]", cells);
    undecided("[1, null].all(x, x > 0)", "");
    broken("[-1, null].all(x, x > 0)", "");
    holds("[1, null].exists(x, x > 0)", "");
    undecided("[1, null].exists_one(x, x > 0)", "");
    undecided("[1, null].map(x, x + 1) == [2]", "");
    undecided("[1, 2] == [1, null]", "");
    broken("[1, 2] == [2, null]", "");
}

#[test]
fn json() {
    let cells = r#"json={"n": 1.50, "s": "x", "no": null, "l": [1, {"a": true}]}; array=[1, "a"]"#;
    for expr in [
        "row.json.n == 1.5",
        "row.json.s == 'x'",
        "row.json['s'] == 'x'",
        "row.json.l[1].a == true",
        "row.json.l[1].a && true",
        "row.json.n + 1 == 2.5",
        "row.json.no == null",
        "has(row.json.no) && !has(row.json.nothing)",
        "'n' in row.json",
        "!('m' in row.json)",
        "row.json.n != 'x'",
        "size(row.json) == 4",
        "row.array.size() == 2",
        "row.array[0] == 1",
        "'a' in row.array",
        "row.array.exists(x, x == 'a')",
        "row.json.l == row.json.l",
        "row.json.s.startsWith('x')",
    ] {
        holds(expr, cells);
    }
    undecided("row.json.m == 1", cells);
    undecided("row.json.n < 'x'", cells);
    undecided("row.json.s + 1 == 2", cells);
    undecided("row.json.s.m == 2", cells);
    undecided("row.json.n && true", cells);
    undecided("row.json.no == 1", cells);
    undecided("row.json.n == 1", "json=nope");
}

#[test]
fn geopoints() {
    holds(
        "row.geo.lon > 90 && row.geo.lat == 45.5",
        "geo=90.50, 45.50",
    );
    holds("row.geo == row.geo", "geo=90.50, 45.50");
    undecided("row.geo.lon > 90", "");
}

#[test]
fn steps_are_limited() {
    let numbers: Vec<_> = (0..400).map(|n| n.to_string()).collect();
    let cells = format!("ns={}", numbers.join(","));
    undecided("row.ns.all(a, row.ns.all(b, a + b >= 0))", &cells);
    holds("row.ns.all(a, a >= 0)", &cells);
    let doubled = "row.s".to_owned() + &" + row.s".repeat(60);
    undecided(
        &format!("({doubled}).size() > 0"),
        &format!("s={}", "x".repeat(400_000)),
    );
}

/// Counts how often each cell is read.
struct Counting(std::cell::RefCell<Vec<usize>>);

impl Row for Counting {
    fn cell(&self, field: usize) -> Cell<'_> {
        self.0.borrow_mut().push(field);
        Cell::Value(Value::Boolean(field != 0))
    }
}

#[test]
fn cells_are_read_once_and_only_if_needed() {
    let column = |name| Column {
        name,
        ty: Type::Bool,
    };
    let columns = [column("a"), column("b"), column("c")];
    let rule = |expr: &str| RuleText {
        name: expr.to_owned(),
        expr: expr.to_owned(),
        message: None,
        severity: Severity::Warn,
    };
    let rules = compile(
        &[rule("row.a && row.c"), rule("row.b || row.a || row.b")],
        &columns,
    )
    .unwrap();
    assert_eq!(rules.fields(), [0, 2, 1]);
    assert_eq!(rules.fields_of(1), [1, 0]);
    let mut scratch = Scratch::default();
    for _ in 0..2 {
        let row = Counting(std::cell::RefCell::default());
        let mut outcomes = Vec::new();
        rules.judge(&row, &mut scratch, |rule, outcome| {
            outcomes.push((rule, outcome));
        });
        assert_eq!(outcomes, [(0, Outcome::Broken), (1, Outcome::Holds)]);
        assert_eq!(*row.0.borrow(), [0, 1]);
    }
}
