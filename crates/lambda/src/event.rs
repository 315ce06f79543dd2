//! The events that the function takes, told apart by their shape.
//!
//! Today there is one: the direct event of the original design. Those of S3, SQS and `EventBridge`
//! are recognised, so that they are refused by their name and not by their fields.

use std::collections::BTreeSet;
use std::fmt;

use rowgate_app::decoding::{CompressionOption, Decoding, UnknownCompression, UnknownEncoding};
use rowgate_app::jobs::IngestRequest;
use rowgate_app::place::PlaceUri;
use rowgate_app::settings::LambdaSection;
use rowgate_core::dialect::DialectOptions;
use rowgate_core::run::Existing;
use rowgate_core::{Error, ErrorKind, Result};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// How many unknown fields an error names.
const UNKNOWN_MAX: usize = 8;
/// How much of an unknown field's name an error repeats, in characters.
const NAME_CHARS_MAX: usize = 64;

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// `{"intake_s3_key": …, "multipart_s3_key": …}`.
    Direct(DirectEvent),
}

/// What to ingest, and where to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DirectEvent {
    /// The source's key.
    pub intake_s3_key: String,
    /// The destination's key.
    pub multipart_s3_key: String,
    /// The bucket of both; the settings' unless given.
    pub bucket: Option<String>,
    /// The schema, as an `s3://` URI; the settings' unless given.
    pub schema: Option<String>,
    /// How the source is compressed; detected unless given.
    pub compression: Option<String>,
    /// How its text is encoded; as its byte order mark says, or UTF-8, unless given.
    pub encoding: Option<String>,
}

/// The names of an event's fields, by which shapes are told apart.
struct FieldNames(BTreeSet<String>);

impl<'de> Deserialize<'de> for FieldNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;

        impl<'de> Visitor<'de> for Names {
            type Value = FieldNames;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FieldNames, A::Error> {
                let mut names = BTreeSet::new();
                while let Some((name, IgnoredAny)) = map.next_entry()? {
                    names.insert(name);
                }
                Ok(FieldNames(names))
            }
        }

        deserializer.deserialize_map(Names)
    }
}

impl Event {
    /// Reads an event.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`] for one that is none of the shapes, or has a field too many or too few.
    ///
    /// ```
    /// use rowgate_lambda::Event;
    /// use serde_json::value::to_raw_value;
    ///
    /// let event = r#"{"intake_s3_key": "in.csv", "multipart_s3_key": "out.csv"}"#;
    /// let Event::Direct(event) = Event::parse(serde_json::from_str(event)?)?;
    /// assert_eq!(event.multipart_s3_key, "out.csv");
    /// assert!(Event::parse(&to_raw_value(&["in.csv"])?).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse(payload: &RawValue) -> Result<Self> {
        let FieldNames(names) = serde_json::from_str(payload.get()).map_err(|err| {
            Error::caused(ErrorKind::Settings, "the event is no JSON object", err)
        })?;
        let has = |name: &str| names.contains(name);
        if has("Records") || has("detail-type") || has("Event") {
            return Err(refused(
                "notifications of S3, SQS and EventBridge are not supported by this version: send `intake_s3_key` and `multipart_s3_key`",
            ));
        }
        if has("resume") {
            return Err(refused("`resume` is not supported by this version"));
        }
        let unknown = names
            .iter()
            .filter(|name| !DirectEvent::FIELDS.contains(&name.as_str()));
        let unknown: Vec<String> = unknown.take(UNKNOWN_MAX).map(shown).collect();
        if !unknown.is_empty() {
            let (unknown, known) = (
                unknown.join(", "),
                DirectEvent::FIELDS.map(shown).join(", "),
            );
            return Err(refused(&format!(
                "the event has fields that are not known: {unknown}; there are {known}"
            )));
        }
        let event = serde_json::from_str(payload.get());
        let event = event
            .map_err(|err| Error::caused(ErrorKind::Settings, "the event is not valid", err))?;
        Ok(Self::Direct(event))
    }

    /// Returns how many fields an object has; `None` if it is no object.
    pub(crate) fn field_count(payload: &RawValue) -> Option<usize> {
        let FieldNames(names) = serde_json::from_str(payload.get()).ok()?;
        Some(names.len())
    }
}

