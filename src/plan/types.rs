//! The plan as data.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{
    Account, Address, Book, Caller, FieldChange, Grant, Kind, Name, ObjectId, Origin, Route, Write,
};

use super::applied::LastApply;
use super::coverage::Managed;
use super::drift::{ChangeCause, Drift};
use super::estimate::WholeList;

/// What happens to one address.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It comes to be.
    Create,
    /// Some of its values change.
    Update,
    /// It gets another name or primary address, and perhaps other values too.
    Rename,
    /// A person can no longer sign in.
    Suspend,
    /// A suspended person can sign in again.
    Reactivate,
    /// A person loses role, groups and organizations and is suspended.
    Offboard,
    /// It ceases to be.
    Delete,
}

/// Why a consequence is named. Each has a stable id, its snake-case name, for machines.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Tickets that the person works on lose their assignee.
    WorkingTicketsUnassigned,
    /// A paid seat is taken.
    SeatTaken,
    /// A paid seat becomes free.
    SeatFreed,
    /// The service sends mail.
    MailSent,
    /// The change cannot be taken back.
    CannotBeUndone,
    /// A private group can never be public again.
    PrivateForever,
    /// The service itself drops memberships.
    MembershipsDropped,
    /// Another group becomes the person's default.
    DefaultGroupMoved,
    /// Report filters and business rules that use the old name stop matching.
    FiltersBreak,
    /// Agents who hold the role get other permissions.
    ReachesAgents,
    /// The service will not add people by itself for a removed mail domain, nor take them away.
    DomainMappingChanges,
    /// A suspended agent keeps a paid seat.
    SeatKept,
}

/// Something that follows from a change without being written in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consequence {
    /// Which kind of consequence it is.
    pub reason: Reason,
    /// What happens, for people; a fragment without a full stop.
    pub text: String,
}

/// One address, from before to after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The address after the change; for removals, the one it had.
    pub address: Address,
    /// The address the object has now, where it is another one.
    pub was: Option<Address>,
    /// What happens.
    pub action: Action,
    /// The user, group or organization together with which this goes; such removals count for no limit.
    pub along_with: Option<Address>,
    /// The object's number; `None` where it is yet to be created.
    pub id: Option<ObjectId>,
    /// The fields that change, in fact order. A removal lists what is relied on being there.
    pub fields: Vec<FieldChange>,
    /// What follows from it.
    pub consequences: Vec<Consequence>,
    /// The place that declares it, or that declares the list it is missing from.
    pub origin: Option<Origin>,
    /// Addresses whose own changes must come first.
    pub requires: Vec<Address>,
    /// For a membership or role that is granted for a time.
    pub grant: Option<Grant>,
    /// Where it comes from; `None` where no receipt tells what was applied before.
    pub cause: Option<ChangeCause>,
}

/// Names an operation within its plan: its place in the order, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OperationId(pub u32);

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "op-{}", self.0)
    }
}

/// One API mutation, covering one or many changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// Its name in this plan.
    pub id: OperationId,
    /// Operations of one wave may run side by side, once all they require is done. From 1.
    pub wave: u32,
    /// The mutation.
    pub write: Write,
    /// How it looks on the wire.
    pub route: Route,
    /// The changes it carries out, whole or in part, sorted.
    pub changes: Vec<Address>,
    /// The operations that must have succeeded first, sorted.
    pub requires: Vec<OperationId>,
    /// The operations it comes after without needing their success, sorted.
    #[serde(default)]
    pub after: Vec<OperationId>,
    /// For a user's creation or promotion: the memberships that must hold when it is done. The service
    /// may add the default group by itself, so they are read again afterwards (zendesk-api §16.2).
    pub settles: Vec<Address>,
    /// People whom it makes and whom the service may put into organizations that their list leaves out, by
    /// their mail domain (zendesk-api §9), and the places that the list names: others are left again.
    #[serde(default)]
    pub whole: Vec<Address>,
    /// Which of its items need which items of the operations in `requires`, sorted. Where something fails,
    /// an apply leaves out those and no others.
    pub needs: Vec<Need>,
}

