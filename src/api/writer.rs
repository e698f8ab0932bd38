//! The face of the client that can change the account.

use std::time::Duration;

use serde::de::DeserializeOwned;

use super::jobs::JobReply;
use super::memberships::MembershipReply;
use super::numbers::Numbers;
use super::perform::{Planned, identity_call, plan};
use super::{
    Call, Client, EmailRecord, Error, Ignored, JobId, Reader, groups, identities, organizations,
    roles,
};
use crate::model::{Address, Book, Item, Name, ObjectId, Write};

const FIRST_POLL: Duration = Duration::from_secs(1);
const LONGEST_POLL: Duration = Duration::from_secs(10);

/// Changes the account. Only `apply` receives one.
#[derive(Clone)]
pub struct Writer {
    client: Client,
}

/// What a write came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Performed {
    /// What became of each item of a single write; empty for a job, whose items are told by
    /// [`Reader::jobs`].
    pub replies: Vec<ItemReply>,
    /// The background job that a bulk write started.
    pub job: Option<JobId>,
    /// How the service calls the requests, in order.
    pub request_ids: Vec<String>,
}

/// What became of one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemReply {
    /// The item.
    pub address: Address,
    /// Its number: new for what was created, the known one otherwise.
    pub id: Option<ObjectId>,
    /// Whether the write changed something.
    pub effect: Effect,
}

/// Whether a write changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It was carried out.
    Done,
    /// What it asks for was so already: a membership or address that was there, or an object that was
    /// gone. Somebody else did it, or an earlier try of ours.
    AlreadySo,
}

impl Writer {
    pub(super) const fn new(client: Client) -> Self {
        Self { client }
    }

    /// The face that reads the same account.
    pub fn reader(&self) -> Reader {
        self.client.reader()
    }

