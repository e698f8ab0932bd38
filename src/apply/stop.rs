//! How an apply is asked to end early, and for how long it waits for what does not end.

use std::sync::{Arc, OnceLock};

use jiff::SignedDuration;

/// How long no job may show progress before those that are left count as stuck.
const PATIENCE: SignedDuration = SignedDuration::from_mins(30);

/// Asks a running apply to start nothing new. Copies share one request.
#[derive(Clone, Debug)]
pub struct Stop {
    reason: Arc<OnceLock<Reason>>,
    patience: SignedDuration,
}

#[derive(Debug)]
enum Reason {
    Interrupted,
    GivenUp(String),
}

impl Default for Stop {
    /// Waits for half an hour.
    fn default() -> Self {
        Self::patient(PATIENCE)
    }
}

impl Stop {
    /// One that gives background jobs up which make no progress for so long.
    pub fn patient(patience: SignedDuration) -> Self {
        Self {
            reason: Arc::default(),
            patience,
        }
    }

    /// How long no background job may show progress before those that are left are given up.
    pub const fn patience(&self) -> SignedDuration {
        self.patience
    }

    /// Asks on behalf of a person. What is in flight is finished; every operation not yet begun is skipped.
    pub fn request(&self) {
        // The first reason stands.
        let _known = self.reason.set(Reason::Interrupted);
    }

    /// Asks because going on makes no sense; skipped operations say why.
    pub fn give_up(&self, why: &str) {
        let _known = self.reason.set(Reason::GivenUp(why.to_owned()));
    }

    /// Says whether anybody asked.
    pub fn is_requested(&self) -> bool {
        self.reason.get().is_some()
    }

    /// Says whether a person asked.
    pub fn is_interrupted(&self) -> bool {
        matches!(self.reason.get(), Some(Reason::Interrupted))
    }

    /// Why nothing new is started, for people; empty as long as nobody asked.
    pub fn why(&self) -> &str {
        match self.reason.get() {
            Some(Reason::Interrupted) => "the apply was interrupted",
            Some(Reason::GivenUp(why)) => why,
            None => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Stop;

    #[test]
    fn the_first_reason_stands() {
        let stop = Stop::default();
        assert!(!stop.is_requested() && stop.why().is_empty());
        stop.clone().give_up("the disk is full");
        stop.request();
        assert!(stop.is_requested() && !stop.is_interrupted());
        assert_eq!(stop.why(), "the disk is full");
    }
}
