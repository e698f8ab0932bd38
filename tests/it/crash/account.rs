//! A simulated account in process, with a clock that runs ahead, and requests that can be struck.
#![expect(
    clippy::unwrap_used,
    reason = "a test gives up where its own set-up fails"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use zdsync::api::{
    self, BoxFuture, Client, Clock, Credentials, Manners, Origin, Transport, TransportError,
};
use zdsync::apply::{self, Event, Status, Stop};
use zdsync::plan::{Inputs, Plan};
use zdsync::sandbox::{Holding, Sandbox, Seed, Settings, Switch};
use zdsync::{desired, live, manifest, plan};

use crate::support::Project;

/// What happens to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blow {
    /// The connection breaks before the service sees it.
    DropBefore,
    /// The service carries it out and the answer is lost.
    DropAfter,
    /// The program ends before the service sees it.
    KillBefore,
    /// The service carries it out and the program ends before the answer comes.
    KillAfter,
}

/// How an apply ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Whole,
    Partial,
    Killed,
}

/// What people may hold at every moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Laws {
    /// Groups that get another name, which is no other group to be in.
    renamed: BTreeMap<String, String>,
    people: BTreeMap<u64, (Holding, Holding)>,
    /// Administrators that are always left.
    admins: usize,
}

fn admins(holdings: &BTreeMap<u64, Holding>) -> usize {
    let able = |held: &&Holding| held.role == "admin" && held.active && !held.suspended;
    holdings.values().filter(able).count()
}

impl Laws {
    pub(super) fn between(
        before: &BTreeMap<u64, Holding>,
        after: &BTreeMap<u64, Holding>,
        renamed: &[(&str, &str)],
    ) -> Self {
        let owned = |(old, new): &(&str, &str)| ((*old).to_owned(), (*new).to_owned());
        let people = before
            .iter()
            .filter_map(|(id, old)| Some((*id, (old.clone(), after.get(id)?.clone()))));
        Self {
            renamed: renamed.iter().map(owned).collect(),
            people: people.collect(),
            admins: admins(before).min(admins(after)),
        }
    }

    fn offences(&self, now: &BTreeMap<u64, Holding>) -> Vec<String> {
        let mut offences = Vec::new();
        if admins(now) < self.admins {
            offences.push("too few administrators in between".to_owned());
        }
        for (id, (before, after)) in &self.people {
            let Some(now) = now.get(id) else {
                offences.push(format!("{} is gone", before.name));
                continue;
            };
            let mut say = |what: String| offences.push(format!("{}: {what}", before.name));
            if now.role != before.role && now.role != after.role {
                say(format!("role {} in between", now.role));
            }
            let within = |held: &BTreeSet<String>, a: &BTreeSet<String>, b: &BTreeSet<String>| {
                let named = |set: &BTreeSet<String>| -> BTreeSet<String> {
                    let name = |name: &String| self.renamed.get(name).unwrap_or(name).clone();
                    set.iter().map(name).collect()
                };
                let (held, a, b) = (named(held), named(a), named(b));
                let more = held
                    .iter()
                    .filter(|name| !a.contains(*name) && !b.contains(*name));
                more.cloned().collect::<Vec<_>>()
            };
            // The service itself puts new agents into the default group.
            let promoted = before.role == "end-user" && after.role != "end-user";
            let mut more = within(&now.groups, &before.groups, &after.groups);
            more.retain(|group| !(promoted && group == "Support"));
            if !more.is_empty() {
                say(format!("in between in groups {more:?}"));
            }
            let more = within(
                &now.organizations,
                &before.organizations,
                &after.organizations,
            );
            if !more.is_empty() {
                say(format!("in between in organizations {more:?}"));
            }
            let staff = now.role != "end-user" && now.active;
            if staff && now.groups.is_empty() && !before.groups.is_empty() {
                say("an agent without a group".to_owned());
            }
            if !now.active && before.active && after.active {
                say("deleted in between".to_owned());
            }
        }
        offences
    }
}

struct Inner {
    sandbox: Mutex<Sandbox>,
    time: Mutex<Timestamp>,
    /// Requests that the apply under way has made, and the one that is struck.
    count: Mutex<usize>,
    blow: Mutex<Option<(usize, Blow)>>,
    killed: Notify,
    dead: Mutex<bool>,
    laws: Mutex<Laws>,
    offences: Mutex<BTreeSet<String>>,
}

/// The account and everything that is said of it.
pub(super) struct Account {
    inner: Arc<Inner>,
    log: Mutex<Vec<String>>,
}

struct Wire(Arc<Inner>);
struct Time(Arc<Inner>);

