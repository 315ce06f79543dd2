use super::{at_fault, compiled, schema};
use crate::schema::Schema;

#[test]
fn what_is_not_cel() {
    at_fault("", &["1:1: expected a value, found the end"]);
    at_fault("1 +", &["1:4: expected a value, found the end"]);
    at_fault(
        "row.i = 1",
        &["1:7: `=` means nothing here (`==` compares)"],
    );
    at_fault(
        "row.b & row.c",
        &["1:7: `&` means nothing here (`&&` stands for and)"],
    );
    at_fault(
        "row.b and row.c",
        &["1:7: expected an operator or the end, found `and` (`&&` stands for and)"],
    );
    at_fault(
        "row.s is null",
        &["1:7: expected an operator or the end, found `is` (write `== null` or `!= null`)"],
    );
    at_fault("(1", &["1:3: expected `)`, found the end"]);
    at_fault("[1 2]", &["1:4: expected `]`, found the number `2`"]);
    at_fault("'a", &["1:1: a string lacks its `'`"]);
    at_fault(
        "'a\nb'",
        &[
            "1:1: a string goes on over the end of its line (write `\\n`, or put it between triple quotes)",
        ],
    );
    at_fault(
        r"'\d'",
        &[
            "1:2: a string has `\\d`, which stands for nothing (for a backslash write `\\\\`, or put an `r` before the string)",
        ],
    );
    at_fault(
        r"'\uD800'",
        &["1:2: an escape lacks its 4 hexadecimal digits, or names no character"],
    );
    at_fault(
        r"'\x4'",
        &["1:2: an escape lacks its 2 hexadecimal digits, or names no character"],
    );
    at_fault(
        "12abc",
        &["1:1: a number goes on with `a` (put a text into quotes)"],
    );
    at_fault("0x", &["1:1: `0x` lacks its digits"]);
    at_fault("1 ==\n  1 ? 2", &["2:8: expected `:`, found the end"]);
    at_fault(
        "row.in",
        &["1:5: `in` is a keyword (write `[\"in\"]` for the field of that name)"],
    );
    at_fault("while", &["1:1: `while` is reserved by CEL"]);
    at_fault(
        "1e99999999999999999999 == 1",
        &["1:1: a number has too long an exponent (an exponent has at most 18 digits)"],
    );
}

#[test]
fn what_the_profile_leaves_out() {
    at_fault(
        "b'a' == b'a'",
        &["1:1: bytes are not part of rowgate's profile of CEL (drop the `b` for a string)"],
    );
    at_fault(
        "{'a': 1}",
        &["1:1: maps are not part of rowgate's profile of CEL (use a list with `in`, or `? :`)"],
    );
    at_fault(
        "Message{a: 1}",
        &["1:8: messages are not part of rowgate's profile of CEL"],
    );
    at_fault(
        "type(1) == int",
        &[
            "1:1: there is no function `type` (types are known before the first record)",
            "1:12: `int` is no name here (known: `row`)",
        ],
    );
}

#[test]
fn what_is_not_of_its_type() {
    at_fault(
        "row.i",
        &["1:5: a rule has to be a `bool`, this is of type `int` (compare it with something)"],
    );
    at_fault(
        "null",
        &["1:1: a rule has to be a `bool`, this is of type `null` (compare it with something)"],
    );
    at_fault(
        "row.x > 1",
        &[
            "1:5: the schema has no field `x` (known: `i`, `j`, `d`, `e`, `s`, `t`, `b`, `c`, `day`, `day2`, `at`, `at2`, `clock`, `tags`, `ns`, `json`, `array`, `geo`, `any`, `Amount (EUR)`)",
        ],
    );
    at_fault(
        "row['Amount EUR'] > 1",
        &["1:5: the schema has no field `Amount EUR` (did you mean `Amount (EUR)`?)"],
    );
    at_fault(
        "row[row.s] == 1",
        &[
            "1:9: a field is named by a string that is known (put its name into quotes: `row[\"Amount (EUR)\"]`)",
        ],
    );
    at_fault(
        "row == 1",
        &[
            "1:1: `row` is the record, which is no value (name a field of it: `row.name`, or `row[\"a name\"]`)",
        ],
    );
    at_fault("day > 1", &["1:1: `day` is no name here (write `row.day`)"]);
    at_fault(
        "row.day > '2024-01-01'",
        &["1:9: `>` does not compare `date` with `string` (write `date(\"2024-12-31\")`)"],
    );
    at_fault(
        "row.day < row.at",
        &["1:9: `<` does not compare `date` with `datetime` (`date(..)` of a datetime is its day)"],
    );
}

