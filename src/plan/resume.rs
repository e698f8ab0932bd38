//! Whether a plan made afresh only goes on with one that was broken off.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Address, FieldChange, Kind, Name};

use super::types::{Action, Change, Operation, Plan};

/// The changes of `fresh` that `interrupted` did not have: another address, another value to come, or a
/// removal of something that was to stay. What the service added by itself to people whom the plan made or
/// promoted (zendesk-api §16.2) was to go with that plan, too. Empty where whoever approved the one approved the other.
pub fn beyond(interrupted: &Plan, fresh: &Plan) -> Vec<Address> {
    let known: BTreeMap<&Address, &Change> = interrupted
        .changes
        .iter()
        .map(|change| (&change.address, change))
        .collect();
    let looked_after = looked_after(interrupted);
    let is_uncalled_for = |change: &Change| {
        let list = (change.address.kind(), change.address.name());
        change.action == Action::Delete && looked_after.contains(&list)
    };
    fresh
        .changes
        .iter()
        .filter(|change| {
            let known = known.get(&change.address);
            !known.map_or_else(|| is_uncalled_for(change), |known| continues(known, change))
        })
        .map(|change| change.address.clone())
        .collect()
}

/// Whose memberships a plan reads again and puts right, by kind.
fn looked_after(plan: &Plan) -> BTreeSet<(Kind, &Name)> {
    let operations = plan.operations.iter();
    operations.flat_map(Operation::lists_read_again).collect()
}

fn continues(known: &Change, change: &Change) -> bool {
    let removes = |action| matches!(action, Action::Delete | Action::Offboard);
    if removes(change.action) {
        // Deleting is more than offboarding.
        return known.action == change.action
            || (known.action == Action::Delete && change.action == Action::Offboard);
    }
    if known.action == Action::Delete
        || change.action == Action::Create && known.action != Action::Create
    {
        return false;
    }
    change.fields.iter().all(|field| {
        known.fields.iter().any(|known| {
            let same = known.path == field.path && known.after == field.after;
            same || is_former_address(known, field)
        })
    })
}

/// A change of address that was broken off leaves the old one behind, to be dropped.
fn is_former_address(known: &FieldChange, field: &FieldChange) -> bool {
    field.path == "secondary_email" && known.path == "email" && known.before == field.before
}

#[cfg(test)]
mod tests {
    use super::continues;
    use crate::model::{Address, FieldChange, Value};
    use crate::plan::{Action, Change};

    fn change(action: Action, fields: &[(&'static str, &str, &str)]) -> Change {
        let field = |(path, before, after): &(&'static str, &str, &str)| FieldChange {
            path: (*path).into(),
            before: Value::text(before),
            after: Value::text(after),
        };
        Change {
            address: Address::user("ada@example.com"),
            was: None,
            action,
            along_with: None,
            id: None,
            fields: fields.iter().map(field).collect(),
            consequences: Vec::new(),
            origin: None,
            requires: Vec::new(),
            grant: None,
            cause: None,
        }
    }

    #[test]
    fn what_is_left_of_a_change_continues_it_and_more_does_not() {
        use Action::{Create, Delete, Offboard, Rename, Update};
        let created = change(Create, &[("name", "", "Ada"), ("role", "", "agent")]);
        let (deleted, offboarded) = (change(Delete, &[]), change(Offboard, &[]));
        let renamed = change(Rename, &[("email", "a@example.com", "ada@example.com")]);
        for (case, known, next, expected) in [
            ("the same", &created, created.clone(), true),
            (
                "a part of it",
                &created,
                change(Update, &[("role", "end-user", "agent")]),
                true,
            ),
            (
                "another value",
                &created,
                change(Update, &[("role", "end-user", "admin")]),
                false,
            ),
            (
                "another field",
                &created,
                change(Update, &[("alias", "", "Al")]),
                false,
            ),
            ("a removal", &created, change(Delete, &[]), false),
            ("the same removal", &deleted, change(Delete, &[]), true),
            ("less than it was", &deleted, change(Offboard, &[]), true),
            ("more than it was", &offboarded, change(Delete, &[]), false),
            (
                "the old address that is left",
                &renamed,
                change(Update, &[("secondary_email", "a@example.com", "")]),
                true,
            ),
            (
                "another address that is dropped",
                &renamed,
                change(Update, &[("secondary_email", "b@example.com", "")]),
                false,
            ),
            ("made instead", &renamed, created.clone(), false),
            (
                "deleted instead",
                &change(Offboard, &[]),
                change(Delete, &[]),
                false,
            ),
        ] {
            assert_eq!(continues(known, &next), expected, "{case}");
        }
    }
}
