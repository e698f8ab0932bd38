//! What both sorts of membership share (zendesk-api §8, §10).

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::jobs::JobReply;
use super::numbers::Numbers;
use super::paging::Listed;
use super::{Call, Class, Error, Ignored};
use crate::model::{Address, Item, ObjectId};

/// A membership as the service reports one, in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembershipRecord {
    /// The number.
    pub id: ObjectId,
    /// The member.
    pub user: ObjectId,
    /// The group or organization.
    pub container: ObjectId,
    /// Whether it is the member's default.
    pub default: bool,
}

/// How one sort of membership is called on the wire.
pub(super) struct Words {
    /// `/api/v2/group_memberships`
    pub(super) path: &'static str,
    /// `group_membership`
    pub(super) one: &'static str,
    /// `group_memberships`
    pub(super) many: &'static str,
    /// `group_id`
    pub(super) container: &'static str,
}

#[derive(Deserialize)]
pub(super) struct MembershipWire {
    pub(super) id: u64,
    user_id: u64,
    #[serde(alias = "group_id")]
    organization_id: u64,
    default: Option<bool>,
}

impl Listed for MembershipWire {
    const KEYS: &'static [&'static str] = &["group_memberships", "organization_memberships"];
}

impl From<MembershipWire> for MembershipRecord {
    fn from(wire: MembershipWire) -> Self {
        let MembershipWire {
            id,
            user_id,
            organization_id,
            default,
        } = wire;
        Self {
            id: ObjectId::from_wire(id),
            user: ObjectId::from_wire(user_id),
            container: ObjectId::from_wire(organization_id),
            // `null` is the same as `false` (zendesk-api §10).
            default: default.unwrap_or(false),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct MembershipReply {
    #[serde(alias = "group_membership")]
    pub(super) organization_membership: MembershipWire,
}

impl Words {
    /// A second one is refused where the first one was made (zendesk-api §15).
    pub(super) fn create(
        &self,
        item: &Item,
        numbers: Numbers<'_>,
    ) -> Result<Call<MembershipReply>, Error> {
        let membership = self.body(item, numbers)?;
        Ok(Call::post(self.path)
            .json(json!({ self.one: membership }))
            .replayable())
    }

    pub(super) fn create_many(
        &self,
        items: &[Item],
        numbers: Numbers<'_>,
    ) -> Result<Call<JobReply>, Error> {
        let memberships = items
            .iter()
            .map(|item| self.body(item, numbers).map(Json::Object))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Call::post(format!("{}/create_many", self.path))
            .json(json!({ self.many: memberships }))
            .class(Class::Job))
    }

    pub(super) fn delete(&self, item: &Item, numbers: Numbers<'_>) -> Result<Call<Ignored>, Error> {
        let path = format!("{}/{}", self.path, numbers.item_segment(item)?);
        Ok(Call::delete(path))
    }

    pub(super) fn destroy_many(
        &self,
        items: &[Item],
        numbers: Numbers<'_>,
    ) -> Result<Call<JobReply>, Error> {
        super::jobs::destroy_many(&format!("{}/destroy_many", self.path), items, numbers)
    }

    pub(super) fn make_default(
        &self,
        item: &Item,
        numbers: Numbers<'_>,
    ) -> Result<Call<Ignored>, Error> {
        let (user, _) = ends(&item.address)?;
        Ok(Call::put(format!(
            "/api/v2/users/{}/{}/{}/make_default",
            numbers.segment(&user)?,
            self.many,
            numbers.item_segment(item)?
        )))
    }

    fn body(&self, item: &Item, numbers: Numbers<'_>) -> Result<Map<String, Json>, Error> {
        let (user, container) = ends(&item.address)?;
        let mut membership = Map::new();
        membership.insert("user_id".to_owned(), numbers.json(&user)?);
        membership.insert(self.container.to_owned(), numbers.json(&container)?);
        if let Some((path, _)) = item.values.first() {
            return Err(Error::Unwritable {
                kind: item.address.kind(),
                field: path.to_string(),
            });
        }
        Ok(membership)
    }
}

/// The member and what it is a member of.
pub(super) fn ends(address: &Address) -> Result<(Address, Address), Error> {
    address
        .person()
        .zip(address.container())
        .ok_or_else(|| Error::UnknownNumber(address.clone()))
}
