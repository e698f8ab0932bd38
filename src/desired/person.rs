//! One person, with all that entry, profiles and defaults say together.

use std::collections::BTreeMap;

use super::entry::{Entry, Placed};
use super::grant::Held;
use super::index::{Context, Referable};
use super::profile::{Layer, references};
use crate::diag::Place;
use crate::manifest::{Clearable, Given, Grant, List, PersonState, Text, UserEntry, Values};
use crate::model::{Address, Kind, Name, UserRole};

/// A list of grants, joined from the entry and its profiles.
#[derive(Debug)]
pub(super) struct Joined<'a> {
    /// Where the first list that counts stands.
    pub(super) list: Placed<'a, ()>,
    /// What is granted and declared, each once, with its address.
    pub(super) held: Vec<(Address, Held<'a>)>,
    /// Grants that have ended.
    pub(super) ended: Vec<(Address, Held<'a>)>,
}

/// A role that somebody holds.
#[derive(Debug)]
pub(super) struct HeldRole<'a> {
    /// The role.
    pub(super) role: UserRole,
    /// The grant.
    pub(super) held: Held<'a>,
}

/// What is said of a default group.
#[derive(Debug)]
pub(super) struct DefaultGroup<'a> {
    /// What is written.
    pub(super) given: Placed<'a, Clearable>,
    /// The group; `None` says that there is to be none.
    pub(super) address: Option<Address>,
}

/// A name that nothing declares.
#[derive(Debug)]
pub(super) struct Unknown<'a> {
    /// What it would be.
    pub(super) what: Referable,
    /// The name.
    pub(super) name: Placed<'a, Text>,
}

/// One person.
#[derive(Debug)]
pub(super) struct Person<'a> {
    /// The entry.
    pub(super) entry: Entry<'a, UserEntry>,
    /// The address.
    pub(super) address: Address,
    /// The entry, its profiles, then the defaults, the nearest first.
    layers: Vec<Layer<'a>>,
    /// How many of the layers are the entry and its profiles.
    personal: usize,
    /// The state that is wanted, where it is managed.
    pub(super) state: Option<PersonState>,
    /// The role, where it is managed and known.
    pub(super) role: Option<HeldRole<'a>>,
    /// A grant of a role that has ended.
    pub(super) ended_role: Option<Held<'a>>,
    /// The groups, where they are managed.
    pub(super) groups: Option<Joined<'a>>,
    /// The organizations, where they are managed.
    pub(super) organizations: Option<Joined<'a>>,
    /// The default group, where it is managed and known.
    pub(super) default_group: Option<DefaultGroup<'a>>,
    /// Names that nothing declares.
    pub(super) unknown: Vec<Unknown<'a>>,
}

impl Unknown<'_> {
    /// Says whether it would be a group.
    pub(super) fn is_group(&self) -> bool {
        self.what == Referable::Object(Kind::Group)
    }
}

impl<'a> Person<'a> {
    /// Resolves one entry, which `name` names.
    pub(super) fn new(context: &Context<'a>, name: &Name, entry: &Entry<'a, UserEntry>) -> Self {
        let mut unknown = Vec::new();
        let mut layers = vec![Layer {
            values: entry.value.values(),
            source: entry.home.source,
        }];
        for reference in references(&entry.value.profile, entry.home.source) {
            match context.profiles.get(reference.value) {
                Some(profile) => layers.extend(&profile.layers),
                None => unknown.push(Unknown {
                    what: Referable::Profile,
                    name: reference,
                }),
            }
        }
        let personal = layers.len();
        layers.extend(entry.home.defaults.iter().map(|(defaults, source)| Layer {
            values: defaults.users.values(),
            source,
        }));
        let mut person = Self {
            entry: *entry,
            address: Address::user(name.clone()),
            layers,
            personal,
            state: entry.value.state.get().map(|state| state.value),
            role: None,
            ended_role: None,
            groups: None,
            organizations: None,
            default_group: None,
            unknown,
        };
        person.find_role(context);
        let groups = |name: &str| context.group(name);
        person.groups = person.joined(context, Kind::Group, |all| all.groups, &groups);
        let organizations = |name: &str| context.organization(name);
        person.organizations = person.joined(
            context,
            Kind::Organization,
            |all| all.organizations,
            &organizations,
        );
        person.find_default_group(context);
        person
    }

