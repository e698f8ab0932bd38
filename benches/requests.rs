//! How many requests a plan takes of accounts of several sizes, beside the pages it cannot do without, and
//! how fast they follow each other under several limits.
//!
//! `cargo bench --bench requests` prints a line for each size: managed are the staff, their groups and the
//! groups themselves, and everybody else is left alone. Then it prints a line for each limit: the requests of
//! every whole minute of a long read, every answer of which takes 50 ms.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and gives up when something is wrong"
)]

use std::collections::BTreeMap;
use std::time::Duration;

use zdsync::live;
use zdsync::model::{Declared, Inventory, Kind, Lifecycle, Policy, Snapshot, UserRole};
use zdsync::sandbox::{Settings, Size};

#[path = "../tests/it/wire/account.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod account;

use account::Account;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for size in [
        "users=50,agents=8",
        "users=1000,agents=80",
        "users=10000,agents=400",
        "users=100000,agents=800",
    ] {
        let seed = size.parse::<Size>().unwrap().seed(7);
        let account = Account::of(&seed, Settings::default(), Duration::from_millis(50));
        let (requests, pages) = runtime.block_on(plan(&account));
        println!(
            "{size}: {requests} requests, {pages} pages, {} refused for haste",
            account.limited()
        );
    }
    for rpm in [700, 400, 200, 100] {
        let (minutes, refused) = runtime.block_on(pace(rpm));
        println!(
            "{rpm} requests a minute, of which {} may be used: {minutes:?}, {refused} refused for haste",
            rpm * 80 / 100
        );
    }
}

/// Requests of each whole minute of a long read, and how many were refused.
async fn pace(rpm: u32) -> (Vec<usize>, u64) {
    let seed = "users=20000,agents=300".parse::<Size>().unwrap().seed(7);
    let settings = Settings {
        rpm: Some(rpm),
        ..Settings::default()
    };
    let account = Account::of(&seed, settings, Duration::from_millis(50));
    let mut counts = BTreeMap::<i64, usize>::new();
    while counts.len() < 5 {
        account.read(&live::Needs::everything(true)).await;
        counts.clear();
        for entry in account.log() {
            *counts.entry(entry.at.as_second() / 60).or_default() += 1;
        }
    }
    let all: Vec<usize> = counts.into_values().collect();
    // The first and the last minute are not whole.
    (all[1..all.len() - 1].to_vec(), account.limited())
}

async fn plan(account: &Account) -> (u64, usize) {
    let staff = account.read(&live::Needs::everything(false)).await;
    let needs = live::needs(&declared(&staff), &Policy::default());
    let before = account.client.requests();
    let live = account.read(&needs).await;
    let pages = |kind| live.of_kind(kind).count().div_ceil(100);
    let pages = pages(Kind::Group) + pages(Kind::User) + pages(Kind::GroupMembership);
    (account.client.requests() - before, pages)
}

/// The staff as it is, declared.
fn declared(live: &Snapshot) -> Inventory {
    let mut inventory = Inventory::default();
    for (address, observed) in live.of_kind(Kind::User) {
        let role = observed
            .resource
            .as_user()
            .and_then(|user| user.role.as_ref());
        if role.is_some_and(UserRole::is_staff) {
            let declared = Declared {
                resource: observed.resource.clone(),
                lifecycle: Lifecycle::Present,
                previously: Vec::new(),
                origin: None,
                grant: None,
            };
            inventory.resources.insert(address.clone(), declared);
        }
    }
    inventory
}
