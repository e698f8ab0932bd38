//! How many requests reading takes, and how fast they follow each other.

use std::collections::BTreeMap;
use std::time::Duration;

use zdsync::live;
use zdsync::model::{Declared, Inventory, Kind, Lifecycle, Policy, Snapshot};
use zdsync::sandbox::{Settings, Size};

use super::account::Account;

/// The staff as it is, declared.
fn declared_staff(live: &Snapshot) -> Inventory {
    let mut inventory = Inventory::default();
    for (address, observed) in live.of_kind(Kind::User) {
        let role = observed
            .resource
            .as_user()
            .and_then(|user| user.role.as_ref());
        if role.is_some_and(zdsync::model::UserRole::is_staff) {
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

#[tokio::test]
async fn a_plan_takes_little_more_requests_than_there_are_pages() {
    for size in [
        "users=50,agents=8",
        "users=1000,agents=80",
        "users=3000,agents=400",
    ] {
        let seed = size.parse::<Size>().unwrap().seed(7);
        let account = Account::of(&seed, Settings::default(), Duration::from_millis(50));
        let all = account.read_everything().await;
        let inventory = declared_staff(&all);
        let needs = live::needs(&inventory, &Policy::default());
        let before = account.client.requests();
        let live = account.read(&needs).await;
        let requests = account.client.requests() - before;
        let count = |kind| live.of_kind(kind).count().div_ceil(100);
        let pages = count(Kind::Group) + count(Kind::User) + count(Kind::GroupMembership);
        println!("{size}: {requests} requests for {pages} pages");
        assert!(
            requests <= pages as u64 + 5,
            "{size}: {requests} for {pages}"
        );
        assert_eq!(live.requests(), requests);
    }
}

/// Requests of each whole minute of a run: the first and the last one are not whole.
fn whole_minutes(account: &Account) -> Vec<u64> {
    let mut minutes = BTreeMap::<i64, u64>::new();
    for entry in account.log() {
        *minutes
            .entry(entry.at.as_second().div_euclid(60))
            .or_default() += 1;
    }
    let counts: Vec<u64> = minutes.into_values().collect();
    let whole = counts.get(1..counts.len().saturating_sub(1));
    whole.unwrap_or_default().to_vec()
}

#[tokio::test]
async fn a_long_read_uses_its_share_of_every_minute_and_is_never_refused() {
    let seed = "users=2000,agents=300".parse::<Size>().unwrap().seed(7);
    for rpm in [700_u32, 200] {
        let settings = Settings {
            rpm: Some(rpm),
            ..Settings::default()
        };
        let account = Account::of(&seed, settings, Duration::from_millis(50));
        let share = u64::from(rpm) * 80 / 100;
        while whole_minutes(&account).is_empty() {
            account.read_everything().await;
        }
        assert_eq!(account.limited(), 0);
        let counts = whole_minutes(&account);
        println!("{rpm} a minute, of which {share} may be taken: {counts:?}");
        assert!(
            counts
                .iter()
                .all(|count| (share * 9 / 10..=share).contains(count)),
            "{rpm}: {counts:?}"
        );
    }
}
