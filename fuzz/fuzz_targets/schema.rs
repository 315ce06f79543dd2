//! Any bytes as a schema or as another descriptor: it is read or refused, always in the same way, and judges records if it is
//! read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rowgate_core::dialect::{DialectOptions, Header, Mark};
use rowgate_core::schema::{Descriptor, DescriptorRead, LinkedFile, Notation, ReadOptions, Schema};
use rowgate_fuzz::judge;

/// Cells of all kinds.
const DATA: &[u8] = b"1,-2.5,true,2024-02-29,12:00:00,2024-02-29T12:00:00Z,P1M,\"{\"\"a\"\": 1}\",\"[1]\",\"1,2\",,x\n\
    ,,,,,,,,,,,\n\
    1,1,1,1,1,1,1,1,1,1,1,1\n";

fn described(schema: &Schema) -> Vec<Vec<String>> {
    schema
        .fields()
        .iter()
        .map(|field| field.describe())
        .collect()
}

fuzz_target!(|text: &[u8]| {
    let read = || Schema::parse(text);
    match (read(), read()) {
        (Ok(first), Ok(again)) => {
            assert_eq!(described(&first), described(&again));
            let dialect = DialectOptions {
                delimiter: Some(Mark::from(',')),
                header: Some(Header::Absent),
                ..DialectOptions::default()
            };
            let whole = judge(&first, &dialect, 1_000, 1_000, DATA, &[]);
            assert_eq!(whole, judge(&again, &dialect, 1_000, 10, DATA, &[1, 7, 90]));
        }
        (Err(first), Err(again)) => assert_eq!(first.to_string(), again.to_string()),
        (Ok(_), Err(_)) | (Err(_), Ok(_)) => panic!("read once and refused once"),
    }
    for notation in [Notation::Json, Notation::Yaml] {
        let options = ReadOptions {
            notation: Some(notation),
            ..ReadOptions::default()
        };
        if let Ok(DescriptorRead::Lacks(paths)) = Descriptor::read(text, &options) {
            let linked = paths.into_iter().map(|path| LinkedFile {
                path,
                text: text.to_vec(),
            });
            let linked: Vec<_> = linked.collect();
            let options = ReadOptions {
                linked: &linked,
                ..options
            };
            let read = Descriptor::read(text, &options);
            assert!(
                !matches!(read, Ok(DescriptorRead::Lacks(_))),
                "all that it lacked was given"
            );
        }
    }
});
