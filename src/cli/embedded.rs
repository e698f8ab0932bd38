//! The simulator in process: a transport that hands requests to it, and a clock that runs ahead instead
//! of waiting.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use camino::Utf8Path;
use http::{Method, Request, Response};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::api::{BoxFuture, Clock, Transport, TransportError};
use crate::sandbox::{Sandbox, Seed, Settings as SandboxSettings};

use super::failure::Failure;
use super::folder::Folder;
use super::settings::Settings;

/// The file in `.zdsync` that holds the state of the project's embedded sandbox.
pub(super) const STATE: &str = "sandbox.json";

/// What is kept of an embedded sandbox between commands.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// The SHA-256 of the seed file it came from.
    seed: String,
    /// Its clock, which may be ahead of the computer's.
    time: Timestamp,
    /// The simulator's own state.
    state: String,
}

/// The simulator in process, with its state kept in the project's `.zdsync`.
pub(super) struct Embedded {
    sandbox: Mutex<Sandbox>,
    time: Arc<VirtualClock>,
    folder: Folder,
    seed: String,
    name: String,
}

/// A clock on which waiting takes no time: it moves the clock.
#[derive(Debug)]
pub(super) struct VirtualClock(Mutex<Timestamp>);

impl VirtualClock {
    fn moved(&self, by: SignedDuration) -> Timestamp {
        let mut time = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The clock stands still at the end of time, thousands of years from now.
        *time = time.checked_add(by).unwrap_or(*time);
        *time
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.moved(SignedDuration::ZERO)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.moved(SignedDuration::try_from(duration).unwrap_or(SignedDuration::ZERO));
        Box::pin(std::future::ready(()))
    }
}

impl Embedded {
    /// The project's embedded sandbox as the last command left it, or fresh from its seed file.
    pub(super) fn open(
        settings: &Settings,
        seed: &Utf8Path,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let text = read_seed(&settings.directory.join(seed))?;
        let account = parse(&text, seed)?;
        let digest = hex(&text);
        let folder = Folder::of(&settings.directory);
        let (sandbox, time) = match folder.read(STATE)? {
            Some(kept) => restore(&kept, &digest, &folder, settings, now)?,
            None => (Sandbox::new(&account, SandboxSettings::default(), now), now),
        };
        let time = Arc::new(VirtualClock(Mutex::new(time)));
        let name = account.subdomain().to_owned();
        Ok(Self {
            sandbox: Mutex::new(sandbox),
            time,
            folder,
            seed: digest,
            name,
        })
    }

    /// The clock that the sandbox and everything that waits for it go by.
    pub(super) fn clock(&self) -> Arc<VirtualClock> {
        Arc::clone(&self.time)
    }

    /// What the account is called.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    fn sandbox(&self) -> MutexGuard<'_, Sandbox> {
        self.sandbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, sandbox: &Sandbox, time: Timestamp) -> Result<(), Failure> {
        let text = sandbox
            .save()
            .and_then(|state| {
                serde_json::to_string(&Kept {
                    seed: self.seed.clone(),
                    time,
                    state,
                })
            })
            .map_err(|error| {
                Failure::new(
                    format!("the sandbox's state cannot be written: {error}"),
                    "please report this",
                )
            })?;
        self.folder.write(STATE, &text).map(drop)
    }
}

impl Transport for Embedded {
    fn send(
        &self,
        request: Request<Vec<u8>>,
    ) -> BoxFuture<'_, Result<Response<Vec<u8>>, TransportError>> {
        let time = self.time.now();
        let mut sandbox = self.sandbox();
        let response = sandbox.respond(time, &request).response;
        let changed =
            request.method() != Method::GET || request.uri().path().contains("job_statuses");
        let outcome = if changed {
            self.keep(&sandbox, time)
                .map_err(|failure| TransportError::Broken {
                    detail: format!("{failure:?}"),
                })
        } else {
            Ok(())
        };
        Box::pin(std::future::ready(outcome.map(|()| response)))
    }
}

fn restore(
    kept: &str,
    seed: &str,
    folder: &Folder,
    settings: &Settings,
    now: Timestamp,
) -> Result<(Sandbox, Timestamp), Failure> {
    let unusable = |why: String| {
        Failure::new(
            format!(
                "the sandbox's state in `{}` cannot be used: {why}",
                folder.path(STATE)
            ),
            "start over with `zdsync sandbox --reset`",
        )
    };
    let kept: Kept = serde_json::from_str(kept).map_err(|error| unusable(error.to_string()))?;
    if kept.seed != seed {
        settings.note(
            "note: the sandbox's account file has changed since the sandbox was started from it; \
             `zdsync sandbox --reset` starts over",
        );
    }
    let sandbox = Sandbox::restore(&kept.state, SandboxSettings::default())
        .map_err(|error| unusable(error.to_string()))?;
    Ok((sandbox, kept.time.max(now)))
}

/// Reads the text of the account file `path`.
pub(super) fn parse(text: &str, path: &Utf8Path) -> Result<Seed, Failure> {
    Seed::parse(text).map_err(|errors| {
        Failure::new(
            format!("the account file `{path}` cannot be used:\n{errors}"),
            "`zdsync schema account` prints what it may hold",
        )
    })
}

/// The text of an account file.
pub(super) fn read_seed(path: &Utf8Path) -> Result<String, Failure> {
    read_file("cannot read the account file", path)
}

/// The text of a file the command line or the configuration names.
#[expect(clippy::disallowed_methods, reason = "cli may read files")]
pub(super) fn read_file(what: &str, path: &Utf8Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::file(what, path, &error))
}

fn hex(text: &str) -> String {
    use std::fmt::Write;
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing to a string cannot fail.
        let _infallible = write!(hex, "{byte:02x}");
    }
    hex
}
