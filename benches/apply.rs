//! How long a large apply takes, beside what the plan's estimate says it has to.
//!
//! `cargo bench --bench apply` carries out 1,000 new memberships, 1,000 updates of users and 30 onboardings in
//! the simulator, which answers after 50 ms and allows 700 requests a minute. Time is simulated: it is that of
//! the account's limits, of its jobs and of the answers on their way, and the same on every machine.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, sets up with files, and gives up when something is wrong"
)]

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use zdsync::api::{
    self, BoxFuture, Client, Credentials, Manners, Origin, Transport, TransportError,
};
use zdsync::apply::{self, Event, Status, Stop};
use zdsync::plan::{Inputs, Plan};
use zdsync::sandbox::{Sandbox, Seed, Settings};
use zdsync::{desired, live, manifest, plan};

#[path = "../tests/it/support/moments.rs"]
mod moments;

use moments::Moments;

const LATENCY: Duration = Duration::from_millis(50);
const RATE: u32 = 700;
const MEMBERSHIPS: usize = 1000;
const UPDATES: usize = 1000;
const ONBOARDINGS: usize = 30;

fn main() {
    for (case, together, bulk_import) in [
        ("of different people", false, true),
        ("of the same people", true, true),
        ("of different people, new ones singly", false, false),
    ] {
        let (account, wish) = company(together);
        run(case, &account, &wish, bulk_import);
    }
}

/// An account and what is wanted of it. Memberships and updates are about the same people, or not.
fn company(together: bool) -> (String, String) {
    let mut account =
        "owner: owner@example.com\ngroups:\n  - { name: Support, default: true }\n".to_owned();
    let mut wish = "roles: [{ name: Team lead, external: true }]\n".to_owned();
    wish.push_str("groups:\n  - { name: Support, external: true }\n");
    for group in 1..=10 {
        writeln!(account, "  - {{ name: Team {group} }}").unwrap();
        writeln!(wish, "  - {{ name: Team {group}, external: true }}").unwrap();
    }
    account.push_str("users:\n  - { email: owner@example.com, name: Olga Owner, role: admin }\n");
    wish.push_str("users:\n");
    for person in 1..=MEMBERSHIPS {
        let (email, team) = (format!("agent{person}@example.com"), person % 10 + 1);
        let alias = if together { "alias: new, " } else { "" };
        writeln!(
            account,
            "  - {{ email: {email}, name: Agent, role: Team lead, groups: [Support] }}"
        )
        .unwrap();
        writeln!(
            wish,
            "  - {{ email: {email}, {alias}groups: [Support, Team {team}] }}"
        )
        .unwrap();
    }
    for person in 1..=if together { 0 } else { UPDATES } {
        let email = format!("customer{person}@example.com");
        writeln!(
            account,
            "  - {{ email: {email}, name: Customer, role: end-user }}"
        )
        .unwrap();
        writeln!(wish, "  - {{ email: {email}, alias: new }}").unwrap();
    }
    for person in 1..=ONBOARDINGS {
        let team = person % 10 + 1;
        writeln!(
            wish,
            "  - {{ email: new{person}@example.com, name: New, role: Team lead, groups: [Support, Team {team}] }}"
        )
        .unwrap();
    }
    (account, wish)
}

fn run(case: &str, account: &str, wish: &str, bulk_import: bool) {
    let seed = Seed::parse(account).unwrap_or_else(|errors| panic!("{errors}"));
    let settings = Settings {
        rpm: Some(RATE),
        bulk_import: Some(bulk_import),
        ..Settings::default()
    };
    let time = Moments::from("2026-11-21T12:00:00Z".parse().unwrap());
    let sandbox = Arc::new(Mutex::new(Sandbox::new(&seed, settings, time.moment())));
    let client = Client::new(
        Origin::in_process("acme"),
        Credentials::sandbox(),
        Arc::new(Wire {
            sandbox: Arc::clone(&sandbox),
            time: Arc::clone(&time),
        }),
        Arc::clone(&time) as _,
        Manners::default(),
    );
    let folder = project(wish);
    let plan = time.run(planned(&client, folder.path()));
    assert!(plan.refused.is_empty(), "{:?}", plan.refused);
    let (began, before) = (time.moment(), client.requests());
    let mut jobs = 0;
    let mut emit = |event: &Event| jobs += usize::from(matches!(event, Event::JobStarted { .. }));
    let (writer, stop) = (client.writer(), Stop::default());
    let outcomes = time.run(apply::run(&plan, &writer, &stop, &mut emit));
    let seconds = time.moment().duration_since(began).as_secs_f64();
    let requests = client.requests() - before;
    for outcome in &outcomes {
        assert_eq!(outcome.status, Status::Done, "{:?}", outcome.message);
    }
    let left = time.run(planned(&client, folder.path()));
    assert_eq!(left.changes.len(), 0);
    let waves = plan.operations.iter().map(|operation| operation.wave).max();
    #[expect(clippy::cast_precision_loss, reason = "it is a few seconds")]
    let least = plan.estimate.seconds as f64;
    println!(
        "{MEMBERSHIPS} memberships and {UPDATES} updates {case}, {ONBOARDINGS} onboardings: {} operations in \
         {} waves, {jobs} jobs, {requests} requests ({} expected), {} refused for haste, {seconds:.1} s \
         ({least} s expected, {:.2} times that)",
        plan.operations.len(),
        waves.unwrap_or(0),
        plan.estimate.writes + plan.estimate.polls,
        sandbox.lock().unwrap().counters().limited,
        seconds / least,
    );
}

fn project(wish: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let config = "account: { subdomain: acme }\n";
    std::fs::write(folder.path().join("zdsync.yaml"), config).unwrap();
    std::fs::create_dir(folder.path().join("manifests")).unwrap();
    std::fs::write(folder.path().join("manifests/all.yaml"), wish).unwrap();
    folder
}

async fn planned(client: &Client, folder: &std::path::Path) -> Plan {
    let (read, found) = manifest::read_project(folder);
    assert_eq!(found.errors(), 0);
    let read = read.unwrap();
    let (inventory, found) = desired::resolve(&read, client.now());
    assert_eq!(found.errors(), 0);
    let policy = read.config.policy();
    let needs = live::needs(&inventory, &policy);
    let snapshot = live::read(&client.reader(), &needs).await.unwrap();
    plan::build(&Inputs {
        inventory: &inventory,
        snapshot: &snapshot,
        policy: &policy,
        at: client.now(),
        route: &api::route,
        targets: &[],
    })
}

/// The simulator behind the transport. What is asked arrives at once, and the answer takes its time.
struct Wire {
    sandbox: Arc<Mutex<Sandbox>>,
    time: Arc<Moments>,
}

impl Transport for Wire {
    fn send(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> BoxFuture<'_, Result<http::Response<Vec<u8>>, TransportError>> {
        let now = self.time.moment();
        let response = self.sandbox.lock().unwrap().respond(now, &request).response;
        Box::pin(async {
            self.time.pass(LATENCY).await;
            Ok(response)
        })
    }
}
