//! Messy, believable accounts of any size, the same for the same numbers and random start.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde_json::Value;

use super::odd;
use super::random::Random;
use super::seed::{
    Name, Seed, SeedField, SeedGroup, SeedOrganization, SeedRole, SeedTickets, SeedUser,
};

/// How large a generated account is.
///
/// Written as `users=10000,agents=800`. `users` are all people; `agents`, `admins`, `deleted` say
/// how many of them are that. `groups`, `organizations` and `roles` are counted beside them. `odd` is how
/// many of each have names and values that something might read as something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    users: usize,
    agents: usize,
    admins: usize,
    deleted: usize,
    groups: usize,
    organizations: usize,
    roles: usize,
    odd: usize,
}

/// A size that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{0}` is no size: write NUMBERS like users=1000,agents=80; known are users, agents, admins, \
     deleted, groups, organizations, roles, odd"
)]
pub struct SizeError(String);

impl FromStr for Size {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut given = BTreeMap::new();
        for part in text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            let wrong = || SizeError(part.to_owned());
            let (key, number) = part.split_once('=').ok_or_else(wrong)?;
            let number: usize = number.trim().parse().map_err(|_| wrong())?;
            if !KEYS.contains(&key.trim()) {
                return Err(wrong());
            }
            given.insert(key.trim().to_owned(), number);
        }
        let get = |key: &str, default: usize| given.get(key).copied().unwrap_or(default);
        let users = get("users", 100).max(1);
        let agents = get("agents", users / 10).min(users);
        let size = Self {
            users,
            agents,
            admins: get("admins", agents / 20 + 2),
            deleted: get("deleted", users / 50),
            groups: get("groups", agents / 12 + 4),
            organizations: get("organizations", users / 40 + 3),
            roles: get("roles", 4).min(190),
            odd: get("odd", 0),
        };
        if size.agents + size.admins + size.deleted > users.max(3) {
            return Err(SizeError(text.to_owned()));
        }
        Ok(size)
    }
}

const KEYS: &[&str] = &[
    "users",
    "agents",
    "admins",
    "deleted",
    "groups",
    "organizations",
    "roles",
    "odd",
];

/// Given name, family name, locale, time zone; one row per corner of the world.
const PEOPLE: &[(&[&str], &[&str], &str, &str)] = &[
    (
        &["Ada", "John", "Jon", "Mary"],
        &["Smith", "Smyth", "O'Neill", "Lee"],
        "en-US",
        "Arizona",
    ),
    (
        &["Zoë", "René", "Chloé"],
        &["Lefèvre", "Dupont-Aignan"],
        "fr",
        "Paris",
    ),
    (
        &["Jürgen", "Käthe", "Björn"],
        &["Müller", "Groß", "von der Heide"],
        "de",
        "Europe/Berlin",
    ),
    (
        &["Ольга", "Иван", "Дмитрий"],
        &["Иванова", "Петров"],
        "ru",
        "Moscow",
    ),
    (
        &["Ελένη", "Γιώργος"],
        &["Παπαδοπούλου", "Νικολάου"],
        "el",
        "Athens",
    ),
    (&["محمد", "ليلى"], &["الأحمد", "حداد"], "ar", "Riyadh"),
    (&["נועה", "דוד"], &["כהן", "לוי"], "he", "Jerusalem"),
    (
        &["さくら", "健太", "陽子"],
        &["佐藤", "鈴木"],
        "ja",
        "Tokyo",
    ),
    (&["伟", "秀英"], &["王", "李", "欧阳"], "zh-CN", "Beijing"),
    (&["민준", "서연"], &["김", "이"], "ko", "Seoul"),
    (&["สมชาย", "มาลี"], &["ใจดี", "ศรีสุข"], "th", "Bangkok"),
    (&["प्रिया", "अर्जुन"], &["शर्मा", "पटेल"], "hi", "Mumbai"),
    (&["Nguyễn Thị", "Trần Văn"], &["Hoa", "An"], "vi", "Hanoi"),
    (&["Łukasz", "Agnieszka"], &["Żółć", "Nowak"], "pl", "Warsaw"),
];

const TEAMS: &[&str] = &[
    "Billing",
    "Returns",
    "Onboarding",
    "Tier 1",
    "Tier 2",
    "Escalations",
    "VIP",
    "Night shift",
    "Warehouse",
    "Refunds",
    "Integrations",
    "Field service",
    "Legal",
    "Fraud",
];
const PLACES: &[&str] = &[
    "EMEA",
    "APAC",
    "Nord",
    "Süd",
    "東京",
    "LATAM",
    "UK & Ireland",
];
const COMPANIES: &[&str] = &[
    "Globex",
    "Initech",
    "Umbrella",
    "Hooli",
    "Vehement",
    "Massive Dynamic",
    "Müller & Söhne",
    "株式会社サンプル",
    "ООО Ромашка",
    "Stark",
    "Wayne",
    "Soylent",
    "Acme (old)",
];

