//! Which call carries out which write: every kind, every verb, single and bulk.

use std::slice::from_ref;

use super::jobs::JobReply;
use super::memberships::{MembershipReply, Words, ends};
use super::numbers::Numbers;
use super::users::UserReply;
use super::{
    Call, Error, Ignored, body, group_memberships, groups, identities, organization_memberships,
    organizations, roles, users,
};
use crate::model::{Book, Item, Kind, Route, Value, Verb, Write};

/// The call that carries out a write, by the reply it has.
pub(super) enum Planned {
    Role(Call<roles::RoleReply>),
    Group(Call<groups::GroupReply>),
    Organization(Call<organizations::OrganizationReply>),
    User(Call<UserReply>),
    Membership(Call<MembershipReply>),
    /// A change of something that is there.
    Change(Call<Ignored>),
    /// A removal: what is gone already is as good as removed.
    Removal(Call<Ignored>),
    Job(Call<JobReply>),
    /// A new address of a user.
    Email(Call<Ignored>),
    /// A call about an address whose number has to be looked up first.
    Identity {
        /// The user as part of a path.
        user: String,
        email: String,
        removal: bool,
    },
}

/// How a write looks on the wire, for people. Numbers that neither the write nor the book knows are written
/// as addresses in braces. It is built from the very call that [`super::Writer::perform`] sends.
pub fn route(write: &Write, book: &Book) -> Route {
    let numbers = Numbers::Shown(book);
    let planned = match write.items.first() {
        // Of a bulk call only the body and the query depend on the items, and neither is shown.
        Some(first) if write.many => bulk(write.verb, write.kind, from_ref(first), numbers)
            .map(|call| call.map(Planned::Job)),
        Some(_) | None => plan(write, numbers).map(Some),
    };
    match planned {
        Ok(Some(planned)) => planned.route(),
        // A write that cannot be sent is refused when it is performed; here it only has no path.
        Ok(None) | Err(_) => Route {
            method: String::new(),
            path: String::new(),
        },
    }
}

impl Planned {
    fn route(&self) -> Route {
        match self {
            Self::Role(call) => call.draft().route(),
            Self::Group(call) => call.draft().route(),
            Self::Organization(call) => call.draft().route(),
            Self::User(call) => call.draft().route(),
            Self::Membership(call) => call.draft().route(),
            Self::Change(call) | Self::Removal(call) | Self::Email(call) => call.draft().route(),
            Self::Job(call) => call.draft().route(),
            Self::Identity {
                user,
                email,
                removal,
            } => identity_call(user, &format!("{{{email}}}"), *removal)
                .draft()
                .route(),
        }
    }
}

/// The call about an identity, once its number is known.
pub(super) fn identity_call(user: &str, identity: &str, removal: bool) -> Call<Ignored> {
    if removal {
        identities::delete(user, identity)
    } else {
        identities::make_primary(user, identity)
    }
}

/// Builds the call of a write.
pub(super) fn plan(write: &Write, numbers: Numbers<'_>) -> Result<Planned, Error> {
    let Write {
        verb,
        kind,
        many,
        items,
    } = write;
    let unsupported = || Error::Unsupported {
        verb: *verb,
        kind: *kind,
        many: *many,
    };
    if *many {
        if items.is_empty() || items.len() > 100 {
            return Err(unsupported());
        }
        return bulk(*verb, *kind, items, numbers)?
            .map(Planned::Job)
            .ok_or_else(unsupported);
    }
    let [item] = items.as_slice() else {
        return Err(unsupported());
    };
    single(*verb, *kind, item, numbers)?.ok_or_else(unsupported)
}

fn bulk(
    verb: Verb,
    kind: Kind,
    items: &[Item],
    numbers: Numbers<'_>,
) -> Result<Option<Call<JobReply>>, Error> {
    match kind {
        Kind::Role | Kind::Group => Ok(None),
        Kind::Organization => match verb {
            Verb::Create => organizations::create_many(items, numbers).map(Some),
            Verb::Update => organizations::update_many(items, numbers).map(Some),
            Verb::Delete => organizations::destroy_many(items, numbers).map(Some),
            Verb::MakeDefault | Verb::AddEmail | Verb::MakeEmailPrimary | Verb::RemoveEmail => {
                Ok(None)
            }
        },
        Kind::User => match verb {
            Verb::Create => users::create_many(items, numbers).map(Some),
            Verb::Update => users::update_many(items, numbers).map(Some),
            Verb::Delete => users::destroy_many(items, numbers).map(Some),
            Verb::MakeDefault | Verb::AddEmail | Verb::MakeEmailPrimary | Verb::RemoveEmail => {
                Ok(None)
            }
        },
        Kind::GroupMembership => bulk_memberships(&group_memberships::WORDS, verb, items, numbers),
        Kind::OrganizationMembership => {
            bulk_memberships(&organization_memberships::WORDS, verb, items, numbers)
        }
    }
}