    /// Carries out one write. Single writes about the same person wait for each other. The numbers of addresses come from `book`, which knows newer ones than
    /// the plan.
    ///
    /// Costs one request, and one more for each of: the two verbs about an address that exists
    /// ([`crate::model::Verb::MakeEmailPrimary`], [`crate::model::Verb::RemoveEmail`]), which have to
    /// look its number up; a membership or address that turns out to be there already.
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] when the write may have been carried out: it was not repeated, and
    /// [`Reader::find`] tells whether it was. Every other error means that nothing was changed.
    pub async fn perform(&self, write: &Write, book: &Book) -> Result<Performed, Error> {
        let numbers = Numbers::Known(book);
        let planned = plan(write, numbers)?;
        if let Planned::Job(call) = planned {
            return self.start_job(call).await;
        }
        let [item] = write.items.as_slice() else {
            return Err(Error::Unsupported {
                verb: write.verb,
                kind: write.kind,
                many: write.many,
            });
        };
        let _turn = match item.address.person() {
            Some(person) => Some(self.client.turn_of(person).await),
            None => None,
        };
        self.perform_one(planned, item, book).await
    }

    async fn perform_one(
        &self,
        planned: Planned,
        item: &Item,
        book: &Book,
    ) -> Result<Performed, Error> {
        let known = Numbers::Known(book).of_item(item);
        match planned {
            Planned::Role(call) => {
                let number = |reply: roles::RoleReply| Some(reply.custom_role.id);
                self.create(call, item, number).await
            }
            Planned::Group(call) => {
                let number = |reply: groups::GroupReply| Some(reply.group.id);
                self.create(call, item, number).await
            }
            Planned::Organization(call) => {
                let number = |reply: organizations::OrganizationReply| Some(reply.organization.id);
                self.create(call, item, number).await
            }
            Planned::User(call) => {
                let number = |reply: super::users::UserReply| {
                    reply.user.record().map(|user| user.id.to_wire())
                };
                self.create(call, item, number).await
            }
            Planned::Membership(call) => self.join(call, item, book).await,
            Planned::Change(call) => {
                let request_id = self.client.run(call).await?;
                Ok(Performed::one(item, known, Effect::Done, request_id))
            }
            Planned::Removal(call) => self.remove(call, item, known).await,
            Planned::Email(call) => self.add_email(call, item, known).await,
            Planned::Identity {
                user,
                email,
                removal,
            } => self.identity(&user, &email, removal, item, known).await,
            // Handled by the caller, who has all items.
            Planned::Job(call) => self.start_job(call).await,
        }
    }

    async fn create<Reply: DeserializeOwned>(
        &self,
        call: Call<Reply>,
        item: &Item,
        number: impl FnOnce(Reply) -> Option<u64>,
    ) -> Result<Performed, Error> {
        let replied = self.client.send(&call).await?;
        let id = number(replied.reply).map(ObjectId::from_wire);
        Ok(Performed::one(item, id, Effect::Done, replied.request_id))
    }

    /// Makes a membership; one that is there already is found (zendesk-api §15).
    async fn join(
        &self,
        call: Call<MembershipReply>,
        item: &Item,
        book: &Book,
    ) -> Result<Performed, Error> {
        let duplicate = match self.client.send(&call).await {
            Ok(replied) => {
                let id = ObjectId::from_wire(replied.reply.organization_membership.id);
                return Ok(Performed::one(
                    item,
                    Some(id),
                    Effect::Done,
                    replied.request_id,
                ));
            }
            Err(error) if error.is_duplicate() => error,
            Err(error) => return Err(error),
        };
        match self.reader().find_membership(&item.address, book).await? {
            Some(id) => Ok(Performed::one(item, Some(id), Effect::AlreadySo, None)),
            None => Err(duplicate),
        }
    }

    /// Deletes; what is gone already is as good as deleted.
    async fn remove(
        &self,
        call: Call<Ignored>,
        item: &Item,
        id: Option<ObjectId>,
    ) -> Result<Performed, Error> {
        match self.client.run(call).await {
            Ok(request_id) => Ok(Performed::one(item, id, Effect::Done, request_id)),
            Err(error) if error.is_not_found() => {
                Ok(Performed::one(item, id, Effect::AlreadySo, None))
            }
            Err(error) => Err(error),
        }
    }

    /// Adds an address; one that this very user holds already is found.
    async fn add_email(
        &self,
        call: Call<Ignored>,
        item: &Item,
        id: Option<ObjectId>,
    ) -> Result<Performed, Error> {
        let duplicate = match self.client.run(call).await {
            Ok(request_id) => {
                return Ok(Performed::one(item, id, Effect::Done, request_id));
            }
            Err(error) if error.is_duplicate() => error,
            Err(error) => return Err(error),
        };
        let wanted = super::body::value_of(item, "email");
        let held = match (id, wanted) {
            (Some(user), Some(crate::model::Value::Text(email))) => {
                let email = Name::new(email);
                let emails = self.reader().emails(user).await?;
                emails.iter().any(|known| known.email == email)
            }
            (_, _) => false,
        };
        if held {
            Ok(Performed::one(item, id, Effect::AlreadySo, None))
        } else {
            Err(duplicate)
        }
    }

    /// Makes an address primary or removes it, once its number is looked up.
    async fn identity(
        &self,
        user: &str,
        email: &str,
        removal: bool,
        item: &Item,
        id: Option<ObjectId>,
    ) -> Result<Performed, Error> {
        let listed = self.client.all(identities::list(user)).await?;
        let wanted = Name::new(email);
        let known: Option<EmailRecord> = listed
            .items
            .into_iter()
            .filter_map(identities::IdentityWire::email)
            .find(|known| known.email == wanted);
        match known {
            Some(known) if !removal && known.primary => {
                Ok(Performed::one(item, id, Effect::AlreadySo, None))
            }
            Some(known) => {
                let call = identity_call(user, &known.id.to_string(), removal);
                if removal {
                    return self.remove(call, item, id).await;
                }
                let request_id = self.client.run(call).await?;
                Ok(Performed::one(item, id, Effect::Done, request_id))
            }
            None if removal => Ok(Performed::one(item, id, Effect::AlreadySo, None)),
            None => Err(Error::NoSuchEmail {
                user: item.address.clone(),
                email: email.to_owned(),
            }),
        }
    }

    /// Starts a job, once the account has room for one more (zendesk-api §4.2).
    async fn start_job(&self, call: Call<JobReply>) -> Result<Performed, Error> {
        self.wait_for_room().await?;
        let replied = self.client.send(&call).await?;
        let job = replied.reply.job_status.id;
        self.client.job_started(job.clone());
        Ok(Performed {
            replies: Vec::new(),
            job: Some(job),
            request_ids: replied.request_id.into_iter().collect(),
        })
    }

    /// Makes `phone`, which an update has added to the user's numbers, the one that counts, in place of
    /// the one that did: like an e-mail address, another number only becomes a further identity
    /// (zendesk-api §5.8). Costs three requests; one where the user has no such number.
    ///
    /// # Errors
    /// Those of the calls; each may be repeated.
    pub async fn switch_phone(&self, user: ObjectId, phone: &str) -> Result<(), Error> {
        let user = user.to_string();
        let listed = self.client.all(identities::list(&user)).await?.items;
        let phones: Vec<_> = listed
            .into_iter()
            .filter_map(identities::IdentityWire::phone)
            .collect();
        let Some(new) = phones.iter().find(|known| known.phone == phone) else {
            return Ok(());
        };
        if !new.primary {
            self.client
                .run(identities::make_primary(&user, &new.id.to_string()))
                .await?;
        }
        for old in phones
            .iter()
            .filter(|known| known.primary && known.id != new.id)
        {
            self.client
                .run(identities::delete(&user, &old.id.to_string()))
                .await?;
        }
        Ok(())
    }

    async fn wait_for_room(&self) -> Result<(), Error> {
        let mut pause = FIRST_POLL;
        loop {
            let in_the_way = self.client.budget().jobs_in_the_way();
            let Some(jobs) = in_the_way else {
                return Ok(());
            };
            tracing::info!(jobs = jobs.len(), "waiting for background jobs to end");
            self.client.sleep(pause).await;
            self.reader().jobs(&jobs).await?;
            pause = (pause * 2).min(LONGEST_POLL);
        }
    }
}

impl Performed {
    fn one(item: &Item, id: Option<ObjectId>, effect: Effect, request_id: Option<String>) -> Self {
        Self {
            replies: vec![ItemReply {
                address: item.address.clone(),
                id,
                effect,
            }],
            job: None,
            request_ids: request_id.into_iter().collect(),
        }
    }
}
