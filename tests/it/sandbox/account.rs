//! A simulated account with a clock that only moves when told.

use http::header::{AUTHORIZATION, HOST};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use zdsync::sandbox::{Sandbox, Seed, Settings};

/// A small company: an owner, an agent with a role, an agent without, an end user.
pub(crate) const ACME: &str = r"
subdomain: acme
owner: olga@acme.test
user_fields:
  - { key: dept }
  - { key: vip, type: checkbox, tag: is_vip }
  - { key: started, type: date }
  - { key: size, type: integer }
  - { key: tier, type: dropdown, options: [gold, silver] }
roles:
  - name: Tier 2
    description: Escalations
    configuration: { ticket_access: within-groups }
groups:
  - { name: Support, description: First line, default: true }
  - { name: Escalations }
  - { name: Board, is_public: false }
organizations:
  - { name: Globex, external_id: crm-42, domain_names: [globex.test] }
  - { name: Initech }
users:
  - { email: olga@acme.test, name: Olga Owner, role: admin }
  - email: ada@acme.test
    name: Ada Lovelace
    role: Tier 2
    groups: [Support, Escalations]
    external_id: E-1
    tags: [core]
  - { email: ben@acme.test, name: Ben Plain, role: agent, secondary_emails: [benny@acme.test] }
  - { email: cleo@globex.test, name: Cleo Customer, organizations: [Globex, Initech] }
  - { email: dan@initech.test, name: Dan Customer }
";

/// An answer, decoded.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("a text"))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The JSON of an answer that must have this status.
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    /// The keys of an object under the root key, in the order of the wire.
    pub(crate) fn keys(&self, root: &str) -> Vec<String> {
        let start = self
            .text
            .find(&format!("\"{root}\":"))
            .expect("the root key");
        keys_in_order(&self.text[start + root.len() + 3..])
    }
}

/// Reads the keys of the first object of some JSON text in their order.
pub(crate) fn keys_in_order(text: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    let mut word = String::new();
    for letter in text.chars() {
        if quoted {
            match (letter, escaped) {
                (_, true) => escaped = false,
                ('\\', false) => escaped = true,
                ('"', false) => quoted = false,
                (other, false) => word.push(other),
            }
            continue;
        }
        match letter {
            '"' => {
                quoted = true;
                word.clear();
            }
            '{' => depth += 1,
            '[' if depth > 0 => depth += 1,
            ':' if depth == 1 => keys.push(word.clone()),
            '}' | ']' => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            _ => {}
        }
    }
    keys
}

/// The account under test.
pub(crate) struct Account {
    pub(crate) sandbox: Sandbox,
    pub(crate) now: Timestamp,
    pub(crate) credential: Option<String>,
}

/// When the tests begin: twelve seconds into a minute.
pub(crate) fn start() -> Timestamp {
    "2026-05-06T09:57:12Z".parse().expect("a timestamp")
}

impl Account {
    pub(crate) fn new(seed: &str) -> Self {
        Self::with(seed, Settings::default())
    }

    /// An account without limits, for tests of other things.
    pub(crate) fn unlimited(seed: &str) -> Self {
        let settings = Settings {
            limits: false,
            bulk_import: Some(true),
            ..Settings::default()
        };
        Self::with(seed, settings)
    }

    pub(crate) fn with(seed: &str, settings: Settings) -> Self {
        let seed = Seed::parse(seed).unwrap_or_else(|errors| panic!("{errors}"));
        Self::with_seed(&seed, settings)
    }

    pub(crate) fn with_seed(seed: &Seed, settings: Settings) -> Self {
        Self {
            sandbox: Sandbox::new(seed, settings, start()),
            now: start(),
            credential: Some("Bearer anything".to_owned()),
        }
    }

    /// Acts as somebody else from now on.
    pub(crate) fn act_as(&mut self, email: &str) {
        use base64::Engine as _;
        let text = format!("{email}/token:secret");
        let value = base64::engine::general_purpose::STANDARD.encode(text);
        self.credential = Some(format!("Basic {value}"));
    }

    pub(crate) fn wait(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    pub(crate) fn send(&mut self, method: &str, path: &str, body: &str) -> Reply {
        let path = if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("/api/v2/{path}")
        };
        let mut request = http::Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, "acme.zendesk.test");
        if let Some(credential) = &self.credential {
            request = request.header(AUTHORIZATION, credential);
        }
        let request = request.body(body.as_bytes().to_vec()).expect("a request");
        let answer = self.sandbox.respond(self.now, &request);
        let (parts, body) = answer.response.into_parts();
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8(body).expect("text"),
        }
    }

    pub(crate) fn get(&mut self, path: &str) -> Reply {
        self.send("GET", path, "")
    }

    pub(crate) fn post(&mut self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, &body.to_string())
    }

    pub(crate) fn put(&mut self, path: &str, body: &Value) -> Reply {
        self.send("PUT", path, &body.to_string())
    }

    pub(crate) fn delete(&mut self, path: &str) -> Reply {
        self.send("DELETE", path, "")
    }

    /// The id of the user with an address.
    pub(crate) fn user(&mut self, email: &str) -> u64 {
        let holdings = self.sandbox.holdings();
        let mut found = holdings
            .iter()
            .filter(|(_, user)| user.email.as_deref() == Some(email));
        *found
            .next()
            .unwrap_or_else(|| panic!("nobody has {email}"))
            .0
    }

    /// The id of the record of a list with a name.
    pub(crate) fn named(&mut self, kind: &str, name: &str) -> u64 {
        let list = self.get(&format!("{kind}?page[size]=100")).expect(200);
        let rows = list[kind].as_array().expect("a list").clone();
        let found = rows.iter().find(|row| row["name"] == name);
        found.unwrap_or_else(|| panic!("no {kind} is named {name}"))["id"]
            .as_u64()
            .expect("an id")
    }

    /// Polls a job until it is over and returns its status.
    pub(crate) fn finish(&mut self, started: &Value) -> Value {
        let id = started["job_status"]["id"]
            .as_str()
            .expect("a job")
            .to_owned();
        for _ in 0..5 {
            let status = self.get(&format!("job_statuses/{id}")).expect(200);
            if status["job_status"]["status"] == "completed" {
                return status["job_status"].clone();
            }
        }
        panic!("the job {id} does not end");
    }
}
