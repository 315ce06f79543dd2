//! Connections: accepts them, bounds them, and ends them in good order.

use std::convert::Infallible;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use rowgate_core::event::Event;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tracing::{debug, info, warn};

/// How many connections are open at once; others wait to be accepted.
const CONNECTIONS_MAX: usize = 1024;
/// How long a request's header may take, and a connection be idle.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// How long open requests may take once the service is asked to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(25);
/// How long to wait where the system has no room for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves `router` until `stop` is ready; then finishes the requests that are open, within 25 s.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let connections = Connections {
        router,
        room: Arc::new(Semaphore::new(CONNECTIONS_MAX)),
        open: GracefulShutdown::new(),
    };
    let accept = connections.accept_all(&listener);
    tokio::select! {
        never = accept => match never {},
        () = stop => {}
    }
    // Nobody new is let in while the others finish.
    drop(listener);
    info!(event = Event::ServiceStopping.as_str());
    if timeout(STOP_TIMEOUT, connections.open.shutdown())
        .await
        .is_err()
    {
        warn!(
            event = Event::ServiceStopping.as_str(),
            "requests that were still open are dropped"
        );
    }
}

struct Connections {
    router: Router,
    room: Arc<Semaphore>,
    open: GracefulShutdown,
}

impl Connections {
    async fn accept_all(&self, listener: &TcpListener) -> Infallible {
        loop {
            let Ok(room) = Arc::clone(&self.room).acquire_owned().await else {
                // The semaphore is never closed.
                std::future::pending().await
            };
            match listener.accept().await {
                Ok((stream, _)) => self.open(stream, room),
                Err(err) if is_of_the_connection(&err) => {}
                Err(err) => {
                    warn!(error = %err, "could not accept a connection");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn open(&self, stream: TcpStream, room: OwnedSemaphorePermit) {
        if let Err(err) = stream.set_nodelay(true) {
            debug!(error = %err, "could not switch off Nagle's algorithm");
        }
        let service = TowerToHyperService::new(self.router.clone());
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT)
            .serve_connection(TokioIo::new(stream), service);
        let connection = self.open.watch(connection);
        tokio::spawn(async move {
            if let Err(err) = connection.await {
                // Clients go away and speak badly; what it meant for a request is logged there.
                debug!(error = %err, "a connection ended early");
            }
            drop(room);
        });
    }
}

/// Returns whether only the connection that was to be accepted is at fault.
fn is_of_the_connection(err: &io::Error) -> bool {
    matches!(
        err.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset
    )
}
