//! Whether a plan made earlier still fits the account.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::Pairs;
use crate::model::{
    Address, Excerpt, FieldChange, Kind, LogEntry, Name, ObjectId, Observed, Snapshot, Value,
};

use super::attribution::culprit;
use super::refuse::refusal;
use super::types::{Action, Change, Plan, Refusal, RefusalCode};

/// How much of a value a message shows.
const SHOWN: usize = 60;

/// The live addresses that must be read to say whether the plan is stale: what it changes, what it makes
/// and what its operations name. Each by the address it had when the plan was made.
pub fn relied_on(plan: &Plan) -> BTreeSet<Address> {
    let was: BTreeMap<&Address, &Address> = plan
        .changes
        .iter()
        .filter_map(|change| Some((&change.address, change.was.as_ref()?)))
        .collect();
    let changed = plan.changes.iter().map(|change| &change.address);
    let named = plan.numbers.iter().map(|(address, _)| address);
    changed
        .chain(named)
        .map(|address| was.get(address).copied().unwrap_or(address).clone())
        .collect()
}

/// What keeps the plan from being applied to the account as it is now: another account, an object that is
/// gone, came to be or has another name, a value that is no longer as it was.
///
/// Changes in the account that touch nothing of this are no matter. `snapshot` must cover [`relied_on`].
/// `log` has the account's audit log since the plan read the account, the newest entry first, where there
/// is one: it names who changed what.
pub fn stale(plan: &Plan, snapshot: &Snapshot, log: &[LogEntry]) -> Vec<Refusal> {
    if plan.account.fingerprint != snapshot.account.fingerprint {
        return vec![Refusal {
            code: RefusalCode::WrongFingerprint,
            address: None,
            origin: None,
            message: format!(
                "the plan is for account `{}`, and this is `{}`",
                plan.account.fingerprint, snapshot.account.fingerprint
            ),
            help: "use the credentials of the plan's account, or plan again".to_owned(),
        }];
    }
    let check = Check::new(plan, snapshot, log);
    let mut refused: Vec<Refusal> = plan
        .changes
        .iter()
        .flat_map(|change| check.change(change))
        .collect();
    let changed: BTreeSet<&Address> = plan.changes.iter().map(|change| &change.address).collect();
    let named = plan
        .numbers
        .iter()
        .filter(|(address, _)| !changed.contains(address));
    refused.extend(named.filter_map(|(address, id)| check.named(address, id)));
    refused
}

struct Check<'a> {
    plan: &'a Plan,
    log: &'a [LogEntry],
    snapshot: &'a Snapshot,
    by_number: BTreeMap<(Kind, ObjectId), (&'a Address, &'a Observed)>,
    /// From live addresses to those of the plan.
    pairs: Pairs,
}

impl<'a> Check<'a> {
    fn new(plan: &'a Plan, snapshot: &'a Snapshot, log: &'a [LogEntry]) -> Self {
        let changed = plan
            .changes
            .iter()
            .filter_map(|change| Some((&change.address, change.id?)));
        let numbers: BTreeMap<(Kind, ObjectId), &Address> = plan
            .numbers
            .iter()
            .chain(changed)
            .map(|(address, id)| ((address.kind(), id), address))
            .collect();
        let mut by_number = BTreeMap::new();
        let mut pairs = Pairs::default();
        for (live, observed) in &snapshot.objects {
            let key = (live.kind(), observed.id);
            let Some(address) = numbers.get(&key) else {
                continue;
            };
            by_number.insert(key, (live, observed));
            if live.kind().container().is_none() && live != *address {
                pairs.insert(live.clone(), (*address).clone());
            }
        }
        Self {
            plan,
            log,
            snapshot,
            by_number,
            pairs,
        }
    }

