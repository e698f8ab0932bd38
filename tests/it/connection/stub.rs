//! A server on loopback that says one thing and remembers what it heard.
#![expect(
    clippy::unwrap_used,
    reason = "a test gives up where its own set-up fails"
)]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

/// Answers every connection with the same bytes and closes it.
pub(super) struct Stub {
    pub(super) url: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    pub(super) fn bytes(reply: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ears = Arc::clone(&heard);
        std::thread::spawn(move || {
            while let Ok((mut stream, _)) = listener.accept() {
                let mut request = Vec::new();
                let mut byte = [0];
                while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
                    request.push(byte[0]);
                }
                let request = String::from_utf8_lossy(&request).into_owned();
                ears.lock().unwrap().push(request);
                // Whoever has heard enough hangs up, which is no fault of the stub.
                stream.write_all(&reply).ok();
            }
        });
        Self { url, heard }
    }

    pub(super) fn json(body: &str) -> Self {
        let length = body.len();
        let reply = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        Self::bytes(reply.into_bytes())
    }

    /// The heads of the requests so far.
    pub(super) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}
