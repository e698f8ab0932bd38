//! A small scripted account, and larger crowds.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::api::scripted::{Account, Reply, Seen, json as answer};
use crate::live::{Needs, read};
use crate::model::{
    Address, Declared, Inventory, Kind, Lifecycle, Organization, OrganizationMembership, Resource,
    Snapshot, User,
};

/// Lists that are served page by page, everything else by exact line.
#[derive(Default)]
pub(super) struct World {
    lists: BTreeMap<&'static str, Vec<Json>>,
    answers: BTreeMap<String, Json>,
}

impl World {
    pub(super) fn list(mut self, path: &'static str, items: Vec<Json>) -> Self {
        self.lists.insert(path, items);
        self
    }

    pub(super) fn answer(mut self, line: &str, body: Json) -> Self {
        self.answers.insert(line.to_owned(), body);
        self
    }

    pub(super) fn open(self) -> Account {
        let world = Arc::new(self);
        Account::new(move |seen| world.reply(seen))
    }

    pub(super) fn reply(&self, seen: &Seen) -> Reply {
        let line = seen
            .line
            .strip_prefix("GET /api/v2/")
            .expect("plans only read");
        if let Some(body) = self.answers.get(line) {
            return answer(200, body);
        }
        let (path, query) = line.split_once('?').unwrap_or((line, ""));
        let end_users = query.contains("role%5B%5D=end-user");
        let staff = query.contains("role%5B%5D=agent");
        let Some(items) = self.lists.get(path) else {
            panic!("nothing is scripted for {line}")
        };
        let items: Vec<&Json> = items
            .iter()
            .filter(|item| !(end_users || staff) || (item["role"] == "end-user") == end_users)
            .collect();
        let from: usize = query
            .split('&')
            .find_map(|pair| pair.strip_prefix("page%5Bafter%5D="))
            .map_or(0, |cursor| cursor.parse().unwrap());
        let to = (from + 100).min(items.len());
        let key = path.rsplit('/').next().unwrap();
        let identities: Vec<Json> = items[from..to]
            .iter()
            .filter_map(|item| item.get("also").map(|also| (&item["id"], also)))
            .map(|(id, also)| json!({"id": 1, "user_id": id, "type": "email", "value": also, "primary": false}))
            .collect();
        answer(
            200,
            &json!({key: items[from..to], "identities": identities,
                "meta": {"has_more": to < items.len(), "after_cursor": to.to_string()},
                "links": {"next": "https://elsewhere.example/api/v2/other"}}),
        )
    }
}

pub(super) fn person(id: u64, email: &str, role: &str) -> Json {
    json!({"id": id, "email": email, "name": email, "role": role, "active": true,
        "default_group_id": (role != "end-user").then_some(20)})
}

pub(super) fn world() -> World {
    World::default()
        .answer("users/me", json!({"user": person(1, "owner@example.com", "admin")}))
        .answer("account/settings", json!({"settings": {"user": {"multiple_organizations": true}}}))
        .answer("custom_roles", json!({"custom_roles": [
            {"id": 30, "name": "Tier 2", "role_type": 0, "team_member_count": 1, "configuration": {"ticket_access": "all"}},
            {"id": 31, "name": "Light agent", "role_type": 1},
        ]}))
        .list("groups", vec![
            json!({"id": 20, "name": "Support", "default": true}),
            json!({"id": 21, "name": "Tier 1", "description": "First"}),
        ])
        .list("users", vec![
            person(1, "owner@example.com", "admin"),
            json!({"id": 2, "email": "ada@example.com", "name": "Ada", "role": "agent", "role_type": 0, "custom_role_id": 30,
                "default_group_id": 21, "also": "ada@old.example", "organization_id": 40}),
            json!({"id": 3, "email": "light@example.com", "name": "Light", "role": "agent", "role_type": 1, "custom_role_id": 31}),
            json!({"id": 4, "email": null, "name": "Nobody", "role": "end-user", "shared": true}),
            json!({"id": 5, "email": "gone@example.com", "role": "end-user", "active": false}),
        ])
        .list("group_memberships", vec![
            json!({"id": 50, "user_id": 2, "group_id": 21, "default": true}),
            json!({"id": 51, "user_id": 2, "group_id": 99, "default": false}),
        ])
        .list("organizations", vec![json!({"id": 40, "name": "Globex", "group_id": 21, "tags": ["vip"]})])
        .list("organization_memberships", vec![json!({"id": 60, "user_id": 2, "organization_id": 40, "default": null})])
        .list("user_fields", vec![])
        .list("organization_fields", vec![])
}

pub(super) fn inventory(addresses: &[Address]) -> Inventory {
    let mut inventory = Inventory::default();
    for address in addresses {
        let resource = match address.kind() {
            Kind::User => Resource::from(User {
                email: Some(address.name().clone()),
                ..User::default()
            }),
            Kind::Organization => Resource::from(Organization::named(address.name().clone())),
            Kind::OrganizationMembership => {
                Resource::OrganizationMembership(OrganizationMembership {
                    user: address.name().clone(),
                    organization: address.container().unwrap().name().clone(),
                })
            }
            Kind::Role | Kind::Group | Kind::GroupMembership => panic!("not needed here"),
        };
        inventory.resources.insert(
            address.clone(),
            Declared {
                resource,
                lifecycle: Lifecycle::Present,
                previously: Vec::new(),
                origin: None,
                grant: None,
            },
        );
    }
    inventory
}

pub(super) async fn snapshot(account: &Account, needs: &Needs) -> Snapshot {
    read(&account.client.reader(), needs).await.unwrap()
}

pub(super) fn crowd(staff: u64, end_users: u64) -> Vec<Json> {
    (1..=staff)
        .map(|number| person(number, &format!("agent{number}@example.com"), "agent"))
        .chain((1..=end_users).map(|number| {
            person(
                1_000_000 + number,
                &format!("customer{number}@example.net"),
                "end-user",
            )
        }))
        .collect()
}
