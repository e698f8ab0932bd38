//! Time that passes only when everybody waits: work that sleeps side by side takes as long as the longest.
#![expect(clippy::unwrap_used, reason = "a test gives up where a lock is lost")]

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use jiff::Timestamp;
use zdsync::api::{BoxFuture, Clock};

/// A clock and everybody who sleeps by it.
pub(crate) struct Moments(Mutex<State>);

struct State {
    now: Timestamp,
    sleepers: BTreeMap<(Timestamp, u64), Waker>,
    lain_down: u64,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Moments {
    pub(crate) fn from(now: Timestamp) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            now,
            sleepers: BTreeMap::new(),
            lain_down: 0,
        })))
    }

    pub(crate) fn moment(&self) -> Timestamp {
        self.0.lock().unwrap().now
    }

    /// Runs `work` to its end; whenever nothing in it can go on, it is the time of the next to wake.
    pub(crate) fn run<Work: Future>(&self, work: Work) -> Work::Output {
        let woken = Arc::new(Woken(AtomicBool::new(false)));
        let waker = Waker::from(Arc::clone(&woken));
        let mut work = pin!(work);
        loop {
            if let Poll::Ready(output) = work.as_mut().poll(&mut Context::from_waker(&waker)) {
                return output;
            }
            if woken.0.swap(false, Ordering::Relaxed) {
                continue;
            }
            let mut state = self.0.lock().unwrap();
            let ((time, _), sleeper) = state.sleepers.pop_first().unwrap();
            state.now = state.now.max(time);
            drop(state);
            sleeper.wake();
        }
    }

    pub(crate) fn pass(&self, duration: Duration) -> BoxFuture<'_, ()> {
        let mut state = self.0.lock().unwrap();
        state.lain_down += 1;
        let place = (state.now + duration, state.lain_down);
        drop(state);
        Box::pin(std::future::poll_fn(move |context| {
            let mut state = self.0.lock().unwrap();
            if state.now >= place.0 {
                return Poll::Ready(());
            }
            state.sleepers.insert(place, context.waker().clone());
            Poll::Pending
        }))
    }
}

impl Clock for Moments {
    fn now(&self) -> Timestamp {
        self.moment()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.pass(duration)
    }
}
