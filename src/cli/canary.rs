//! A careful rollout: a part of the plan first, read again, and then the rest only if somebody says so.

use std::collections::BTreeSet;

use crate::model::{Address, plural};
use crate::plan::Plan;

use super::apply::{Desk, check_digest, execute};
use super::args::PlanningArgs;
use super::exit::Exit;
use super::failure::Failure;
use super::journal::Unfinished;
use super::settings::Settings;

/// What goes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Canary {
    /// So many people, the first by address.
    People(usize),
    /// One address; for a person, with the memberships.
    Address(String),
}

impl std::str::FromStr for Canary {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(0) => Err("at least one must go first".to_owned()),
            Ok(number) => Ok(Self::People(number)),
            Err(_) if text.contains('/') => Ok(Self::Address(text.trim().to_owned())),
            Err(_) => Err(
                "give a number of people, or an address such as user/ada@example.com".to_owned(),
            ),
        }
    }
}

/// Applies the part that goes first. Where it holds, somebody is asked for the rest; with `--auto-approve`,
/// which is for where nobody can be asked, it stops there.
pub(super) fn run(
    desk: &Desk<'_>,
    left: Option<&Unfinished>,
    canary: &Canary,
) -> Result<Exit, Failure> {
    let (settings, arguments) = (desk.settings, desk.arguments);
    let planning = &arguments.planning;
    let whole = super::plan::fresh(settings, planning, left, Settings::now())?;
    if let Some(digest) = &arguments.digest {
        check_digest(&whole.plan, digest)?;
    }
    let first = chosen(&whole.plan, canary);
    let all = whole.plan.changes.len();
    // A plan that is refused as a whole is not begun.
    if !whole.plan.refused.is_empty() || whole.plan.operations.is_empty() {
        return execute(desk, whole, false);
    }
    if first.is_empty() {
        return Err(Failure::new(
            "nothing of this plan goes first: it does not change what `--canary` names",
            "`zdsync plan` shows the addresses that change",
        ));
    }
    settings.note(&format!(
        "first {} of {}, with what it needs",
        first.len(),
        plural(all, "change")
    ));
    let part = PlanningArgs {
        target: first.iter().map(ToString::to_string).collect(),
        ..planning.clone()
    };
    let planned = super::plan::fresh(settings, &part, None, Settings::now())?;
    let approved = arguments.auto_approve || arguments.digest.is_some();
    let exit = execute(desk, planned, approved)?;
    if exit != Exit::Done {
        settings.note("the rest is not begun");
        return Ok(exit);
    }
    if arguments.auto_approve {
        settings.note(
            "the first part is done and holds; `zdsync apply` without --canary does the rest",
        );
        return Ok(exit);
    }
    settings.note("the first part is done and holds; now the rest");
    let rest = super::plan::fresh(settings, planning, None, Settings::now())
        .and_then(|rest| execute(desk, rest, false));
    // Something was changed: an exit code that says otherwise would not be true.
    let exit = rest.unwrap_or_else(|failure| failure.report(settings));
    if matches!(exit, Exit::Error | Exit::Refused) {
        settings.note("the first part is done and stays done; the rest is not");
        return Ok(Exit::Partial);
    }
    Ok(exit)
}

/// The changed addresses that go first.
fn chosen(plan: &Plan, canary: &Canary) -> BTreeSet<Address> {
    let changed = || plan.changes.iter().map(|change| &change.address);
    let wanted: BTreeSet<String> = match canary {
        Canary::Address(address) => [address.to_lowercase()].into(),
        Canary::People(number) => {
            let people: BTreeSet<Address> = changed().filter_map(Address::person).collect();
            let people = people.into_iter().take(*number);
            people
                .map(|person| person.to_string().to_lowercase())
                .collect()
        }
    };
    let is_wanted = |address: &Address| {
        let own = address.to_string().to_lowercase();
        let person = address
            .person()
            .map(|person| person.to_string().to_lowercase());
        wanted.contains(&own) || person.is_some_and(|person| wanted.contains(&person))
    };
    changed()
        .filter(|address| is_wanted(address))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Canary;

    #[test]
    fn what_goes_first_is_a_number_of_people_or_an_address() {
        assert_eq!("3".parse(), Ok(Canary::People(3)));
        assert_eq!(
            "group/Tier 1".parse(),
            Ok(Canary::Address("group/Tier 1".to_owned()))
        );
        assert!("0".parse::<Canary>().is_err());
        assert!("ada".parse::<Canary>().is_err());
    }
}
