//! The simulator behind a socket.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use zdsync::sandbox::serve::{Surroundings, serve};
use zdsync::sandbox::{Fault, Sandbox, Seed, Settings};

use super::account::{ACME, start};

/// Serves an account, sends raw requests one connection each, and returns the raw answers.
fn talk(faults: &[&str], requests: &[&str]) -> (Vec<String>, Sandbox) {
    let faults = faults
        .iter()
        .map(|text| text.parse::<Fault>().expect("a fault"));
    let settings = Settings {
        faults: faults.collect(),
        ..Settings::default()
    };
    let seed = Seed::parse(ACME).expect("a seed");
    let sandbox = Arc::new(Mutex::new(Sandbox::new(&seed, settings, start())));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let answers = runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let surroundings = Surroundings {
            now: Arc::new(start),
            ..Surroundings::real()
        };
        let server = tokio::spawn(serve(listener, Arc::clone(&sandbox), surroundings, async {
            drop(stopped.await);
        }));
        let mut answers = Vec::new();
        for request in requests {
            let mut stream = TcpStream::connect(address).await.expect("a connection");
            stream.write_all(request.as_bytes()).await.expect("written");
            let mut answer = Vec::new();
            // A cut connection may end in a reset: what came before it counts.
            drop(stream.read_to_end(&mut answer).await);
            answers.push(String::from_utf8(answer).expect("text"));
        }
        stop.send(()).expect("the server listens");
        server.await.expect("joined").expect("served");
        answers
    });
    let sandbox = sandbox.lock().expect("a lock").clone();
    (answers, sandbox)
}

const GET: &str = "GET /api/v2/groups HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer x\r\n\
                   connection: close\r\n\r\n";
const POST: &str = "POST /api/v2/groups HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer x\r\n\
                    connection: close\r\ncontent-length: 24\r\n\r\n{\"group\":{\"name\":\"New\"}}";

#[test]
fn an_answer_comes_over_the_socket() {
    let (answers, _) = talk(&[], &[GET]);
    assert!(
        answers[0].starts_with("HTTP/1.1 200 OK\r\n"),
        "{}",
        answers[0]
    );
    assert!(answers[0].contains("\"groups\":[{\"url\":\"http://127.0.0.1/api/v2/groups/"));
}

#[test]
fn a_connection_dropped_before_leaves_no_trace() {
    let (answers, mut sandbox) = talk(&["POST /groups = drop-before"], &[POST]);
    assert_eq!(answers[0], "");
    assert_eq!(group_count(&mut sandbox), 3);
}

#[test]
fn a_connection_dropped_after_hides_what_was_done() {
    let (answers, mut sandbox) = talk(&["POST /groups #1 = drop-after"], &[POST, GET]);
    assert_eq!(answers[0], "");
    assert!(answers[1].contains("\"name\":\"New\""));
    assert_eq!(group_count(&mut sandbox), 4);
}

#[test]
fn a_truncated_body_ends_before_its_length() {
    let (answers, _) = talk(&["GET /groups = truncate:20"], &[GET]);
    let (head, body) = answers[0].split_once("\r\n\r\n").expect("a head");
    assert!(head.contains("200 OK"));
    assert_eq!(body.len(), 20, "{body}");
}

#[test]
fn a_delay_is_waited_for() {
    let (answers, _) = talk(&["GET /groups = delay:30ms"], &[GET]);
    assert!(answers[0].contains("200 OK"));
}

fn group_count(sandbox: &mut Sandbox) -> u64 {
    let request = http::Request::get("/api/v2/groups/count")
        .header("authorization", "Bearer x")
        .body(Vec::new())
        .expect("a request");
    let body = sandbox.respond(start(), &request).response.into_body();
    let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    body["count"]["value"].as_u64().expect("a number")
}
