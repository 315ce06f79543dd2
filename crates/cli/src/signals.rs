//! Ctrl-C, SIGTERM and SIGHUP: the first one stops the run in order, the second one at once.

use rowgate_app::outcome::Signal;
use rowgate_core::{Error, ErrorKind, Result};
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

/// Hears the signals of this process, from now on.
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: Stream,
    terminate: Stream,
    hangup: Stream,
}

impl Signals {
    pub(crate) fn listen() -> Result<Self> {
        let listen = |kind| {
            signal(kind).map_err(|err| {
                Error::caused(ErrorKind::Dependency, "could not listen for signals", err)
            })
        };
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hangup: listen(SignalKind::hangup())?,
        })
    }

    /// Waits for the next signal.
    ///
    /// # Cancel safety
    ///
    /// Safe: no signal is lost.
    pub(crate) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
            _ = self.hangup.recv() => Signal::Hangup,
        }
    }
}