    /// The value of a key: the entry's, or else that of the nearest layer that has it.
    pub(super) fn pick<T: 'a>(
        &self,
        field: impl Fn(&Values<'a>) -> &'a Given<T>,
    ) -> Option<Placed<'a, T>> {
        self.layers.iter().find_map(|layer| {
            let value = field(&layer.values).get()?;
            Some(Placed::new(value, layer.source))
        })
    }

    /// The values of a key in all layers, the nearest first.
    pub(super) fn all<T: 'a>(
        &self,
        field: impl Fn(&Values<'a>) -> &'a Given<T>,
    ) -> impl Iterator<Item = Placed<'a, T>> {
        self.layers.iter().filter_map(move |layer| {
            let value = field(&layer.values).get()?;
            Some(Placed::new(value, layer.source))
        })
    }

    /// Custom fields by key, of which the nearest layer's holds.
    pub(super) fn fields(&self) -> BTreeMap<&'a str, Placed<'a, serde_json::Value>> {
        let mut fields = BTreeMap::new();
        for layer in &self.layers {
            let own = layer.values.user_fields.get();
            for (key, value) in own.into_iter().flat_map(|own| &own.value.0) {
                fields
                    .entry(&*key.value)
                    .or_insert_with(|| Placed::new(value, layer.source));
            }
        }
        fields
    }

    /// For an end user who stays one: that it is so, and where it is said.
    pub(super) fn made_end_user(&self) -> Option<(String, Place)> {
        let role = self.role.as_ref()?;
        let stays = role.role == UserRole::EndUser && !self.leaves();
        let said = format!("made an end user of `{}` here", self.address);
        stays.then(|| (said, role.held.place()))
    }

    /// Says whether the person is on the way out, so that role, groups and organizations mean nothing.
    pub(super) fn leaves(&self) -> bool {
        match self.state {
            Some(PersonState::Offboarded | PersonState::Deleted) => true,
            Some(PersonState::Active | PersonState::Suspended) | None => false,
        }
    }

    fn find_role(&mut self, context: &Context<'a>) {
        let mut roles = Vec::new();
        for grant in self.all(|values| values.role) {
            roles.push(Held::new(grant.value, grant.source));
        }
        for held in roles {
            if held.has_ended(context.at) {
                self.ended_role.get_or_insert(held);
                continue;
            }
            match role(context, held.name.value) {
                Some(role) => self.role = Some(HeldRole { role, held }),
                None => self.unknown.push(Unknown {
                    what: Referable::Object(Kind::Role),
                    name: held.name,
                }),
            }
            return;
        }
    }

    fn joined<K: 'a>(
        &mut self,
        context: &Context<'a>,
        kind: Kind,
        field: impl Fn(&Values<'a>) -> &'a Given<List<Grant<K>>>,
        declared: &dyn Fn(&str) -> Option<Address>,
    ) -> Option<Joined<'a>> {
        let personal = self
            .layers
            .iter()
            .take(self.personal)
            .filter(|layer| field(&layer.values).is_given());
        let mut counting: Vec<Layer<'a>> = personal.copied().collect();
        if counting.is_empty() {
            let shared = self.layers.iter().skip(self.personal);
            counting.extend(
                shared
                    .copied()
                    .find(|layer| field(&layer.values).is_given()),
            );
        }
        let mut joined: Option<Joined<'a>> = None;
        let mut seen: Vec<Address> = Vec::new();
        for layer in counting {
            let Some(grants) = field(&layer.values).get() else {
                continue;
            };
            let joined = joined.get_or_insert_with(|| Joined {
                list: Placed {
                    value: &(),
                    span: grants.span,
                    source: layer.source,
                },
                held: Vec::with_capacity(grants.value.len()),
                ended: Vec::new(),
            });
            for grant in &grants.value {
                let held = Held::new(grant, layer.source);
                let Some(address) = declared(held.name.value) else {
                    self.unknown.push(Unknown {
                        what: Referable::Object(kind),
                        name: held.name,
                    });
                    continue;
                };
                // The nearest grant of a thing holds, with its end, even where that has come.
                if seen.contains(&address) {
                    continue;
                }
                seen.push(address.clone());
                if held.has_ended(context.at) {
                    joined.ended.push((address, held));
                } else {
                    joined.held.push((address, held));
                }
            }
        }
        joined
    }

    fn find_default_group(&mut self, context: &Context<'a>) {
        let Some(given) = self.pick(|values| values.default_group) else {
            return;
        };
        let Some(name) = given.value.as_ref().filter(|name| !name.trim().is_empty()) else {
            let address = None;
            self.default_group = Some(DefaultGroup { given, address });
            return;
        };
        match context.group(name) {
            Some(group) => {
                let address = Some(group);
                self.default_group = Some(DefaultGroup { given, address });
            }
            None => self.unknown.push(Unknown {
                what: Referable::Object(Kind::Group),
                name: Placed {
                    value: name,
                    span: given.span,
                    source: given.source,
                },
            }),
        }
    }
}

/// The role of that name: a system role's word, a declared role, or a system role that is always known.
pub(super) fn role(context: &Context<'_>, name: &str) -> Option<UserRole> {
    match Name::new(name).folded() {
        "end-user" => Some(UserRole::EndUser),
        "agent" => Some(UserRole::Agent),
        "admin" => Some(UserRole::Admin),
        _ => context.role(name).map(UserRole::Named),
    }
}
