//! People whom no plan may change: the owner, the caller, shared and protected ones. Administrators.

use crate::diff::{Difference, Fate, is_caller, is_owner};
use crate::model::{Address, Kind, Observed, plural};

use super::gates;
use super::person::Person;
use super::refuse::refusal;
use super::steps::Steps;
use super::types::{Refusal, RefusalCode};
use super::world::World;

pub(super) fn check(world: &World<'_>, steps: &Steps, refused: &mut Vec<Refusal>) {
    for difference in &world.found.differences {
        protected(world, difference, refused);
    }
    for person in world.people.values() {
        let Some((live_address, live)) = person.live else {
            continue;
        };
        shared(world, person, live, refused);
        // Where the owner is to get another address, the configuration may name either.
        let owner = [live_address, &person.address]
            .into_iter()
            .any(|address| is_owner(world.policy, address, live));
        if person.fate.is_some() && owner {
            refused.push(refusal(
                RefusalCode::Owner,
                &person.address,
                origin(world, person),
                format!(
                    "`{}` is the account owner, whom only the owner may change",
                    person.address
                ),
                "declare the owner as they are, or with `external: true`; if somebody else is the \
                 owner, name them in `account.owner` of zdsync.yaml",
            ));
        }
        if is_caller(world.snapshot, live) {
            caller(world, person, refused);
        }
    }
    administrators(world, steps, refused);
    external_ids(world, refused);
}

fn origin<'a>(world: &World<'a>, person: &Person<'a>) -> Option<&'a crate::model::Origin> {
    let difference = world.difference(&person.address);
    difference
        .and_then(|difference| difference.origin)
        .or_else(|| {
            let declared = person.declared?;
            declared.origin.as_ref()
        })
}

fn protected(world: &World<'_>, difference: &Difference<'_>, refused: &mut Vec<Refusal>) {
    let live = difference.live.map(|(address, _)| address);
    let person = difference.address.person();
    let live_person = live.and_then(Address::person);
    let names = [
        Some(&difference.address),
        live,
        person.as_ref(),
        live_person.as_ref(),
    ];
    let Some(name) = names
        .into_iter()
        .flatten()
        .find_map(|name| world.policy.protected.get(name))
    else {
        return;
    };
    let why = if *name == difference.address {
        "which is protected".to_owned()
    } else {
        format!("and `{name}` is protected")
    };
    let place = world.policy.places.get(&format!("protected.{name}"));
    let file = place.map_or_else(
        || "zdsync.yaml".to_owned(),
        |place| format!("{}:{}", place.file, place.line),
    );
    refused.push(refusal(
        RefusalCode::Protected,
        &difference.address,
        difference.origin,
        format!("`{}` would change, {why}", difference.address),
        format!("take `{name}` off `protected` in {file}, or declare it as it is"),
    ));
}

fn shared(world: &World<'_>, person: &Person<'_>, live: &Observed, refused: &mut Vec<Refusal>) {
    if !live.marks.shared {
        return;
    }
    refused.push(refusal(
        RefusalCode::SharedUser,
        &person.address,
        origin(world, person),
        format!(
            "`{}` came through ticket sharing, and Zendesk refuses to change such people",
            person.address
        ),
        "declare the person with `external: true`, or delete the entry",
    ));
}

fn caller(world: &World<'_>, person: &Person<'_>, refused: &mut Vec<Refusal>) {
    let role = person.role_before != person.role_after;
    let suspended = !person.suspended_before && person.suspended_after;
    if !role && !suspended {
        return;
    }
    let what = match person.fate {
        Some(Fate::Remove) => "deleted",
        Some(Fate::Offboard) => "offboarded",
        Some(Fate::Create | Fate::Update) | None if role => "given another role",
        Some(Fate::Create | Fate::Update) | None => "suspended",
    };
    refused.push(refusal(
        RefusalCode::SelfLockout,
        &person.address,
        origin(world, person),
        format!(
            "`{}` holds the credential in use and would be {what}",
            person.address
        ),
        "use the credential of another administrator for this change",
    ));
}

fn administrators(world: &World<'_>, steps: &Steps, refused: &mut Vec<Refusal>) {
    let live = gates::active_admins(world);
    let dismissed: Vec<&Address> = gates::dismissed(world)
        .map(|person| &person.address)
        .collect();
    let appointed = gates::appointed(world).count() as u64;
    let left = (live + appointed).saturating_sub(dismissed.len() as u64);
    let least = world.policy.min_admins;
    if dismissed.is_empty() || left >= least {
        if steps.too_few_admins {
            refused.push(in_between(least));
        }
        return;
    }
    let names: Vec<String> = dismissed
        .iter()
        .map(|address| address.name().to_string())
        .collect();
    let left = usize::try_from(left).unwrap_or(usize::MAX);
    let mut origins = dismissed
        .iter()
        .filter_map(|address| world.difference(address)?.origin);
    refused.push(Refusal {
        code: RefusalCode::MinAdmins,
        address: match dismissed.as_slice() {
            [only] => Some((*only).clone()),
            _ => None,
        },
        origin: origins.next().cloned(),
        message: format!(
            "{} would be left, and the limit is {least} ({}); no longer an active administrator: {}",
            plural(left, "active administrator"),
            world.policy.place("limits.min_admins"),
            names.join(", ")
        ),
        help: "keep one of them, appoint another, or lower `limits.min_admins` in zdsync.yaml"
            .to_owned(),
    });
}

fn in_between(least: u64) -> Refusal {
    Refusal {
        code: RefusalCode::MinAdmins,
        address: None,
        origin: None,
        message: format!(
            "fewer than {least} active administrators would be left for a moment, because a new one takes \
             the external id or address of one who goes"
        ),
        help: "take two steps: appoint the new administrator without it, apply, then the rest"
            .to_owned(),
    }
}

fn external_ids(world: &World<'_>, refused: &mut Vec<Refusal>) {
    for (taker, holder) in super::unique::taken_external_ids(world) {
        let origin = world
            .difference(&taker)
            .and_then(|difference| difference.origin);
        let again = if taker.kind() == Kind::User {
            format!(
                "; for the same person under a new address, write `previously: [{}]`",
                holder.name()
            )
        } else {
            format!(
                "; for the same one under a new name, write `previously: [{}]`",
                holder.name()
            )
        };
        refused.push(refusal(
            RefusalCode::ExternalIdTaken,
            &taker,
            origin,
            format!("the external id of `{taker}` belongs to `{holder}`, who keeps it"),
            format!("give one of them another external id{again}"),
        ));
    }
}
