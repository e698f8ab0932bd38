//! How an apply is asked to end early.

use std::sync::{Arc, OnceLock};

/// Asks a running apply to start nothing new. Copies share one request.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<OnceLock<Reason>>);

#[derive(Debug)]
enum Reason {
    Interrupted,
    GivenUp(String),
}

impl Stop {
    /// Asks on behalf of a person. What is in flight is finished; every operation not yet begun is skipped.
    pub fn request(&self) {
        // The first reason stands.
        let _known = self.0.set(Reason::Interrupted);
    }

    /// Asks because going on makes no sense; skipped operations say why.
    pub fn give_up(&self, why: &str) {
        let _known = self.0.set(Reason::GivenUp(why.to_owned()));
    }

    /// Says whether anybody asked.
    pub fn is_requested(&self) -> bool {
        self.0.get().is_some()
    }

    /// Says whether a person asked.
    pub fn is_interrupted(&self) -> bool {
        matches!(self.0.get(), Some(Reason::Interrupted))
    }

    /// Why nothing new is started, for people; empty as long as nobody asked.
    pub fn why(&self) -> &str {
        match self.0.get() {
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
