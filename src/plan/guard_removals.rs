//! How much may be removed at once.

use std::collections::BTreeMap;

use crate::diff::{Cause, Difference, Fate};
use crate::model::{Kind, Limit, Value, plural};

use super::types::{Refusal, RefusalCode};
use super::world::World;

pub(super) fn check(world: &World<'_>, refused: &mut Vec<Refusal>) {
    let mut removals: BTreeMap<Kind, Vec<&Difference<'_>>> = BTreeMap::new();
    for difference in &world.found.differences {
        if counts(difference) {
            let kind = difference.address.kind();
            removals.entry(kind).or_default().push(difference);
        }
    }
    for (kind, removed) in removals {
        let count = u64::try_from(removed.len()).unwrap_or(u64::MAX);
        let live = world.found.in_scope.get(&kind).copied().unwrap_or(0);
        let Some(limit) = world.policy.removals.get(&kind) else {
            continue;
        };
        let raised = world
            .policy
            .allowed_removals
            .get(&kind)
            .copied()
            .unwrap_or(0);
        let allowed = limit.allowed(live).max(raised);
        if count > allowed {
            let place = world
                .policy
                .place(&format!("limits.removals.{}", kind.section()));
            let refusal = over_limit(kind, (count, allowed), (limit, raised), &place);
            let mut origins = removed.iter().filter_map(|difference| difference.origin);
            refused.push(Refusal {
                address: match removed.as_slice() {
                    [only] => Some(only.address.clone()),
                    _ => None,
                },
                origin: origins.next().cloned(),
                ..refusal
            });
        }
    }
}

/// People offboarded, suspended or deleted; groups, organizations and roles deleted; memberships taken
/// off a list. What goes along with something else is counted there.
fn counts(difference: &Difference<'_>) -> bool {
    match difference.fate {
        Fate::Remove => !matches!(difference.cause, Cause::With(_)),
        Fate::Offboard => true,
        Fate::Update => {
            let suspended = Value::Bool(true);
            let mut fields = difference.fields.iter();
            fields.any(|field| field.path == "suspended" && field.after == suspended)
        }
        Fate::Create => false,
    }
}

fn over_limit(
    kind: Kind,
    (count, allowed): (u64, u64),
    (limit, raised): (&Limit, u64),
    place: &str,
) -> Refusal {
    let section = kind.section();
    let number = usize::try_from(count).unwrap_or(usize::MAX);
    let what = match kind {
        Kind::User => format!("{} would lose access", plural(number, "user")),
        Kind::GroupMembership | Kind::OrganizationMembership => {
            let word = kind.word().replace('_', " ");
            format!("{} would be taken away", plural(number, &word))
        }
        Kind::Role | Kind::Group | Kind::Organization => {
            format!("{} would be deleted", plural(number, kind.word()))
        }
    };
    let source = match limit.percent {
        _ if raised == allowed && raised > 0 => "--allow-removals".to_owned(),
        Some(percent) => format!("{place}, {percent} percent of ours at most"),
        None => place.to_owned(),
    };
    Refusal {
        code: RefusalCode::RemovalLimit,
        address: None,
        origin: None,
        message: format!("{what}; the limit is {allowed} ({source})"),
        help: format!(
            "to allow it for this plan, add `--allow-removals {section}={count}`; to allow it always, \
             raise `limits.removals.{section}` in zdsync.yaml"
        ),
    }
}
