//! One write, tried until it is known what became of it.

use std::time::Duration;

use crate::api::{Error, JobId, Performed, Writer};
use crate::model::{Address, Book, Item, Kind, ObjectId, Verb, Write};

use super::ItemFailure;
use super::jobs::outlast;

/// How long to wait before looking whether a write whose answer was lost took effect.
const BEFORE_LOOKING: Duration = Duration::from_secs(2);
/// How often to look for a user whom the search index may not know yet (zendesk-api §3.6).
const LOOKS: u32 = 4;

/// What became of one write.
#[derive(Debug, Default)]
pub(super) struct Attempt {
    /// Numbers learned.
    pub(super) numbers: Vec<(Address, ObjectId)>,
    /// The job that now carries it out; its end decides.
    pub(super) job: Option<JobId>,
    /// What failed; empty where everything is done.
    pub(super) failures: Vec<ItemFailure>,
    /// What people should know although it worked.
    pub(super) remark: Option<String>,
    /// The service's request ids, in order.
    pub(super) request_ids: Vec<String>,
    /// Why every later write would fail as this one did.
    pub(super) hopeless: Option<String>,
}

impl Attempt {
    /// Every item failed for the same reason.
    pub(super) fn failed(items: &[Item], message: &str) -> Self {
        let failure = |item: &Item| ItemFailure {
            address: item.address.clone(),
            message: message.to_owned(),
        };
        Self {
            failures: items.iter().map(failure).collect(),
            ..Self::default()
        }
    }

    fn of_error(write: &Write, error: &Error) -> Self {
        let message = match error.hint() {
            Some(hint) => format!("{error}; {hint}"),
            None => error.to_string(),
        };
        let hopeless = error.is_unauthorized().then(|| {
            "the account no longer accepts the credential, so nothing more was sent".to_owned()
        });
        Self {
            hopeless,
            request_ids: error.request_id().map(str::to_owned).into_iter().collect(),
            ..Self::failed(&write.items, &message)
        }
    }

    fn of_performed(performed: Performed) -> Self {
        let Performed {
            replies,
            job,
            request_ids,
        } = performed;
        let numbers = replies
            .into_iter()
            .filter_map(|reply| reply.id.map(|id| (reply.address, id)))
            .collect();
        Self {
            numbers,
            job,
            request_ids,
            ..Self::default()
        }
    }

    fn absorb(&mut self, other: Self) {
        let Self {
            numbers,
            job: _,
            failures,
            remark,
            request_ids,
            hopeless,
        } = other;
        self.numbers.extend(numbers);
        self.failures.extend(failures);
        self.request_ids.extend(request_ids);
        self.remark = self.remark.take().or(remark);
        self.hopeless = self.hopeless.take().or(hopeless);
    }
}

/// Sends one write and resolves an unknown outcome by looking at the account, never by repeating
/// blindly (zendesk-api §15).
pub(super) async fn attempt(writer: &Writer, write: &Write, book: &Book) -> Attempt {
    match writer.perform(write, book).await {
        Ok(performed) => Attempt::of_performed(performed),
        Err(Error::UnknownNumber(_)) => numbered(writer, write, book).await,
        Err(error) if error.is_outcome_unknown() => resolve(writer, write, book, &error).await,
        Err(error) if is_bulk_import_off(write, &error) => {
            let mut attempt = one_by_one(writer, write, &write.items, book).await;
            attempt.remark = Some(
                "bulk user import is switched off in this account; the users were created one by one"
                    .to_owned(),
            );
            attempt
        }
        Err(error) => Attempt::of_error(write, &error),
    }
}

