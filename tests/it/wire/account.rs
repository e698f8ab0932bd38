//! A simulated account behind the transport, with a clock that only moves when somebody waits.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use zdsync::api::{
    BoxFuture, Client, Clock, Credentials, Manners, Origin, Transport, TransportError,
};
use zdsync::live;
use zdsync::model::{Book, Resource, Snapshot};
use zdsync::sandbox::{Delivery, LogEntry, Sandbox, Seed, Settings};

/// A small company whose people, groups and organizations differ in every way that matters here.
pub(crate) const ACME: &str = r"
subdomain: acme
owner: olga@acme.example
user_fields:
  - { key: dept }
  - { key: vip, type: checkbox, tag: is_vip }
roles:
  - { name: Tier 2, configuration: { ticket_access: within-groups } }
groups:
  - { name: Support, description: First line, default: true }
  - { name: Escalations }
organizations:
  - { name: Globex, external_id: crm-42, domain_names: [globex.example] }
  - { name: Initech }
users:
  - { email: olga@acme.example, name: Olga Owner, role: admin }
  - { email: ada@acme.example, name: Ada Lovelace, role: Tier 2, groups: [Support, Escalations], external_id: E-1, tags: [core] }
  - { email: ben@acme.example, name: Ben Plain, role: agent, secondary_emails: [benny@acme.example] }
  - { email: cleo@globex.example, name: Cleo Customer, organizations: [Globex, Initech] }
  - { email: dan@initech.example, name: Dan Customer }
";

/// The secret that no output may hold.
pub(crate) const SECRET: &str = "hidden-token-of-the-tests";

struct World {
    sandbox: Mutex<Sandbox>,
    now: Mutex<Timestamp>,
    latency: Duration,
    backwards: AtomicBool,
}

impl World {
    fn advance(&self, duration: Duration) -> Timestamp {
        let mut now = self.now.lock().unwrap();
        *now += duration;
        *now
    }
}

struct Wire(Arc<World>);

impl Transport for Wire {
    fn send(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> BoxFuture<'_, Result<http::Response<Vec<u8>>, TransportError>> {
        let now = self.0.advance(self.0.latency);
        let answer = self.0.sandbox.lock().unwrap().respond(now, &request);
        let reply = match answer.delivery {
            Delivery::Whole if self.0.backwards.load(Ordering::Relaxed) => {
                Ok(answer.response.map(|body| turned(&body)))
            }
            Delivery::Whole => Ok(answer.response),
            Delivery::Dropped { applied: _ } | Delivery::Truncated(_) => {
                Err(TransportError::Broken {
                    detail: String::new(),
                })
            }
        };
        Box::pin(std::future::ready(reply))
    }
}

/// The same answer with every list at its top the other way round.
fn turned(body: &[u8]) -> Vec<u8> {
    let Ok(mut answer) = serde_json::from_slice::<serde_json::Value>(body) else {
        return body.to_vec();
    };
    for value in answer
        .as_object_mut()
        .into_iter()
        .flat_map(|object| object.values_mut())
    {
        if let Some(list) = value.as_array_mut() {
            list.reverse();
        }
    }
    serde_json::to_vec(&answer).unwrap()
}

struct WorldClock(Arc<World>);

impl Clock for WorldClock {
    fn now(&self) -> Timestamp {
        self.0.advance(Duration::ZERO)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.0.advance(duration);
        Box::pin(tokio::task::yield_now())
    }
}

/// The account under test and a client for it.
pub(crate) struct Account {
    pub(crate) client: Client,
    world: Arc<World>,
}

impl Account {
    pub(crate) fn acme(settings: Settings) -> Self {
        let seed = Seed::parse(ACME).unwrap_or_else(|errors| panic!("{errors}"));
        Self::of(&seed, settings, Duration::from_millis(50))
    }

    pub(crate) fn of(seed: &Seed, settings: Settings, latency: Duration) -> Self {
        let now: Timestamp = "2026-05-06T09:57:12Z".parse().unwrap();
        let world = Arc::new(World {
            sandbox: Mutex::new(Sandbox::new(seed, settings, now)),
            now: Mutex::new(now),
            latency,
            backwards: AtomicBool::new(false),
        });
        let client = Client::new(
            Origin::of_subdomain("acme").unwrap(),
            Credentials::bearer(SECRET),
            Arc::new(Wire(Arc::clone(&world))),
            Arc::new(WorldClock(Arc::clone(&world))),
            Manners::default(),
        );
        Self { client, world }
    }

    /// From now on every list comes with its objects the other way round.
    pub(crate) fn list_backwards(&self) {
        self.world.backwards.store(true, Ordering::Relaxed);
    }

    pub(crate) async fn read(&self, needs: &live::Needs) -> Snapshot {
        Box::pin(live::read(&self.client.reader(), needs))
            .await
            .unwrap()
    }

    pub(crate) async fn read_everything(&self) -> Snapshot {
        self.read(&live::Needs::everything(true)).await
    }

    pub(crate) fn log(&self) -> Vec<LogEntry> {
        self.world.sandbox.lock().unwrap().log().to_vec()
    }

    /// Requests that were refused because there were too many.
    pub(crate) fn limited(&self) -> u64 {
        self.world.sandbox.lock().unwrap().counters().limited
    }
}

/// The numbers of everything that is live.
pub(crate) fn book(live: &Snapshot) -> Book {
    let mut book = Book::default();
    for (address, observed) in &live.objects {
        book.insert(address.clone(), observed.id);
    }
    book
}

/// What is live, without numbers, which differ from run to run.
pub(crate) fn essence(live: &Snapshot) -> Vec<String> {
    live.objects
        .values()
        .map(|observed| {
            let mut resource = observed.resource.clone();
            if let Resource::User(user) = &mut resource {
                user.number = None;
            }
            format!("{resource:?} {:?}", observed.marks)
        })
        .collect()
}