    fn change(&self, change: &Change) -> Vec<Refusal> {
        let Some(id) = change.id else {
            return self.still_absent(change).into_iter().collect();
        };
        let Some((live_address, live)) = self.by_number.get(&(change.address.kind(), id)) else {
            let gone = change.action == Action::Delete;
            let refusal = (!gone).then(|| self.changed(change, None, "it is gone"));
            return refusal.into_iter().collect();
        };
        let named = change.was.as_ref().unwrap_or(&change.address);
        if change.address.container().is_none() && *live_address != named {
            return vec![self.changed(change, None, &format!("it is `{live_address}` now"))];
        }
        let mut resource = live.resource.clone();
        resource.rekey(&|address| self.pairs.renamed(address));
        let facts = resource.facts();
        let now = |field: &FieldChange| {
            let fact = facts.iter().find(|fact| fact.path == field.path);
            fact.map_or(Value::Null, |fact| fact.value.clone())
        };
        change
            .fields
            .iter()
            .filter_map(|field| {
                let now = match field.path.as_ref() {
                    "secondary_email" => self.secondary(live_address, &field.before),
                    _ => now(field),
                };
                (now != field.before).then(|| {
                    let (path, before, now) = (&field.path, shown(&field.before), shown(&now));
                    let how = format!("`{path}` was {before} and is {now}");
                    self.changed(change, Some(path), &how)
                })
            })
            .collect()
    }

    fn secondary(&self, live: &Address, email: &Value) -> Value {
        let Value::Text(text) = email else {
            return Value::Null;
        };
        let holder = self.snapshot.secondary_emails.get(&Name::new(text));
        if holder == Some(live) {
            email.clone()
        } else {
            Value::Null
        }
    }

    /// What is to be made must not be there yet, nor anything else that answers to its identity.
    fn still_absent(&self, change: &Change) -> Option<Refusal> {
        let address = &change.address;
        let live = self.pairs.live(address);
        let live = live.and_then(|live| self.snapshot.objects.get_key_value(live.as_ref()));
        let ours = |live: &Observed| self.by_number.contains_key(&(address.kind(), live.id));
        if let Some((_, live)) = live.filter(|(_, live)| !ours(live)) {
            return Some(self.changed(change, None, &format!("it exists now, as {}", live.id)));
        }
        let mut ambiguous = self.snapshot.ambiguous.iter();
        if ambiguous.any(|ambiguity| ambiguity.address == *address) {
            return Some(self.changed(change, None, "several objects of that name exist now"));
        }
        let email = change.fields.iter().find(|field| field.path == "email")?;
        let Value::Text(email) = &email.after else {
            return None;
        };
        let holder = self.snapshot.secondary_emails.get(&Name::new(email))?;
        let given_up = self.snapshot.objects.get(holder).is_some_and(ours);
        (!given_up).then(|| {
            self.changed(
                change,
                None,
                &format!("the address belongs to `{holder}` now"),
            )
        })
    }

    /// What an operation names must still be there.
    fn named(&self, address: &Address, id: ObjectId) -> Option<Refusal> {
        if self.by_number.contains_key(&(address.kind(), id)) {
            return None;
        }
        Some(refusal(
            RefusalCode::Stale,
            address,
            None,
            format!(
                "`{address}` ({id}), which the plan relies on, is gone{}",
                self.by_whom(address, None)
            ),
            "plan again and review what changed",
        ))
    }

    fn changed(&self, change: &Change, path: Option<&str>, how: &str) -> Refusal {
        let by_whom = self.by_whom(&change.address, path);
        refusal(
            RefusalCode::Stale,
            &change.address,
            change.origin.as_ref(),
            format!(
                "`{}` has changed since the plan was made: {how}{by_whom}",
                change.address
            ),
            "plan again and review what changed",
        )
    }

    /// ` (by Mallory Example on 2026-11-22 01:02:03 UTC)`, where the log tells.
    fn by_whom(&self, address: &Address, path: Option<&str>) -> String {
        culprit(self.plan, address, path, self.log).map_or_else(String::new, |deed| {
            let at = deed.at.strftime("%Y-%m-%d %H:%M:%S UTC");
            format!(" (by {} on {at})", deed.actor)
        })
    }
}

/// A value in a message.
pub(super) fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => return "empty".to_owned(),
        Value::Bool(switch) => switch.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Set(set) => set.iter().collect::<Vec<_>>().join(", "),
        Value::Reference(address) => address.name().to_string(),
        Value::References(addresses) => {
            let names = addresses.iter().map(|address| address.name().as_str());
            names.collect::<Vec<_>>().join(", ")
        }
        Value::Json(json) => json.to_string(),
    };
    format!("`{}`", Excerpt(&text, SHOWN))
}
