//! The client: one account, one credential, one budget, two faces.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, Semaphore, SemaphorePermit};

use super::auth::Authenticator;
use super::{Budget, Clock, Credentials, JobId, Origin, Reader, Share, Transport, Writer};
use crate::model::Address;

/// Requests under way at once.
const SIDE_BY_SIDE: usize = 8;
/// How long one call may take, waits and repetitions included.
const DEADLINE: Duration = Duration::from_secs(300);

/// Talks to one account. Copies share everything.
///
/// It reads and writes through its two faces, [`Reader`] and [`Writer`].
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    origin: Origin,
    auth: Authenticator,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    budget: Mutex<Budget>,
    places: Semaphore,
    deadline: Duration,
    seed: u64,
    log_bodies: bool,
    requests: AtomicU64,
    answered: AtomicBool,
    warnings: Mutex<Vec<ServiceWarning>>,
    turns: Mutex<BTreeMap<Address, Arc<AsyncMutex<()>>>>,
}

/// Something the service let pass but remarked on, such as a key it ignored (zendesk-api §2.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServiceWarning {
    /// The method and path it was answered to.
    pub request: String,
    /// The remark.
    pub text: String,
}

/// How a client behaves. `Default` is right for production.
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    /// The share of the account's limits to use.
    pub share: Share,
    /// How long one call may take, waits and repetitions included.
    pub deadline: Duration,
    /// Spreads waits; two runs that start together should have different ones.
    pub seed: u64,
    /// Whether the log tells what bodies hold, without secrets and personal values.
    pub log_bodies: bool,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            share: Share::default(),
            deadline: DEADLINE,
            seed: 0,
            log_bodies: false,
        }
    }
}

impl Client {
    /// A client for the account at `origin`. Nothing is sent yet.
    pub fn new(
        origin: Origin,
        credentials: Credentials,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        manners: Manners,
    ) -> Self {
        let Manners {
            share,
            deadline,
            seed,
            log_bodies,
        } = manners;
        Self {
            inner: Arc::new(Inner {
                origin,
                auth: Authenticator::new(credentials),
                transport,
                clock,
                budget: Mutex::new(Budget::new(share)),
                places: Semaphore::new(SIDE_BY_SIDE),
                deadline,
                seed,
                log_bodies,
                requests: AtomicU64::new(0),
                answered: AtomicBool::new(false),
                warnings: Mutex::new(Vec::new()),
                turns: Mutex::new(BTreeMap::new()),
            }),
        }
    }

    /// The face that can only read.
    pub fn reader(&self) -> Reader {
        Reader::new(self.clone())
    }

    /// The face that can change the account.
    pub fn writer(&self) -> Writer {
        Writer::new(self.clone())
    }

    /// Where the account is.
    pub fn origin(&self) -> &Origin {
        &self.inner.origin
    }

    /// Requests sent so far, repetitions and tokens included.
    pub fn requests(&self) -> u64 {
        self.inner.requests.load(Ordering::Relaxed)
    }

    /// Requests the account allows in a minute, once it has said so.
    pub fn rate_limit(&self) -> Option<u64> {
        self.budget().limit()
    }

    /// What the account last said is left of this minute's requests.
    pub fn rate_remaining(&self) -> Option<u64> {
        self.budget().remaining()
    }

    /// What the service remarked on since the last time this was asked, sorted, each once.
    pub fn take_warnings(&self) -> Vec<ServiceWarning> {
        let mut warnings = std::mem::take(&mut *locked(&self.inner.warnings));
        warnings.sort();
        warnings.dedup();
        warnings
    }

    /// What kind of credential is used, for people.
    pub fn credential(&self) -> &'static str {
        self.inner.auth.describe()
    }

    /// The time now, by the injected clock.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// Waits, by the injected clock.
    pub async fn sleep(&self, duration: Duration) {
        self.inner.clock.sleep(duration).await;
    }

    pub(super) fn budget(&self) -> MutexGuard<'_, Budget> {
        locked(&self.inner.budget)
    }

    pub(super) fn job_started(&self, job: JobId) {
        self.budget().job_started(job);
    }

    pub(super) fn logs_bodies(&self) -> bool {
        self.inner.log_bodies
    }

    pub(super) fn auth(&self) -> &Authenticator {
        &self.inner.auth
    }

    pub(super) fn transport(&self) -> &dyn Transport {
        &*self.inner.transport
    }

    pub(super) fn deadline(&self) -> Duration {
        self.inner.deadline
    }

    /// A number that differs from request to request.
    pub(super) fn jitter(&self) -> u64 {
        self.inner.seed.wrapping_add(self.requests())
    }

    pub(super) fn has_answered(&self) -> bool {
        self.inner.answered.load(Ordering::Relaxed)
    }

    pub(super) fn note_answer(&self) {
        self.inner.answered.store(true, Ordering::Relaxed);
    }

    pub(super) fn count_request(&self) {
        self.inner.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn note_warning(&self, warning: ServiceWarning) {
        locked(&self.inner.warnings).push(warning);
    }

    /// Waits until no other write about this person is under way: two at once collide, or lose default
    /// flags (zendesk-api §15).
    pub(super) async fn turn_of(&self, person: Address) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = locked(&self.inner.turns);
            // Turns that nobody holds or waits for are forgotten.
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            Arc::clone(turns.entry(person).or_default())
        };
        turn.lock_owned().await
    }

    /// A place among the requests under way. The semaphore is never closed; without a place the budget
    /// alone would hold requests back.
    pub(super) async fn place(&self) -> Option<SemaphorePermit<'_>> {
        self.inner.places.acquire().await.ok()
    }
}

/// What a panicking holder left is still counts and texts: good enough to go on with.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
