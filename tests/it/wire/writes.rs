//! Every verb of every kind, carried out on the simulated account.

use std::time::Duration;

use zdsync::api::{Client, Effect, Error, JobState, JobStatus};
use zdsync::model::{Address, Book, Item, Kind, Value, Verb, Write};
use zdsync::sandbox::Settings;

use super::account::{Account, book, essence};

fn item(address: Address, values: Vec<(&'static str, Value)>) -> Item {
    Item {
        address,
        id: None,
        values: values
            .into_iter()
            .map(|(path, value)| (path.into(), value))
            .collect(),
    }
}

fn one(verb: Verb, address: Address, values: Vec<(&'static str, Value)>) -> Write {
    Write {
        verb,
        kind: address.kind(),
        many: false,
        items: vec![item(address, values)],
    }
}

fn many(verb: Verb, items: Vec<Item>) -> Write {
    Write {
        verb,
        kind: items[0].address.kind(),
        many: true,
        items,
    }
}

fn text(text: &str) -> Value {
    Value::text(text)
}

fn group_place(person: &str, group: &str) -> Address {
    Address::membership(Kind::GroupMembership, person.into(), group.into())
}

fn organization_place(person: &str, organization: &str) -> Address {
    Address::membership(
        Kind::OrganizationMembership,
        person.into(),
        organization.into(),
    )
}

fn things() -> Vec<Write> {
    let night = || Address::group("Night");
    vec![
        one(
            Verb::Create,
            Address::role("Night"),
            vec![
                ("name", text("Night")),
                ("configuration.ticket_access", text("all")),
            ],
        ),
        one(
            Verb::Update,
            Address::role("Night"),
            vec![
                ("description", text("Owls")),
                ("configuration.ticket_access", text("within-groups")),
            ],
        ),
        one(
            Verb::Create,
            night(),
            vec![("name", text("Night")), ("description", text("Owls"))],
        ),
        one(Verb::Update, night(), vec![("description", Value::Null)]),
        one(
            Verb::Create,
            Address::organization("Hooli"),
            vec![
                ("name", text("Hooli")),
                ("group", Value::Reference(night())),
            ],
        ),
        one(
            Verb::Update,
            Address::organization("Hooli"),
            vec![
                ("group", Value::Null),
                ("domain_names", Value::Set(["hooli.example"].into())),
            ],
        ),
    ]
}

fn people() -> Vec<Write> {
    let groups = |names: &[&str]| {
        Value::References(names.iter().map(|&name| Address::group(name)).collect())
    };
    let cleo = || Address::user("cleo@globex.example");
    vec![
        one(
            Verb::Create,
            Address::user("grace@acme.example"),
            vec![
                ("email", text("grace@acme.example")),
                ("name", text("Grace Hopper")),
                ("role", Value::Reference(Address::role("Night"))),
                ("groups", groups(&["Night", "Support"])),
                ("default_group", Value::Reference(Address::group("Night"))),
                (
                    "organization",
                    Value::Reference(Address::organization("Hooli")),
                ),
                ("invite", Value::Bool(false)),
            ],
        ),
        one(
            Verb::Update,
            Address::user("dan@initech.example"),
            vec![("role", text("agent"))],
        ),
        one(
            Verb::Update,
            Address::user("ben@acme.example"),
            vec![
                ("role", text("end-user")),
                ("user_fields.dept", text("x")),
                ("tags", Value::Null),
            ],
        ),
        one(
            Verb::AddEmail,
            cleo(),
            vec![
                ("email", text("cleo@new.example")),
                ("invite", Value::Bool(false)),
            ],
        ),
        one(
            Verb::MakeEmailPrimary,
            cleo(),
            vec![("email", text("cleo@new.example"))],
        ),
        one(
            Verb::RemoveEmail,
            cleo(),
            vec![("email", text("cleo@globex.example"))],
        ),
    ]
}

fn places() -> Vec<Write> {
    let (ada, dan) = ("ada@acme.example", "dan@initech.example");
    vec![
        one(Verb::Create, group_place(ada, "Night"), vec![]),
        one(Verb::MakeDefault, group_place(ada, "Night"), vec![]),
        one(Verb::Delete, group_place(ada, "Support"), vec![]),
        one(Verb::Create, organization_place(dan, "Initech"), vec![]),
        one(Verb::Create, organization_place(dan, "Globex"), vec![]),
        one(Verb::MakeDefault, organization_place(dan, "Globex"), vec![]),
        one(Verb::Delete, organization_place(dan, "Initech"), vec![]),
        one(Verb::Delete, Address::organization("Initech"), vec![]),
        one(Verb::Delete, Address::user("ben@acme.example"), vec![]),
    ]
}

/// Writes of every verb and kind, each needing those before it.
pub(crate) fn every_write() -> Vec<Write> {
    things()
        .into_iter()
        .chain(people())
        .chain(places())
        .collect()
}

/// What is live after every write.
const LEFT_AT_THE_END: [&str; 24] = [
    "role/Advisor",
    "role/Night",
    "role/Staff",
    "role/Team lead",
    "role/Tier 2",
    "group/Escalations",
    "group/Night",
    "group/Support",
    "organization/Globex",
    "organization/Hooli",
    "user/ada@acme.example",
    "user/cleo@new.example",
    "user/dan@initech.example",
    "user/grace@acme.example",
    "user/olga@acme.example",
    "group_membership/ada@acme.example/Escalations",
    "group_membership/ada@acme.example/Night (default)",
    "group_membership/dan@initech.example/Support (default)",
    "group_membership/grace@acme.example/Night (default)",
    "group_membership/grace@acme.example/Support",
    "group_membership/olga@acme.example/Support (default)",
    "organization_membership/cleo@new.example/Globex (default)",
    "organization_membership/dan@initech.example/Globex (default)",
    "organization_membership/grace@acme.example/Hooli (default)",
];

/// How one write ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Performed(Effect),
    /// Its answer was lost, and what it makes was found.
    Found,
    /// Its answer was lost, nothing was found, and it was sent once more.
    SentAgain,
}

/// Carries out writes one by one; one whose answer is lost is looked for before it is sent again.
pub(crate) async fn perform_all(client: &Client, book: &mut Book) -> Vec<Ending> {
    let mut endings = Vec::new();
    for write in every_write() {
        endings.push(perform(client, &write, book).await);
    }
    endings
}

async fn perform(client: &Client, write: &Write, book: &mut Book) -> Ending {
    let item = &write.items[0];
    let (performed, ending) = match Box::pin(client.writer().perform(write, book)).await {
        Ok(performed) => {
            let effect = performed.replies[0].effect;
            (performed, Ending::Performed(effect))
        }
        Err(Error::OutcomeUnknown { .. }) => {
            assert_eq!(
                write.verb,
                Verb::Create,
                "only creates have to be looked for"
            );
            let found = Box::pin(client.reader().find(write.kind, item, book))
                .await
                .unwrap();
            if let [id] = found.as_slice() {
                book.insert(item.address.clone(), *id);
                return Ending::Found;
            }
            assert_eq!(found, [], "{}", item.address);
            let performed = Box::pin(client.writer().perform(write, book))
                .await
                .unwrap();
            (performed, Ending::SentAgain)
        }
        Err(error) => panic!("{:?} of `{}`: {error}", write.verb, item.address),
    };
    for reply in performed.replies {
        if let Some(id) = reply.id {
            book.insert(reply.address, id);
        }
    }
    ending
}

#[tokio::test]
async fn every_verb_of_every_kind_does_what_it_says() {
    let account = Account::acme(Settings::default());
    let mut numbers = book(&account.read_everything().await);
    let endings = perform_all(&account.client, &mut numbers).await;
    assert!(
        endings
            .iter()
            .all(|ending| *ending == Ending::Performed(Effect::Done)),
        "{endings:?}"
    );
    assert_eq!(account.client.take_warnings(), []);
    assert_eq!(account.limited(), 0);
    let live = account.read_everything().await;
    let addresses: Vec<String> = live
        .objects
        .iter()
        .filter(|(_, observed)| !observed.marks.system)
        .map(|(address, observed)| {
            let default = if observed.marks.default_membership {
                " (default)"
            } else {
                ""
            };
            format!("{address}{default}")
        })
        .collect();
    assert_eq!(addresses, LEFT_AT_THE_END);
    // A second time, what can be said again is said to be so already.
    let again = [
        one(
            Verb::Create,
            group_place("ada@acme.example", "Night"),
            vec![],
        ),
        one(Verb::Delete, Address::user("ben@acme.example"), vec![]),
        one(
            Verb::MakeEmailPrimary,
            Address::user("cleo@new.example"),
            vec![("email", text("cleo@new.example"))],
        ),
    ];
    let mut known = book(&live);
    if let Some(id) = numbers.get(&Address::user("ben@acme.example")) {
        known.insert(Address::user("ben@acme.example"), id);
    }
    for write in again {
        let ending = perform(&account.client, &write, &mut known).await;
        assert_eq!(ending, Ending::Performed(Effect::AlreadySo), "{write:?}");
    }
}

async fn job(account: &Account, write: &Write, book: &Book) -> JobStatus {
    let performed = Box::pin(account.client.writer().perform(write, book))
        .await
        .unwrap();
    let job = performed.job.expect("a job");
    loop {
        let statuses = account
            .client
            .reader()
            .jobs(std::slice::from_ref(&job))
            .await
            .unwrap();
        if statuses[0].state != JobState::Running {
            return statuses[0].clone();
        }
        account.client.sleep(Duration::from_secs(1)).await;
    }
}

#[tokio::test]
async fn bulk_writes_tell_what_became_of_each_item() {
    let account = Account::acme(Settings::default());
    let numbers = book(&account.read_everything().await);
    let named = |name: &str| item(Address::organization(name), vec![("name", text(name))]);
    let aliased = |person: &str| item(Address::user(person), vec![("alias", text("A"))]);
    let place =
        |organization: &str| item(organization_place("ada@acme.example", organization), vec![]);
    for (write, expected) in [
        (
            many(
                Verb::Update,
                vec![aliased("ada@acme.example"), aliased("ben@acme.example")],
            ),
            [true, true],
        ),
        (
            many(Verb::Create, vec![named("Hooli"), named("globex")]),
            [true, false],
        ),
        (
            many(Verb::Create, vec![place("Globex"), place("Initech")]),
            [true, true],
        ),
        (
            many(
                Verb::Delete,
                vec![
                    item(Address::organization("Globex"), vec![]),
                    item(Address::organization("Initech"), vec![]),
                ],
            ),
            [true, true],
        ),
    ] {
        let status = job(&account, &write, &numbers).await;
        let succeeded: Vec<bool> = status
            .results
            .iter()
            .map(|result| result.succeeded)
            .collect();
        assert_eq!(succeeded, expected, "{write:?}: {status:?}");
        assert!(
            status
                .results
                .iter()
                .all(|result| result.succeeded || result.is_duplicate())
        );
    }
    let before = essence(&account.read_everything().await);
    let people = many(
        Verb::Create,
        vec![
            item(Address::user("x@example.com"), vec![("name", text("X"))]),
            item(Address::user("y@example.com"), vec![("name", text("Y"))]),
        ],
    );
    let error = Box::pin(account.client.writer().perform(&people, &numbers))
        .await
        .unwrap_err();
    assert!(error.is_forbidden(), "bulk import is off: {error}");
    assert_eq!(essence(&account.read_everything().await), before);
}
