//! Interrupts: while an apply is under way the first asks for an orderly end, and the second ends at once. At
//! any other time the first one ends the command.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::apply::Stop;

use super::exit::Exit;

/// Hears SIGINT and SIGTERM from its making to the end of the process.
#[derive(Clone, Debug, Default)]
pub(super) struct Interrupts {
    under_way: Arc<Mutex<Option<Asked>>>,
}

/// An apply that is under way.
#[derive(Clone, Debug)]
struct Asked {
    stop: Stop,
    told: Arc<Notify>,
    once: bool,
}

/// While this lives, an interrupt asks for an orderly end.
#[derive(Debug)]
pub(super) struct UnderWay {
    interrupts: Interrupts,
    told: Arc<Notify>,
}

impl Interrupts {
    /// Listens from now on, in a thread of its own: a question at the terminal waits for an answer outside
    /// of every runtime.
    pub(super) fn listen() -> Self {
        let interrupts = Self::default();
        let heard = interrupts.clone();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        if let Ok(runtime) = runtime {
            // Signals count from here on, not from the moment at which the thread gets to run.
            let signals = runtime.block_on(async { Signals::new() });
            // Where there can be no thread, an interrupt ends the process as it does any other.
            let _unheard = std::thread::Builder::new()
                .name("interrupts".to_owned())
                .spawn(move || runtime.block_on(heard.hear(signals)));
        }
        interrupts
    }

    /// From now on there is something that must be brought to an orderly end.
    pub(super) fn under_way(&self, stop: &Stop) -> UnderWay {
        let told = Arc::new(Notify::new());
        self.set(Some(Asked {
            stop: stop.clone(),
            told: Arc::clone(&told),
            once: false,
        }));
        UnderWay {
            interrupts: self.clone(),
            told,
        }
    }

    fn set(&self, asked: Option<Asked>) {
        *self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = asked;
    }

    async fn hear(&self, mut signals: Signals) {
        loop {
            signals.next().await;
            let asked = self.under_way.lock();
            let mut asked = asked.unwrap_or_else(PoisonError::into_inner);
            match asked.as_mut() {
                None => end("interrupted: no change was under way"),
                Some(Asked { once: true, .. }) => {
                    end("ended at once; `zdsync plan` shows what is left to do");
                }
                Some(Asked { stop, told, once }) => {
                    *once = true;
                    stop.request();
                    told.notify_one();
                    say(
                        "interrupted: finishing what is in flight, starting nothing new; once more ends at once",
                    );
                }
            }
        }
    }
}

impl UnderWay {
    /// Waits for an interrupt.
    pub(super) async fn interrupted(&self) {
        self.told.notified().await;
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.interrupts.set(None);
    }
}

/// The signals that interrupt.
struct Signals {
    #[cfg(unix)]
    both: Option<[tokio::signal::unix::Signal; 2]>,
}

impl Signals {
    fn new() -> Self {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let both = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
            let [interrupt, terminate] = both;
            Self {
                both: interrupt.ok().zip(terminate.ok()).map(Into::into),
            }
        }
        #[cfg(not(unix))]
        Self {}
    }

    /// Waits for the next one; for ever where they cannot be heard.
    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some([interrupt, terminate]) = &mut self.both {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Waits for one SIGINT or SIGTERM.
pub(super) async fn signal() {
    Signals::new().next().await;
}

fn end(message: &str) {
    say(message);
    #[expect(
        clippy::exit,
        reason = "the person asked for the end, and nothing may hold the process up"
    )]
    std::process::exit(i32::from(Exit::Interrupted.code()));
}

fn say(message: &str) {
    // Nothing is left to tell the person when standard error cannot be written.
    let _unprinted = writeln!(io::stderr().lock(), "{message}");
}
