//! The real transport, against a socket that misbehaves.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::api::{
    Client, Credentials, Error, HttpTransport, Manners, Origin, SystemClock, Transport as _,
    TransportError,
};

/// Serves the same bytes to every connection and remembers what came in.
struct Socket {
    origin: Origin,
    connections: Arc<AtomicUsize>,
    heard: Arc<Mutex<String>>,
}

impl Socket {
    fn serving(reply: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let heard = Arc::new(Mutex::new(String::new()));
        let (count, ears) = (Arc::clone(&connections), Arc::clone(&heard));
        std::thread::spawn(move || {
            while let Ok((mut stream, _)) = listener.accept() {
                count.fetch_add(1, Ordering::Relaxed);
                let mut request = vec![0; 4096];
                let length = stream.read(&mut request).unwrap_or(0);
                let text = String::from_utf8_lossy(&request[..length]).into_owned();
                ears.lock().unwrap().push_str(&text);
                // Whoever has read enough hangs up, which is no fault of the socket.
                stream.write_all(&reply).ok();
            }
        });
        Self {
            origin: Origin::of_url(&format!("http://{address}")).unwrap(),
            connections,
            heard,
        }
    }

    async fn ask(&self) -> Result<http::Response<Vec<u8>>, TransportError> {
        let transport = HttpTransport::new(&self.origin, None).unwrap();
        let request = http::Request::get(format!("{}/api/v2/users/me", self.origin))
            .header("authorization", "Bearer hidden-token")
            .body(Vec::new())
            .unwrap();
        transport.send(request).await
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_takes_no_credential_along() {
    let elsewhere = Socket::serving(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec());
    let moved = format!(
        "HTTP/1.1 302 Found\r\nlocation: {}/api/v2/users/me\r\ncontent-length: 0\r\n\r\n",
        elsewhere.origin
    );
    let socket = Socket::serving(moved.into_bytes());
    assert_eq!(socket.ask().await.unwrap().status(), 302);
    assert_eq!(elsewhere.connections.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn requests_carry_version_and_ask_for_compression() {
    let socket = Socket::serving(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec());
    assert_eq!(socket.ask().await.unwrap().body(), b"{}");
    let heard = socket.heard.lock().unwrap().to_ascii_lowercase();
    assert!(
        heard.contains(concat!("user-agent: zdsync/", env!("CARGO_PKG_VERSION"))),
        "{heard}"
    );
    assert!(heard.contains("accept-encoding: gzip"), "{heard}");
}

fn gzipped(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(body).unwrap();
    let body = encoder.finish().unwrap();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.into_bytes(), body].concat()
}

#[tokio::test]
async fn compressed_answers_are_read_and_their_true_size_counts() {
    let socket = Socket::serving(gzipped(b"{\"user\":{\"id\":7}}"));
    assert_eq!(socket.ask().await.unwrap().body(), b"{\"user\":{\"id\":7}}");
    let bomb = gzipped(&vec![b' '; 17 * 1024 * 1024]);
    assert!(bomb.len() < 100_000);
    let error = Socket::serving(bomb).ask().await.unwrap_err();
    assert!(
        matches!(error, TransportError::TooLarge { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn answers_that_are_cut_or_missing_may_have_been_carried_out() {
    for (case, reply) in [
        ("nothing at all", &b""[..]),
        ("half the head", b"HTTP/1.1 200 OK\r\ncontent-le"),
        (
            "half the body",
            b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"us",
        ),
        (
            "half a chunk",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{}",
        ),
        (
            "no gzip",
            b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}",
        ),
        ("no HTTP", b"SSH-2.0-OpenSSH\r\n"),
    ] {
        let error = Socket::serving(reply.to_vec()).ask().await.unwrap_err();
        assert!(
            matches!(error, TransportError::Broken { .. }),
            "{case}: {error:?}"
        );
    }
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_refused() {
    let mut reply = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    reply.resize(reply.len() + 17 * 1024 * 1024, b' ');
    let error = Socket::serving(reply).ask().await.unwrap_err();
    assert!(
        matches!(error, TransportError::TooLarge { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_html_page_in_place_of_the_service_is_one_clear_error() {
    let page = "<html><title>Sign in to the Wi-Fi</title></html>";
    let reply = format!(
        "HTTP/1.1 404 Not Found\r\ncontent-length: {}\r\n\r\n{page}",
        page.len()
    );
    let socket = Socket::serving(reply.into_bytes());
    let transport = Arc::new(HttpTransport::new(&socket.origin, None).unwrap());
    let client = Client::new(
        socket.origin.clone(),
        Credentials::bearer("hidden-token"),
        transport,
        Arc::new(SystemClock),
        Manners::default(),
    );
    let error = client.reader().me().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "GET /api/v2/users/me was answered with 404 Not Found: an HTML page, “Sign in to the Wi-Fi”"
    );
    assert!(
        matches!(error, Error::Refused(_)) && error.hint().unwrap().contains("account.subdomain")
    );
}
