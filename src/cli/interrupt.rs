//! Interrupts: the first asks for an orderly end, the second ends at once.

use std::io::{self, Write};

use crate::apply::Stop;

use super::exit::Exit;

/// Waits for SIGINT or SIGTERM and asks the apply to stop; at the second one, ends the process.
pub(super) async fn watch(stop: Stop) {
    signal().await;
    stop.request();
    say("interrupted: finishing what is in flight, starting nothing new; once more ends at once");
    signal().await;
    say("ended at once; `zdsync plan` shows what is left to do");
    #[expect(
        clippy::exit,
        reason = "the person asked twice, and nothing may hold the process up"
    )]
    std::process::exit(i32::from(Exit::Interrupted.code()));
}

/// Waits for one SIGINT or SIGTERM.
pub(super) async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => return,
                Ok(()) = tokio::signal::ctrl_c() => return,
            }
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        // Signals cannot be heard here; the process ends when it is done.
        std::future::pending::<()>().await;
    }
}

fn say(message: &str) {
    // Nothing is left to tell the person when standard error cannot be written.
    let _unprinted = writeln!(io::stderr().lock(), "{message}");
}
