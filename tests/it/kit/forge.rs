//! A code forge on loopback: just enough of the REST APIs of GitHub and GitLab for the kit's scripts.
#![expect(
    clippy::unwrap_used,
    reason = "a test gives up where its own set-up fails"
)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

/// The token that the forge takes. Its name keeps it out of everything that is printed or written.
pub(super) const TOKEN: &str = "f0rge-t0ken";
/// Who the token writes as.
pub(super) const BOT: &str = "github-actions[bot]";
/// The number of that user on GitLab.
pub(super) const BOT_NUMBER: u64 = 42;

/// A running forge.
pub(super) struct Forge {
    pub(super) url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Lists by their path, which grow by POST.
    lists: BTreeMap<String, Vec<Value>>,
    /// Fixed answers by their path.
    answers: BTreeMap<String, Value>,
    /// Every call: method, path and query.
    calls: Vec<String>,
    created: u64,
}

impl Forge {
    /// Serves on a free loopback port until the tests end.
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &shared);
            }
        });
        Self { url, state }
    }

    /// Lays a fixed answer under a path.
    pub(super) fn answers(&self, path: &str, answer: Value) {
        let mut state = self.state.lock().unwrap();
        state.answers.insert(path.to_owned(), answer);
    }

    /// Adds an item to a list.
    pub(super) fn add(&self, list: &str, item: Value) {
        let mut state = self.state.lock().unwrap();
        state.lists.entry(list.to_owned()).or_default().push(item);
    }

    /// What stands in a list.
    pub(super) fn list(&self, list: &str) -> Vec<Value> {
        let state = self.state.lock().unwrap();
        state.lists.get(list).cloned().unwrap_or_default()
    }

    /// The calls that changed something.
    pub(super) fn writes(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let calls = state.calls.iter();
        calls
            .filter(|call| !call.starts_with("GET "))
            .cloned()
            .collect()
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    let (mut length, mut allowed) = (0, false);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(": ").unwrap();
        match name.to_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "authorization" => allowed = value == format!("Bearer {TOKEN}"),
            "expect" => stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let (status, answer) = if allowed {
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        answer(&mut state.lock().unwrap(), method, target, &body)
    } else {
        (401, json!({ "message": "Bad credentials" }))
    };
    let text = answer.to_string();
    let length = text.len();
    write!(
        stream,
        "HTTP/1.1 {status} Said\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}"
    )
    .unwrap();
}

fn answer(state: &mut State, method: &str, target: &str, body: &Value) -> (u16, Value) {
    state.calls.push(format!("{method} {target}"));
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    match method {
        "GET" => {
            if let Some(list) = state.lists.get(path) {
                return (200, page(list, query));
            }
            match state.answers.get(path) {
                Some(answer) => (200, answer.clone()),
                // What is asked for by pages is a list, if nobody put anything there yet.
                None if query.contains("&page=") => (200, json!([])),
                None => (404, json!({ "message": "Not Found" })),
            }
        }
        "POST" => {
            state.created += 1;
            let number = 1_000 + state.created;
            let made = json!({
                "id": number, "number": number, "iid": number, "state": "open", "user": { "login": BOT },
                "author": { "id": BOT_NUMBER }, "html_url": format!("https://forge.example/{number}"),
            });
            let made = merged(made, body);
            let list = state.lists.entry(path.to_owned()).or_default();
            list.push(made.clone());
            (201, made)
        }
        _ => {
            let number: u64 = path.rsplit('/').next().unwrap().parse().unwrap();
            let found = state.lists.values_mut().flatten();
            let Some(item) = found.into_iter().find(|item| item["id"] == number) else {
                return (404, json!({ "message": "Not Found" }));
            };
            *item = merged(item.clone(), body);
            if body["state_event"] == "close" {
                item["state"] = "closed".into();
            }
            (200, item.clone())
        }
    }
}

/// One page of a list; of issues, only those that are open.
fn page(list: &[Value], query: &str) -> Value {
    let value = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let number = |name: &str| value(name).map_or(1, |text| text.parse::<usize>().unwrap());
    let size = number("per_page");
    let open = value("state").is_some();
    let items = list
        .iter()
        .filter(|item| !open || item["state"] == "open")
        .skip((number("page") - 1) * size)
        .take(size);
    Value::Array(items.cloned().collect())
}

fn merged(mut item: Value, changes: &Value) -> Value {
    for (key, value) in changes.as_object().unwrap() {
        item[key] = value.clone();
    }
    item
}
