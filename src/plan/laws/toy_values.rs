//! What the toy account makes of values: names are unique, roles bring and take groups.

use super::toy::{Done, Held, Person, Toy, ensure};
use crate::model::{
    Address, Book, Group, Item, Kind, Marks, Name, ObjectId, Organization, Role, User, Value, Verb,
};

fn text_of(value: &Value) -> String {
    if let Value::Text(text) = value {
        text.clone()
    } else {
        String::new()
    }
}

impl Toy {
    pub(super) fn create_named(&mut self, kind: Kind, item: &Item, book: &mut Book) -> Done {
        let id = self.number();
        let name = Name::new("");
        match kind {
            Kind::Role => drop(self.roles.insert(id, Role::named(name))),
            Kind::Group => drop(self.groups.insert(id, Group::named(name))),
            _ => drop(self.organizations.insert(id, Organization::named(name))),
        }
        if let Some(group) = self.groups.get_mut(&id) {
            group.is_public = Some(true);
        }
        self.update_named(kind, id, item, book)?;
        book.insert(item.address.clone(), ObjectId::from_wire(id));
        Ok(())
    }

    pub(super) fn update_named(&mut self, kind: Kind, id: u64, item: &Item, book: &Book) -> Done {
        for (path, value) in &item.values {
            if path == "name" {
                self.set_name(kind, id, Name::new(&text_of(value)))?;
                continue;
            }
            match kind {
                Kind::Role => {
                    let role = self.roles.get_mut(&id).ok_or("no such role")?;
                    role.description = Some(text_of(value));
                }
                Kind::Group => self.update_group(id, path, value)?,
                _ => self.update_organization(id, path, value, book)?,
            }
        }
        Ok(())
    }

    fn set_name(&mut self, kind: Kind, id: u64, name: Name) -> Done {
        let taken = match kind {
            Kind::Role => self
                .roles
                .iter()
                .any(|(other, one)| *other != id && one.name == name),
            Kind::Group => self
                .groups
                .iter()
                .any(|(other, one)| *other != id && one.name == name),
            _ => self
                .organizations
                .iter()
                .any(|(other, one)| *other != id && one.name == name),
        };
        ensure(!taken, || format!("{kind} `{name}` is taken"))?;
        match kind {
            Kind::Role => self.roles.get_mut(&id).ok_or("no such role")?.name = name,
            Kind::Group => self.groups.get_mut(&id).ok_or("no such group")?.name = name,
            _ => {
                let organization = self.organizations.get_mut(&id);
                organization.ok_or("no such organization")?.name = name;
            }
        }
        Ok(())
    }

    fn update_group(&mut self, id: u64, path: &str, value: &Value) -> Done {
        let group = self.groups.get_mut(&id).ok_or("no such group")?;
        if path == "description" {
            group.description = Some(text_of(value));
            return Ok(());
        }
        let public = *value == Value::Bool(true);
        let allowed = !public || group.is_public == Some(true);
        ensure(allowed, || "a private group stays private".to_owned())?;
        group.is_public = Some(public);
        Ok(())
    }

    fn update_organization(&mut self, id: u64, path: &str, value: &Value, book: &Book) -> Done {
        let text = text_of(value);
        let same = |one: &Organization| {
            one.external_id
                .as_ref()
                .is_some_and(|key| key.eq_ignore_ascii_case(&text))
        };
        let taken = self
            .organizations
            .iter()
            .any(|(other, one)| *other != id && same(one));
        let group = match value {
            Value::Reference(group) => Some(Self::find(book, group)?),
            _ => None,
        };
        let group = group
            .map(|group| self.groups.get(&group).ok_or("no such group"))
            .transpose()?;
        let group = group.map(|group| Address::group(group.name.clone()));
        let organization = self
            .organizations
            .get_mut(&id)
            .ok_or("no such organization")?;
        match path {
            "details" => organization.details = Some(text),
            "group" => organization.group = Some(group),
            _ => {
                ensure(!taken || text.is_empty(), || {
                    format!("external id `{text}` is taken")
                })?;
                organization.external_id = Some(text);
            }
        }
        Ok(())
    }

