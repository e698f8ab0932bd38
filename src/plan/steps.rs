//! Steps: single writes with what they wait for, before they are put together into operations.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::model::{Address, Item, Kind, ObjectId, Value, Verb};

use super::lookup::Lookup;
use super::person::Held;

/// Names a step: its place in [`Steps::list`].
pub(super) type StepId = usize;

/// How one step waits for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bond {
    /// It comes later where that can be had; in one bulk call, further down.
    Later,
    /// It comes later and only if the other succeeded; in one bulk call, further down.
    Ordered,
    /// It is sent only when the other has succeeded, so never in the same call.
    Success,
}

/// What a step does.
#[derive(Clone, Debug)]
pub(super) enum Work {
    /// One item of a write.
    Write {
        /// What is done.
        verb: Verb,
        /// To what.
        item: Item,
    },
    /// Nothing: a point that many steps wait for and that waits for many.
    Gate,
}

/// One write of one item.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) work: Work,
    /// The changes it carries out.
    pub(super) changes: Vec<Address>,
    /// The memberships that must hold afterwards and that the service may have added to.
    pub(super) settles: Vec<Address>,
    /// Whose list of organizations must hold afterwards and nothing beside it, and what it names.
    pub(super) whole: Vec<Address>,
    /// What it waits for, each once, in the order of their places.
    pub(super) waits: Vec<(StepId, Bond)>,
}

/// Which steps share bulk calls, if any do: the verb and the kind.
pub(super) type Shape = (Verb, Kind);

impl Step {
    /// What kind of call this is; `None` for a gate.
    pub(super) fn shape(&self) -> Option<Shape> {
        match &self.work {
            Work::Write { verb, item } => Some((*verb, item.address.kind())),
            Work::Gate => None,
        }
    }

    /// What it is done to; `None` for a gate.
    pub(super) fn item(&self) -> Option<&Item> {
        match &self.work {
            Work::Write { verb: _, item } => Some(item),
            Work::Gate => None,
        }
    }

    /// The person it is about.
    pub(super) fn person(&self) -> Option<Address> {
        self.item()?.address.person()
    }

    /// Everybody it touches, those included whose memberships go along.
    pub(super) fn people(&self) -> impl Iterator<Item = Address> {
        let changed = self.changes.iter().filter_map(Address::person);
        changed.chain(self.person())
    }
}

/// Says whether calls of this shape have a bulk form (zendesk-api §5.4, 8, 9, 10).
pub(super) fn has_bulk_form((verb, kind): Shape) -> bool {
    match kind {
        Kind::User | Kind::Organization => {
            matches!(verb, Verb::Create | Verb::Update | Verb::Delete)
        }
        Kind::GroupMembership | Kind::OrganizationMembership => {
            matches!(verb, Verb::Create | Verb::Delete)
        }
        Kind::Role | Kind::Group => false,
    }
}

/// Says whether what a job of this shape makes is read again, at a request a job: it does not tell which number
/// became whose (zendesk-api §13).
pub(super) fn is_read_again((verb, kind): Shape) -> bool {
    verb == Verb::Create && matches!(kind, Kind::User | Kind::Organization)
}

/// All steps of a plan and where to find them.
#[derive(Debug, Default)]
pub(super) struct Steps {
    pub(super) list: Vec<Step>,
    /// The step after which something exists.
    pub(super) created: Lookup<StepId>,
    /// The step after which something is gone.
    pub(super) removed: Lookup<StepId>,
    /// The step that gives a person another default group.
    pub(super) defaults: Lookup<StepId>,
    /// Whether no order keeps enough administrators at every moment.
    pub(super) too_few_admins: bool,
    /// The steps that carry out a change, in the order they were added.
    pub(super) by_change: Lookup<Vec<StepId>>,
}

/// The values of one item.
pub(super) type Values = Vec<(Cow<'static, str>, Value)>;

impl Steps {
    /// Adds a write that carries out `changes`.
    pub(super) fn write(
        &mut self,
        verb: Verb,
        (address, id): (&Address, Option<ObjectId>),
        values: Values,
        changes: &[Address],
    ) -> StepId {
        let step = self.list.len();
        let item = Item {
            address: address.clone(),
            id,
            values,
        };
        self.list.push(Step {
            work: Work::Write { verb, item },
            changes: Vec::with_capacity(changes.len()),
            settles: Vec::new(),
            whole: Vec::new(),
            waits: Vec::new(),
        });
        for change in changes {
            self.covers(step, change);
        }
        match verb {
            Verb::Create => {
                self.created.insert(address.clone(), step);
            }
            Verb::Delete => {
                self.removed.insert(address.clone(), step);
            }
            Verb::Update
            | Verb::MakeDefault
            | Verb::AddEmail
            | Verb::MakeEmailPrimary
            | Verb::RemoveEmail => {}
        }
        step
    }

    /// Adds a point to wait at.
    fn gate(&mut self) -> StepId {
        self.list.push(Step {
            work: Work::Gate,
            changes: Vec::new(),
            settles: Vec::new(),
            whole: Vec::new(),
            waits: Vec::new(),
        });
        self.list.len() - 1
    }

    /// Notes that `step` carries out `change`, or a part of it.
    pub(super) fn covers(&mut self, step: StepId, change: &Address) {
        let steps = self.by_change.entry(change);
        if !steps.contains(&step) {
            steps.push(step);
            self.list[step].changes.push(change.clone());
        }
    }

    /// Lets go of everything but the list, when all is known of what waits for what.
    pub(super) fn keep_list(&mut self) {
        *self = Self {
            list: std::mem::take(&mut self.list),
            ..Self::default()
        };
    }

    /// The step that ends a membership: its own, else the one after which its container is gone.
    pub(super) fn end_of(&self, held: &Held) -> Option<StepId> {
        let own = self.removed.get(&held.address);
        own.or_else(|| self.removed.get(&held.container)).copied()
    }

    /// Lets `later` wait for `earlier`.
    pub(super) fn wait(&mut self, later: StepId, earlier: StepId, bond: Bond) {
        if later == earlier {
            return;
        }
        let waits = &mut self.list[later].waits;
        match waits.binary_search_by_key(&earlier, |(step, _)| *step) {
            Ok(place) => waits[place].1 = bond.max(waits[place].1),
            Err(place) => waits.insert(place, (earlier, bond)),
        }
    }

    /// Lets every step of `later` wait for every one of `earlier`, through one gate.
    pub(super) fn wait_all(&mut self, later: &[StepId], earlier: &[StepId], bond: Bond) {
        if later.is_empty() || earlier.is_empty() {
            return;
        }
        let gate = self.gate();
        let earlier: BTreeSet<StepId> = earlier.iter().copied().collect();
        self.list[gate].waits = earlier.into_iter().map(|step| (step, bond)).collect();
        for step in later {
            self.wait(*step, gate, bond);
        }
    }

    /// Every step that `from` leads to, itself included.
    pub(super) fn reachable(&self, from: &[StepId]) -> BTreeSet<StepId> {
        if from.is_empty() {
            return BTreeSet::new();
        }
        let mut later: Vec<Vec<StepId>> = vec![Vec::new(); self.list.len()];
        for (step, Step { waits, .. }) in self.list.iter().enumerate() {
            for (earlier, _) in waits {
                later[*earlier].push(step);
            }
        }
        let mut reached: BTreeSet<StepId> = from.iter().copied().collect();
        let mut open = from.to_vec();
        while let Some(step) = open.pop() {
            for next in &later[step] {
                if reached.insert(*next) {
                    open.push(*next);
                }
            }
        }
        reached
    }
}
