//! Several reads at once.

use std::future::poll_fn;
use std::task::Poll;

use crate::api::{BoxFuture, Error};

/// Reads under way at once; the client holds further ones back anyway.
const AT_ONCE: usize = 16;

/// Runs all futures side by side and gives their results in order.
///
/// # Errors
/// The first one ends the others.
pub(super) async fn all<'a, T>(
    futures: impl IntoIterator<Item = BoxFuture<'a, Result<T, Error>>>,
) -> Result<Vec<T>, Error> {
    let mut results = Vec::new();
    let mut waiting = futures.into_iter();
    loop {
        let some: Vec<_> = waiting.by_ref().take(AT_ONCE).collect();
        if some.is_empty() {
            return Ok(results);
        }
        results.extend(together(some).await?);
    }
}

/// A read that runs, or what it gave.
enum Slot<'a, T> {
    Running(BoxFuture<'a, Result<T, Error>>),
    Done(Option<T>),
}

async fn together<T>(futures: Vec<BoxFuture<'_, Result<T, Error>>>) -> Result<Vec<T>, Error> {
    let mut slots: Vec<Slot<'_, T>> = futures.into_iter().map(Slot::Running).collect();
    poll_fn(move |context| {
        let mut running = false;
        for slot in &mut slots {
            let Slot::Running(future) = slot else {
                continue;
            };
            match future.as_mut().poll(context) {
                Poll::Pending => running = true,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Ready(Ok(value)) => *slot = Slot::Done(Some(value)),
            }
        }
        if running {
            return Poll::Pending;
        }
        let results = slots.iter_mut().filter_map(|slot| match slot {
            Slot::Running(_) => None,
            Slot::Done(value) => value.take(),
        });
        Poll::Ready(Ok(results.collect()))
    })
    .await
}
