//! Decides which undeclared live objects are ours, and which nothing may remove.

use crate::model::{
    Address, Inventory, Kind, Name, Observed, Policy, Scope, Snapshot, Undeclared, User, UserRole,
};

/// What becomes of a live object that no manifest declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is none of ours.
    NotOurs,
    /// It is ours and left alone without a word.
    Ignored,
    /// It is ours, left alone and reported.
    Reported,
    /// It is ours and must go.
    Removed,
}

/// Says whether this live user is the account owner: the one the configuration names, else every
/// administrator whom the service marks as billing administrator (zendesk-api §5.2).
pub fn is_owner(policy: &Policy, address: &Address, live: &Observed) -> bool {
    let Some(user) = live.resource.as_user() else {
        return false;
    };
    match &policy.owner {
        Some(owner) => address.name() == owner || user.email.as_ref() == Some(owner),
        None => live.marks.billing_admin && user.role == Some(UserRole::Admin),
    }
}

/// Says whether this live user is the one whose credential reads the account.
pub fn is_caller(snapshot: &Snapshot, live: &Observed) -> bool {
    live.resource.kind() == Kind::User
        && snapshot
            .caller
            .as_ref()
            .is_some_and(|caller| caller.id == live.id)
}

/// Judges an undeclared live object. `address` is what manifests would call it.
pub(super) fn judge(
    (inventory, snapshot, policy): (&Inventory, &Snapshot, &Policy),
    address: &Address,
    live: &Observed,
) -> Verdict {
    let ours = !live.marks.system
        && !live.marks.shared
        && !is_owner(policy, address, live)
        && !is_protected(policy, address)
        && in_scope(inventory, policy, address, live);
    if !ours {
        return Verdict::NotOurs;
    }
    match policy.undeclared(address.kind()) {
        Undeclared::Ignore => Verdict::Ignored,
        Undeclared::Report => Verdict::Reported,
        Undeclared::Remove => {
            let user_without_scope = address.kind() == Kind::User && policy.scope.is_none();
            if user_without_scope || untouchable(snapshot, live) {
                Verdict::Reported
            } else {
                Verdict::Removed
            }
        }
    }
}

/// Says whether a live object is ours where nothing declares it.
fn in_scope(inventory: &Inventory, policy: &Policy, address: &Address, live: &Observed) -> bool {
    if let (Some(person), Some(_)) = (address.person(), address.container()) {
        return inventory.owns_list(address.kind(), &person);
    }
    match (live.resource.as_user(), &policy.scope) {
        (Some(user), Some(scope)) => covers(scope, user),
        (Some(_) | None, _) => true,
    }
}

/// Says whether a scope holds a person: by role, where it names roles, and by mail domain, where it names some.
pub fn covers(scope: &Scope, user: &User) -> bool {
    let Scope {
        roles,
        email_domains,
    } = scope;
    let has = |word: &str| roles.contains(&Name::new(word));
    let role = match &user.role {
        None | Some(UserRole::EndUser) => has("end-user"),
        Some(UserRole::Agent) => has("agent"),
        Some(UserRole::Admin) => has("admin"),
        Some(UserRole::Named(role)) => has("agent") || roles.contains(role.name()),
    };
    let domain = user.email.as_ref().and_then(|email| {
        let (_, domain) = email.folded().rsplit_once('@')?;
        Some(Name::new(domain))
    });
    (roles.is_empty() || role)
        && (email_domains.is_empty()
            || domain.is_some_and(|domain| email_domains.contains(&domain)))
}

/// What is never removed only because nothing declares it.
fn untouchable(snapshot: &Snapshot, live: &Observed) -> bool {
    live.marks.account_default || is_caller(snapshot, live)
}

/// Says whether the configuration protects a live object, or the person whose membership it is.
fn is_protected(policy: &Policy, address: &Address) -> bool {
    let protected = |address: &Address| policy.protected.contains(address);
    protected(address) || address.person().as_ref().is_some_and(protected)
}
