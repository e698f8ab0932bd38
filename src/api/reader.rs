//! The face of the client that can only read.

use super::fields::{self, FieldWire};
use super::identities::{self, IdentityWire};
use super::users::{self, UserWire};
use super::{
    AccountSettings, Client, EmailRecord, Error, GroupRecord, JobId, JobState, JobStatus, Listing,
    MembershipRecord, OrganizationRecord, RoleRecord, UserFilter, UserRecord, group_memberships,
    groups, jobs, organization_memberships, organizations, roles,
};
use crate::model::{Name, ObjectId, UserField};

/// Reads the account. Every method says what it costs; repetitions after faults come on top.
#[derive(Clone)]
pub struct Reader {
    client: Client,
}

impl Reader {
    pub(super) const fn new(client: Client) -> Self {
        Self { client }
    }

    /// The client behind this face, for its clock, counters and limits.
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Who is calling. Costs one request.
    ///
    /// # Errors
    /// Also [`Error::Anonymous`], when the service does not refuse the credential but takes the caller
    /// for nobody (zendesk-api §1.5).
    pub async fn me(&self) -> Result<UserRecord, Error> {
        self.client.me().await
    }

    /// What the account's settings say. Costs one request.
    pub async fn settings(&self) -> Result<AccountSettings, Error> {
        self.client.settings().await
    }

