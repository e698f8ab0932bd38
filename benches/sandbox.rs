//! How many pages of 100 users the simulator serves in a second, from an account of 100,000 people.
//!
//! `cargo bench --bench sandbox` prints a line for the state machine alone, one for a loopback socket with
//! the client included, and the peak memory of the process.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark measures, prints and gives up when something is wrong"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use zdsync::sandbox::serve::{Surroundings, serve};
use zdsync::sandbox::{Sandbox, Settings, Size};

const PAGES: usize = 1000;
const FIRST: &str = "/api/v2/users?page[size]=100";

fn main() {
    let size: Size = "users=100000,agents=800,deleted=0".parse().unwrap();
    let settings = Settings {
        limits: false,
        ..Settings::default()
    };
    let now = Surroundings::real().now;
    let mut sandbox = Sandbox::new(&size.seed(1), settings, now());
    in_process(&mut sandbox);
    over_a_socket(sandbox);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM"));
    println!("peak memory: {}", peak.unwrap_or("not known here"));
}

/// The path of the next page, where the answer names one.
fn next(body: &[u8]) -> Option<String> {
    let tail = &body[body.len().saturating_sub(1000)..];
    let text = String::from_utf8_lossy(tail);
    let (_, link) = text.rsplit_once("\"next\":\"")?;
    let link = link.split('"').next()?;
    link.find("/api/").map(|at| link[at..].to_owned())
}

fn report(what: &str, bytes: usize, began: Instant) {
    let seconds = began.elapsed().as_secs_f64();
    let rate = f64::from(u32::try_from(PAGES).unwrap()) / seconds;
    println!(
        "{what}: {PAGES} pages, {} MiB, {seconds:.2} s, {rate:.0} pages a second",
        bytes >> 20
    );
}

fn in_process(sandbox: &mut Sandbox) {
    let now = Surroundings::real().now;
    let began = Instant::now();
    let (mut path, mut bytes) = (FIRST.to_owned(), 0);
    for _ in 0..PAGES {
        let request = http::Request::get(&path).header("authorization", "Bearer x");
        let response = sandbox
            .respond(now(), &request.body(Vec::new()).unwrap())
            .response;
        assert_eq!(response.status(), 200);
        bytes += response.body().len();
        path = next(response.body()).unwrap_or_else(|| FIRST.to_owned());
    }
    report("in process", bytes, began);
}

fn over_a_socket(sandbox: Sandbox) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let sandbox = Arc::new(Mutex::new(sandbox));
        let server = serve(
            listener,
            sandbox,
            Surroundings::real(),
            std::future::pending(),
        );
        drop(tokio::spawn(server));
        let began = Instant::now();
        let bytes = tokio::task::spawn_blocking(move || fetch(address))
            .await
            .unwrap();
        report("over a socket", bytes, began);
    });
}

/// Walks the pages over one connection that stays open; gives how many bytes came back.
fn fetch(address: SocketAddr) -> usize {
    let mut writer = TcpStream::connect(address).unwrap();
    let mut reader = BufReader::new(writer.try_clone().unwrap());
    let (mut path, mut bytes, mut line) = (FIRST.to_owned(), 0, String::new());
    for _ in 0..PAGES {
        // In one piece: the kernel holds back the rest of a request that comes in several.
        let request = format!("GET {path} HTTP/1.1\r\nhost: h\r\nauthorization: Bearer x\r\n\r\n");
        writer.write_all(request.as_bytes()).unwrap();
        let mut length = 0;
        loop {
            line.clear();
            reader.read_line(&mut line).unwrap();
            if let Some(text) = line.strip_prefix("content-length: ") {
                length = text.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        bytes += length;
        path = next(&body).unwrap_or_else(|| FIRST.to_owned());
    }
    bytes
}
