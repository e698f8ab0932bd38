//! A simulated account behind the transport, with a clock that only moves when everybody waits.

use std::collections::BTreeSet;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use jiff::Timestamp;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;
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

/// A ready token.
pub(crate) const TOKEN: &str = "hidden-token-of-the-tests";
/// The secret of an OAuth client, which fetches tokens of its own.
pub(crate) const CLIENT_SECRET: &str = "hidden-client-secret-of-the-tests";
/// What nothing may show that is said in a test; the last one begins every token that the account issues.
const SECRETS: [&str; 3] = [TOKEN, CLIENT_SECRET, "sandbox-token-"];

/// The longest that an answer is waited for, as the real transport does.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

struct World {
    sandbox: Mutex<Sandbox>,
    time: Mutex<Time>,
    latency: Duration,
    backwards: AtomicBool,
    /// Requests to anywhere but the account.
    astray: Mutex<Vec<String>>,
}

/// A time that stands still while anything else can happen.
struct Time {
    now: Timestamp,
    /// Who waits, and until when.
    waiting: BTreeSet<(Timestamp, u64)>,
    /// Waits begun and ended so far: where it stays the same, nothing happens any more.
    happened: u64,
}

impl World {
    fn now(&self) -> Timestamp {
        self.time.lock().unwrap().now
    }

    fn sleep(self: &Arc<Self>, duration: Duration) -> Sleep {
        let mut time = self.time.lock().unwrap();
        time.happened += 1;
        let place = (time.now + duration, time.happened);
        time.waiting.insert(place);
        Sleep {
            world: Arc::clone(self),
            place,
            seen: 0,
            quiet: 0,
        }
    }
}

/// A wait. All waits run side by side: the next to end moves the clock, once nobody has anything else to
/// do.
struct Sleep {
    world: Arc<World>,
    place: (Timestamp, u64),
    seen: u64,
    quiet: u32,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let world = Arc::clone(&self.world);
        let mut time = world.time.lock().unwrap();
        self.quiet = if time.happened == self.seen {
            self.quiet + 1
        } else {
            0
        };
        self.seen = time.happened;
        // Whoever was given a lock or a place by another one has had a turn by then.
        if time.waiting.first() == Some(&self.place) && self.quiet > 3 {
            time.now = time.now.max(self.place.0);
        }
        if time.now >= self.place.0 {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let mut time = self.world.time.lock().unwrap();
        time.waiting.remove(&self.place);
        time.happened += 1;
    }
}

struct Wire(Arc<World>);

impl Transport for Wire {
    fn send(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> BoxFuture<'_, Result<http::Response<Vec<u8>>, TransportError>> {
        let world = &self.0;
        if request.uri().authority().map(http::uri::Authority::as_str) != Some("acme.zendesk.com") {
            let target = request.uri().to_string();
            world.astray.lock().unwrap().push(target);
        }
        let answer = world.sandbox.lock().unwrap().respond(world.now(), &request);
        let hangs = answer.delay > READ_TIMEOUT;
        let detail = String::new();
        let reply = match answer.delivery {
            _ if hangs => Err(TransportError::TimedOut { detail }),
            Delivery::Whole if world.backwards.load(Ordering::Relaxed) => {
                Ok(answer.response.map(|body| turned(&body)))
            }
            Delivery::Whole => Ok(answer.response),
            Delivery::Dropped { applied: _ } | Delivery::Truncated(_) => {
                Err(TransportError::Broken { detail })
            }
        };
        let wait = world.sleep(world.latency + answer.delay.min(READ_TIMEOUT));
        Box::pin(async move {
            wait.await;
            reply
        })
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
        self.0.now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(self.0.sleep(duration))
    }
}

/// Everything that is said while an account is there: log lines of every level, outputs, errors.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl io::Write for Said {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Said {
    /// Hears the log of this thread: all of it, or what `-v` tells.
    fn listen(&self, all: bool) -> DefaultGuard {
        let level = if all {
            tracing::Level::TRACE
        } else {
            tracing::Level::INFO
        };
        let log = tracing_subscriber::fmt()
            .with_max_level(level)
            .with_ansi(false)
            .with_writer(self.clone());
        tracing::subscriber::set_default(log.finish())
    }
}

impl MakeWriter<'_> for Said {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// The account under test and a client for it. What is said by the time it goes away must hold no secret.
pub(crate) struct Account {
    pub(crate) client: Client,
    world: Arc<World>,
    said: Said,
    _log: DefaultGuard,
}

impl Account {
    pub(crate) fn acme(settings: Settings) -> Self {
        let seed = Seed::parse(ACME).unwrap_or_else(|errors| panic!("{errors}"));
        let credentials = Credentials::bearer(TOKEN);
        Self::with(
            &seed,
            settings,
            Duration::from_millis(50),
            credentials,
            true,
        )
    }

    /// The same, called by an OAuth client that fetches its own tokens.
    pub(crate) fn acme_with_client(settings: Settings) -> Self {
        let seed = Seed::parse(ACME).unwrap_or_else(|errors| panic!("{errors}"));
        let credentials = Credentials::oauth_client("zdsync", CLIENT_SECRET);
        // Bodies are logged where nothing goes wrong: that is enough to see what is said of them.
        let log_bodies = settings.faults.is_empty();
        let latency = Duration::from_millis(50);
        Self::with(&seed, settings, latency, credentials, log_bodies)
    }

    pub(crate) fn of(seed: &Seed, settings: Settings, latency: Duration) -> Self {
        Self::with(seed, settings, latency, Credentials::bearer(TOKEN), false)
    }

    fn with(
        seed: &Seed,
        settings: Settings,
        latency: Duration,
        credentials: Credentials,
        log_bodies: bool,
    ) -> Self {
        let now: Timestamp = "2026-05-06T09:57:12Z".parse().unwrap();
        let world = Arc::new(World {
            sandbox: Mutex::new(Sandbox::new(seed, settings, now)),
            time: Mutex::new(Time {
                now,
                waiting: BTreeSet::new(),
                happened: 0,
            }),
            latency,
            backwards: AtomicBool::new(false),
            astray: Mutex::default(),
        });
        let manners = Manners {
            log_bodies,
            ..Manners::default()
        };
        let client = Client::new(
            Origin::of_subdomain("acme").unwrap(),
            credentials,
            Arc::new(Wire(Arc::clone(&world))),
            Arc::new(WorldClock(Arc::clone(&world))),
            manners,
        );
        let said = Said::default();
        Self {
            client,
            world,
            _log: said.listen(log_bodies),
            said,
        }
    }

    /// Keeps something that people would see.
    pub(crate) fn says(&self, text: impl AsRef<[u8]>) {
        self.said.0.lock().unwrap().extend_from_slice(text.as_ref());
    }

    /// Everything that was said.
    pub(crate) fn said(&self) -> String {
        String::from_utf8_lossy(&self.said.0.lock().unwrap()).into_owned()
    }

    /// Ends all faults; the account stays as it is.
    pub(crate) fn heal(&self) {
        let mut sandbox = self.world.sandbox.lock().unwrap();
        let saved = sandbox.save().unwrap();
        *sandbox = Sandbox::restore(&saved, Settings::default()).unwrap();
    }

    /// The time by the clock of the account.
    pub(crate) fn now(&self) -> Timestamp {
        self.world.now()
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

impl Drop for Account {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let said = self.said();
        for secret in SECRETS {
            let line = said.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "a secret was said");
        }
        let astray = self.world.astray.lock().unwrap();
        assert!(astray.is_empty(), "{astray:?}");
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