/// That an item of an operation may be written only if an item of an earlier one was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Need {
    /// The place of the item in its own write, from 0.
    pub item: u32,
    /// The earlier operation.
    pub operation: OperationId,
    /// The place of the other item in that operation's write, from 0.
    pub needed: u32,
}

/// One thing a person holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entitlement {
    /// `Role`, `Group` or `Organization`; `User` stands for being able to sign in at all.
    pub kind: Kind,
    /// The role's, group's or organization's name.
    pub name: String,
    /// When and why it was granted, where it ends.
    pub grant: Option<Grant>,
    /// For a role: the permissions that come or go with it, as the service's keys, sorted.
    pub permissions: Vec<String>,
}

/// What the plan means for one person. People who neither gain nor lose anything and keep their address
/// have none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// The person.
    pub person: Address,
    /// The full name, live or declared.
    pub name: String,
    /// What happens to the person, where the person itself changes.
    pub action: Option<Action>,
    /// The role now; `None` for a new person.
    pub role_before: Option<String>,
    /// The role to come; `None` for one who is deleted.
    pub role_after: Option<String>,
    /// What the person gets.
    pub gains: Vec<Entitlement>,
    /// What the person no longer has.
    pub loses: Vec<Entitlement>,
    /// What follows, gathered from the person's changes.
    pub consequences: Vec<Consequence>,
    /// The place that declares the person.
    pub origin: Option<Origin>,
}

/// Why a plan may not be applied. Each has a stable id, its snake-case name.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// More removals of a kind than the limit allows.
    RemovalLimit,
    /// Fewer active administrators than `limits.min_admins` would be left.
    MinAdmins,
    /// The caller's own role or suspension would change.
    SelfLockout,
    /// The account owner would change.
    Owner,
    /// A protected address would change.
    Protected,
    /// A shared user or agent would change.
    SharedUser,
    /// A removal depends on a list that was not read to its end.
    IncompleteRead,
    /// The account is not the one the project is pinned to.
    WrongFingerprint,
    /// Several live objects share the identity.
    Ambiguous,
    /// The e-mail address is another person's secondary address.
    SecondaryEmail,
    /// Old and new name of a rename are both live.
    RenameTargetExists,
    /// Two people would swap addresses.
    EmailSwap,
    /// What is declared as external does not exist.
    ExternalMissing,
    /// The account has no custom roles.
    NoCustomRoles,
    /// An agent must name a custom role.
    RoleRequired,
    /// A role the service provides would change.
    SystemRole,
    /// A role that would be deleted is still held.
    RoleInUse,
    /// The account's default group would be deleted.
    DefaultGroup,
    /// An agent would be left without a group.
    AgentWithoutGroup,
    /// A private group would become public.
    PrivateGroup,
    /// People may belong to one organization only.
    OneOrganization,
    /// `remove` is asked for users without a scope.
    NoScope,
    /// A saved plan no longer fits the account.
    Stale,
    /// A group is given to somebody who is not an agent.
    NotAnAgent,
    /// A group in which the person is not would become their default.
    DefaultGroupNotHeld,
    /// The external id belongs to another object that keeps it.
    ExternalIdTaken,
    /// Two entries mean the same live object.
    SameObject,
    /// A target is neither declared nor live.
    UnknownTarget,
    /// More paid seats than `limits.seats` would be in use.
    SeatLimit,
}

/// A reason why the plan may not be applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Which rule refuses.
    pub code: RefusalCode,
    /// What it is about, where it is one thing.
    pub address: Option<Address>,
    /// The line in a manifest that asks for it, or for the first of several, where there is one.
    pub origin: Option<Origin>,
    /// What is refused and why, for people; starts in lower case, no full stop.
    pub message: String,
    /// The exact edit or flag that would allow it.
    pub help: String,
}

/// Something a reviewer should know that stops nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// A stable id in snake case.
    pub code: String,
    /// What it is about, where it is one thing.
    pub address: Option<Address>,
    /// What to know, for people; starts in lower case, no full stop.
    pub message: String,
}

