//! A fault at every single request: each run ends where an undisturbed one does.

use zdsync::api::Error;
use zdsync::live;
use zdsync::sandbox::{Fault, Settings};

use super::account::{Account, SECRET, book, essence};
use super::writes::perform_all;

const FAULTS: [&str; 8] = [
    "status:429",
    "status-after:500",
    "html:502",
    "status:503:retry=2",
    "status:409",
    "drop-before",
    "drop-after",
    "truncate:20",
];

fn struck(place: usize, fault: &str) -> Account {
    let fault: Fault = format!("/** #{place} = {fault}").parse().unwrap();
    Account::acme(Settings {
        faults: vec![fault],
        ..Settings::default()
    })
}

#[tokio::test]
async fn a_fault_at_any_request_of_a_run_ends_where_no_fault_does() {
    let undisturbed = Account::acme(Settings::default());
    let mut numbers = book(&undisturbed.read_everything().await);
    perform_all(&undisturbed.client, &mut numbers).await;
    let requests = undisturbed.log().len();
    let expected = essence(&undisturbed.read_everything().await);
    for fault in FAULTS {
        for place in 1..=requests {
            let account = struck(place, fault);
            let mut numbers = book(&account.read_everything().await);
            perform_all(&account.client, &mut numbers).await;
            let log = account.log();
            assert!(
                log.iter().any(|entry| !entry.faults.is_empty()),
                "{fault} at {place}"
            );
            assert_eq!(
                essence(&account.read_everything().await),
                expected,
                "{fault} at {place}"
            );
        }
    }
}

#[tokio::test]
async fn nothing_is_asked_again_before_the_time_that_was_named() {
    let account = struck(4, "status:429:retry=9");
    account.read_everything().await;
    let log = account.log();
    let refused = log
        .iter()
        .position(|entry| entry.status == Some(429))
        .unwrap();
    let waited = log[refused + 1].at.duration_since(log[refused].at);
    assert!(waited.as_secs() >= 9, "{waited}");
}

#[tokio::test]
async fn a_fault_that_stays_is_one_clear_error_and_nothing_is_known() {
    for fault in [
        "status:500",
        "html:502",
        "drop-before",
        "truncate:9",
        "status:503",
    ] {
        let all: Fault = format!("/groups = {fault}").parse().unwrap();
        let account = Account::acme(Settings {
            faults: vec![all],
            ..Settings::default()
        });
        let reader = account.client.reader();
        let error = Box::pin(live::read(&reader, &live::Needs::everything(true)))
            .await
            .unwrap_err();
        let shown = format!("{error} {error:?} {:?}", error.hint());
        assert!(
            matches!(
                error,
                Error::Refused(_) | Error::Unreachable { .. } | Error::Unreadable { .. }
            ),
            "{shown}"
        );
        assert!(
            shown.contains("/api/v2/groups") && !shown.contains(SECRET),
            "{shown}"
        );
        let asked = account
            .log()
            .iter()
            .filter(|entry| entry.path.contains("groups"))
            .count();
        assert_eq!(asked, 5, "{fault}");
    }
}
