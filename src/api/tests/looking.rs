//! Looking for what a lost answer may have made, and writes that must not meet.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::{Request, Response};
use serde_json::{Value as Json, json};

use crate::api::scripted::{Account, json as answer};
use crate::api::{
    BoxFuture, Client, Credentials, Manners, Origin, SystemClock, Transport, TransportError,
};
use crate::model::{Address, Book, Item, Kind, ObjectId, Value, Verb, Write};

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

fn person(id: u64, email: &str, active: bool) -> Json {
    json!({"id": id, "email": email, "active": active, "role": "agent"})
}

fn page(key: &str, items: &[Json]) -> Json {
    json!({key: items, "meta": {"has_more": false}})
}

async fn found(replies: Vec<Json>, kind: Kind, item: &Item) -> (Vec<u64>, Vec<String>) {
    let account = Account::in_turn(replies.iter().map(|reply| answer(200, reply)).collect());
    let book = Book::default();
    let ids = account
        .client
        .reader()
        .find(kind, item, &book)
        .await
        .unwrap();
    (
        ids.into_iter().map(ObjectId::to_wire).collect(),
        account.lines(),
    )
}

#[tokio::test]
async fn a_group_is_found_by_name_and_twins_are_all_found() {
    let groups = [
        json!({"id": 1, "name": "night "}),
        json!({"id": 2, "name": "Night"}),
        json!({"id": 3, "name": "Day"}),
        json!({"id": 4, "name": "Night", "deleted": true}),
    ];
    let night = item(Address::group("Night"), vec![]);
    let (ids, _) = found(vec![page("groups", &groups)], Kind::Group, &night).await;
    assert_eq!(ids, [1, 2]);
}

#[tokio::test]
async fn people_are_found_by_the_surest_way_there_is() {
    let grace = Address::user("grace@example.com");
    let people = [
        person(7, "Grace@example.com", true),
        person(8, "bob@example.com", true),
    ];

    let external = item(grace.clone(), vec![("external_id", Value::text("e-7"))]);
    let (ids, lines) = found(vec![page("users", &people[..1])], Kind::User, &external).await;
    assert_eq!(ids, [7]);
    assert_eq!(lines, ["GET /api/v2/users/show_many?external_ids=e-7"]);

    let staff = item(grace.clone(), vec![("role", Value::text("agent"))]);
    let (ids, lines) = found(vec![page("users", &people)], Kind::User, &staff).await;
    assert_eq!(ids, [7]);
    assert!(lines[0].contains("role%5B%5D=agent"));

    // The index still knows the address of somebody who was deleted or renamed since.
    let end_user = item(grace, vec![("role", Value::text("end-user"))]);
    let hits = [
        person(6, "grace@example.com", false),
        person(7, "grace@example.com", true),
    ];
    let now = [person(7, "grace@elsewhere.example", true)];
    let replies = vec![page("users", &hits), page("users", &now)];
    let (ids, lines) = found(replies, Kind::User, &end_user).await;
    assert_eq!(ids, Vec::<u64>::new());
    assert_eq!(lines[1], "GET /api/v2/users/show_many?ids=7");
}

/// Counts how many requests about one path are under way at once.
#[derive(Default)]
struct Crowd {
    under_way: AtomicUsize,
    most: AtomicUsize,
}

struct Slow(Arc<Crowd>);

impl Transport for Slow {
    fn send(
        &self,
        _request: Request<Vec<u8>>,
    ) -> BoxFuture<'_, Result<Response<Vec<u8>>, TransportError>> {
        Box::pin(async {
            let now = self.0.under_way.fetch_add(1, Ordering::SeqCst) + 1;
            self.0.most.fetch_max(now, Ordering::SeqCst);
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
            self.0.under_way.fetch_sub(1, Ordering::SeqCst);
            let body = json!({"group_membership": {"id": 1, "user_id": 7, "group_id": 20}});
            Ok(Response::new(body.to_string().into_bytes()))
        })
    }
}

async fn most_at_once(people: [&str; 3]) -> usize {
    let crowd = Arc::new(Crowd::default());
    let client = Client::new(
        Origin::of_subdomain("acme").unwrap(),
        Credentials::bearer("hidden-token"),
        Arc::new(Slow(Arc::clone(&crowd))),
        Arc::new(SystemClock),
        Manners::default(),
    );
    let mut book = Book::default();
    book.insert(Address::group("Night"), ObjectId::from_wire(20));
    let mut running = tokio::task::JoinSet::new();
    for person in people {
        book.insert(Address::user(person), ObjectId::from_wire(7));
        let address = Address::membership(Kind::GroupMembership, person.into(), "Night".into());
        let write = Write {
            verb: Verb::Create,
            kind: Kind::GroupMembership,
            many: false,
            items: vec![item(address, vec![])],
        };
        let (writer, book) = (client.writer(), book.clone());
        running.spawn(async move { writer.perform(&write, &book).await.unwrap() });
    }
    assert_eq!(running.join_all().await.len(), 3);
    crowd.most.load(Ordering::SeqCst)
}

#[tokio::test]
async fn two_writes_about_one_person_never_meet() {
    assert_eq!(most_at_once(["ada@example.com"; 3]).await, 1);
    assert_eq!(
        most_at_once(["ada@example.com", "bob@example.com", "cleo@example.com"]).await,
        3
    );
}
