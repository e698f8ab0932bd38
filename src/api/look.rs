//! Looking whether a create happened, when its answer was lost (zendesk-api §15).

use super::memberships::ends;
use super::{
    Error, MembershipRecord, Reader, UserFilter, body, group_memberships, organization_memberships,
};
use crate::model::{Address, Book, Item, Kind, ObjectId, Value};

impl Reader {
    /// The numbers of live objects that a create may have made, for one whose answer was lost
    /// (zendesk-api §15). Users are looked for by external id or, where they are team members, in the
    /// list of the staff, which is certain; else by address in an index that lags behind: look again
    /// before deciding that there is none. Costs one request or two, for groups and staff one for every
    /// 100.
    pub async fn find(&self, kind: Kind, item: &Item, book: &Book) -> Result<Vec<ObjectId>, Error> {
        let address = &item.address;
        match kind {
            Kind::Role => {
                let roles = self.roles().await?.map(|listing| listing.items);
                let found = roles.into_iter().flatten();
                Ok(found
                    .filter(|role| role.role.name == *address.name())
                    .map(|role| role.id)
                    .collect())
            }
            Kind::Group => {
                let found = self.groups().await?.items.into_iter();
                Ok(found
                    .filter(|group| group.group.name == *address.name())
                    .map(|group| group.id)
                    .collect())
            }
            Kind::Organization => {
                let found = self.organizations_by_name(address.name()).await?;
                Ok(found.items.iter().map(|found| found.id).collect())
            }
            Kind::User => self.find_user(item).await,
            Kind::GroupMembership | Kind::OrganizationMembership => Ok(self
                .find_membership(address, book)
                .await?
                .into_iter()
                .collect()),
        }
    }

    async fn find_user(&self, item: &Item) -> Result<Vec<ObjectId>, Error> {
        if let Some(Value::Text(external_id)) = body::value_of(item, "external_id") {
            let found = self
                .users_by_external_id(std::slice::from_ref(external_id))
                .await?;
            return Ok(found.items.iter().map(|user| user.id).collect());
        }
        let email = item.address.name();
        // The list of the staff needs no index.
        let found = if is_staff(body::value_of(item, "role")) {
            self.users(UserFilter::Staff).await?
        } else {
            let hits = self.search_email(email).await?;
            self.users_by_id(&hits.items).await?
        };
        Ok(found
            .items
            .iter()
            .filter(|user| user.user.email.as_ref() == Some(email))
            .map(|user| user.id)
            .collect())
    }

    /// The number of a membership, looked up among all of its user's. Costs one request or more.
    pub(super) async fn find_membership(
        &self,
        address: &Address,
        book: &Book,
    ) -> Result<Option<ObjectId>, Error> {
        let (user, container) = ends(address)?;
        let number = |address: &Address| {
            book.get(address)
                .ok_or_else(|| Error::UnknownNumber(address.clone()))
        };
        let (user, container) = (number(&user)?, number(&container)?);
        let listing = match address.kind() {
            Kind::GroupMembership => self.client().all(group_memberships::of_user(user)).await?,
            Kind::OrganizationMembership => {
                self.client()
                    .all(organization_memberships::of_user(user))
                    .await?
            }
            Kind::Role | Kind::Group | Kind::Organization | Kind::User => return Ok(None),
        };
        let found = listing
            .map(MembershipRecord::from)
            .items
            .into_iter()
            .find(|membership| membership.container == container);
        Ok(found.map(|membership| membership.id))
    }
}

fn is_staff(role: Option<&Value>) -> bool {
    match role {
        Some(Value::Reference(_)) => true,
        Some(Value::Text(role)) => role != "end-user",
        Some(
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Set(_)
            | Value::References(_)
            | Value::Json(_),
        )
        | None => false,
    }
}