impl Size {
    /// Writes the seed of an account of this size.
    pub fn seed(&self, random_seed: u64) -> Seed {
        let mut random = Random::new(random_seed);
        let mut groups = self.groups(&mut random);
        let mut organizations = self.organizations(&mut random);
        let mut roles = self.roles();
        odd::groups(&mut groups, self.odd);
        odd::roles(&mut roles, self.odd);
        odd::organizations(&mut organizations, &groups, self.odd);
        let mut users = self.users(&mut random, &groups, &organizations);
        odd::people(&mut random, &mut users, &organizations, self.odd);
        Seed {
            subdomain: Some("generated".to_owned()),
            name: Some("Generated".to_owned()),
            owner: users.first().and_then(|user| user.email.clone()),
            check_group_name_uniqueness: Some(false),
            roles,
            groups,
            organizations,
            user_fields: user_fields(),
            users,
            ..Seed::default()
        }
    }

    fn roles(&self) -> Vec<SeedRole> {
        let access = ["within-groups", "all", "assigned-only"];
        let role = |n: usize| SeedRole {
            name: Name::new(format!("Role {}", n + 1)),
            description: (!n.is_multiple_of(3)).then(|| format!("What people of kind {n} may do")),
            configuration: BTreeMap::from([(
                "ticket_access".to_owned(),
                Value::from(access.get(n % 3).copied()),
            )]),
        };
        (0..self.roles).map(role).collect()
    }

    /// The first is the default group; the second and third share a name.
    fn groups(&self, random: &mut Random) -> Vec<SeedGroup> {
        let group = |n: usize| {
            let team = TEAMS.get(n % TEAMS.len()).copied().unwrap_or_default();
            let round = n / TEAMS.len();
            let place = PLACES.get(round.wrapping_sub(1) % PLACES.len()).copied();
            let name = match (n, place) {
                (0, _) => "Support".to_owned(),
                (2, _) => "Returns".to_owned(),
                (_, Some(place)) if round > 0 && round <= PLACES.len() => format!("{team} {place}"),
                (_, _) if round == 0 => team.to_owned(),
                (_, _) => format!("{team} {round}"),
            };
            SeedGroup {
                name: Name::new(name),
                key: Some(format!("group-{n}")),
                description: if random.chance(60) {
                    format!("{team} desk")
                } else {
                    String::new()
                },
                is_public: Some(!random.chance(10)),
                default: n == 0,
                deleted: n > 4 && random.chance(4),
            }
        };
        (0..self.groups.max(3)).map(group).collect()
    }

    fn organizations(&self, random: &mut Random) -> Vec<SeedOrganization> {
        let organization = |n: usize| {
            let company = COMPANIES
                .get(n % COMPANIES.len())
                .copied()
                .unwrap_or_default();
            let round = n / COMPANIES.len();
            let name = if round == 0 {
                company.to_owned()
            } else {
                format!("{company} {round}")
            };
            SeedOrganization {
                name: Name::new(name),
                external_id: random.chance(70).then(|| format!("{}", 69_000 + n)),
                domain_names: if random.chance(50) {
                    vec![format!("org{n}.test")]
                } else {
                    Vec::new()
                },
                tags: if random.chance(20) {
                    vec!["vip".to_owned()]
                } else {
                    Vec::new()
                },
                details: empty_or(random, "Details"),
                notes: empty_or(random, "Notes"),
                shared_tickets: random.chance(10),
                ..SeedOrganization::default()
            }
        };
        (0..self.organizations.max(1)).map(organization).collect()
    }

    fn users(
        &self,
        random: &mut Random,
        groups: &[SeedGroup],
        organizations: &[SeedOrganization],
    ) -> Vec<SeedUser> {
        let live: Vec<&str> = groups
            .iter()
            .filter(|group| !group.deleted)
            .filter_map(|group| group.key.as_deref())
            .collect();
        let staff = self.admins.max(1) + self.agents;
        (0..self.users)
            .map(|n| {
                let mut user = person(random, n);
                if n < staff {
                    self.employ(random, &mut user, n, &live);
                } else {
                    enlist(
                        random,
                        &mut user,
                        n >= self.users - self.deleted,
                        organizations,
                    );
                }
                user
            })
            .collect()
    }

