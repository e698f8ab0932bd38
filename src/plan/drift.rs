//! What somebody changed in the account since the manifests were last applied, told apart from what the
//! manifests ask for now.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::model::{
    Address, Declared, Fact, FieldChange, Inventory, ObjectId, Policy, Value, custom_values_agree,
};

use super::applied::{Applied, STATE, Since, Values, manage, natural, section, state};
use super::types::{Action, Change, Plan};

/// Where a change comes from.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ChangeCause {
    /// The manifests ask for it: they say something else than when they were last applied.
    Asked,
    /// The manifests say what they said when they were last applied; the account was changed since.
    Drift,
    /// Some of it is asked for, and some was changed in the account.
    Both,
}

/// How something is not as it was left.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DriftKind {
    /// A value is another one.
    Changed,
    /// It was there and is gone.
    Missing,
    /// It was not there.
    Added,
}

/// Something that was changed in the account since the manifests were last applied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// What is not as it was left.
    pub address: Address,
    /// The field, by the manifest's key; `None` where it is about being there.
    pub path: Option<String>,
    /// How.
    pub what: DriftKind,
    /// The value that was last applied.
    pub applied: Value,
    /// The value now.
    pub live: Value,
    /// Whether the manifests ask for yet another value.
    pub asked: bool,
    /// When it was last known to be as applied.
    pub since: Since,
    /// Who changed it, where the account's audit log tells.
    pub by: Option<Deed>,
}

/// Who changed something, by the account's own record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// The full name of who did it.
    pub actor: String,
    /// When.
    pub at: Timestamp,
    /// The number of the audit log's entry.
    pub entry: ObjectId,
    /// What the entry says of it; may be empty.
    pub description: String,
}

/// Notes in `plan` which changes are asked for and which take back what was changed in the account, and
/// what else appeared in scope that nobody declares. Changes nothing of what would be done, and so not
/// the digest.
pub fn drift(plan: &mut Plan, inventory: &Inventory, policy: &Policy, applied: &Applied) {
    plan.last_apply = Some(applied.last.clone());
    let mut judge = Judge {
        inventory,
        policy,
        applied,
        was: plan
            .changes
            .iter()
            .filter_map(|change| Some((&change.address, change.was.as_ref()?)))
            .collect(),
        drift: Vec::new(),
    };
    let mut causes: BTreeMap<&Address, ChangeCause> = BTreeMap::new();
    for change in &plan.changes {
        if change.along_with.is_none() {
            causes.insert(&change.address, judge.cause(change));
        }
    }
    let causes: Vec<Option<ChangeCause>> = plan
        .changes
        .iter()
        .map(|change| {
            let leader = change.along_with.as_ref().unwrap_or(&change.address);
            causes.get(leader).copied()
        })
        .collect();
    judge.strangers(plan);
    let mut found = judge.drift;
    found.sort_by(|left, right| (&left.address, &left.path).cmp(&(&right.address, &right.path)));
    for (change, cause) in plan.changes.iter_mut().zip(causes) {
        change.cause = cause;
    }
    plan.drift = found;
}

struct Judge<'a> {
    inventory: &'a Inventory,
    policy: &'a Policy,
    applied: &'a Applied,
    /// The addresses that renamed objects have now.
    was: BTreeMap<&'a Address, &'a Address>,
    drift: Vec<Drift>,
}

impl<'a> Judge<'a> {
    fn cause(&mut self, change: &Change) -> ChangeCause {
        if change.address.container().is_some() {
            return self.membership(change);
        }
        let declared = self.inventory.resources.get(&change.address);
        let known = self.known(&change.address);
        let wanted = declared.and_then(|declared| state(declared.lifecycle));
        match (change.action, known) {
            (Action::Create, Some((since, values))) if values.get(STATE).is_none() => {
                self.note(change, since, DriftKind::Missing);
                ChangeCause::Drift
            }
            (Action::Create, _) | (_, None) if declared.is_some() => ChangeCause::Asked,
            (Action::Offboard | Action::Delete, Some((since, values))) if declared.is_some() => {
                if values.get(STATE).and_then(Json::as_str) != wanted {
                    return ChangeCause::Asked;
                }
                self.returned(change, since);
                ChangeCause::Drift
            }
            (_, Some(_)) if declared.is_none() => ChangeCause::Asked,
            (_, Some((since, values))) => self.fields(change, declared, since, values),
            (_, None) => self.undeclared(change),
        }
    }

    /// What receipts tell of an object, and since when.
    fn known(&self, address: &Address) -> Option<(Since, &'a Values)> {
        let known = |address: &Address| self.applied.values.get(address);
        let was = self.was.get(address).copied();
        let (since, values) = known(address).or_else(|| known(was?))?;
        Some((*since, values))
    }

    fn membership(&mut self, change: &Change) -> ChangeCause {
        let (Some(person), Some(container)) = (change.address.person(), change.address.container())
        else {
            return ChangeCause::Asked;
        };
        let list = section(change.address.kind());
        let known = self.known(&person).and_then(|(since, values)| {
            let list = values.get(list?)?.as_array()?;
            let held: BTreeSet<String> = list
                .iter()
                .filter_map(Json::as_str)
                .map(str::to_lowercase)
                .collect();
            Some((since, held))
        });
        let Some((since, held)) = known else {
            return ChangeCause::Asked;
        };
        let was = self.was.get(&container).copied();
        let names = std::iter::once(&container).chain(was);
        let held = names
            .map(|name| name.name().folded())
            .any(|name| held.contains(name));
        let kind = match (change.action == Action::Create, held) {
            (true, true) => DriftKind::Missing,
            (false, false) => DriftKind::Added,
            (true, false) | (false, true) => return ChangeCause::Asked,
        };
        self.note(change, since, kind);
        ChangeCause::Drift
    }

