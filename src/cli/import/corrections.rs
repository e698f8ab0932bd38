//! What manifests have to say to need no change: the plan, read backwards.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::diff::Pairs;
use crate::manifest::{Correction, Holdings};
use crate::model::{Address, FieldChange, Inventory, Kind, Lifecycle, Name, UserRole, Value};
use crate::plan::{Action, Change, Plan, RefusalCode};

use super::{Import, owner};

impl Import<'_> {
    fn is_suspended(&self, address: &Address) -> bool {
        let live = self.live.objects.get(address);
        let user = live.and_then(|live| live.resource.as_user());
        user.is_some_and(|user| user.suspended == Some(true))
    }

    /// What entries have to say to need no change.
    pub(super) fn corrections(
        &self,
        plan: &Plan,
        inventory: &Inventory,
        pairs: &Pairs,
    ) -> BTreeMap<Address, Vec<Correction>> {
        let mut corrections: BTreeMap<Address, Vec<Correction>> = BTreeMap::new();
        let own = plan
            .changes
            .iter()
            .filter(|change| change.along_with.is_none());
        for change in own {
            let address = pairs.declared(&owner(&change.address)).into_owned();
            let wanted = match change.address.kind() {
                Kind::GroupMembership => self.membership(change, pairs, "groups"),
                Kind::OrganizationMembership => self.membership(change, pairs, "organizations"),
                Kind::Role | Kind::Group | Kind::Organization | Kind::User => {
                    let Some(declared) = inventory.resources.get(&address) else {
                        continue;
                    };
                    let live = change.was.as_ref().unwrap_or(&change.address);
                    let is_suspended = self.is_suspended(live);
                    object(change, pairs, declared.lifecycle, is_suspended)
                }
            };
            corrections.entry(address).or_default().extend(wanted);
        }
        let missing = plan
            .refused
            .iter()
            .filter(|refusal| refusal.code == RefusalCode::ExternalMissing)
            .filter_map(|refusal| refusal.address.clone());
        for address in missing {
            corrections.insert(address, vec![Correction::Gone]);
        }
        corrections
    }

    fn is_agent_without_group(&self, membership: &Address, pairs: &Pairs) -> bool {
        let person = live_name(pairs, &owner(membership));
        let live = self.live.objects.get(&person);
        let user = live.and_then(|live| live.resource.as_user());
        membership.kind() == Kind::GroupMembership
            && user
                .and_then(|user| user.role.as_ref())
                .is_some_and(UserRole::is_staff)
            && self.memberships(Kind::GroupMembership, &person).is_empty()
    }

    fn membership(&self, change: &Change, pairs: &Pairs, key: &'static str) -> Vec<Correction> {
        let Some(container) = change.address.container() else {
            return Vec::new();
        };
        let unlisted = || {
            let default_group = (key == "groups").then(|| without("default_group"));
            default_group.into_iter().chain([without(key)]).collect()
        };
        if change.action == Action::Create {
            let name = container.name().clone();
            if self.is_agent_without_group(&change.address, pairs) {
                // What no manifest may say: the rules want a group for every agent.
                return unlisted();
            }
            return vec![Correction::Left { key, name }];
        }
        let live = live_name(pairs, &container);
        if !self.live.objects.contains_key(&live) {
            // Several are called that: no list can say which one is meant.
            return unlisted();
        }
        let name = live.name().clone();
        vec![Correction::Joined { key, name }]
    }

    /// What a person holds of what manifests manage.
    pub(super) fn holdings(
        &self,
        inventory: &Inventory,
        pairs: &Pairs,
        address: &Address,
    ) -> Holdings {
        let declared = inventory.resources.get(address);
        let declared = declared.and_then(|declared| declared.resource.as_user());
        let live = pairs.live(address);
        let live = live
            .as_deref()
            .and_then(|live| self.live.objects.get_key_value(live));
        let live = live.and_then(|(address, live)| Some((address, live.resource.as_user()?)));
        let (Some(declared), Some((live_address, live))) = (declared, live) else {
            return Holdings::default();
        };
        let list = |kind| {
            let owns = inventory.owns_list(kind, address);
            let held = self.memberships(kind, live_address);
            let container = kind.container()?;
            let is_known = |name: &Name| {
                let container = Address::new(container, name.clone());
                self.live.objects.contains_key(&container)
            };
            (owns && held.iter().all(is_known)).then_some(held)
        };
        let groups = list(Kind::GroupMembership);
        let role = live.role.as_ref().filter(|_| declared.role.is_some());
        let default = live.default_group.clone().flatten();
        Holdings {
            role: role.map(|role| match role {
                UserRole::EndUser => "end-user".to_owned(),
                UserRole::Agent => "agent".to_owned(),
                UserRole::Admin => "admin".to_owned(),
                UserRole::Named(role) => role.name().to_string(),
            }),
            default_group: default
                .filter(|group| {
                    let listed = groups
                        .as_ref()
                        .is_some_and(|all| all.contains(group.name()));
                    listed && declared.default_group.is_some()
                })
                .map(|group| group.name().clone()),
            groups,
            organizations: list(Kind::OrganizationMembership),
        }
    }

    fn memberships(&self, kind: Kind, person: &Address) -> BTreeSet<Name> {
        let first = Address::membership(kind, person.name().clone(), Name::new(""));
        let held = self.live.objects.range(first..).map(|(address, _)| address);
        held.take_while(|held| held.kind() == kind && held.name() == person.name())
            .filter_map(|held| Some(held.container()?.name().clone()))
            .collect()
    }
}

fn object(
    change: &Change,
    pairs: &Pairs,
    lifecycle: Lifecycle,
    is_suspended: bool,
) -> Vec<Correction> {
    let state = |word: &str| Correction::Is {
        key: "state".to_owned(),
        value: Value::text(word),
    };
    let person = if is_suspended { "suspended" } else { "active" };
    match (lifecycle, change.action) {
        (Lifecycle::Absent, _) => return vec![state("present")],
        (Lifecycle::Offboarded | Lifecycle::Deleted, _) => return vec![state(person)],
        (Lifecycle::Present | Lifecycle::External, Action::Create) => {
            return vec![Correction::Gone];
        }
        (Lifecycle::Present | Lifecycle::External, _) => {}
    }
    let fields = change.fields.iter().map(
        |FieldChange {
             path,
             before,
             after: _,
         }| {
            if path == "secondary_email" {
                // A change of address that was broken off: without the old address there is nothing to finish.
                return without("previously");
            }
            if path == "suspended" {
                return state(if *before == Value::Bool(true) {
                    "suspended"
                } else {
                    "active"
                });
            }
            Correction::Is {
                key: path.to_string(),
                value: match before {
                    Value::Reference(address) => Value::Reference(live_name(pairs, address)),
                    Value::Null
                    | Value::Bool(_)
                    | Value::Number(_)
                    | Value::Text(_)
                    | Value::Set(_)
                    | Value::References(_)
                    | Value::Json(_) => before.clone(),
                },
            }
        },
    );
    let mut wanted: Vec<Correction> = fields.collect();
    if change.was.is_some() {
        wanted.push(without("previously"));
    }
    wanted
}

/// What an object is called in the account, and in manifests once they are corrected.
fn live_name(pairs: &Pairs, declared: &Address) -> Address {
    let live = pairs.live(declared);
    live.map_or_else(|| declared.clone(), Cow::into_owned)
}

pub(super) fn without(key: &str) -> Correction {
    Correction::Without {
        key: key.to_owned(),
    }
}
