//! A project that is planned and applied in process.

use std::collections::BTreeMap;

use zdsync::api::{self, Error};
use zdsync::apply::{self, Event, Outcome, Status, Stop};
use zdsync::model::{Inventory, Policy};
use zdsync::plan::{self, Inputs, Plan};
use zdsync::sandbox::LogEntry;
use zdsync::{desired, live, manifest, report};

use super::account::{ACME, Account};
use crate::support::Project;

/// One change of nearly every sort, for the account that [`ACME`] describes.
const MANIFEST: &str = r"
roles:
  - { name: Tier 2, configuration: { ticket_access: all } }
  - { name: Night, description: Owls, configuration: { ticket_access: within-groups } }
groups:
  - { name: Support, description: Second line }
  - { name: Escalations, state: absent }
  - { name: Night }
organizations:
  - { name: Globex, tags: [vip] }
  - { name: Hooli, domain_names: [hooli.example], group: Night }
  - { name: Initech, state: absent }
users:
  - { email: ada@acme.example, name: Ada Lovelace, role: Night, groups: [Support, Night], default_group: Night }
  - { email: ben@acme.example, name: Ben Plain, state: deleted }
  - email: cleo@new.example
    previously: [cleo@globex.example]
    name: Cleo Customer
    organizations: [Globex, Hooli]
  - { email: dan@initech.example, name: Dan Customer, role: Tier 2, groups: [Support, Night] }
  - { email: grace@acme.example, name: Grace Example, role: Night, groups: [Night, Support] }
";

/// A project, read once.
pub(super) struct Rehearsal {
    inventory: Inventory,
    policy: Policy,
}

impl Rehearsal {
    pub(super) fn new() -> Self {
        let project = Project::embedded(ACME, MANIFEST);
        let (read, found) = manifest::read_project(project.path());
        assert_eq!(found.errors(), 0, "{found:?}");
        let read = read.unwrap();
        let (inventory, found) = desired::resolve(&read, "2026-05-06T09:57:12Z".parse().unwrap());
        assert_eq!(found.errors(), 0, "{found:?}");
        Self {
            inventory,
            policy: read.config.policy(),
        }
    }

    /// Reads the account and plans.
    pub(super) async fn plan(&self, account: &Account) -> Result<Plan, Error> {
        let needs = live::needs(&self.inventory, &self.policy);
        let reader = account.client.reader();
        let snapshot = Box::pin(live::read(&reader, &needs)).await;
        let snapshot = snapshot.inspect_err(|error| {
            account.says(format!("{error}\n{error:?}\n{:?}\n", error.hint()));
        })?;
        let plan = plan::build(&Inputs {
            inventory: &self.inventory,
            snapshot: &snapshot,
            policy: &self.policy,
            at: snapshot.taken_at,
            route: &api::route,
            targets: &[],
        });
        assert!(plan.refused.is_empty(), "{:?}", plan.refused);
        Ok(plan)
    }

    /// Carries a plan out.
    pub(super) async fn apply(plan: &Plan, account: &Account) -> Vec<Outcome> {
        let mut said = Vec::new();
        let mut emit = |event: &Event| {
            report::events::json(plan, event, &mut said).unwrap();
        };
        let writer = account.client.writer();
        let outcomes = Box::pin(apply::run(plan, &writer, &Stop::default(), &mut emit)).await;
        account.says(said);
        account.says(format!("{outcomes:?}\n"));
        assert_eq!(outcomes.len(), plan.operations.len());
        outcomes
    }
}

/// Whatever people can see of a plan.
pub(super) fn show(plan: &Plan, account: &Account) {
    let mut out = Vec::new();
    let view = report::plan::View {
        colour: false,
        width: 100,
        verbose: true,
        source: "",
        only_access: false,
    };
    report::plan::human(plan, &view, &mut out).unwrap();
    report::plan::json(plan, &mut out).unwrap();
    report::plan::markdown(plan, 60_000, &mut out).unwrap();
    out.extend(plan::saved::to_text(plan, None).unwrap().into_bytes());
    account.says(out);
}

/// Operations that are not done, for messages.
pub(super) fn undone(outcomes: &[Outcome]) -> Vec<String> {
    outcomes
        .iter()
        .filter(|outcome| outcome.status != Status::Done)
        .map(|outcome| {
            format!(
                "{:?} {:?} {:?}",
                outcome.id, outcome.status, outcome.message
            )
        })
        .collect()
}

/// How often each request that changes something was sent; tokens change nothing.
pub(super) fn writes(log: &[LogEntry]) -> BTreeMap<(String, String), usize> {
    let mut counts = BTreeMap::new();
    for entry in log {
        if entry.method != "GET" && entry.path != "/oauth/tokens" {
            let route = (entry.method.clone(), entry.path.clone());
            *counts.entry(route).or_default() += 1;
        }
    }
    counts
}