    pub(super) fn create_user(&mut self, item: &Item, book: &mut Book) -> Done {
        let value = |wanted: &str| {
            item.values
                .iter()
                .find(|(path, _)| path == wanted)
                .map(|(_, value)| value)
        };
        let id = self.number();
        let Some(Value::Text(email)) = value("email") else {
            return Err("the toy's people have addresses".to_owned());
        };
        let email = Name::new(email);
        self.free_email(&email)?;
        let user = User {
            email: Some(email.clone()),
            suspended: Some(false),
            ..User::default()
        };
        let person = Person {
            user,
            role: Held::EndUser,
            emails: vec![email],
            marks: Marks::default(),
        };
        self.people.insert(id, person);
        book.insert(item.address.clone(), ObjectId::from_wire(id));
        self.update_user(id, item, book)?;
        if let Some(Value::Reference(organization)) = value("organization") {
            let to = Self::find(book, organization)?;
            let membership = self.join_organization(id, to)?;
            let address = Address::membership(
                Kind::OrganizationMembership,
                item.address.name().clone(),
                organization.name().clone(),
            );
            book.insert(address, ObjectId::from_wire(membership));
        }
        Ok(())
    }

    fn free_email(&self, email: &Name) -> Done {
        let taken = self
            .people
            .values()
            .any(|person| person.emails.contains(email));
        ensure(!taken, || format!("`{email}` is taken"))
    }

    pub(super) fn update_user(&mut self, id: u64, item: &Item, book: &mut Book) -> Done {
        ensure(self.people.contains_key(&id), || "no such user".to_owned())?;
        let was_staff = self.is_staff(id);
        for (path, value) in &item.values {
            let text = text_of(value);
            if path == "external_id" && !text.is_empty() {
                let same = |person: &Person| {
                    person
                        .user
                        .external_id
                        .as_ref()
                        .is_some_and(|key| key.eq_ignore_ascii_case(&text))
                };
                let taken = self
                    .people
                    .iter()
                    .any(|(other, person)| *other != id && same(person));
                ensure(!taken, || format!("external id `{text}` is taken"))?;
            }
            let role = match value {
                Value::Reference(role) if path == "role" => {
                    Some(Held::Custom(Self::find(book, role)?))
                }
                _ => None,
            };
            if let Some(Held::Custom(role)) = role {
                ensure(self.roles.contains_key(&role), || "no such role".to_owned())?;
            }
            let person = self.people.get_mut(&id).unwrap();
            match path.as_ref() {
                "role" => {
                    person.role = role.unwrap_or(match text.as_str() {
                        "agent" => Held::Agent,
                        "admin" => Held::Admin,
                        _ => Held::EndUser,
                    });
                }
                "name" => person.user.name = Some(text),
                "alias" => person.user.alias = Some(text),
                "external_id" => person.user.external_id = Some(text),
                "suspended" => person.user.suspended = Some(*value == Value::Bool(true)),
                "email" | "groups" | "default_group" | "organization" | "invite" => {}
                other => return Err(format!("the toy knows no `{other}`")),
            }
        }
        if was_staff && !self.is_staff(id) {
            self.group_memberships
                .retain(|_, (person, _, _)| *person != id);
        }
        if !was_staff && self.is_staff(id) {
            self.start_groups(id, item, book)?;
        }
        Ok(())
    }

    /// A new agent joins the groups given, else the account's default group (zendesk-api §5.5).
    fn start_groups(&mut self, id: u64, item: &Item, book: &mut Book) -> Done {
        let value = |wanted: &str| {
            item.values
                .iter()
                .find(|(path, _)| path == wanted)
                .map(|(_, value)| value)
        };
        let Some(Value::References(groups)) = value("groups") else {
            self.join_group(id, self.default_group)?;
            return Ok(());
        };
        for group in groups {
            let membership = self.join_group(id, Self::find(book, group)?)?;
            let address = Address::membership(
                Kind::GroupMembership,
                item.address.name().clone(),
                group.name().clone(),
            );
            book.insert(address, ObjectId::from_wire(membership));
            if value("default_group") == Some(&Value::Reference(group.clone())) {
                self.make_default(membership);
            }
        }
        Ok(())
    }

    pub(super) fn email(&mut self, verb: Verb, id: u64, item: &Item) -> Done {
        let Some((_, Value::Text(email))) = item.values.first() else {
            return Err("no address given".to_owned());
        };
        let email = Name::new(email);
        if verb == Verb::AddEmail {
            self.free_email(&email)?;
        }
        let person = self.people.get_mut(&id).ok_or("no such user")?;
        match verb {
            Verb::AddEmail => person.emails.push(email),
            Verb::MakeEmailPrimary => {
                ensure(person.emails.contains(&email), || {
                    "not the person's address".to_owned()
                })?;
                person.user.email = Some(email);
            }
            _ => {
                ensure(person.user.email.as_ref() != Some(&email), || {
                    "the primary address".to_owned()
                })?;
                person.emails.retain(|held| *held != email);
            }
        }
        Ok(())
    }
}
