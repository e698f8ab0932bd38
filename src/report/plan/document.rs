//! The structs of `zdsync.plan/1`, apart from those of the plan, so that the plan can change and the
//! format cannot.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

use crate::model::{Address, Each, FieldChange, Kind, Natural, Origin};
use crate::plan::{
    self, Action, ChangeCause, DriftKind, OperationId, Reason, RefusalCode, Subject,
};
use crate::report::json::Shown;

/// The version of the format.
#[derive(Serialize, JsonSchema)]
pub(super) enum Format {
    #[serde(rename = "zdsync.plan/1")]
    Plan1,
}

/// What would be done to an account, for whom, with what consequence.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "zdsync plan")]
pub(super) struct Document<'p> {
    pub(super) format: Format,
    /// The account it is for, and only for.
    pub(super) account: Account<'p>,
    /// Who read the account, where known.
    pub(super) caller: Option<Caller<'p>>,
    /// When it was made.
    pub(super) created_at: Timestamp,
    /// When the account was read.
    pub(super) live_at: Timestamp,
    /// Hexadecimal SHA-256 over account, changes with their before-values, and operations.
    pub(super) digest: &'p str,
    /// How many changes there are.
    pub(super) summary: Summary,
    /// What it means for people, in address order.
    pub(super) access: Each<'p, plan::Access, Access<'p>>,
    /// The changes, in address order.
    pub(super) changes: Each<'p, plan::Change, Change<'p>>,
    /// The API mutations, in an order in which they may run one by one.
    pub(super) operations: Each<'p, plan::Operation, Operation<'p>>,
    /// What it costs.
    pub(super) estimate: Estimate,
    /// Paid seats in use, estimated.
    pub(super) seats: Seats,
    /// Why it may not be applied; empty where it may.
    pub(super) refused: Each<'p, plan::Refusal, Refusal<'p>>,
    /// What else to know.
    pub(super) warnings: Each<'p, plan::Warning, Warning<'p>>,
    /// Live objects in scope that nobody declares and that are only reported.
    pub(super) undeclared: Each<'p, plan::Unmanaged, Undeclared<'p>>,
    /// Grants that have ended or end soon.
    pub(super) endings: Each<'p, plan::Ending, Ending<'p>>,
    /// Live objects that are none of ours, by kind.
    pub(super) not_ours: BTreeMap<Kind, u64>,
    /// Removal limits raised for this plan, by kind.
    pub(super) allowed_removals: BTreeMap<Kind, u64>,
    /// How much of the account is under management, team members first.
    pub(super) coverage: Vec<Managed>,
    /// The apply before this plan, as receipts tell; `null` where no receipt was found.
    pub(super) last_apply: Option<LastApply<'p>>,
    /// What was changed in the account since that apply, by address and path. Empty too where no receipt
    /// tells what was declared then.
    pub(super) drift: Vec<Drift<'p>>,
    /// What asking the account's audit log after who did it came to; `null` where it was not asked.
    pub(super) audit_log: Option<AuditLog>,
}

/// How many live objects a manifest declares.
#[derive(Serialize, JsonSchema)]
pub(super) struct Managed {
    /// What is counted.
    pub(super) what: Subject,
    /// Those that a manifest declares, other than as external.
    pub(super) declared: u64,
    /// All that are live; `null` where not all were read, as where undeclared ones are ignored.
    pub(super) live: Option<u64>,
}

/// An apply that ended before this plan was made.
#[derive(Serialize, JsonSchema)]
pub(super) struct LastApply<'p> {
    /// When it ended.
    pub(super) finished_at: Timestamp,
    /// The digest of the plan that was carried out.
    pub(super) digest: &'p str,
    /// The commit that the project folder was at, where it was in git.
    pub(super) commit: Option<&'p str>,
    /// The pull or merge request that it ran for, where it did.
    pub(super) pull_request: Option<&'p str>,
    /// The receipt's file name.
    pub(super) receipt: &'p str,
}

/// Something that was changed in the account since the manifests were last applied.
#[derive(Serialize, JsonSchema)]
pub(super) struct Drift<'p> {
    /// What is not as it was left.
    pub(super) address: Shown<'p>,
    /// The field, by the manifest's key; `null` where it is about being there.
    pub(super) path: Option<&'p str>,
    /// How it is not as it was left.
    pub(super) what: DriftKind,
    /// The value that was last applied.
    pub(super) applied: Natural<'p>,
    /// The value now.
    pub(super) live: Natural<'p>,
    /// Whether the manifests ask for yet another value.
    pub(super) asked: bool,
    /// When it was last known to be as applied.
    pub(super) since: Timestamp,
    /// The full name of who changed it, where the account's audit log tells.
    pub(super) by: Option<&'p str>,
    /// When it was changed, where the audit log tells.
    pub(super) at: Option<Timestamp>,
    /// What the audit log's entry says, where it says something.
    pub(super) description: Option<&'p str>,
}

