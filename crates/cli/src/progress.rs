//! The progress bar: on standard error, and only where that is a terminal.

use std::io::{IsTerminal as _, stderr};
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rowgate_core::control::Progress;
use tokio::task::JoinHandle;

use crate::args::GlobalArgs;
use crate::text::thousands;

const REDRAW_INTERVAL: Duration = Duration::from_millis(100);
const OF_KNOWN_LENGTH: &str =
    "{wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left\n{msg}";
const OF_UNKNOWN_LENGTH: &str = "{spinner} {bytes}, {bytes_per_sec}\n{msg}";

/// A bar that follows a run's figures, and is gone when it is dropped.
#[derive(Debug)]
pub(crate) struct Bar {
    bar: ProgressBar,
    follower: JoinHandle<()>,
}

impl Bar {
    /// Shows a bar, if anybody would see it and wants to.
    pub(crate) fn show(global: &GlobalArgs, progress: &Arc<Progress>) -> Option<Self> {
        if global.quiet || !stderr().is_terminal() {
            return None;
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let follower = tokio::spawn(follow(bar.clone(), Arc::clone(progress)));
        Some(Self { bar, follower })
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.follower.abort();
        self.bar.finish_and_clear();
    }
}

async fn follow(bar: ProgressBar, progress: Arc<Progress>) {
    let mut ticks = tokio::time::interval(REDRAW_INTERVAL);
    let mut has_style = false;
    loop {
        ticks.tick().await;
        let bytes_read = progress.bytes_read();
        if !has_style && bytes_read > 0 {
            has_style = true;
            let template = match progress.bytes_total() {
                Some(bytes) => {
                    bar.set_length(bytes);
                    OF_KNOWN_LENGTH
                }
                None => OF_UNKNOWN_LENGTH,
            };
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
        }
        let (accepted, rejected) = progress.records();
        bar.set_position(bytes_read);
        bar.set_message(format!(
            "{} accepted, {} rejected",
            thousands(accepted),
            thousands(rejected)
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_sound() {
        assert!(ProgressStyle::with_template(OF_KNOWN_LENGTH).is_ok());
        assert!(ProgressStyle::with_template(OF_UNKNOWN_LENGTH).is_ok());
    }
}
