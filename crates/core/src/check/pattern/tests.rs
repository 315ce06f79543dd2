use super::*;

#[track_caller]
fn check(pattern: &str, good: &[&str], bad: &[&str]) {
    let regex = compile(pattern).unwrap_or_else(|fault| panic!("{pattern}: {fault:?}"));
    for text in good {
        assert!(regex.is_match(text), "{pattern} should match {text:?}");
    }
    for text in bad {
        assert!(!regex.is_match(text), "{pattern} should not match {text:?}");
    }
}

#[track_caller]
fn check_fault(pattern: &str, part: &str) {
    let fault = compile(pattern).expect_err(pattern);
    assert!(fault.message.contains(part), "{pattern}: {}", fault.message);
}

#[test]
fn the_whole_value_matches() {
    check("a", &["a"], &["", "ab", "ba", "a\n"]);
    check("^a$", &["a"], &["ab", "ba"]);
    check("a|b", &["a", "b"], &["ab", "ac", "cb"]);
    check("^a$|^b$", &["a", "b"], &["ab", "^b"]);
    check("^(a|b)+$", &["abba"], &["abc"]);
    check("", &[""], &["a"]);
    check(r"\^a\$", &["^a$"], &["a"]);
}

#[test]
fn escapes_mean_what_xml_schema_says() {
    check(r"\d{2,3}", &["12", "123", "٣٤"], &["1", "1234"]);
    check(r"\D", &["a"], &["1"]);
    check(r"\s", &[" ", "\t", "\n", "\r"], &["\u{a0}", "\u{b}"]);
    check(r"\S", &["a", "\u{a0}"], &[" "]);
    check(r"\w+", &["aé1$"], &["a b", "a_", "a-b"]);
    check(r"\W", &["_", " ", "-"], &["a", "+"]);
    check(r"\i\c*", &["a-b.c", "_x", ":x", "é1"], &["1a", "-a", "a b"]);
    check(r"\I", &["1", "-"], &["a"]);
    check(r"\C", &[" ", "@"], &["a", "1", "-"]);
    check(r"[\i-[:]][\c-[:]]*", &["abc"], &["a:b", ":a"]);
    check(".", &["a", "é", "\u{2028}"], &["\n", "\r", ""]);
    check(r"\p{Lu}\P{Lu}", &["Aa", "É1"], &["aa", "AA"]);
    check(
        r"\.\\\?\*\+\{\}\(\)\[\]\|\-\^\n\r\t\/\$",
        &[".\\?*+{}()[]|-^\n\r\t/$"],
        &[],
    );
    check("#&~ -", &["#&~ -"], &[]);
}

#[test]
fn classes() {
    check("[a-c]", &["a", "b", "c"], &["d", "-"]);
    check("[^a-c]", &["d", "\n"], &["a"]);
    check("[a-z-[aeiou]]+", &["xyz"], &["xaz"]);
    check("[^a-z-[0-9]]", &["A", "-"], &["a", "5"]);
    check(r"[\w-[\d-[5]]]", &["a", "5"], &["4", "-"]);
    check("[a-]", &["a", "-"], &["b"]);
    check("[-a]", &["a", "-"], &["b"]);
    check(r"[a\-z]", &["a", "-", "z"], &["b"]);
    check(r"[\d.]+", &["1.2"], &["a"]);
    check("[&&]", &["&"], &["a"]);
    check("[~~a]", &["~", "a"], &["b"]);
    check("[a^]", &["a", "^"], &["b"]);
    check(
        "[.*+?(){}|$]",
        &[".", "*", "+", "?", "(", ")", "{", "}", "|", "$"],
        &["a"],
    );
    check(r"[\[\]]", &["[", "]"], &["a"]);
    check("[à-ý]", &["é"], &["e"]);
    check(r"[+--]", &["+", ",", "-"], &["."]);
}