/// What asking the account's audit log came to.
#[derive(Serialize, JsonSchema)]
pub(super) struct AuditLog {
    /// Whether the account has one and lets the caller read it.
    pub(super) available: bool,
    /// Whether all entries of the time asked for were read; otherwise only the newest were.
    pub(super) complete: bool,
    /// Requests that it took, beside those of the estimate.
    pub(super) requests: u64,
}

/// An account.
#[derive(Serialize, JsonSchema)]
pub(super) struct Account<'p> {
    /// `<subdomain, or host of the URL>-<id of the default group>`.
    pub(super) fingerprint: &'p str,
    /// The subdomain, or the host where the account is given by URL.
    pub(super) subdomain: &'p str,
    /// The base URL.
    pub(super) url: &'p str,
}

/// The user whose credential read the account.
#[derive(Serialize, JsonSchema)]
pub(super) struct Caller<'p> {
    /// The number by which the service knows the user.
    pub(super) id: u64,
    /// The user's address.
    pub(super) address: Shown<'p>,
    /// The full name.
    pub(super) name: &'p str,
    /// Whether the user is an administrator.
    pub(super) admin: bool,
}

/// Numbers of changes, all kinds together and by kind.
#[derive(Serialize, JsonSchema)]
pub(super) struct Summary {
    /// Objects that come to be.
    pub(super) create: u64,
    /// Objects whose values change: updated, renamed, reactivated.
    pub(super) update: u64,
    /// Objects that cease to be, and people who are suspended or offboarded.
    pub(super) remove: u64,
    /// Removals that go along with a person, group or organization, and are counted nowhere else.
    pub(super) along: u64,
    /// Declared objects that are as declared.
    pub(super) unchanged: u64,
    /// Changes that the manifests ask for, those in part included; `null` where no receipt tells.
    pub(super) asked: Option<u64>,
    /// Changes that take back what was changed in the account since the last apply, those in part
    /// included; `null` where no receipt tells.
    pub(super) drift: Option<u64>,
    /// The same for each kind.
    pub(super) by_kind: BTreeMap<Kind, Counts>,
}

/// Numbers of changes of one kind.
#[derive(Clone, Copy, Default, Serialize, JsonSchema)]
pub(super) struct Counts {
    /// Objects that come to be.
    pub(super) create: u64,
    /// Objects whose values change: updated, renamed, reactivated.
    pub(super) update: u64,
    /// Objects that cease to be, and people who are suspended or offboarded.
    pub(super) remove: u64,
    /// Removals that go along with a person, group or organization, and are counted nowhere else.
    pub(super) along: u64,
    /// Declared objects that are as declared.
    pub(super) unchanged: u64,
}

/// What the plan means for one person.
#[derive(Serialize, JsonSchema)]
pub(super) struct Access<'p> {
    /// The person's address, such as `user/ada@example.com`.
    pub(super) person: Shown<'p>,
    /// The full name.
    pub(super) name: &'p str,
    /// What happens to the person, where the person itself changes.
    pub(super) action: Option<Action>,
    /// The role now; `null` for a new person.
    pub(super) role_before: Option<&'p str>,
    /// The role to come; `null` for one who is deleted.
    pub(super) role_after: Option<&'p str>,
    /// What the person gets.
    pub(super) gains: Each<'p, plan::Entitlement, Entitlement<'p>>,
    /// What the person no longer has.
    pub(super) loses: Each<'p, plan::Entitlement, Entitlement<'p>>,
    /// What follows.
    pub(super) consequences: Each<'p, plan::Consequence, Consequence<'p>>,
    /// The place that declares the person.
    pub(super) source: Option<&'p Origin>,
}

/// One thing a person holds.
#[derive(Serialize, JsonSchema)]
pub(super) struct Entitlement<'p> {
    /// `role`, `group` or `organization`; `user` stands for being able to sign in at all.
    pub(super) kind: Kind,
    /// The role's, group's or organization's name.
    pub(super) name: &'p str,
    /// When the grant ends, where it does.
    pub(super) until: Option<Timestamp>,
    /// Why it was granted for a time.
    pub(super) reason: Option<&'p str>,
    /// For a role: the permissions that come or go with it, as the service's keys.
    pub(super) permissions: &'p [String],
}

/// Something that follows from a change without being written in it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Consequence<'p> {
    /// Which kind of consequence it is.
    pub(super) reason: Reason,
    /// What happens, for people.
    pub(super) text: &'p str,
}

