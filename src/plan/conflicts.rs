//! Says for people what leaves open which live object is meant.

use crate::diff::Conflict;
use crate::model::{Address, Kind, ObjectId, Origin};

use super::refuse::refusal;
use super::types::{Refusal, RefusalCode};

/// The refusal for a conflict.
pub(super) fn refused(conflict: &Conflict<'_>) -> Refusal {
    match conflict {
        Conflict::Ambiguous {
            address,
            ids,
            origin,
        } => refusal(
            RefusalCode::Ambiguous,
            address,
            *origin,
            format!("`{address}` names several live objects: {}", numbers(ids)),
            "rename all but one of them in Zendesk, then plan again",
        ),
        Conflict::SecondaryEmail {
            address,
            holder,
            origin,
        } => secondary_email(address, holder, *origin),
        Conflict::BothLive {
            address,
            previous,
            ids,
            origin,
        } => both_live(address, previous, *ids, *origin),
        Conflict::Swap {
            address,
            previous,
            origin,
        } => swap(address, previous, *origin),
        Conflict::SameObject {
            address,
            other,
            id,
            origin,
        } => refusal(
            RefusalCode::SameObject,
            address,
            *origin,
            format!(
                "`{address}` and `{other}` both mean the live {} {id}",
                address.kind()
            ),
            "delete one of the two entries, or its `previously`",
        ),
        Conflict::ExternalMissing { address, origin } => refusal(
            RefusalCode::ExternalMissing,
            address,
            *origin,
            format!("`{address}` is declared as external and does not exist in the account"),
            "make it in Zendesk, or delete `external: true` to have it made here",
        ),
        Conflict::NoScope => no_scope(),
    }
}

fn numbers(ids: &[ObjectId]) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    ids.join(", ")
}

fn secondary_email(address: &Address, holder: &Address, origin: Option<&Origin>) -> Refusal {
    refusal(
        RefusalCode::SecondaryEmail,
        address,
        origin,
        format!(
            "`{}` is a secondary e-mail address of `{holder}`",
            address.name()
        ),
        format!(
            "declare that person as `{}`, or remove the address from them in Zendesk",
            holder.name()
        ),
    )
}

fn both_live(
    address: &Address,
    previous: &Address,
    [own, old]: [ObjectId; 2],
    origin: Option<&Origin>,
) -> Refusal {
    refusal(
        RefusalCode::RenameTargetExists,
        address,
        origin,
        format!("`{address}` ({own}) and its former self `{previous}` ({old}) are both live"),
        format!(
            "remove `{}` from `previously`, or merge the two in Zendesk first",
            previous.name()
        ),
    )
}

fn swap(address: &Address, previous: &Address, origin: Option<&Origin>) -> Refusal {
    refusal(
        RefusalCode::EmailSwap,
        address,
        origin,
        format!(
            "`{}` and `{}` would be exchanged between people, which Zendesk cannot do in one step",
            address.name(),
            previous.name()
        ),
        format!(
            "take two steps: first give the holder of `{}` a third address and apply; then write \
             the addresses as you want them, with `previously`, and apply again",
            address.name()
        ),
    )
}

fn no_scope() -> Refusal {
    Refusal {
        code: RefusalCode::NoScope,
        address: None,
        origin: None,
        message: "undeclared users are to be removed, and no scope says which users are ours"
            .to_owned(),
        help: format!(
            "add `manage.{}.scope` to zdsync.yaml, such as `{{ roles: [agent, admin] }}`",
            Kind::User.section()
        ),
    }
}
