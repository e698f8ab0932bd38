//! How much processor time and memory planning 100,000 people takes, beside parsing manifests and snapshot alone.
//!
//! `cargo bench --bench plan` writes three projects to `target/tmp/plan`, with a snapshot each, plans each in
//! a process of its own and prints a line for it. `zdsync -C target/tmp/plan/all plan --snapshot snapshot.json`
//! plans one of them as a whole program.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark measures, prints and gives up when something is wrong"
)]

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::Timestamp;
use zdsync::model::{
    Account, Address, Coverage, GroupMembership, Inventory, Kind, Marks, Name, ObjectId, Observed,
    Part, Resource, Snapshot, User, UserRole,
};
use zdsync::plan::Inputs;
use zdsync::{api, desired, diff, live, manifest, plan, report};

#[path = "support/people.rs"]
mod people;

const PEOPLE: usize = 100_000;

const CONFIG: &str = "account: { subdomain: acme }\n\
                      limits: { removals: { group_memberships: 1000000 } }\n";

/// How many of the people are live with another name, and whether all are live in another group.
const CASES: [(&str, usize, bool); 3] = [
    ("nothing", 0, false),
    ("some", 3_000, false),
    ("all", PEOPLE, true),
];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, mode, case] = arguments.as_slice() {
        return match mode.as_str() {
            "write" => write(case),
            _ => measure(case),
        };
    }
    println!(
        "{:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>10} {:>10} {:>8}",
        "changes",
        "YAML s",
        "live s",
        "resolve",
        "diff",
        "lower",
        "JSON",
        "free",
        "own/parse",
        "all/parse",
        "memory"
    );
    for mode in ["write", "measure"] {
        for (case, _, _) in CASES {
            let child = Command::new(&arguments[0]).args([mode, case]).status();
            assert!(child.unwrap().success());
        }
    }
}

fn folder(case: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("plan")
        .join(case)
}

fn now() -> Timestamp {
    "2026-06-15T12:00:00Z".parse().unwrap()
}

/// Writes the project and the snapshot of one case.
fn write(case: &str) {
    let (_, renamed, moved) = *CASES.iter().find(|(name, _, _)| *name == case).unwrap();
    let folder = folder(case);
    let manifests = folder.join("manifests");
    std::fs::create_dir_all(&manifests).unwrap();
    std::fs::write(folder.join("zdsync.yaml"), CONFIG).unwrap();
    std::fs::write(manifests.join("head.yaml"), people::head()).unwrap();
    for file in 0..PEOPLE / 100 {
        let text = people::users(file * 100, file * 100 + 100);
        std::fs::write(manifests.join(format!("{file:04}.yaml")), text).unwrap();
    }
    let (project, _) = manifest::read_project(&folder);
    let (inventory, mistakes) = desired::resolve(&project.unwrap(), now());
    assert_eq!(mistakes.errors(), 0);
    let snapshot = snapshot(&inventory, renamed, moved);
    let text = live::saved::to_text(&snapshot, None).unwrap();
    std::fs::write(folder.join("snapshot.json"), text).unwrap();
}

/// The account as declared, but for some names and groups.
fn snapshot(inventory: &Inventory, renamed: usize, moved: bool) -> Snapshot {
    let mut objects = BTreeMap::new();
    let mut people = 0;
    let mut last: Option<Address> = None;
    for (number, (address, declared)) in (1..).zip(&inventory.resources) {
        let mut resource = declared.resource.clone();
        if let Resource::User(user) = &mut resource {
            **user = live_user(user);
            if people < renamed {
                user.name = Some(format!("Former {people}"));
            }
            people += 1;
        }
        let first = last
            .as_ref()
            .is_none_or(|last| last.name() != address.name());
        if let Resource::GroupMembership(GroupMembership { user: _, group }) = &mut resource
            && moved
            && first
        {
            *group = elsewhere(inventory, address);
        }
        last = Some(address.clone());
        let observed = Observed {
            id: ObjectId::from_wire(number),
            marks: Marks {
                default_membership: first && address.kind() == Kind::GroupMembership,
                ..Marks::default()
            },
            members: None,
            resource,
        };
        objects.insert(observed.resource.address(), observed);
    }
    Snapshot {
        account: Account {
            fingerprint: "acme-1".to_owned(),
            subdomain: "acme".to_owned(),
            url: "https://acme.zendesk.com".to_owned(),
        },
        caller: None,
        taken_at: now(),
        custom_roles: false,
        multiple_organizations: true,
        rate_limit: Some(700),
        objects,
        ambiguous: Vec::new(),
        secondary_emails: BTreeMap::new(),
        parts: Kind::ALL.map(part).to_vec(),
    }
}

