//! What other tools get wrong at the level of streams and uploads. What they get wrong with files is
//! tested with the built program.

use rowgate_core::ErrorKind;
use rowgate_core::run::{count, validate};

use crate::memory::{MemorySource, control};
use crate::run::job;

/// A reader of others reports a clean end after an error of the stream.
#[test]
fn a_stream_that_breaks_off_is_never_a_clean_end() {
    let job = job(r#"{"fields": [{"name": "a", "type": "integer"}]}"#);
    for text in ["", "a", "a\n", "a\n1", "a\n1\n", "a\n\"1\"\n2\n"] {
        let source = MemorySource::of(text.as_bytes()).streamed().then_fault();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let err = runtime
            .block_on(validate(&job, &source, &control(), |_| {}))
            .unwrap_err();
        assert_eq!(err.kind(), ErrorKind::Dependency, "{text:?}");
        let counted = runtime.block_on(count(
            &job.dialect,
            job.limits.record_bytes_max,
            &source,
            &control(),
        ));
        assert_eq!(
            counted.unwrap_err().kind(),
            ErrorKind::Dependency,
            "{text:?}"
        );
    }
}
