//! What is logged, and what never is.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::api::Credentials;
use crate::api::scripted::{Account, json as answer, text};
use crate::model::{Address, Book, Item, Kind, ObjectId, Value, Verb, Write};

/// A log kept in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn logs_name_every_request_and_hold_neither_secrets_nor_bodies() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    // With one subscriber alone, tracing judges a line of code by the thread that reaches it first, which may
    // be another test's, where nobody listens.
    let _another = tracing::Dispatch::new(tracing_subscriber::registry());
    let guard = tracing::subscriber::set_default(subscriber);
    let credentials = Credentials::oauth_client("zdsync", "hidden-secret");
    let account = Account::with(credentials, Duration::ZERO, |seen| match &*seen.line {
        "POST /oauth/tokens" => answer(200, &json!({"access_token": "hidden-token"})),
        "PUT /api/v2/users/7" => answer(200, &json!({"user": {"id": 7, "name": "hidden-name"}})),
        _ => text(401, r#"{"error":"invalid_token"}"#),
    });
    let write = Write {
        verb: Verb::Update,
        kind: Kind::User,
        many: false,
        items: vec![Item {
            address: Address::user("ada@example.com"),
            id: Some(ObjectId::from_wire(7)),
            values: vec![("notes".into(), Value::text("hidden-notes"))],
        }],
    };
    account
        .client
        .writer()
        .perform(&write, &Book::default())
        .await
        .unwrap();
    account.client.reader().me().await.unwrap_err();
    drop(guard);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let requests = text
        .lines()
        .filter(|line| line.contains(": request "))
        .count();
    assert_eq!(requests, account.seen().len(), "{text}");
    assert!(
        text.contains("method=PUT path=/api/v2/users/7 status=200"),
        "{text}"
    );
    assert!(!text.contains("hidden"), "{text}");
}
