//! A fault at every single request of a plan and of an apply: each run ends where an undisturbed one does,
//! or in one clear error with nothing half known.

use std::time::Duration;

use zdsync::apply::Status;
use zdsync::plan::Plan;
use zdsync::sandbox::{Fault, LogEntry, Settings};

use super::account::{Account, essence};
use super::rehearsal::{Rehearsal, show, undone, writes};

/// Every fault by name: what strikes, and the seconds for which nothing may be asked again.
const FAULTS: [(&str, &[&str], u64); 18] = [
    ("429 for the account", &["status:429"], 60),
    ("429 with a time", &["status:429:retry=7"], 7),
    ("429 for one user", &["user-limit:27"], 27),
    ("500, not carried out", &["status:500"], 0),
    ("500, carried out", &["status-after:500"], 0),
    ("502 page", &["html:502"], 0),
    ("503 with a time", &["status:503:retry=7"], 7),
    ("503 without a time", &["status:503"], 0),
    ("409", &["status:409"], 0),
    ("half an answer", &["cut:20"], 0),
    ("broken off in the answer", &["truncate:20"], 0),
    ("dropped before", &["drop-before"], 0),
    ("dropped after", &["drop-after"], 0),
    ("hangs, not carried out", &["drop-before", "delay:600s"], 0),
    ("hangs, carried out", &["delay:600s"], 0),
    ("empty page", &["empty-page"], 0),
    ("links elsewhere", &["foreign-links"], 0),
    ("token expired", &["token-expired"], 0),
];

/// The account, with a fault at some of its requests, such as `#3` or `#3-`.
fn struck(calls: &str, kinds: &[&str]) -> Account {
    let fault = |kind: &&str| -> Fault { format!("/** {calls} = {kind}").parse().unwrap() };
    Account::acme_with_client(Settings {
        faults: kinds.iter().map(fault).collect(),
        ..Settings::default()
    })
}

/// The undisturbed run that all others are held against.
struct Undisturbed {
    rehearsal: Rehearsal,
    plan: Plan,
    /// Requests of the plan, and of plan and apply together.
    planned: usize,
    applied: usize,
    log: Vec<LogEntry>,
    essence: Vec<String>,
}

impl Undisturbed {
    async fn new() -> Self {
        let rehearsal = Rehearsal::new();
        let account = Account::acme_with_client(Settings::default());
        let plan = rehearsal.plan(&account).await.unwrap();
        show(&plan, &account);
        let planned = account.log().len();
        let outcomes = Rehearsal::apply(&plan, &account).await;
        assert_eq!(undone(&outcomes), Vec::<String>::new());
        let log = account.log();
        Self {
            planned,
            applied: log.len(),
            essence: essence(&account.read_everything().await),
            rehearsal,
            plan,
            log,
        }
    }
}

/// A plan changes nothing.
fn assert_only_read(account: &Account, case: &str) {
    assert_eq!(
        writes(&account.log()),
        std::collections::BTreeMap::new(),
        "{case}"
    );
}

/// Nothing is asked again before its time; where the whole account is meant, nothing else is asked either.
fn assert_waited(log: &[LogEntry], seconds: u64, case: &str) {
    let struck = log.iter().enumerate();
    for (place, struck) in struck.filter(|(_, entry)| !entry.faults.is_empty()) {
        let whole =
            struck.status == Some(503) || (struck.status == Some(429) && struck.method == "GET");
        // Requests that were out when the refusal came are not held against anybody.
        let told = struck.at + Duration::from_millis(50);
        let again = log[place + 1..].iter().find(|entry| {
            let same = entry.method == struck.method
                && entry.path == struck.path
                && entry.query == struck.query;
            same || (whole && entry.at > told)
        });
        if let Some(again) = again {
            let waited = again.at.duration_since(struck.at).unsigned_abs();
            assert!(
                waited >= Duration::from_secs(seconds),
                "{case}: {waited:?} {again:?}"
            );
        }
    }
}