fn bulk_memberships(
    words: &Words,
    verb: Verb,
    items: &[Item],
    numbers: Numbers<'_>,
) -> Result<Option<Call<JobReply>>, Error> {
    match verb {
        Verb::Create => words.create_many(items, numbers).map(Some),
        Verb::Delete => words.destroy_many(items, numbers).map(Some),
        Verb::Update
        | Verb::MakeDefault
        | Verb::AddEmail
        | Verb::MakeEmailPrimary
        | Verb::RemoveEmail => Ok(None),
    }
}

fn single(
    verb: Verb,
    kind: Kind,
    item: &Item,
    numbers: Numbers<'_>,
) -> Result<Option<Planned>, Error> {
    match kind {
        Kind::Role => Ok(match verb {
            Verb::Create => Some(Planned::Role(roles::create(item, numbers)?)),
            Verb::Update => Some(Planned::Change(roles::update(item, numbers)?)),
            Verb::Delete => Some(Planned::Removal(roles::delete(item, numbers)?)),
            Verb::MakeDefault | Verb::AddEmail | Verb::MakeEmailPrimary | Verb::RemoveEmail => None,
        }),
        Kind::Group => Ok(match verb {
            Verb::Create => Some(Planned::Group(groups::create(item, numbers)?)),
            Verb::Update => Some(Planned::Change(groups::update(item, numbers)?)),
            Verb::Delete => Some(Planned::Removal(groups::delete(item, numbers)?)),
            Verb::MakeDefault | Verb::AddEmail | Verb::MakeEmailPrimary | Verb::RemoveEmail => None,
        }),
        Kind::Organization => Ok(match verb {
            Verb::Create => Some(Planned::Organization(organizations::create(item, numbers)?)),
            Verb::Update => Some(Planned::Change(organizations::update(item, numbers)?)),
            Verb::Delete => Some(Planned::Removal(organizations::delete(item, numbers)?)),
            Verb::MakeDefault | Verb::AddEmail | Verb::MakeEmailPrimary | Verb::RemoveEmail => None,
        }),
        Kind::User => user(verb, item, numbers),
        Kind::GroupMembership => membership(&group_memberships::WORDS, verb, item, numbers),
        Kind::OrganizationMembership => {
            membership(&organization_memberships::WORDS, verb, item, numbers)
        }
    }
}

fn user(verb: Verb, item: &Item, numbers: Numbers<'_>) -> Result<Option<Planned>, Error> {
    Ok(match verb {
        Verb::Create => Some(Planned::User(users::create(item, numbers)?)),
        Verb::Update => Some(Planned::User(users::update(item, numbers)?)),
        Verb::Delete => Some(Planned::Removal(users::delete(item, numbers)?)),
        Verb::AddEmail => {
            let user = numbers.item_segment(item)?;
            let email = body::plain(email_value(item)?, numbers)?;
            let invite = body::value_of(item, "invite") != Some(&Value::Bool(false));
            Some(Planned::Email(identities::create(&user, &email, invite)))
        }
        Verb::MakeEmailPrimary | Verb::RemoveEmail => {
            let Value::Text(email) = email_value(item)? else {
                return Err(no_email(item));
            };
            Some(Planned::Identity {
                user: numbers.item_segment(item)?,
                email: email.clone(),
                removal: verb == Verb::RemoveEmail,
            })
        }
        Verb::MakeDefault => None,
    })
}

fn membership(
    words: &Words,
    verb: Verb,
    item: &Item,
    numbers: Numbers<'_>,
) -> Result<Option<Planned>, Error> {
    ends(&item.address)?;
    Ok(match verb {
        Verb::Create => Some(Planned::Membership(words.create(item, numbers)?)),
        Verb::Delete => Some(Planned::Removal(words.delete(item, numbers)?)),
        Verb::MakeDefault => Some(Planned::Change(words.make_default(item, numbers)?)),
        Verb::Update | Verb::AddEmail | Verb::MakeEmailPrimary | Verb::RemoveEmail => None,
    })
}

fn email_value(item: &Item) -> Result<&Value, Error> {
    body::value_of(item, "email").ok_or_else(|| no_email(item))
}

fn no_email(item: &Item) -> Error {
    Error::Unwritable {
        kind: item.address.kind(),
        field: "email".to_owned(),
    }
}
