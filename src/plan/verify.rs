//! Whether what a plan changed is now as the plan said.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::Pairs;
use crate::model::{
    Address, Book, FieldChange, Kind, Name, ObjectId, Observed, Resource, Snapshot, Texts, Value,
    custom_values_agree,
};

use super::stale::shown;
use super::types::{Action, Change, Plan};

/// A change that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// The changed address.
    pub address: Address,
    /// How the account differs from what was planned, for people.
    pub message: String,
}

/// The changes of `carried_out` whose after-values the account does not show. What the service spells
/// its own way (letter case of keys, phone numbers, tags of custom fields) counts as the same.
///
/// `numbers` knows the plan's objects and those that the apply made; `snapshot` must cover them.
pub fn unmet(
    plan: &Plan,
    carried_out: &BTreeSet<Address>,
    numbers: &Book,
    snapshot: &Snapshot,
) -> Vec<Unmet> {
    let check = Check::new(numbers, snapshot);
    plan.changes
        .iter()
        .filter(|change| carried_out.contains(&change.address))
        .filter_map(|change| {
            let message = check.change(change)?;
            Some(Unmet {
                address: change.address.clone(),
                message,
            })
        })
        .collect()
}

struct Check<'a> {
    numbers: &'a Book,
    snapshot: &'a Snapshot,
    by_number: BTreeMap<(Kind, ObjectId), (&'a Address, &'a Observed)>,
    /// From live addresses to those of the plan, where they differ.
    pairs: Pairs,
}

impl<'a> Check<'a> {
    fn new(numbers: &'a Book, snapshot: &'a Snapshot) -> Self {
        let named: BTreeMap<(Kind, ObjectId), &Address> = numbers
            .iter()
            .map(|(address, id)| ((address.kind(), id), address))
            .collect();
        let mut by_number = BTreeMap::new();
        let mut pairs = Pairs::default();
        for (live, observed) in &snapshot.objects {
            let key = (live.kind(), observed.id);
            by_number.insert(key, (live, observed));
            if let Some(address) = named.get(&key)
                && live.kind().container().is_none()
                && live != *address
            {
                pairs.insert(live.clone(), (*address).clone());
            }
        }
        Self {
            numbers,
            snapshot,
            by_number,
            pairs,
        }
    }

    /// What is wrong with a change that was carried out; `None` where it holds.
    fn change(&self, change: &Change) -> Option<String> {
        let kind = change.address.kind();
        if change.action == Action::Delete {
            let id = change.id?;
            let there = self.by_number.contains_key(&(kind, id));
            return there.then(|| format!("it is still there, as {id}"));
        }
        let Some((live_address, live)) = self.find(change) else {
            return Some("it is not there".to_owned());
        };
        let mut resource = live.resource.clone();
        resource.rekey(&|address| self.pairs.renamed(address));
        let facts = resource.facts();
        let wrong: Vec<String> = change
            .fields
            .iter()
            .filter_map(|field| {
                if field.path == "secondary_email" {
                    return self.former_address(live_address, &field.before);
                }
                let fact = facts.iter().find(|fact| fact.path == field.path);
                let now = fact.map_or(&Value::Null, |fact| &fact.value);
                (!agree(field, now, &resource)).then(|| {
                    format!(
                        "`{}` is {}, not {}",
                        field.path,
                        shown(now),
                        shown(&field.after)
                    )
                })
            })
            .collect();
        (!wrong.is_empty()).then(|| wrong.join("; "))
    }

    fn find(&self, change: &Change) -> Option<(&'a Address, &'a Observed)> {
        let address = &change.address;
        let id = change.id.or_else(|| self.numbers.get(address));
        let by_number = id.and_then(|id| self.by_number.get(&(address.kind(), id)).copied());
        by_number.or_else(|| {
            let live = self.pairs.live(address)?;
            self.snapshot.objects.get_key_value(live.as_ref())
        })
    }

    fn former_address(&self, live: &Address, email: &Value) -> Option<String> {
        let Value::Text(email) = email else {
            return None;
        };
        let holder = self.snapshot.secondary_emails.get(&Name::new(email))?;
        (holder == live).then(|| format!("`{email}` is still one of the addresses"))
    }
}