    /// Makes a person an admin or an agent.
    fn employ(&self, random: &mut Random, user: &mut SeedUser, n: usize, groups: &[&str]) {
        let admin = n < self.admins.max(1);
        let role = match random.below(self.roles + 2) {
            _ if admin => "admin".to_owned(),
            0 => "Light agent".to_owned(),
            1 if random.chance(30) => "agent".to_owned(),
            1 => "Staff".to_owned(),
            own => format!("Role {}", own - 1),
        };
        user.role = Some(Name::new(role));
        let mut held: Vec<&str> = Vec::new();
        for _ in 0..=random.below(3) {
            let group = random.pick(groups);
            if !held.contains(&group) {
                held.push(group);
            }
        }
        if random.chance(1) {
            held.clear();
        }
        user.groups = Some(held.into_iter().map(Name::new).collect());
        user.suspended = n > 0 && random.chance(4);
        user.alias = empty_or(random, "Support team");
        user.signature = empty_or(random, "Kind regards");
        user.only_private_comments = random.chance(2);
        user.shared_agent = !admin && random.below(500) == 0;
    }
}

/// Null, empty or written: all three stand in real accounts.
fn empty_or(random: &mut Random, text: &str) -> Option<String> {
    match random.below(10) {
        0..=4 => None,
        5..=7 => Some(String::new()),
        _ => Some(text.to_owned()),
    }
}

fn person(random: &mut Random, n: usize) -> SeedUser {
    let corner = random.pick(&[0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    let Some((given, family, locale, zone)) = PEOPLE.get(corner) else {
        return SeedUser::default();
    };
    let (given, family) = (random.pick(given), random.pick(family));
    let name = match random.below(12) {
        0 => format!("{family}, {given}"),
        1 => given.to_owned(),
        2 => format!("{given}  {family}"),
        _ => format!("{given} {family}"),
    };
    let plus = if random.chance(4) { "+zendesk" } else { "" };
    let host = random.pick(&["generated.test", "mail.test", "post.test", "例え.test"]);
    let second = random
        .chance(8)
        .then(|| Name::new(format!("p{n}@private.test")));
    let numeric = random.chance(50);
    SeedUser {
        email: Some(Name::new(format!("person{n}{plus}@{host}"))),
        name: Some(name),
        external_id: random.chance(70).then(|| {
            Name::new(if numeric {
                format!("{}", 500_000 + n)
            } else {
                format!("HR-{n}")
            })
        }),
        secondary_emails: second.into_iter().collect(),
        verified: Some(random.chance(80)),
        tags: if random.chance(15) {
            vec!["newsletter".to_owned()]
        } else {
            Vec::new()
        },
        phone: random.chance(12).then(|| format!("+4930{:06}", n / 2)),
        notes: empty_or(random, "Called twice"),
        details: empty_or(random, "Prefers mail"),
        time_zone: random.chance(70).then(|| Name::new(*zone)),
        locale: random.chance(70).then(|| (*locale).to_owned()),
        user_fields: if random.chance(20) {
            BTreeMap::from([("department".to_owned(), Value::from("Sales"))])
        } else {
            BTreeMap::new()
        },
        ..SeedUser::default()
    }
}

/// Makes a person a customer, or a former one.
fn enlist(
    random: &mut Random,
    user: &mut SeedUser,
    deleted: bool,
    organizations: &[SeedOrganization],
) {
    user.deleted = deleted;
    user.suspended = random.chance(2);
    let many = match random.below(20) {
        0..=7 => 0,
        8..=18 => 1,
        _ => 3,
    };
    for _ in 0..many {
        let place = random.below(organizations.len());
        let Some(name) = organizations.get(place).map(|row| row.name.clone()) else {
            continue;
        };
        if user.organizations.iter().all(|held| held.text != name.text) {
            user.organizations.push(name);
        }
    }
    if random.chance(3) {
        user.email = None;
        user.secondary_emails.clear();
    }
    user.shared = random.below(1000) == 0;
    let requested = u32::try_from(random.below(30)).unwrap_or(0);
    user.tickets = SeedTickets {
        requested,
        open: requested / 10,
        ..SeedTickets::default()
    };
}

fn user_fields() -> Vec<SeedField> {
    let field = |key: &str, kind: &str, tag: Option<&str>| SeedField {
        key: Name::new(key),
        kind: Some(kind.to_owned()),
        title: None,
        tag: tag.map(str::to_owned),
        options: Vec::new(),
        active: None,
    };
    vec![
        field("department", "text", None),
        field("is_partner", "checkbox", Some("partner")),
        field("contract_end", "date", None),
    ]
}
