//! `zdsync snapshot`: the live account as one file, and its use.

use std::collections::hash_map::RandomState;
use std::fmt::Write as _;
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Write};

use camino::Utf8Path;
use jiff::{SignedDuration, Timestamp};

use crate::api::{Client, Origin};
use crate::live::saved::{self, Saved};
use crate::live::{self, Needs, Redaction};
use crate::manifest::{Config, Target};
use crate::model::{Coverage, Kind, Snapshot, plural};
use crate::report::text::neutral;

use super::args::SnapshotArgs;
use super::exit::Exit;
use super::failure::Failure;
use super::settings::Settings;
use super::{account, embedded, packed, project};

/// Reads everything and writes it down.
pub(super) fn run(settings: &Settings, arguments: &SnapshotArgs) -> Result<Exit, Failure> {
    if let Some(path) = &arguments.out {
        packed::refuse_unknown(path)?;
    }
    let project = project::project(settings)?;
    let (snapshot, client) = take(settings, &project.config, !arguments.staff)?;
    super::plan::remarks(settings, &client);
    let redaction = arguments.redact.then(|| Redaction::new(salt()));
    let text = saved::to_text(&snapshot, redaction.as_ref()).map_err(|error| {
        Failure::new(
            format!("the snapshot cannot be written: {error}"),
            "please report this",
        )
    })?;
    if let Some(path) = &arguments.out {
        let path = settings.path(path);
        packed::write(&path, &text)
            .map_err(|error| Failure::file("cannot write", &path, &error))?;
        settings.note(&format!("saved to {path}: {}", contents(&snapshot)));
    } else {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())
            .and_then(|()| out.flush())
            .map_err(|error| Failure::output(&error))?;
        settings.note(&contents(&snapshot));
    }
    Ok(Exit::Done)
}

/// Reads all there is of the account, with or without its end users.
pub(super) fn take(
    settings: &Settings,
    config: &Config,
    end_users: bool,
) -> Result<(Snapshot, Client), Failure> {
    let client = account::connect(settings, config, account::Purpose::Reading, Settings::now())?;
    let needs = Needs::everything(end_users);
    let snapshot = super::block_on(live::read(&client.reader(), &needs))?
        .map_err(|error| Failure::account(&client, error))?;
    Ok((snapshot, client))
}

/// A snapshot from its file, which must be of the account that the configuration names. Says how old it
/// is and what is missing in it.
pub(super) fn load(
    settings: &Settings,
    config: &Config,
    path: &Utf8Path,
    now: Timestamp,
) -> Result<Saved, Failure> {
    packed::refuse_unknown(path)?;
    let path = settings.path(path);
    let text = packed::read(&path)?;
    let mut saved = saved::from_text(&text).map_err(|error| packed::unusable(&path, &error))?;
    let expected = label(settings, config)?;
    let snapshot = &mut saved.snapshot;
    if snapshot.account.subdomain != expected {
        return Err(Failure::Refused {
            message: format!(
                "the snapshot is of the account `{}`, and zdsync.yaml names `{expected}`",
                snapshot.account.subdomain
            ),
            help: "take the snapshot of this project's account".to_owned(),
        });
    }
    // What is planned or written from a file costs no request.
    for part in &mut snapshot.parts {
        part.requests = 0;
    }
    settings.note(&format!(
        "snapshot of {}, {}: {}",
        neutral(&snapshot.account.subdomain),
        age(snapshot.taken_at, now),
        contents(snapshot)
    ));
    for part in snapshot.parts.iter().filter(|part| !part.complete) {
        settings.note(&format!(
            "warning: the list of {} is incomplete; nothing is removed on its strength",
            part.kind.section().replace('_', " ")
        ));
    }
    Ok(saved)
}

/// Says whether the snapshot proves that somebody or something of this kind is not there.
pub(super) fn proves_absence(snapshot: &Snapshot, kind: Kind) -> bool {
    snapshot
        .part(kind)
        .is_some_and(|part| part.complete && part.coverage == Coverage::All)
}

/// What the account of the configuration is called.
fn label(settings: &Settings, config: &Config) -> Result<String, Failure> {
    let origin = match config.target() {
        Target::Sandbox(seed) => {
            let text = embedded::read_seed(&settings.directory.join(seed))?;
            let seed = embedded::parse(&text, seed.into())?;
            return Ok(Origin::in_process(seed.subdomain()).label().to_owned());
        }
        Target::Subdomain(subdomain) => Origin::of_subdomain(subdomain),
        Target::Url(url) => Origin::of_url(url),
    };
    Ok(origin.map_err(Failure::connection)?.label().to_owned())
}

/// How many of each kind there are.
fn contents(snapshot: &Snapshot) -> String {
    let counts: Vec<String> = Kind::ALL
        .into_iter()
        .map(|kind| {
            let word = kind.word().replace('_', " ");
            plural(snapshot.of_kind(kind).count(), &word)
        })
        .collect();
    counts.join(", ")
}

fn age(taken_at: Timestamp, now: Timestamp) -> String {
    let age = now.duration_since(taken_at);
    if age < SignedDuration::from_mins(1) {
        return "taken just now".to_owned();
    }
    let hours = age.as_hours();
    if hours >= 48 {
        format!("{} days old", hours / 24)
    } else if hours >= 1 {
        format!(
            "{} old",
            plural(usize::try_from(hours).unwrap_or(0), "hour")
        )
    } else {
        let minutes = usize::try_from(age.as_mins()).unwrap_or(0);
        format!("{} old", plural(minutes, "minute"))
    }
}

/// 256 bits that nobody can foretell: the standard library's own keys, which come from the operating
/// system, drawn out by its keyed hash.
fn salt() -> String {
    let random = RandomState::new();
    let mut salt = String::with_capacity(64);
    for part in 0..4_u64 {
        let mut hasher = random.build_hasher();
        hasher.write_u64(part);
        // Writing to a string cannot fail.
        let _infallible = write!(salt, "{:016x}", hasher.finish());
    }
    salt
}
