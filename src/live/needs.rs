//! Which listings a plan needs: chosen before anything is read.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Address, Book, Declared, Inventory, Kind, Lifecycle, Name, ObjectId, Policy, Resource,
    Undeclared, plural,
};

/// So many people or less are asked after one by one before any list is considered.
const FEW: usize = 5;

/// The listings to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needs {
    /// Which people.
    pub users: UserNeed,
    /// Whether the roles are needed.
    pub roles: bool,
    /// Whose places in groups.
    pub group_memberships: MembershipNeed,
    /// Which organizations.
    pub organizations: OrganizationNeed,
    /// Whose places in organizations.
    pub organization_memberships: MembershipNeed,
    /// Whether the custom fields of users are needed, for the tags they put on people.
    pub user_fields: bool,
    /// Whether the custom fields of organizations are needed.
    pub organization_fields: bool,
    /// Why, one line for each choice, for people who ask.
    pub reasons: Vec<String>,
}

/// Which people to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserNeed {
    /// None.
    Nothing,
    /// All team members, and whoever of these is none: by lookup, or by list where that is cheaper.
    Staff(Wanted),
    /// These, by number.
    Numbered(BTreeSet<ObjectId>),
    /// Everybody.
    All,
}

/// What is asked after by name: the names to be, each with those it had before. An old name is asked
/// for only where the new one is not found.
pub type Wanted = BTreeMap<Name, Vec<Name>>;

/// Whose memberships to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MembershipNeed {
    /// Nobody's.
    Nothing,
    /// Those of these people, and those in these groups or organizations.
    Of {
        /// The people.
        people: BTreeSet<Address>,
        /// The groups or organizations.
        containers: BTreeSet<Address>,
    },
    /// Those of everybody who is read.
    OfThoseRead,
    /// All.
    All,
}

/// Which organizations to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrganizationNeed {
    /// None.
    Nothing,
    /// These, by lookup, or by list where that is cheaper.
    Named(Wanted),
    /// These, by number.
    Numbered(BTreeSet<ObjectId>),
    /// All.
    All,
}

impl Needs {
    /// Everything that zdsync knows of, for snapshots and imports: of all people, or of the staff.
    pub fn everything(end_users: bool) -> Self {
        Self {
            users: if end_users {
                UserNeed::All
            } else {
                UserNeed::Staff(Wanted::default())
            },
            roles: true,
            group_memberships: MembershipNeed::All,
            organizations: OrganizationNeed::All,
            organization_memberships: if end_users {
                MembershipNeed::All
            } else {
                MembershipNeed::OfThoseRead
            },
            user_fields: true,
            organization_fields: true,
            reasons: vec![format!(
                "everything is read, with {}",
                if end_users { "all people" } else { "the staff" }
            )],
        }
    }
}

impl Needs {
    /// What tells whether these objects, and the memberships among them, are as they were: for holding
    /// a plan made earlier against the account.
    pub fn of(addresses: &BTreeSet<Address>) -> Self {
        let of_kind = |kind: Kind| {
            addresses
                .iter()
                .filter(move |address| address.kind() == kind)
        };
        let named = |kind: Kind| -> Wanted {
            let direct = of_kind(kind).cloned();
            let through = addresses
                .iter()
                .flat_map(|address| [address.person(), address.container()]);
            direct
                .chain(through.flatten())
                .filter(|address| address.kind() == kind)
                .map(|address| (address.name().clone(), Vec::new()))
                .collect()
        };
        let memberships = |kind: Kind| {
            let people: BTreeSet<Address> = of_kind(kind).filter_map(Address::person).collect();
            if people.is_empty() {
                MembershipNeed::Nothing
            } else {
                MembershipNeed::Of {
                    people,
                    containers: BTreeSet::new(),
                }
            }
        };
        let organizations = named(Kind::Organization);
        Self {
            users: UserNeed::Staff(named(Kind::User)),
            roles: true,
            group_memberships: memberships(Kind::GroupMembership),
            organization_memberships: memberships(Kind::OrganizationMembership),
            user_fields: true,
            organization_fields: !organizations.is_empty(),
            organizations: if organizations.is_empty() {
                OrganizationNeed::Nothing
            } else {
                OrganizationNeed::Named(organizations)
            },
            reasons: vec![format!(
                "{} of the plan are read again",
                plural(addresses.len(), "object")
            )],
        }
    }
}

