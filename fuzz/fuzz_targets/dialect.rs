//! Any dialect on any data: fields lie in their records, in order, and their content is what is written
//! without its marks; the header is read, or the fault is named.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use rowgate_core::batch::unescape;
use rowgate_core::dialect::{Dialect, DialectOptions};
use rowgate_core::position::Position;
use rowgate_core::scan::{Index, Kind, More, Scanner};
use rowgate_core::schema::Schema;
use rowgate_fuzz::{Marks, judge};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    marks: Marks,
    other_marks: Option<Marks>,
    label: &'a str,
    data: &'a [u8],
}

fuzz_target!(|input: Input<'_>| {
    let mut options = input.marks.options();
    if let Some(other) = input.other_marks {
        options = options.or(other.options());
    }
    if let Ok(dialect) = Dialect::new(&options, ',') {
        fields_lie_in_their_records(dialect, &options, input.data);
    }
    let schema = serde_json::json!({
        "fieldsMatch": "subset",
        "fields": [{"name": input.label, "type": "string"}],
        "rowgate": {"header": {"case_sensitive": false, "trim": true}},
    });
    if let Ok(schema) = Schema::parse(schema.to_string().as_bytes()) {
        let whole = judge(&schema, &options, 200, 4_096, input.data, &[]);
        assert_eq!(
            whole,
            judge(&schema, &options, 200, 16, input.data, &[3, 1, 20])
        );
    }
});

fn fields_lie_in_their_records(dialect: Dialect, options: &DialectOptions, data: &[u8]) {
    let mut scanner = Scanner::new(dialect, 200, Position::START)
        .with_comment_rows(options.comment_rows.as_ref());
    let mut index = Index::default();
    let n_bytes = scanner.scan(data, More::None, &mut index);
    assert_eq!(n_bytes, data.len(), "at the end everything is consumed");
    let mut covered = 0;
    for record in index.records() {
        assert_eq!(record.start, covered, "stretches cover the input");
        assert!(record.start <= record.end && record.end <= record.next);
        covered = record.next;
        let fields = index.fields(record);
        assert_eq!(record.kind == Kind::Fields, !fields.is_empty());
        let mut behind = record.start;
        for field in fields {
            assert!(behind <= field.start && field.start <= field.end && field.end <= record.end);
            behind = field.end;
            let raw = &data[field.start..field.end];
            let mut content = Vec::new();
            unescape(dialect, raw, &mut content);
            assert!(
                content.len() <= raw.len(),
                "content is never longer than what is written"
            );
        }
    }
    assert_eq!(covered, data.len());
}