impl Clock for Time {
    fn now(&self) -> Timestamp {
        *self.0.time.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        let mut time = self.0.time.lock().unwrap();
        *time += SignedDuration::try_from(duration).unwrap();
        Box::pin(tokio::task::yield_now())
    }
}

impl Transport for Wire {
    fn send(
        &self,
        request: Request<Vec<u8>>,
    ) -> BoxFuture<'_, Result<Response<Vec<u8>>, TransportError>> {
        let inner = &self.0;
        let place = {
            let mut count = inner.count.lock().unwrap();
            *count += 1;
            *count
        };
        let blow = inner
            .blow
            .lock()
            .unwrap()
            .filter(|(at, _)| *at == place)
            .map(|(_, blow)| blow);
        if *inner.dead.lock().unwrap() || blow == Some(Blow::KillBefore) {
            *inner.dead.lock().unwrap() = true;
            inner.killed.notify_one();
            return Box::pin(std::future::pending());
        }
        let broken = || TransportError::Broken {
            detail: "cut by the test".to_owned(),
        };
        if blow == Some(Blow::DropBefore) {
            return Box::pin(std::future::ready(Err(broken())));
        }
        let response = inner.respond(&request);
        match blow {
            Some(Blow::DropAfter) => Box::pin(std::future::ready(Err(broken()))),
            Some(Blow::KillAfter) => {
                *inner.dead.lock().unwrap() = true;
                inner.killed.notify_one();
                Box::pin(std::future::pending())
            }
            Some(Blow::DropBefore | Blow::KillBefore) | None => Box::pin(async move {
                // Answers of requests that are out together come in any order.
                tokio::task::yield_now().await;
                Ok(response)
            }),
        }
    }
}

impl Inner {
    fn respond(&self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        let now = *self.time.lock().unwrap();
        let mut sandbox = self.sandbox.lock().unwrap();
        let response = sandbox.respond(now, request).response;
        // Jobs go on at every request, reads too.
        let offences = self.laws.lock().unwrap().offences(&sandbox.holdings());
        self.offences.lock().unwrap().extend(offences);
        response
    }
}

impl Account {
    /// The account that a project is seeded with.
    pub(super) fn of(project: &Project) -> Self {
        Self::with_faults(project, &[])
    }

    pub(super) fn with_faults(project: &Project, faults: &[&str]) -> Self {
        let settings = Settings {
            faults: faults.iter().map(|fault| fault.parse().unwrap()).collect(),
            bulk_import: (!faults.is_empty()).then_some(true),
            ..Settings::default()
        };
        Self::with(project, settings)
    }

    /// As [`Self::of`], in a service that behaves otherwise.
    pub(super) fn switched(project: &Project, switches: &[Switch]) -> Self {
        let settings = Settings {
            switches: switches.iter().copied().collect(),
            ..Settings::default()
        };
        Self::with(project, settings)
    }

    fn with(project: &Project, settings: Settings) -> Self {
        let seed = Seed::parse(&project.read("account.yaml")).unwrap();
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let inner = Inner {
            sandbox: Mutex::new(Sandbox::new(&seed, settings, now)),
            time: Mutex::new(now),
            count: Mutex::new(0),
            blow: Mutex::new(None),
            killed: Notify::new(),
            dead: Mutex::new(false),
            laws: Mutex::new(Laws::default()),
            offences: Mutex::new(BTreeSet::new()),
        };
        Self {
            inner: Arc::new(inner),
            log: Mutex::new(Vec::new()),
        }
    }

    fn client(&self) -> Client {
        *self.inner.dead.lock().unwrap() = false;
        Client::new(
            Origin::in_process("acme"),
            Credentials::sandbox(),
            Arc::new(Wire(Arc::clone(&self.inner))),
            Arc::new(Time(Arc::clone(&self.inner))),
            Manners::default(),
        )
    }

    /// The plan of a project for the account as it is now.
    pub(super) fn plan(&self, project: &Project) -> Plan {
        let client = self.client();
        block_on(made(project, &client))
    }

    /// Plans and applies, with a blow at one of the apply's requests.
    pub(super) fn apply(&self, project: &Project, blow: Option<(usize, Blow)>) -> Ended {
        let client = self.client();
        block_on(async {
            let plan = made(project, &client).await;
            assert!(plan.refused.is_empty(), "{:?}", plan.refused);
            // A kill that was told more than once is over.
            let _told = self.inner.killed.notified().now_or_never();
            *self.inner.count.lock().unwrap() = 0;
            *self.inner.blow.lock().unwrap() = blow;
            let mut log = Vec::new();
            let mut emit = |event: &Event| {
                if let Event::Operation(outcome) = event {
                    log.push(format!(
                        "{} {:?} {:?}",
                        outcome.id, outcome.status, outcome.message
                    ));
                }
            };
            let (writer, stop) = (client.writer(), Stop::default());
            let ended = tokio::select! {
                biased;
                () = self.inner.killed.notified() => Ended::Killed,
                outcomes = apply::run(&plan, &writer, &stop, &mut emit) => {
                    let done = |status| status == Status::Done;
                    if outcomes.iter().all(|outcome| done(outcome.status)) {
                        Ended::Whole
                    } else {
                        Ended::Partial
                    }
                }
            };
            *self.inner.blow.lock().unwrap() = None;
            *self.log.lock().unwrap() = log;
            ended
        })
    }