/// Whatever could make a twin is sent a second time only after a look at the account.
fn assert_looked(log: &[LogEntry], undisturbed: &[LogEntry], case: &str) {
    let expected = writes(undisturbed);
    let counts = writes(log);
    for (route, count) in counts {
        let usual = expected.get(&route).copied().unwrap_or(0);
        // The service refuses a second membership or address, where the first one was made.
        let refused = route.1.contains("memberships") || route.1.ends_with("/identities");
        let is_job = route.1.ends_with("_many");
        let twins = is_job || (route.0 == "POST" && !refused);
        if !twins || count <= usual {
            continue;
        }
        let is_route = |entry: &LogEntry| {
            (entry.method.as_str(), entry.path.as_str()) == (route.0.as_str(), route.1.as_str())
        };
        let places: Vec<usize> = (0..log.len())
            .filter(|&place| is_route(&log[place]))
            .collect();
        let struck = places
            .iter()
            .position(|&place| !log[place].faults.is_empty());
        let struck = struck.unwrap_or_else(|| panic!("{case}: {route:?} was sent {count} times"));
        let fault = log[places[struck]].faults.join(" ");
        // The service said that it did nothing.
        let certain = fault.contains("status:429")
            || fault.contains("409")
            || fault.contains("user-limit")
            || fault.contains("token-expired");
        let between = &log[places[struck]..places[places.len() - 1]];
        let looked = between.iter().any(|entry| {
            entry.method == "GET" && (!is_job || entry.path.ends_with("/job_statuses"))
        });
        assert!(
            certain || looked,
            "{case}: {route:?} was sent blindly again"
        );
    }
}

#[tokio::test]
async fn a_fault_at_any_request_of_a_plan_changes_nothing_of_it() {
    let undisturbed = Undisturbed::new().await;
    let mut points = 0;
    for (name, kinds, seconds) in FAULTS {
        for place in 1..=undisturbed.planned {
            let case = format!("{name} at {place}");
            let account = struck(&format!("#{place}"), kinds);
            let plan = undisturbed.rehearsal.plan(&account).await;
            if name == "token expired" && account.log()[place - 1].path == "/oauth/tokens" {
                // Whoever asks for a token carries none that could be renewed.
                assert!(plan.unwrap_err().is_unauthorized(), "{case}");
                continue;
            }
            let plan = plan.unwrap_or_else(|error| panic!("{case}: {error}"));
            assert_eq!(plan.digest, undisturbed.plan.digest, "{case}");
            assert_only_read(&account, &case);
            assert_waited(&account.log(), seconds, &case);
            assert!(
                account.log().iter().any(|entry| !entry.faults.is_empty()),
                "{case}"
            );
            points += 1;
        }
    }
    println!("faults tried at every request of a plan: {points}");
}

#[tokio::test]
async fn a_fault_that_stays_is_one_clear_error_and_nothing_is_known() {
    let undisturbed = Undisturbed::new().await;
    let mut points = 0;
    for (name, kinds, _) in FAULTS {
        for place in 1..=undisturbed.planned {
            let case = format!("{name} from {place} on");
            let account = struck(&format!("#{place}-"), kinds);
            let began = account.now();
            match undisturbed.rehearsal.plan(&account).await {
                Ok(plan) => assert_eq!(plan.digest, undisturbed.plan.digest, "{case}"),
                Err(error) => {
                    let shown = error.to_string();
                    assert!(
                        shown.contains("/api/v2/") || shown.contains("/oauth/tokens"),
                        "{case}: {shown}"
                    );
                    assert!(!shown.contains('\n'), "{case}: {shown}");
                }
            }
            assert_only_read(&account, &case);
            // Neither hammered nor waited for without end.
            let sent = account
                .log()
                .iter()
                .filter(|entry| !entry.faults.is_empty())
                .count();
            assert!(sent <= 80, "{case}: {sent}");
            let took = account.now().duration_since(began).as_secs();
            assert!(took <= 600, "{case}: {took} s");
            points += 1;
        }
    }
    println!("staying faults tried at every request of a plan: {points}");
}

