use proptest::prelude::*;

use super::{Cells, compiled, outcome, schema};
use crate::rule::parse::parse;
use crate::rule::syntax::{Expr, Node};
use crate::rule::{Outcome, Scratch};

/// Writes an expression with all its brackets.
fn print(expr: &Expr) -> String {
    let join =
        |exprs: &[Expr], between: &str| exprs.iter().map(print).collect::<Vec<_>>().join(between);
    match &expr.node {
        Node::Null => "null".to_owned(),
        Node::Bool(truth) => truth.to_string(),
        Node::Int(text) | Node::Decimal(text) | Node::Name(text) => text.clone(),
        Node::Text(text) => {
            text.chars().fold("'".to_owned(), |out, c| {
                format!("{out}\\U{:08x}", u32::from(c))
            }) + "'"
        }
        Node::List(items) => format!("[{}]", join(items, ", ")),
        Node::Member(of, name) => format!("{}.{name}", print(of)),
        Node::Index(of, index) => format!("{}[{}]", print(of), print(index)),
        Node::Call { target, name, args } => {
            let target = target
                .as_ref()
                .map_or(String::new(), |target| print(target) + ".");
            format!("{target}{name}({})", join(args, ", "))
        }
        Node::Not(of) => format!("(!{})", print(of)),
        Node::Negate(of) => format!("(-{})", print(of)),
        Node::And(operands) => format!("({})", join(operands, " && ")),
        Node::Or(operands) => format!("({})", join(operands, " || ")),
        Node::Binary(op, left, right) => {
            format!("({} {} {})", print(left), op.as_str(), print(right))
        }
        Node::Conditional(exprs) => format!(
            "({} ? {} : {})",
            print(&exprs[0]),
            print(&exprs[1]),
            print(&exprs[2])
        ),
    }
}

/// Expressions that are well formed, of any types.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|truth| truth.to_string()),
        any::<u32>().prop_map(|n| n.to_string()),
        (0_u32..99, 0_u32..99).prop_map(|(a, b)| format!("{a}.{b}e{a}")),
        "[a-z ]{0,4}".prop_map(|text| format!("'{text}'")),
        prop::sample::select(vec![
            "i", "d", "s", "b", "day", "at", "tags", "ns", "json", "geo"
        ])
        .prop_map(|name| format!("row.{name}")),
        Just("x".to_owned()),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let ops = vec!["==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%", "&&", "||"];
        let macros = vec!["all", "exists", "exists_one", "filter", "map"];
        let functions = vec!["size", "int", "decimal", "string", "date", "timestamp", "math.abs", "math.round"];
        prop_oneof![
            4 => (inner.clone(), prop::sample::select(ops), inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            1 => inner.clone().prop_map(|of| format!("!({of})")),
            1 => inner.clone().prop_map(|of| format!("-({of})")),
            1 => (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(", "))),
            1 => (inner.clone(), prop::sample::select(macros), inner.clone()).prop_map(|(list, name, body)| format!("({list}).{name}(x, {body})")),
            1 => (prop::sample::select(functions), inner.clone()).prop_map(|(name, arg)| format!("{name}({arg})")),
            1 => (inner.clone(), inner).prop_map(|(of, at)| format!("({of})[{at}]")),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_read_is_read_again(text in expression()) {
        let read = parse(&text).unwrap();
        let printed = print(&read);
        let again = print(&parse(&printed).unwrap());
        // A chain in brackets joins the one around it only if it stands first, so once more.
        prop_assert_eq!(print(&parse(&again).unwrap()), again);
    }

    #[test]
    fn any_text_is_read_or_told_of(text in ".{0,60}") {
        // An answer is enough.
        drop(compiled(&schema(), &text));
    }

    #[test]
    fn any_words_are_read_or_told_of(words in prop::collection::vec(prop::sample::select(vec![
        "row", ".", "i", "[", "]", "(", ")", "1", "'a'", "==", "&&", "||", "!", "-", "in", "?", ":", ",", "all", "has", "null", "{", "}", "x", "r'\\'", "0.5", "math",
    ]), 0..20)) {
        drop(compiled(&schema(), &words.join(" ")));
    }

    /// Whatever is well typed ends in an outcome.
    #[test]
    fn what_is_well_typed_is_judged(text in expression()) {
        let schema = schema();
        let text = format!("({text}) == ({text}) || {text}");
        if let Ok(rules) = compiled(&schema, &text) {
            let cells = "i=7; d=1E400; s=a; b=true; day=2024-01-31; at=2024-01-31T00:00:00; ns=1,2; json={\"a\": [1]}";
            let row = Cells { schema: &schema, cells };
            rules.judge(&row, &mut Scratch::default(), |_, _| {});
        }
    }

    /// The arithmetic of integers is that of any language.
    #[test]
    fn integers_agree_with_i128(a: i64, b: i64, c: i32) {
        let expected = (i128::from(a) + i128::from(b)) * i128::from(c) - i128::from(b);
        let expr = format!("(row.i + row.j) * ({c}) - row.j == {expected}");
        prop_assert_eq!(outcome(&expr, &format!("i={a}; j={b}")), Outcome::Holds);
    }
}
