//! Applies in accounts that behave otherwise where nobody knows for sure how the service does.

use zdsync::sandbox::Switch;

use super::account::{Account, Ended, Laws};
use super::bulk_project;
use crate::support::Project;

/// Switches that change what a plan has to get along with, so that they are tried together as well.
const TOGETHER: [Switch; 6] = [
    Switch::KeepLastGroup,
    Switch::KeepDefaultMembership,
    Switch::KeepMembersDefaultGroup,
    Switch::NewestBecomesDefault,
    Switch::DocumentedJobItems,
    Switch::JobsCountUpdates,
];

fn applies_whole(project: &Project, renamed: &[(&str, &str)], switches: &[Switch]) {
    let clean = Account::switched(project, switches);
    let before = clean.watched();
    let ended = clean.apply(project, None);
    assert_eq!(ended, Ended::Whole, "{switches:?}: {:#?}", clean.last_log());
    let left = clean.plan(project).changes;
    assert_eq!(left.len(), 0, "{switches:?}: {left:#?}");
    let laws = Laws::between(&before, &clean.watched(), renamed);
    let account = Account::switched(project, switches);
    account.watch(&laws);
    assert_eq!(account.apply(project, None), Ended::Whole);
    assert_eq!(account.offences(), Vec::<String>::new(), "{switches:?}");
}

#[test]
fn every_unconfirmed_behaviour_of_the_service_is_got_along_with() {
    let acme = Project::example("acme");
    let bulk = bulk_project();
    let mut sets: Vec<Vec<Switch>> = Switch::ALL.iter().map(|switch| vec![*switch]).collect();
    for (place, first) in TOGETHER.iter().enumerate() {
        sets.extend(
            TOGETHER[place + 1..]
                .iter()
                .map(|second| vec![*first, *second]),
        );
    }
    for switches in &sets {
        applies_whole(&acme, &[("Frontline", "Tier 1")], switches);
        applies_whole(&bulk, &[], switches);
    }
    eprintln!("accounts that behave otherwise: {}", sets.len());
}
