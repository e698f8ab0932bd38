//! What people really put into names: things that mean something to a parser, a shell, a terminal or a file
//! system.

use serde_json::Value;

use super::random::Random;
use super::seed::{Name, SeedGroup, SeedOrganization, SeedRole, SeedUser};

/// Names that something reads as something else.
const NAMES: &[&str] = &[
    "no",
    "On",
    "~",
    "null",
    "1e3",
    "0123",
    "1_000",
    "2024-01-01",
    "- dash first",
    "colon: inside",
    "hash #inside",
    "# hash first",
    "{brace}",
    "[list]",
    "*star",
    "&anchor",
    "!tag",
    "%percent",
    "@at",
    "`tick`",
    "'single'",
    "\"double\"",
    "back\\slash",
    "? question",
    "> fold",
    "<<",
    "two\nlines",
    "tab\there",
    "nul\0byte",
    "right\u{202e}left",
    "zero\u{200b}width",
    "\u{feff}mark",
    "next\u{85}line",
    "line\u{2028}separator",
    "../../etc/passwd",
    "..",
    "/",
    "NUL",
    "com1.txt",
    "Straße",
    "STRASSE",
    "cafe\u{301}",
    "café",
    "👩‍👩‍👧 family",
    "a  b",
    "trailing.",
    "$(reboot)",
    "%s%n",
    "</script>",
];

/// The odd name of this number, unlike those of all other numbers. Every tenth is as long as a name may
/// well be.
fn name(number: usize) -> String {
    let base = NAMES.get(number % NAMES.len()).copied().unwrap_or_default();
    let round = match number / NAMES.len() {
        0 => String::new(),
        round => format!(" ({round})"),
    };
    if number % 10 == 9 {
        return format!("{base} {}{round}", "and so on ".repeat(20).trim_end());
    }
    format!("{base}{round}")
}

/// Gives odd names to as many groups, after the first three.
pub(super) fn groups(groups: &mut [SeedGroup], count: usize) {
    for (number, group) in groups.iter_mut().skip(3).take(count).enumerate() {
        group.name = Name::new(name(number));
        group.description = name(number + 1);
    }
}

/// Gives odd names to as many roles; a role called like a word for a role would be refused.
pub(super) fn roles(roles: &mut [SeedRole], count: usize) {
    for (number, role) in roles.iter_mut().take(count).enumerate() {
        role.description = Some(name(number));
    }
}

/// Gives odd names to as many organizations, and values that differ from what is usual.
pub(super) fn organizations(
    organizations: &mut [SeedOrganization],
    groups: &[SeedGroup],
    count: usize,
) {
    for (number, organization) in organizations.iter_mut().take(count).enumerate() {
        organization.name = Name::new(name(number).replace('|', "/"));
        organization.notes = Some(name(number + 3));
        organization.shared_comments = number.is_multiple_of(3);
        let group = groups.iter().filter(|group| !group.deleted).nth(number);
        let key = group.and_then(|group| group.key.clone());
        organization.group = key.filter(|_| number.is_multiple_of(4)).map(Name::new);
    }
}

/// Gives odd values to about as many people.
pub(super) fn people(
    random: &mut Random,
    users: &mut [SeedUser],
    organizations: &[SeedOrganization],
    count: usize,
) {
    let step = (users.len() / count.max(1)).max(1);
    for (number, user) in users
        .iter_mut()
        .skip(2)
        .step_by(step)
        .take(count)
        .enumerate()
    {
        user.name = Some(name(number));
        user.alias = Some(name(number + 5)).filter(|_| user.alias.is_some());
        user.notes = Some(name(number + 7));
        user.signature = Some(format!("{}\n-- \nKind regards", name(number + 2)));
        user.phone = Some(format!("+1555{number:07}"));
        if random.chance(50) {
            user.external_id = Some(Name::new(format!("{number}e3")));
        }
        user.user_fields = [
            ("department".to_owned(), Value::from(name(number + 9))),
            ("is_partner".to_owned(), Value::from(true)),
            ("contract_end".to_owned(), Value::from("2027-02-28")),
        ]
        .into();
        user.tags = vec!["2024".to_owned(), "vip".to_owned()];
        // An organization has the people of its domain without anybody listing them.
        if user.role.is_none()
            && let Some(organization) = organizations.get(number)
            && !organization.domain_names.is_empty()
        {
            user.email = Some(Name::new(format!("odd{number}@org{number}.test")));
            user.organizations = vec![organization.name.clone()];
        }
    }
}