/// Looks up the items' own numbers and sends the write with them. Jobs do not tell the numbers of the
/// memberships they make, and only the few that become a default are ever asked for.
async fn numbered(writer: &Writer, write: &Write, book: &Book) -> Attempt {
    let unknown: Vec<Item> = write
        .items
        .iter()
        .filter(|item| book.get(&item.address).or(item.id).is_none())
        .cloned()
        .collect();
    let (found, _) = look(writer, write.kind, &unknown, book).await;
    let mut known = book.clone();
    for (address, id) in &found {
        known.insert(address.clone(), *id);
    }
    let mut attempt = match writer.perform(write, &known).await {
        Ok(performed) => Attempt::of_performed(performed),
        Err(error) => Attempt::of_error(write, &error),
    };
    attempt.numbers.extend(found);
    attempt
}

/// Accounts have bulk user creation only where the service switched it on (zendesk-api §5.4).
fn is_bulk_import_off(write: &Write, error: &Error) -> bool {
    write.many
        && write.kind == Kind::User
        && write.verb == Verb::Create
        && error.is_forbidden()
        && error.missing_scopes().is_none()
}

async fn resolve(writer: &Writer, write: &Write, book: &Book, lost: &Error) -> Attempt {
    writer.reader().client().sleep(BEFORE_LOOKING).await;
    if write.many {
        outlast(&writer.reader()).await;
    }
    match write.verb {
        Verb::Create => {
            let (found, missing) = look(writer, write.kind, &write.items, book).await;
            let mut attempt = Attempt {
                numbers: found,
                ..Attempt::default()
            };
            attempt.absorb(one_by_one(writer, write, &missing, book).await);
            attempt
        }
        // Setting or removing the same thing twice leaves the account as doing it once.
        Verb::Update
        | Verb::Delete
        | Verb::MakeDefault
        | Verb::AddEmail
        | Verb::MakeEmailPrimary
        | Verb::RemoveEmail => match writer.perform(write, book).await {
            Ok(performed) => Attempt::of_performed(performed),
            Err(error) if error.is_outcome_unknown() => Attempt::of_error(write, lost),
            Err(error) => Attempt::of_error(write, &error),
        },
    }
}

/// Carries items out as single writes, one after the other.
async fn one_by_one(writer: &Writer, write: &Write, items: &[Item], book: &Book) -> Attempt {
    let mut all = Attempt::default();
    for item in items {
        if let Some(why) = all.hopeless.clone() {
            all.absorb(Attempt::failed(std::slice::from_ref(item), &why));
            continue;
        }
        let single = Write {
            verb: write.verb,
            kind: write.kind,
            many: false,
            items: vec![item.clone()],
        };
        all.absorb(one(writer, &single, item, book).await);
    }
    all
}

/// A single write whose item may exist already because an earlier try took effect late.
async fn one(writer: &Writer, single: &Write, item: &Item, book: &Book) -> Attempt {
    let error = match writer.perform(single, book).await {
        Ok(performed) => return Attempt::of_performed(performed),
        Err(error) => error,
    };
    if single.verb != Verb::Create || !(error.is_duplicate() || error.is_outcome_unknown()) {
        return Attempt::of_error(single, &error);
    }
    let mut pause = BEFORE_LOOKING;
    for _ in 0..LOOKS {
        let (found, _) = look(writer, single.kind, std::slice::from_ref(item), book).await;
        if !found.is_empty() {
            return Attempt {
                numbers: found,
                ..Attempt::default()
            };
        }
        writer.reader().client().sleep(pause).await;
        pause *= 2;
    }
    Attempt::of_error(single, &error)
}

/// The items that exist with their numbers, and those that do not. What cannot be looked at counts as
/// missing: making it again then says why.
pub(super) async fn look(
    writer: &Writer,
    kind: Kind,
    items: &[Item],
    book: &Book,
) -> (Vec<(Address, ObjectId)>, Vec<Item>) {
    let reader = writer.reader();
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for item in items {
        match reader.find(kind, item, book).await.as_deref() {
            Ok([id, ..]) => found.push((item.address.clone(), *id)),
            Ok([]) | Err(_) => missing.push(item.clone()),
        }
    }
    (found, missing)
}
