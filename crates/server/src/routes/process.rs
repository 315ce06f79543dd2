//! `POST /v2/process`: the weighted average of a list of items, exactly, or what is wrong with them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use rowgate_core::Error;
use rowgate_core::summary::{Number, WeightedMean};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::body::LimitedBody;
use crate::problem::{DataFault, Problem, ProblemKind};
use crate::routes::items::{Seen, read_items, refused};
use crate::state::Service;

/// The answer: the average as the decimal number that it is.
#[derive(Debug, Serialize)]
pub(crate) struct Processed {
    weighted_average: Box<RawValue>,
}

/// Answers with `sum(value × weight) / sum(weight)`.
pub(crate) async fn process(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Json<Processed>, Problem> {
    let (head, body) = request.into_parts();
    let mut body = LimitedBody::new(body, &head.headers, service.limits().json);
    if let Err(problem) = check_media_type(&head.headers) {
        body.drain().await;
        return Err(problem);
    }
    let body = body.read_whole().await?;
    let mut seen = Seen::default();
    let averaged = average(&body, service.limits().items_max, &mut seen);
    averaged
        .map(Json)
        .map_err(|problem| problem.with_payload(seen.summary()))
}

fn check_media_type(headers: &HeaderMap) -> Result<(), Problem> {
    let essence = match headers.get(header::CONTENT_TYPE).map(HeaderValue::to_str) {
        Some(Ok(text)) => text.split(';').next().unwrap_or_default().trim(),
        Some(Err(_)) | None => "",
    };
    if essence.eq_ignore_ascii_case("application/json")
        && !headers.contains_key(header::CONTENT_ENCODING)
    {
        return Ok(());
    }
    let detail = "send the items as `application/json`, without a content encoding";
    Err(Problem::new(ProblemKind::MediaType, detail))
}

fn average(body: &[u8], items_max: usize, seen: &mut Seen) -> Result<Processed, Problem> {
    let mut mean = WeightedMean::default();
    for item in read_items(body, items_max, seen)? {
        mean.add(&item.value, &item.weight);
    }
    let Some(average) = mean.finish() else {
        return Err(refused(vec![DataFault {
            item: None,
            field: Some("weight".to_owned()),
            message: "the weights sum to zero".to_owned(),
        }]));
    };
    Ok(Processed {
        weighted_average: json_number(&average)?,
    })
}

/// Writes a number as it is, with all its digits.
fn json_number(number: &Number) -> Result<Box<RawValue>, Error> {
    let json = RawValue::from_string(number.to_string());
    json.map_err(|err| Error::bug(format!("a number is no JSON number: {err}")))
}