impl Needs {
    /// What tells whether changes that were just made took effect. People and organizations are read by
    /// the numbers in `numbers`: no search index has to know them yet (zendesk-api §3.6).
    pub fn touched(addresses: &BTreeSet<Address>, numbers: &Book) -> Self {
        let of_kind = |kind: Kind| addresses.iter().filter(move |one| one.kind() == kind);
        let numbered = |kind: Kind| -> BTreeSet<ObjectId> {
            let parts = addresses
                .iter()
                .flat_map(|one| [one.person(), Some(one.clone())]);
            let parts = parts.flatten().filter(|one| one.kind() == kind);
            parts.filter_map(|one| numbers.get(&one)).collect()
        };
        let members = |kind: Kind| -> BTreeSet<Address> {
            of_kind(kind).filter_map(Address::person).collect()
        };
        let (in_groups, in_organizations) = (
            members(Kind::GroupMembership),
            members(Kind::OrganizationMembership),
        );
        let of = |people: BTreeSet<Address>| MembershipNeed::Of {
            people,
            containers: BTreeSet::new(),
        };
        let organizations = numbered(Kind::Organization);
        let users = numbered(Kind::User);
        Self {
            roles: !users.is_empty() || of_kind(Kind::Role).next().is_some(),
            user_fields: of_kind(Kind::User).next().is_some(),
            users: if users.is_empty() {
                UserNeed::Nothing
            } else {
                UserNeed::Numbered(users)
            },
            group_memberships: match in_groups.len() {
                0 => MembershipNeed::Nothing,
                1..=FEW => of(in_groups),
                _ => MembershipNeed::All,
            },
            organization_memberships: if in_organizations.is_empty() {
                MembershipNeed::Nothing
            } else {
                of(in_organizations)
            },
            organization_fields: !organizations.is_empty(),
            organizations: if organizations.is_empty() {
                OrganizationNeed::Nothing
            } else {
                OrganizationNeed::Numbered(organizations)
            },
            reasons: vec![format!(
                "{} of the apply are read again",
                plural(addresses.len(), "object")
            )],
        }
    }
}

/// Chooses the listings that prove what a plan for this inventory and policy has to know. Groups are
/// always read, because the account is known by its default group.
pub fn needs(inventory: &Inventory, policy: &Policy) -> Needs {
    let mut reasons = Vec::new();
    let users = users(inventory, policy, &mut reasons);
    let people = users != UserNeed::Nothing;
    let roles = people || touches(inventory, policy, Kind::Role);
    let group_memberships = if people {
        group_memberships(inventory, policy, &mut reasons)
    } else {
        MembershipNeed::Nothing
    };
    let organization_memberships = if people {
        organization_memberships(inventory, policy, &mut reasons)
    } else {
        MembershipNeed::Nothing
    };
    let organizations = organizations(inventory, policy, &mut reasons);
    let tagged = |wanted: fn(&Resource) -> bool| {
        inventory
            .resources
            .values()
            .any(|declared| wanted(&declared.resource))
    };
    Needs {
        users,
        roles,
        group_memberships,
        organizations,
        organization_memberships,
        user_fields: tagged(|resource| resource.as_user().is_some_and(|user| user.tags.is_some())),
        organization_fields: tagged(|resource| {
            resource
                .as_organization()
                .is_some_and(|organization| organization.tags.is_some())
        }),
        reasons,
    }
}

/// Whether anything of a kind is declared, or undeclared objects of it matter.
fn touches(inventory: &Inventory, policy: &Policy, kind: Kind) -> bool {
    policy.undeclared(kind) != Undeclared::Ignore || inventory.of_kind(kind).next().is_some()
}

/// Whether objects of a kind may go: declared as absent, or undeclared and removed.
fn may_remove(inventory: &Inventory, policy: &Policy, kind: Kind) -> bool {
    policy.undeclared(kind) == Undeclared::Remove
        || inventory
            .of_kind(kind)
            .any(|(_, declared)| declared.lifecycle == Lifecycle::Absent)
}

fn users(inventory: &Inventory, policy: &Policy, reasons: &mut Vec<String>) -> UserNeed {
    let undeclared = policy.undeclared(Kind::User);
    if undeclared != Undeclared::Ignore && scope_reaches_end_users(policy) {
        reasons.push(format!(
            "all people are read: undeclared ones are to be {} and the scope reaches end users",
            if undeclared == Undeclared::Remove {
                "removed"
            } else {
                "reported"
            }
        ));
        return UserNeed::All;
    }
    let declared = inventory.of_kind(Kind::User).count();
    let because = if undeclared != Undeclared::Ignore {
        "undeclared team members matter"
    } else if declared > 0 {
        "people are declared"
    } else if may_remove(inventory, policy, Kind::Group) {
        "a group may be removed, and its members with it"
    } else if may_remove(inventory, policy, Kind::Role) {
        "a role may be removed, and somebody may hold it"
    } else {
        reasons.push("no people are read: nothing that is declared concerns them".to_owned());
        return UserNeed::Nothing;
    };
    reasons.push(format!(
        "the staff is read: {because} ({declared}); whoever of them is not among the staff is looked up, or everybody is read where that is cheaper"
    ));
    UserNeed::Staff(wanted(inventory, Kind::User))
}