impl DirectEvent {
    const FIELDS: [&str; 6] = [
        "intake_s3_key",
        "multipart_s3_key",
        "bucket",
        "schema",
        "compression",
        "encoding",
    ];

    fn decoding(&self) -> Result<Decoding> {
        let unreadable = |name, err| {
            Error::caused(
                ErrorKind::Settings,
                format!("the event's `{name}` cannot be"),
                err,
            )
        };
        let compression = match &self.compression {
            Some(name) => name
                .parse()
                .map_err(|err: UnknownCompression| unreadable("compression", err.to_string()))?,
            None => CompressionOption::Detect,
        };
        let encoding = self.encoding.as_ref().map(|name| name.parse());
        let encoding = encoding
            .transpose()
            .map_err(|err: UnknownEncoding| unreadable("encoding", err.to_string()))?;
        Ok(Decoding {
            compression,
            encoding,
            ..Decoding::default()
        })
    }

    /// Says what is to be done, with the settings where the event is silent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Settings`] for what neither says, and for what cannot be a place.
    pub fn into_request(self, settings: &LambdaSection) -> Result<IngestRequest> {
        let decoding = self.decoding()?;
        let Some(bucket) = self.bucket.or_else(|| settings.bucket.clone()) else {
            return Err(refused(
                "no bucket: send `bucket` in the event, or set `lambda.bucket`",
            ));
        };
        let Some(schema) = self.schema.or_else(|| settings.schema.clone()) else {
            return Err(refused(
                "no schema: send `schema` in the event, or set `lambda.schema`",
            ));
        };
        Ok(IngestRequest {
            source: object("intake_s3_key", &bucket, self.intake_s3_key)?,
            schema: schema_place(&schema)?,
            to: object("multipart_s3_key", &bucket, self.multipart_s3_key)?,
            rejects: None,
            report: None,
            resources: Vec::new(),
            report_formats: Vec::new(),
            dialect: DialectOptions::default(),
            decoding,
            existing: Existing::Keep,
        })
    }
}

fn object(field: &str, bucket: &str, key: String) -> Result<PlaceUri> {
    if bucket.is_empty() || bucket.contains('/') {
        return Err(refused(&format!("`{bucket}` is no bucket's name")));
    }
    if key.is_empty() {
        return Err(refused(&format!("`{field}` is empty")));
    }
    Ok(PlaceUri::S3 {
        bucket: bucket.to_owned(),
        key,
    })
}

fn schema_place(uri: &str) -> Result<PlaceUri> {
    match uri.parse()? {
        place @ PlaceUri::S3 { .. } => Ok(place),
        PlaceUri::Local(_) | PlaceUri::Stream => Err(refused(&format!(
            "the schema `{uri}` is no `s3://bucket/key`"
        ))),
    }
}

fn shown(name: impl AsRef<str>) -> String {
    let name: String = name.as_ref().chars().take(NAME_CHARS_MAX).collect();
    format!("`{}`", name.escape_debug())
}