/// Says whether a value is the planned one, in one of the forms in which the service may tell it.
fn agree(field: &FieldChange, now: &Value, live: &Resource) -> bool {
    let FieldChange {
        path,
        before: _,
        after,
    } = field;
    if after == now {
        return true;
    }
    let path = path.as_ref();
    if path.starts_with("user_fields.") || path.starts_with("organization_fields.") {
        return custom_values_agree(&json(after), &json(now));
    }
    match (after, now) {
        (Value::Text(after), Value::Text(now)) => match path {
            "email" | "external_id" | "locale" => after.to_lowercase() == now.to_lowercase(),
            "phone" => digits(after) == digits(now),
            _ => plain(after) == plain(now),
        },
        (Value::Set(after), Value::Set(now)) => {
            let of_fields = field_tags(live);
            let lower =
                |set: &Texts| -> BTreeSet<String> { set.iter().map(str::to_lowercase).collect() };
            let (after, now) = (lower(after), lower(now));
            after.is_subset(&now) && now.difference(&after).all(|tag| of_fields.contains(tag))
        }
        (Value::Set(after), Value::Null) => after.is_empty(),
        (Value::Null, Value::Set(now)) => now.is_empty(),
        (Value::Null, Value::Text(now)) => plain(now).is_empty(),
        (Value::Text(after), Value::Null) => plain(after).is_empty(),
        (after, now) => json(after) == json(now) && json(after) != serde_json::Value::Null,
    }
}

/// The tags that the object's custom fields put on it.
fn field_tags(live: &Resource) -> BTreeSet<String> {
    let user = live.as_user().map(|user| &user.field_tags);
    let organization = live
        .as_organization()
        .map(|organization| &organization.field_tags);
    let fields = user.or(organization).into_iter();
    let tags = fields.flat_map(|fields| fields.iter().flat_map(|(_, tags)| tags.iter()));
    tags.map(str::to_lowercase).collect()
}

fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

/// A text without what the service may tidy up: outer blanks and the form of line ends.
fn plain(text: &str) -> String {
    text.trim().replace("\r\n", "\n")
}

/// A value of an open map; what is no such value has no JSON form here.
fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Bool(switch) => serde_json::Value::Bool(*switch),
        Value::Number(number) => serde_json::Value::Number(number.clone()),
        Value::Text(text) => serde_json::Value::String(text.clone()),
        Value::Json(json) => json.clone(),
        Value::Null | Value::Set(_) | Value::Reference(_) | Value::References(_) => {
            serde_json::Value::Null
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::agree;
    use crate::model::{FieldChange, Resource, User, Value};

    fn tags(tags: &[&str]) -> Value {
        Value::Set(tags.iter().map(|tag| (*tag).to_owned()).collect())
    }

    #[test]
    fn what_the_service_spells_its_own_way_holds_and_other_values_do_not() {
        let live = Resource::User(Box::new(User {
            field_tags: [("region".to_owned(), ["emea".to_owned()].into())].into(),
            ..User::default()
        }));
        let text = Value::text;
        for (path, after, now, expected) in [
            ("name", text("Ada"), text("Ada"), true),
            ("name", text("Ada"), text("ada"), false),
            ("name", text("Ada"), Value::Null, false),
            (
                "email",
                text("ada@example.com"),
                text("Ada@example.com"),
                true,
            ),
            ("external_id", text("E-1"), text("e-1"), true),
            ("phone", text("+1 555 0100"), text("+15550100"), true),
            ("phone", text("+1 555 0100"), text("+15550101"), false),
            ("notes", text("one\ntwo\n"), text("one\r\ntwo"), true),
            ("tags", tags(&["vip"]), tags(&["vip", "emea"]), true),
            ("tags", tags(&["vip"]), tags(&["vip", "other"]), false),
            ("tags", tags(&["vip"]), tags(&[]), false),
            ("tags", tags(&[]), Value::Null, true),
            ("suspended", Value::Bool(true), Value::Bool(false), false),
            ("suspended", Value::Bool(true), Value::Null, false),
            (
                "user_fields.since",
                text("2026-01-31"),
                text("2026-01-31T00:00:00+00:00"),
                true,
            ),
            (
                "user_fields.ok",
                Value::json(&json!(false)),
                Value::Null,
                true,
            ),
            ("user_fields.region", text("emea"), text("apac"), false),
            ("alias", Value::Null, text("Al"), false),
        ] {
            let field = FieldChange {
                path: path.into(),
                before: Value::Null,
                after,
            };
            assert_eq!(agree(&field, &now, &live), expected, "{field:?} {now:?}");
        }
    }
}
