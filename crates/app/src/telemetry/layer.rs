//! The layer that makes a line of each event.

use std::io::Write as _;

use jiff::Timestamp;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, Scope};

use super::LogOptions;
use super::line::{Fields, Line};
use crate::settings::LogFormat;

/// Writes one line an event, with the fields of the spans around it.
pub(super) struct LineLayer<W> {
    options: LogOptions,
    writer: W,
    now: fn() -> Timestamp,
}

impl<W> LineLayer<W> {
    pub(super) fn new(options: LogOptions, writer: W, now: fn() -> Timestamp) -> Self {
        Self {
            options,
            writer,
            now,
        }
    }
}

impl<S, W> Layer<S> for LineLayer<W>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    W: for<'w> MakeWriter<'w> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        for span in context
            .event_scope(event)
            .into_iter()
            .flat_map(Scope::from_root)
        {
            if let Some(of_span) = span.extensions().get::<Fields>() {
                fields.lay(of_span);
            }
        }
        event.record(&mut fields);
        let metadata = event.metadata();
        let line = Line {
            at: (self.now)(),
            level: *metadata.level(),
            target: metadata.target(),
            fields: &fields,
            options: &self.options,
        };
        let text = match self.options.format {
            LogFormat::Human => line.to_human(),
            LogFormat::Json => match line.to_json() {
                Ok(json) => json,
                Err(_) => line.to_human(),
            },
        };
        let mut writer = self.writer.make_writer_for(metadata);
        // A log that cannot be written has nowhere to say so, and must not stop the run.
        writer.write_all(text.as_bytes()).unwrap_or_default();
    }
}