fn refused(message: &str) -> Error {
    Error::new(ErrorKind::Settings, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares the chain of errors, or the keys.
    #[track_caller]
    fn check(event: &str, expected: Result<(&str, &str), &str>) {
        let read = Event::parse(serde_json::from_str(event).unwrap());
        let read = read.map_err(|err| {
            assert_eq!(err.kind(), ErrorKind::Settings);
            err.chain()
        });
        match (&read, expected) {
            (Ok(Event::Direct(event)), Ok(keys)) => {
                assert_eq!(
                    (
                        event.intake_s3_key.as_str(),
                        event.multipart_s3_key.as_str()
                    ),
                    keys
                );
            }
            (Err(chain), Err(message)) => assert_eq!(chain, message),
            (Ok(_), Err(_)) | (Err(_), Ok(_)) => panic!("{event}: {read:?}"),
        }
    }

    #[test]
    fn the_direct_event_is_read_strictly() {
        check(
            r#"{"intake_s3_key": "a", "multipart_s3_key": "b"}"#,
            Ok(("a", "b")),
        );
        check(
            r#"{"intake_s3_key": "a", "multipart_s3_key": "b", "bucket": null, "schema": "s3://x/y"}"#,
            Ok(("a", "b")),
        );
        check(
            r#"{"intake_s3_key": "a"}"#,
            Err("the event is not valid: missing field `multipart_s3_key` at line 1 column 22"),
        );
        check(
            r#"{"intake_s3_key": "a", "multipart_s3_key": "b", "buckte": "x", "n\u0000": 1}"#,
            Err(
                "the event has fields that are not known: `buckte`, `n\\0`; there are `intake_s3_key`, `multipart_s3_key`, `bucket`, `schema`, `compression`, `encoding`",
            ),
        );
        check(
            r#"{"intake_s3_key": "a", "intake_s3_key": "b", "multipart_s3_key": "b"}"#,
            Err("the event is not valid: duplicate field `intake_s3_key` at line 1 column 38"),
        );
        check(
            "[]",
            Err(
                "the event is no JSON object: invalid type: sequence, expected an object at line 1 column 0",
            ),
        );
        check(
            "null",
            Err(
                "the event is no JSON object: invalid type: null, expected an object at line 1 column 4",
            ),
        );
    }

    #[test]
    fn what_is_not_supported_yet_is_refused_by_name() {
        let resume = Err("`resume` is not supported by this version");
        check(
            r#"{"intake_s3_key": "a", "multipart_s3_key": "b", "resume": null}"#,
            resume,
        );
        check(r#"{"resume": {"upload_id": "x", "parts": []}}"#, resume);
        let notification = Err(
            "notifications of S3, SQS and EventBridge are not supported by this version: send `intake_s3_key` and `multipart_s3_key`",
        );
        check(r#"{"Records": []}"#, notification);
        check(
            r#"{"Service": "Amazon S3", "Event": "s3:TestEvent"}"#,
            notification,
        );
        check(
            r#"{"source": "aws.s3", "detail-type": "Object Created", "detail": {}}"#,
            notification,
        );
    }

    /// Compares where everything is, or the message.
    #[track_caller]
    fn check_request(
        bucket: Option<&str>,
        schema: Option<&str>,
        settings: &LambdaSection,
        expected: Result<[&str; 3], &str>,
    ) {
        let event = DirectEvent {
            intake_s3_key: "in/a b.csv".to_owned(),
            multipart_s3_key: "out/a b.csv".to_owned(),
            bucket: bucket.map(str::to_owned),
            schema: schema.map(str::to_owned),
            compression: None,
            encoding: None,
        };
        let request = event.into_request(settings).map_err(|err| err.chain());
        let places = request.map(|request| {
            [request.source, request.schema, request.to].map(|place| place.to_string())
        });
        assert_eq!(
            places,
            expected
                .map(|places| places.map(str::to_owned))
                .map_err(str::to_owned)
        );
    }

    #[test]
    fn the_event_wins_over_the_settings() {
        let none = LambdaSection::default();
        let set = LambdaSection {
            bucket: Some("lake".to_owned()),
            schema: Some("s3://conf/s.json".to_owned()),
        };
        check_request(
            None,
            None,
            &set,
            Ok([
                "s3://lake/in/a b.csv",
                "s3://conf/s.json",
                "s3://lake/out/a b.csv",
            ]),
        );
        check_request(
            Some("other"),
            Some("s3://lake/t.json"),
            &set,
            Ok([
                "s3://other/in/a b.csv",
                "s3://lake/t.json",
                "s3://other/out/a b.csv",
            ]),
        );
        check_request(
            None,
            Some("s3://a/b"),
            &none,
            Err("no bucket: send `bucket` in the event, or set `lambda.bucket`"),
        );
        check_request(
            Some("a"),
            None,
            &none,
            Err("no schema: send `schema` in the event, or set `lambda.schema`"),
        );
        check_request(
            Some("a"),
            Some("/etc/passwd"),
            &set,
            Err("the schema `/etc/passwd` is no `s3://bucket/key`"),
        );
        check_request(Some("a/b"), None, &set, Err("`a/b` is no bucket's name"));
    }
}