/// A declared person with all that the service tells of one.
fn live_user(declared: &User) -> User {
    let empty = || Some(String::new());
    User {
        role: Some(UserRole::Agent),
        suspended: Some(false),
        default_group: Some(None),
        alias: empty(),
        phone: empty(),
        locale: Some("en-US".to_owned()),
        notes: empty(),
        details: empty(),
        signature: empty(),
        ticket_restriction: empty(),
        only_private_comments: Some(false),
        moderator: Some(false),
        ..declared.clone()
    }
}

/// A group in which a person is not declared.
fn elsewhere(inventory: &Inventory, membership: &Address) -> Name {
    let groups = (0..3).map(|group| Name::new(&format!("Group {group}")));
    let mut free = groups.filter(|group| {
        let there = Address::membership(
            Kind::GroupMembership,
            membership.name().clone(),
            group.clone(),
        );
        !inventory.resources.contains_key(&there)
    });
    free.next().unwrap()
}

fn part(kind: Kind) -> Part {
    Part {
        kind,
        coverage: Coverage::All,
        complete: true,
        source: format!("GET /api/v2/{}", kind.section()),
        requests: 1,
        read_at: now(),
    }
}

/// Counts what is written.
struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn bytes(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder.join("manifests")).unwrap();
    let manifests = files.map(|file| file.unwrap().metadata().unwrap().len());
    let snapshot = std::fs::metadata(folder.join("snapshot.json")).unwrap();
    manifests.sum::<u64>() + snapshot.len()
}

/// Plans one case and prints what each part of it took.
fn measure(case: &str) {
    let folder = folder(case);
    let mut began = people::processor_time();
    let mut lap = || {
        let now = people::processor_time();
        now - std::mem::replace(&mut began, now)
    };
    let (project, _) = manifest::read_project(&folder);
    let project = project.unwrap();
    let yaml = lap();
    let text = std::fs::read_to_string(folder.join("snapshot.json")).unwrap();
    let snapshot = live::saved::from_text(&text).unwrap().snapshot;
    drop(text);
    let live = lap();
    let (inventory, _) = desired::resolve(&project, now());
    let resolve = lap();
    let policy = project.config.policy();
    drop(diff::compare(&inventory, &snapshot, &policy));
    let diff = lap();
    let plan = plan::build(&Inputs {
        inventory: &inventory,
        snapshot: &snapshot,
        policy: &policy,
        at: now(),
        route: &api::route,
        targets: &[],
    });
    let build = lap();
    let mut written = Counted(0);
    report::plan::json(&plan, &mut written).unwrap();
    let json = lap();
    let memory = people::peak_memory().unwrap_or(f64::NAN);
    let changes = plan.changes.len();
    drop((plan, inventory, snapshot, project));
    let free = lap();
    let parse = yaml + live;
    #[expect(clippy::cast_precision_loss, reason = "a size")]
    let size = bytes(&folder) as f64;
    println!(
        "{changes:>8} {yaml:>8.2} {live:>8.2} {resolve:>8.2} {diff:>8.2} {:>8.2} {json:>8.2} {free:>8.2} {:>10.2} \
         {:>10.2} {:>8.1} times the {:.0} MiB read ({} MiB of JSON)",
        build - diff,
        (build + json) / parse,
        (parse + resolve + build + json) / parse,
        memory / size,
        size / 1_048_576.0,
        written.0 >> 20,
    );
}