#[tokio::test]
async fn a_fault_at_any_request_of_an_apply_ends_where_no_fault_does() {
    let undisturbed = Undisturbed::new().await;
    let mut points = 0;
    for (name, kinds, seconds) in FAULTS {
        for place in undisturbed.planned + 1..=undisturbed.applied {
            let case = format!("{name} at {place}");
            let account = struck(&format!("#{place}"), kinds);
            let plan = undisturbed.rehearsal.plan(&account).await.unwrap();
            let outcomes = Rehearsal::apply(&plan, &account).await;
            let log = account.log();
            assert_eq!(undone(&outcomes), Vec::<String>::new(), "{case}");
            assert_waited(&log, seconds, &case);
            assert_looked(&log, &undisturbed.log, &case);
            account.heal();
            let left = essence(&account.read_everything().await);
            assert_eq!(left, undisturbed.essence, "{case}");
            points += 1;
        }
    }
    println!("faults tried at every request of an apply: {points}");
}

#[tokio::test]
async fn a_fault_that_stays_ends_an_apply_with_the_truth_and_the_next_one_finishes_it() {
    let undisturbed = Undisturbed::new().await;
    let mut points = 0;
    for (name, kinds, _) in FAULTS {
        for place in undisturbed.planned + 1..=undisturbed.applied {
            let case = format!("{name} from {place} on");
            let account = struck(&format!("#{place}-"), kinds);
            let plan = undisturbed.rehearsal.plan(&account).await.unwrap();
            let outcomes = Rehearsal::apply(&plan, &account).await;
            for outcome in outcomes {
                let told = outcome.message.is_some() || outcome.because.is_some();
                assert!(
                    outcome.status == Status::Done || told,
                    "{case}: {outcome:?}"
                );
            }
            account.heal();
            let again = undisturbed.rehearsal.plan(&account).await.unwrap();
            let outcomes = Rehearsal::apply(&again, &account).await;
            assert_eq!(undone(&outcomes), Vec::<String>::new(), "{case}");
            let left = essence(&account.read_everything().await);
            assert_eq!(left, undisturbed.essence, "{case}");
            points += 1;
        }
    }
    println!("staying faults tried at every request of an apply: {points}");
}

#[tokio::test]
async fn a_ready_token_that_ends_in_mid_run_is_one_clear_error() {
    let undisturbed = Undisturbed::new().await;
    for place in 1..undisturbed.planned {
        let fault: Fault = format!("/** #{place} = token-expired").parse().unwrap();
        let account = Account::acme(Settings {
            faults: vec![fault],
            ..Settings::default()
        });
        let error = undisturbed.rehearsal.plan(&account).await.unwrap_err();
        assert!(error.is_unauthorized(), "{error}");
        assert!(
            error.hint().unwrap().contains("ZENDESK_OAUTH_TOKEN"),
            "{error}"
        );
        assert_only_read(&account, "a ready token");
    }
}

#[tokio::test]
async fn tokens_are_renewed_before_they_end_and_no_request_is_refused() {
    let undisturbed = Undisturbed::new().await;
    for lifetime in [5, 400] {
        let account = Account::acme_with_client(Settings {
            token_lifetime: Some(Duration::from_secs(lifetime)),
            latency: Duration::from_millis(500),
            ..Settings::default()
        });
        let plan = undisturbed.rehearsal.plan(&account).await.unwrap();
        let outcomes = Rehearsal::apply(&plan, &account).await;
        assert_eq!(undone(&outcomes), Vec::<String>::new(), "{lifetime}");
        let log = account.log();
        assert!(
            log.iter().all(|entry| entry.status != Some(401)),
            "{lifetime}"
        );
        let tokens = log
            .iter()
            .filter(|entry| entry.path == "/oauth/tokens")
            .count();
        let took = log[log.len() - 1].at.duration_since(log[0].at).as_secs();
        let most = usize::try_from(took).unwrap() * 2 / usize::try_from(lifetime).unwrap() + 2;
        assert!(
            (1..=most).contains(&tokens),
            "{lifetime}: {tokens} in {took} s"
        );
        assert!(
            lifetime > 5 || tokens > 1,
            "{lifetime}: {tokens} in {took} s"
        );
    }
}