#[test]
fn what_is_not_compared() {
    at_fault(
        "row.i == '1'",
        &[
            "1:7: `==` does not compare `int` with `string` (a number has no quotes; `decimal(..)` reads one)",
        ],
    );
    at_fault(
        "row.i < null",
        &["1:7: `null` is neither below nor above a value (use `==` or `!=`)"],
    );
    at_fault(
        "row.geo < row.geo",
        &["1:9: `<` does not compare values of type `geopoint`"],
    );
    at_fault(
        "row.tags < row.tags",
        &["1:10: `<` does not compare values of type `list(string)`"],
    );
    at_fault(
        "row.i && !row.s",
        &[
            "1:5: an operand of `&&` has to be a `bool`, this is of type `int` (compare it with something)",
            "1:15: what `!` turns has to be a `bool`, this is of type `string` (compare it with something)",
        ],
    );
}

#[test]
fn what_operators_do_not_take() {
    at_fault(
        "row.s + row.i == ''",
        &["1:7: `+` does not take `string` and `int` (`string(..)` turns a value into a string)"],
    );
    at_fault(
        "row.d % 2 == 0",
        &[
            "1:7: `%` does not take `decimal` and `int` (`%` is for integers; `math.trunc` makes one)",
        ],
    );
    at_fault(
        "row.i + null == 0",
        &["1:7: `+` does not take `int` and `null`"],
    );
    at_fault(
        "-row.s == ''",
        &["1:1: `-` turns the sign of a number or a duration, this is of type `string`"],
    );
    at_fault(
        "'a' in row.s",
        &[
            "1:5: `in` looks into a list, this is of type `string` (use `contains` to look for a part of a string)",
        ],
    );
    at_fault(
        "1 in row.tags",
        &["1:3: a value of type `int` is not in a `list(string)`"],
    );
    at_fault(
        "[1, 'a'] == [1]",
        &[
            "1:5: a list of `int` has an item of type `string` (all items of a list are of one type)",
        ],
    );
    at_fault(
        "row.b ? 1 : 'a'",
        &[
            "1:7: the branches of `? :` are of types `int` and `string` (both have to be of one type)",
        ],
    );
    at_fault(
        "row.s.x == 1",
        &["1:7: a value of type `string` has no member `x`"],
    );
    at_fault(
        "row.geo.alt == 1",
        &["1:9: a value of type `geopoint` has no member `alt` (it has `lon` and `lat`)"],
    );
    at_fault(
        "row.s[0] == 'a'",
        &["1:6: a value of type `string` has no items (use `substring`)"],
    );
    at_fault(
        "row.tags['a'] == 'a'",
        &[
            "1:10: an item is chosen by an `int`, this is of type `string` (the first item is `[0]`)",
        ],
    );
}