#[test]
fn blocks() {
    check(r"\p{IsGreek}+", &["αβγ"], &["abc", "а"]);
    check(r"\p{IsGreekandCoptic}", &["α"], &["a"]);
    check(r"\P{IsBasicLatin}", &["é"], &["a", "\0"]);
    check(r"[\p{IsBasicLatin}-[\p{L}]]+", &["1 2"], &["a", "é"]);
    check(
        r"[^\p{IsLatin-1Supplement}\P{IsBasicLatin}]",
        &["a"],
        &["é", "α"],
    );
    check(
        r"\p{IsSupplementaryPrivateUseArea-B}",
        &["\u{10FFFF}"],
        &["a"],
    );
    let names: Vec<_> = blocks::BLOCKS.iter().map(|(name, ..)| *name).collect();
    assert!(names.is_sorted());
    for name in names {
        compile(&format!(r"[\p{{Is{name}}}]\P{{Is{name}}}")).unwrap();
    }
}

#[test]
fn quantities() {
    check("a{2}", &["aa"], &["a", "aaa"]);
    check("a{0,1}b{2,}", &["bb", "abbb"], &["b", "aabb"]);
    check("(?:ab)*c?d+", &["d", "ababcdd"], &["ab"]);
}

#[test]
fn what_cannot_be_run_is_named() {
    check_fault(r"(a)\1", "refers back");
    check_fault("(?=a)b", "looks around");
    check_fault("(?!a)b", "looks around");
    check_fault("(?<=a)b", "looks around");
    check_fault("(?<!a)b", "looks around");
    check_fault("(?i)a", "`(?`");
    check_fault("(?<n>a)", "`(?`");
    check_fault(r"\bword\b", "`\\b`");
    check_fault(r"\x41", "`\\x`");
    check_fault(r"\p{IsKlingon}", "no block of Unicode");
    check_fault(r"\p{IsBasic Latin}", "no block of Unicode");
    check_fault(r"\p{Greek}", "no general category");
    check_fault(r"\pL", "without its category");
    check_fault("a+?", "after a quantifier");
    check_fault("a++", "after a quantifier");
    check_fault("a{2}{3}", "after a quantifier");
    check_fault("*a", "nothing to repeat");
    check_fault("(|+)", "nothing to repeat");
    check_fault("{2}", "nothing to repeat");
    check_fault("a{,3}", "no quantity");
    check_fault("a{x}", "no quantity");
    check_fault("a{2", "no quantity");
    check_fault("a{3,2}", "ends before it starts");
    check_fault("a{99999999999999999999}", "more than 100000 times");
    check_fault("(a", "lacks a `)`");
    check_fault("a)", "without its `(`");
    check_fault("[a", "lacks a `]`");
    check_fault("[a-", "lacks a `]`");
    check_fault("a]", "closes nothing");
    check_fault("a}", "closes nothing");
    check_fault("[]", "empty class");
    check_fault("[z-a]", "ends before it starts");
    check_fault(r"[a-\d]", "ends in a class");
    check_fault("[a[b]]", "inside a class");
    check_fault("[a-z-[b]c]", "after its subtraction");
    check_fault("a^b", "no anchor");
    check_fault("(^a$)", "no anchor");
    check_fault("\\", "ends in a backslash");
    check_fault("(((a{1000}){1000}){1000}){1000}", "too much memory");
    check_fault(&"(".repeat(65), "nests deeper");
    check_fault(&"[a-".repeat(70), "nests deeper");
}

proptest::proptest! {
    #[test]
    fn no_pattern_panics(pattern in r"([a-z0-9\\\[\](){}|*+?.^$,-]|\\[a-zA-Z]){0,20}|.*") {
        // What the translator lets through, the engine takes; only its size is the engine's matter.
        if let Err(fault) = compile(&pattern) {
            proptest::prop_assert!(!fault.message.contains("cannot be compiled"), "{pattern}: {fault:?}");
        }
    }

    #[test]
    fn an_escaped_text_matches_itself_alone(text: String, other: String) {
        let regex = compile(&regex::escape(&text)).unwrap();
        proptest::prop_assert!(regex.is_match(&text));
        proptest::prop_assert_eq!(regex.is_match(&other), text == other);
    }
}
