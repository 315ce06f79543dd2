//! Checks calls: of functions, and of the macros over lists.

use regex::RegexBuilder;

use super::check::{Checker, ROW, Typed};
use super::code::{Code, Each, Quantity};
use super::datum::Datum;
use super::signature::{ARGS_MAX, Gives, SIGNATURES, Signature, Style, Takes, VARIADIC};
use super::syntax::{Expr, Node};
use super::types::Type;

/// The most memory that one compiled pattern may take, in bytes.
const PATTERN_BYTES_MAX: usize = 1024 * 1024;

/// The macros over lists.
const MACROS: &[&str] = &["all", "exists", "exists_one", "filter", "map"];
/// What is called by other rules than those of signatures.
const SPECIAL: &[&str] = &["has", "matches"];
/// The namespace of the functions of numbers, as CEL's extensions have it.
const MATH: &str = "math";

impl Checker<'_> {
    pub(super) fn call(
        &mut self,
        at: usize,
        target: Option<&Expr>,
        name: &str,
        args: &[Expr],
    ) -> Option<Typed> {
        if args.len() > ARGS_MAX {
            return self.flaw(at, format!("more than {ARGS_MAX} arguments"), "");
        }
        match (target, name) {
            (None, "has") => return self.has(at, args),
            (None, "matches") => {
                let [text, pattern] = args else {
                    return self.usage(at, "matches(text, \"pattern\")");
                };
                return self.matches(at, text, pattern);
            }
            (Some(text), "matches") => {
                let [pattern] = args else {
                    return self.usage(at, "text.matches(\"pattern\")");
                };
                return self.matches(at, text, pattern);
            }
            (Some(list), name) if MACROS.contains(&name) => {
                return self.each(at, list, name, args);
            }
            _ => {}
        }
        let is_math = target.is_some_and(|target| self.is_math(target));
        let (style, target) = match (target, is_math) {
            (None, _) => (Style::Plain, None),
            (Some(_), true) => (Style::Math, None),
            (Some(target), false) => (Style::Method, Some(target)),
        };
        let args: Vec<_> = target
            .into_iter()
            .chain(args)
            .map(|arg| self.expr(arg))
            .collect();
        if style == Style::Math
            && let Some((_, function)) = VARIADIC.iter().find(|(other, _)| *other == name)
        {
            let args: Vec<Typed> = args.into_iter().collect::<Option<_>>()?;
            let are_numbers = args.iter().all(|arg| Takes::Number.takes(&arg.ty));
            if args.is_empty() || !are_numbers {
                return self.flaw(at, format!("`math.{name}` takes numbers"), "");
            }
            let ty = Gives::Number.of(&args.iter().map(|arg| &arg.ty).collect::<Vec<_>>());
            let codes = args.into_iter().map(|arg| arg.code).collect();
            return self.folded(at, Typed::new(Code::Call(*function, codes), ty));
        }
        let named: Vec<&Signature> = SIGNATURES.iter().filter(|s| s.name == name).collect();
        let is_called_so =
            |s: &&Signature| s.style == style || s.style == Style::Either && style != Style::Math;
        if !named.iter().any(is_called_so) {
            return self.no_such_function(at, style, name, &named);
        }
        let args: Vec<Typed> = args.into_iter().collect::<Option<_>>()?;
        let types: Vec<&Type> = args.iter().map(|arg| &arg.ty).collect();
        let found = named
            .iter()
            .filter(|s| is_called_so(s))
            .find(|s| s.admits(&types));
        let Some(signature) = found else {
            return self.other_arguments(at, name, &types, &named);
        };
        let ty = signature.gives.of(&types);
        let function = signature.function;
        let codes = args.into_iter().map(|arg| arg.code).collect();
        self.folded(at, Typed::new(Code::Call(function, codes), ty))
    }

    fn is_math(&self, target: &Expr) -> bool {
        let is_variable = self.variables.iter().any(|(name, _)| name == MATH);
        !is_variable && matches!(&target.node, Node::Name(name) if name == MATH)
    }

    fn usage<T>(&mut self, at: usize, usage: &str) -> Option<T> {
        self.flaw(
            at,
            "is called with other arguments",
            format!("write `{usage}`"),
        )
    }

    fn no_such_function<T>(
        &mut self,
        at: usize,
        style: Style,
        name: &str,
        named: &[&Signature],
    ) -> Option<T> {
        if let Some(signature) = named.first() {
            let usage = match signature.style {
                Style::Plain => format!("{name}(..)"),
                Style::Method | Style::Either => format!("text.{name}(..)"),
                Style::Math => format!("math.{name}(..)"),
            };
            return self.flaw(
                at,
                format!("`{name}` is not called so"),
                format!("write `{usage}`"),
            );
        }
        let known = SIGNATURES.iter().filter(|signature| match style {
            Style::Math => signature.style == Style::Math,
            Style::Plain | Style::Method | Style::Either => signature.style != Style::Math,
        });
        let mut known: Vec<_> = known.map(|signature| signature.name).collect();
        known.dedup();
        match style {
            Style::Math => known.extend(VARIADIC.iter().map(|(name, _)| *name)),
            Style::Method => known.extend(MACROS),
            Style::Plain | Style::Either => {}
        }
        if style != Style::Math {
            known.extend(SPECIAL);
        }
        let hint = match name {
            "type" | "dyn" => "types are known before the first record".to_owned(),
            "bytes" => "bytes are not part of rowgate's profile of CEL".to_owned(),
            "abs" | "ceil" | "floor" | "round" => format!("write `math.{name}(..)`"),
            "min" => "write `math.least(..)`".to_owned(),
            "max" => "write `math.greatest(..)`".to_owned(),
            _ => self.hint(name, known.into_iter()),
        };
        self.flaw(at, format!("there is no function `{name}`"), hint)
    }

    fn other_arguments<T>(
        &mut self,
        at: usize,
        name: &str,
        found: &[&Type],
        named: &[&Signature],
    ) -> Option<T> {
        let found: Vec<_> = found.iter().map(ToString::to_string).collect();
        let usages: Vec<_> = named
            .iter()
            .map(|signature| {
                let takes: Vec<_> = signature.takes.iter().map(|takes| takes.as_str()).collect();
                format!("({})", takes.join(", "))
            })
            .collect();
        let hint = if found.iter().any(|ty| ty == "null") {
            "`null` has no value to work on"
        } else {
            ""
        };
        self.flaw(
            at,
            format!(
                "`{name}` takes {}, found ({})",
                usages.join(" or "),
                found.join(", ")
            ),
            hint,
        )
    }

    fn has(&mut self, at: usize, args: &[Expr]) -> Option<Typed> {
        let [arg] = args else {
            return self.usage(at, "has(row.name)");
        };
        let typed = if let Node::Member(of, name) = &arg.node {
            self.member(arg.at, of, name)?
        } else if let Node::Index(of, index) = &arg.node
            && let Node::Text(name) = &index.node
        {
            self.member(index.at, of, name)?
        } else {
            return self.usage(at, "has(row.name)");
        };
        Some(Typed::new(Code::Has(Box::new(typed.code)), Type::Bool))
    }

    fn matches(&mut self, at: usize, text: &Expr, pattern: &Expr) -> Option<Typed> {
        let typed = self.expr(text)?;
        if !Takes::Text.takes(&typed.ty) {
            let message = format!("`matches` takes a `string`, this is of type `{}`", typed.ty);
            return self.flaw(text.at, message, "");
        }
        let Some(Typed {
            code: Code::Constant(Datum::Text(expression)),
            ..
        }) = self.expr(pattern)
        else {
            let hint = "patterns are compiled before the first record";
            return self.flaw(pattern.at, "a pattern is a string that is known", hint);
        };
        let regex = RegexBuilder::new(&expression)
            .size_limit(PATTERN_BYTES_MAX)
            .build();
        match regex {
            Ok(regex) => Some(Typed::new(
                Code::Matches(Box::new(typed.code), regex),
                Type::Bool,
            )),
            Err(regex::Error::CompiledTooBig(_)) => self.flaw(
                pattern.at,
                "the pattern takes too much memory",
                "repeat less",
            ),
            Err(_) => self.flaw(
                at,
                "the pattern cannot be compiled",
                "patterns are RE2's: no look-around, no references back; \
                 a raw string keeps its backslashes: r\"\\d+\"",
            ),
        }
    }

    fn each(&mut self, at: usize, list: &Expr, name: &str, args: &[Expr]) -> Option<Typed> {
        let usage = format!("list.{name}(item, ..)");
        let (variable, condition, result) = match args {
            [variable, result] if name == "map" => (variable, None, Some(result)),
            [variable, condition, result] if name == "map" => {
                (variable, Some(condition), Some(result))
            }
            [variable, condition] if name != "map" => (variable, Some(condition), None),
            _ => return self.usage(at, &usage),
        };
        let Node::Name(variable) = &variable.node else {
            return self.flaw(
                variable.at,
                "expected the name of a variable",
                format!("write `{usage}`"),
            );
        };
        if variable == ROW {
            return self.flaw(
                at,
                "`row` is the record",
                "choose another name for the variable",
            );
        }
        let list = self.expr(list)?;
        let item = if let Type::List(item) = &list.ty {
            (**item).clone()
        } else if list.ty == Type::Json {
            Type::Json
        } else {
            let ty = list.ty;
            let message = format!("`{name}` looks at the items of a list, this is of type `{ty}`");
            return self.flaw(at, message, "");
        };
        self.variables.push((variable.clone(), item.clone()));
        let has_both = condition.is_some() && result.is_some();
        let condition = condition.and_then(|condition| self.condition(condition, "the condition"));
        let result = result.and_then(|result| self.expr(result));
        self.variables.pop();
        // One that is there but has no code is at fault.
        let is_fine = if has_both {
            condition.is_some() && result.is_some()
        } else {
            condition.is_some() || result.is_some()
        };
        if !is_fine {
            return None;
        }
        let quantity = match name {
            "all" => Quantity::All,
            "exists" => Quantity::Exists,
            "exists_one" => Quantity::ExistsOne,
            _ => Quantity::Collect,
        };
        let ty = match (quantity, &result) {
            (Quantity::Collect, Some(result)) => Type::List(Box::new(result.ty.clone())),
            (Quantity::Collect, None) => Type::List(Box::new(item)),
            (Quantity::All | Quantity::Exists | Quantity::ExistsOne, _) => Type::Bool,
        };
        let each = Each {
            quantity,
            list: list.code,
            condition,
            result: result.map(|result| result.code),
        };
        Some(Typed::new(Code::Each(Box::new(each)), ty))
    }
}

impl Signature {
    fn admits(&self, args: &[&Type]) -> bool {
        self.takes.len() == args.len()
            && self
                .takes
                .iter()
                .zip(args)
                .all(|(takes, arg)| takes.takes(arg))
    }
}