    /// What of a plan does not hold in the account as it is now, objects that are yet to be made left out.
    pub(super) fn unmet(&self, plan: &Plan) -> BTreeSet<String> {
        let client = self.client();
        let mut numbers = plan.numbers.clone();
        let mut looked_at = BTreeSet::new();
        for change in &plan.changes {
            if let Some(id) = change.id {
                numbers.insert(change.address.clone(), id);
                looked_at.insert(change.address.clone());
            }
        }
        let needs = live::Needs::touched(&looked_at, &numbers);
        let snapshot = block_on(live::read(&client.reader(), &needs)).unwrap();
        plan::unmet(plan, &looked_at, &numbers, &snapshot)
            .into_iter()
            .map(|unmet| unmet.address.to_string())
            .collect()
    }

    /// Lets the jobs that a broken-off apply left running come to their end, as the journal makes the next
    /// command do.
    pub(super) fn settle_jobs(&self) {
        for _ in 0..3 {
            *self.inner.time.lock().unwrap() += SignedDuration::from_secs(5);
            let request = get("/api/v2/users/me");
            drop(self.inner.respond(&request));
        }
    }

    /// Requests of the last apply.
    pub(super) fn applied(&self) -> usize {
        *self.inner.count.lock().unwrap()
    }

    /// What people hold, by number.
    pub(super) fn watched(&self) -> BTreeMap<u64, Holding> {
        self.inner.sandbox.lock().unwrap().holdings()
    }

    pub(super) fn watch(&self, laws: &Laws) {
        *self.inner.laws.lock().unwrap() = laws.clone();
    }

    pub(super) fn offences(&self) -> Vec<String> {
        self.inner
            .offences
            .lock()
            .unwrap()
            .iter()
            .cloned()
            .collect()
    }

    /// Operations of the last apply and how they ended.
    pub(super) fn last_log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// Everything the account holds, but for numbers and times: what is doubled or lost shows.
    pub(super) fn belongings(&self) -> Vec<String> {
        let mut all: Vec<String> = self
            .watched()
            .values()
            .map(|holding| format!("{holding:?}"))
            .collect();
        for (path, key) in [
            ("/api/v2/groups", "groups"),
            ("/api/v2/organizations", "organizations"),
            ("/api/v2/custom_roles", "custom_roles"),
        ] {
            let response = self.inner.respond(&get(path));
            let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
            for item in body[key].as_array().unwrap() {
                all.push(format!(
                    "{key} {} {} {} {}",
                    item["name"], item["description"], item["tags"], item["domain_names"]
                ));
            }
        }
        for path in ["group_memberships", "organization_memberships"] {
            let response = self.inner.respond(&get(&format!("/api/v2/{path}")));
            let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
            all.push(format!("{path}: {}", body["count"]));
        }
        all.sort();
        all
    }
}

fn get(path: &str) -> Request<Vec<u8>> {
    Request::builder()
        .uri(format!("http://acme.test{path}"))
        .header("authorization", "Bearer t0ken")
        .body(Vec::new())
        .unwrap()
}

async fn made(project: &Project, client: &Client) -> Plan {
    let (read, found) = manifest::read_project(project.path());
    assert_eq!(found.errors(), 0);
    let read = read.unwrap();
    let now = client.now();
    let (inventory, found) = desired::resolve(&read, now);
    assert_eq!(found.errors(), 0);
    let policy = read.config.policy();
    let needs = live::needs(&inventory, &policy);
    let snapshot = live::read(&client.reader(), &needs).await.unwrap();
    plan::build(&Inputs {
        inventory: &inventory,
        snapshot: &snapshot,
        policy: &policy,
        at: now,
        route: &api::route,
        targets: &[],
    })
}

fn block_on<Work: Future>(work: Work) -> Work::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}

/// A manifest with enough new people for a bulk call.
pub(super) fn many_people() -> String {
    let mut text = "groups: [{ name: Tier 1 }]\nusers:\n".to_owned();
    for number in 1..=8 {
        text.push_str("  - { email: p");
        text.push_str(&number.to_string());
        text.push_str("@example.com, name: Person, role: end-user }\n");
    }
    text
}
