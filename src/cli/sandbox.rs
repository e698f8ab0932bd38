//! `zdsync sandbox`: the embedded simulator on loopback.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use tokio::net::TcpListener;

use crate::sandbox::serve::{self, Surroundings};
use crate::sandbox::{Fault, FaultFile, LogEntry, Sandbox, Seed, Settings as SandboxSettings};

use super::args::SandboxArgs;
use super::embedded::{self, read_file};
use super::exit::Exit;
use super::failure::Failure;
use super::folder::Folder;
use super::interrupt;
use super::settings::Settings;

/// Serves the simulator until it is interrupted, or forgets the project's embedded one.
pub(super) fn run(settings: &Settings, arguments: &SandboxArgs) -> Result<Exit, Failure> {
    if arguments.reset {
        return reset(settings);
    }
    if !arguments.listen.ip().is_loopback() {
        return Err(Failure::new(
            format!("`{}` is no loopback address", arguments.listen),
            "the simulator takes any credential, so it serves this machine only; use 127.0.0.1 or [::1]",
        ));
    }
    let sandbox = Arc::new(Mutex::new(account(settings, arguments, Settings::now())?));
    let surroundings = surroundings(settings, arguments)?;
    super::block_on(serve(arguments, Arc::clone(&sandbox), surroundings))??;
    if let Some(path) = &arguments.state {
        save(&settings.path(path), &sandbox)?;
    }
    Ok(Exit::Done)
}

fn reset(settings: &Settings) -> Result<Exit, Failure> {
    let removed = Folder::of(&settings.directory).remove(embedded::STATE)?;
    settings.note(if removed {
        "the embedded sandbox starts over from its account file"
    } else {
        "the embedded sandbox has not been started; nothing to forget"
    });
    Ok(Exit::Done)
}

/// The account to serve: kept, read from a seed, made up, or empty.
fn account(
    settings: &Settings,
    arguments: &SandboxArgs,
    now: Timestamp,
) -> Result<Sandbox, Failure> {
    let behaviour = behaviour(settings, arguments)?;
    if let Some(path) = arguments
        .state
        .as_ref()
        .map(|path| settings.path(path))
        .filter(|path| path.exists())
    {
        return Sandbox::restore(&read_file("cannot read the state", &path)?, behaviour).map_err(
            |error| {
                Failure::new(
                    format!("the state in `{path}` cannot be used: {error}"),
                    "delete the file to start over from a seed",
                )
            },
        );
    }
    let seed = match (&arguments.seed, &arguments.generate) {
        (Some(path), _) => {
            let path = settings.path(path);
            embedded::parse(&embedded::read_seed(&path)?, &path)?
        }
        (None, Some(size)) => size.seed(arguments.random_seed),
        (None, None) => Seed::default(),
    };
    Ok(Sandbox::new(&seed, behaviour, now))
}

fn behaviour(settings: &Settings, arguments: &SandboxArgs) -> Result<SandboxSettings, Failure> {
    let mut faults = arguments.fault.clone();
    if let Some(path) = &arguments.faults {
        faults.extend(listed_faults(&settings.path(path))?);
    }
    Ok(SandboxSettings {
        rpm: arguments.rpm,
        limits: !arguments.no_limits,
        window: arguments.window,
        latency: arguments.latency,
        bulk_import: arguments.bulk_import.then_some(true),
        seats: arguments.seats,
        switches: arguments.switch.iter().copied().collect(),
        credentials: arguments.credential.clone(),
        token_lifetime: arguments.token_lifetime,
        faults,
        random_seed: arguments.random_seed,
        ..SandboxSettings::default()
    })
}

fn listed_faults(path: &Utf8Path) -> Result<Vec<Fault>, Failure> {
    FaultFile::parse(&read_file("cannot read the faults", path)?).map_err(|error| {
        Failure::new(
            format!("the faults in `{path}` cannot be used: {error}"),
            "list them under `faults:`, each as `--fault` takes it",
        )
    })
}

/// The computer's clock, and whoever wants to hear of requests: the log file and the state file.
fn surroundings(settings: &Settings, arguments: &SandboxArgs) -> Result<Surroundings, Failure> {
    let mut surroundings = Surroundings::real();
    let log = match &arguments.log {
        Some(path) => {
            let path = settings.path(path);
            let file = File::create(&path)
                .map_err(|error| Failure::file("cannot write the log", &path, &error))?;
            Some(Mutex::new(file))
        }
        None => None,
    };
    let state: Option<Utf8PathBuf> = arguments.state.as_ref().map(|path| settings.path(path));
    surroundings.observe = Arc::new(move |entry: &LogEntry, sandbox: &Mutex<Sandbox>| {
        if let Some(log) = &log {
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            let line = serde_json::to_string(entry).unwrap_or_default();
            if let Err(error) = writeln!(log, "{line}") {
                tracing::warn!(%error, "the request log cannot be written");
            }
        }
        if let Some(path) = state.as_ref().filter(|_| entry.method != "GET")
            && let Err(failure) = save(path, sandbox)
        {
            tracing::warn!(?failure, "the state cannot be kept");
        }
    });
    Ok(surroundings)
}

fn save(path: &Utf8Path, sandbox: &Mutex<Sandbox>) -> Result<(), Failure> {
    let text = sandbox
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .save();
    let text = text.map_err(|error| {
        Failure::new(
            format!("the sandbox's state cannot be written: {error}"),
            "please report this",
        )
    })?;
    #[expect(clippy::disallowed_methods, reason = "cli may write files")]
    std::fs::write(path, text)
        .map_err(|error| Failure::file("cannot keep the state in", path, &error))
}

async fn serve(
    arguments: &SandboxArgs,
    sandbox: Arc<Mutex<Sandbox>>,
    surroundings: Surroundings,
) -> Result<(), Failure> {
    let listen = arguments.listen;
    let failed = |error: io::Error| {
        Failure::new(
            format!("cannot listen on {listen}: {error}"),
            "choose another port with `--listen`",
        )
    };
    let listener = TcpListener::bind(listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    {
        let mut out = io::stdout().lock();
        writeln!(out, "listening http://{address}")
            .and_then(|()| out.flush())
            .map_err(|error| Failure::output(&error))?;
    }
    serve::serve(listener, sandbox, surroundings, interrupt::signal())
        .await
        .map_err(failed)
}
