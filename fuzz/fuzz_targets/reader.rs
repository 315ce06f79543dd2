//! Any bytes, in any dialect, cut anyhow and read in batches of any size: the same verdicts, and books
//! that balance.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use rowgate_core::schema::Schema;
use rowgate_fuzz::{Marks, judge};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    marks: Marks,
    record_bytes_max: u8,
    batch_bytes: u8,
    chunk_sizes: [u8; 4],
    /// Whether the header is one that the schema knows.
    has_own_header: bool,
    data: &'a [u8],
}

fuzz_target!(|input: Input<'_>| {
    let schema = Schema::parse(
        br#"{"fieldsMatch": "partial", "fields": [
            {"name": "a", "type": "integer", "constraints": {"unique": true}},
            {"name": "b", "type": "string"}
        ]}"#,
    );
    let schema = schema.unwrap();
    let options = input.marks.options();
    let mut data = Vec::new();
    if !input.has_own_header {
        let delimiter = options
            .delimiter
            .map_or(",".to_owned(), |mark| mark.as_str().to_owned());
        data.extend_from_slice(format!("a{delimiter}b\n").as_bytes());
    }
    data.extend_from_slice(input.data);
    let record_bytes_max = usize::from(input.record_bytes_max) + 1;
    let whole = judge(&schema, &options, record_bytes_max, 4_096, &data, &[]);
    let cut = judge(
        &schema,
        &options,
        record_bytes_max,
        usize::from(input.batch_bytes) + 1,
        &data,
        &input.chunk_sizes,
    );
    assert_eq!(whole, cut);
});
