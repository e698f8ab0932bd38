//! Changes as blocks: one for each object, memberships folded under their person.

use std::collections::BTreeMap;

use anstyle::Style;

use crate::model::{Address, Origin};
use crate::plan::{Action, Change, Plan};
use crate::report::pen::{GREEN, RED, YELLOW};

/// One object, its own change where it has one, and, for a person, the memberships that change.
#[derive(Debug, Default)]
pub(super) struct Block<'p> {
    pub(super) change: Option<&'p Change>,
    pub(super) memberships: Vec<&'p Change>,
}

/// The sign and word of an action, and the colour that says the same once more.
pub(super) const fn sign(action: Action) -> (&'static str, &'static str, Style) {
    match action {
        Action::Create => ("+", "create", GREEN),
        Action::Update => ("~", "update", YELLOW),
        Action::Rename => ("~", "rename", YELLOW),
        Action::Reactivate => ("~", "reactivate", YELLOW),
        Action::Suspend => ("-", "suspend", RED),
        Action::Offboard => ("-", "offboard", RED),
        Action::Delete => ("-", "delete", RED),
    }
}

/// All blocks, by address.
pub(super) fn blocks(plan: &Plan) -> BTreeMap<Address, Block<'_>> {
    let mut blocks: BTreeMap<Address, Block<'_>> = BTreeMap::new();
    for change in &plan.changes {
        let owner = change.address.person();
        let block = blocks
            .entry(owner.unwrap_or_else(|| change.address.clone()))
            .or_default();
        if change.address.kind().container().is_some() {
            block.memberships.push(change);
        } else {
            block.change = Some(change);
        }
    }
    blocks
}

impl<'p> Block<'p> {
    /// Every change of the block, the object's own first.
    pub(super) fn changes(&self) -> impl Iterator<Item = &'p Change> {
        self.change
            .into_iter()
            .chain(self.memberships.iter().copied())
    }

    pub(super) fn action(&self) -> Action {
        self.change.map_or(Action::Update, |change| change.action)
    }

    pub(super) fn origin(&self) -> Option<&'p Origin> {
        self.changes().find_map(|change| change.origin.as_ref())
    }
}

/// An object's address with its block.
pub(super) type Named<'b, 'p> = (&'b Address, &'b Block<'p>);
