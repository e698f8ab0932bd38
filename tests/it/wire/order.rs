//! The order in which the service lists things means nothing.

use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::Config;
use zdsync::api;
use zdsync::model::{Declared, Inventory, Kind, Lifecycle, Policy, Resource, Snapshot};
use zdsync::plan::{self, Inputs, Plan};
use zdsync::report;
use zdsync::sandbox::{Settings, Size};

use super::account::Account;

/// Every person and group as it is, with something else to do for each.
fn wanted(live: &Snapshot) -> Inventory {
    let mut inventory = Inventory::default();
    let people = live.of_kind(Kind::User).chain(live.of_kind(Kind::Group));
    for (address, observed) in people.filter(|(_, observed)| !observed.marks.shared) {
        let mut resource = observed.resource.clone();
        match &mut resource {
            Resource::User(user) => user.notes = Some("Known".to_owned()),
            Resource::Group(group) => group.description = Some("Known".to_owned()),
            Resource::Role(_)
            | Resource::Organization(_)
            | Resource::GroupMembership(_)
            | Resource::OrganizationMembership(_) => {}
        }
        let declared = Declared {
            resource,
            lifecycle: Lifecycle::Present,
            previously: Vec::new(),
            origin: None,
            grant: None,
        };
        inventory.resources.insert(address.clone(), declared);
    }
    inventory
}

fn planned(inventory: &Inventory, live: &Snapshot) -> Plan {
    plan::build(&Inputs {
        inventory,
        snapshot: live,
        policy: &Policy::default(),
        at: live.taken_at,
        route: &api::route,
        targets: &[],
    })
}

fn bytes(plan: &Plan) -> Vec<u8> {
    let mut bytes = Vec::new();
    report::plan::json(plan, &mut bytes).unwrap();
    bytes
}

proptest! {
    #![proptest_config(Config { cases: 12, ..Config::default() })]

    #[test]
    fn the_bytes_of_a_plan_do_not_depend_on_the_order_of_lists(start in any::<u64>()) {
        let seed = "users=150,agents=40".parse::<Size>().unwrap().seed(start);
        let settings = Settings { limits: false, ..Settings::default() };
        let account = Account::of(&seed, settings, Duration::from_millis(50));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let live = runtime.block_on(account.read_everything());
        account.list_backwards();
        let mut turned = runtime.block_on(account.read_everything());
        // Only the time of the read may differ.
        turned.taken_at = live.taken_at;
        let inventory = wanted(&live);
        let plan = planned(&inventory, &live);
        prop_assert!(plan.operations.len() > 1);
        prop_assert_eq!(bytes(&plan), bytes(&planned(&inventory, &turned)));
    }
}