/// One address, from before to after.
#[derive(Serialize, JsonSchema)]
pub(super) struct Change<'p> {
    /// The address after the change; for removals, the one it had.
    pub(super) address: Shown<'p>,
    /// The address the object has now, where it is another one.
    pub(super) was: Option<Shown<'p>>,
    /// What happens.
    pub(super) action: Action,
    /// The user, group or organization together with which this goes.
    pub(super) along_with: Option<Shown<'p>>,
    /// The number by which the service knows the object; `null` where it is yet to be created.
    pub(super) id: Option<u64>,
    /// The fields that change.
    pub(super) fields: Each<'p, FieldChange, Field<'p>>,
    /// What follows from it.
    pub(super) consequences: Each<'p, plan::Consequence, Consequence<'p>>,
    /// The place that declares it, or that declares the list it is missing from.
    pub(super) source: Option<&'p Origin>,
    /// Addresses whose own changes come first.
    pub(super) requires: Each<'p, Address, Shown<'p>>,
    /// When the grant ends, for a membership or role granted for a time.
    pub(super) until: Option<Timestamp>,
    /// Why it was granted for a time.
    pub(super) reason: Option<&'p str>,
    /// Whether the manifests ask for it or it takes back what was changed in the account since the last
    /// apply; `null` where no receipt tells.
    pub(super) cause: Option<ChangeCause>,
}

/// A field whose value changes. References are names; sets are sorted arrays.
#[derive(Serialize, JsonSchema)]
pub(super) struct Field<'p> {
    /// The field, by the manifest's key, such as `user_fields.region`.
    pub(super) path: &'p str,
    /// The value now.
    pub(super) before: Natural<'p>,
    /// The value to come.
    pub(super) after: Natural<'p>,
}

/// One API mutation, covering one or many changes.
#[derive(Serialize, JsonSchema)]
pub(super) struct Operation<'p> {
    /// Its name in this plan, such as `op-3`.
    pub(super) id: Named<'p>,
    /// Operations of one wave may run side by side once all they require is done. From 1.
    pub(super) wave: u32,
    /// The HTTP method.
    pub(super) method: &'p str,
    /// The path; numbers that are not known yet are written as the address in braces.
    pub(super) path: &'p str,
    /// The changes it carries out, whole or in part.
    pub(super) changes: Each<'p, Address, Shown<'p>>,
    /// The operations that must have succeeded first.
    pub(super) requires: Each<'p, OperationId, Named<'p>>,
}

/// What the plan costs, in requests and time.
#[derive(Serialize, JsonSchema)]
pub(super) struct Estimate {
    /// Requests already made to read the account.
    pub(super) reads: u64,
    /// Requests that write.
    pub(super) writes: u64,
    /// Expected requests that ask after running jobs, and that read again what the service may add.
    pub(super) polls: u64,
    /// Expected seconds for writes and polls within the account's limits.
    pub(super) seconds: u64,
}

/// Paid seats in use, estimated.
#[derive(Serialize, JsonSchema)]
pub(super) struct Seats {
    /// In use now.
    pub(super) before: u64,
    /// In use after.
    pub(super) after: u64,
    /// The most in use at any moment in between.
    pub(super) peak: u64,
}

/// A reason why the plan may not be applied.
#[derive(Serialize, JsonSchema)]
pub(super) struct Refusal<'p> {
    /// Which rule refuses.
    pub(super) code: RefusalCode,
    /// What is refused and why, for people.
    pub(super) message: &'p str,
    /// The exact edit or flag that would allow it.
    pub(super) help: &'p str,
    /// What it is about, where it is one thing.
    pub(super) address: Option<Shown<'p>>,
    /// The line in a manifest that asks for it, where there is one.
    pub(super) source: Option<&'p Origin>,
}

/// Something a reviewer should know that stops nothing.
#[derive(Serialize, JsonSchema)]
pub(super) struct Warning<'p> {
    /// A stable id.
    pub(super) code: &'p str,
    /// What to know, for people.
    pub(super) message: &'p str,
    /// What it is about, where it is one thing.
    pub(super) address: Option<Shown<'p>>,
}

/// A live object in scope that nobody declares.
#[derive(Serialize, JsonSchema)]
pub(super) struct Undeclared<'p> {
    /// The object.
    pub(super) address: Shown<'p>,
    /// A person's full name.
    pub(super) name: Option<&'p str>,
    /// A person's role.
    pub(super) role: Option<&'p str>,
}

/// A grant that has ended or ends soon.
#[derive(Serialize, JsonSchema)]
pub(super) struct Ending<'p> {
    /// The membership, or the user whose role it is.
    pub(super) address: Shown<'p>,
    /// When it ends.
    pub(super) until: Timestamp,
    /// Why it was granted for a time.
    pub(super) reason: Option<&'p str>,
    /// Whether it has ended.
    pub(super) ended: bool,
}

/// The name of an operation as people write it.
pub(super) struct Named<'p>(pub(super) &'p OperationId);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

impl JsonSchema for Named<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "OperationId".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}
