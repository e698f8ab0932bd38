//! People: end users, agents and administrators (zendesk-api §5).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Address, Fact, Fields, Managed, Name, Texts, Value};

/// What a person may do: one value, because the service's `role` and `custom_role_id` travel together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserRole {
    /// A customer.
    EndUser,
    /// An agent without a custom role.
    Agent,
    /// An administrator; the custom role that the service shows for one is never compared.
    Admin,
    /// An agent who holds this custom or system role.
    Named(Address),
}

impl UserRole {
    /// Says whether the holder is a team member: an agent or an administrator.
    pub const fn is_staff(&self) -> bool {
        !matches!(self, Self::EndUser)
    }

    fn value(&self) -> Value {
        match self {
            Self::EndUser => Value::text("end-user"),
            Self::Agent => Value::text("agent"),
            Self::Admin => Value::text("admin"),
            Self::Named(role) => Value::Reference(role.clone()),
        }
    }
}

/// A person. Every value that is `None` is not managed; an empty text means that there is none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct User {
    /// The primary e-mail address, compared ignoring case.
    pub email: Option<Name>,
    /// The key of another system; unique, ignoring case.
    pub external_id: Option<String>,
    /// The service's own number, which names a person who has neither.
    pub number: Option<u64>,
    /// The full name.
    pub name: Option<String>,
    /// What the person may do.
    pub role: Option<UserRole>,
    /// The group of the default membership; `None` inside is for people who have none.
    pub default_group: Option<Option<Address>>,
    /// Whether the person is kept from signing in.
    pub suspended: Option<bool>,
    /// The name that end users see.
    pub alias: Option<String>,
    /// The telephone number.
    pub phone: Option<String>,
    /// The time zone, by the service's name or by IANA's.
    pub time_zone: Option<String>,
    /// The language, such as `en-US`.
    pub locale: Option<String>,
    /// Tags. Written whole.
    pub tags: Option<Texts>,
    /// Tags that checkbox and dropdown fields put there by themselves; known of live people only.
    #[serde(default)]
    pub field_tags: FieldTags,
    /// Notes for agents.
    pub notes: Option<String>,
    /// Address and the like.
    pub details: Option<String>,
    /// The signature under an agent's mail.
    pub signature: Option<String>,
    /// Which tickets an agent without a custom role sees; empty means all.
    pub ticket_restriction: Option<String>,
    /// Whether an agent may comment in private only.
    pub only_private_comments: Option<bool>,
    /// Whether the person moderates the community.
    pub moderator: Option<bool>,
    /// Custom fields by key. Only the keys listed are managed.
    #[serde(default)]
    pub user_fields: Fields,
}

impl User {
    /// The name part of this person's address: e-mail, else external id, else `id:<number>`.
    pub fn key(&self) -> Name {
        if let Some(email) = &self.email {
            return email.clone();
        }
        match (self.external_id.as_deref(), self.number) {
            (Some(external_id), _) if !external_id.is_empty() => Name::new(external_id),
            (_, number) => Name::new(&format!("id:{}", number.unwrap_or_default())),
        }
    }
}

impl Managed for User {
    fn address(&self) -> Address {
        Address::user(self.key())
    }

    fn facts(&self) -> Vec<Fact> {
        let Self {
            email,
            external_id,
            number: _, // given by the service, never managed
            name,
            role,
            default_group,
            suspended,
            alias,
            phone,
            time_zone,
            locale,
            tags,
            field_tags: _, // part of `tags`, not a fact of its own
            notes,
            details,
            signature,
            ticket_restriction,
            only_private_comments,
            moderator,
            user_fields,
        } = self;
        let mut facts = Vec::with_capacity(8 + user_fields.iter().len());
        if let Some(email) = email {
            facts.push(Fact::new("email", Value::text(email.folded())));
        }
        Fact::text(&mut facts, "name", name.as_ref());
        if let Some(role) = role {
            facts.push(Fact::new("role", role.value()));
        }
        Fact::switch(&mut facts, "suspended", *suspended);
        if let Some(group) = default_group {
            facts.push(Fact::new("default_group", Value::reference(group.as_ref())));
        }
        Fact::text(&mut facts, "external_id", external_id.as_ref());
        Fact::text(&mut facts, "alias", alias.as_ref());
        Fact::text(&mut facts, "phone", phone.as_ref());
        Fact::text(&mut facts, "time_zone", time_zone.as_ref());
        Fact::text(&mut facts, "locale", locale.as_ref());
        Fact::set(&mut facts, "tags", tags.as_ref());
        Fact::text(&mut facts, "notes", notes.as_ref());
        Fact::text(&mut facts, "details", details.as_ref());
        Fact::text(&mut facts, "signature", signature.as_ref());
        Fact::text(
            &mut facts,
            "ticket_restriction",
            ticket_restriction.as_ref(),
        );
        Fact::switch(&mut facts, "only_private_comments", *only_private_comments);
        Fact::switch(&mut facts, "moderator", *moderator);
        Fact::map(&mut facts, "user_fields", user_fields);
        facts
    }

    fn requires(&self) -> Vec<Address> {
        let role = match &self.role {
            Some(UserRole::Named(role)) => Some(role.clone()),
            Some(UserRole::EndUser | UserRole::Agent | UserRole::Admin) | None => None,
        };
        role.into_iter()
            .chain(self.default_group.iter().flatten().cloned())
            .collect()
    }

    fn rekey(&mut self, rename: &dyn Fn(&Address) -> Option<Address>) {
        if let Some(UserRole::Named(role)) = &mut self.role
            && let Some(renamed) = rename(role)
        {
            *role = renamed;
        }
        rekey_reference(self.default_group.as_mut().and_then(Option::as_mut), rename);
    }