/// A live object in scope that nobody declares and that the plan only reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmanaged {
    /// The object.
    pub address: Address,
    /// A person's full name.
    pub name: Option<String>,
    /// A person's role.
    pub role: Option<String>,
}

/// A grant that has ended or ends within the next 14 days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// The membership, or the user whose role it is.
    pub address: Address,
    /// The grant.
    pub grant: Grant,
    /// Whether it has ended at the plan's clock.
    pub ended: bool,
}

/// Paid seats in use (zendesk-api §14.2: an estimate; the service tells neither how many are used nor how
/// many there are, so that a plan is refused for want of them only where the configuration says).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seats {
    /// In use now.
    pub before: u64,
    /// In use after.
    pub after: u64,
    /// The most in use at any moment in between.
    pub peak: u64,
}

/// What the plan costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// Requests that read: those already made for the plan.
    pub reads: u64,
    /// Requests that write.
    pub writes: u64,
    /// Expected requests that ask after running jobs, and that re-read what the service may have added.
    pub polls: u64,
    /// Expected seconds for writes and polls within the account's limits.
    pub seconds: u64,
}

/// What would be done, for whom, with what consequence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The account it is for, and only for.
    pub account: Account,
    /// Who read the account.
    pub caller: Option<Caller>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the account was read.
    pub live_at: Timestamp,
    /// Hexadecimal SHA-256 over account, changes with their before-values, and operations.
    pub digest: String,
    /// The changes, in address order.
    pub changes: Vec<Change>,
    /// The operations, in an order in which they may run one by one.
    pub operations: Vec<Operation>,
    /// What it means for people, in address order.
    pub access: Vec<Access>,
    /// Live objects in scope that nobody declares, where the configuration asks to report them.
    pub undeclared: Vec<Unmanaged>,
    /// Grants that ended or end soon.
    pub endings: Vec<Ending>,
    /// Why it may not be applied; empty where it may.
    pub refused: Vec<Refusal>,
    /// What else to know.
    pub warnings: Vec<Warning>,
    /// Declared objects that are as declared, by kind.
    pub unchanged: BTreeMap<Kind, Vec<Address>>,
    /// Live objects that are none of ours, by kind.
    pub not_ours: BTreeMap<Kind, u64>,
    /// Paid seats.
    pub seats: Seats,
    /// What it costs.
    pub estimate: Estimate,
    /// The numbers of the live objects that operations speak of, by their address in this plan.
    pub numbers: Book,
    /// Removal limits raised for this plan, by kind.
    pub allowed_removals: BTreeMap<Kind, u64>,
    /// How much of the account is under management, team members first.
    pub coverage: Vec<Managed>,
    /// The apply before this plan, where receipts tell of one.
    pub last_apply: Option<LastApply>,
    /// What was changed in the account since, by address and path.
    pub drift: Vec<Drift>,
    /// What asking the audit log came to; `None` where it was not asked.
    pub audit_log: Option<Consulted>,
    /// How long the list of all group memberships is, for an apply that needs many of them.
    #[serde(default)]
    pub whole_list: WholeList,
}

/// What asking the account's audit log came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Consulted {
    /// Whether the account has one and lets the caller read it.
    pub available: bool,
    /// Whether all of the time asked for was read; otherwise only the newest entries were.
    pub complete: bool,
    /// Requests that it took, beside those of the estimate.
    pub requests: u64,
}

impl Operation {
    /// The kind and the person of every list of memberships that is read again after it, once for each place
    /// that must hold.
    pub(super) fn lists_read_again(&self) -> impl Iterator<Item = (Kind, &Name)> {
        let settles = self.settles.iter();
        let whole = self.whole.iter();
        let settles = settles.map(|place| (place.kind(), place.name()));
        settles.chain(whole.map(|place| (Kind::OrganizationMembership, place.name())))
    }
}

impl Plan {
    /// Says whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// How many changes have this action.
    pub fn count(&self, action: Action) -> usize {
        self.changes
            .iter()
            .filter(|change| change.action == action)
            .count()
    }
}