    /// All roles; `None` where the account's plan has no custom roles (403 or 404, zendesk-api §11.2).
    /// Costs one request.
    ///
    /// # Errors
    /// A missing scope is an error, not a missing feature.
    pub async fn roles(&self) -> Result<Option<Listing<RoleRecord>>, Error> {
        match self.client.whole_or_all(roles::list()).await {
            Ok(listing) => Ok(Some(listing.map(RoleRecord::from))),
            Err(error) if error.missing_scopes().is_some() => Err(error),
            Err(error) if error.is_forbidden() || error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All groups that are not deleted. Costs one request for every 100.
    pub async fn groups(&self) -> Result<Listing<GroupRecord>, Error> {
        let listing = self.client.all(groups::list()).await?;
        Ok(listing.map(GroupRecord::from).keep(|group| !group.deleted))
    }

    /// All users of a filter that are not deleted, with their e-mail addresses. Costs one request for
    /// every 100.
    pub async fn users(&self, filter: UserFilter) -> Result<Listing<UserRecord>, Error> {
        Ok(active(self.client.all(users::list(filter, true)).await?))
    }

    /// The first 100 users of a filter. Costs one request.
    pub async fn first_users(&self, filter: UserFilter) -> Result<Listing<UserRecord>, Error> {
        let call = users::list(filter, true);
        Ok(active(self.client.first_page(call).await?))
    }

    /// How many users there are, roughly: for deciding about cost only. Costs one request.
    pub async fn user_count(&self) -> Result<Option<u64>, Error> {
        self.client.count("/api/v2/users/count").await
    }

    /// The users of these numbers that exist. Costs one request for every 100.
    pub async fn users_by_id(&self, ids: &[ObjectId]) -> Result<Listing<UserRecord>, Error> {
        let mut all = Listing::nothing("GET /api/v2/users/show_many?ids".to_owned());
        for some in ids.chunks(100) {
            let page = self.client.whole(users::show_many(some)).await?;
            all.append(active(page));
        }
        Ok(all)
    }

    /// The users of these external ids that exist, read without an index. Costs one request for every
    /// 100, and one for each id that holds a comma.
    pub async fn users_by_external_id(
        &self,
        external_ids: &[String],
    ) -> Result<Listing<UserRecord>, Error> {
        let mut all = Listing::nothing("GET /api/v2/users/show_many?external_ids".to_owned());
        let (odd, plain): (Vec<String>, Vec<String>) = external_ids
            .iter()
            .cloned()
            .partition(|external_id| external_id.contains(','));
        for some in plain.chunks(100) {
            let call = users::show_many_by_external_id(some);
            all.append(active(self.client.whole(call).await?));
        }
        for one in &odd {
            let call = users::search_by_external_id(one);
            all.append(active(self.client.whole(call).await?));
        }
        Ok(all)
    }

    /// The numbers of users whom the search index takes for holders of an e-mail address, primary or
    /// secondary. The index lags behind: a hit has to be read again, and none found does not mean that
    /// there is none. Costs one request.
    pub async fn search_email(&self, email: &Name) -> Result<Listing<ObjectId>, Error> {
        let call = users::search_by_email(email.as_str());
        let hits = active(self.client.whole(call).await?);
        Ok(hits.map(|user| user.id))
    }

    /// One user, even a deleted one, whose record then says so. Costs one request.
    pub async fn user(&self, id: ObjectId) -> Result<Option<UserRecord>, Error> {
        match self.client.send(&users::show(id)).await {
            Ok(replied) => Ok(replied.reply.user.record()),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The e-mail addresses of one user. Costs one request.
    pub async fn emails(&self, user: ObjectId) -> Result<Vec<EmailRecord>, Error> {
        let listing = self.client.all(identities::list(&user.to_string())).await?;
        let identities = listing.items.into_iter();
        Ok(identities.filter_map(IdentityWire::email).collect())
    }

    /// All memberships in groups. Costs one request for every 100.
    pub async fn group_memberships(&self) -> Result<Listing<MembershipRecord>, Error> {
        let listing = self.client.all(group_memberships::list()).await?;
        Ok(listing.map(MembershipRecord::from))
    }

    /// One user's memberships in groups. Costs one request.
    pub async fn group_memberships_of(
        &self,
        user: ObjectId,
    ) -> Result<Listing<MembershipRecord>, Error> {
        let listing = self.client.all(group_memberships::of_user(user)).await?;
        Ok(listing.map(MembershipRecord::from))
    }

    /// All memberships in organizations. Costs one request for every 100.
    pub async fn organization_memberships(&self) -> Result<Listing<MembershipRecord>, Error> {
        let listing = self.client.all(organization_memberships::list()).await?;
        Ok(listing.map(MembershipRecord::from))
    }

    /// One user's memberships in organizations. Costs one request.
    pub async fn organization_memberships_of(
        &self,
        user: ObjectId,
    ) -> Result<Listing<MembershipRecord>, Error> {
        let call = organization_memberships::of_user(user);
        Ok(self.client.all(call).await?.map(MembershipRecord::from))
    }

    /// All memberships in one organization. Costs one request for every 100.
    pub async fn members_of_organization(
        &self,
        organization: ObjectId,
    ) -> Result<Listing<MembershipRecord>, Error> {
        let call = organization_memberships::of_organization(organization);
        Ok(self.client.all(call).await?.map(MembershipRecord::from))
    }

    /// All organizations. Costs one request for every 100.
    pub async fn organizations(&self) -> Result<Listing<OrganizationRecord>, Error> {
        let listing = self.client.all(organizations::list()).await?;
        Ok(listing.map(OrganizationRecord::from))
    }

    /// The first 100 organizations. Costs one request.
    pub async fn first_organizations(&self) -> Result<Listing<OrganizationRecord>, Error> {
        let listing = self.client.first_page(organizations::list()).await?;
        Ok(listing.map(OrganizationRecord::from))
    }

    /// The rest of the organizations after [`Self::first_organizations`].
    pub async fn rest_of_organizations(
        &self,
        first: Listing<OrganizationRecord>,
    ) -> Result<Listing<OrganizationRecord>, Error> {
        let turn = |wire| Some(OrganizationRecord::from(wire));
        self.client.rest(organizations::list(), first, turn).await
    }

    /// The rest of the users after [`Self::first_users`].
    pub async fn rest_of_users(
        &self,
        filter: UserFilter,
        first: Listing<UserRecord>,
    ) -> Result<Listing<UserRecord>, Error> {
        let call = users::list(filter, true);
        let listing = self.client.rest(call, first, UserWire::record).await?;
        Ok(listing.keep(|user| user.active))
    }

    /// How many organizations there are, roughly: for deciding about cost only. Costs one request.
    pub async fn organization_count(&self) -> Result<Option<u64>, Error> {
        self.client.count("/api/v2/organizations/count").await
    }

    /// The organizations of this name, ignoring case; the read needs no index. Costs one request.
    pub async fn organizations_by_name(
        &self,
        name: &Name,
    ) -> Result<Listing<OrganizationRecord>, Error> {
        let call = organizations::search_by_name(name.as_str());
        let listing = self.client.whole(call).await?;
        Ok(listing
            .map(OrganizationRecord::from)
            .keep(|found| found.organization.name == *name))
    }

    /// The organizations of these numbers that exist. Costs one request for every 100.
    pub async fn organizations_by_id(
        &self,
        ids: &[ObjectId],
    ) -> Result<Listing<OrganizationRecord>, Error> {
        let mut all = Listing::nothing("GET /api/v2/organizations/show_many?ids".to_owned());
        for some in ids.chunks(100) {
            let page = self.client.whole(organizations::show_many(some)).await?;
            all.append(page.map(OrganizationRecord::from));
        }
        Ok(all)
    }

    /// The custom fields of users. Costs one request for every 100.
    pub async fn user_fields(&self) -> Result<Listing<UserField>, Error> {
        Ok(self
            .client
            .all(fields::of_users())
            .await?
            .filter_map(FieldWire::record))
    }

    /// The custom fields of organizations. Costs one request for every 100.
    pub async fn organization_fields(&self) -> Result<Listing<UserField>, Error> {
        let listing = self.client.all(fields::of_organizations()).await?;
        Ok(listing.filter_map(FieldWire::record))
    }

    /// The newest 100 background jobs of the account, whoever started them. Costs one request.
    pub async fn newest_jobs(&self) -> Result<Vec<JobStatus>, Error> {
        let listing = self.client.first_page(jobs::list()).await?;
        Ok(listing.items.into_iter().map(JobStatus::from).collect())
    }

    /// Asks after background jobs, at most 100 for each request. What has ended is noted, so that
    /// further jobs may start. Jobs that the service forgot (after a day) are missing.
    pub async fn jobs(&self, asked: &[JobId]) -> Result<Vec<JobStatus>, Error> {
        let mut statuses = Vec::with_capacity(asked.len());
        for some in asked.chunks(100) {
            let reply = self.client().send(&jobs::show_many(some)).await?.reply;
            statuses.extend(reply.job_statuses.into_iter().map(JobStatus::from));
        }
        let mut budget = self.client.budget();
        for status in &statuses {
            if status.state != JobState::Running {
                budget.job_ended(&status.id);
            }
        }
        // A job the service no longer knows is not in anybody's way.
        for job in asked {
            if !statuses.iter().any(|status| status.id == *job) {
                budget.job_ended(job);
            }
        }
        Ok(statuses)
    }
}

/// The records of users who exist. Deleted ones can stand in a search for a while (zendesk-api §5.9).
fn active(listing: Listing<UserWire>) -> Listing<UserRecord> {
    listing
        .filter_map(UserWire::record)
        .keep(|user| user.active)
}