    fn align(&mut self, live: &Self) {
        align_folded(&mut self.external_id, live.external_id.as_ref());
        align_folded(&mut self.locale, live.locale.as_ref());
        align_fields(&mut self.user_fields, &live.user_fields);
        if let Some(tags) = &mut self.tags {
            let values = [&self.user_fields, &live.user_fields];
            align_tags(tags, live.tags.as_ref(), &live.field_tags, values);
        }
    }
}

/// Tags by the key of the custom field that puts them there.
pub type FieldTags = Fields<Texts>;

/// Adds the tags that custom fields keep to declared ones. The tags of a field that gets another value go by
/// themselves (zendesk-api §5.8), so they stay only where nothing else about the tags changes.
///
/// `values` are the custom fields, declared and live.
pub(super) fn align_tags(
    declared: &mut Texts,
    live: Option<&Texts>,
    field_tags: &FieldTags,
    values: [&Fields; 2],
) {
    let mut all = declared.clone();
    for (_, tags) in field_tags.iter() {
        all.add(tags);
    }
    if live == Some(&all) {
        *declared = all;
        return;
    }
    let [wanted, held] = values;
    let stays = |key| {
        wanted
            .get(key)
            .is_none_or(|value| held.get(key) == Some(value))
    };
    for (_, tags) in field_tags.iter().filter(|(key, _)| stays(key)) {
        declared.add(tags);
    }
}

/// Takes the live spelling of a text that the service compares ignoring case.
pub(super) fn align_folded(declared: &mut Option<String>, live: Option<&String>) {
    if let (Some(text), Some(live)) = (declared.as_mut(), live)
        && text.to_lowercase() == live.to_lowercase()
    {
        text.clone_from(live);
    }
}

/// Follows a rename of what a managed reference points at.
pub(super) fn rekey_reference(
    reference: Option<&mut Address>,
    rename: &dyn Fn(&Address) -> Option<Address>,
) {
    if let Some(address) = reference
        && let Some(renamed) = rename(address)
    {
        *address = renamed;
    }
}

/// Takes the live form of each custom field value that means the same (zendesk-api §12): dates come
/// back as timestamps, numbers as text, an unset checkbox as `false`, an empty choice as `null`.
pub(super) fn align_fields(declared: &mut Fields, live: &Fields) {
    for (key, value) in declared.iter_mut() {
        let live = live.get(key).unwrap_or(&serde_json::Value::Null);
        if custom_values_agree(value, live) {
            value.clone_from(live);
        }
    }
}

/// Says whether two values of a custom field mean the same to the service (zendesk-api §12).
pub fn custom_values_agree(declared: &serde_json::Value, live: &serde_json::Value) -> bool {
    use serde_json::Value as Json;
    match (declared, live) {
        (Json::String(declared), Json::String(live)) => {
            declared == live
                || date_part(live).is_some_and(|date| date_part(declared).unwrap_or(declared) == date)
                // Decimals only: in a text field, "007" and "7" are two things.
                || (declared.contains('.') && live.contains('.') && numbers_agree(declared, live))
        }
        (Json::String(text), Json::Number(number)) | (Json::Number(number), Json::String(text)) => {
            numbers_agree(text, &number.to_string())
        }
        (Json::Number(declared), Json::Number(live)) => declared.as_f64() == live.as_f64(),
        (Json::Bool(false), Json::Null) | (Json::Null, Json::Bool(false)) => true,
        (Json::Array(declared), Json::Array(live)) => {
            let texts =
                |values: &[Json]| values.iter().map(Json::to_string).collect::<BTreeSet<_>>();
            texts(declared) == texts(live)
        }
        (declared, live) => Value::json(declared) == Value::json(live),
    }
}

/// The date of a timestamp at midnight, in either of the forms the service uses.
fn date_part(text: &str) -> Option<&str> {
    let (date, time) = text.split_once('T')?;
    (date.len() == 10 && time.starts_with("00:00:00")).then_some(date)
}

fn numbers_agree(left: &str, right: &str) -> bool {
    match (left.parse::<f64>(), right.parse::<f64>()) {
        (Ok(left), Ok(right)) => left.to_bits() == right.to_bits(),
        (Ok(_) | Err(_), _) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{User, custom_values_agree};
    use crate::model::{Managed, Name};

    #[test]
    fn custom_custom_values_agree_across_the_forms_the_service_uses() {
        for (case, declared, live, expected) in [
            (
                "a date and its timestamp",
                json!("2020-08-19"),
                json!("2020-08-19T00:00:00+00:00"),
                true,
            ),
            (
                "a date and its Z form",
                json!("2020-08-19"),
                json!("2020-08-19T00:00:00Z"),
                true,
            ),
            (
                "another date",
                json!("2020-08-20"),
                json!("2020-08-19T00:00:00Z"),
                false,
            ),
            ("a number as text", json!("12.50"), json!(12.5), true),
            ("an unset checkbox", json!(false), json!(null), true),
            ("an empty choice", json!(""), json!(null), true),
            (
                "choices in another order",
                json!(["a", "b"]),
                json!(["b", "a"]),
                true,
            ),
            ("other text", json!("emea"), json!("apac"), false),
        ] {
            assert_eq!(custom_values_agree(&declared, &live), expected, "{case}");
        }
    }

    #[test]
    fn a_person_is_named_by_address_then_external_id_then_number() {
        let mut user = User {
            number: Some(7),
            ..User::default()
        };
        assert_eq!(user.address().to_string(), "user/id:7");
        user.external_id = Some("e-1".to_owned());
        assert_eq!(user.address().to_string(), "user/e-1");
        user.email = Some(Name::new("Ada@example.com"));
        assert_eq!(user.address().to_string(), "user/Ada@example.com");
    }
}