fn scope_reaches_end_users(policy: &Policy) -> bool {
    policy
        .scope
        .as_ref()
        .is_none_or(|scope| scope.roles.is_empty() || scope.roles.contains(&Name::new("end-user")))
}

/// What the declarations name, and what it was called before.
fn wanted(inventory: &Inventory, kind: Kind) -> Wanted {
    inventory
        .of_kind(kind)
        .map(|(address, declared)| (address.name().clone(), declared.previously.clone()))
        .collect()
}

/// What an object is or was called.
fn names(address: &Address, declared: &Declared) -> Vec<Name> {
    std::iter::once(address.name().clone())
        .chain(declared.previously.iter().cloned())
        .collect()
}

/// The addresses under which the declared people of a choice may be live.
fn addresses(
    inventory: &Inventory,
    chosen: impl Fn(&Address, &Declared) -> bool,
) -> BTreeSet<Address> {
    inventory
        .of_kind(Kind::User)
        .filter(|(address, declared)| chosen(address, declared))
        .flat_map(|(address, declared)| names(address, declared))
        .map(Address::user)
        .collect()
}

fn group_memberships(
    inventory: &Inventory,
    policy: &Policy,
    reasons: &mut Vec<String>,
) -> MembershipNeed {
    let people = addresses(inventory, |_, _| true);
    let everybody = if may_remove(inventory, policy, Kind::Group) {
        Some("a group may be removed")
    } else if policy.undeclared(Kind::User) == Undeclared::Remove {
        Some("undeclared people may be offboarded")
    } else if people.len() > FEW {
        Some("many people are declared")
    } else {
        None
    };
    if let Some(because) = everybody {
        reasons.push(format!("all memberships in groups are read: {because}"));
        return MembershipNeed::All;
    }
    if people.is_empty() {
        return MembershipNeed::Nothing;
    }
    reasons.push(
        "memberships in groups are read person by person: few people are declared".to_owned(),
    );
    MembershipNeed::Of {
        people,
        containers: BTreeSet::new(),
    }
}

fn organization_memberships(
    inventory: &Inventory,
    policy: &Policy,
    reasons: &mut Vec<String>,
) -> MembershipNeed {
    if policy.undeclared(Kind::User) == Undeclared::Remove {
        reasons.push(
            "memberships in organizations are read of everybody: undeclared people may be offboarded"
                .to_owned(),
        );
        return MembershipNeed::OfThoseRead;
    }
    let kind = Kind::OrganizationMembership;
    let members: BTreeSet<Address> = inventory
        .of_kind(kind)
        .filter_map(|(address, _)| address.person())
        .collect();
    let people = addresses(inventory, |address, declared| {
        let leaves = matches!(
            declared.lifecycle,
            Lifecycle::Offboarded | Lifecycle::Deleted
        );
        leaves || members.contains(address) || inventory.owns_list(kind, address)
    });
    let containers: BTreeSet<Address> = inventory
        .of_kind(Kind::Organization)
        .filter(|(_, declared)| declared.lifecycle == Lifecycle::Absent)
        .flat_map(|(address, declared)| names(address, declared))
        .map(Address::organization)
        .collect();
    if people.is_empty() && containers.is_empty() {
        return MembershipNeed::Nothing;
    }
    reasons.push(
        "memberships in organizations are read person by person, or all where that is cheaper"
            .to_owned(),
    );
    MembershipNeed::Of { people, containers }
}

fn organizations(
    inventory: &Inventory,
    policy: &Policy,
    reasons: &mut Vec<String>,
) -> OrganizationNeed {
    if policy.undeclared(Kind::Organization) != Undeclared::Ignore {
        reasons.push("all organizations are read: undeclared ones matter".to_owned());
        return OrganizationNeed::All;
    }
    let named = wanted(inventory, Kind::Organization);
    if named.is_empty() {
        return OrganizationNeed::Nothing;
    }
    reasons.push(format!(
        "{} looked up by name, or all read where that is cheaper",
        plural(named.len(), "organization")
    ));
    OrganizationNeed::Named(named)
}