#[test]
fn calls() {
    at_fault(
        "row.i.contains('a')",
        &["1:7: `contains` takes (string, string), found (int, string)"],
    );
    at_fault(
        "contains(row.s, 'a')",
        &["1:1: `contains` is not called so (write `text.contains(..)`)"],
    );
    at_fault(
        "row.s.contain('a')",
        &["1:7: there is no function `contain` (did you mean `contains`?)"],
    );
    at_fault(
        "round(row.d) == 1",
        &["1:1: `round` is not called so (write `math.round(..)`)"],
    );
    at_fault(
        "math.median(1) == 1",
        &[
            "1:6: there is no function `median` (known: `abs`, `sign`, `round`, `floor`, `ceil`, `trunc`, `greatest`, `least`)",
        ],
    );
    at_fault(
        "math.greatest() == 1",
        &["1:6: `math.greatest` takes numbers"],
    );
    at_fault(
        "size(1) == 1",
        &["1:1: `size` takes (string) or (list), found (int)"],
    );
    at_fault(
        "has(row.i > 1)",
        &["1:1: is called with other arguments (write `has(row.name)`)"],
    );
    at_fault(
        "row.s.matches(row.t)",
        &[
            "1:19: a pattern is a string that is known (patterns are compiled before the first record)",
        ],
    );
    at_fault(
        "row.s.matches('a{999}{999}')",
        &["1:15: the pattern takes too much memory (repeat less)"],
    );
    at_fault(
        "row.i.all(x, true)",
        &["1:7: `all` looks at the items of a list, this is of type `int`"],
    );
    at_fault(
        "row.ns.all(1, true)",
        &["1:12: expected the name of a variable (write `list.all(item, ..)`)"],
    );
    at_fault(
        "row.ns.all(row, true)",
        &["1:8: `row` is the record (choose another name for the variable)"],
    );
    at_fault(
        "row.ns.all(n, n)",
        &[
            "1:15: the condition has to be a `bool`, this is of type `int` (compare it with something)",
        ],
    );
    at_fault(
        "row.ns.all(n) && n",
        &[
            "1:8: is called with other arguments (write `list.all(item, ..)`)",
            "1:18: `n` is no name here (known: `row`)",
        ],
    );
}

#[test]
fn what_is_constant_is_computed_at_once() {
    at_fault(
        "row.day > date('2024-13-01')",
        &["1:11: this has no value of type `date` (write `date(\"2024-12-31\")`)"],
    );
    at_fault(
        "row.i / 0 == 1 || 1 / 0 == 1",
        &[
            "1:21: this has no value of type `int` (a number has no quotes; `decimal(..)` reads one)",
        ],
    );
}

#[test]
fn sizes_are_limited() {
    let fault = |expr: &str| compiled(&schema(), expr).unwrap_err()[0].message.clone();
    let deep = "is nested more than 96 deep";
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("!", ""),
        ("-", ""),
        ("true ? true : ", ""),
        ("size(", ")"),
    ] {
        let n = 4_000;
        assert_eq!(
            fault(&format!("{}1{}", open.repeat(n), close.repeat(n))),
            deep,
            "{open}"
        );
    }
    assert_eq!(fault(&format!("1{} == 1", " + 1".repeat(1_000))), deep);
    assert_eq!(fault(&format!("row.json{} == 1", ".a".repeat(1_000))), deep);
    assert_eq!(fault(&" ".repeat(70_000)), "is longer than 65536 bytes");
    // Chains of `&&` and `||` and lists are flat.
    assert!(compiled(&schema(), &format!("row.b{}", " || row.b".repeat(5_000))).is_ok());
    assert!(compiled(&schema(), &format!("row.i in [1{}]", ", 1".repeat(5_000))).is_ok());
}

#[test]
fn examples_of_the_docs_compile() {
    let schema = Schema::parse(
        br#"{"fields": [
            {"name": "shipped_at", "type": "datetime"}, {"name": "ordered_at", "type": "datetime"},
            {"name": "quantity", "type": "integer"}, {"name": "unit_price", "type": "number"},
            {"name": "Amount (EUR)", "type": "number"}, {"name": "status", "type": "string"},
            {"name": "voided_on", "type": "date"}, {"name": "email", "type": "string"},
            {"name": "phone", "type": "string"}, {"name": "tags", "type": "list"},
            {"name": "extra", "type": "object"}
        ]}"#,
    )
    .unwrap();
    let docs = include_str!("../../../../../docs/rules.md");
    let (_, examples) = docs.split_once("```cel\n").unwrap();
    let (examples, _) = examples.split_once("```").unwrap();
    assert!(examples.lines().count() > 9);
    for example in examples.lines() {
        let faults = compiled(&schema, example).err();
        assert_eq!(faults, None, "{example}");
    }
}
