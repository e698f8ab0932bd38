//! Turns differences into a plan: changes, ordered operations, consequences, and refusals of what must
//! not happen.
//!
//! Pure: the clock and the account come in as values. Nothing here knows JSON or URLs; how a write
//! looks on the wire comes in as a function.
//!
//! The way through: `world` gathers both sides and the people they touch; `lower` makes steps and says
//! what each waits for; `batch` puts steps together into calls, and `rounds` the calls into waves; `operations` numbers
//! them. The `guard_` files refuse.

mod access;
mod applied;
mod attribution;
mod batch;
mod build;
mod changes;
mod conflicts;
mod consequences;
mod coverage;
mod digest;
mod drift;
mod estimate;
mod gates;
mod guard_groups;
mod guard_people;
mod guard_reads;
mod guard_removals;
mod guard_roles;
mod guard_seats;
mod lookup;
mod lower;
mod lower_person;
mod notes;
mod operations;
mod people;
mod permissions;
mod person;
mod refuse;
mod resume;
mod rounds;
pub mod saved;
mod seats;
mod stale;
mod steps;
mod target;
mod types;
mod unique;
mod verify;
mod world;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

pub use applied::{Applied, LastApply, Memory, Since, Values};
pub use attribution::{attribute, questions};
pub use build::{Inputs, build};
pub use coverage::{Managed, Subject};
pub use drift::{ChangeCause, Deed, Drift, DriftKind, drift};
pub use estimate::WholeList;
pub use resume::beyond;
pub use stale::{relied_on, stale};
pub use types::{
    Access, Action, Change, Consequence, Consulted, Ending, Entitlement, Estimate, Need, Operation,
    OperationId, Plan, Reason, Refusal, RefusalCode, Seats, Unmanaged, Warning,
};
pub use verify::{Unmet, unmet};