    /// Something that is removed because nobody declares it. It is drift where such things were removed
    /// at the last apply too: then it appeared since.
    fn undeclared(&mut self, change: &Change) -> ChangeCause {
        let kind = change.address.kind();
        match &self.applied.undeclared {
            Some((since, strangers, rules))
                if !strangers.contains(&change.address)
                    && rules.get(&kind) == manage(self.policy).get(&kind) =>
            {
                self.note(change, *since, DriftKind::Added);
                ChangeCause::Drift
            }
            Some(_) | None => ChangeCause::Asked,
        }
    }

    fn fields(
        &mut self,
        change: &Change,
        declared: Option<&Declared>,
        since: Since,
        values: &Values,
    ) -> ChangeCause {
        let facts = declared.map_or_else(Vec::new, |declared| declared.resource.facts());
        let (mut drifted, mut asked) = (false, false);
        for field in &change.fields {
            let wanted = facts.iter().find(|fact| fact.path == field.path);
            let Some((wanted, recorded)) = wanted.zip(values.get(field.path.as_ref())) else {
                asked = true; // managed from now on, or a remainder of a change that was broken off
                continue;
            };
            let repeats = is_same(recorded, &wanted.value);
            asked |= !repeats;
            if repeats || !is_still(recorded, field, wanted) {
                drifted = true;
                self.drift.push(Drift {
                    path: Some(field.path.to_string()),
                    applied: if repeats {
                        field.after.clone()
                    } else {
                        value_of(recorded)
                    },
                    live: field.before.clone(),
                    asked: !repeats,
                    ..blank(&change.address, since, DriftKind::Changed)
                });
            }
        }
        match (drifted, asked) {
            (true, true) => ChangeCause::Both,
            (true, false) => ChangeCause::Drift,
            (false, _) => ChangeCause::Asked,
        }
    }

    /// Something that was to go, went, and is there again, in whole or in part.
    fn returned(&mut self, change: &Change, since: Since) {
        if change.action == Action::Delete {
            self.note(change, since, DriftKind::Added);
            return;
        }
        self.drift.extend(change.fields.iter().map(|field| Drift {
            path: Some(field.path.to_string()),
            applied: field.after.clone(),
            live: field.before.clone(),
            ..blank(&change.address, since, DriftKind::Changed)
        }));
    }

    fn note(&mut self, change: &Change, since: Since, what: DriftKind) {
        self.drift.push(blank(&change.address, since, what));
    }

    /// What appeared in scope, is declared nowhere and only reported.
    fn strangers(&mut self, plan: &Plan) {
        let Some((since, known, rules)) = &self.applied.undeclared else {
            return;
        };
        let now = manage(self.policy);
        let new = plan.undeclared.iter().map(|unmanaged| &unmanaged.address);
        let new = new.filter(|address| {
            // Who was declared then and is not any more was not changed in the account.
            let known = known.contains(address) || self.applied.values.contains_key(address);
            !known && rules.get(&address.kind()) == now.get(&address.kind())
        });
        self.drift
            .extend(new.map(|address| blank(address, *since, DriftKind::Added)));
    }
}

fn blank(address: &Address, since: Since, what: DriftKind) -> Drift {
    Drift {
        address: address.clone(),
        path: None,
        what,
        applied: Value::Null,
        live: Value::Null,
        asked: false,
        since,
        by: None,
    }
}

/// Says whether a manifest repeats what it said before. References fold case, as names do.
fn is_same(recorded: &Json, now: &Value) -> bool {
    let fold = |json: &Json| match json {
        Json::String(text) => Json::from(text.to_lowercase()),
        Json::Array(items) => items
            .iter()
            .filter_map(Json::as_str)
            .map(str::to_lowercase)
            .collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => json.clone(),
    };
    let now_plain = natural(now);
    match now {
        Value::Reference(_) | Value::References(_) => fold(recorded) == fold(&now_plain),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Set(_)
        | Value::Json(_) => *recorded == now_plain,
    }
}

/// Says whether the account still holds what was applied, in the service's own form of it.
fn is_still(recorded: &Json, field: &FieldChange, wanted: &Fact) -> bool {
    let live = natural(&field.before);
    if is_same(recorded, &field.before) || custom_values_agree(recorded, &live) {
        return true;
    }
    match (&field.before, &field.after, &wanted.value) {
        (Value::Set(live), Value::Set(after), Value::Set(wanted)) => {
            // Tags that fields put there belong to nobody's list.
            let recorded = recorded.as_array().into_iter().flatten();
            let recorded: BTreeSet<&str> = recorded.filter_map(Json::as_str).collect();
            let added: BTreeSet<&str> = after.difference(wanted).collect();
            let live: BTreeSet<&str> = live.iter().collect();
            live == &recorded | &added
        }
        (Value::Text(live), _, _) if matches!(&*field.path, "external_id" | "locale") => recorded
            .as_str()
            .is_some_and(|text| text.to_lowercase() == live.to_lowercase()),
        _ => false,
    }
}

fn value_of(recorded: &Json) -> Value {
    match recorded.as_array() {
        Some(items) if items.iter().all(Json::is_string) => {
            let items = items.iter().filter_map(Json::as_str);
            Value::Set(items.collect())
        }
        Some(_) | None => Value::json(recorded),
    }
}
