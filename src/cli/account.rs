//! The account of a project, connected.

use std::sync::Arc;

use jiff::Timestamp;

use crate::api::{Client, Credentials, HttpTransport, Manners, Origin, Share, SystemClock};
use crate::live;
use crate::manifest::{Config, Target};
use crate::model::{Inventory, Policy, Snapshot};

use super::embedded::Embedded;
use super::failure::Failure;
use super::settings::Settings;
use super::{credentials, env};

/// What a client is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Reading: no more than the scope `read` is asked for, where zdsync fetches its own tokens.
    Reading,
    /// Reading and writing.
    Writing,
}

/// A client of the project's account. Nothing is sent yet.
pub(super) fn connect(
    settings: &Settings,
    config: &Config,
    purpose: Purpose,
    now: Timestamp,
) -> Result<Client, Failure> {
    let manners = Manners {
        share: Share::percent(u8::try_from(config.rate_share()).unwrap_or(100)),
        seed: u64::from(now.subsec_nanosecond().unsigned_abs()),
        log_bodies: settings.log_bodies,
        ..Manners::default()
    };
    let origin = match config.target() {
        Target::Sandbox(seed) => return embedded(settings, seed, now, manners),
        Target::Subdomain(subdomain) => Origin::of_subdomain(subdomain),
        Target::Url(url) => Origin::of_url(url),
    };
    let origin = origin.map_err(Failure::connection)?;
    let credentials = match (purpose, credentials::from_environment()?) {
        (Purpose::Reading, credentials) => credentials.for_reading(),
        (Purpose::Writing, credentials) => credentials,
    };
    if let Some(warning) = credentials.warning(now) {
        settings.note(&format!("warning: {warning}"));
    }
    let ca_bundle = match env::text(env::CA_BUNDLE) {
        Some(path) => Some(
            super::embedded::read_file("cannot read the certificates", path.as_str().into())?
                .into_bytes(),
        ),
        None => None,
    };
    let transport =
        HttpTransport::new(&origin, ca_bundle.as_deref()).map_err(Failure::connection)?;
    Ok(Client::new(
        origin,
        credentials,
        Arc::new(transport),
        Arc::new(SystemClock),
        manners,
    ))
}

fn embedded(
    settings: &Settings,
    seed: &str,
    now: Timestamp,
    manners: Manners,
) -> Result<Client, Failure> {
    let sandbox = Embedded::open(settings, seed.into(), now)?;
    let origin = Origin::in_process(sandbox.name());
    let clock = sandbox.clock();
    Ok(Client::new(
        origin,
        Credentials::sandbox(),
        Arc::new(sandbox),
        clock,
        manners,
    ))
}

/// Reads what a plan needs of the account.
pub(super) async fn read(
    client: &Client,
    inventory: &Inventory,
    policy: &Policy,
) -> Result<Snapshot, Failure> {
    let needs = live::needs(inventory, policy);
    live::read(&client.reader(), &needs)
        .await
        .map_err(|error| Failure::account(client, error))
}
