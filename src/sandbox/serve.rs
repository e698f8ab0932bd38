//! The simulator behind a loopback socket, with real dropped connections.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::extract::connect_info::Connected;
use axum::response::Response;
use axum::serve::{IncomingStream, Listener};
use jiff::Timestamp;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use super::machine::{Answer, Delivery, Sandbox};
use super::watch::LogEntry;

/// The most a request body may hold before it is not read on.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// A pause that ends by itself.
pub type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Is told of every request, and may look into the account.
pub type Observer = dyn Fn(&LogEntry, &Mutex<Sandbox>) + Send + Sync;

/// Where a server gets its time from, and whom it tells about requests.
#[derive(Clone)]
pub struct Surroundings {
    /// The clock of the account.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// How to wait.
    pub sleep: Arc<dyn Fn(Duration) -> Pause + Send + Sync>,
    /// Is handed the log line of every request after it was answered.
    pub observe: Arc<Observer>,
}

impl Surroundings {
    /// Returns the clock of this machine and an observer that does nothing.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the real clock and the real pause are given"
    )]
    pub fn real() -> Self {
        Self {
            now: Arc::new(Timestamp::now),
            sleep: Arc::new(|time| Box::pin(tokio::time::sleep(time))),
            observe: Arc::new(|_, _| {}),
        }
    }
}

/// Serves a simulator until `shutdown` is done. Requests are answered one after another, as they
/// come in, whatever connection they come from.
pub async fn serve(
    listener: TcpListener,
    sandbox: Arc<Mutex<Sandbox>>,
    surroundings: Surroundings,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let app = axum::Router::new().fallback(
        move |ConnectInfo(line): ConnectInfo<Line>, request: axum::extract::Request| {
            respond(line, Arc::clone(&sandbox), surroundings.clone(), request)
        },
    );
    let service = app.into_make_service_with_connect_info::<Line>();
    axum::serve(Lines(listener), service)
        .with_graceful_shutdown(shutdown)
        .await
}

async fn respond(
    line: Line,
    sandbox: Arc<Mutex<Sandbox>>,
    surroundings: Surroundings,
    request: axum::extract::Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        line.cut(Cut::Now);
        return Response::new(Body::empty());
    };
    let request = http::Request::from_parts(parts, bytes.to_vec());
    let answer = {
        let mut sandbox = sandbox.lock().unwrap_or_else(PoisonError::into_inner);
        sandbox.respond((surroundings.now)(), &request)
    };
    let Answer {
        response,
        delay,
        delivery,
        entry,
    } = answer;
    (surroundings.observe)(&entry, &sandbox);
    if !delay.is_zero() {
        (surroundings.sleep)(delay).await;
    }
    match delivery {
        Delivery::Whole => {}
        Delivery::Dropped { .. } => line.cut(Cut::Now),
        Delivery::Truncated(bytes) => line.cut(Cut::InBody(bytes)),
    }
    response.map(Body::from)
}

/// Where a connection ends before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    Never,
    Now,
    /// After the headers and so many bytes of the body.
    InBody(usize),
}

/// The handle by which an answer can end its own connection.
#[derive(Clone, Debug)]
struct Line(Arc<Mutex<Cut>>);

impl Line {
    fn cut(&self, cut: Cut) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = cut;
    }

    fn get(&self) -> Cut {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connected<IncomingStream<'_, Lines>> for Line {
    fn connect_info(stream: IncomingStream<'_, Lines>) -> Self {
        stream.io().line.clone()
    }
}

/// A listener whose connections can be cut.
struct Lines(TcpListener);

impl Listener for Lines {
    type Io = Wire;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // Small answers must not wait for the client's acknowledgement.
        drop(stream.set_nodelay(true));
        (
            Wire {
                stream,
                line: Line(Arc::new(Mutex::new(Cut::Never))),
            },
            address,
        )
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

/// A connection that stops where its line was cut.
struct Wire {
    stream: TcpStream,
    line: Line,
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "cut by a fault")
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let allowed = match self.line.get() {
            Cut::Never => bytes,
            Cut::Now | Cut::InBody(0) => return Poll::Ready(Err(broken())),
            Cut::InBody(left) => {
                let head = bytes.windows(4).position(|part| part == b"\r\n\r\n");
                let end = head.map_or(left, |at| at + 4 + left).min(bytes.len());
                bytes.get(..end).unwrap_or(bytes)
            }
        };
        let written = Pin::new(&mut self.stream).poll_write(context, allowed);
        if let (Cut::InBody(left), Poll::Ready(Ok(count))) = (self.line.get(), &written) {
            let head = bytes.windows(4).position(|part| part == b"\r\n\r\n");
            let body = head.map_or(*count, |at| count.saturating_sub(at + 4));
            self.line.cut(Cut::InBody(left.saturating_sub(body)));
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
